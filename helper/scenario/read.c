/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the sections and values of a file. */
#include "base/asserts.h"
#include "files/ini.h"
#include "scenario/settings.h"

#include <stdlib.h>
#include <string.h>

#define PLOT_PREFIX "plot."

enum {
    TRAFFIC_NAME_MAX = 40, /* so that "traffic.NAME" is no longer than inih allows */
    FORMS_MAX = 16         /* sections that may stand in a file, but those of traffic */
};

/* Of [sweep] and [plot.NAME], which sweep/ and plot/ read: a scenario skips them. */
static const struct iptfs_section_form skipped_form = {"sweep", NULL, IPTFS_FORWARD,
                                                       IPTFS_SIDE_BOTH};

/* What is being filled while a file is read. */
struct reading {
    struct iptfs_settings *settings;
    const struct iptfs_section_form *seen[FORMS_MAX]; /* sections so far, and their lines */
    unsigned seen_lines[FORMS_MAX];
    size_t seen_count;
    const struct iptfs_section_form *form; /* of the section being read; NULL before the first */
    size_t target;                         /* likewise */
};

static bool is_traffic_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= TRAFFIC_NAME_MAX &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               length;
}

static int begin_traffic(struct reading *reading, const struct iptfs_given *here, const char *name)
{
    struct iptfs_settings *settings = reading->settings;
    if (!is_traffic_name(name))
        return iptfs_settings_refuse_at(
            settings, here, IPTFS_E_INVALID,
            "[" IPTFS_TRAFFIC_PREFIX "%s]: found '%s', allowed: a name of 1 to %d letters, "
            "digits, '.', '_', '-'",
            iptfs_quoted(name).text, iptfs_quoted(name).text, TRAFFIC_NAME_MAX);
    if (settings->scenario->traffic_count == IPTFS_TRAFFIC_MAX)
        return iptfs_settings_refuse_at(settings, here, IPTFS_E_INVALID,
                                        "[" IPTFS_TRAFFIC_PREFIX
                                        "%s]: found one more traffic section, allowed: at most %u",
                                        name, IPTFS_TRAFFIC_MAX);
    reading->form = &iptfs_traffic_form;
    reading->target = iptfs_target_count(settings);
    return iptfs_settings_add_traffic(settings, name, here->line);
}

/* The line in which a section began; 0 when it is new. */
static unsigned line_of(struct reading *reading, const struct iptfs_section_form *form,
                        unsigned line)
{
    for (size_t i = 0; i < reading->seen_count; i++)
        if (reading->seen[i] == form)
            return reading->seen_lines[i];
    IPTFS_ASSERT(reading->seen_count < FORMS_MAX);
    reading->seen[reading->seen_count] = form;
    reading->seen_lines[reading->seen_count++] = line;
    return 0;
}

static int begin_section(void *ctx, unsigned line, const char *title)
{
    struct reading *reading = ctx;
    struct iptfs_settings *settings = reading->settings;
    const struct iptfs_given here = {.line = line};
    if (strncmp(title, IPTFS_TRAFFIC_PREFIX, strlen(IPTFS_TRAFFIC_PREFIX)) == 0)
        return begin_traffic(reading, &here, title + strlen(IPTFS_TRAFFIC_PREFIX));
    if (strcmp(title, skipped_form.title) == 0 ||
        strncmp(title, PLOT_PREFIX, strlen(PLOT_PREFIX)) == 0) {
        reading->form = &skipped_form;
        return IPTFS_OK;
    }
    const struct iptfs_section_form *form = iptfs_section_form_named(title);
    if (form == NULL)
        return iptfs_settings_refuse_section(settings, &here, title);
    unsigned first = line_of(reading, form, line);
    if (first != 0)
        return iptfs_settings_refuse_at(
            settings, &here, IPTFS_E_INVALID,
            "[%s]: found the section again (first in line %u), allowed: once", title, first);
    reading->form = form;
    reading->target = iptfs_target_of(form);
    if (settings->targets[reading->target].line == 0)
        settings->targets[reading->target].line = line;
    if (form->direction == IPTFS_REVERSE)
        settings->scenario->bidirectional = true;
    return IPTFS_OK;
}

struct named {
    const char *name;
    unsigned line;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Traffic names are compared at the end, sorted: there may be many. */
static int check_names(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    size_t count = scenario->traffic_count;
    struct named *names = calloc(count + 1, sizeof *names);
    if (names == NULL)
        return iptfs_settings_out_of_memory(settings);
    for (size_t i = 0; i < count; i++)
        names[i] = (struct named){scenario->traffic[i].name,
                                  settings->targets[IPTFS_TARGET_TRAFFIC + i].line};
    qsort(names, count, sizeof *names, compare_named);
    int code = 0;
    for (size_t i = 1; i < count && code == 0; i++) {
        struct iptfs_given here = {.line = names[i].line};
        if (strcmp(names[i - 1].name, names[i].name) == 0)
            code = iptfs_settings_refuse_at(
                settings, &here, IPTFS_E_INVALID,
                "[" IPTFS_TRAFFIC_PREFIX
                "%s]: found the section again (first in line %u), allowed: once",
                names[i].name, names[i - 1].line);
    }
    free(names);
    return code;
}

static int take_value(void *ctx, unsigned line, const char *key, const char *value)
{
    struct reading *reading = ctx;
    struct iptfs_given given = {.form = reading->form, .line = line};
    if (given.form == &skipped_form)
        return IPTFS_OK;
    if (given.form != NULL)
        return iptfs_settings_take(reading->settings, reading->target, &given, key, value);
    return iptfs_settings_refuse_at(reading->settings, &given, IPTFS_E_INVALID,
                                    "%s: found a key before the first section, allowed: [SECTION]",
                                    iptfs_quoted(key).text);
}

int iptfs_settings_read(struct iptfs_settings *settings, const char *text)
{
    static const struct iptfs_ini_events events = {begin_section, take_value};
    struct reading reading = {.settings = settings};
    int code = iptfs_ini_parse(text, settings->path, &events, &reading, &settings->error);
    return code != 0 ? code : check_names(settings);
}
