/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modes of a tunnel (RFC 9347, 2.4) and what it can be compared with, each a row of functions:
 * they differ in packer and pacer, and share queue, link, measurements and, but for the plain ones,
 * the receiver. */
#ifndef IPTFS_SENDER_MODE_H
#define IPTFS_SENDER_MODE_H

#include "sender/pacer.h"
#include "sender/packer.h"

#include <stdbool.h>
#include <stdint.h>

struct iptfs_mode {
    const char *name;
    const char *meaning; /* one line */
    const char *source;  /* where it comes from */
    const struct iptfs_packer_ops *packer;
    const struct iptfs_pacer_ops *pacer;
    bool aggfrag;    /* payloads are AGGFRAG, not plain */
    bool encrypted;  /* there is ESP */
    bool fixed_size; /* outer packets all have pkt-size octets */
    bool paced;      /* sends by itself, not when packets come */
    bool rated;      /* needs a rate to be given */
    bool congestion; /* sends congestion information and follows it */
    bool full;       /* begins packets in the rest of an outer one unless told otherwise */
    const struct iptfs_mode *with_rate; /* what it becomes when a rate is given; NULL: the same */
};

/* The i-th mode, NULL behind the last; and the mode of this name, or NULL. Static storage. The
 * first is on-demand. */
const struct iptfs_mode *iptfs_mode_at(unsigned index);
const struct iptfs_mode *iptfs_mode_named(const char *name);

#endif
