/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files as traffic: when IP packets were seen, and how long they were. */
#ifndef IPTFS_TRAFFIC_CAPTURE_H
#define IPTFS_TRAFFIC_CAPTURE_H

#include "base/error.h"
#include "traffic/traffic.h"

#include <stdint.h>

struct iptfs_capture {
    struct iptfs_traffic_list list; /* at least one row; `line` is the number in the file, from 1 */
    uint64_t skipped_pkts;          /* not IP, or cut so short that their length is not to be had */
    uint64_t filtered_pkts;         /* kept back by the filter */
};

/* Reads a capture that libpcap can read (pcap, pcapng), of Ethernet with or without VLAN tags, raw
 * IP or Linux cooked packets (SLL, SLL2), to the nanosecond. Sizes are IP's total length (as
 * captured where that is 0, as in offloaded segments), times relative to the first packet that
 * stays, in order of time. `filter` is libpcap's, perhaps in double quotes; "" or NULL for none.
 * Returns IPTFS_E_IO, IPTFS_E_NO_MEMORY or IPTFS_E_INVALID (nothing that stays, another kind of
 * link, a bad filter) with "FILE: ..."; then the list is empty. The caller frees it with
 * iptfs_traffic_list_free. */
int iptfs_capture_load(struct iptfs_capture *capture, const char *path, const char *filter,
                       struct iptfs_error *error);

#endif
