/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of an attack's results. A row is an object of the columns below, before which stand
 * "point" and the parameters of the tunnel; and two arrays, which are no columns: "sets", what the
 * tunnel sets over the scenario, and "confusion", an array for each class, of how many of its runs
 * were taken for each class. */
#ifndef IPTFS_ADVICE_ATTACK_RESULTS_H
#define IPTFS_ADVICE_ATTACK_RESULTS_H

#include "base/error.h"
#include "scenario/classes.h"

#include <jansson.h>

/* A column of the results that is computed. */
struct iptfs_attack_column {
    const char *name;
    const char *unit;
    const char *meaning;
};

/* In their order, name NULL at the end. */
extern const struct iptfs_attack_column iptfs_attack_columns[];

struct iptfs_attack_label {
    char text[256];
};

/* The values of the parameters of a row, "esp, 2". */
struct iptfs_attack_label iptfs_attack_label(const json_t *row);

/* How many runs of a class were taken for another. */
json_int_t iptfs_attack_confused(const json_t *row, size_t class, size_t guess);

/* Writes results.csv, results.db (with a table "confusion") and confusion.csv into the directory: a
 * row for each object of the array. IPTFS_E_IO, IPTFS_E_NO_MEMORY; then older files are still
 * there. */
int iptfs_attack_write(const char *directory, const json_t *rows,
                       const struct iptfs_classes *classes, struct iptfs_error *error);

#endif
