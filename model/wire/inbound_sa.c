/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/inbound_sa.h"

#include "base/asserts.h"
#include "base/error.h"
#include "packet/aggfrag.h"

enum {
    IPV4_IN_IP = 4,
    IPV6_IN_IP = 41,
    NO_NEXT_HEADER = 59
};

int iptfs_inbound_sa_init(struct iptfs_inbound_sa *inbound,
                          const struct iptfs_outer_codec_config *wire,
                          const struct iptfs_receiver_config *receiver)
{
    const struct iptfs_mode *mode = wire->mode;
    struct iptfs_receiver_config config = *receiver;
    *inbound = (struct iptfs_inbound_sa){.first = 1};
    config.plain = !mode->aggfrag;
    iptfs_store_init(&inbound->store);
    int error = iptfs_outer_codec_init(&inbound->wire, wire);
    if (error == IPTFS_OK)
        error = iptfs_receiver_init(&inbound->receiver, &config, &inbound->store,
                                    &inbound->counters, &inbound->trace);
    if (error == IPTFS_OK && (!mode->encrypted || mode->transport))
        error = IPTFS_E_INVALID;
    return error;
}

void iptfs_inbound_sa_begin(struct iptfs_inbound_sa *inbound, uint64_t first)
{
    IPTFS_ASSERT(first > 0);
    inbound->first = first;
    inbound->wire.top = first - 1;
}

void iptfs_inbound_sa_deliver_to(struct iptfs_inbound_sa *inbound,
                                 void (*deliver)(void *ctx, int64_t now_ps,
                                                 struct iptfs_inner *inner, bool again),
                                 void *ctx)
{
    iptfs_receiver_deliver_to(&inbound->receiver, deliver, ctx);
}

/* Whether the SA takes payloads with this next header. */
static bool is_of_mode(const struct iptfs_inbound_sa *inbound, uint8_t next_header)
{
    if (inbound->wire.config.mode->aggfrag)
        return next_header == IPTFS_AGGFRAG_NEXT_HEADER;
    return next_header == IPV4_IN_IP || next_header == IPV6_IN_IP;
}

/* When the first packet received may have overtaken the first number within the window, that number
 * is awaited; Linux would begin with the packet received and drop those that it
 * overtook. */
static void begin(struct iptfs_inbound_sa *inbound, uint64_t seq)
{
    struct iptfs_reorder *reorder = &inbound->receiver.reorder;
    if (!reorder->started && seq >= inbound->first && seq - inbound->first <= reorder->window)
        iptfs_reorder_begin(reorder, inbound->first);
}

static void receive(struct iptfs_inbound_sa *inbound, int64_t now_ps,
                    const struct iptfs_outer_codec_found *found)
{
    struct iptfs_outer *outer = iptfs_outer_new(&inbound->store);
    if (outer == NULL)
        return;
    outer->seq = found->seq;
    outer->number = found->seq;
    outer->sent_ps = now_ps;
    outer->arrived_ps = now_ps;
    outer->ip_octets = found->ip_octets;
    outer->ecn = found->ecn;
    if (iptfs_outer_set_payload(&inbound->store, outer, found->payload, found->payload_octets) !=
        IPTFS_OK) {
        iptfs_outer_drop(&inbound->store, outer, IPTFS_DROP_BAD_HEADER);
        return;
    }
    begin(inbound, found->seq);
    iptfs_receiver_input(&inbound->receiver, now_ps, outer);
}

enum iptfs_outer_codec_verdict iptfs_inbound_sa_input(struct iptfs_inbound_sa *inbound,
                                                      int64_t now_ps, const uint8_t *bytes,
                                                      uint32_t octets)
{
    struct iptfs_outer_codec_found found;
    if (iptfs_inbound_sa_next_ps(inbound) < now_ps) /* also when the packet is refused */
        iptfs_inbound_sa_wake(inbound, now_ps - 1);
    IPTFS_ASSERT(iptfs_inbound_sa_next_ps(inbound) >= now_ps);
    if (octets > IPTFS_PACKET_MAX_OCTETS)
        octets = IPTFS_PACKET_MAX_OCTETS;
    enum iptfs_outer_codec_verdict verdict =
        iptfs_outer_codec_decode(&inbound->wire, bytes, octets, inbound->plain, &found);
    inbound->verdicts[verdict]++;
    inbound->protocol = found.protocol;
    if (verdict != IPTFS_OUTER_CODEC_GOOD)
        return verdict;
    if (is_of_mode(inbound, found.next_header))
        receive(inbound, now_ps, &found);
    else if (found.next_header == NO_NEXT_HEADER)
        inbound->dummies++;
    else
        inbound->other_headers++;
    return verdict;
}

int iptfs_inbound_sa_close(struct iptfs_inbound_sa *inbound)
{
    struct iptfs_store *store = &inbound->store;
    iptfs_store_close(store);
    iptfs_receiver_free(&inbound->receiver);
    if (store->error != IPTFS_OK)
        return store->error;
    bool balanced = iptfs_ledger_balanced(&store->ledger, store->found_in_flight) &&
                    store->live_inner == 0 && store->live_outer == 0;
    return balanced ? IPTFS_OK : IPTFS_E_UNBALANCED;
}

void iptfs_inbound_sa_free(struct iptfs_inbound_sa *inbound)
{
    iptfs_receiver_free(&inbound->receiver);
    iptfs_store_free(&inbound->store);
    iptfs_outer_codec_free(&inbound->wire);
}
