/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/recorded_calls.h"

#include "ns3/sim.h"
#include "support/check.h"

struct recorded_calls calls;
int call_one = 1, call_two = 2, call_three = 3;

void record_call(int64_t id, uint32_t octets)
{
    if (calls.n < CALLS_MAX) {
        calls.at_ps[calls.n] = iptfs_ns3_now_ps();
        calls.id[calls.n] = id;
        calls.octets[calls.n] = octets;
    }
    calls.n++;
}

void open_simulation(void)
{
    calls.n = 0;
    CHECK_INT(iptfs_ns3_open(), 0);
}

void close_simulation(void)
{
    CHECK_INT(iptfs_ns3_close(), 0);
}

void on_event(void *ctx)
{
    record_call(*(int *)ctx, 0);
}

void on_drop(void *ctx)
{
    record_call(-*(int *)ctx, 0);
}

void on_packet(void *ctx, uint64_t tag, uint32_t octets)
{
    (void)ctx;
    record_call((int64_t)tag, octets);
}

struct iptfs_ns3_p2p_config link_config(void)
{
    return (struct iptfs_ns3_p2p_config){8000000000, 5000, 1500, 100, 0};
}
