/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several suites need: random numbers that are not the model's own, and a source that plays
 * an array of arrivals. */
#ifndef IPTFS_SUPPORT_FIXTURE_H
#define IPTFS_SUPPORT_FIXTURE_H

#include "sender/sender.h"
#include "sender/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The generator splitmix64: nothing is shared with the streams under test. */
struct dice {
    uint64_t state;
};

uint64_t dice_next(struct dice *dice);

/* A whole number in [low, high]. */
uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high);

/* True with a probability of `percent` %. */
bool dice_percent(struct dice *dice, uint64_t percent);

/* Plays an array of arrivals, which must be in the order of time and outlive it. */
struct feed {
    struct iptfs_source source;
    const struct iptfs_arrival *arrivals;
    size_t count;
    size_t at;
};

void feed_init(struct feed *feed, const struct iptfs_arrival *arrivals, size_t count);

/* An IPv4 packet without handle and bytes. */
struct iptfs_arrival arrival_of(int64_t at_ps, uint32_t octets, uint32_t id);

/* An SA with the null cipher and an outer IPv4 header, a path MTU of 1500, 1 MiB of queue, no
 * init-delay, fragmenting allowed: 1466 inner octets in an outer packet. */
struct iptfs_sender_config plain_sender(void);

/* The whole of a text file, to be freed by the caller; NULL when it cannot be read. */
char *fixture_text(const char *path);

#endif
