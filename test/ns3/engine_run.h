/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs of a tunnel on ns-3's events, recorded so that they can be compared record by record.
 */
#ifndef IPTFS_TEST_NS3_ENGINE_RUN_H
#define IPTFS_TEST_NS3_ENGINE_RUN_H

#include "link/direct_link.h"
#include "ns3/engine.h"
#include "support/fixture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ENGINE_PKTS_MAX = 300,
    ENGINE_RECORDS_MAX = 8000,
    ENGINE_ITEMS = 24
};

/* One run, complete. */
struct engine_plan {
    const char *name;
    struct iptfs_sender_config sender;
    struct iptfs_receiver_config receiver;
    struct iptfs_link_config link;
    double loss;
    struct iptfs_impair_item items[ENGINE_ITEMS];
    size_t item_count;
    struct iptfs_arrival arrivals[ENGINE_PKTS_MAX];
    size_t count;
    int64_t end_ps;
};

enum engine_kind {
    ENGINE_DIRECT,        /* our link, arrivals pulled */
    ENGINE_P2P,           /* ns-3's link, arrivals pulled */
    ENGINE_DIRECT_EVENTS, /* our link, each arrival an event */
    ENGINE_P2P_EVENTS
};

struct engine_record {
    char what; /* 's'ent, 'a'rrived at the far end, 'd'elivered */
    uint32_t octets;
    uint64_t number;
    int64_t at_ps;
};

/* What a run did. */
struct engine_result {
    struct engine_record records[ENGINE_RECORDS_MAX];
    size_t count;
    struct iptfs_counters counters;
    struct iptfs_ledger ledger;
    struct iptfs_link_stats link;
    uint64_t marked_pkts;
    uint64_t events;
    uint64_t sent;
};

struct engine_bench {
    struct iptfs_tunnel tunnel;
    struct iptfs_observer observer;
    struct iptfs_engine engine;
    struct feed feed;
    struct engine_result *result;
    void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_outer *outer);
    void *deliver_ctx;
};
/* Opens a simulation with the tunnel of a plan, and ends it at the plan's end. */
bool engine_open(struct engine_bench *bench, const struct engine_plan *plan, enum engine_kind kind,
                 struct engine_result *result);
void engine_close(struct engine_bench *bench, const struct engine_plan *plan);

/* Runs a plan from its start to its end. */
void engine_play(const struct engine_plan *plan, enum engine_kind kind,
                 struct engine_result *result);

/* Whether two results have the same records, of the kind `only` or of all ('*'), and the same
 * counters; a difference is a failure. */
bool engine_same_records(const struct engine_result *found, const struct engine_result *expected,
                         char only);
bool engine_same_numbers(const struct engine_result *found, const struct engine_result *expected);

/* Runs the plan by two engines, which must give the same. */
void engine_compare(const struct engine_plan *plan, enum engine_kind kind,
                    enum engine_kind reference);

/* A plan without arrivals. */
struct engine_plan engine_plain_plan(const char *name, uint64_t rate_bps,
                                     enum iptfs_framing framing);

/* Packets of all sizes, with random gaps; the run ends when all is done. */
void engine_fill(struct engine_plan *plan, size_t count, uint32_t max_octets, int64_t max_gap_ps);

/* About as long as the transmission of a packet of 1500 octets. */
int64_t engine_packet_ps(const struct engine_plan *plan);

/* Tests plain plans of different rates and framings. */
void engine_for_all_links(const char *name, void (*test)(struct engine_plan *plan));

/* Loss, and every action of an impairment list. */
void engine_add_impairments(struct engine_plan *plan);

/* Arrivals on a grid of 1 ms, over a link that transmits a full outer packet in exactly that time:
 * packets leave the queue at the instant at which others arrive. */
void engine_make_grid(struct engine_plan *plan, uint64_t queue_pkts, uint64_t queue_octets);

#endif
