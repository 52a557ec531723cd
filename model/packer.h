/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packer: aggregates and fragments queued inner packets into outer ones. */
#ifndef IPTFS_PACKER_H
#define IPTFS_PACKER_H

#include "aggfrag.h"
#include "counters.h"
#include "esp.h"
#include "packet.h"
#include "queue.h"
#include "trace.h"

#include <stdbool.h>
#include <stdint.h>

/* Inner octets that one outer packet takes on demand, as Linux computes them: what the path MTU
 * leaves after headers and trailer, or, when pkt_size is not 0, pkt_size less the headers alone if
 * that is smaller. 0 when nothing fits. */
uint32_t iptfs_packer_space(const struct iptfs_esp *esp, uint32_t pkt_size_octets,
                            uint32_t mtu_octets);

/* What IP, ESP and AGGFRAG put in front of the inner octets; pkt-size must be larger. */
uint32_t iptfs_packer_head_octets(const struct iptfs_esp *esp);

struct iptfs_packer {
    struct iptfs_store *store;
    struct iptfs_counters *counters;
    const struct iptfs_trace *trace;
    const struct iptfs_esp *esp;
    uint32_t space_octets;     /* inner octets in an outer packet */
    bool dont_fragment;        /* drop what is longer */
    struct iptfs_inner *begun; /* a packet of which fragments have gone, reference held */
    uint32_t begun_octets;     /* how much of it has gone */
    uint64_t seq;              /* of the last outer packet; the first has 1 */
};

/* Makes the next outer packet from the queue: fragments of a packet longer than the space first,
 * then whole packets for as long as the next one fits whole (Linux never begins a packet in the
 * rest of an outer one). NULL when the queue is empty and no packet is begun, or memory ran out. */
struct iptfs_outer *iptfs_packer_on_demand(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                           int64_t now_ps);

/* Lets go of a begun packet (end of the run). */
void iptfs_packer_clear(struct iptfs_packer *packer);

#endif
