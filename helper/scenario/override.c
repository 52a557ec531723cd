/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overrides of a scenario's values: "section.key=value". */
#include "scenario/settings.h"
#include "text/blanks.h"
#include "text/suggest.h"

#include <stdlib.h>
#include <string.h>

static int refuse_traffic_name(struct iptfs_settings *settings, const struct iptfs_given *given,
                               const char *name)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_suggest nearest = {.found = name};
    struct iptfs_text guess = {""};
    for (size_t i = 0; i < scenario->traffic_count; i++)
        iptfs_suggest_offer(&nearest, scenario->traffic[i].name);
    if (nearest.best != NULL) {
        snprintf(guess.text, sizeof guess.text, IPTFS_TRAFFIC_PREFIX "%.50s", nearest.best);
        nearest.best = guess.text;
    }
    return iptfs_settings_refuse_at(settings, given, IPTFS_E_INVALID,
                                    "[" IPTFS_TRAFFIC_PREFIX
                                    "%s]: found no such section, allowed: those of the file%s",
                                    iptfs_quoted(name).text, iptfs_suggest_hint(&nearest).text);
}

/* The section that an override names: given->form and *target. */
static int find_section(struct iptfs_settings *settings, const char *title,
                        struct iptfs_given *given, size_t *target)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    given->form = &iptfs_traffic_form; /* any: it makes the place that of an override */
    if (strncmp(title, IPTFS_TRAFFIC_PREFIX, strlen(IPTFS_TRAFFIC_PREFIX)) == 0) {
        const char *name = title + strlen(IPTFS_TRAFFIC_PREFIX);
        for (size_t i = 0; i < scenario->traffic_count; i++) {
            if (strcmp(scenario->traffic[i].name, name) != 0)
                continue;
            *target = IPTFS_TARGET_TRAFFIC + i;
            return IPTFS_OK;
        }
        return refuse_traffic_name(settings, given, name);
    }
    const struct iptfs_section_form *form = iptfs_section_form_named(title);
    if (form == NULL)
        return iptfs_settings_refuse_section(settings, given, title);
    given->form = form;
    *target = iptfs_target_of(form);
    if (form->direction == IPTFS_REVERSE)
        settings->scenario->bidirectional = true;
    return IPTFS_OK;
}

/* `copy` is a copy of override number `set`, to be cut in pieces. */
static int override(struct iptfs_settings *settings, size_t set, char *copy)
{
    size_t target = 0;
    struct iptfs_given given = {.form = &iptfs_traffic_form, .set = set};
    char *value = strchr(copy, '=');
    if (value != NULL)
        *value++ = '\0';
    char *key = value != NULL ? strrchr(copy, '.') : NULL;
    if (key == NULL)
        return iptfs_settings_refuse_at(
            settings, &given, IPTFS_E_INVALID,
            "found no key, allowed: section.key=value, as in tunnel.pkt-size=1400");
    *key++ = '\0';
    int code = find_section(settings, iptfs_trim(copy), &given, &target);
    return code != 0
               ? code
               : iptfs_settings_take(settings, target, &given, iptfs_trim(key), iptfs_trim(value));
}

int iptfs_settings_override(struct iptfs_settings *settings, size_t count)
{
    int code = 0;
    for (size_t set = 0; set < count && code == 0; set++) {
        char *copy = strdup(settings->sets[set]);
        if (copy == NULL)
            return iptfs_settings_out_of_memory(settings);
        code = override(settings, set, copy);
        free(copy);
    }
    return code;
}
