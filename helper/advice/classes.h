/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The classes of traffic of a scenario, `[scenario] classes = call, web`. A class NAME is the
 * section [traffic.NAME] and all sections [traffic.NAME.*]. Sections of no class are in every run.
 */
#ifndef IPTFS_ADVICE_CLASSES_H
#define IPTFS_ADVICE_CLASSES_H

#include "base/error.h"
#include "scenario/scenario.h"

#include <stddef.h>

enum {
    IPTFS_CLASSES_MAX = 100
};

struct iptfs_classes {
    char *text; /* the names, cut apart */
    const char *names[IPTFS_CLASSES_MAX];
    size_t count;
};

/* Takes the classes of a scenario: two at least, each with a section. IPTFS_E_INVALID,
 * IPTFS_E_NO_MEMORY. The caller frees them with iptfs_classes_free, whatever the outcome. */
int iptfs_classes_init(struct iptfs_classes *classes, const struct iptfs_scenario *scenario,
                       struct iptfs_error *error);
void iptfs_classes_free(struct iptfs_classes *classes);

/* Removes the traffic of all other classes from a scenario. */
void iptfs_classes_keep(const struct iptfs_classes *classes, size_t index,
                        struct iptfs_scenario *scenario);

#endif
