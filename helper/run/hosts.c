/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/hosts.h"

#include "base/error.h"
#include "base/units.h"
#include "ns3/failure.h"
#include "ns3/sim.h"
#include "scenario/to_model.h"
#include "traffic/host.h"

#include <math.h>
#include <stdlib.h>

static enum iptfs_path path_of(const struct iptfs_traffic_options *traffic)
{
    return iptfs_traffic_beside(traffic) ? IPTFS_PATH_BYPASS : IPTFS_PATH_TUNNEL;
}

bool iptfs_hosts_wanted(const struct iptfs_scenario *scenario, enum iptfs_path path)
{
    for (size_t i = 0; i < scenario->traffic_count; i++)
        if (iptfs_traffic_hosted(&scenario->traffic[i]) && path_of(&scenario->traffic[i]) == path)
            return true;
    return false;
}

static void on_rtt(void *ctx, int64_t rtt_ps)
{
    iptfs_delays_add(&((struct iptfs_hosts_section *)ctx)->rtt, rtt_ps);
}

static void on_finished(void *ctx, int64_t took_ps)
{
    iptfs_delays_add(&((struct iptfs_hosts_section *)ctx)->completion, took_ps);
}

/* The flow of a packet between the gateways is its traffic section. */
static uint16_t flow_of(void *ctx, int end, const struct iptfs_ns3_packet *packet)
{
    const struct iptfs_hosts *hosts = ctx;
    int number = iptfs_ns3_hosts_number(packet->head, packet->head_octets);
    (void)end;
    return number >= 0 ? hosts->traffic_of[number] : 0;
}

static int join_gateways(struct iptfs_hosts *hosts, enum iptfs_path path,
                         struct iptfs_engine *engine[IPTFS_DIRECTIONS])
{
    int code = iptfs_ns3_failure(iptfs_ns3_hosts_new(&hosts->gateways[path]));
    if (code != IPTFS_OK)
        return code;
    struct iptfs_device_pair_setup setup = {.flow = flow_of, .flow_ctx = hosts};
    uint32_t index[IPTFS_DIRECTIONS];
    for (unsigned i = 0; i < IPTFS_DIRECTIONS; i++) {
        setup.node[i] = iptfs_ns3_hosts_gateway(hosts->gateways[path], i);
        setup.engine[i] = engine[i];
    }
    code = iptfs_device_pair_init(&hosts->device[path], &setup);
    if (code != IPTFS_OK)
        return code;
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        index[i] = iptfs_device_pair_index(&hosts->device[path], i);
    return iptfs_ns3_failure(iptfs_ns3_hosts_join(hosts->gateways[path], index));
}

static int add_section(struct iptfs_hosts *hosts, size_t index, unsigned number)
{
    const struct iptfs_traffic_options *traffic = &hosts->scenario->traffic[index];
    struct iptfs_hosts_section *section = &hosts->section[index];
    struct iptfs_ns3_hosts_traffic config = iptfs_host_to_model(traffic);
    const struct iptfs_ns3_hosts_observer observer = {on_rtt, on_finished, section};
    int code = iptfs_delays_init(&section->rtt);
    if (code == IPTFS_OK)
        code = iptfs_delays_init(&section->completion);
    if (code != IPTFS_OK)
        return code;
    hosts->traffic_of[number] = (uint16_t)index;
    return iptfs_ns3_failure(iptfs_ns3_hosts_add(hosts->gateways[path_of(traffic)], number, &config,
                                                 &observer, &section->ns3));
}

static bool hosts_in(const struct iptfs_scenario *scenario)
{
    for (int path = 0; path < IPTFS_PATHS; path++)
        if (iptfs_hosts_wanted(scenario, (enum iptfs_path)path))
            return true;
    return false;
}

