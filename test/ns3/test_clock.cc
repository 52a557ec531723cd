/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Simulations of users whose clock does not count picoseconds. ns-3 sets its clock once in a
 * process, before its first run: each clock has a process of its own, and this suite is the first.
 */
#include "ns3/events.h"
#include "ns3/sim.h"

#include "iptfs.h"

extern "C" {
#include "support/check.h"
#include "support/child.h"
#include "support/ns3_network.h"

extern const CU_TestInfo iptfs_tests_clock[];
}

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <string>

namespace
{

const int64_t ms = INT64_C(1000000000);
int64_t called_ps;

void on_event(void *)
{
    called_ps = iptfs_ns3_now_ps();
}

void open_with(ns3::Time::Unit unit)
{
    ns3::Time::SetResolution(unit);
    CHECK_INT(iptfs_ns3_attach(), 0);
    CHECK_INT(iptfs_ns3_now_ps(), 0);
}

void femtoseconds()
{
    open_with(ns3::Time::FS);
    CHECK_TRUE(!iptfs_ns3_counts_ps());
    CHECK_INT(iptfs_ns3_at(7, on_event, nullptr, nullptr), 0);
    net_run(20);
    CHECK_INT(called_ps, 7);
    CHECK_INT(iptfs_ns3_now_ps(), 20);
    CHECK_INT(ns3::Simulator::Now().GetFemtoSeconds(), 20000);
    net_destroy();
}

void milliseconds()
{
    open_with(ns3::Time::MS);
    CHECK_TRUE(!iptfs_ns3_counts_ps());
    CHECK_INT(iptfs_ns3_at(1, on_event, nullptr, nullptr), 0); /* the next step, not the last */
    net_run(20 * ms);
    CHECK_INT(called_ps, ms);
    net_destroy();
    CHECK_INT(iptfs_ns3_open(), IPTFS_NS3_EENGINE); /* a simulation of ours counts picoseconds */
}

/* A pair between two new nodes; its error, "" for none. */
std::string new_pair(struct iptfs_pair **pair, void **node, const struct iptfs_setting *settings,
                     size_t count)
{
    char error[IPTFS_PAIR_ERROR_SIZE] = "";

    *pair = nullptr;
    node[0] = net_node();
    node[1] = net_node();
    iptfs_pair_new(pair, node[0], node[1], settings, count, nullptr, error);
    return error;
}

void minutes()
{
    struct iptfs_pair *pair;
    void *node[2];

    ns3::Time::SetResolution(ns3::Time::MIN);
    CHECK_INT(iptfs_ns3_attach(), IPTFS_NS3_EENGINE);
    CHECK_STR(new_pair(&pair, node, nullptr, 0).c_str(), "ns-3: ns-3 failed");
    CHECK_TRUE(pair == nullptr);
    net_destroy();
}

/* Slots of 400.48 us and datagrams each microsecond, on a clock of microseconds: timers fire late,
 * and a packet of the same instant comes before them. */
void microseconds()
{
    static const uint8_t bytes[400] = {};
    static const struct iptfs_setting p2p[] = {{"device", "p2p"}, {"rate", "1Gbps"}};
    static const struct iptfs_setting paced[] = {{"mode", "fixed-rate"}, {"pps", "2497"}};
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    struct iptfs_pair *pair;
    void *node[2];
    uint64_t delivered = 0;

    open_with(ns3::Time::US);
    CHECK_TRUE(new_pair(&pair, node, p2p, 2).find("does not count picoseconds") !=
               std::string::npos);
    CHECK_TRUE(pair == nullptr);
    CHECK_STR(new_pair(&pair, node, paced, 2).c_str(), "");
    if (pair == nullptr)
        return;
    net_address(node[0], iptfs_pair_index(pair, 0), "10.0.0.1", "10.0.0.2");
    net_address(node[1], iptfs_pair_index(pair, 1), "10.0.0.2", "10.0.0.1");
    for (int64_t us = 1; us <= 2000; us++)
        net_udp_send(node[0], us * ms / 1000, "10.0.0.2", bytes, sizeof bytes, 0);
    net_run(1000 * ms);
    CHECK_INT(iptfs_pair_counter(pair, 0, "delivered", &delivered, error), 0);
    CHECK_TRUE(delivered >= 1900); /* all but some for the address, before it is known */
    CHECK_INT(iptfs_pair_finish(pair, error), 0);
    CHECK_STR(error, "");
    iptfs_pair_free(pair);
    net_destroy();
}

void check_in_child(void (*body)())
{
    struct child child;

    child_run(body, &child);
    if (!CHECK_INT(child.status, 0))
        CHECK_FAIL("%s", child.err);
}

void test_femtoseconds()
{
    check_in_child(femtoseconds);
}

void test_milliseconds()
{
    check_in_child(milliseconds);
}

void test_microseconds()
{
    check_in_child(microseconds);
}

void test_minutes()
{
    check_in_child(minutes);
}

} // namespace

const CU_TestInfo iptfs_tests_clock[] = {
    {"femtoseconds", test_femtoseconds},
    {"milliseconds: the next step", test_milliseconds},
    {"microseconds: a tunnel, and no link of ns-3", test_microseconds},
    {"minutes are refused", test_minutes},
    CU_TEST_INFO_NULL,
};
