/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole tunnel by the octets: what whole_tunnel.h checks in each step, and that the same octets
 * give the same run. */
#include "base/error.h"
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "support/whole_tunnel.h"

#include <stdio.h>

enum {
    ARRIVALS_MAX = 40,
    TROUBLES_MAX = 20,
    OCTETS_MAX = 24000, /* of all packets, so that one input has a few hundred outer packets */
    STOP_MAX_MS = 80
};

#define MS IPTFS_PS_PER_MS

static const uint32_t largest[] = {60, 300, 1500, 20000};

static void take_packets(struct plan *plan, struct fuzz_input *input)
{
    int64_t at_ps = 0;
    uint32_t most = largest[fuzz_between(input, 0, 3)], left = OCTETS_MAX;
    plan->count = fuzz_between(input, 1, ARRIVALS_MAX);
    for (size_t i = 0; i < plan->count; i++) {
        uint64_t flags = fuzz_take(input, 1);
        uint32_t least = (flags & 1) != 0 ? IPTFS_IPV6_HEADER_OCTETS : IPTFS_IPV4_HEADER_OCTETS;
        uint32_t octets = (uint32_t)fuzz_between(input, least, most);
        octets = octets > left ? least : octets;
        left -= octets < left ? octets : left;
        at_ps += (int64_t)(flags >> 4) * (MS / 8);
        plan->arrivals[i] = arrival_of(at_ps, octets, (uint32_t)i);
        plan->arrivals[i].ip_version = (flags & 1) != 0 ? 6 : 4;
        plan->arrivals[i].local = (flags & 2) != 0;
        plan->arrivals[i].tos = (uint8_t)(flags >> 2 & 3);
    }
}

static void take_sender(struct iptfs_sender_config *sender, struct fuzz_input *input)
{
    uint64_t flags = fuzz_take(input, 2);
    *sender = plain_sender();
    sender->mode = iptfs_mode_at((unsigned)fuzz_between(input, 0, 7));
    if (sender->mode->with_rate != NULL && (flags & 1) != 0)
        sender->mode = sender->mode->with_rate;
    if (sender->mode->congestion) /* needs another direction, as the target `scenario` has it */
        sender->mode = iptfs_mode_at(0);
    iptfs_esp_init(&sender->esp, iptfs_cipher_at((flags & 2) != 0), (flags & 4) != 0 ? 6 : 4);
    sender->dont_frag = (flags & 8) != 0;
    sender->fill_whole = (flags & 16) != 0;
    sender->fill_full = (flags & 32) != 0 && !sender->fill_whole;
    sender->pad_to_avoid_fragment = (flags & 64) != 0;
    sender->ip_fragment_headers = (flags & 128) != 0;
    sender->ecn = (flags & 256) != 0;
    sender->ip_fragment = (flags & 8192) != 0;
    sender->mtu_octets = (uint32_t)fuzz_between(input, 120, 2000);
    sender->pkt_size_octets = (uint32_t)fuzz_between(input, 0, 400) * 4;
    sender->init_delay_ps = (int64_t)fuzz_between(input, 0, 7) * (MS / 2);
    sender->max_queue_size_octets = fuzz_between(input, 0, 65535);
    sender->min_fragment_octets = (uint32_t)fuzz_between(input, 0, 100);
    sender->all_pad_every = (uint32_t)fuzz_between(input, 0, 5);
    sender->all_pad_every += sender->all_pad_every == 1;
    sender->tfc_pad_octets = (flags & 512) != 0 ? (uint32_t)fuzz_between(input, 0, 1000) : 0;
    sender->max_aggregation_time_ps = (flags & 1024) != 0 ? MS : 0;
    sender->sa_life.soft.pkts = (flags & 2048) != 0 ? fuzz_between(input, 1, 20) : 0;
    sender->sa_life.hard.pkts = (flags & 16384) != 0 ? fuzz_between(input, 1, 20) : 0;
    sender->sa_life.rekey_time_ps = (flags & 32768) != 0 ? 2 * MS : 0;
    sender->sa_life.soft.time_ps = (flags & 4096) != 0 ? 3 * MS : 0;
    sender->slot_numerator = (uint64_t)MS * 3 / 2 + fuzz_between(input, 0, 255);
    sender->slot_denominator = fuzz_between(input, 1, 3);
}

