/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel between two ns-3 nodes: what one sends is what the other receives, to the octet, and no
 * packet of ns-3 is lost or given back twice, however a run ends. */
#include "ns3/device_pair.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/sim.h"
#include "ns3/tunnel_net.h"
#include "support/check.h"
#include "support/ns3_network.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    ECT0 = 2,
    CE = 3
};

/* The next packet after *at that passed in this direction; NULL after the last. */
static const struct tunnel_net_packet *next_passed(const struct tunnel_net_side *side,
                                                   char direction, size_t *at)
{
    while (*at < side->count)
        if (side->passed[(*at)++].direction == direction)
            return &side->passed[*at - 1];
    return NULL;
}

/* Checks that all that node 0 sent arrived at node 1 unchanged; returns how many packets. */
static size_t compare_passed(const struct tunnel_net *net)
{
    size_t from = 0, to = 0, count = 0;
    const struct tunnel_net_packet *sent;
    while ((sent = next_passed(&net->side[0], 't', &from)) != NULL) {
        const struct tunnel_net_packet *got = next_passed(&net->side[1], 'r', &to);
        if (!CHECK_TRUE(got != NULL) || !CHECK_U64(got->octets, sent->octets) ||
            !CHECK_BYTES(got->bytes, sent->bytes, sent->octets))
            break;
        count++;
    }
    CHECK_TRUE(next_passed(&net->side[1], 'r', &to) == NULL);
    return count;
}

static void test_exact(void)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    net_checksums(true);
    if (!tunnel_net_open(&net, &plan))
        return;
    tunnel_net_send(&net, tunnel_net_ipv4[1], 50, 79, 0xb8);
    tunnel_net_send(&net, tunnel_net_ipv6[1], 50, 79, 0xb8);
    tunnel_net_run(&net, 200 * MS);
    CHECK_U64(compare_passed(&net), 100);
    CHECK_U64(net.side[1].datagrams, 100);
    CHECK_U64(net.side[1].passed[0].bytes[1], 0xb8);
    CHECK_TRUE(net.side[1].passed[0].bytes[10] != 0); /* there was a checksum to get wrong */
    tunnel_net_close(&net);
}

/* The ECN field of each packet that node 1 got, in a row. */
static void ecn_row(const struct tunnel_net *net, char *row, size_t size)
{
    size_t at = 0, used = 0;
    const struct tunnel_net_packet *got;
    while ((got = next_passed(&net->side[1], 'r', &at)) != NULL && used + 1 < size)
        row[used++] = (char)('0' + (got->bytes[1] & CE));
    row[used] = '\0';
}

/* The 16-bit sum of an IPv4 header with its checksum is all ones (RFC 791). */
static bool header_sum_holds(const uint8_t *header)
{
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    return (sum >> 16) + (sum & 0xffff) == 0xffff;
}

/* Of a queue of 10400 octets, 95 % are 9880: the tenth packet of 1000 octets goes beyond it. */
static void test_queue_mark(void)
{
    struct tunnel_net net;
    char row[20];
    struct tunnel_net_plan plan = tunnel_net_usual();
    plan.sender.max_queue_size_octets = 10400;
    net_checksums(true);
    if (!tunnel_net_open(&net, &plan))
        return;
    uint8_t bytes[972] = {0};
    for (int i = 0; i < 11; i++) /* with headers 1000 octets; the queue is full for the eleventh */
        net_udp_send(net.side[0].node, MS, tunnel_net_ipv4[1], bytes, sizeof bytes,
                     i == 9 ? ECT0 : 0);
    tunnel_net_run(&net, 100 * MS);
    ecn_row(&net, row, sizeof row);
    CHECK_STR(row, "0000000003");
    CHECK_U64(net.side[1].datagrams, 10);
    CHECK_TRUE(header_sum_holds(net.side[1].passed[9].bytes));
    CHECK_U64(net.tunnel[0].store.ledger.dropped[IPTFS_DROP_NO_QUEUE_SPACE].pkts, 1);
    tunnel_net_close(&net);
}

