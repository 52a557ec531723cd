/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The modes of a tunnel (RFC 9347, 2.4), and modes without AGGFRAG to compare them with. A mode is
 * one row of the table in mode.c: a packer, a pacer and flags. Code elsewhere asks for the flags.
 */
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
    bool transport;  /* ESP in transport mode: the inner packet's IP header stays in front */
    bool fixed_size; /* outer packets all have exactly pkt-size octets */
    bool paced;      /* sends at its own times, even when nothing is queued */
    bool rated;      /* needs a rate to be given */
    bool congestion; /* sends congestion information and follows it */
    bool oblivious;  /* times and sizes of outer packets do not depend on the inner ones; with
                        `congestion` as long as the peer's packets do not depend on them either */
    bool full;       /* by default starts a packet in the rest of an outer one (fill = full) */
    const struct iptfs_mode *with_rate; /* the mode used when a rate is given; NULL: the same */
};

/* The mode of that index, NULL behind the last; and the mode of that name, or NULL. Static storage.
 * The first is on-demand. */
const struct iptfs_mode *iptfs_mode_at(unsigned index);
const struct iptfs_mode *iptfs_mode_named(const char *name);

#endif
