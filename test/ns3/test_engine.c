/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels on ns-3's events: arrivals that are pulled give the same run as arrivals that are events,
 * and cost no events. */
#include "ns3/engine.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/engine_run.h"
#include "ns3/events.h"
#include "ns3/refusing_scheduler.h"
#include "ns3/sim.h"
#include "support/check.h"

#include <inttypes.h>
#include <malloc.h>

#define US IPTFS_PS_PER_US
#define MS IPTFS_PS_PER_MS

/* --------------------------------------------------------------------------- pulled or events */

static void pulled_or_events(struct engine_plan *plan)
{
    static const int64_t init_delays_ps[] = {0, 500 * US, 7 * MS};
    engine_fill(plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(plan) / 2);
    plan->sender.max_queue_size_octets = 8000;
    plan->link.queue_pkts = 20;
    plan->loss = 0.05;
    for (size_t i = 0; i < 3; i++) {
        plan->sender.init_delay_ps = init_delays_ps[i];
        for (int dont_frag = 0; dont_frag <= 1; dont_frag++) {
            plan->sender.dont_frag = dont_frag != 0;
            engine_compare(plan, ENGINE_DIRECT, ENGINE_DIRECT_EVENTS);
            engine_compare(plan, ENGINE_P2P, ENGINE_P2P_EVENTS);
        }
    }
}

static void test_pulled_or_events(void)
{
    engine_for_all_links("pulled or events", pulled_or_events);
}

/* Arrivals of one instant, timers that fire as others arrive, deliveries at the same time. */
static void test_coincidence_pulled_or_events(void)
{
    for (int64_t init_delay_ps = 0; init_delay_ps <= 3 * MS; init_delay_ps += MS) {
        for (uint64_t queue = 1; queue <= 3; queue++) {
            struct engine_plan plan = engine_plain_plan("coincidence", 1000, IPTFS_FRAMING_PPP);
            engine_make_grid(&plan, queue, 0);
            plan.sender.init_delay_ps = init_delay_ps;
            plan.sender.max_queue_size_octets = 4000;
            engine_compare(&plan, ENGINE_DIRECT, ENGINE_DIRECT_EVENTS);
            engine_compare(&plan, ENGINE_P2P, ENGINE_P2P_EVENTS);
            engine_compare(&plan, ENGINE_P2P_EVENTS, ENGINE_DIRECT);
        }
    }
}

/* At the end, packets that arrived since the last event are offered too. */
static void test_stopped_pulled_or_events(void)
{
    struct engine_plan plan = engine_plain_plan("stopped", 7000000, IPTFS_FRAMING_ETHERNET);
    engine_fill(&plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(&plan) / 2);
    plan.sender.init_delay_ps = 10 * MS;
    engine_add_impairments(&plan);
    for (int64_t end_ps = 15 * MS; end_ps < 200 * MS; end_ps += 13 * MS) {
        plan.end_ps = end_ps;
        engine_compare(&plan, ENGINE_DIRECT, ENGINE_DIRECT_EVENTS);
    }
}

static void test_eager_is_the_same(void)
{
    static struct engine_result lazy, eager;
    static struct engine_bench bench;
    struct engine_plan plan = engine_plain_plan("eager", 7000000, IPTFS_FRAMING_ETHERNET);
    engine_fill(&plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(&plan) / 2);
    plan.sender.init_delay_ps = 3 * MS;
    engine_play(&plan, ENGINE_DIRECT, &lazy);
    if (!engine_open(&bench, &plan, ENGINE_DIRECT, &eager))
        return;
    bench.tunnel.sender.eager = true;
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), 0);
    engine_close(&bench, &plan);
    engine_same_records(&eager, &lazy, '*');
    engine_same_numbers(&eager, &lazy);
    CHECK_TRUE(eager.events > lazy.events);
}

/* A run in pieces is the same run. */
static void test_in_pieces(void)
{
    static struct engine_result whole, pieces;
    static struct engine_bench bench;
    struct engine_plan plan = engine_plain_plan("pieces", 7000000, IPTFS_FRAMING_ETHERNET);
    engine_fill(&plan, ENGINE_PKTS_MAX, 3000, engine_packet_ps(&plan) / 2);
    plan.sender.init_delay_ps = 3 * MS;
    engine_add_impairments(&plan);
    engine_play(&plan, ENGINE_P2P, &whole);
    if (!engine_open(&bench, &plan, ENGINE_P2P, &pieces))
        return;
    for (int64_t until_ps = 0; until_ps <= plan.end_ps; until_ps += plan.end_ps / 1000) {
        iptfs_engine_wake(&bench.engine);
        CHECK_INT(iptfs_ns3_run_until(until_ps), 0);
    }
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), 0);
    engine_close(&bench, &plan);
    engine_same_records(&pieces, &whole, '*');
    engine_same_numbers(&pieces, &whole);
    CHECK_U64(pieces.events, whole.events);
}

