/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/whole_tunnel.h"

#include "base/error.h"
#include "base/units.h"
#include "link/direct_link.h"

#include <string.h>

void bench_expect(struct bench *bench, bool held, const char *what)
{
    if (!held && bench->wrong == NULL)
        bench->wrong = what;
}

/* ------------------------------------------------------------------------------------- hooks */

static void on_arrived(void *ctx, struct iptfs_inner *inner)
{
    struct bench *bench = ctx;
    bench_expect(bench, inner->id < bench->plan->count, "a packet arrived that was not sent");
    bench_expect(bench, !bench->arrived[inner->id], "a packet arrived twice");
    bench_expect(bench, inner->arrived_ps == bench->plan->arrivals[inner->id].at_ps,
                 "a packet arrived at another time than it was sent");
    bench->arrived[inner->id] = true;
    bench->arrived_count++;
}

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct bench *bench = ctx;
    bench_expect(bench, now_ps == bench->now_ps, "an outer packet left at another time than now");
    bench_expect(bench, outer->number == bench->last_sent + 1,
                 "an outer sequence number was skipped");
    bench->last_sent = outer->number;
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    struct bench *bench = ctx;
    uint32_t id = inner->id;
    const struct iptfs_arrival *arrival = &bench->plan->arrivals[id];
    bench_expect(bench, now_ps == bench->now_ps, "a packet came out at another time than now");
    bench_expect(bench, id < bench->plan->count && bench->arrived[id],
                 "delivered, but never offered");
    bench_expect(bench, inner->octets == arrival->octets, "delivered with another length");
    bench_expect(bench, now_ps >= arrival->at_ps + bench->plan->link.delay_ps,
                 "delivered sooner than the link can");
    bench->distinct += bench->delivered[id] == 0;
    bench->delivered[id]++;
    inner->handle = NULL;
    if (bench->any && id <= bench->last_id)
        bench->in_order = false;
    bench->any = true;
    bench->last_id = id;
}

static void on_release(void *ctx, void *handle)
{
    struct bench *bench = ctx;
    bench->released[(unsigned *)handle - bench->released]++;
}

/* --------------------------------------------------------------------------------------- run */

static bool add_link(struct bench *bench, const struct plan *plan)
{
    struct iptfs_link_config config = plan->link;
    struct iptfs_link *link;
    config.streams = (struct iptfs_random_streams){plan->seed, 1, 0};
    config.impairments.loss.probability = plan->loss;
    config.impairments.list = (struct iptfs_impair_list_config){plan->items, plan->item_count};
    int error = iptfs_direct_link_new(&link, &config, &bench->tunnel.store, NULL);
    if (error == IPTFS_OK)
        iptfs_tunnel_set_link(&bench->tunnel, link);
    return error == IPTFS_OK;
}

static bool give_up(struct bench *bench)
{
    bench->wrong = "the tunnel cannot be built";
    iptfs_tunnel_free(&bench->tunnel);
    return false;
}

bool bench_start(struct bench *bench, struct plan *plan)
{
    memset(bench, 0, sizeof *bench);
    bench->plan = plan;
    bench->in_order = true;
    bench->now_ps = -1;
    if (iptfs_tunnel_init(&bench->tunnel, &plan->sender, &plan->receiver) != IPTFS_OK)
        return give_up(bench);
    bench->observer = (struct iptfs_observer){
        .arrived = on_arrived,
        .sent = on_sent,
        .delivered = on_delivered,
        .ctx = bench,
    };
    iptfs_tunnel_observe(&bench->tunnel, &bench->observer);
    bench->tunnel.store.release = on_release;
    bench->tunnel.store.release_ctx = bench;
    for (size_t i = 0; i < plan->count; i++)
        plan->arrivals[i].handle = &bench->released[i];
    feed_init(&bench->feed, plan->arrivals, plan->count);
    bench->tunnel.sender.source = &bench->feed.source;
    return add_link(bench, plan) || give_up(bench);
}

