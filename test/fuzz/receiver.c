/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For any input only received packets are delivered, and all are accounted for. */
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "fuzz/received.h"

enum {
    WINDOW_MAX = 40,
    RENEW = 7
};

struct rx {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    int64_t now_ps;
    int64_t delivered_ps; /* the last time */
    uint64_t given_pkts;
    struct fuzz_received received;
    uint64_t seq;
};

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct rx *rx = ctx;
    MUST(now_ps >= rx->delivered_ps && now_ps <= rx->now_ps);
    MUST(!again);
    rx->delivered_ps = now_ps;
    fuzz_take_inner(&rx->received, inner);
}

static void check_step(const struct rx *rx, const struct iptfs_counters *before)
{
    const uint64_t *now = rx->counters.value;
    int64_t next_ps = iptfs_receiver_next_ps(&rx->receiver);
    fuzz_check_received(&rx->received, &rx->store, &rx->receiver);
    for (int i = 0; i < IPTFS_COUNTER_COUNT; i++)
        MUST(now[i] >= before->value[i]);
    MUST(now[IPTFS_YANG_RX_PKTS] == rx->given_pkts);
    /* A packet held by an immediate receiver has a deadline; no timer is left running. */
    if (rx->receiver.immediate.held > 0)
        MUST(next_ps <= rx->now_ps + rx->receiver.config.drop_time_ps);
    MUST(next_ps >= rx->now_ps);
}

static void open_rx(struct rx *rx, struct fuzz_input *input)
{
    *rx = (struct rx){0};
    uint64_t flags = fuzz_take(input, 1);
    struct iptfs_receiver_config config = {
        .immediate = (flags & 1) != 0,
        .ecn = (flags & 2) != 0,
        .ecn_decap = (enum iptfs_ecn_decap)((flags >> 3) % 3),
        .replay_window = (flags & 4) != 0 ? 64 : 0,
        .reorder_window = (uint32_t)fuzz_between(input, 0, WINDOW_MAX),
        .drop_time_ps = (int64_t)fuzz_take(input, 1) * IPTFS_PS_PER_MS,
    };
    /* The octets choose the first number, also near the maximum. */
    rx->seq = (flags & 8) != 0 ? fuzz_take(input, 8) >> 1 : fuzz_take(input, 1);
    iptfs_store_init(&rx->store);
    MUST(iptfs_receiver_init(&rx->receiver, &config, &rx->store, &rx->counters, &rx->trace) == 0);
    iptfs_receiver_deliver_to(&rx->receiver, on_deliver, rx);
}

/* A packet with a number some steps from the last, and a payload of octets as they come. */
static void give(struct rx *rx, struct fuzz_input *input)
{
    int64_t step = (int8_t)fuzz_take(input, 1);
    uint64_t seq = rx->seq + (uint64_t)step;
    uint32_t octets = (uint32_t)fuzz_between(input, 0, 511);
    if (octets > input->left)
        octets = (uint32_t)input->left;
    struct iptfs_outer *outer = iptfs_outer_new(&rx->store);
    outer->seq = seq <= INT64_MAX ? seq : 0;
    outer->ecn = (uint8_t)(octets & 3);
    outer->ip_octets = octets;
    MUST(iptfs_outer_set_payload(&rx->store, outer, input->next, octets) == 0);
    input->next += octets;
    input->left -= octets;
    rx->seq = outer->seq;
    rx->given_pkts++;
    rx->received.given_octets += octets;
    iptfs_receiver_input(&rx->receiver, rx->now_ps, outer);
}

static void step(struct rx *rx, struct fuzz_input *input)
{
    const struct iptfs_counters before = rx->counters;
    uint64_t what = fuzz_take(input, 1);
    rx->now_ps += (int64_t)(what >> 3) * (IPTFS_PS_PER_MS / 2);
    if ((what & 7) == RENEW) {
        MUST(iptfs_receiver_renew(&rx->receiver, rx->receiver.sa + 1) == 0);
        MUST(rx->store.live_inner == 0 && rx->store.live_outer == 0);
    } else {
        give(rx, input);
    }
    check_step(rx, &before);
    iptfs_receiver_wake(&rx->receiver, rx->now_ps);
    check_step(rx, &before);
    MUST(iptfs_receiver_next_ps(&rx->receiver) > rx->now_ps);
}

void fuzz_receiver(const uint8_t *bytes, size_t octets)
{
    struct fuzz_input input = {bytes, octets};
    struct rx rx;
    open_rx(&rx, &input);
    while (input.left > 0)
        step(&rx, &input);
    uint64_t inside = iptfs_ledger_in_flight(&rx.store.ledger);
    iptfs_store_close(&rx.store);
    iptfs_receiver_free(&rx.receiver);
    MUST(rx.store.live_inner == 0 && rx.store.live_outer == 0);
    MUST(rx.store.found_in_flight == inside);
    MUST(iptfs_ledger_balanced(&rx.store.ledger, inside));
    iptfs_store_free(&rx.store);
}
