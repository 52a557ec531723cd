/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures of flows: each packet counts in its own. */
#include "stats/flows.h"

#include "support/check.h"

static void deliver(struct iptfs_flows *flows, uint16_t flow, uint32_t octets, int64_t delay_ps)
{
    const struct iptfs_inner inner = {.flow = flow, .octets = octets, .delivered = true};
    iptfs_flows_deliver(flows, &inner, delay_ps);
}

static void end(struct iptfs_flows *flows, uint16_t flow, enum iptfs_drop_cause cause)
{
    const struct iptfs_inner inner = {.flow = flow, .octets = 10, .drop_cause = (uint8_t)cause};
    iptfs_flows_end(flows, &inner);
}

static void test_each_packet_counts_in_its_flow(void)
{
    static struct iptfs_flows flows;
    deliver(&flows, 0, 100, 5);
    deliver(&flows, 2, 200, 7);
    deliver(&flows, 2, 300, 9);
    end(&flows, 2, IPTFS_DROP_LINK_LOSS);
    end(&flows, 2, IPTFS_DROP_NO_QUEUE_SPACE);
    end(&flows, 0, IPTFS_DROP_NONE);
    CHECK_TRUE(flows.flow[1] == NULL);
    CHECK_U64(flows.flow[0]->delivered.octets, 100);
    CHECK_U64(flows.flow[0]->in_flight.pkts, 1);
    CHECK_U64(flows.flow[0]->lost.pkts, 0);
    CHECK_U64(flows.flow[2]->delivered.delays.count, 2);
    CHECK_U64(flows.flow[2]->lost.pkts, 2);
    CHECK_U64(flows.flow[2]->lost.octets, 20);
    struct iptfs_measure sum;
    CHECK_INT(iptfs_measure_init(&sum), IPTFS_OK);
    iptfs_flows_sum(&flows, &sum);
    CHECK_U64(sum.octets, 600);
    CHECK_U64(sum.delays.count, 3);
    CHECK_INT(sum.delays.max_ps, 9);
    iptfs_measure_free(&sum);
    iptfs_flows_free(&flows);
}

static void test_jitter_is_taken_within_a_flow(void)
{
    static struct iptfs_flows flows;
    CHECK_NEAR(iptfs_flows_jitter_ps(&flows, NULL), 0, 0);
    for (int i = 0; i < 4; i++) {
        deliver(&flows, 0, 40, i % 2 == 0 ? 10 : 20); /* three differences of 10 */
        deliver(&flows, 1, 40, 1000);                 /* three of 0 */
    }
    CHECK_NEAR(iptfs_flows_jitter_ps(&flows, flows.flow[0]), 10, 0);
    CHECK_NEAR(iptfs_flows_jitter_ps(&flows, flows.flow[1]), 0, 0);
    CHECK_NEAR(iptfs_flows_jitter_ps(&flows, NULL), 5, 0);
    iptfs_flows_free(&flows);
}

static void test_figures_start_anew(void)
{
    static struct iptfs_flows flows;
    const struct iptfs_inner on_the_way = {.flow = 1, .octets = 50}, other = {.flow = 3};
    deliver(&flows, 1, 100, 5);
    end(&flows, 1, IPTFS_DROP_LINK_LOSS);
    CHECK_U64(iptfs_flow_offered(flows.flow[1]).pkts, 2);
    CHECK_NEAR(iptfs_flow_loss(flows.flow[1]), 0.5, 0);
    iptfs_flows_restart(&flows);
    iptfs_flows_in_flight_before(&flows, &on_the_way);
    iptfs_flows_in_flight_before(&flows, &on_the_way);
    iptfs_flows_in_flight_before(&flows, &other);
    /* One of two packets from before, and two new ones; one is left. */
    deliver(&flows, 1, 50, 70);
    deliver(&flows, 1, 200, 90);
    end(&flows, 1, IPTFS_DROP_LINK_LOSS);
    const struct iptfs_flow *flow = flows.flow[1];
    CHECK_U64(flow->delivered.delays.count, 2);
    CHECK_INT(flow->delivered.delays.min_ps, 70);
    CHECK_U64(flow->delivered.octets, 250);
    CHECK_U64(iptfs_flow_octets(flow), 350);
    CHECK_NEAR(iptfs_flows_jitter_ps(&flows, NULL), 20, 0); /* 5 and 70 are no pair */
    CHECK_U64(flow->in_flight_before.pkts, 2);
    CHECK_U64(iptfs_flow_offered(flow).pkts, 1);
    CHECK_U64(iptfs_flow_offered(flow).octets, 160);
    CHECK_NEAR(iptfs_flow_loss(flow), 1.0 / 3, 1e-12);
    CHECK_U64(flows.flow[3]->in_flight_before.pkts, 1);
    iptfs_flows_free(&flows);
}

static void test_flows_beyond_the_last_count_as_one(void)
{
    static struct iptfs_flows flows;
    deliver(&flows, IPTFS_FLOWS_MAX - 1, 1, 1);
    deliver(&flows, IPTFS_FLOWS_MAX, 2, 1);
    deliver(&flows, UINT16_MAX, 4, 1);
    CHECK_U64(flows.flow[IPTFS_FLOWS_MAX - 1]->delivered.octets, 7);
    iptfs_flows_free(&flows);
}

const CU_TestInfo iptfs_tests_flows[] = {
    {"each packet counts in its flow", test_each_packet_counts_in_its_flow},
    {"jitter is taken within a flow", test_jitter_is_taken_within_a_flow},
    {"figures start anew", test_figures_start_anew},
    {"flows beyond the last count as one", test_flows_beyond_the_last_count_as_one},
    CU_TEST_INFO_NULL,
};
