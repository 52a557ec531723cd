/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files as packet times and sizes. */
#ifndef IPTFS_TRAFFIC_PCAP_FILE_H
#define IPTFS_TRAFFIC_PCAP_FILE_H

#include "base/error.h"
#include "traffic/row_list.h"

#include <stdint.h>

struct iptfs_pcap_file {
    struct iptfs_traffic_list list; /* at least one row */
    uint64_t skipped_pkts;          /* of no use; the notes say why */
    uint64_t filtered_pkts;         /* rejected by the filter */
    char *notes;                    /* a line for each kind of packets skipped or changed */
};

/* Reads a capture; see capture/reader. Sizes are IP's total length (as captured where that is 0, as
 * in offloaded segments), times relative to the first packet that is not skipped. `filter` is
 * libpcap's; "" or NULL for none. Returns IPTFS_E_IO, IPTFS_E_NO_MEMORY or IPTFS_E_INVALID (no
 * packet is left, another link type, a bad filter) with "FILE: ..."; then the list is empty. The
 * caller frees the list with iptfs_traffic_list_free, and the notes with free. */
int iptfs_pcap_file_load(struct iptfs_pcap_file *file, const char *path, const char *filter,
                         struct iptfs_error *error);

#endif
