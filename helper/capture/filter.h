/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filters of captures: libpcap's expressions (pcap-filter(7)), without names of hosts and networks,
 * which libpcap would look up in the DNS. */
#ifndef IPTFS_CAPTURE_FILTER_H
#define IPTFS_CAPTURE_FILTER_H

#include "base/error.h"

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>

/* The first word of an expression that libpcap would look up as a host or a network: its place in
 * `expression`, and its length; NULL when there is none. Names of ports, protocols and packet types
 * stand in files of the machine and are none. */
const char *iptfs_filter_find_name(const char *expression, size_t *length);

/* Compiles a filter for the link type of a handle. `filter` may have double quotes around it.
 * `place` names the file in messages. IPTFS_E_INVALID or IPTFS_E_NO_MEMORY; after success the
 * program is freed with pcap_freecode. */
int iptfs_filter_compile(struct bpf_program *program, pcap_t *handle, const char *filter,
                         const char *place, struct iptfs_error *error);

#endif
