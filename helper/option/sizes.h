/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of inner packets: one, or drawn for each packet. */
#ifndef IPTFS_OPTION_SIZES_H
#define IPTFS_OPTION_SIZES_H

#include "base/error.h"
#include "text/quoted.h"

#include <stdint.h>

enum iptfs_sizes_kind {
    IPTFS_SIZES_FIXED,   /* low = high = the size */
    IPTFS_SIZES_UNIFORM, /* low to high, both included */
    IPTFS_SIZES_IMIX     /* 40, 576, 1500 as 7:4:1; low and high are 40 and 1500 */
};

struct iptfs_sizes {
    enum iptfs_sizes_kind kind;
    uint32_t low_octets;
    uint32_t high_octets;
};

/* "1500B", "uniform(64,1500)" or "imix". IPTFS_E_INVALID with "found '...', allowed: ..."; then
 * *sizes keeps what it had. */
int iptfs_parse_sizes(const char *text, struct iptfs_sizes *sizes, struct iptfs_error *error);

/* The shortest text that reads back as the same sizes. */
struct iptfs_text iptfs_exact_sizes(struct iptfs_sizes sizes);

#endif
