/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of an attack's results. */
#ifndef IPTFS_ADVICE_ATTACK_RESULTS_H
#define IPTFS_ADVICE_ATTACK_RESULTS_H

#include "base/error.h"

#include <jansson.h>

/* A column of the results that is computed. Those of parameters stand before them. */
struct iptfs_attack_column {
    const char *name;
    const char *unit;
    const char *meaning;
};

/* In their order, name NULL at the end. */
extern const struct iptfs_attack_column iptfs_attack_columns[];

/* Writes results.csv and results.db into the directory: a row for each object of the array `rows`,
 * all with the same members. IPTFS_E_IO, IPTFS_E_NO_MEMORY; then older files are still there. */
int iptfs_attack_write(const char *directory, const json_t *rows, struct iptfs_error *error);

/* Draws accuracy against overhead: plots/accuracy.svg, .png, .gp and .csv. IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY. */
int iptfs_attack_plot(const char *directory, const json_t *rows, struct iptfs_error *error);

#endif
