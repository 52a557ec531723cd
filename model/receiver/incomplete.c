/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/incomplete.h"

#include "packet/packet.h"

bool iptfs_incomplete_continues(const struct iptfs_incomplete *incomplete, uint64_t seq,
                                uint32_t block_offset)
{
    uint64_t payload = incomplete->payload_octets, left = incomplete->left;
    if (left == 0 || payload == 0 || seq <= incomplete->seq)
        return false;
    uint64_t missing = seq - incomplete->seq - 1;
    if (missing > IPTFS_PACKET_MAX_OCTETS / payload)
        return false;
    if (left == IPTFS_INCOMPLETE_LEFT_UNKNOWN)
        return missing == 0; /* few packets are longer than a missing payload */
    return left == missing * payload + block_offset;
}
