/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The traffic types. A type is one file that defines a struct iptfs_traffic_type, and one row in
 * the table of types.c; its own keys are a row in the second table there. */
#ifndef IPTFS_TRAFFIC_TYPES_H
#define IPTFS_TRAFFIC_TYPES_H

#include "base/error.h"
#include "sender/source.h"
#include "traffic/keys.h"
#include "traffic/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iptfs_traffic_flow;      /* traffic/flow.h */
struct iptfs_ns3_hosts_traffic; /* ns3/hosts/hosts.h */

enum {
    IPTFS_TRAFFIC_TYPE_KEYS_MAX = 10
};

/* What a source needs beside its section. */
struct iptfs_traffic_setup {
    const struct iptfs_traffic_options *options; /* read only while the source is made */
    uint64_t seed;
    uint64_t run;
    uint32_t window_octets; /* saturate: sent at `start`; what the queue and the link accept without
                               loss or mark, divided by the number of such sections */
    uint16_t flow;          /* index of the section; its random streams have this number too */
};

/* The path of a section's packets, for checks. */
struct iptfs_traffic_path {
    const char *link_section; /* "link" or "link.reverse", for messages */
    uint64_t link_rate_bps;   /* 0: no limit */
    uint64_t queue_octets;    /* limit of the link's queue; 0: none, or in packets */
    uint32_t outer_octets;    /* longest outer packet on the link, framing included */
    bool direct;              /* the links of both directions are the model's own */
};

struct iptfs_traffic_type {
    const char *name;    /* value of the key `type` */
    const char *meaning; /* one line for `list traffic` */
    const char *source;  /* the standard or publication; NULL for none */
    bool hosted;         /* the packets come from ns-3's applications: no ops, no start */
    bool tcp;            /* hosted, and over TCP */
    bool captured;       /* the packets are those of a capture: no random number changes them */
    const struct iptfs_traffic_keys *keys[IPTFS_TRAFFIC_TYPE_KEYS_MAX + 1]; /* NULL at the end */
    struct iptfs_source_ops ops;
    size_t state_octets; /* of the type's state, which begins with a struct iptfs_traffic_flow */
    /* Sets defaults that depend on other keys. NULL: there are none. */
    void (*complete)(struct iptfs_traffic_options *options);
    /* Refuses values that do not go together, or not with the path: iptfs_traffic_refuse. NULL: all
     * do. */
    int (*check)(const struct iptfs_traffic_options *options, const struct iptfs_traffic_path *path,
                 struct iptfs_error *error);
    /* Hosted: completes what iptfs_host_to_model has set. */
    void (*to_model)(const struct iptfs_traffic_options *options,
                     struct iptfs_ns3_hosts_traffic *ns3);
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

/* The type of a section. */
const struct iptfs_traffic_type *iptfs_traffic_type_of(const struct iptfs_traffic_options *options);

/* The groups of keys in the order of lists and printed scenarios, NULL behind the last. */
const struct iptfs_traffic_keys *iptfs_traffic_keys_at(size_t index);

/* Whether sections of a type have the keys of a group. */
bool iptfs_traffic_type_uses(const struct iptfs_traffic_type *type,
                             const struct iptfs_traffic_keys *keys);

/* For `check`: refuses the value of a key of the section; the text says what is allowed. Returns
 * IPTFS_E_INVALID. See iptfs_refuse_key. */
int iptfs_traffic_refuse(const struct iptfs_traffic_options *options, struct iptfs_error *error,
                         const char *key, const char *allowed, ...)
    __attribute__((format(printf, 4, 5)));

#endif