/* -------------------------------------------------------------------------------------- errors */

static void on_refuse(void *ctx)
{
    (void)ctx;
    refuse_events(REFUSE_OTHERWISE);
}

static void on_out_of_memory(void *ctx)
{
    struct engine_bench *bench = ctx;
    bench->tunnel.store.error = IPTFS_E_NO_MEMORY;
    iptfs_engine_wake(&bench->engine);
}

/* Plays a plan in which `event` happens at 7 ms, and the first packets arrive after 8 ms: it stops
 * with this error, and the next run is as good as any. */
static void check_stop(enum engine_kind kind, void (*event)(void *ctx), int error, int code)
{
    static struct engine_result result;
    static struct engine_bench bench;
    struct engine_plan plan = engine_plain_plan("stop", 7000000, IPTFS_FRAMING_PPP);
    for (plan.count = 0; plan.count < 5; plan.count++)
        plan.arrivals[plan.count] =
            arrival_of((8 + (int64_t)plan.count) * MS, 400, (uint32_t)plan.count);
    plan.end_ps = 100 * MS;
    if (!engine_open(&bench, &plan, kind, &result))
        return;
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_at(7 * MS, event, NULL, &bench), 0);
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), code);
    refuse_events(REFUSE_NOTHING);
    CHECK_TRUE(iptfs_ns3_now_ps() < 9 * MS);
    CHECK_INT(bench.engine.error, error);
    CHECK_U64(result.ledger.delivered.pkts, 0);
    iptfs_tunnel_close(&bench.tunnel, plan.end_ps);
    iptfs_tunnel_free(&bench.tunnel);
    iptfs_engine_free(&bench.engine);
    CHECK_INT(iptfs_ns3_close(), 0);
}

static void test_errors_stop_the_run(void)
{
    check_stop(ENGINE_DIRECT, on_out_of_memory, IPTFS_E_NO_MEMORY, IPTFS_NS3_STOPPED);
    check_stop(ENGINE_P2P, on_out_of_memory, IPTFS_E_NO_MEMORY, IPTFS_NS3_STOPPED);
    check_stop(ENGINE_P2P, on_refuse, IPTFS_E_ENGINE, IPTFS_NS3_EENGINE);
}

/* A timer that ns-3 does not take is an error of the engine. */
static void test_a_refused_timer(void)
{
    static struct engine_result result;
    static struct engine_bench bench;
    struct engine_plan plan = engine_plain_plan("refused", 7000000, IPTFS_FRAMING_PPP);
    plan.arrivals[plan.count++] = arrival_of(8 * MS, 400, 1);
    if (!engine_open(&bench, &plan, ENGINE_DIRECT, &result))
        return;
    refuse_events(REFUSE_OTHERWISE);
    iptfs_engine_wake(&bench.engine);
    refuse_events(REFUSE_NOTHING);
    CHECK_INT(bench.engine.error, IPTFS_E_ENGINE);
    iptfs_tunnel_close(&bench.tunnel, plan.end_ps);
    iptfs_tunnel_free(&bench.tunnel);
    iptfs_engine_free(&bench.engine);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* What ns-3's link cannot do leaves the engine without it. */
static void test_a_link_that_is_refused(void)
{
    struct engine_plan plan = engine_plain_plan("refused", 1000000, IPTFS_FRAMING_NONE);
    struct iptfs_tunnel tunnel;
    struct iptfs_engine engine;
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_tunnel_init(&tunnel, &plan.sender, &plan.receiver), IPTFS_OK);
    CHECK_INT(iptfs_engine_init(&engine, &tunnel), IPTFS_OK);
    CHECK_INT(iptfs_engine_p2p_link(&engine, &plan.link), IPTFS_E_INVALID);
    CHECK_TRUE(!engine.p2p && tunnel.link == NULL);
    iptfs_tunnel_free(&tunnel);
    iptfs_engine_free(&engine);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* ---------------------------------------------------------------------------------------- cost */

/* Fills the queue with packets of one size. */
struct filler {
    struct iptfs_source source;
    struct iptfs_arrival next;
    uint32_t left;
};

static int64_t filler_next_ps(const struct iptfs_source *source)
{
    return ((const struct filler *)source)->next.at_ps;
}

static void filler_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct filler *filler = (struct filler *)source;
    *arrival = filler->next;
    filler->next.id++;
    filler->left -= filler->next.octets;
    if (filler->left < filler->next.octets)
        filler->next.at_ps = IPTFS_NEVER;
}

static void filler_free_space(struct iptfs_source *source, int64_t now_ps,
                              const struct iptfs_free_space *free_space)
{
    struct filler *filler = (struct filler *)source;
    filler->left = free_space->octets;
    filler->next.at_ps = iptfs_later(now_ps, free_space->idle_ps - free_space->lead_ps);
}

