/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/capture_folder.h"

#include "files/outfile.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *name, size_t length, const char *end)
{
    size_t wanted = strlen(end);
    return length > wanted && strncmp(name + length - wanted, end, wanted) == 0;
}

static int is_capture(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t length = strlen(name);
    if (ends_with(name, length, ".gz"))
        length -= 3;
    return name[0] != '.' &&
           (ends_with(name, length, ".pcap") || ends_with(name, length, ".pcapng") ||
            ends_with(name, length, ".cap"));
}

/* By octets: the order does not depend on the locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

char *iptfs_capture_folder_pick(const char *folder, uint64_t seed, size_t *count)
{
    struct dirent **entries;
    char *path = NULL;
    int found = scandir(folder, &entries, is_capture, compare);
    *count = found > 0 ? (size_t)found : 0;
    if (found < 0)
        return NULL;
    if (seed >= 1 && seed <= *count)
        path = iptfs_path_join(folder, entries[seed - 1]->d_name);
    for (size_t i = 0; i < *count; i++)
        free(entries[i]);
    free(entries);
    return path;
}
