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

static int note_flows(struct iptfs_hosts_section *section, uint32_t flows)
{
    section->before = calloc(flows, sizeof *section->before);
    if (section->before == NULL)
        return IPTFS_E_NO_MEMORY;
    for (uint32_t i = 0; i < flows; i++)
        section->before[i] = *iptfs_ns3_section_flow(section->ns3, i);
    return IPTFS_OK;
}

int iptfs_hosts_restart(struct iptfs_hosts *hosts)
{
    int code = IPTFS_OK;
    for (size_t i = 0; i < hosts->scenario->traffic_count && code == IPTFS_OK; i++) {
        struct iptfs_hosts_section *section = &hosts->section[i];
        if (section->ns3 == NULL)
            continue;
        iptfs_delays_clear(&section->rtt);
        iptfs_delays_clear(&section->completion);
        code = note_flows(section, iptfs_host_config_of(&hosts->scenario->traffic[i])->ns3.flows);
    }
    return code;
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

/* What a flow did after `before`; times and the window are those of now. */
static struct iptfs_ns3_hosts_flow flow_since(const struct iptfs_ns3_hosts_flow *flow,
                                              const struct iptfs_ns3_hosts_flow *before)
{
    struct iptfs_ns3_hosts_flow since = *flow;
    since.sent_octets -= before->sent_octets;
    since.received_octets -= before->received_octets;
    since.acked_octets -= before->acked_octets;
    since.segments -= before->segments;
    since.retransmissions -= before->retransmissions;
    since.timeouts -= before->timeouts;
    since.transfers -= before->transfers;
    return since;
}

static struct iptfs_ns3_hosts_flow flow_at(const struct iptfs_hosts_section *section, unsigned flow,
                                           bool since)
{
    const struct iptfs_ns3_hosts_flow *now = iptfs_ns3_section_flow(section->ns3, flow);
    return since ? flow_since(now, &section->before[flow]) : *now;
}

/* The flows' goodput: that of all together, and how evenly they share it. Flows that had ended
 * before from_ps share nothing. */
struct shares {
    int64_t end_ps; /* of the last flow */
    double sum;
    double squares;
    unsigned flows;
};

static void add_share(struct shares *shares, const struct iptfs_ns3_hosts_flow *flow,
                      int64_t from_ps, int64_t stop_ps)
{
    /* Octets in flight at stop arrived later. */
    int64_t to_ps = flow_end_ps(flow, iptfs_later(stop_ps, flow->last_ps));
    double goodput_bps =
        rate_bps(flow->received_octets, iptfs_later(flow->started_ps, from_ps), to_ps);
    shares->end_ps = iptfs_later(shares->end_ps, to_ps);
    if (from_ps > 0 && to_ps <= from_ps)
        return;
    shares->sum += goodput_bps;
    shares->squares += goodput_bps * goodput_bps;
    shares->flows++;
}

void iptfs_hosts_report(const struct iptfs_hosts *hosts, size_t index, int64_t from_ps,
                        int64_t now_ps, struct iptfs_hosts_report *report)
{
    *report = (struct iptfs_hosts_report){.hosted = false};
    if (hosts->section == NULL || hosts->section[index].ns3 == NULL)
        return;
    const struct iptfs_traffic_options *traffic = &hosts->scenario->traffic[index];
    const struct iptfs_hosts_section *section = &hosts->section[index];
    int64_t stop_ps = iptfs_earlier(traffic->stop_ps, now_ps);
    const uint32_t flows = iptfs_host_config_of(traffic)->ns3.flows;
    struct shares shares = {.end_ps = traffic->start_ps};
    *report = (struct iptfs_hosts_report){
        .hosted = true,
        .tcp = iptfs_traffic_type_of(traffic)->tcp,
        .rtt = &section->rtt,
        .completion = &section->completion,
    };
    for (unsigned i = 0; i < flows; i++) {
        struct iptfs_ns3_hosts_flow flow = flow_at(section, i, from_ps > 0);
        add_flow(report, &flow);
        add_share(&shares, &flow, from_ps, stop_ps);
    }
    report->goodput_bps =
        rate_bps(report->received_octets, iptfs_later(traffic->start_ps, from_ps), shares.end_ps);
    if (from_ps > 0 && shares.end_ps <= from_ps)
        report->goodput_bps = (double)NAN;
    report->fairness = shares.squares > 0
                           ? shares.sum * shares.sum / (shares.flows * shares.squares)
                           : (double)NAN;
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
        free(hosts->section[i].before);
    }
    free(hosts->section);
    *hosts = (struct iptfs_hosts){0};
}