/* A router marked the outer packet: its inner packet bears the mark, if it is ECN-capable. */
static void test_link_mark(bool ipv6)
{
    struct tunnel_net net;
    char row[20];
    struct tunnel_net_plan plan = tunnel_net_usual();
    plan.ce = 1;
    plan.sender.ecn = true;
    plan.receiver.ecn_decap = IPTFS_ECN_DECAP_MARK;
    net_checksums(true);
    if (!tunnel_net_open(&net, &plan))
        return;
    uint8_t bytes[100] = {0};
    const char *to = ipv6 ? tunnel_net_ipv6[1] : tunnel_net_ipv4[1];
    for (uint8_t i = 0; i < 4; i++)
        net_udp_send(net.side[0].node, (10 + i) * MS, to, bytes, sizeof bytes, i);
    tunnel_net_run(&net, 100 * MS);
    if (!ipv6) {
        ecn_row(&net, row, sizeof row);
        CHECK_STR(row, "0333");
        for (size_t i = 0; i < 4; i++)
            CHECK_TRUE(header_sum_holds(net.side[1].passed[i].bytes));
    } else {
        for (size_t i = 0; i < 4 && i < net.side[1].count; i++)
            CHECK_U64(net.side[1].passed[i].bytes[1] >> 4 & CE, i > 0 ? CE : 0);
    }
    CHECK_U64(net.side[1].datagrams, 4);
    tunnel_net_close(&net);
}

static void test_link_marks(void)
{
    test_link_mark(false);
    test_link_mark(true);
}

/* The outer packets arrive twice, with and without a replay window that drops the second copy. */
static void test_duplicates(void)
{
    struct iptfs_impair_item items[20];
    for (size_t i = 0; i < 20; i++)
        items[i] = (struct iptfs_impair_item){i + 1, IPTFS_IMPAIR_DUPLICATE, MS / 3};
    for (int window = 0; window < 2; window++) {
        struct tunnel_net net;
        struct tunnel_net_plan plan = tunnel_net_usual();
        plan.items = items;
        plan.item_count = 20;
        plan.receiver.reorder_window = 0;
        plan.receiver.replay_window = window ? 64 : 0;
        if (!tunnel_net_open(&net, &plan))
            return;
        tunnel_net_send(&net, tunnel_net_ipv4[1], 10, 100, 0);
        tunnel_net_run(&net, 100 * MS);
        CHECK_U64(compare_passed(&net), 10);
        CHECK_TRUE((net.tunnel[0].delivered_again > 0) == (window == 0));
        tunnel_net_close(&net);
    }
}

/* Runs that end with packets in the queue, on the link, and in the reorder window. */
static void test_early_ends(void)
{
    const struct iptfs_impair_item lost = {3, IPTFS_IMPAIR_DROP, 0};
    for (int64_t end_ps = 0; end_ps <= 12 * MS; end_ps += MS / 2) {
        struct tunnel_net net;
        struct tunnel_net_plan plan = tunnel_net_usual();
        plan.items = &lost;
        plan.item_count = 1;
        plan.sender.init_delay_ps = MS;
        if (!tunnel_net_open(&net, &plan))
            return;
        tunnel_net_send(&net, tunnel_net_ipv4[1], 12, 300, 0);
        tunnel_net_run(&net, end_ps);
        if (end_ps == 6 * MS) {
            CHECK_TRUE(!iptfs_device_pair_balanced(&net.pair, 0));
            CHECK_TRUE(iptfs_device_pair_balanced(
                &net.pair, iptfs_ledger_in_flight(&net.tunnel[0].store.ledger) +
                               iptfs_ledger_in_flight(&net.tunnel[1].store.ledger)));
        }
        tunnel_net_close(&net);
    }
}

/* Nothing arrives: every packet ends inside, and is given back. */
static void test_all_lost(void)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    plan.loss = 1;
    if (!tunnel_net_open(&net, &plan))
        return;
    tunnel_net_send(&net, tunnel_net_ipv4[1], 50, 79, 0);
    struct net_tcp *tcp =
        net_tcp_start(net.side[0].node, net.side[1].node, tunnel_net_ipv4[1], 0, 1000, 536);
    tunnel_net_run(&net, 5000 * MS);
    CHECK_INT(net_tcp_received(tcp), 0);
    CHECK_U64(net.side[1].count, 0);
    CHECK_TRUE(net.pair.end[0].released > 50);
    CHECK_U64(net.pair.end[0].delivered, 0);
    tunnel_net_close(&net);
    net_tcp_free(tcp);
}

