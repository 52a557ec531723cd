/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace points: the twelve of Linux's IP-TFS, under Linux's names. */
#ifndef IPTFS_STATS_TRACE_H
#define IPTFS_STATS_TRACE_H

#include "packet/packet.h"

#include <stdint.h>

enum iptfs_trace_point {
    IPTFS_TRACE_EGRESS_RECV,          /* value: BlockOffset */
    IPTFS_TRACE_ENQUEUE,              /* value: octets queued with this packet */
    IPTFS_TRACE_NO_QUEUE_SPACE,       /* value: octets queued without it */
    IPTFS_TRACE_TOO_BIG,              /* value: inner octets that an outer packet takes */
    IPTFS_TRACE_FIRST_DEQUEUE,        /* value: inner octets that an outer packet takes */
    IPTFS_TRACE_FIRST_FRAGMENTING,    /* value: BlockOffset */
    IPTFS_TRACE_FIRST_FINAL_FRAGMENT, /* value: BlockOffset */
    IPTFS_TRACE_FIRST_TOOBIG,         /* value: inner octets that an outer packet takes */
    IPTFS_TRACE_NTH_PEEK,             /* value: octets that remain in the outer packet */
    IPTFS_TRACE_NTH_ADD,              /* value: octets that remain behind this packet */
    IPTFS_TRACE_TIMER_START,          /* value: picoseconds until it expires */
    IPTFS_TRACE_TIMER_EXPIRE,         /* value: picoseconds that it ran */
    IPTFS_TRACE_POINT_COUNT
};

struct iptfs_trace_record {
    int64_t at_ps;
    enum iptfs_trace_point point;
    uint32_t inner_id; /* 0 when no inner packet is meant */
    uint32_t octets;   /* of the inner packet; of the outer IP packet for egress_recv */
    uint64_t seq;      /* outer sequence number, 0 when no outer packet is meant */
    int64_t value;     /* see the points */
};

/* Where records go. `emit` NULL: nowhere, at the cost of one comparison. */
struct iptfs_trace {
    void (*emit)(void *ctx, const struct iptfs_trace_record *record);
    void *ctx;
};

/* "iptfs_enqueue" and so on. Static storage. */
const char *iptfs_trace_point_name(enum iptfs_trace_point point);

/* What `value` is, in a word: "qsize", "blkoff", ... Static storage. */
const char *iptfs_trace_value_name(enum iptfs_trace_point point);

static inline void iptfs_trace_inner(const struct iptfs_trace *trace, int64_t at_ps,
                                     enum iptfs_trace_point point, const struct iptfs_inner *inner,
                                     uint64_t seq, int64_t value)
{
    if (trace->emit == NULL)
        return;
    struct iptfs_trace_record record = {at_ps, point, inner->id, inner->octets, seq, value};
    trace->emit(trace->ctx, &record);
}

static inline void iptfs_trace_outer(const struct iptfs_trace *trace, int64_t at_ps,
                                     enum iptfs_trace_point point, const struct iptfs_outer *outer,
                                     int64_t value)
{
    if (trace->emit == NULL)
        return;
    struct iptfs_trace_record record = {at_ps, point, 0, outer->ip_octets, outer->seq, value};
    trace->emit(trace->ctx, &record);
}

static inline void iptfs_trace_timer(const struct iptfs_trace *trace, int64_t at_ps,
                                     enum iptfs_trace_point point, int64_t span_ps)
{
    if (trace->emit == NULL)
        return;
    struct iptfs_trace_record record = {at_ps, point, 0, 0, 0, span_ps};
    trace->emit(trace->ctx, &record);
}

#endif
