/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The classes of traffic of a scenario, `[scenario] classes = call, web`, and the one that runs,
 * `class = call`. A class NAME is the section [traffic.NAME] and all sections [traffic.NAME.*].
 * Sections of no class are in every run. */
#ifndef IPTFS_SCENARIO_CLASSES_H
#define IPTFS_SCENARIO_CLASSES_H

#include "base/error.h"
#include "scenario/settings.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    IPTFS_CLASSES_MAX = 100
};

struct iptfs_classes {
    char *text; /* the names, cut apart */
    const char *names[IPTFS_CLASSES_MAX];
    size_t count;
};

/* Cuts the value of `classes` into names; more than IPTFS_CLASSES_MAX do not fit in its line. The
 * caller frees them with iptfs_classes_free. IPTFS_E_NO_MEMORY. */
int iptfs_classes_init(struct iptfs_classes *classes, const char *text);
void iptfs_classes_free(struct iptfs_classes *classes);

/* Whether the section [traffic.NAME] belongs to the class. */
bool iptfs_class_has(const char *class, const char *section);

/* Checks both keys. Where `class` is given, removes the traffic of all other classes, and sets
 * class_number. Call it last: traffic sections get other indices. IPTFS_E_INVALID,
 * IPTFS_E_NO_MEMORY. */
int iptfs_scenario_choose_class(struct iptfs_settings *settings);

#endif
