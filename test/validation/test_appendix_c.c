/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures 13 to 18 of RFC 9347's Appendix C, measured by the scenarios of the study
 * results/rfc9347-appendix-c and compared with the published tables in golden/rfc9347. The study's
 * README explains what is measured, the rounding, and the few cells that differ. */
#include "base/units.h"
#include "run/run.h"
#include "support/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STUDY "results/rfc9347-appendix-c/"
#define GOLDEN "test/golden/rfc9347/"

enum {
    ETHERNET_OCTETS = 38,
    ETHERNET_LEAST_PAYLOAD = 46,
    OCTET_PS = 800,         /* at 10 Gb/s */
    ANY_MTU = 9216,         /* longer than all that is sent through "any" MTU */
    RUN_OUTER_PKTS = 2520,  /* least length of a run; 1 to 10 and 18 divide it */
    PADLESS_OCTETS = 518,   /* and the trailer's 2 are 520: ESP needs no padding */
    RFC_ESP_OCTETS = 36,    /* what the RFC takes for transport mode */
    FIGURE_15_OCTETS = 18,  /* what figure 15 counts too many in some rows */
    FIRST_LARGE_ROW = 1442, /* from here on figure 16 is printed in thousands */
    MOST_COLUMNS = 8,
    MOST_SETS = 8,
    ROWS = 9,
};

static const uint32_t row_octets[ROWS] = {40, 128, 256, 518, 576, 1442, 1500, 8942, 9000};

/* ---------------------------------------------------------------------------------- running */

/* Settings "section.key=value" for a scenario file. */
struct sets {
    size_t count;
    char text[MOST_SETS][64];
};

__attribute__((format(printf, 2, 3))) static void set(struct sets *sets, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(sets->text[sets->count++], sizeof sets->text[0], format, values);
    va_end(values);
}

/* When an inner packet came in and when its first octets left; of the last one. */
struct watch {
    int64_t arrived_ps;
    int64_t left_ps;
};

static void watch_arrived(void *ctx, struct iptfs_inner *inner)
{
    struct watch *watch = ctx;
    watch->arrived_ps = inner->arrived_ps;
}

static void watch_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct watch *watch = ctx;
    if (outer->data_octets > 0 && watch->left_ps == 0)
        watch->left_ps = now_ps;
}

/* What arrived at the far end, and how long it took. */
struct flow {
    int64_t time_ps;
    struct iptfs_tally inner;
    struct iptfs_tally outer;
    int64_t delay_max_ps;
    struct watch watch;
};

static struct flow flow_of(const struct iptfs_tunnel *tunnel, int64_t time_ps)
{
    return (struct flow){
        .time_ps = time_ps,
        .inner = tunnel->store.ledger.delivered,
        .outer = tunnel->link->stats.received,
        .delay_max_ps = tunnel->delivered.delays.max_ps,
    };
}

static struct flow simulate(const char *scenario_path, const struct sets *sets)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    struct flow flow = {0};
    const char *texts[MOST_SETS];
    for (size_t i = 0; i < sets->count; i++)
        texts[i] = sets->text[i];
    if (iptfs_scenario_load(&scenario, scenario_path, texts, sets->count, &error) != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return flow;
    }
    struct watch watch = {0};
    int code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
    struct iptfs_observer observer = {.arrived = watch_arrived, .sent = watch_sent, .ctx = &watch};
    iptfs_tunnel_observe(tunnel, &observer);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&run, scenario.duration_ps, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, &error);
    if (code == IPTFS_OK)
        flow = flow_of(tunnel, scenario.duration_ps);
    else
        CHECK_FAIL("%s", error.text);
    flow.watch = watch;
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    return flow;
}

/* ---------------------------------------------------------------------------------- columns */

enum kind {
    ESP_PAD,
    IPTFS,
    ETHERNET,
    ESP,
};

struct column {
    enum kind kind;
    uint32_t mtu; /* 0: any */
};

