/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The limit of a circuit breaker (RFC 8084): a loss, and how long it may last. */
#ifndef IPTFS_OPTION_BREAKER_H
#define IPTFS_OPTION_BREAKER_H

#include "base/error.h"
#include "text/quoted.h"

#include <stdint.h>

/* Both above 0; both 0: off. */
struct iptfs_breaker_limit {
    double loss;
    int64_t time_ps;
};

/* "10%, 2s" or "off". IPTFS_E_INVALID with "found '...', allowed: ..."; then *limit keeps what it
 * had. */
int iptfs_parse_breaker(const char *text, struct iptfs_breaker_limit *limit,
                        struct iptfs_error *error);

/* The shortest text that reads back as the same limit. */
struct iptfs_text iptfs_exact_breaker(struct iptfs_breaker_limit limit);

#endif
