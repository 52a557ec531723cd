/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/scenario.h"

#include "files/textfile.h"
#include "scenario/check.h"
#include "scenario/classes.h"
#include "scenario/defaults.h"
#include "scenario/named_files.h"
#include "scenario/sections.h"
#include "scenario/settings.h"

#include <stdlib.h>
#include <string.h>

static int build(struct iptfs_settings *settings, const char *text, size_t n_sets)
{
    int code = iptfs_settings_read(settings, text);
    if (code == 0)
        code = iptfs_settings_override(settings, n_sets);
    if (code == 0)
        code = iptfs_scenario_fill(settings);
    if (code == 0)
        code = iptfs_scenario_open_files(settings);
    if (code == 0)
        code = iptfs_scenario_check(settings);
    return code != 0 || settings->tunnel_only ? code : iptfs_scenario_choose_class(settings);
}

static int parse(struct iptfs_scenario *s, bool tunnel_only, const char *text, const char *path,
                 const char *const *sets, size_t n_sets, struct iptfs_error *error)
{
    struct iptfs_settings settings;
    *s = (struct iptfs_scenario){.path = strdup(path), .bidirectional = tunnel_only};
    int code = iptfs_settings_init(&settings, s, path, sets);
    settings.tunnel_only = tunnel_only;
    if (code == 0)
        code = s->path == NULL ? IPTFS_E_NO_MEMORY : build(&settings, text, n_sets);
    if (code != 0) {
        if (settings.error.code != code)
            iptfs_fail(&settings.error, code, "%s", iptfs_error_name(code));
        if (error != NULL)
            *error = settings.error;
        iptfs_scenario_free(s);
    }
    iptfs_settings_free(&settings);
    return code;
}

int iptfs_scenario_parse_text(struct iptfs_scenario *s, const char *text, const char *path,
                              const char *const *sets, size_t n_sets, struct iptfs_error *error)
{
    return parse(s, false, text, path, sets, n_sets, error);
}

int iptfs_scenario_parse_tunnel(struct iptfs_scenario *s, const char *const *sets, size_t n_sets,
                                struct iptfs_error *error)
{
    return parse(s, true, "", "tunnel", sets, n_sets, error);
}

int iptfs_scenario_load(struct iptfs_scenario *s, const char *path, const char *const *sets,
                        size_t n_sets, struct iptfs_error *error)
{
    char *text;
    *s = (struct iptfs_scenario){0};
    int code = iptfs_textfile_read(path, &text, error);
    if (code != 0)
        return code;
    code = iptfs_scenario_parse_text(s, text, path, sets, n_sets, error);
    free(text);
    return code;
}

static void clear_section(const struct iptfs_section *section, void *base)
{
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++)
        iptfs_option_clear(option, iptfs_section_base(section, base, option));
}

void iptfs_scenario_free(struct iptfs_scenario *s)
{
    for (size_t i = 0; i < s->traffic_count; i++) {
        iptfs_traffic_options_free(&s->traffic[i]);
    }
    free(s->traffic);
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++) {
        clear_section(&iptfs_section_tunnel, &s->tunnel[i]);
        clear_section(&iptfs_section_link, &s->link[i]);
        free(s->link[i].impair_items);
    }
    clear_section(&iptfs_section_scenario, s);
    free(s->path);
    *s = (struct iptfs_scenario){0};
}