/* 590, 1514 and 9014 are 576, 1500 and 9000 with the Ethernet header. */
static struct column column_named(const char *name)
{
    const char *digits = strpbrk(name, "0123456789");
    uint32_t mtu = digits != NULL ? (uint32_t)strtoul(digits, NULL, 10) : 0;
    struct column column = {ESP, mtu % 100 == 90 || mtu % 100 == 14 ? mtu - 14 : mtu};
    if (strncmp(name, "esp_pad", 7) == 0)
        column.kind = ESP_PAD;
    else if (strncmp(name, "iptfs", 5) == 0)
        column.kind = IPTFS;
    else if (strcmp(name, "ethernet") == 0)
        column.kind = ETHERNET;
    return column;
}

static void set_tunnel(struct sets *sets, struct column column)
{
    static const char *const modes[] = {"esp-pad", "fixed-rate", "none", "esp-transport"};
    set(sets, "tunnel.mode=%s", modes[column.kind]);
    set(sets, "link.mtu=%" PRIu32, column.mtu > 0 ? column.mtu : ANY_MTU);
    if (column.mtu > 0)
        set(sets, "tunnel.pkt-size=%" PRIu32, column.mtu);
}

static struct flow saturate(struct column column, uint32_t inner, int64_t time_ps)
{
    struct sets sets = {0};
    set_tunnel(&sets, column);
    if (column.kind == IPTFS)
        set(&sets, "tunnel.l2-fixed-rate=10Gbps");
    set(&sets, "traffic.load.size=%" PRIu32, inner);
    set(&sets, "scenario.duration=%" PRId64 "ps", time_ps + 1); /* with what happens at the end */
    return simulate(STUDY "saturated.ini", &sets);
}

/* Time that an outer packet takes on the Ethernet, from a short run. */
static int64_t frame_ps(struct column column, uint32_t inner)
{
    struct flow probe = saturate(column, inner, INT64_C(100000000));
    if (!CHECK_TRUE(probe.outer.pkts > 0))
        return 1;
    uint64_t octets = probe.outer.octets / probe.outer.pkts;
    if (octets < ETHERNET_LEAST_PAYLOAD)
        octets = ETHERNET_LEAST_PAYLOAD;
    return (int64_t)(octets + ETHERNET_OCTETS) * OCTET_PS;
}

/* A whole number of cycles of a saturated link, so that nothing is cut at the end: as many packets
 * of IP-TFS as an inner packet has octets carry whole inner packets. */
static struct flow measure(struct column column, uint32_t inner)
{
    int64_t frames = RUN_OUTER_PKTS;
    if (column.kind == IPTFS)
        frames = (int64_t)inner * ((RUN_OUTER_PKTS + inner - 1) / inner);
    return saturate(column, inner, frames * frame_ps(column, inner));
}

/* The same, made once for all figures. */
static const struct flow *flow_through(struct column column, uint32_t inner)
{
    static struct {
        struct column column;
        uint32_t inner;
        struct flow flow;
    } known[ROWS * MOST_COLUMNS];
    static size_t count;
    size_t i = 0;
    while (i < count && !(known[i].column.kind == column.kind &&
                          known[i].column.mtu == column.mtu && known[i].inner == inner))
        i++;
    if (i == count) {
        known[i].column = column;
        known[i].inner = inner;
        known[i].flow = measure(column, inner);
        count++;
    }
    return &known[i].flow;
}

/* ------------------------------------------------------------------------------- quantities */

/* A measured value as a fraction, so that rounding is exact. */
struct fraction {
    int64_t numerator;
    int64_t denominator;
};

