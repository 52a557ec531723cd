/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An incoming SA that takes octets: outer IP packets in, inner packets with octets out. The input
 * may be any octets. */
#ifndef IPTFS_WIRE_INBOUND_SA_H
#define IPTFS_WIRE_INBOUND_SA_H

#include "packet/packet.h"
#include "receiver/receiver.h"
#include "stats/counters.h"
#include "stats/trace.h"
#include "wire/outer_codec.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_inbound_sa {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    struct iptfs_outer_codec wire;
    uint64_t first; /* the number with which the SA begins */
    uint64_t verdicts[IPTFS_OUTER_CODEC_VERDICT_COUNT]; /* how many packets of each */
    uint64_t dummies;       /* authentic, with next header 59 (RFC 4303, 2.6) */
    uint8_t protocol;       /* of the IP packet received last */
    uint64_t other_headers; /* authentic, with a next header that the mode does not use */
    uint8_t plain[IPTFS_PACKET_MAX_OCTETS];
};

/* Prepares an SA: `wire` describes the octets of its packets, `receiver` gives the options, of
 * which `plain` is taken from the mode. IPTFS_E_INVALID for a mode without ESP, in transport mode,
 * or a key of a wrong length; IPTFS_E_NO_MEMORY. The struct must not move in memory; whatever the
 * outcome it is freed with iptfs_inbound_sa_free. */
int iptfs_inbound_sa_init(struct iptfs_inbound_sa *inbound,
                          const struct iptfs_outer_codec_config *wire,
                          const struct iptfs_receiver_config *receiver);

/* The SA begins with this number, at least 1, in place of 1: to be called before the first packet.
 * With ESN the upper half of the first number received is the one nearest to it. */
void iptfs_inbound_sa_begin(struct iptfs_inbound_sa *inbound, uint64_t first);

/* Sets the callback that gets the inner packets, as in struct iptfs_reassembly; iptfs_inner_copy
 * gives their octets, with the packet's tos. */
void iptfs_inbound_sa_deliver_to(struct iptfs_inbound_sa *inbound,
                                 void (*deliver)(void *ctx, int64_t now_ps,
                                                 struct iptfs_inner *inner, bool again),
                                 void *ctx);

/* Processes an outer packet that arrives now: `octets` from its IP header on, of which at most
 * IPTFS_PACKET_MAX_OCTETS are used. Times must not decrease. Timers that were due before fire
 * first. */
enum iptfs_outer_codec_verdict iptfs_inbound_sa_input(struct iptfs_inbound_sa *inbound,
                                                      int64_t now_ps, const uint8_t *bytes,
                                                      uint32_t octets);

/* When iptfs_inbound_sa_wake must be called next, if no packet comes before; IPTFS_NEVER for not.
 */
static inline int64_t iptfs_inbound_sa_next_ps(const struct iptfs_inbound_sa *inbound)
{
    return iptfs_receiver_next_ps(&inbound->receiver);
}
static inline void iptfs_inbound_sa_wake(struct iptfs_inbound_sa *inbound, int64_t now_ps)
{
    iptfs_receiver_wake(&inbound->receiver, now_ps);
}

/* Releases the packets inside. IPTFS_E_UNBALANCED when packets do not add up, IPTFS_E_NO_MEMORY
 * when memory had run out. Nothing but reading and iptfs_inbound_sa_free may follow. */
int iptfs_inbound_sa_close(struct iptfs_inbound_sa *inbound);

void iptfs_inbound_sa_free(struct iptfs_inbound_sa *inbound);

#endif