static void take_receiver(struct plan *plan, struct fuzz_input *input)
{
    bool plain = !plan->sender.mode->aggfrag;
    plan->receiver = (struct iptfs_receiver_config){
        .reorder_window = plain ? 0 : (uint32_t)fuzz_between(input, 0, 20),
        .drop_time_ps = (int64_t)fuzz_between(input, 0, 20) * MS,
        .replay_window = (uint32_t)fuzz_between(input, 0, 64),
        .immediate = fuzz_flag(input),
        .ecn = plan->sender.ecn,
        .ecn_decap = plan->sender.ecn ? (enum iptfs_ecn_decap)fuzz_between(input, 0, 2)
                                      : IPTFS_ECN_DECAP_NOTHING,
        .plain = plain,
    };
}

static void take_link(struct plan *plan, struct fuzz_input *input)
{
    plan->link = (struct iptfs_link_config){
        .rate_bps = fuzz_between(input, 0, 200) * 1000000,
        .delay_ps = (int64_t)fuzz_between(input, 0, 10) * MS,
        .mtu_octets = (uint32_t)fuzz_between(input, 100, 2100),
        .framing = (enum iptfs_framing)fuzz_between(input, 0, 2),
        .queue_pkts = fuzz_between(input, 0, 10),
        .queue_octets = fuzz_between(input, 0, 9000),
    };
    plan->loss = (double)fuzz_between(input, 0, 60) / 100;
    plan->seed = fuzz_take(input, 1);
    plan->item_count = fuzz_between(input, 0, TROUBLES_MAX);
    for (size_t i = 0; i < plan->item_count; i++)
        plan->items[i] = (struct iptfs_impair_item){
            fuzz_between(input, 1, 60),
            (enum iptfs_impair_action)fuzz_between(input, IPTFS_IMPAIR_DROP, IPTFS_IMPAIR_CE),
            (int64_t)fuzz_between(input, 0, 18) * (MS / 2),
        };
}

/* A hash of all trace records of the tunnel. */
static void note(void *ctx, const struct iptfs_trace_record *record)
{
    const uint64_t fields[] = {(uint64_t)record->at_ps,
                               (uint64_t)record->point,
                               record->inner_id,
                               record->octets,
                               record->seq,
                               (uint64_t)record->value};
    uint64_t *sum = ctx;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        *sum = (*sum ^ fields[i]) * UINT64_C(0x100000001b3);
}

static uint64_t play(struct plan *plan)
{
    static struct bench bench;
    uint64_t sum = 1;
    if (!bench_start(&bench, plan))
        return 0; /* options under which nothing fits, or a mode that needs the other direction */
    bench.tunnel.trace = (struct iptfs_trace){note, &sum};
    bench_run_until(&bench, plan->stop_ps);
    bench_close(&bench, plan->stop_ps);
    if (bench.wrong != NULL)
        fprintf(stderr, "step %llu, at %lld ps: %s\n", (unsigned long long)bench.steps,
                (long long)bench.now_ps, bench.wrong);
    MUST(bench.wrong == NULL);
    return (sum ^ bench.distinct) * 31 + bench.steps;
}

void fuzz_tunnel(const uint8_t *bytes, size_t octets)
{
    static struct plan plan;
    struct fuzz_input input = {bytes, octets};
    plan = (struct plan){.seed = 0};
    take_sender(&plan.sender, &input);
    take_receiver(&plan, &input);
    take_link(&plan, &input);
    plan.stop_ps = (int64_t)fuzz_between(&input, 0, STOP_MAX_MS) * MS;
    take_packets(&plan, &input);
    uint64_t first = play(&plan);
    MUST(play(&plan) == first);
}
