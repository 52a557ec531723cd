/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/row_flow.h"

static void schedule_next_row(struct iptfs_row_flow *rows)
{
    struct iptfs_arrival *next = &rows->flow.next;
    if (rows->next_row == rows->list.count) {
        if (rows->period_ps == 0) {
            next->at_ps = IPTFS_NEVER;
            return;
        }
        rows->next_row = 0;
        rows->base_ps += rows->period_ps;
    }
    const struct iptfs_traffic_row *row = &rows->list.rows[rows->next_row++];
    next->octets = row->octets;
    next->tos = row->tos >= 0 ? (uint8_t)row->tos : rows->tos;
    next->ip_version = row->ip_version != 0 ? row->ip_version : rows->ip_version;
    next->df = row->df >= 0 ? row->df > 0 : rows->df;
    iptfs_flow_schedule(&rows->flow, rows->base_ps + row->time_ps);
}

void iptfs_row_flow_start(struct iptfs_row_flow *rows)
{
    IPTFS_ASSERT(rows->list.count > 0);
    rows->base_ps = rows->flow.start_ps;
    rows->tos = rows->flow.next.tos;
    rows->ip_version = rows->flow.next.ip_version;
    rows->df = rows->flow.next.df;
    schedule_next_row(rows);
}

void iptfs_row_flow_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_row_flow *rows = (struct iptfs_row_flow *)source;
    iptfs_flow_emit(&rows->flow, arrival);
    schedule_next_row(rows);
}

void iptfs_row_flow_release(struct iptfs_traffic_flow *flow)
{
    iptfs_traffic_list_free(&((struct iptfs_row_flow *)flow)->list);
}