/* Half a megabyte by TCP, in both directions at the same time, through a tunnel that fragments each
 * segment and loses packets. */
static void check_tcp(const char *const to[2], double loss, uint32_t segment_octets)
{
    enum {
        OCTETS = 500000
    };
    struct tunnel_net net;
    struct net_tcp *tcp[2];
    struct tunnel_net_plan plan = tunnel_net_usual();
    plan.loss = loss;
    plan.receiver.drop_time_ps = 20 * MS;
    if (!tunnel_net_open(&net, &plan))
        return;
    for (int i = 0; i < 2; i++)
        tcp[i] = net_tcp_start(net.side[i].node, net.side[1 - i].node, to[1 - i], 10 * MS, OCTETS,
                               segment_octets);
    tunnel_net_run(&net, 60 * IPTFS_PS_PER_S);
    for (int i = 0; i < 2; i++)
        CHECK_INT(net_tcp_received(tcp[i]), OCTETS);
    CHECK_TRUE((net.tunnel[0].link->stats.lost[IPTFS_DROP_LINK_LOSS].pkts > 0) == (loss > 0));
    tunnel_net_close(&net);
    for (int i = 0; i < 2; i++)
        net_tcp_free(tcp[i]);
}

static void test_tcp(void)
{
    check_tcp(tunnel_net_ipv4, 0, 1400);
    check_tcp(tunnel_net_ipv4, 0.01, 1400);
    check_tcp(tunnel_net_ipv4, 0.01, 4000);
    check_tcp(tunnel_net_ipv6, 0.01, 1400);
}

/* An observer of the tunnel sees all packets, and may ask for their octets. */
struct watch {
    size_t arrived, sent, delivered;
    bool differs;
};

static void watch_arrived(void *ctx, struct iptfs_inner *inner)
{
    struct watch *watch = ctx;
    uint8_t head[20], tail[20];
    watch->arrived++;
    if (inner->ip_version == 6)
        return; /* neighbour discovery */
    watch->differs |= iptfs_ns3_packet_copy(inner->handle, 0, head, 20) != 20 || head[0] != 0x45 ||
                      (head[2] << 8 | head[3]) != (int)inner->octets ||
                      iptfs_ns3_packet_copy(inner->handle, 10, tail, 10) != 10 ||
                      memcmp(head + 10, tail, 10) != 0 ||
                      iptfs_ns3_packet_copy(inner->handle, inner->octets, tail, 20) != 0;
}

static void watch_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    (void)now_ps;
    (void)outer;
    ((struct watch *)ctx)->sent++;
}

static void watch_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    (void)now_ps;
    struct watch *watch = ctx;
    watch->delivered++;
    watch->differs |= inner->handle == NULL;
}

static void test_observer(void)
{
    struct watch watch = {0};
    struct iptfs_observer observer = {
        .arrived = watch_arrived,
        .sent = watch_sent,
        .delivered = watch_delivered,
        .ctx = &watch,
    };
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    plan.observer = &observer;
    if (!tunnel_net_open(&net, &plan))
        return;
    tunnel_net_send(&net, tunnel_net_ipv4[1], 10, 100, 0);
    tunnel_net_run(&net, 100 * MS);
    CHECK_U64(net.side[1].datagrams, 10);
    CHECK_TRUE(watch.arrived >= 10);
    CHECK_U64(watch.arrived, net.pair.end[0].taken);
    CHECK_U64(watch.delivered, net.pair.end[0].delivered);
    CHECK_TRUE(watch.sent >= 10);
    CHECK_TRUE(!watch.differs);
    tunnel_net_close(&net);
}

