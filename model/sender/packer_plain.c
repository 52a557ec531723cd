/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packers without AGGFRAG: one inner packet, or one IP fragment of it, in each outer packet. */
#include "sender/packer.h"

#include "base/octets.h"

enum {
    IP_FRAGMENT_UNIT = 8
};

/* Octets of the IP header that the fragment needs beyond those of the packet itself. */
static uint32_t added_header_octets(const struct iptfs_packer *packer,
                                    const struct iptfs_inner *inner, uint32_t sent)
{
    bool added = sent > 0 && packer->ip_fragment_headers;
    return added ? iptfs_ip_header_octets(inner->ip_version) : 0;
}

/* Octets of the packet that go into the next IP fragment, when `most` fit into an outer packet. The
 * packet's payload is cut in units of 8, but for the last fragment. Fragments without headers of
 * their own (as RFC 9347's Appendix C counts) are cut anywhere. */
static uint32_t fragment_octets(const struct iptfs_packer *packer, const struct iptfs_inner *inner,
                                uint32_t sent, uint32_t most)
{
    uint32_t left = inner->octets - sent;
    uint32_t header = added_header_octets(packer, inner, sent);
    if (left + header <= most)
        return left;
    if (!packer->ip_fragment_headers)
        return most;
    uint32_t own_header = sent > 0 ? 0 : iptfs_ip_header_octets(inner->ip_version);
    IPTFS_ASSERT(most >= header + own_header + IP_FRAGMENT_UNIT);
    uint32_t payload = most - header - own_header;
    return own_header + payload / IP_FRAGMENT_UNIT * IP_FRAGMENT_UNIT;
}

/* One inner packet, or the next IP fragment of it, in an outer packet; `size` sets the sizes of the
 * outer packet for that many octets. */
static struct iptfs_outer *next_plain(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                      int64_t now_ps,
                                      void (*size)(const struct iptfs_packer *packer,
                                                   struct iptfs_outer *outer, uint32_t octets))
{
    struct iptfs_inner *inner = iptfs_packer_first(packer, queue, now_ps);
    if (inner == NULL && !packer->dummies)
        return NULL;
    struct iptfs_outer *outer = iptfs_packer_new_outer(packer, now_ps);
    if (outer == NULL || inner == NULL) {
        packer->partial = inner;
        if (outer != NULL)
            size(packer, outer, 0);
        return outer;
    }
    uint32_t sent = packer->partial_octets;
    uint32_t octets = fragment_octets(packer, inner, sent, packer->payload_octets);
    iptfs_outer_add(outer, inner, sent, octets);
    size(packer, outer, octets + added_header_octets(packer, inner, sent));
    IPTFS_ASSERT(sent + octets <= inner->octets);
    bool ended = sent + octets == inner->octets;
    packer->ip_cut_pkts += sent == 0 && !ended;
    packer->ip_fragments += sent > 0 || !ended;
    packer->partial = ended ? NULL : inner;
    packer->partial_octets = ended ? 0 : sent + octets;
    if (ended)
        iptfs_packer_sent(packer, inner);
    return outer;
}

static uint32_t none_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                             uint32_t mtu_octets)
{
    (void)packer, (void)pkt_size_octets;
    return mtu_octets;
}

static void none_size(const struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t octets)
{
    (void)packer;
    outer->ip_octets = octets;
}

static struct iptfs_outer *none_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                     int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, none_size);
}

const struct iptfs_packer_ops iptfs_packer_none = {none_payload, none_next};

static uint32_t esp_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                            uint32_t mtu_octets)
{
    (void)pkt_size_octets;
    return iptfs_esp_payload_max(packer->esp, mtu_octets);
}

/* Pads the payload up to tfc_pad_octets, as far as the path MTU allows. */
static void esp_size(const struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t octets)
{
    uint32_t pad_to = packer->tfc_pad_octets < packer->payload_octets ? packer->tfc_pad_octets
                                                                      : packer->payload_octets;
    if (octets < pad_to)
        outer->pad_octets = pad_to - octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, octets + outer->pad_octets);
}

static struct iptfs_outer *esp_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                    int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, esp_size);
}

const struct iptfs_packer_ops iptfs_packer_esp = {esp_payload, esp_next};

/* In transport mode the packet's own IP header comes first, and ESP carries the rest. */
static uint32_t transport_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                                  uint32_t mtu_octets)
{
    (void)pkt_size_octets;
    uint32_t payload = iptfs_esp_payload_max(packer->esp, mtu_octets);
    return payload > 0 ? payload + packer->esp->ip_octets : 0;
}

static void transport_size(const struct iptfs_packer *packer, struct iptfs_outer *outer,
                           uint32_t octets)
{
    uint32_t header = packer->esp->ip_octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, octets > header ? octets - header : 0);
}

static struct iptfs_outer *transport_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                          int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, transport_size);
}

const struct iptfs_packer_ops iptfs_packer_esp_transport = {transport_payload, transport_next};

static uint32_t pad_payload(const struct iptfs_packer *packer, uint32_t pkt_size_octets,
                            uint32_t mtu_octets)
{
    return iptfs_esp_fixed_payload(packer->esp, pkt_size_octets, mtu_octets);
}

static void pad_size(const struct iptfs_packer *packer, struct iptfs_outer *outer, uint32_t octets)
{
    IPTFS_ASSERT(octets <= packer->payload_octets);
    outer->pad_octets = packer->payload_octets - octets;
    outer->ip_octets = iptfs_esp_outer_octets(packer->esp, packer->payload_octets);
}

static struct iptfs_outer *pad_next(struct iptfs_packer *packer, struct iptfs_queue *queue,
                                    int64_t now_ps)
{
    return next_plain(packer, queue, now_ps, pad_size);
}

const struct iptfs_packer_ops iptfs_packer_esp_pad = {pad_payload, pad_next};
