/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/classes.h"

#include "files/textfile.h"
#include "text/quoted.h"
#include "text/suggest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_of(const char *class, const char *section)
{
    size_t length = strlen(class);
    return strncmp(section, class, length) == 0 &&
           (section[length] == '\0' || section[length] == '.');
}

static int refuse(const struct iptfs_scenario *scenario, struct iptfs_error *error,
                  const char *found, const char *allowed)
{
    return iptfs_fail(error, IPTFS_E_INVALID, "%s: [scenario] classes: found '%s', allowed: %s",
                      iptfs_quoted_path(scenario->path).text, iptfs_quoted(found).text, allowed);
}

static int check_sections(const struct iptfs_scenario *scenario, const char *class,
                          struct iptfs_error *error)
{
    struct iptfs_suggest nearest = {.found = class};
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        if (is_of(class, scenario->traffic[i].name))
            return IPTFS_OK;
        iptfs_suggest_offer(&nearest, scenario->traffic[i].name);
    }
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: [scenario] classes: found '%s', allowed: names of [traffic.NAME] "
                      "sections%s",
                      iptfs_quoted_path(scenario->path).text, iptfs_quoted(class).text,
                      iptfs_suggest_hint(&nearest).text);
}

static int add(struct iptfs_classes *classes, const struct iptfs_scenario *scenario,
               const char *name, struct iptfs_error *error)
{
    if (classes->count == IPTFS_CLASSES_MAX)
        return refuse(scenario, error, name, "100 classes at most");
    for (size_t i = 0; i < classes->count; i++)
        if (is_of(classes->names[i], name) || is_of(name, classes->names[i]))
            return refuse(scenario, error, name, "each section in one class");
    classes->names[classes->count++] = name;
    return check_sections(scenario, name, error);
}

int iptfs_classes_init(struct iptfs_classes *classes, const struct iptfs_scenario *scenario,
                       struct iptfs_error *error)
{
    *classes = (struct iptfs_classes){.text = strdup(scenario->classes)};
    if (classes->text == NULL)
        return iptfs_fail_no_memory(error);
    char *rest = classes->text, *word;
    while ((word = strsep(&rest, ", \t")) != NULL) {
        int code = *word != '\0' ? add(classes, scenario, word, error) : IPTFS_OK;
        if (code != IPTFS_OK)
            return code;
    }
    return classes->count >= 2
               ? IPTFS_OK
               : refuse(scenario, error, scenario->classes,
                        "2 to 100 names of [traffic.NAME] sections, such as 'call, web'");
}

void iptfs_classes_free(struct iptfs_classes *classes)
{
    free(classes->text);
    *classes = (struct iptfs_classes){.count = 0};
}

static bool is_other(const struct iptfs_classes *classes, size_t index, const char *section)
{
    for (size_t i = 0; i < classes->count; i++)
        if (i != index && is_of(classes->names[i], section))
            return true;
    return false;
}

void iptfs_classes_keep(const struct iptfs_classes *classes, size_t index,
                        struct iptfs_scenario *scenario)
{
    size_t kept = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        if (is_other(classes, index, scenario->traffic[i].name))
            iptfs_traffic_options_free(&scenario->traffic[i]);
        else
            scenario->traffic[kept++] = scenario->traffic[i];
    }
    scenario->traffic_count = kept;
}
