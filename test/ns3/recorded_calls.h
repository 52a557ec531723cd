/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Callbacks for events and links of ns-3 that record their calls, for the tests of this folder. */
#ifndef IPTFS_TEST_NS3_RECORDED_CALLS_H
#define IPTFS_TEST_NS3_RECORDED_CALLS_H

#include "ns3/p2p.h"

#include <stdint.h>

enum {
    CALLS_MAX = 64
};

/* The calls since open_simulation, in order. */
struct recorded_calls {
    int n;
    int64_t at_ps[CALLS_MAX];
    int64_t id[CALLS_MAX]; /* which event, or the tag of a packet; negative: dropped */
    uint32_t octets[CALLS_MAX];
};
extern struct recorded_calls calls;

/* Contexts for on_event and on_drop, with the identifiers 1, 2 and 3. */
extern int call_one, call_two, call_three;

#define CHECK_CALL(i, when, what)                                                                  \
    do {                                                                                           \
        CHECK_TRUE(calls.n > (i));                                                                 \
        CHECK_INT(calls.at_ps[i], when);                                                           \
        CHECK_INT(calls.id[i], what);                                                              \
    } while (0)

void record_call(int64_t id, uint32_t octets);

/* Opens a simulation and clears the recorded calls; closes it. */
void open_simulation(void);
void close_simulation(void);

/* Record the identifier that ctx points to, and its negative. */
void on_event(void *ctx);
void on_drop(void *ctx);

/* Records the tag. */
void on_packet(void *ctx, uint64_t tag, uint32_t octets);

/* 8 Gb/s, so that an octet takes 1000 ps, with a delay of 5000 ps and a queue of 100 packets. */
struct iptfs_ns3_p2p_config link_config(void);

#endif
