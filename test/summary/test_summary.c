/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs whose every figure can be worked out by hand, and the forms in which they are written. */
#include "run/run.h"
#include "summary/summary.h"
#include "support/check.h"
#include "support/run_summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Ten packets of 100 octets, 10 ms apart, through a link of 1 ms without limits. */
static const char plain[] = "[scenario]\nname = plain\nduration = 1s\nseed = 7\n"
                            "[tunnel]\ncipher = null\n"
                            "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"
                            "[traffic.a]\ntype = cbr\nsize = 100\nrate = 80kbps\ncount = 10\n";

/* Loss, two directions, random sizes: the worst case for "same seed, same bytes". */
static const char busy[] =
    "[scenario]\nduration = 500ms\nseed = 3\n"
    "[tunnel]\ninit-delay = 300us\ndrop-time = 5ms\n"
    "[link]\nrate = 20Mbps\ndelay = 2ms\nloss = 2%\nqueue = 40p\n"
    "[traffic.mix]\ntype = poisson\nsize = imix\nrate = 18Mbps\n"
    "[traffic.large]\ntype = cbr\nsize = 4000B\nrate = 3Mbps\n"
    "[traffic.back]\ntype = poisson\nsize = uniform(40, 3000)\nrate = 10Mbps\n"
    "direction = reverse\n";

