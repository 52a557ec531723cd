/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep: a scenario file with a [sweep] section, and the grid of points that it spans. Each point
 * is the scenario with some values set over it.
 *
 *   [sweep]
 *   tunnel.pkt-size = 256, 576, 1500       values; with '|' between them where they hold commas
 *   link.loss = 0 : 5% : 0.5%              from : to : step, both ends included
 *   link.delay = log(1ms, 100ms, 5)        five values with equal ratios, four digits each
 *   tunnel.reorder-window = 0 .. 16        whole numbers
 *   zip = link.loss, link.delay            these move together, not each with each
 *   case.NAME = tunnel.mode=esp; link.ce=0 named alternatives, each a set of values
 *   seed = 1 .. 20                         replications: [scenario] seed
 *
 * Lines span the grid in their order, the last changing fastest, but seed always fastest of all. */
#ifndef IPTFS_SWEEP_H
#define IPTFS_SWEEP_H

#include "base/error.h"
#include "scenario/option.h"
#include "scenario/scenario.h"
#include "text/quantity.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* Most points of a sweep. */
#define IPTFS_SWEEP_POINTS_MAX 1000000u

/* Most values that are set over the scenario in one point, and most columns. */
#define IPTFS_SWEEP_SETS_MAX 64u

/* A value to set, and the line of the file that says so. */
struct iptfs_sweep_set {
    const char *text; /* "section.key=value" */
    const char *key;  /* "section.key" */
    const char *value;
    unsigned line;
};

/* One step of an axis. */
struct iptfs_sweep_step {
    const char *const *labels; /* a value for each column */
    const struct iptfs_sweep_set *sets;
    size_t n_sets;
};

/* What moves on its own. */
struct iptfs_sweep_axis {
    const char *const *columns; /* keys as in the file, or "case" */
    size_t n_columns;
    const struct iptfs_sweep_step *steps;
    size_t n_steps;
    unsigned line;
};

struct iptfs_sweep_note; /* a kept piece of memory */

struct iptfs_sweep {
    char *path; /* as given */
    char *text; /* of the whole file */
    struct iptfs_sweep_axis *axes;
    size_t n_axes;
    size_t n_points;
    size_t n_columns;
    struct iptfs_sweep_note *notes;
};

/* One point: what it sets, and a value for each column of the sweep. Refers to the sweep. */
struct iptfs_sweep_point {
    size_t index; /* from 1 */
    size_t n_sets;
    const struct iptfs_sweep_set *sets[IPTFS_SWEEP_SETS_MAX];
    const char *columns[IPTFS_SWEEP_SETS_MAX];
    const char *labels[IPTFS_SWEEP_SETS_MAX];
    size_t n_columns;
};

/* Reads a file and its [sweep] section. Scenarios of points are not checked yet. On success the
 * caller frees it with iptfs_sweep_free. IPTFS_E_INVALID (no such section, too many points, a line
 * that is not as it must be), IPTFS_E_IO, IPTFS_E_NO_MEMORY, with "FILE:LINE: ...". */
int iptfs_sweep_load(struct iptfs_sweep *sweep, const char *path, struct iptfs_error *error);

/* The same for a text in memory; `path` stands for the file. */
int iptfs_sweep_parse_text(struct iptfs_sweep *sweep, const char *text, const char *path,
                           struct iptfs_error *error);
void iptfs_sweep_free(struct iptfs_sweep *sweep);

/* The point of this index, 1 to n_points. */
struct iptfs_sweep_point iptfs_sweep_point(const struct iptfs_sweep *sweep, size_t index);

/* "link.loss=0.01 seed=3": what the point has in its columns, as a new string. */
char *iptfs_sweep_point_text(const struct iptfs_sweep_point *point);

/* Reads and checks the scenario of a point; errors name the line of the sweep that is to blame. The
 * caller frees it with iptfs_scenario_free. */
int iptfs_sweep_scenario(const struct iptfs_sweep *sweep, size_t index,
                         struct iptfs_scenario *scenario, struct iptfs_error *error);

/* What a scenario is known by: a hash of all its values, defaults included, of the contents of the
 * files it names, and of the program's version. Its description does not count. Sixteen digits.
 * IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_id(const struct iptfs_scenario *scenario, struct iptfs_text *id,
                   struct iptfs_error *error);

/* The underlying scenario as it is written, {"link.loss": "1%", ...}: a new reference, or NULL. */
json_t *iptfs_sweep_base(const struct iptfs_sweep *sweep);

/* The option that a key "section.key" of a scenario sets; NULL where there is none. */
const struct iptfs_option *iptfs_sweep_option(const char *key);

/* A value of a scenario key as a number: seconds, bits per second, octets, a count, a part of one.
 * False when it is none of these. The unit ("s", "bit/s", "octets", "") in *unit. */
bool iptfs_sweep_number(const char *key, const char *value, double *number, const char **unit);

/* Writes one line for each point. */
void iptfs_sweep_list(const struct iptfs_sweep *sweep, FILE *out);

#endif