int iptfs_hosts_init(struct iptfs_hosts *hosts, const struct iptfs_scenario *scenario,
                     struct iptfs_engine *engine[IPTFS_PATHS][IPTFS_DIRECTIONS], uint64_t seed,
                     uint64_t run)
{
    *hosts = (struct iptfs_hosts){.scenario = scenario};
    hosts->section = calloc(scenario->traffic_count + 1, sizeof *hosts->section);
    if (hosts->section == NULL)
        return IPTFS_E_NO_MEMORY;
    int code = IPTFS_OK;
    if (!hosts_in(scenario)) /* in a user's own simulation there are none, and the seed is theirs */
        return code;
    uint32_t ns3_seed = (uint32_t)((seed - 1) % IPTFS_NS3_SEED_MAX + 1);
    code = iptfs_ns3_failure(iptfs_ns3_seed(ns3_seed, run));
    for (int path = 0; path < IPTFS_PATHS && code == IPTFS_OK; path++)
        if (iptfs_hosts_wanted(scenario, (enum iptfs_path)path))
            code = join_gateways(hosts, (enum iptfs_path)path, engine[path]);
    unsigned number = 0;
    for (size_t i = 0; i < scenario->traffic_count && code == IPTFS_OK; i++)
        if (iptfs_traffic_hosted(&scenario->traffic[i]))
            code = add_section(hosts, i, number++);
    return code;
}

bool iptfs_hosts_balanced(const struct iptfs_hosts *hosts)
{
    for (int path = 0; path < IPTFS_PATHS; path++)
        if (hosts->gateways[path] != NULL && !iptfs_device_pair_balanced(&hosts->device[path], 0))
            return false;
    return true;
}

static double rate_bps(uint64_t octets, int64_t from_ps, int64_t to_ps)
{
    return to_ps > from_ps ? 8.0 * (double)octets / iptfs_seconds(to_ps - from_ps) : 0.0;
}

/* How long a flow could receive: until its last transfer, where there will be no more. */
static int64_t flow_end_ps(const struct iptfs_ns3_hosts_flow *flow, int64_t end_ps)
{
    return flow->finished_ps >= 0 ? flow->finished_ps : end_ps;
}

static void add_flow(struct iptfs_hosts_report *report, const struct iptfs_ns3_hosts_flow *flow)
{
    report->sent_octets += flow->sent_octets;
    report->received_octets += flow->received_octets;
    report->acked_octets += flow->acked_octets;
    report->segments += flow->segments;
    report->retransmissions += flow->retransmissions;
    report->timeouts += flow->timeouts;
    report->transfers += flow->transfers;
    report->cwnd_octets += flow->cwnd_octets;
}

void iptfs_hosts_report(const struct iptfs_hosts *hosts, size_t index, int64_t now_ps,
                        struct iptfs_hosts_report *report)
{
    *report = (struct iptfs_hosts_report){.hosted = false};
    if (hosts->section == NULL || hosts->section[index].ns3 == NULL)
        return;
    const struct iptfs_traffic_options *traffic = &hosts->scenario->traffic[index];
    const struct iptfs_hosts_section *section = &hosts->section[index];
    int64_t stop_ps = iptfs_earlier(traffic->stop_ps, now_ps), end_ps = traffic->start_ps;
    const uint32_t flows = iptfs_host_config_of(traffic)->ns3.flows;
    double sum = 0, squares = 0;
    *report = (struct iptfs_hosts_report){
        .hosted = true,
        .tcp = iptfs_traffic_type_of(traffic)->tcp,
        .rtt = &section->rtt,
        .completion = &section->completion,
    };
    for (unsigned i = 0; i < flows; i++) {
        const struct iptfs_ns3_hosts_flow *flow = iptfs_ns3_section_flow(section->ns3, i);
        /* Octets in flight at stop arrived later. */
        int64_t to_ps = flow_end_ps(flow, iptfs_later(stop_ps, flow->last_ps));
        double goodput_bps = rate_bps(flow->received_octets, flow->started_ps, to_ps);
        add_flow(report, flow);
        end_ps = iptfs_later(end_ps, to_ps);
        sum += goodput_bps;
        squares += goodput_bps * goodput_bps;
    }
    report->goodput_bps = rate_bps(report->received_octets, traffic->start_ps, end_ps);
    report->fairness = squares > 0 ? sum * sum / (flows * squares) : (double)NAN;
}

void iptfs_hosts_free(struct iptfs_hosts *hosts)
{
    for (int path = 0; path < IPTFS_PATHS; path++) {
        iptfs_device_pair_free(&hosts->device[path]);
        iptfs_ns3_hosts_free(hosts->gateways[path]);
    }
    for (size_t i = 0; hosts->section != NULL && i < hosts->scenario->traffic_count; i++) {
        iptfs_delays_free(&hosts->section[i].rtt);
        iptfs_delays_free(&hosts->section[i].completion);
    }
    free(hosts->section);
    *hosts = (struct iptfs_hosts){0};
}
