/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/queue.h"

#include "base/asserts.h"
#include "base/octets.h"

void iptfs_queue_init(struct iptfs_queue *queue, uint64_t limit_octets)
{
    *queue = (struct iptfs_queue){
        .limit_octets = limit_octets,
        .mark_octets = iptfs_queue_mark_octets(limit_octets),
    };
}

uint64_t iptfs_queue_mark_octets(uint64_t limit_octets)
{
    return limit_octets * 95 / 100;
}

bool iptfs_queue_push(struct iptfs_queue *queue, struct iptfs_inner *inner)
{
    uint64_t octets = queue->octets + inner->octets;
    if (octets > queue->limit_octets)
        return false;
    if (octets > queue->mark_octets && iptfs_ecn_capable(inner->tos)) {
        inner->tos |= IPTFS_ECN_CE;
        queue->marked_pkts++;
    }
    inner->next = NULL;
    if (queue->head == NULL)
        queue->head = inner;
    else
        queue->tail->next = inner;
    queue->tail = inner;
    queue->octets = octets;
    queue->pkts++;
    IPTFS_ASSERT(queue->octets <= queue->limit_octets);
    return true;
}

void iptfs_queue_push_front(struct iptfs_queue *queue, struct iptfs_inner *first,
                            struct iptfs_inner *last)
{
    struct iptfs_inner *rest = queue->head;
    last->next = NULL;
    for (const struct iptfs_inner *inner = first; inner != NULL; inner = inner->next) {
        queue->octets += inner->octets;
        queue->pkts++;
    }
    last->next = rest;
    queue->head = first;
    if (rest == NULL)
        queue->tail = last;
}

struct iptfs_inner *iptfs_queue_pop(struct iptfs_queue *queue)
{
    struct iptfs_inner *inner = queue->head;
    if (inner == NULL)
        return NULL;
    IPTFS_ASSERT(queue->pkts > 0 && queue->octets >= inner->octets);
    queue->octets -= inner->octets;
    queue->pkts--;
    queue->head = inner->next;
    IPTFS_ASSERT((queue->head == NULL) == (queue->pkts == 0));
    return inner;
}