static void figures_worked_out_by_hand(void)
{
    json_t *summary = summary_of(plain, NULL, 0);
    if (summary == NULL)
        return;
    /* outer: 20 + 8 + (4 + 100 + 2 -> 108) = 136 octets */
    static const struct {
        const char *path;
        double value;
    } expected[] = {
        {"seed", 7},
        {"run", 0},
        {"simulated_s", 1},
        {"inner.offered.pkts", 10},
        {"inner.offered.octets", 1000},
        {"inner.delivered.pkts", 10},
        {"inner.delivered.octets", 1000},
        {"inner.in_flight", 0},
        {"inner.dropped.link-loss", 0},
        {"outer.sent.pkts", 10},
        {"outer.sent.octets", 1360},
        {"outer.received.octets", 1360},
        {"outer.lost.pkts", 0},
        {"outer.overhead", 0.36},
        {"outer.padding_share", 0},
        {"outer.gap_cv", 0},
        {"outer.dispersion", 0.9}, /* 1 in ten intervals of a hundred */
        {"jitter_s.mean", 0},
        {"jitter_s.p99_p50", 0},
        {"stall_s.mean", 0},
        {"stall_s.share", 0},
        {"gather_s.max", 0},
        {"outer.mean_fill", 100.0 / 1466.0},
        {"delay_s.mean", 0.001},
        {"delay_s.p50", 0.001},
        {"delay_s.p90", 0.001},
        {"delay_s.p99", 0.001},
        {"delay_s.max", 0.001},
        {"goodput_bps", 8000},
        {"outer_bps", 10880},
        {"counters.yang.ipsec-stats.tx-pkts", 10},
        {"counters.yang.ipsec-stats.rx-octets", 1360},
        {"counters.yang.iptfs-inner-pkt-stats.rx-pkts", 10},
        {"counters.linux.XfrmOutNoQueueSpace", 0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        CHECK_NEAR(summary_number(summary, expected[i].path), expected[i].value, 1e-12);
    CHECK_TRUE(json_is_true(summary_at(summary, "ledger_balanced")));
    CHECK_TRUE(json_is_null(summary_at(summary, "loss_amplification")));
    CHECK_TRUE(json_object_get(summary, "flows") == NULL);
    CHECK_STR(json_string_value(summary_at(summary, "name")), "plain");
    json_decref(summary);
}

/* The summary of a run on whose link the listed things happen. */
static json_t *impaired(const char *list, const char *const *sets, size_t n_sets)
{
    char path[] = "/tmp/iptfs-results-XXXXXX", set[64];
    const char *all[8] = {set};
    int file = mkstemp(path);
    CHECK_TRUE(file >= 0 && write(file, list, strlen(list)) == (ssize_t)strlen(list));
    close(file);
    snprintf(set, sizeof set, "link.impair-list=%s", path);
    for (size_t i = 0; i < n_sets; i++)
        all[i + 1] = sets[i];
    json_t *summary = summary_of(plain, all, n_sets + 1);
    unlink(path);
    return summary;
}

/* One packet takes 10 ms at 108.8 kb/s, and each ends when the next begins: those that end in the
 * periods are the 2nd, 3rd and 4th (20 to 40 ms, the end not included) and the 10th. */
static void blackouts_have_a_cause_of_their_own(void)
{
    static const char *const sets[2][6] = {
        {"link.blackouts=20ms 20001us, 100ms 1s", "link.delay=0", "link.rate=108800bps"},
        {"link.blackouts=20ms 20001us, 100ms 1s", "link.delay=0", "link.rate=110400bps",
         "link.framing=ppp", "link.queue=9p", "link.device=p2p"}};
    for (size_t device = 0; device <= 1; device++) {
        json_t *summary = summary_of(plain, sets[device], 3 + 3 * device);
        if (summary == NULL)
            return;
        CHECK_NEAR(summary_number(summary, "outer.lost_by.blackout"), 4, 0);
        CHECK_NEAR(summary_number(summary, "outer.lost_by.link-loss"), 0, 0);
        CHECK_NEAR(summary_number(summary, "outer.lost.pkts"), 4, 0);
        CHECK_NEAR(summary_number(summary, "inner.dropped.blackout"), 4, 0);
        CHECK_NEAR(summary_number(summary, "inner.dropped.link-loss"), 0, 0);
        CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"), 6, 0);
        CHECK_NEAR(summary_number(summary, "loss_amplification"), 1, 0);
        json_decref(summary);
    }
}

static void directions_have_blackouts_of_their_own(void)
{
    static const char *const sets[] = {"link.blackouts=0 1s", "link.reverse.blackouts=none"};
    json_t *summary = summary_of(busy, sets, 2);
    if (summary == NULL)
        return;
    CHECK_NEAR(summary_number(summary, "outer.received.pkts"), 0, 0);
    CHECK_TRUE(summary_number(summary, "outer.lost_by.blackout") > 100);
    CHECK_TRUE(summary_number(summary, "reverse.outer.received.pkts") > 100);
    CHECK_NEAR(summary_number(summary, "reverse.outer.lost_by.blackout"), 0, 0);
    json_decref(summary);
}

/* A second at 100 packets a second holds 100 packets, idle or not; and the overhead of none is not
 * known. */
static void a_second_at_fixed_rate(void)
{
    static const char text[] =
        "[scenario]\nduration = 1s\n[tunnel]\nmode = fixed-rate\npps = 100\n";
    static const char *const sets[] = {"tunnel.pps=1"};
    for (size_t n_sets = 0; n_sets < 2; n_sets++) {
        json_t *summary = summary_of(text, sets, n_sets);
        if (summary == NULL)
            return;
        CHECK_NEAR(summary_number(summary, "outer.sent.pkts"), n_sets == 0 ? 100 : 1, 0);
        json_t *outer = json_object_get(summary, "outer");
        CHECK_TRUE(json_is_null(json_object_get(outer, "overhead")));
        CHECK_NEAR(summary_number(summary, "outer.mean_fill"), 0, 0);
        json_decref(summary);
    }
}

/* A saturated sender follows the rate: 500 ms at 8, 250 at 4 and 250 at 16 Mb/s are 9 Mbit, 750
 * packets of 1500 octets. The last bit of the last one arrives when the run ends, too late. */
static void a_saturated_link_follows_its_rate(void)
{
    static const char text[] =
        "[scenario]\nduration = 1s\n[tunnel]\ncipher = null\n"
        "[link]\nrate = 8Mbps\nrate-changes = 500ms 4Mbps, 750ms 16Mbps\n"
        "framing = none\ndelay = 0\n[traffic.a]\ntype = saturate\nsize = 1466\n";
    json_t *summary = summary_of(text, NULL, 0);
    if (summary == NULL)
        return;
    CHECK_NEAR(summary_number(summary, "outer.received.pkts"), 749, 0);
    CHECK_NEAR(summary_number(summary, "inner.dropped.link-queue"), 0, 0);
    json_decref(summary);
}

static void check_numbers(const json_t *summary, const char *const *paths, const double *values,
                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fabs(summary_number(summary, paths[i]) - values[i]) > 1e-12)
            CHECK_FAIL("%s: found %.15g, expected %.15g", paths[i],
                       summary_number(summary, paths[i]), values[i]);
}

/* The third comes at 36 ms in place of 21, and the fourth, there since 31, waits for it: delays of
 * 16 and 6 ms among others of 1. */
static void a_late_packet_stalls_the_next(void)
{
    static const char *const paths[] = {"stall_s.share", "stall_s.max",         "stall_s.p99",
                                        "stall_s.mean",  "jitter_s.mean",       "gather_s.share",
                                        "delay_s.max",   "inner.delivered.pkts"};
    static const double in_order[] = {0.1, 0.005, 0.005, 0.0005, 0.030 / 9, 0, 0.016, 10};
    json_t *summary = impaired("delay,3,15ms\n", NULL, 0);
    check_numbers(summary, paths, in_order, 8);
    json_decref(summary);
    const char *immediate[] = {"tunnel.receive=immediate"};
    summary = impaired("delay,3,15ms\n", immediate, 1);
    CHECK_NEAR(summary_number(summary, "stall_s.max"), 0.0, 0);
    CHECK_NEAR(summary_number(summary, "jitter_s.mean"), 0.030 / 9, 1e-12);
    json_decref(summary);
}

/* The second fragment, 534 octets in 568, is 568 us behind the first on a link of 8 Mb/s; when the
 * first one of the second packet is 0.5 ms late, it takes 68 us, and no time in the window. */
static void fragments_are_gathered(void)
{
    const char *sets[] = {"link.rate=8Mbps", "traffic.a.size=2000", "traffic.a.rate=1600kbps",
                          "tunnel.receive=in-order"};
    static const char *const paths[] = {"gather_s.share", "gather_s.max", "gather_s.mean",
                                        "stall_s.share"};
    static const double values[] = {1, 568e-6, 568e-6, 0};
    static const double late[] = {1, 568e-6, 568e-6 - 50e-6, 0};
    json_t *summary = summary_of(plain, sets, 4);
    check_numbers(summary, paths, values, 4);
    json_decref(summary);
    for (int i = 0; i < 2; i++) {
        if (i == 1)
            sets[3] = "tunnel.receive=immediate";
        summary = impaired("delay,3,500us\n", sets, 4);
        check_numbers(summary, paths, late, 4);
        json_decref(summary);
    }
}

/* Four packets are gathered for 35 ms, and the first such outer packet is lost. */
static void a_lost_outer_packet_is_four_lost_inner_ones(void)
{
    const char *sets[] = {"tunnel.init-delay=35ms"};
    json_t *summary = impaired("drop,1\n", sets, 1);
    CHECK_NEAR(summary_number(summary, "outer.lost.pkts"), 1, 0);
    CHECK_NEAR(summary_number(summary, "loss_amplification"), 4, 0);
    json_decref(summary);
}

static void padding_is_a_share_of_all_octets(void)
{
    const char *sets[] = {"tunnel.mode=fixed-rate", "tunnel.pps=100", "tunnel.pkt-size=500"};
    json_t *summary = summary_of(plain, sets, 3);
    double outer = summary_number(summary, "outer.sent.octets"),
           pkts = summary_number(summary, "outer.sent.pkts");
    /* All but headers (20 + 8 + 4), trailer (2) and the ten packets is padding. */
    double padding = outer - pkts * 34 - 1000;
    CHECK_NEAR(summary_number(summary, "outer.padding_share"), padding / outer, 1e-12);
    CHECK_NEAR(summary_number(summary, "outer.gap_cv"), 0, 0);
    json_decref(summary);
}

static void flows_are_counted_separately(void)
{
    static const char two[] =
        "[scenario]\nduration = 105.5ms\n[tunnel]\ncipher = null\n"
        "[link]\nrate = 0\nqueue = 0\ndelay = 1ms\nframing = none\n"
        "[traffic.small]\ntype = cbr\nsize = 100\nrate = 80kbps\n"
        "[traffic.big]\ntype = cbr\nsize = 200\nrate = 80kbps\nstart = 5ms\n"
        "[traffic.back]\ntype = cbr\nsize = 40\nrate = 32kbps\ndirection = reverse\ncount = 1\n";
    static const char *const paths[] = {
        "flows.small.offered.pkts",
        "flows.small.delivered.octets",
        "flows.small.loss",
        "flows.small.delay_s.p99",
        "flows.big.offered.pkts",
        "flows.big.delivered.pkts",
        "flows.big.in_flight",
        "flows.big.lost",
        "reverse.flows.back.delivered.pkts",
    };
    static const double values[] = {11, 1100, 0, 0.001, 6, 5, 1, 0, 1};
    json_t *summary = summary_of(two, NULL, 0);
    check_numbers(summary, paths, values, 9);
    CHECK_TRUE(json_object_get(json_object_get(summary, "flows"), "back") == NULL);
    json_decref(summary);
}

/* The flows add up to the total, whatever is dropped. */
static void flows_add_up(void)
{
    const char *sets[] = {"tunnel.max-queue-size=3000", "link.loss=20%"};
    static const char *const names[] = {"offered.pkts", "offered.octets", "delivered.pkts",
                                        "delivered.octets"};
    json_t *summary = summary_of(busy, sets, 2);
    char path[64];
    double lost = 0;
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "inner.%s", names[i]);
        double whole = summary_number(summary, path);
        snprintf(path, sizeof path, "flows.mix.%s", names[i]);
        double sum = summary_number(summary, path);
        snprintf(path, sizeof path, "flows.large.%s", names[i]);
        CHECK_NEAR(sum + summary_number(summary, path), whole, 0);
    }
    const char *cause;
    json_t *count;
    json_object_foreach((json_t *)summary_at(summary, "inner.dropped"), cause, count) lost +=
        json_number_value(count);
    CHECK_TRUE(lost > 0);
    CHECK_NEAR(summary_number(summary, "flows.mix.lost") +
                   summary_number(summary, "flows.large.lost"),
               lost, 0);
    json_decref(summary);
}

