/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flow that sends the packets of a row list, once or again and again. */
#ifndef IPTFS_TRAFFIC_ROW_FLOW_H
#define IPTFS_TRAFFIC_ROW_FLOW_H

#include "traffic/flow.h"
#include "traffic/row_list.h"

/* The state of the types that read their packets from a file. */
struct iptfs_row_flow {
    struct iptfs_traffic_flow flow;
    struct iptfs_traffic_list list;
    size_t next_row;
    int64_t base_ps;   /* the time to which the times of rows are added */
    int64_t period_ps; /* after which the list is sent again; 0: it is sent once */
    uint8_t tos;       /* where a row has none */
    uint8_t ip_version;
    bool df;
};

/* Schedules the first row. `list`, and `period_ps` if wanted, are set; the list has a row. */
void iptfs_row_flow_start(struct iptfs_row_flow *flow);

/* The `take` of such types. */
void iptfs_row_flow_take(struct iptfs_source *source, struct iptfs_arrival *arrival);

/* The `release` of such types. */
void iptfs_row_flow_release(struct iptfs_traffic_flow *flow);

#endif
