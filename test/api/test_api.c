/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface for programs of others: options, errors, counters and watches of iptfs.h, and the
 * example programs that use it. */
#include "base/error.h"
#include "base/units.h"
#include "iptfs.h"
#include "ns3/events.h"
#include "ns3/refusing_scheduler.h"
#include "ns3/sim.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/ns3_network.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS IPTFS_PS_PER_MS

struct counts {
    uint64_t sent, pieces, received, delivered, dropped;
    uint64_t by_wrong_end;
    char cause[32]; /* of the last */
    int64_t delay_ps;
};

static void on_sent(void *ctx, int end, int64_t now_ps, uint32_t octets, uint32_t pieces)
{
    struct counts *counts = ctx;
    (void)now_ps;
    counts->sent += octets > 0;
    counts->pieces += pieces;
    counts->by_wrong_end += end != 0;
}

static void on_received(void *ctx, int end, int64_t now_ps, uint32_t octets, uint32_t pieces)
{
    (void)end;
    (void)now_ps;
    (void)octets;
    (void)pieces;
    ((struct counts *)ctx)->received++;
}

static void on_delivered(void *ctx, int end, int64_t now_ps, const void *packet, int64_t delay_ps)
{
    struct counts *counts = ctx;
    (void)end;
    (void)now_ps;
    counts->delivered += packet != NULL;
    counts->delay_ps = delay_ps;
}

static void on_dropped(void *ctx, int end, const void *packet, const char *cause)
{
    struct counts *counts = ctx;
    (void)end;
    counts->dropped += packet != NULL;
    snprintf(counts->cause, sizeof counts->cause, "%s", cause);
}

static struct iptfs_pair_watch watch_of(struct counts *counts)
{
    return (struct iptfs_pair_watch){
        .version = IPTFS_API_VERSION,
        .ctx = counts,
        .sent = on_sent,
        .received = on_received,
        .delivered = on_delivered,
        .dropped = on_dropped,
    };
}

/* A pair of new nodes with IPv4 addresses, and `count` datagrams of 500 octets from the first, a
 * millisecond apart. */
static struct iptfs_pair *open_pair(const struct iptfs_setting *settings, size_t count,
                                    const struct iptfs_pair_watch *watch, int datagrams)
{
    static const uint8_t bytes[472];
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    void *node[] = {net_node(), net_node()};
    struct iptfs_pair *pair;
    int code = iptfs_pair_new(&pair, node[0], node[1], settings, count, watch, error);
    CHECK_STR(error, "");
    if (!CHECK_INT(code, 0))
        return NULL;
    net_address(node[0], iptfs_pair_index(pair, 0), "10.0.0.1", "10.0.0.2");
    net_address(node[1], iptfs_pair_index(pair, 1), "10.0.0.2", "10.0.0.1");
    for (int i = 0; i < datagrams; i++)
        net_udp_send(node[0], (i + 1) * MS, "10.0.0.2", bytes, sizeof bytes, 0);
    return pair;
}

static uint64_t counter(const struct iptfs_pair *pair, int end, const char *name)
{
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    uint64_t value = UINT64_MAX;
    iptfs_pair_counter(pair, end, name, &value, error);
    CHECK_STR(error, "");
    return value;
}

