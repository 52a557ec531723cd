/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows in their order, the values of a run by them, and a row by the name of a value. */
#ifndef IPTFS_SUMMARY_TABLE_H
#define IPTFS_SUMMARY_TABLE_H

#include "summary/row.h"

#include <stdbool.h>
#include <stddef.h>

/* All groups, in the order of the summary. Static storage. */
extern const struct iptfs_summary_group *const iptfs_summary_groups[];
extern const size_t iptfs_summary_group_count;

/* Where a value stands. */
struct iptfs_summary_place {
    const struct iptfs_summary_group *group;
    const struct iptfs_summary_row *row; /* NULL: a group of flows begins */
    const struct iptfs_summary_subject *subject;
    const char *member; /* name of the flow or the end; NULL in other groups */
};

typedef void iptfs_summary_take(void *ctx, const struct iptfs_summary_place *place,
                                const struct iptfs_figure *figure);

/* Calls for each value that the view has, in the order of the summary; and once with neither row
 * nor figure before the flows of a direction. */
void iptfs_summary_each(const struct iptfs_summary_view *view, iptfs_summary_take *take, void *ctx);

/* The subject of a direction that is used, and that of the traffic section `index` in it; false
 * when this has no packets in that direction. */
struct iptfs_summary_subject iptfs_summary_direction_subject(const struct iptfs_summary_view *view,
                                                             enum iptfs_direction direction);
bool iptfs_summary_flow_subject(const struct iptfs_summary_view *view,
                                enum iptfs_direction direction, size_t index,
                                struct iptfs_summary_subject *subject);

/* What a dotted name stands for. */
struct iptfs_summary_match {
    bool reverse;
    const char *member; /* the name of a flow or an end within the name; NULL: none */
    size_t member_length;
    const struct iptfs_summary_row *row;
    size_t part;
    const char *unit;
};

/* Finds the row of a value of summary.json, such as "reverse.flows.calls.delay_s.p99"; names of
 * flows may hold dots. */
bool iptfs_summary_find(const char *name, struct iptfs_summary_match *match);

/* The caption, such as "reverse: calls: delay, 99th percentile", cut to `size`. Returns buffer. */
char *iptfs_summary_caption(const struct iptfs_summary_match *match, char *buffer, size_t size);

#endif
