/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting of incomplete inner packets (RFC 9348: rx-incomplete-pkts): each counts once, however
 * many of its fragments are received, and also when its first one is not. A receiver sees from
 * BlockOffset alone whether two payloads hold fragments of one packet. */
#ifndef IPTFS_RECEIVER_INCOMPLETE_H
#define IPTFS_RECEIVER_INCOMPLETE_H

#include <stdbool.h>
#include <stdint.h>

/* `left` of a packet whose length field has not been received. */
#define IPTFS_INCOMPLETE_LEFT_UNKNOWN UINT32_MAX

/* An inner packet that continues after a payload. */
struct iptfs_incomplete {
    uint64_t seq;  /* of that payload, or of an all-pad payload that followed it */
    uint32_t left; /* octets of the packet that follow; 0: none continues */
    uint32_t
        payload_octets; /* data block octets of the payload, which the packet fills to the end */
    bool counted;       /* the packet has been counted */
};

/* Octets of the continued packet that follow after a payload of `payload_octets`. */
static inline uint32_t iptfs_incomplete_left(uint32_t block_offset, uint32_t payload_octets)
{
    return block_offset > payload_octets ? block_offset - payload_octets : 0;
}

/* Whether the payload `seq`, which starts with a continued packet, continues this one. Payloads
 * between the two are taken to be missing, of the same size, and filled by the packet; a packet
 * with an all-pad payload missing between its fragments is taken for two. */
bool iptfs_incomplete_continues(const struct iptfs_incomplete *incomplete, uint64_t seq,
                                uint32_t block_offset);

#endif