static void test_counts(void)
{
    static const struct iptfs_setting settings[] = {
        {"pkt-size", "600"}, {"rate", "10Mbps"}, {"link.delay", "5ms"}, {"mtu", "1500B"}};
    struct counts counts = {0};
    struct iptfs_pair_watch watch = watch_of(&counts);
    char error[IPTFS_PAIR_ERROR_SIZE], name[IPTFS_PAIR_NAME_SIZE];
    CHECK_INT(iptfs_ns3_open(), 0);
    struct iptfs_pair *pair = open_pair(settings, 4, &watch, 10);
    if (pair == NULL)
        return;
    CHECK_TRUE(iptfs_pair_device(pair, 0) != NULL);
    CHECK_TRUE(iptfs_pair_device(pair, 0) != iptfs_pair_device(pair, 1));
    CHECK_INT(iptfs_ns3_run_until(100 * MS), 0);
    CHECK_INT(iptfs_pair_finish(pair, error), 0);
    CHECK_INT(iptfs_pair_finish(pair, error), 0);
    CHECK_TRUE(iptfs_pair_device(pair, 0) == NULL);
    CHECK_U64(counter(pair, 0, "offered"), counts.delivered - counter(pair, 1, "delivered"));
    CHECK_U64(counter(pair, 0, "ipsec-stats/tx-pkts") + counter(pair, 1, "ipsec-stats/tx-pkts"),
              counts.sent);
    CHECK_U64(counts.received, counts.sent);
    CHECK_U64(counter(pair, 0, "XfrmOutError"), 0);
    CHECK_U64(counts.dropped, 0);
    CHECK_TRUE(counts.delivered >= 10 && counts.pieces >= 10);
    CHECK_TRUE(counts.delay_ps >= 5 * MS && counts.delay_ps < 6 * MS);
    size_t names = 0;
    while (iptfs_pair_counter_name(names, name))
        counter(pair, 1, name), names++;
    CHECK_TRUE(names > 40);
    uint64_t value;
    CHECK_INT(iptfs_pair_counter(pair, 2, "offered", &value, error), -1);
    CHECK_STR(error, "found end 2, allowed: 0 and 1");
    CHECK_TRUE(iptfs_pair_payload_octets(pair, 0) > 500);
    CHECK_U64(iptfs_pair_payload_octets(pair, 0), iptfs_pair_space(pair, 0));
    CHECK_U64(iptfs_pair_payload_octets(pair, -1), 0);
    CHECK_U64(iptfs_pair_index(pair, 2), UINT32_MAX);
    CHECK_TRUE(iptfs_pair_device(pair, 2) == NULL);
    CHECK_INT(iptfs_pair_counter(pair, 0, "XfrmOutErorr", &value, error), -1);
    CHECK_STR(error, "found no counter 'XfrmOutErorr'; did you mean 'XfrmOutError'?");
    iptfs_pair_free(pair);
    CHECK_INT(iptfs_ns3_close(), 0);
}

