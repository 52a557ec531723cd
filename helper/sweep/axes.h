/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building the axes of a sweep while its section [sweep] is read. Lines of values (values.h), cases
 * (cases.h) and zips (zip.h) add to them. Internal to the reader of sweep files. */
#ifndef IPTFS_SWEEP_AXES_H
#define IPTFS_SWEEP_AXES_H

#include "base/error.h"
#include "sweep/sweep.h"

#include <stdbool.h>
#include <stddef.h>

/* The state of reading one file. */
struct iptfs_sweep_reader {
    struct iptfs_sweep *sweep;
    struct iptfs_error *error;
    bool inside;         /* in [sweep] */
    unsigned line;       /* of [sweep]; 0: not yet found */
    bool planned;        /* the text was checked before */
    unsigned stage;      /* enum iptfs_sweep_stage (own_keys.h) */
    unsigned until_line; /* of until-min or until-max; 0: neither was given */
    size_t case_index;   /* 1 + the index of the axis of cases; 0: there is none */
    json_t *case_names;  /* {"NAME": index of the case, ...} */
};

/* Fails with IPTFS_E_NO_MEMORY. */
int iptfs_sweep_no_memory(struct iptfs_sweep_reader *reader);

/* Checks that results can hold a text: JSON is UTF-8. IPTFS_E_INVALID. */
int iptfs_sweep_check_utf8(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                           const char *text);

/* Fails with "FILE:LINE: [sweep] KEY: found 'FOUND', allowed: ALLOWED". */
int iptfs_sweep_refuse(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                       const char *found, const char *allowed);

/* Checks that scenarios may have a key "section.key". Whether this scenario may have it is found
 * when it is read. IPTFS_E_INVALID. */
int iptfs_sweep_check_key(struct iptfs_sweep_reader *reader, unsigned line, const char *key);

/* Adds an axis with a copy of this track behind the others. IPTFS_E_NO_MEMORY. */
int iptfs_sweep_add_axis(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_track *track);

/* Whether an axis has a column of this name; its index in *axis. */
bool iptfs_sweep_find_column(const struct iptfs_sweep *sweep, const char *column, size_t *axis);

/* The seeds of each combination, whose points stand together: they change before all else, and
 * alone. NULL where the sweep has none. */
const struct iptfs_sweep_track *iptfs_sweep_seeds(const struct iptfs_sweep *sweep);

/* Checks the finished axes and counts points and columns: no key may be set twice in a point.
 * IPTFS_E_INVALID. */
int iptfs_sweep_count_points(struct iptfs_sweep_reader *reader);

#endif
