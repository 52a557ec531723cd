/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/merge.h"

#include "traffic/flow.h"
#include "traffic/time_heap.h"

#include <stdlib.h>

/* The heap holds the times of the next packets, so that comparing does not touch the flows. */
struct merge {
    struct iptfs_traffic_source base;
    struct iptfs_traffic_flow **flows;
    struct iptfs_time_heap_entry *heap;
    size_t count;
};

static void build_heap(struct merge *merge)
{
    for (size_t i = 0; i < merge->count; i++)
        merge->heap[i] = (struct iptfs_time_heap_entry){merge->flows[i]->next.at_ps, i};
    iptfs_time_heap_build(merge->heap, merge->count);
}

static int64_t merge_next_ps(const struct iptfs_source *source)
{
    const struct merge *merge = (const struct merge *)source;
    return merge->count > 0 ? merge->heap[0].at_ps : IPTFS_NEVER;
}

static void merge_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct merge *merge = (struct merge *)source;
    struct iptfs_traffic_flow *flow = merge->flows[merge->heap[0].index];
    flow->type->ops.take(&flow->base.source, arrival);
    merge->heap[0].at_ps = flow->next.at_ps;
    iptfs_time_heap_top_changed(merge->heap, merge->count);
}

static bool waits(const struct iptfs_traffic_flow *flow, int64_t now_ps)
{
    return flow->type->ops.free_space != NULL && iptfs_flow_active(flow, now_ps);
}

static void merge_free_space(struct iptfs_source *source, int64_t now_ps,
                             const struct iptfs_free_space *free_space)
{
    struct merge *merge = (struct merge *)source;
    uint32_t waiting = 0;
    for (size_t i = 0; i < merge->count; i++)
        waiting += waits(merge->flows[i], now_ps);
    if (waiting == 0)
        return;
    struct iptfs_free_space share = *free_space;
    share.octets /= waiting;
    for (size_t i = 0; i < merge->count; i++) {
        struct iptfs_traffic_flow *flow = merge->flows[i];
        if (waits(flow, now_ps))
            flow->type->ops.free_space(&flow->base.source, now_ps, &share);
    }
    build_heap(merge);
}

static const struct iptfs_source_ops merge_ops = {merge_next_ps, merge_take, NULL};
static const struct iptfs_source_ops merge_free_space_ops = {merge_next_ps, merge_take,
                                                             merge_free_space};

static void free_arrays(struct merge *merge)
{
    free(merge->flows);
    free(merge->heap);
    free(merge);
}

static void merge_free(struct iptfs_traffic_source *source)
{
    struct merge *merge = (struct merge *)source;
    for (size_t i = 0; i < merge->count; i++)
        iptfs_traffic_free(&merge->flows[i]->base.source);
    free_arrays(merge);
}

static uint64_t merge_skipped_pkts(const struct iptfs_traffic_source *source)
{
    const struct merge *merge = (const struct merge *)source;
    uint64_t skipped_pkts = 0;
    for (size_t i = 0; i < merge->count; i++)
        skipped_pkts += iptfs_traffic_skipped(&merge->flows[i]->base.source);
    return skipped_pkts;
}

static void merge_note(const struct iptfs_traffic_source *source,
                       const struct iptfs_progress *progress)
{
    const struct merge *merge = (const struct merge *)source;
    for (size_t i = 0; i < merge->count; i++)
        iptfs_traffic_note(&merge->flows[i]->base.source, progress);
}

int iptfs_traffic_merge(struct iptfs_source **merged, struct iptfs_source *const *sources,
                        size_t count, struct iptfs_error *error)
{
    *merged = NULL;
    if (count == 1) {
        *merged = sources[0];
        return IPTFS_OK;
    }
    struct merge *merge = calloc(1, sizeof *merge);
    if (merge == NULL)
        return iptfs_fail_no_memory(error);
    /* One more than needed: an array of length 0 may be NULL. */
    merge->flows = calloc(count + 1, sizeof(struct iptfs_traffic_flow *));
    merge->heap = calloc(count + 1, sizeof *merge->heap);
    if (merge->flows == NULL || merge->heap == NULL) {
        free_arrays(merge);
        return iptfs_fail_no_memory(error);
    }
    merge->base =
        (struct iptfs_traffic_source){{&merge_ops}, merge_free, merge_skipped_pkts, merge_note};
    merge->count = count;
    for (size_t i = 0; i < count; i++) {
        merge->flows[i] = (struct iptfs_traffic_flow *)sources[i];
        if (merge->flows[i]->type->ops.free_space != NULL)
            merge->base.source.ops = &merge_free_space_ops;
    }
    build_heap(merge);
    *merged = &merge->base.source;
    return IPTFS_OK;
}
