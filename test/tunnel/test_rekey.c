/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New SAs in the middle of traffic: numbers start again, no inner packet spans two, and nothing is
 * lost by it; SAs that are removed with packets inside account for them. */
#include "base/units.h"
#include "run/run.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

enum {
    PKTS_MAX = 100000
};

static struct iptfs_run run;
static struct iptfs_scenario scenario;

/* What was seen of a run. */
static struct {
    uint32_t sa_of[PKTS_MAX]; /* of each inner packet, 0 for not seen, else SA + 1 */
    uint32_t spanning;        /* packets in two SAs */
    uint32_t sa;
    uint64_t seq;
    uint32_t misnumbered;
    uint32_t last_delivered;
    uint32_t disordered;
} seen;

static void on_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    (void)ctx, (void)now_ps;
    if (outer->sa != seen.sa) {
        seen.misnumbered += outer->sa != seen.sa + 1;
        seen.sa = outer->sa;
        seen.seq = 0;
    }
    seen.misnumbered += outer->seq != ++seen.seq;
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice)) {
        uint32_t *sa = &seen.sa_of[slice.inner->id % PKTS_MAX];
        seen.spanning += *sa != 0 && *sa != outer->sa + 1;
        *sa = outer->sa + 1;
    }
}

static void on_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    (void)ctx, (void)now_ps;
    seen.disordered += inner->id <= seen.last_delivered;
    seen.last_delivered = inner->id;
}

static const char traffic[] = "[scenario]\nduration = 400ms\nseed = 5\n"
                              "[tunnel]\npkt-size = 1432\ndrop-time = 3ms\n"
                              "[link]\nrate = 1Gbps\ndelay = 2ms\nqueue = 0\n"
                              "[traffic.a]\ntype = poisson\nsize = uniform(20, 4000)\n"
                              "rate = 15Mbps\nstop = 350ms\n";

static const struct iptfs_tunnel *tunnel_of(const char *const *sets, size_t n_sets,
                                            int64_t until_ps)
{
    struct iptfs_error error = {0};
    memset(&seen, 0, sizeof seen);
    int code = iptfs_scenario_parse_text(&scenario, traffic, "rekey.ini", sets, n_sets, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    if (code != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return NULL;
    }
    struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    static struct iptfs_observer observer;
    observer = (struct iptfs_observer){.sent = on_sent, .delivered = on_delivered};
    iptfs_tunnel_observe(tunnel, &observer);
    CHECK_INT(iptfs_run_until(&run, until_ps, &error), IPTFS_OK);
    CHECK_INT(iptfs_tunnel_close(tunnel, until_ps), IPTFS_OK);
    return tunnel;
}

static void end(void)
{
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

static void nothing_is_lost_without_loss(void)
{
    static const char *const modes[] = {"tunnel.mode=on-demand", "tunnel.mode=fixed-rate",
                                        "tunnel.mode=min-rate", "tunnel.mode=esp"};
    static const char *const lifetimes[] = {"tunnel.rekey-after=1p", "tunnel.rekey-after=7p",
                                            "tunnel.rekey-after=5ms"};
    for (size_t i = 0; i < 12; i++) {
        const char *sets[] = {modes[i / 3], lifetimes[i % 3],
                              i / 3 == 1 || i / 3 == 2 ? "tunnel.l3-fixed-rate=20Mbps"
                                                       : "tunnel.l3-fixed-rate=0"};
        const struct iptfs_tunnel *tunnel = tunnel_of(sets, 3, 400 * IPTFS_PS_PER_MS);
        if (tunnel == NULL)
            return;
        const struct iptfs_ledger *ledger = &tunnel->store.ledger;
        bool good = CHECK_U64(ledger->delivered.pkts, ledger->offered.pkts);
        good &= CHECK_U64(seen.spanning, 0);
        good &= CHECK_U64(seen.misnumbered, 0);
        good &= CHECK_U64(seen.disordered, 0);
        good &= CHECK_TRUE(seen.sa > 20);
        if (!good)
            CHECK_FAIL("%s %s: %u SAs", sets[0], sets[1], seen.sa + 1);
        end();
    }
}

/* Loss, and SAs with a lifetime of a few packets: windows and partial packets are removed with
 * them, timers outlast removed SAs, and the run stops at any time. */
static void removed_sas_account_for_their_packets(void)
{
    uint64_t removed = 0;
    for (int i = 0; i < 60; i++) {
        char seed[32], life[32], window[40];
        snprintf(seed, sizeof seed, "scenario.seed=%d", i + 1);
        snprintf(life, sizeof life, "tunnel.rekey-after=%dp", i % 12 + 1);
        snprintf(window, sizeof window, "tunnel.reorder-window=%d", i % 5 * 2);
        const char *sets[] = {seed,
                              life,
                              window,
                              "link.loss=10%",
                              i % 2 == 0 ? "tunnel.mode=fixed-rate" : "tunnel.mode=on-demand",
                              "tunnel.l3-fixed-rate=20Mbps",
                              i % 3 == 0 ? "tunnel.receive=immediate" : "tunnel.receive=in-order"};
        const struct iptfs_tunnel *tunnel = tunnel_of(sets, 7, (37 + i * 5) * IPTFS_PS_PER_MS);
        if (tunnel == NULL)
            return;
        removed += tunnel->store.ledger.dropped[IPTFS_DROP_SA_REMOVED].pkts;
        CHECK_U64(tunnel->store.ledger.unexplained, 0);
        CHECK_U64(tunnel->store.live_inner, 0);
        CHECK_U64(seen.spanning, 0);
        end();
    }
    CHECK_TRUE(removed > 0);
}

/* A tunnel that is freed in the middle of a run, with queue and timers. */
static void removed_tunnels_account_for_their_packets(void)
{
    const char *sets[] = {"tunnel.init-delay=50ms", "link.loss=5%"};
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, traffic, "rekey.ini", sets, 2, &error),
              IPTFS_OK);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_until(&run, 120 * IPTFS_PS_PER_MS, &error), IPTFS_OK);
    struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    iptfs_sender_clear(&tunnel->sender);
    iptfs_receiver_renew(&tunnel->receiver, 2);
    CHECK_U64(tunnel->store.ledger.unexplained, 0);
    CHECK_TRUE(tunnel->store.ledger.dropped[IPTFS_DROP_SA_REMOVED].pkts > 0);
    CHECK_INT(iptfs_run_until(&run, 200 * IPTFS_PS_PER_MS, &error), IPTFS_OK);
    CHECK_INT(iptfs_tunnel_close(tunnel, 200 * IPTFS_PS_PER_MS), IPTFS_OK);
    end();
}

const CU_TestInfo iptfs_tests_rekey[] = {
    {"nothing is lost without loss", nothing_is_lost_without_loss},
    {"removed SAs account for their packets", removed_sas_account_for_their_packets},
    {"removed tunnels account for their packets", removed_tunnels_account_for_their_packets},
    CU_TEST_INFO_NULL,
};