/* What ESP in tunnel mode adds to a packet without padding: octets, and time on an idle line. */
static int64_t esp_octets(void)
{
    struct sets sets = {0};
    set(&sets, "tunnel.mode=esp");
    set(&sets, "link.mtu=%d", ANY_MTU);
    set(&sets, "traffic.load.size=%d", PADLESS_OCTETS);
    set(&sets, "scenario.duration=10us");
    struct flow flow = simulate(STUDY "saturated.ini", &sets);
    return flow.inner.pkts > 0
               ? (int64_t)((flow.outer.octets - flow.inner.octets) / flow.inner.pkts)
               : 0;
}

static bool is_alone(const struct flow *flow)
{
    return flow->outer.pkts == flow->inner.pkts;
}

/* As the RFC counts it: of a padded packet the padding, of several padded packets all that is not
 * the inner packet. */
static struct fraction overhead(struct column column, uint32_t inner)
{
    const struct flow *flow = flow_through(column, inner);
    int64_t octets = (int64_t)(flow->outer.octets - flow->inner.octets);
    int64_t pkts = (int64_t)flow->inner.pkts;
    if (column.kind == ESP_PAD && is_alone(flow))
        octets -= esp_octets() * pkts;
    return (struct fraction){octets, pkts};
}

/* Time on an idle line of 10 Gb/s. */
static int64_t time_alone_ps(const char *mode, uint32_t mtu, uint32_t inner)
{
    struct sets sets = {0};
    set(&sets, "tunnel.mode=%s", mode);
    set(&sets, "link.mtu=%" PRIu32, mtu);
    set(&sets, "tunnel.pkt-size=%" PRIu32, strcmp(mode, "esp-pad") == 0 ? mtu : 0);
    set(&sets, "traffic.one.size=%" PRIu32, inner);
    return simulate(STUDY "one-packet.ini", &sets).delay_max_ps;
}

/* What padding adds to it. */
static int64_t padding_time_ps(struct column column, uint32_t inner)
{
    int64_t added_ps =
        time_alone_ps("esp-pad", column.mtu, inner) - time_alone_ps("none", ANY_MTU, inner);
    if (!is_alone(flow_through(column, inner)))
        return added_ps;
    return added_ps - (time_alone_ps("esp", ANY_MTU, PADLESS_OCTETS) -
                       time_alone_ps("none", ANY_MTU, PADLESS_OCTETS));
}

/* How long a packet waits for the next outer packet, when it began to come in as one left. */
static int64_t slot_wait_ps(struct column column, uint32_t inner)
{
    struct sets sets = {0};
    set_tunnel(&sets, column);
    set(&sets, "traffic.one.size=%" PRIu32, inner);
    set(&sets, "traffic.one.start=%" PRIu32 "ps", inner * OCTET_PS);
    struct watch watch = simulate(STUDY "slot-wait.ini", &sets).watch;
    return watch.left_ps - watch.arrived_ps;
}

/* ---------------------------------------------------------------------------------- figures */

/* Unit and format of a cell: the value as a multiple of unit / 10^decimals. */
struct digits {
    int64_t unit;
    int decimals;
    bool truncated;
};

/* A measured value and the octets by which the RFC counts more. */
typedef struct fraction (*value_fn)(struct column column, uint32_t inner, int64_t added_octets);
typedef struct digits (*digits_fn)(struct column column, uint32_t inner);

static struct fraction overhead_octets(struct column column, uint32_t inner, int64_t added)
{
    (void)added;
    return overhead(column, inner);
}

static struct fraction overhead_percent(struct column column, uint32_t inner, int64_t added)
{
    (void)added;
    struct fraction octets = overhead(column, inner);
    return (struct fraction){100 * octets.numerator, inner * octets.denominator};
}

/* Time of the link for all inner packets delivered, each with `added` octets more. */
static int64_t link_time_ps(const struct flow *flow, int64_t added)
{
    return flow->time_ps + added * OCTET_PS * (int64_t)flow->inner.pkts;
}

static struct fraction l2_octets(struct column column, uint32_t inner, int64_t added)
{
    const struct flow *flow = flow_through(column, inner);
    return (struct fraction){link_time_ps(flow, added), OCTET_PS * (int64_t)flow->inner.pkts};
}