/* What must hold after each step. */
static void check_step(struct bench *bench)
{
    const struct iptfs_tunnel *tunnel = &bench->tunnel;
    const struct iptfs_ledger *ledger = &tunnel->store.ledger;
    bench_expect(bench, tunnel->store.error == IPTFS_OK, "the store has an error");
    bench_expect(bench, ledger->unexplained == 0, "packets vanished without a cause");
    bench_expect(bench, ledger->offered.pkts == bench->arrived_count,
                 "offered are not those arrived");
    bench_expect(bench, ledger->delivered.pkts == bench->distinct,
                 "delivered are not those that came out");
    const struct iptfs_flow *flow = tunnel->flows.flow[0];
    bench_expect(bench, (flow != NULL ? flow->delivered.delays.count : 0) == bench->distinct,
                 "measured are others");
    bench_expect(bench, iptfs_ledger_in_flight(ledger) <= tunnel->store.live_inner,
                 "more are inside than there are");
    bench_expect(bench, iptfs_tunnel_next_ps(tunnel) > bench->now_ps,
                 "due again at the same instant");
}

void bench_run_until(struct bench *bench, int64_t until_ps)
{
    while (bench->wrong == NULL) {
        int64_t next_ps = iptfs_tunnel_next_ps(&bench->tunnel);
        if (next_ps > until_ps)
            return;
        bench_expect(bench, next_ps > bench->now_ps, "time went back");
        bench_expect(bench, ++bench->steps < STEPS_MAX, "the run has no end");
        bench->now_ps = next_ps;
        iptfs_tunnel_wake(&bench->tunnel, next_ps);
        check_step(bench);
    }
}

/* Each packet is somewhere exactly once, and so is its handle. */
static void check_ends(struct bench *bench)
{
    const struct iptfs_ledger *ledger = &bench->tunnel.store.ledger;
    struct iptfs_tally sum = iptfs_ledger_dropped(ledger);
    struct iptfs_tally offered = {0, 0};
    sum.pkts += ledger->delivered.pkts + bench->tunnel.in_flight_pkts;
    sum.octets += ledger->delivered.octets;
    for (size_t i = 0; i < bench->plan->count; i++) {
        if (!bench->arrived[i])
            continue;
        offered.pkts++;
        offered.octets += bench->plan->arrivals[i].octets;
        bool out = bench->delivered[i] > 0;
        bench_expect(bench, bench->released[i] == (out ? 0 : 1),
                     "a handle was not let go just once");
    }
    bench_expect(bench, ledger->offered.octets == offered.octets, "the octets offered are others");
    bench_expect(bench, sum.pkts == offered.pkts, "packets offered are not those ended and inside");
    if (bench->tunnel.in_flight_pkts == 0)
        bench_expect(bench, sum.octets == offered.octets, "octets offered are not those ended");
}

void bench_close(struct bench *bench, int64_t at_ps)
{
    int64_t now_ps = at_ps < IPTFS_NEVER ? at_ps : iptfs_later(bench->now_ps, 0);
    if (bench->wrong == NULL) {
        bench_expect(bench, iptfs_tunnel_close(&bench->tunnel, now_ps) == IPTFS_OK,
                     "it does not balance");
        check_ends(bench);
    }
    if (bench->plan->receiver.reorder_window > 0 && !bench->plan->receiver.immediate) {
        /* Packets of two SAs in flight arrive in any order. */
        const struct iptfs_sender_config *sender = &bench->plan->sender;
        bool one_sa = sender->sa_life.soft.pkts == 0 && sender->sa_life.soft.time_ps == 0;
        bench_expect(bench, bench->in_order || !one_sa, "delivered out of order");
        bench_expect(bench, bench->tunnel.delivered_again == 0, "delivered twice behind a window");
    }
    iptfs_tunnel_free(&bench->tunnel);
}
