/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The traffic types. A type is one file that defines a struct iptfs_traffic_type, and one row in
 * the table of types.c. */
#ifndef IPTFS_TRAFFIC_TYPES_H
#define IPTFS_TRAFFIC_TYPES_H

#include "base/error.h"
#include "sender/source.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_traffic_options; /* scenario/scenario.h */
struct iptfs_traffic_flow;    /* traffic/flow.h */

/* What a source needs beside its section. */
struct iptfs_traffic_setup {
    const struct iptfs_traffic_options *options; /* read only while the source is made */
    uint64_t seed;
    uint64_t run;
    uint32_t window_octets; /* saturate: sent at `start`; what the queue and the link accept without
                               loss or mark, divided by the number of such sections */
    uint16_t flow;          /* index of the section; its random streams have this number too */
};

struct iptfs_traffic_type {
    const char *name;    /* value of the key `type` */
    const char *meaning; /* one line for `list traffic` */
    const char *source;  /* the standard or publication; NULL for none */
    struct iptfs_source_ops ops;
    size_t state_octets; /* of the type's state, which begins with a struct iptfs_traffic_flow */
    /* Refuses options that no run can use: IPTFS_E_INVALID. NULL: all can be used. */
    int (*check)(const struct iptfs_traffic_options *options, struct iptfs_error *error);
    /* Fills in the state and the first packet of a flow. The state is zero but for what
     * iptfs_flow_new has set. IPTFS_E_INVALID, IPTFS_E_IO or IPTFS_E_NO_MEMORY; `release` is
     * called in any case. */
    int (*start)(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                 struct iptfs_error *error);
    /* Frees what the state holds, not the state itself. NULL: it holds nothing. */
    void (*release)(struct iptfs_traffic_flow *flow);
};

/* The types in the order of their table, NULL behind the last. */
const struct iptfs_traffic_type *iptfs_traffic_type_at(size_t index);

#endif
