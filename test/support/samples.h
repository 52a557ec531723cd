/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several suites need: inner packets with real octets, numbers that look random but are the
 * same on each run, and the check that closes a test. */
#ifndef IPTFS_SUPPORT_SAMPLES_H
#define IPTFS_SUPPORT_SAMPLES_H

#include "packet/packet.h"

#include <stdint.h>

/* The next of a fixed sequence of numbers; any start value is allowed. */
uint64_t sample_next(uint64_t *state);

/* One of low..high, both included. */
uint32_t sample_between(uint64_t *state, uint32_t low, uint32_t high);

/* Writes an IP packet of this version (4 or 6) and length, at least its header: the length field is
 * right, identification or flow label is `id`, and the octets behind the header never repeat in
 * step with a packet. */
void sample_ip(uint8_t *bytes, int version, uint32_t octets, uint32_t id);

/* An inner packet around these octets, which must outlive it. */
struct iptfs_inner *sample_inner(struct iptfs_store *store, uint8_t *bytes, uint32_t octets);

/* An inner packet with a length and no octets, as in simulations. */
struct iptfs_inner *sample_hollow(struct iptfs_store *store, uint32_t octets, uint32_t id);

/* An inner packet as octets. */
struct sample {
    uint8_t *bytes;
    uint32_t octets;
};

enum {
    PAYLOAD_MAX = 8192
};

/* Data blocks to be put behind an AGGFRAG header. */
struct payload {
    uint8_t bytes[PAYLOAD_MAX];
    uint32_t octets;
    uint32_t block_offset;
};

void payload_begin(struct payload *payload, uint32_t block_offset);

/* Puts octets `from` up to `to` of a packet; a whole one; octets of padding. */
void payload_put(struct payload *payload, const struct sample *sample, uint32_t from, uint32_t to);
void payload_put_whole(struct payload *payload, const struct sample *sample);
void payload_put_pad(struct payload *payload, uint32_t octets);

/* The payload of an outer packet: the header of this sub-type, then the blocks. */
struct iptfs_outer *payload_outer(struct iptfs_store *store, const struct payload *payload,
                                  uint8_t sub_type);

/* Checks that nothing is left inside and the ledger adds up, and frees the store. */
void sample_close_store(struct iptfs_store *store, const char *file, int line);
#define CLOSE_STORE(store) sample_close_store((store), __FILE__, __LINE__)

#endif
