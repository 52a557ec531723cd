/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits in packets or octets, and lifetimes in packets or time. */
#ifndef IPTFS_OPTION_LIMIT_H
#define IPTFS_OPTION_LIMIT_H

#include "base/error.h"
#include "sender/sa_life.h"
#include "text/quoted.h"

#include <stdbool.h>
#include <stdint.h>

/* Readers take one whole value and return 0, or IPTFS_E_INVALID with "found '...', allowed: ...";
 * then the result keeps what it had. */

/* A queue limit: packets ("1000p", "1000pkts") or octets ("64kB"). A count of 0: no limit. */
struct iptfs_limit {
    uint64_t count;
    bool in_pkts; /* count is packets, not octets */
};
int iptfs_parse_limit(const char *text, struct iptfs_limit *limit, struct iptfs_error *error);

/* How long an SA lives: packets ("100000p"), octets ("1GB") and time ("30s"), each at most once, in
 * any order, with commas between. "0": without end. */
int iptfs_parse_lifetime(const char *text, struct iptfs_sa_lifetime *lifetime,
                         struct iptfs_error *error);

/* The shortest text that reads back as the same value. */
struct iptfs_text iptfs_exact_limit(struct iptfs_limit limit);
struct iptfs_text iptfs_exact_lifetime(struct iptfs_sa_lifetime lifetime);

#endif
