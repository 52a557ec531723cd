/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario: everything a run needs to know, as a plain struct, and how it is read from an INI
 * file. The keys, with unit, default, range and meaning, are the rows of keys_*.c and of
 * traffic/. */
#ifndef IPTFS_SCENARIO_H
#define IPTFS_SCENARIO_H

#include "base/error.h"
#include "congestion/tfrc.h"
#include "link/link.h"
#include "option/breaker.h"
#include "option/direction.h"
#include "option/limit.h"
#include "option/timed.h"
#include "receiver/receiver.h"
#include "sender/sender.h"
#include "traffic/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum iptfs_fill {
    IPTFS_FILL_USUAL, /* the default of the mode */
    IPTFS_FILL_WHOLE, /* append only what fits whole, as Linux does */
    IPTFS_FILL_FULL   /* start a packet in the rest of an outer one */
};

enum iptfs_ip_fragment {
    IPTFS_IP_FRAGMENT_USUAL, /* the default of the mode */
    IPTFS_IP_FRAGMENT_OFF,   /* refuse what is too long, as Linux does */
    IPTFS_IP_FRAGMENT_ON
};

/* One direction of the tunnel: the sender's SA (out) and the receiver's (in). Values that the model
 * uses as given stand in its own structs, which to_model.c completes; the others are made the
 * model's there. */
struct iptfs_tunnel_options {
    uint32_t mode;                         /* index for iptfs_mode_at */
    uint32_t cipher;                       /* index for iptfs_cipher_at */
    uint32_t encap;                        /* index for iptfs_encap_at */
    uint32_t outer_version;                /* 4 or 6 */
    struct iptfs_sender_config sender;     /* out */
    struct iptfs_receiver_config receiver; /* in */
    struct iptfs_tfrc_config tfrc;         /* out */
    uint64_t l3_fixed_rate_bps; /* out: of outer IP octets; 0: not given, as the next two */
    uint64_t l2_fixed_rate_bps; /* out: framing included */
    uint64_t pps;               /* out: outer packets a second */
    int64_t slot_phase_ps;      /* out: of the first slot; IPTFS_TIME_BY_WORD: random */
    uint64_t max_rate_bps;      /* out: of outer IP octets under congestion control; 0: none */
    uint64_t min_rate_bps;      /* out */
    bool ecn;
    uint32_t flow_label;  /* out: of outer IPv6 headers; may be IPTFS_FLOW_LABEL_RANDOM */
    enum iptfs_fill fill; /* out */
    enum iptfs_ip_fragment ip_fragment;         /* out */
    struct iptfs_breaker_limit circuit_breaker; /* in */
    struct iptfs_breaker_limit event_breaker;   /* out */
    bool congestion_info;                       /* out: its end returns congestion information */
    bool require_cc;        /* out: its end asks the peer for congestion information */
    bool accept_fragments;  /* in: its end takes fragments of inner packets */
    uint32_t unknown_flags; /* out: further flags that its end sends in USE_AGGFRAG */
    bool refused;           /* not a key: what AGGFRAG modes ask for was refused */
};

enum iptfs_link_device {
    IPTFS_DEVICE_DIRECT, /* our own link on ns-3's events */
    IPTFS_DEVICE_P2P     /* an ns-3 PointToPointNetDevice and its channel */
};

/* One direction of the link. As with the tunnel, values used as given stand in the model's struct.
 */
struct iptfs_link_options {
    enum iptfs_link_device device;
    struct iptfs_link_config config;
    struct iptfs_timed_list rate_changes; /* not with p2p */
    struct iptfs_timed_list mtu_changes;
    struct iptfs_timed_list blackouts;
    struct iptfs_limit queue;               /* count 0: no limit (not with p2p) */
    char *impair_path;                      /* absolute; "" for none */
    struct iptfs_impair_item *impair_items; /* the contents of that file, in its order */
    size_t impair_count;
};

/* Longest name of a scenario. */
#define IPTFS_SCENARIO_NAME_MAX 64

struct iptfs_scenario {
    char *path;          /* as given; for messages */
    char *name;          /* letters, digits, '.', '_' and '-'; fit for a file name */
    char *description;   /* "" for none */
    char *classes;       /* traffic that `attack` distinguishes, "call, web"; "" for none */
    char *class;         /* the one of them that runs; "" for all */
    size_t class_number; /* its place among them, from 1; not a key; 0: all */
    size_t captures;     /* the least that a folder of captures holds; not a key; 0: no folder */
    int64_t duration_ps;
    int64_t warm_up_ps;          /* left out of all measures; IPTFS_TIME_BY_WORD: found by MSER-5 */
    char *warm_up_series;        /* on this column of series.csv */
    int64_t warm_up_interval_ps; /* its interval; IPTFS_TIME_BY_WORD: a part of the duration */
    uint64_t seed;
    bool leak;                /* measure what an observer learns */
    int64_t leak_interval_ps; /* for the mutual information */
    struct iptfs_tunnel_options tunnel[IPTFS_DIRECTIONS];
    struct iptfs_link_options link[IPTFS_DIRECTIONS];
    struct iptfs_traffic_options *traffic; /* in the order of the file; none only where outer
                                              packets are sent all the same */
    size_t traffic_count;
    bool bidirectional; /* there is reverse traffic or a section for the reverse direction */
};

/* Reads the file at `path`, then the overrides "section.key=value" in their order, and checks it
 * all. On success the caller owns what *s holds and frees it with iptfs_scenario_free. Returns
 * IPTFS_E_INVALID, IPTFS_E_IO or IPTFS_E_NO_MEMORY with one line of text, "FILE:LINE: [tunnel]
 * pkt-size: found '...', allowed: ...", where an override is named as "--set tunnel.pkt-size=..."
 * in place of FILE:LINE; then *s is empty. */
int iptfs_scenario_load(struct iptfs_scenario *s, const char *path, const char *const *sets,
                        size_t n_sets, struct iptfs_error *error);

/* The same for a text in memory. `path` stands for the file in messages, in the default name and
 * where relative file names are looked up; it need not exist. */
int iptfs_scenario_parse_text(struct iptfs_scenario *s, const char *text, const char *path,
                              const char *const *sets, size_t n_sets, struct iptfs_error *error);

/* A tunnel in both directions for traffic of others: only overrides, all else by default. */
int iptfs_scenario_parse_tunnel(struct iptfs_scenario *s, const char *const *sets, size_t n_sets,
                                struct iptfs_error *error);

/* Frees what the scenario holds and empties it; an all-zero one is allowed. */
void iptfs_scenario_free(struct iptfs_scenario *s);

/* Writes the complete scenario with all its effective values, defaults included, as an INI file
 * that reads back as the same scenario. Errors are those of `out` (ferror). */
void iptfs_scenario_print(const struct iptfs_scenario *s, FILE *out);

#endif