/* The devices are freed first, with packets in flight; then the simulation is closed first. */
static void test_any_order_of_ends(void)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    for (int first = 0; first < 2; first++) {
        if (!tunnel_net_open(&net, &plan))
            return;
        tunnel_net_send(&net, tunnel_net_ipv4[1], 12, 300, 0);
        tunnel_net_run(&net, 6 * MS);
        if (first == 0) {
            uint64_t taken = net.pair.end[0].taken;
            iptfs_device_pair_free(&net.pair);
            CHECK_INT(iptfs_ns3_run_until(20 * MS), 0);
            CHECK_U64(net.pair.end[0].taken, taken);
            CHECK_TRUE(net.pair.end[0].released > 0);
            CHECK_TRUE(iptfs_device_pair_balanced(&net.pair, 0));
            CHECK_INT(iptfs_ns3_close(), 0);
        } else {
            CHECK_INT(iptfs_ns3_close(), 0);
            CHECK_TRUE(iptfs_device_pair_pointer(&net.pair, 0) == NULL);
        }
        tunnel_net_free(&net, first == 0 ? 20 * MS : 6 * MS);
    }
}

static void test_attached(void)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    CHECK_INT(iptfs_ns3_open(), 0); /* so that the resolution is ours in any order of tests */
    CHECK_INT(iptfs_ns3_attach(), 0);
    CHECK_INT(iptfs_ns3_close(), 0);
    for (int run = 0; run < 3; run++) {
        CHECK_INT(iptfs_ns3_attach(), 0);
        CHECK_INT(iptfs_ns3_attach(), 0);
        if (!tunnel_net_make(&net, &plan))
            return;
        tunnel_net_send(&net, tunnel_net_ipv4[1], 10, 300, 0);
        CHECK_INT(iptfs_ns3_run_until(MS), IPTFS_NS3_ESTATE);
        CHECK_INT(iptfs_ns3_close(), IPTFS_NS3_ESTATE);
        CHECK_INT(iptfs_ns3_open(), IPTFS_NS3_ESTATE);
        net_run(7 * MS);
        CHECK_INT(iptfs_ns3_now_ps(), 7 * MS);
        CHECK_TRUE(!iptfs_device_pair_balanced(&net.pair, 0));
        if (run > 0)
            net_run(100 * MS);
        CHECK_U64(net.side[1].datagrams, run > 0 ? 10 : 2);
        net_destroy();
        CHECK_INT(iptfs_ns3_now_ps(), IPTFS_NS3_ESTATE);
        tunnel_net_free(&net, run > 0 ? 100 * MS : 7 * MS);
    }
    CHECK_INT(iptfs_ns3_open(), 0);
    CHECK_INT(iptfs_ns3_close(), 0);
}
static void test_refusals(void)
{
    struct tunnel_net net;
    struct tunnel_net_plan plan = tunnel_net_usual();
    struct iptfs_device_pair pair;
    if (!tunnel_net_open(&net, &plan))
        return;
    struct iptfs_device_pair_setup setup = {
        .node = {net.side[0].node, net.side[0].node},
        .engine = {&net.engine[0], &net.engine[1]},
    };
    CHECK_INT(iptfs_device_pair_init(&pair, &setup), IPTFS_E_INVALID);
    setup.node[1] = NULL;
    CHECK_INT(iptfs_device_pair_init(&pair, &setup), IPTFS_E_INVALID);
    setup.node[1] = net.side[1].node;
    setup.mtu_octets = 65536;
    CHECK_INT(iptfs_device_pair_init(&pair, &setup), IPTFS_E_INVALID);
    setup.mtu_octets = 67;
    CHECK_INT(iptfs_device_pair_init(&pair, &setup), IPTFS_E_INVALID);
    tunnel_net_close(&net);
}

const CU_TestInfo iptfs_tests_device_pair[] = {
    {"packets arrive as they were sent, with checksums", test_exact},
    {"a CE mark of the tunnel's queue reaches the IP header", test_queue_mark},
    {"a CE mark of a router reaches the IP header", test_link_marks},
    {"a packet that arrives twice is delivered once", test_duplicates},
    {"runs that end early give every packet back", test_early_ends},
    {"runs in which nothing arrives give every packet back", test_all_lost},
    {"TCP transfers arrive whole through fragmentation and loss", test_tcp},
    {"an observer of the tunnel sees octets", test_observer},
    {"device, tunnel and simulation end in any order", test_any_order_of_ends},
    {"a simulation of the user is joined", test_attached},
    {"bad arguments are refused", test_refusals},
    CU_TEST_INFO_NULL,
};