/* Ten packets of which none fits: each is answered, none is queued. */
static void oversized_packets_are_answered(void)
{
    const char *forwarded[] = {"tunnel.dont-frag=on", "traffic.a.size=1467",
                               "traffic.a.rate=1Mbps"};
    json_t *summary = summary_of(plain, forwarded, 3);
    CHECK_NEAR(summary_number(summary, "inner.dropped.too-big"), 10, 0);
    CHECK_NEAR(summary_number(summary, "inner.icmp_sent"), 10, 0);
    CHECK_NEAR(summary_number(summary, "inner.local_errors"), 0, 0);
    CHECK_NEAR(summary_number(summary, "counters.linux.XfrmOutError"), 10, 0);
    json_decref(summary);
    const char *local[] = {"tunnel.dont-frag=on", "traffic.a.size=1467", "traffic.a.rate=1Mbps",
                           "traffic.a.origin=local"};
    summary = summary_of(plain, local, 4);
    CHECK_NEAR(summary_number(summary, "inner.dropped.too-big"), 10, 0);
    CHECK_NEAR(summary_number(summary, "inner.icmp_sent"), 0, 0);
    CHECK_NEAR(summary_number(summary, "inner.local_errors"), 10, 0);
    json_decref(summary);
    const char *fits[] = {"tunnel.dont-frag=on", "traffic.a.size=1466", "traffic.a.rate=1Mbps"};
    summary = summary_of(plain, fits, 3);
    CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"), 10, 0);
    json_decref(summary);
}

