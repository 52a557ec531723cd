/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One TCP transfer between hosts of ns-3 behind two gateways: what joins the gateways is our
 * tunnel, or ns-3's own link. All else is the same. */
#include "bench/bench.h"

#include "ns3/hosts/hosts.h"
#include "run/run.h"
#include "traffic/host.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    SEGMENT_OCTETS = 1448,
    BUFFER_OCTETS = 250000
};

static int read_scenario(struct iptfs_scenario *scenario, const struct bench_case *what,
                         uint64_t pkts, struct iptfs_error *error)
{
    char text[512];
    snprintf(text, sizeof text,
             "[scenario]\n"
             "duration = 1h\n"
             "[link]\n"
             "rate = %s\n"
             "delay = " BENCH_LINK_DELAY "\n"
             "[traffic.bench]\n"
             "type = tcp-bulk\n"
             "buffer = %d\n"
             "octets = %" PRIu64 "\n",
             what->link_rate, BUFFER_OCTETS, pkts * SEGMENT_OCTETS);
    return iptfs_scenario_parse_text(scenario, text, what->name, NULL, 0, error);
}

static bool check_flow(const struct iptfs_ns3_hosts_flow *flow, uint64_t pkts,
                       struct bench_result *result)
{
    result->inner_pkts = flow->segments;
    if (flow->transfers == 1 && flow->segments == pkts)
        return true;
    fprintf(stderr,
            "iptfs-bench: %" PRIu64 " of %" PRIu64 " segments, %" PRIu64 " octets arrived\n",
            flow->segments, pkts, flow->received_octets);
    return false;
}

static bool run_tunnel(struct iptfs_run *run, uint64_t pkts, struct bench_result *result,
                       struct iptfs_error *error)
{
    int64_t start_ns = bench_cpu_ns();
    int code = iptfs_run_until(run, run->scenario->duration_ps, error);
    result->cpu_ns = bench_cpu_ns() - start_ns;
    if (code != IPTFS_OK || iptfs_run_finish(run, error) != IPTFS_OK) {
        fprintf(stderr, "iptfs-bench: %s\n", error->text);
        return false;
    }
    result->outer_pkts = run->direction[IPTFS_FORWARD].tunnel.link->stats.sent.pkts;
    result->events = run->events;
    return check_flow(iptfs_ns3_section_flow(run->hosts.section[0].ns3, 0), pkts, result);
}

bool bench_tcp_tunnel(const struct bench_case *what, uint64_t pkts, struct bench_result *result)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error;
    if (read_scenario(&scenario, what, pkts, &error) != IPTFS_OK) {
        fprintf(stderr, "iptfs-bench: %s\n", error.text);
        return false;
    }
    bool good = iptfs_run_init(&run, &scenario, scenario.seed, 1, &error) == IPTFS_OK &&
                run_tunnel(&run, pkts, result, &error);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    return good;
}

/* The same hosts, as the scenario has them. */
static bool run_link(const struct iptfs_scenario *scenario, uint64_t pkts,
                     struct bench_result *result)
{
    const struct iptfs_ns3_hosts_traffic traffic = iptfs_host_to_model(&scenario->traffic[0]);
    const struct iptfs_ns3_p2p_config link = {
        .rate_bps = scenario->link[0].config.rate_bps,
        .delay_ps = scenario->link[0].config.delay_ps,
        .mtu_octets = 1500,
        .queue_packets = 1000,
    };
    struct iptfs_ns3_hosts *hosts = NULL;
    struct iptfs_ns3_section *section = NULL;
    bool good = iptfs_ns3_open() == 0 && iptfs_ns3_hosts_new(&hosts) == 0 &&
                iptfs_ns3_hosts_join_p2p(hosts, &link) == 0 &&
                iptfs_ns3_hosts_add(hosts, 0, &traffic, NULL, &section) == 0;
    int64_t start_ns = bench_cpu_ns();
    good = good && iptfs_ns3_run_until(scenario->duration_ps) == 0;
    result->cpu_ns = bench_cpu_ns() - start_ns;
    result->outer_pkts = pkts;
    result->events = iptfs_ns3_event_count();
    good = good && check_flow(iptfs_ns3_section_flow(section, 0), pkts, result);
    iptfs_ns3_hosts_free(hosts);
    return iptfs_ns3_close() == 0 && good;
}

bool bench_tcp_link(const struct bench_case *what, uint64_t pkts, struct bench_result *result)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error;
    if (read_scenario(&scenario, what, pkts, &error) != IPTFS_OK) {
        fprintf(stderr, "iptfs-bench: %s\n", error.text);
        return false;
    }
    bool good = run_link(&scenario, pkts, result);
    iptfs_scenario_free(&scenario);
    return good;
}
