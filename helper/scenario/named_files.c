/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/named_files.h"

#include "files/textfile.h"
#include "scenario/capture_folder.h"
#include "scenario/impair_list.h"
#include "traffic/types.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int resolve_path(struct iptfs_settings *settings, size_t target, const char *key,
                        char **path)
{
    if (*path == NULL)
        *path = strdup("");
    if (*path == NULL)
        return IPTFS_E_NO_MEMORY;
    if (**path == '\0')
        return 0;
    char *absolute = iptfs_path_beside(settings->path, *path);
    if (absolute == NULL)
        return iptfs_settings_refuse(settings, target, key, IPTFS_E_IO, "a file to read (%s)",
                                     strerror(errno));
    free(*path);
    *path = absolute;
    return 0;
}

/* Replaces a folder of captures by the capture of the seed. */
static int choose_capture(struct iptfs_settings *settings, size_t index)
{
    struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_traffic_options *traffic = &scenario->traffic[index];
    size_t count;
    char *folder = NULL;
    if (iptfs_traffic_type_of(traffic)->captured && traffic->file_path != NULL)
        folder = iptfs_folder_beside(settings->path, traffic->file_path);
    if (folder == NULL)
        return IPTFS_OK;
    char *file = iptfs_capture_folder_pick(folder, scenario->seed, &count);
    free(folder);
    if (file == NULL && count == 0)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_TRAFFIC + index, "file",
                                     IPTFS_E_INVALID, "a folder that holds captures, named %s",
                                     IPTFS_CAPTURE_NAMES);
    if (file == NULL)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_TRAFFIC + index, "file", IPTFS_E_INVALID,
            "a folder with a capture for seed %" PRIu64 "; it holds %zu", scenario->seed, count);
    char *absolute = realpath(file, NULL);
    free(file);
    free(traffic->file_path);
    traffic->file_path = absolute;
    if (scenario->captures == 0 || count < scenario->captures)
        scenario->captures = count;
    return absolute != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

int iptfs_scenario_open_files(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    int code = 0;
    for (size_t i = 0; i < IPTFS_DIRECTIONS && code == 0; i++) {
        struct iptfs_link_options *link = &scenario->link[i];
        code = resolve_path(settings, IPTFS_TARGET_LINK + i, "impair-list", &link->impair_path);
        if (code == 0 && *link->impair_path != '\0')
            code = iptfs_impair_list_load(link->impair_path, &link->impair_items,
                                          &link->impair_count, &settings->error);
    }
    for (size_t i = 0; i < scenario->traffic_count && code == 0; i++) {
        struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        code = choose_capture(settings, i);
        if (code == 0)
            code = resolve_path(settings, IPTFS_TARGET_TRAFFIC + i, "file", &traffic->file_path);
    }
    return code;
}