/* A saturated direct link is never idle, loses nothing and needs at most two events a packet. */
static void saturate(uint32_t octets, int64_t init_delay_ps)
{
    static const struct iptfs_source_ops ops = {filler_next_ps, filler_take, filler_free_space};
    static struct engine_result result;
    static struct engine_bench bench;
    struct filler filler = {.source = {&ops}, .next = arrival_of(0, octets, 0)};
    struct engine_plan plan =
        engine_plain_plan("saturate", UINT64_C(1000000000), IPTFS_FRAMING_ETHERNET);
    plan.sender.init_delay_ps = init_delay_ps;
    plan.end_ps = 50 * MS;
    if (!engine_open(&bench, &plan, ENGINE_DIRECT, &result))
        return;
    filler.left = bench.tunnel.sender.window_octets;
    bench.tunnel.sender.source = &filler.source;
    iptfs_engine_wake(&bench.engine);
    CHECK_INT(iptfs_ns3_run_until(plan.end_ps), 0);
    double wire_octets = (double)bench.tunnel.link->stats.sent.octets + 38 * (double)result.sent;
    CHECK_TRUE(wire_octets * 8 / 1e9 >= 0.05 - 0.003); /* busy but for the first init-delay */
    engine_close(&bench, &plan);
    CHECK_U64(result.link.lost[IPTFS_DROP_LINK_QUEUE].pkts, 0);
    CHECK_U64(result.counters.value[IPTFS_XFRM_OUT_NO_QUEUE_SPACE], 0);
    CHECK_U64(result.marked_pkts, 0);
    if (!CHECK_TRUE(result.events <= 2 * result.sent))
        CHECK_FAIL("%" PRIu64 " events for %" PRIu64 " outer packets of %u octets inside",
                   result.events, result.sent, octets);
}

static void test_events_of_saturated_link(void)
{
    static const uint32_t sizes[] = {40, 576, 734, 1466, 1500, 9000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int64_t init_delay_ps = 0; init_delay_ps <= 2 * MS; init_delay_ps += 2 * MS)
            saturate(sizes[i], init_delay_ps);
}

/* Pulled arrivals cost no events: many small packets that wait for one timer take two, the timer's
 * and the delivery's. */
static void test_arrivals_are_no_events(void)
{
    static struct engine_result result;
    struct engine_plan plan = engine_plain_plan("no events", 0, IPTFS_FRAMING_ETHERNET);
    plan.link.queue_pkts = 0;
    plan.sender.init_delay_ps = 10 * MS;
    plan.end_ps = 30 * MS;
    for (plan.count = 0; plan.count < 30; plan.count++)
        plan.arrivals[plan.count] = arrival_of((int64_t)plan.count * US, 40, (uint32_t)plan.count);
    engine_play(&plan, ENGINE_DIRECT, &result);
    CHECK_U64(result.sent, 1);
    CHECK_U64(result.ledger.delivered.pkts, 30);
    CHECK_TRUE(result.events <= 2);
}

size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static uint64_t allocated_octets(void)
{
    if (__sanitizer_get_current_allocated_bytes != NULL)
        return __sanitizer_get_current_allocated_bytes();
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void test_many_runs_do_not_grow(void)
{
    static struct engine_result result;
    struct engine_plan plan = engine_plain_plan("growth", 7000000, IPTFS_FRAMING_ETHERNET);
    engine_fill(&plan, 30, 3000, engine_packet_ps(&plan) / 2);
    engine_add_impairments(&plan);
    uint64_t after_10 = 0;
    for (int run = 1; run <= 200; run++) {
        plan.end_ps = run % 3 == 0 ? 20 * MS : IPTFS_PS_PER_S;
        engine_play(&plan, run % 2 == 0 ? ENGINE_P2P_EVENTS : ENGINE_DIRECT, &result);
        if (run == 10)
            after_10 = allocated_octets();
    }
    uint64_t after_200 = allocated_octets();
    if (!CHECK_TRUE(after_200 <= after_10 + 4096))
        CHECK_FAIL("%" PRIu64 " octets after 10 runs, %" PRIu64 " after 200", after_10, after_200);
}

const CU_TestInfo iptfs_tests_engine[] = {
    {"pulled or events", test_pulled_or_events},
    {"pulled or events: coincidences", test_coincidence_pulled_or_events},
    {"pulled or events: stopped in between", test_stopped_pulled_or_events},
    {"eager is the same", test_eager_is_the_same},
    {"in pieces is the same", test_in_pieces},
    {"errors stop the run", test_errors_stop_the_run},
    {"a refused timer", test_a_refused_timer},
    {"a link that is refused", test_a_link_that_is_refused},
    {"saturated link: at most two events a packet", test_events_of_saturated_link},
    {"arrivals are no events", test_arrivals_are_no_events},
    {"200 runs do not grow", test_many_runs_do_not_grow},
    CU_TEST_INFO_NULL,
};
