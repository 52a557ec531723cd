/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CSV files of packet times and sizes. */
#ifndef IPTFS_TRAFFIC_LIST_FILE_H
#define IPTFS_TRAFFIC_LIST_FILE_H

#include "base/error.h"
#include "traffic/row_list.h"

/* Reads a list: CSV with the columns time, size and, if wanted, tos and ip (4 or 6), in this order
 * or in the order of a header line. A time has a unit ("1.5ms") unless the header of its column is
 * time_ps, time_ns, time_us, time_ms or time_s; then it is a number without a unit. A size is in
 * octets, with or without a unit. The file has at most 64 MiB. Blank lines, and everything after a
 * '#', are ignored; an empty tos or ip is that of the section. Times must not decrease. Returns 0,
 * IPTFS_E_IO, IPTFS_E_NO_MEMORY or IPTFS_E_INVALID with "FILE:LINE: ...", the found and the allowed
 * values; on failure the list is empty. The caller frees it with iptfs_traffic_list_free. */
int iptfs_list_file_load(struct iptfs_traffic_list *list, const char *path,
                         struct iptfs_error *error);

#endif
