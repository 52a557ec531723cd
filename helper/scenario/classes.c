/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/classes.h"

#include "text/quoted.h"
#include "text/suggest.h"

#include <stdlib.h>
#include <string.h>

int iptfs_classes_init(struct iptfs_classes *classes, const char *text)
{
    *classes = (struct iptfs_classes){.text = strdup(text)};
    if (classes->text == NULL)
        return IPTFS_E_NO_MEMORY;
    char *rest = classes->text, *word;
    while ((word = strsep(&rest, ", \t")) != NULL && classes->count < IPTFS_CLASSES_MAX)
        if (*word != '\0')
            classes->names[classes->count++] = word;
    return IPTFS_OK;
}

void iptfs_classes_free(struct iptfs_classes *classes)
{
    free(classes->text);
    *classes = (struct iptfs_classes){.count = 0};
}

bool iptfs_class_has(const char *class, const char *section)
{
    size_t length = strlen(class);
    return strncmp(section, class, length) == 0 &&
           (section[length] == '\0' || section[length] == '.');
}

/* ------------------------------------------------------------------------------------- checking */

static int check_sections(struct iptfs_settings *settings, const char *class)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_suggest nearest = {.found = class};
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        if (iptfs_class_has(class, scenario->traffic[i].name))
            return IPTFS_OK;
        iptfs_suggest_offer(&nearest, scenario->traffic[i].name);
    }
    return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "classes", IPTFS_E_INVALID,
                                 "names of [traffic.NAME] sections, not '%s'%s",
                                 iptfs_quoted(class).text, iptfs_suggest_hint(&nearest).text);
}

/* No section may be in two classes. */
static int check_disjoint(struct iptfs_settings *settings, const struct iptfs_classes *classes,
                          size_t index)
{
    const char *class = classes->names[index];
    for (size_t i = 0; i < index; i++)
        if (iptfs_class_has(classes->names[i], class) || iptfs_class_has(class, classes->names[i]))
            return iptfs_settings_refuse(
                settings, IPTFS_TARGET_SCENARIO, "classes", IPTFS_E_INVALID,
                "each section in one class, not '%s' in two", iptfs_quoted(class).text);
    return IPTFS_OK;
}

static int check_classes(struct iptfs_settings *settings, const struct iptfs_classes *classes)
{
    int code = IPTFS_OK;
    if (classes->count == 1)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "classes", IPTFS_E_INVALID,
                                     "2 names of [traffic.NAME] sections or more, as 'call, web'");
    const bool alone = *settings->scenario->class != '\0'; /* as a scenario is printed */
    for (size_t i = 0; i < classes->count && code == IPTFS_OK; i++) {
        if (!alone || strcmp(classes->names[i], settings->scenario->class) == 0)
            code = check_sections(settings, classes->names[i]);
        if (code == IPTFS_OK)
            code = check_disjoint(settings, classes, i);
    }
    return code;
}

/* ------------------------------------------------------------------------------------- choosing */

static bool is_other(const struct iptfs_classes *classes, size_t index, const char *section)
{
    for (size_t i = 0; i < classes->count; i++)
        if (i != index && iptfs_class_has(classes->names[i], section))
            return true;
    return false;
}

static void keep(struct iptfs_scenario *scenario, const struct iptfs_classes *classes, size_t index)
{
    size_t kept = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        if (is_other(classes, index, scenario->traffic[i].name))
            iptfs_traffic_options_free(&scenario->traffic[i]);
        else
            scenario->traffic[kept++] = scenario->traffic[i];
    }
    scenario->traffic_count = kept;
    scenario->class_number = index + 1;
}

static int choose(struct iptfs_settings *settings, const struct iptfs_classes *classes)
{
    struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_suggest nearest = {.found = scenario->class};
    if (*scenario->class == '\0')
        return IPTFS_OK;
    for (size_t i = 0; i < classes->count; i++) {
        if (strcmp(classes->names[i], scenario->class) == 0) {
            keep(scenario, classes, i);
            return IPTFS_OK;
        }
        iptfs_suggest_offer(&nearest, classes->names[i]);
    }
    return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "class", IPTFS_E_INVALID,
                                 "one of classes%s", iptfs_suggest_hint(&nearest).text);
}

int iptfs_scenario_choose_class(struct iptfs_settings *settings)
{
    struct iptfs_classes classes;
    int code = iptfs_classes_init(&classes, settings->scenario->classes);
    if (code == IPTFS_OK)
        code = check_classes(settings, &classes);
    if (code == IPTFS_OK)
        code = choose(settings, &classes);
    iptfs_classes_free(&classes);
    return code;
}
