/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delays that vary from packet to packet (netem delay TIME JITTER CORRELATION). */
#ifndef IPTFS_LINK_IMPAIRMENTS_JITTER_H
#define IPTFS_LINK_IMPAIRMENTS_JITTER_H

#include "link/impairment.h"
#include "link/random_process.h"

struct iptfs_impair_jitter_config {
    int64_t spread_ps; /* 0: off */
    double correlation;
    enum iptfs_jitter_kind kind;
    bool keeps_order; /* a packet waits for late ones before it rather than overtake them */
};

extern const struct iptfs_impair_kind iptfs_impair_jitter;

#endif