static struct fraction pkts_per_second(struct column column, uint32_t inner, int64_t added)
{
    const struct flow *flow = flow_through(column, inner);
    return (struct fraction){(int64_t)flow->inner.pkts * IPTFS_PS_PER_S, link_time_ps(flow, added)};
}

static struct fraction bandwidth_percent(struct column column, uint32_t inner, int64_t added)
{
    const struct flow *flow = flow_through(column, inner);
    return (struct fraction){100 * (int64_t)flow->inner.octets * OCTET_PS,
                             link_time_ps(flow, added)};
}

static struct fraction latency_us(struct column column, uint32_t inner, int64_t added)
{
    (void)added;
    return (struct fraction){column.kind == IPTFS ? slot_wait_ps(column, inner)
                                                  : padding_time_ps(column, inner),
                             IPTFS_PS_PER_US};
}

static struct digits tenths(struct column column, uint32_t inner)
{
    (void)column, (void)inner;
    return (struct digits){1, 1, false};
}

static struct digits hundredths(struct column column, uint32_t inner)
{
    (void)column, (void)inner;
    return (struct digits){1, 2, false};
}

static struct digits percent_digits(struct column column, uint32_t inner)
{
    return column.kind == IPTFS ? hundredths(column, inner) : tenths(column, inner);
}

static struct digits whole(struct column column, uint32_t inner)
{
    (void)column, (void)inner;
    return (struct digits){1, 0, true};
}

static struct digits pps_digits(struct column column, uint32_t inner)
{
    (void)column;
    return inner >= FIRST_LARGE_ROW ? (struct digits){1000, 0, true}
                                    : (struct digits){100000, 0, false};
}

struct figure {
    int number;
    const char *path;
    value_fn value;
    digits_fn digits;
    unsigned cells;     /* in the table */
    unsigned explained; /* of these, cells for which the RFC counts octets that no packet has */
};

/* The value in whole steps of what is printed. */
static int64_t steps(struct fraction value, struct digits digits)
{
    iptfs_uint128 numerator = (iptfs_uint128)value.numerator;
    for (int i = 0; i < digits.decimals; i++)
        numerator *= 10;
    iptfs_uint128 denominator = (iptfs_uint128)value.denominator * (iptfs_uint128)digits.unit;
    if (denominator == 0)
        return -1;
    if (digits.truncated)
        return (int64_t)(numerator / denominator);
    return (int64_t)((2 * numerator + denominator) / (2 * denominator));
}

static int64_t published_steps(const char *text, struct digits digits)
{
    return llround(strtod(text, NULL) * pow(10, digits.decimals) / (double)digits.unit);
}

/* What the RFC counts beyond the octets of the packets: ESP padding where none is needed, 18 octets
 * in the rows of the largest packets that fit. */
static int64_t added_octets(const struct figure *figure, struct column column, uint32_t inner)
{
    int64_t added = 0;
    if (column.kind == ESP) {
        struct fraction esp = overhead(column, inner);
        added = RFC_ESP_OCTETS - esp.numerator / esp.denominator;
        CHECK_TRUE(added >= 0 && added < 4);
    }
    bool fits_exactly = inner == 518 || inner == 1442 || inner == 8942;
    if (figure->number == 15 && column.mtu == 0 && fits_exactly)
        added += FIGURE_15_OCTETS;
    return added;
}

/* Compares a cell; whether it needed octets added. */
static bool explain_cell(const struct figure *figure, const char *name, uint32_t inner,
                         const char *text)
{
    struct column column = column_named(name);
    struct digits digits = figure->digits(column, inner);
    int64_t expected = published_steps(text, digits);
    struct fraction plain = figure->value(column, inner, 0);
    if (steps(plain, digits) == expected)
        return false;
    int64_t added = added_octets(figure, column, inner);
    if (added == 0 || steps(figure->value(column, inner, added), digits) != expected)
        CHECK_FAIL("figure %d, %" PRIu32 " octets, %s: published %s, measured %.6f", figure->number,
                   inner, name, text, (double)plain.numerator / (double)plain.denominator);
    return true;
}

