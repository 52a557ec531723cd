/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of a receiver of octets, for any input. */
#ifndef IPTFS_FUZZ_RECEIVED_H
#define IPTFS_FUZZ_RECEIVED_H

#include "receiver/receiver.h"

#include <stdint.h>

struct fuzz_received {
    uint64_t given_octets; /* of outer packets or payloads */
    uint64_t delivered_pkts;
    uint64_t delivered_octets;
};

/* An inner packet is delivered: it is an IP packet of its length. Counts it. */
void fuzz_take_inner(struct fuzz_received *received, const struct iptfs_inner *inner);

/* The ledger adds up, and each undelivered packet is where the receiver reports it. */
void fuzz_check_received(const struct fuzz_received *received, const struct iptfs_store *store,
                         const struct iptfs_receiver *receiver);

#endif
