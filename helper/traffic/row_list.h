/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of a file: when each arrives and how long it is. */
#ifndef IPTFS_TRAFFIC_ROW_LIST_H
#define IPTFS_TRAFFIC_ROW_LIST_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_traffic_row {
    int64_t time_ps;    /* after the section's `start` */
    uint32_t octets;    /* whole IP packet */
    int16_t tos;        /* -1: that of the section */
    uint8_t ip_version; /* 0: that of the section */
    int8_t df;          /* IPv4's Don't Fragment, 0 or 1; -1: that of the section */
    uint32_t line;      /* in the file, or number of the packet in it, from 1; for messages */
};

struct iptfs_traffic_list {
    struct iptfs_traffic_row *rows;
    size_t count;
    size_t capacity;
};

/* Appends a copy of the row. IPTFS_E_NO_MEMORY, without a text. */
int iptfs_traffic_list_append(struct iptfs_traffic_list *list, const struct iptfs_traffic_row *row);

/* Frees the rows and empties the list. An all-zero list is allowed. */
void iptfs_traffic_list_free(struct iptfs_traffic_list *list);

#endif