/* Packets inside at the end are counted where they are: the tenth packet, sent at 90 ms, is on the
 * link. */
static void packets_inside_at_the_end_are_in_flight(void)
{
    const char *cut[] = {"scenario.duration=90.5ms"};
    json_t *summary = summary_of(plain, cut, 1);
    CHECK_NEAR(summary_number(summary, "inner.offered.pkts"), 10, 0);
    CHECK_NEAR(summary_number(summary, "inner.delivered.pkts"), 9, 0);
    CHECK_NEAR(summary_number(summary, "inner.in_flight"), 1, 0);
    CHECK_NEAR(summary_number(summary, "outer.in_flight"), 1, 0);
    json_decref(summary);
}

static void both_directions_are_reported(void)
{
    const char *sets[] = {"traffic.a.direction=reverse", "link.reverse.delay=3ms"};
    json_t *summary = summary_of(plain, sets, 2);
    CHECK_NEAR(summary_number(summary, "inner.offered.pkts"), 0, 0);
    CHECK_NEAR(summary_number(summary, "reverse.inner.delivered.pkts"), 10, 0);
    CHECK_NEAR(summary_number(summary, "reverse.delay_s.max"), 0.003, 0);
    json_decref(summary);
}

static char *written(const json_t *summary, int (*write)(const json_t *, FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    CHECK_INT(write(summary, memory), IPTFS_OK);
    fclose(memory);
    return text;
}

static size_t count_leaves(const json_t *object)
{
    size_t count = 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) count +=
        json_is_object(value) ? count_leaves(value) : 1;
    return count;
}

static size_t count_commas(const char *line)
{
    size_t count = 0;
    for (; *line != '\0' && *line != '\n'; line++)
        count += *line == ',';
    return count;
}

