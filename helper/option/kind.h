/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of values: what an option's value is, how it is written and how it is read. Each is one
 * struct; parsing, printing, lists, sweeps and plots all use it. A new kind is one more struct. */
#ifndef IPTFS_OPTION_KIND_H
#define IPTFS_OPTION_KIND_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct iptfs_option; /* option/option.h */

struct iptfs_value_kind {
    const char *name;    /* for lists: "time", "octets or packets" */
    const char *unit;    /* of `number`: "s", "bit/s", "octets"; "" for none */
    bool whole;          /* numbers are whole ones */
    bool self_evident;   /* the allowed values show the kind: lists leave its name out */
    const void *details; /* for functions that several kinds share; NULL for none */

    /* Reads the text into the field, which changes only on success. IPTFS_E_INVALID with "found
     * '...', allowed: ...", IPTFS_E_NO_MEMORY. */
    int (*parse)(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error);
    /* Writes the field so that `parse` reads it back to the same value. */
    void (*print)(const struct iptfs_option *option, const void *field, FILE *out);
    /* Writes which values the option allows, "68B to 65535B", cut to `size`. */
    void (*allowed)(const struct iptfs_option *option, char *buffer, size_t size);
    /* The text as a number in `unit`, for sweeps and plots; false when it is none. NULL: no value
     * of this kind is a number. */
    bool (*number)(const struct iptfs_value_kind *kind, const char *text, double *number);

    /* For fields that own memory; NULL for all others. */
    int (*copy)(void *field, const void *from); /* IPTFS_E_NO_MEMORY */
    void (*clear)(void *field);
    bool (*empty)(const void *field);
};

/* The kinds and the fields that they fill. Fields of whole numbers and words may have 8, 32 or 64
 * bits. */
extern const struct iptfs_value_kind iptfs_kind_time;        /* picoseconds, int64_t */
extern const struct iptfs_value_kind iptfs_kind_phase;       /* "random", or picoseconds, int64_t */
extern const struct iptfs_value_kind iptfs_kind_warm_up;     /* "auto", or picoseconds, int64_t */
extern const struct iptfs_value_kind iptfs_kind_rate;        /* bits per second, whole */
extern const struct iptfs_value_kind iptfs_kind_octets;      /* whole */
extern const struct iptfs_value_kind iptfs_kind_number;      /* whole */
extern const struct iptfs_value_kind iptfs_kind_switch;      /* bool */
extern const struct iptfs_value_kind iptfs_kind_word;        /* bool, enum or unsigned */
extern const struct iptfs_value_kind iptfs_kind_probability; /* double, 0 to 1 */
extern const struct iptfs_value_kind iptfs_kind_factor;      /* double, above the minimum */
extern const struct iptfs_value_kind iptfs_kind_limit;       /* struct iptfs_limit */
extern const struct iptfs_value_kind iptfs_kind_lifetime;    /* struct iptfs_sa_lifetime */
extern const struct iptfs_value_kind iptfs_kind_sizes;       /* struct iptfs_sizes */
extern const struct iptfs_value_kind iptfs_kind_dscp;        /* uint32_t, see option/dscp.c */
extern const struct iptfs_value_kind iptfs_kind_flow_label;  /* "random", or a number, uint32_t */
extern const struct iptfs_value_kind
    iptfs_kind_reorder_window;                             /* "adaptive", or a number, uint32_t */
extern const struct iptfs_value_kind iptfs_kind_breaker;   /* struct iptfs_breaker_limit */
extern const struct iptfs_value_kind iptfs_kind_mtus;      /* struct iptfs_timed_list */
extern const struct iptfs_value_kind iptfs_kind_rates;     /* struct iptfs_timed_list */
extern const struct iptfs_value_kind iptfs_kind_blackouts; /* struct iptfs_timed_list */
extern const struct iptfs_value_kind iptfs_kind_name; /* char *: letters, digits, '.', '_', '-' */
extern const struct iptfs_value_kind iptfs_kind_line; /* char *: free text in one line */
extern const struct iptfs_value_kind iptfs_kind_path; /* char *: a file, beside the scenario's */

#endif