static void test_drops(void)
{
    static const struct iptfs_setting settings[] = {{"loss", "100%"}};
    struct counts counts = {0};
    struct iptfs_pair_watch watch = watch_of(&counts);
    char error[IPTFS_PAIR_ERROR_SIZE];
    CHECK_INT(iptfs_ns3_open(), 0);
    struct iptfs_pair *pair = open_pair(settings, 1, &watch, 10);
    if (pair == NULL)
        return;
    CHECK_INT(iptfs_ns3_run_until(100 * MS), 0);
    CHECK_TRUE(counts.dropped >= 10);
    CHECK_STR(counts.cause, "link-loss");
    CHECK_U64(counts.delivered, 0);
    CHECK_INT(iptfs_pair_finish(pair, error), 0);
    CHECK_U64(counter(pair, 0, "link-loss"), counter(pair, 0, "offered"));
    iptfs_pair_free(pair);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* Which of 400 packets are lost, as one number. */
static uint64_t losses_of(const struct iptfs_setting *more, size_t count)
{
    struct iptfs_setting settings[6] = {{"loss", "20%"}};
    uint64_t outcome = 0;
    for (size_t i = 0; i < count; i++)
        settings[i + 1] = more[i];
    CHECK_INT(iptfs_ns3_open(), 0);
    struct iptfs_pair *pair = open_pair(settings, count + 1, NULL, 400);
    for (int i = 1; i <= 40 && pair != NULL; i++) {
        CHECK_INT(iptfs_ns3_run_until(i * 10 * MS), 0);
        outcome = outcome * 31 + counter(pair, 0, "link-loss");
    }
    iptfs_pair_free(pair);
    CHECK_INT(iptfs_ns3_close(), 0);
    return outcome;
}

static void test_streams(void)
{
    static const struct iptfs_setting standard[] = {{"seed", "1"}, {"run", "1"}, {"stream", "0"}};
    static const struct iptfs_setting other[][1] = {
        {{"seed", "2"}}, {{"run", "2"}}, {{"stream", "1"}}, {{"stream", "2"}}};
    uint64_t outcome[5] = {losses_of(NULL, 0)};
    CHECK_U64(losses_of(standard, 3), outcome[0]);
    for (size_t i = 1; i < 5; i++) {
        outcome[i] = losses_of(other[i - 1], 1);
        for (size_t k = 0; k < i; k++)
            CHECK_TRUE(outcome[i] != outcome[k]);
    }
}

static void on_refuse(void *ctx)
{
    (void)ctx;
    refuse_events(REFUSE_OTHERWISE);
}

/* When ns-3 fails while it runs, the pair says so at its end, each time that it is asked. */
static void test_ns3_fails(void)
{
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    CHECK_INT(iptfs_ns3_open(), 0);
    struct iptfs_pair *pair = open_pair(NULL, 0, NULL, 10);
    if (pair == NULL)
        return;
    CHECK_INT(iptfs_ns3_at(4 * MS + MS / 2, on_refuse, NULL, NULL), 0);
    CHECK_TRUE(iptfs_ns3_run_until(100 * MS) != 0);
    refuse_events(REFUSE_NOTHING);
    for (int i = 0; i < 2; i++) {
        error[0] = '\0';
        CHECK_INT(iptfs_pair_finish(pair, error), IPTFS_E_ENGINE);
        CHECK_STR(error, iptfs_error_name(IPTFS_E_ENGINE));
    }
    iptfs_pair_free(pair);
    iptfs_pair_free(NULL);
    CHECK_INT(iptfs_ns3_close(), 0);
}

/* Messages are those of scenario files. */
static void test_errors(void)
{
    static const struct {
        struct iptfs_setting setting;
        const char *error;
    } rows[] = {
        {{"pkt-sise", "1400"}, "found no option 'pkt-sise'; did you mean 'pkt-size'?"},
        {{"xyzzy", "1"},
         "found no option 'xyzzy', allowed: keys of [tunnel] and [link], seed, run, stream, "
         "device-mtu"},
        {{"stream", "-1"}, "stream: found '-1', allowed: a whole number"},
        {{"device-mtu", "wide"}, "device-mtu: found 'wide', allowed: 68B to 65535B"},
        {{"device-mtu", "60B"}, "device-mtu: found '60B', allowed: 68B to 65535B"},
        {{"pkt-size", NULL}, "option 0 has no name or no value"},
        {{"pkt-size", "10"},
         "tunnel.pkt-size=10: [tunnel] pkt-size: found '10', allowed: 33B to 65535B (the headers "
         "take 32 octets), or 0 (path MTU)"},
        {{"mode", "fixed-rate"}, NULL}, /* needs a rate */
        {{"tunel.mode", "esp"}, NULL},
    };
    char error[IPTFS_PAIR_ERROR_SIZE];
    struct iptfs_pair *pair;
    struct iptfs_pair_watch watch = {.version = IPTFS_API_VERSION + 1};
    CHECK_INT(iptfs_ns3_open(), 0);
    void *node[] = {net_node(), net_node()};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_setting settings[] = {rows[i].setting, {"cipher", "null"}};
        error[0] = '\0';
        CHECK_INT(iptfs_pair_new(&pair, node[0], node[1], settings, 2, NULL, error), -1);
        CHECK_TRUE(pair == NULL && error[0] != '\0');
        if (rows[i].error != NULL)
            CHECK_STR(error, rows[i].error);
    }
    CHECK_INT(iptfs_pair_new(&pair, node[0], node[0], NULL, 0, NULL, error), -1);
    CHECK_STR(error, "found no two different nodes");
    CHECK_INT(iptfs_pair_new(&pair, node[0], node[1], NULL, 2, NULL, error), -1);
    CHECK_STR(error, "found no settings, but a count of 2");
    CHECK_INT(iptfs_pair_new(&pair, node[0], node[1], NULL, 0, &watch, error), -1);
    CHECK_STR(error, "found version 3 of the watch, allowed: 1 to 2");
    CHECK_INT(iptfs_ns3_run_until(MS), 0);
    CHECK_INT(iptfs_pair_new(&pair, node[0], node[1], NULL, 0, NULL, error), -1);
    CHECK_STR(error, "the simulation has run already: tunnels must be made before");
    CHECK_INT(iptfs_ns3_close(), 0);
    CHECK_INT(iptfs_api_version(), IPTFS_API_VERSION);
    CHECK_STR(iptfs_release(), IPTFS_VERSION);
}

