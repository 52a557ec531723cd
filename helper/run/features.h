/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an attacker computes from the outer packets of a run, their times, sizes and directions:
 *
 *   packets and octets each way                                                     4 values
 *   CUMUL: signed cumulative size (forward up, reverse down) at 100 even steps of
 *     cumulated absolute size (A. Panchenko et al., "Website fingerprinting at
 *     internet scale", NDSS 2016)                                                 100
 *   cumulative octets each way at 100 even times of the run                       200
 *   quantiles of the gaps between packets each way, as log10 of microseconds       16
 *
 * The last two are for tunnels whose packets have one size, of which CUMUL shows the count only. */
#ifndef IPTFS_RUN_FEATURES_H
#define IPTFS_RUN_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_FEATURE_STEPS = 100,
    IPTFS_FEATURE_QUANTILES = 8,
    IPTFS_FEATURES = 4 + 3 * IPTFS_FEATURE_STEPS + 2 * IPTFS_FEATURE_QUANTILES
};

struct iptfs_seen_packet {
    int64_t at_ps;
    uint32_t octets; /* of the outer IP packet */
    bool reverse;
};

/* Packets in the order of time. All zero: none. */
struct iptfs_seen_packets {
    struct iptfs_seen_packet *all;
    size_t count;
    size_t capacity;
    bool failed; /* memory ran out: packets are missing */
};

/* Of packets of the same time those of the forward direction come first, in whatever order they are
 * added: that order is the simulator's, and no observer sees it. */
void iptfs_seen_add(struct iptfs_seen_packets *seen, int64_t at_ps, uint32_t octets, bool reverse);
/* Removes packets before start_ps; the times of the others count from there. */
void iptfs_seen_from(struct iptfs_seen_packets *seen, int64_t start_ps);
void iptfs_seen_free(struct iptfs_seen_packets *seen);

/* Computes the IPTFS_FEATURES values of a run of this length. IPTFS_E_NO_MEMORY. */
int iptfs_features(const struct iptfs_seen_packets *seen, int64_t duration_ps, double *features);

#endif
