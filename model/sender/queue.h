/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sender's queue of inner packets: limited in octets, with CE marks above 95 % of the limit, as
 * Linux's. */
#ifndef IPTFS_SENDER_QUEUE_H
#define IPTFS_SENDER_QUEUE_H

#include "packet/packet.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_queue {
    struct iptfs_inner *head;
    struct iptfs_inner *tail;
    uint64_t octets;
    uint64_t pkts;
    uint64_t limit_octets; /* max-queue-size */
    uint64_t mark_octets;  /* above this, ECN-capable packets get a CE mark */
    uint64_t marked_pkts;
};

void iptfs_queue_init(struct iptfs_queue *queue, uint64_t limit_octets);

/* The largest queue, in octets, that neither marks nor drops. */
uint64_t iptfs_queue_mark_octets(uint64_t limit_octets);

/* Appends the packet, whose reference the queue takes over; marks it CE where it must. False, and
 * nothing changed, when it does not fit. */
bool iptfs_queue_push(struct iptfs_queue *queue, struct iptfs_inner *inner);

/* Puts packets that are linked by `next`, from `first` to `last`, before all others: the IP
 * fragments of the packet that was taken last. The limit does not apply to them. */
void iptfs_queue_push_front(struct iptfs_queue *queue, struct iptfs_inner *first,
                            struct iptfs_inner *last);

/* Takes the first packet with its reference; NULL when the queue is empty. Its `next` still points
 * to the packet behind it. */
struct iptfs_inner *iptfs_queue_pop(struct iptfs_queue *queue);

#endif
