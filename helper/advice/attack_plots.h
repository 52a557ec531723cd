/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plots of an attack's results. */
#ifndef IPTFS_ADVICE_ATTACK_PLOTS_H
#define IPTFS_ADVICE_ATTACK_PLOTS_H

#include "base/error.h"
#include "scenario/classes.h"

#include <jansson.h>

/* Draws from the rows of advice/attack_results.h, into DIR/plots, each as .svg, .png, .gp and .csv:
 * accuracy, against overhead (no tunnel that delivers nothing), and classes, which part of the runs
 * of each class is taken for each class. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_attack_plot(const char *directory, const json_t *rows,
                      const struct iptfs_classes *classes, struct iptfs_error *error);

#endif