/* One of many runs: to its end, ended early, with everything lost, and one that a user's own C++
 * started; freed before or after the simulation. */
static void one_run(int i)
{
    static const struct iptfs_setting settings[] = {
        {"mode", "fixed-rate"}, {"l3-fixed-rate", "5Mbps"}, {"loss", "10%"}, {"seed", "3"}};
    static const struct iptfs_setting lossy[] = {{"loss", "100%"}};
    bool attached = i % 3 == 0, early = i % 2 == 0, lost = i % 5 == 0;
    int64_t end_ps = early ? 6 * MS : 40 * MS;
    CHECK_INT(attached ? iptfs_ns3_attach() : iptfs_ns3_open(), 0);
    struct iptfs_pair *pair = open_pair(lost ? lossy : settings, lost ? 1 : 4, NULL, 10);
    if (pair == NULL)
        return;
    if (attached)
        net_run(end_ps);
    else
        CHECK_INT(iptfs_ns3_run_until(end_ps), 0);
    if (i % 7 == 0)
        iptfs_pair_free(pair);
    if (attached)
        net_destroy();
    else
        CHECK_INT(iptfs_ns3_close(), 0);
    if (i % 7 == 0)
        return;
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    CHECK_INT(iptfs_pair_finish(pair, error), 0);
    CHECK_U64(counter(pair, 0, "offered") > 0, 1);
    iptfs_pair_free(pair);
}

static void test_many_runs(void)
{
    enum {
        RUNS = 200,
        SETTLED = 50
    };
    size_t settled = 0;
    CHECK_INT(iptfs_ns3_open(), 0); /* so that the resolution is ours in any order of tests */
    CHECK_INT(iptfs_ns3_close(), 0);
    for (int i = 0; i < RUNS; i++) {
        one_run(i);
        if (i == SETTLED)
            settled = mallinfo2().uordblks;
    }
    CHECK_TRUE(mallinfo2().uordblks < settled + 100000); /* a packet a run would be 150 of them */
}

/* ------------------------------------------------------------------------------------ programs */

/* The output of a program of the build folder, to be freed, and its status. */
static char *output_of(const char *name, int *status)
{
    char command[512], *text = NULL;
    size_t size = 0;
    const char *folder = getenv("IPTFS_BUILD");
    snprintf(command, sizeof command, "%s/examples/%s 2>&1", folder != NULL ? folder : "build",
             name);
    FILE *pipe = popen(command, "r"), *memory = open_memstream(&text, &size);
    for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe))
        fputc(c, memory);
    *status = pclose(pipe);
    fclose(memory);
    return text;
}

static void check_program(const char *name, const char *line)
{
    int status;
    char *text = output_of(name, &status);
    if (!CHECK_INT(status, 0) || !CHECK_TRUE(strstr(text, line) != NULL))
        CHECK_FAIL("%s said:\n%s", name, text);
    free(text);
}

/* Both begin by themselves: the second in ns-3's own resolution, nanoseconds. */
static void test_programs(void)
{
    check_program("api", "received 1000000 of 1000000 octets\n");
    check_program("ns3-script", "received 1000000 of 1000000 octets\n");
    check_program("ns3-script --loss=0", "received 1000000 of 1000000 octets\n");
}

static void test_script_errors(void)
{
    int status;
    char *text = output_of("ns3-script --loss=2", &status);
    CHECK_TRUE(status != 0);
    CHECK_TRUE(strstr(text, "link.loss=2: [link] loss: found '2', allowed: ") != NULL);
    free(text);
    text = output_of("ns3-script --device=p2p", &status);
    CHECK_TRUE(status != 0);
    CHECK_TRUE(strstr(text, "device: found 'p2p', allowed: direct, for this simulation's clock") !=
               NULL);
    free(text);
}

const CU_TestInfo iptfs_tests_api[] = {
    {"counters and watch agree", test_counts},
    {"drops have a cause", test_drops},
    {"tunnels have independent random numbers", test_streams},
    {"errors say what is allowed", test_errors},
    {"ns-3 fails", test_ns3_fails},
    {"200 runs do not grow", test_many_runs},
    {"the example programs run", test_programs},
    {"errors of a script", test_script_errors},
    CU_TEST_INFO_NULL,
};
