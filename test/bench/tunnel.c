/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench/bench.h"

#include "run/run.h"

#include <inttypes.h>
#include <stdio.h>

/* Keys not given have their defaults: AES-GCM, outer packets of 1500 octets. */
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
             "type = saturate\n"
             "size = %s\n"
             "count = %" PRIu64 "\n",
             what->link_rate, what->size, pkts);
    return iptfs_scenario_parse_text(scenario, text, what->name, NULL, 0, error);
}

static int simulate(struct iptfs_run *run, const struct iptfs_scenario *scenario,
                    struct bench_result *result, struct iptfs_error *error)
{
    int code = iptfs_run_init(run, scenario, scenario->seed, 1, error);
    if (code != IPTFS_OK)
        return code;
    int64_t start_ns = bench_cpu_ns();
    code = iptfs_run_until(run, scenario->duration_ps, error);
    result->cpu_ns = bench_cpu_ns() - start_ns;
    return code == IPTFS_OK ? iptfs_run_finish(run, error) : code;
}

bool bench_tunnel(const struct bench_case *what, uint64_t pkts, struct bench_result *result)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error;
    int code = read_scenario(&scenario, what, pkts, &error);
    if (code == IPTFS_OK) {
        code = simulate(&run, &scenario, result, &error);
        if (code == IPTFS_OK) {
            const struct iptfs_tunnel *tunnel = &run.direction[IPTFS_FORWARD].tunnel;
            result->inner_pkts = tunnel->store.ledger.delivered.pkts;
            result->outer_pkts = tunnel->link->stats.sent.pkts;
            result->events = run.events;
        }
        iptfs_run_free(&run);
        iptfs_scenario_free(&scenario);
    }
    if (code != IPTFS_OK)
        fprintf(stderr, "iptfs-bench: %s\n", error.text);
    else if (result->inner_pkts != pkts)
        fprintf(stderr, "iptfs-bench: %" PRIu64 " of %" PRIu64 " packets left the tunnel\n",
                result->inner_pkts, pkts);
    return code == IPTFS_OK && result->inner_pkts == pkts;
}
