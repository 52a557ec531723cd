/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values that one column of a sweep takes, one after the other. Values of a range are computed
 * when they are needed: a sweep may have a million of them, and a process of points needs few. */
#ifndef IPTFS_SWEEP_TRACK_H
#define IPTFS_SWEEP_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value that a point sets over the scenario. */
struct iptfs_sweep_set {
    const char *text; /* "section.key=value" */
    const char *key;  /* "section.key" */
    const char *value;
    unsigned line; /* of the file */
};

enum iptfs_sweep_rule {
    IPTFS_SWEEP_WRITTEN, /* one value, as the file has it */
    IPTFS_SWEEP_WHOLE,   /* first, first + 1, ... */
    IPTFS_SWEEP_EVEN,    /* from + i * step */
    IPTFS_SWEEP_RATIO    /* from * exp(step * (i + 1)) */
};

/* Values of a line that follow one rule. */
struct iptfs_sweep_run {
    enum iptfs_sweep_rule rule;
    size_t begin; /* the index of its first value among those of the line */
    size_t count;
    struct iptfs_sweep_set written;
    uint64_t first;
    double from, step;
    int digits;       /* of computed numbers, which hides rounding errors */
    bool round;       /* to whole numbers */
    const char *unit; /* behind computed numbers */
};

/* A case: a name, and any number of values. */
struct iptfs_sweep_case {
    const char *name;
    struct iptfs_sweep_set *sets;
    size_t n_sets;
};

struct iptfs_sweep_track {
    const char *column; /* the key as in the file, or "case" */
    const char *key;    /* "section.key"; NULL of cases */
    unsigned line;
    size_t count;                 /* values, or cases */
    struct iptfs_sweep_run *runs; /* of a line of values */
    size_t n_runs;
    struct iptfs_sweep_case *cases;
};

/* Longest computed value, and longest "section.key=" with one. */
enum {
    IPTFS_SWEEP_VALUE_MAX = 48,
    IPTFS_SWEEP_TEXT_MAX = 256
};

/* Whether a track has cases rather than values of one key. */
bool iptfs_sweep_has_cases(const struct iptfs_sweep_track *track);

/* The value of this index of a line, where it is computed in `buffer`. */
const char *iptfs_sweep_value(const struct iptfs_sweep_track *track, size_t index,
                              char buffer[IPTFS_SWEEP_VALUE_MAX]);

/* What the value of this index sets; where it is computed, its texts are in `buffer`. */
struct iptfs_sweep_set iptfs_sweep_set(const struct iptfs_sweep_track *track, size_t index,
                                       char buffer[IPTFS_SWEEP_TEXT_MAX]);

#endif
