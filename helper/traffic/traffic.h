/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic sources: each [traffic.NAME] section of a scenario becomes a struct iptfs_source. */
#ifndef IPTFS_TRAFFIC_H
#define IPTFS_TRAFFIC_H

#include "base/error.h"
#include "sender/source.h"

#include <stddef.h>
#include <stdint.h>

struct iptfs_traffic_options; /* traffic/options.h */

/* What a source needs to know beside its section. */
struct iptfs_traffic_setup {
    const struct iptfs_traffic_options *options; /* read only while the source is made */
    uint64_t seed;
    uint64_t run;
    uint32_t window_octets; /* saturate: offered at `start`; what queue and link take without loss
                               or mark (several such sources: the share of this one) */
    uint16_t flow;          /* index of the section; its random streams have this number too */
};

/* Makes the source of one section. Each packet of a section has an id of its own, 1, 2, 3, ...
 * modulo 2^32. The random types draw gaps and sizes from two streams, so that another size leaves
 * the order of gaps alone. No memory is taken after this call. Returns 0, IPTFS_E_INVALID (a
 * section that no run can use; with the field, found and allowed values), IPTFS_E_IO or
 * IPTFS_E_NO_MEMORY; then *source is NULL. The caller frees it with iptfs_traffic_free. */
int iptfs_traffic_new(struct iptfs_source **source, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error);

/* One source out of several, in order of time and, at the same time, in the order given. Room is
 * shared: each source that is waiting for room hears of an equal part of it. A single source comes
 * back as it is. All must come from iptfs_traffic_new; the result owns them, and on failure
 * (IPTFS_E_NO_MEMORY) they remain the caller's. No source at all makes one that never sends. */
int iptfs_traffic_merge(struct iptfs_source **merged, struct iptfs_source *const *sources,
                        size_t count, struct iptfs_error *error);

/* How many packets of its captures a source left out because they are not IP, or not whole enough
 * to tell how long they were. What a filter keeps back does not count.
 * None of NULL. */
uint64_t iptfs_traffic_skipped(const struct iptfs_source *source);

/* Frees a source from iptfs_traffic_new or iptfs_traffic_merge, and what it was merged from. NULL
 * is allowed. */
void iptfs_traffic_free(struct iptfs_source *source);

/* One line of a traffic list. */
struct iptfs_traffic_row {
    int64_t time_ps;    /* after the section's `start` */
    uint32_t octets;    /* whole IP packet */
    int16_t tos;        /* -1: as the section says */
    uint8_t ip_version; /* 0: as the section says */
    uint32_t line;      /* of the file, for messages */
};

struct iptfs_traffic_list {
    struct iptfs_traffic_row *rows;
    size_t count;
};

/* Reads a list: CSV with the columns time, size and, if wanted, tos and ip (4 or 6), in this order
 * or in the order of a header line. A time has a unit ("1.5ms") unless its column is headed
 * time_ps, time_ns, time_us, time_ms or time_s; then it is a number without one. A size is in
 * octets, with or without a unit. At most 64 MiB. Blank lines and what follows a '#' do not count;
 * an empty tos or ip is the section's. Times must not decrease. Returns 0, IPTFS_E_IO,
 * IPTFS_E_NO_MEMORY or IPTFS_E_INVALID with "FILE:LINE: ..." saying what was found and what is
 * allowed; on failure the list is empty. The caller frees it with iptfs_traffic_list_free. */
int iptfs_traffic_list_load(struct iptfs_traffic_list *list, const char *path,
                            struct iptfs_error *error);
void iptfs_traffic_list_free(struct iptfs_traffic_list *list);

#endif