static void csv_has_a_name_for_each_value(void)
{
    json_t *summary = summary_of(plain, NULL, 0);
    char *csv = written(summary, iptfs_summary_write_csv);
    const char *values = strchr(csv, '\n') + 1;
    CHECK_U64(count_commas(csv) + 1, count_leaves(summary));
    CHECK_U64(count_commas(values) + 1, count_leaves(summary));
    CHECK_TRUE(strncmp(csv, "name,version,seed,run,simulated_s,inner.offered.pkts,", 53) == 0);
    CHECK_TRUE(strncmp(values, "plain," IPTFS_VERSION ",7,0,1,10,1000,10,1000,0,", 22) == 0);
    CHECK_STR(strchr(values, '\n'), "\n");
    free(csv);
    json_decref(summary);
}

static void json_reads_back(void)
{
    json_t *summary = summary_of(plain, NULL, 0);
    char *text = written(summary, iptfs_summary_write_json);
    json_error_t error;
    json_t *again = json_loads(text, 0, &error);
    CHECK_TRUE(again != NULL);
    CHECK_NEAR(summary_number(again, "inner.delivered.octets"), 1000, 0);
    CHECK_NEAR(summary_number(again, "delay_s.mean"), 0.001, 0);
    json_decref(again);
    free(text);
    json_decref(summary);
}

static char *json_of(const char *const *sets, size_t n_sets)
{
    json_t *summary = summary_of(busy, sets, n_sets);
    char *text = written(summary, iptfs_summary_write_json);
    json_decref(summary);
    return text;
}

static void same_seed_gives_the_same_bytes(void)
{
    const char *p2p[] = {"link.device=p2p"}, *other[] = {"scenario.seed=4"};
    char *first = json_of(NULL, 0), *second = json_of(NULL, 0);
    char *through_ns3 = json_of(p2p, 1), *other_seed = json_of(other, 1);
    CHECK_STR(second, first);
    CHECK_STR(through_ns3, first);
    CHECK_TRUE(strcmp(other_seed, first) != 0);
    free(first);
    free(second);
    free(through_ns3);
    free(other_seed);
}

/* One option must not change the draws of another: with another loss the same packets arrive. */
static void streams_do_not_shift_each_other(void)
{
    const char *lossless[] = {"link.loss=0"};
    json_t *lossy = summary_of(busy, NULL, 0), *none = summary_of(busy, lossless, 1);
    CHECK_TRUE(summary_number(lossy, "outer.lost_by.link-loss") > 0);
    CHECK_NEAR(summary_number(none, "outer.lost_by.link-loss"), 0, 0);
    CHECK_NEAR(summary_number(none, "inner.offered.pkts"),
               summary_number(lossy, "inner.offered.pkts"), 0);
    CHECK_NEAR(summary_number(none, "inner.offered.octets"),
               summary_number(lossy, "inner.offered.octets"), 0);
    CHECK_NEAR(summary_number(none, "outer.sent.octets"),
               summary_number(lossy, "outer.sent.octets"), 0);
    json_decref(lossy);
    json_decref(none);
}

/* All random impairments together: the same on both links, and none changes another. */
static void impairments_are_alike_on_both_links(void)
{
    const char *sets[] = {"link.jitter=2ms",   "link.jitter-distribution=pareto",
                          "link.reorder=10%",  "link.duplicate=2%",
                          "link.gemodel-p=1%", "link.gemodel-r=30%",
                          "link.device=direct"};
    char *direct = json_of(sets, 7);
    json_t *all = summary_of(busy, sets, 7);
    sets[6] = "link.device=p2p";
    char *p2p = json_of(sets, 7);
    CHECK_STR(p2p, direct);
    sets[4] = "link.jitter-correlation=50%";
    sets[5] = "link.duplicate-correlation=50%";
    json_t *less = summary_of(busy, sets, 6);
    CHECK_TRUE(summary_number(all, "outer.lost_in_bursts") > 0);
    CHECK_TRUE(summary_number(all, "outer.late") > 0);
    CHECK_TRUE(summary_number(all, "outer.duplicated") > 0);
    CHECK_NEAR(summary_number(less, "outer.reordered"), summary_number(all, "outer.reordered"), 0);
    CHECK_NEAR(summary_number(less, "outer.lost_in_bursts"), 0, 0);
    sets[5] = "link.jitter-keeps-order=on";
    sets[2] = "link.reorder=0";
    json_t *ordered = summary_of(busy, sets, 6);
    CHECK_NEAR(summary_number(ordered, "outer.late") +
                   summary_number(ordered, "inner.dropped.late"),
               0, 0);
    CHECK_TRUE(summary_number(ordered, "outer.duplicate") > 0); /* second copies are not late */
    json_decref(ordered);
    json_decref(less);
    json_decref(all);
    free(direct);
    free(p2p);
}