/* Splits a line of a table; how many cells it has. */
static size_t split(char *line, char *cells[MOST_COLUMNS + 1])
{
    size_t count = 0;
    char *rest = NULL;
    for (char *cell = strtok_r(line, ",\n", &rest); cell != NULL && count <= MOST_COLUMNS;
         cell = strtok_r(NULL, ",\n", &rest))
        cells[count++] = cell;
    return count;
}

static void compare_figure(const struct figure *figure)
{
    char header[256], line[256];
    char *names[MOST_COLUMNS + 1], *cells[MOST_COLUMNS + 1];
    unsigned compared = 0, explained = 0;
    FILE *table = fopen(figure->path, "r");
    if (!CHECK_TRUE(table != NULL))
        return;
    size_t columns = fgets(header, sizeof header, table) != NULL ? split(header, names) : 0;
    for (size_t row = 0; fgets(line, sizeof line, table) != NULL; row++) {
        if (!CHECK_U64(split(line, cells), columns))
            break;
        CHECK_U64(strtoul(cells[0], NULL, 10), row < ROWS ? row_octets[row] : 0);
        for (size_t i = 1; i < columns; i++, compared++)
            explained +=
                explain_cell(figure, names[i], (uint32_t)strtoul(cells[0], NULL, 10), cells[i]);
    }
    fclose(table);
    CHECK_U64(compared, figure->cells);
    CHECK_U64(explained, figure->explained);
}

static void figure_13(void)
{
    compare_figure(
        &(struct figure){13, GOLDEN "overhead-octets.csv", overhead_octets, tenths, 54, 0});
}

static void figure_14(void)
{
    compare_figure(&(struct figure){14, GOLDEN "overhead-percent.csv", overhead_percent,
                                    percent_digits, 54, 0});
}

static void figure_15(void)
{
    compare_figure(&(struct figure){15, GOLDEN "l2-octets.csv", l2_octets, whole, 72, 6});
}

static void figure_16(void)
{
    compare_figure(&(struct figure){16, GOLDEN "pps-10g.csv", pkts_per_second, pps_digits, 72, 1});
}

static void figure_17(void)
{
    compare_figure(&(struct figure){17, GOLDEN "bandwidth-percent-10g.csv", bandwidth_percent,
                                    hundredths, 72, 3});
}

static void figure_18(void)
{
    compare_figure(
        &(struct figure){18, GOLDEN "latency-10g-us.csv", latency_us, hundredths, 28, 0});
}

/* Whole cycles: twice the time counts exactly twice as much. */
static void runs_are_whole_cycles(void)
{
    static const struct column columns[] = {{IPTFS, 576}, {ESP_PAD, 576}, {ETHERNET, 0}, {ESP, 0}};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        const struct flow *once = flow_through(columns[i], 8942);
        struct flow twice = saturate(columns[i], 8942, 2 * once->time_ps);
        CHECK_U64(twice.inner.pkts, 2 * once->inner.pkts);
        CHECK_U64(twice.inner.octets, 2 * once->inner.octets);
        CHECK_U64(twice.outer.pkts, 2 * once->outer.pkts);
        CHECK_U64(twice.outer.octets, 2 * once->outer.octets);
    }
}

const CU_TestInfo iptfs_tests_appendix_c[] = {
    {"figure 13: overhead in octets", figure_13},
    {"figure 14: overhead in percent", figure_14},
    {"figure 15: octets on the Ethernet", figure_15},
    {"figure 16: packets per second at 10 Gb/s", figure_16},
    {"figure 17: bandwidth in percent", figure_17},
    {"figure 18: added latency", figure_18},
    {"measured over whole cycles", runs_are_whole_cycles},
    CU_TEST_INFO_NULL,
};