/* Of every outer packet a second copy arrives: none of them is late, and each is recognised, with
 * and without windows. The replay window refuses them before that. */
static void second_copies_are_not_late(void)
{
    static const struct {
        const char *sets[3];
        bool refused;
    } rows[] = {
        {{"link.duplicate=100%", "link.loss=0", "tunnel.reorder-window=3"}, false},
        {{"link.duplicate=100%", "link.loss=0", "tunnel.reorder-window=0"}, false},
        {{"link.duplicate=100%", "link.loss=0", "tunnel.receive=immediate"}, false},
        {{"link.duplicate=100%", "link.loss=0", "tunnel.mode=esp"}, false},
        {{"link.duplicate=100%", "link.loss=0", "tunnel.replay-window=64"}, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *sets[] = {rows[i].sets[0], rows[i].sets[1], rows[i].sets[2]};
        json_t *summary = summary_of(busy, sets, 3);
        double copies = summary_number(summary, "outer.duplicated");
        double found = summary_number(summary, "outer.duplicate");
        CHECK_TRUE(copies > 100);
        CHECK_NEAR(summary_number(summary, "outer.late"), 0, 0);
        /* at the end some copies are in flight */
        if (rows[i].refused)
            CHECK_NEAR(found, 0, 0);
        else if (!CHECK_TRUE(found <= copies && found > 0.8 * copies))
            CHECK_FAIL("row %zu: %g of %g", i, found, copies);
        json_decref(summary);
    }
}

static void text_names_every_cause(void)
{
    const char *sets[] = {"tunnel.max-queue-size=3000", "link.loss=20%"};
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, busy, "busy.ini", sets, 2, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_until(&run, scenario.duration_ps, &error), IPTFS_OK);
    CHECK_INT(iptfs_run_finish(&run, &error), IPTFS_OK);
    struct iptfs_summary_view view = iptfs_run_view(&run, scenario.duration_ps);
    struct iptfs_run_cost cost = {0.5, 1234};
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    view.direction[IPTFS_FORWARD].skipped_pkts = 1001;
    iptfs_summary_write_text(&view, &cost, memory);
    fclose(memory);
    static const char *const words[] = {
        "busy",      "no-queue-space", "link-loss",
        "drop-time", "mean fill",      "Goodput",
        "p99",       "1,234 events",   "1,001 packets of captures were skipped"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(text, words[i]) == NULL)
            CHECK_FAIL("\"%s\" is not in:\n%s", words[i], text);
    free(text);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

const CU_TestInfo iptfs_tests_summary[] = {
    {"figures worked out by hand", figures_worked_out_by_hand},
    {"oversized packets are answered", oversized_packets_are_answered},
    {"packets inside at the end are in flight", packets_inside_at_the_end_are_in_flight},
    {"both directions are reported", both_directions_are_reported},
    {"CSV has a name for each value", csv_has_a_name_for_each_value},
    {"JSON reads back", json_reads_back},
    {"the same seed gives the same bytes", same_seed_gives_the_same_bytes},
    {"streams do not shift each other", streams_do_not_shift_each_other},
    {"impairments are alike on both links", impairments_are_alike_on_both_links},
    {"second copies are not late", second_copies_are_not_late},
    {"the text names every cause", text_names_every_cause},
    {"a late packet stalls the next", a_late_packet_stalls_the_next},
    {"fragments are gathered", fragments_are_gathered},
    {"a lost outer packet is four lost inner ones", a_lost_outer_packet_is_four_lost_inner_ones},
    {"padding is a share of all octets", padding_is_a_share_of_all_octets},
    {"flows are counted separately", flows_are_counted_separately},
    {"flows add up", flows_add_up},
    {"blackouts have a cause of their own", blackouts_have_a_cause_of_their_own},
    {"directions have blackouts of their own", directions_have_blackouts_of_their_own},
    {"a second at fixed rate", a_second_at_fixed_rate},
    {"a saturated link follows its rate", a_saturated_link_follows_its_rate},
    CU_TEST_INFO_NULL,
};
