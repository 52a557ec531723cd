/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario texts: refused in one line, or printed and read again as the same; and then run. */
#include "scenario/scenario.h"

#include "base/error.h"
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "fuzz/printed.h"
#include "ns3/sim.h"
#include "option/time_or_word.h"
#include "run/run.h"
#include "summary/summary.h"
#include "traffic/types.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PKTS_MAX = 3000, /* of a run, about */
    FASTEST_PPS = 100000000,
    EVENTS_MAX = 20000,
    CONTROLLED_BPS = 1000000,
    SLICES = 16
};

/* The value of a key of the section's type. */
static double number_of(const struct iptfs_traffic_options *traffic, const char *key)
{
    const struct iptfs_section *section = &iptfs_section_traffic;
    const struct iptfs_option *option = iptfs_section_find(section, key, NULL);
    const char *field = iptfs_section_const_base(section, traffic, option);
    return (double)iptfs_option_load_whole(option, field + option->offset);
}

/* Packets a second that a part of a scenario may send, and a source never fewer. */
static double traffic_pps(const struct iptfs_scenario *scenario,
                          const struct iptfs_traffic_options *traffic)
{
    const double least_bits = 8.0 * IPTFS_IPV4_HEADER_OCTETS;
    const struct iptfs_traffic_type *type = iptfs_traffic_type_of(traffic);
    if (strcmp(type->name, "voice") == 0)
        return 50.0 * number_of(traffic, "calls");
    if (strcmp(type->name, "games") == 0)
        return 100.0 * number_of(traffic, "players");
    if (type->ops.free_space != NULL)
        return (double)scenario->link[traffic->direction].config.rate_bps / least_bits;
    if (!type->hosted && traffic->rate_bps > 0)
        return (double)traffic->rate_bps / least_bits;
    /* files, which are not there, and hosts, which may send as fast as they can */
    return FASTEST_PPS;
}

static double tunnel_pps(const struct iptfs_tunnel_options *tunnel)
{
    uint64_t bps = tunnel->l3_fixed_rate_bps + tunnel->l2_fixed_rate_bps + tunnel->min_rate_bps;
    return (double)tunnel->pps + (double)bps / (8.0 * 40.0);
}

/* Only the beginning of a long run. */
static int64_t moment_ps(const struct iptfs_scenario *scenario)
{
    double pps = 1;
    for (size_t i = 0; i < scenario->traffic_count; i++)
        pps += traffic_pps(scenario, &scenario->traffic[i]);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        pps += tunnel_pps(&scenario->tunnel[i]);
    double most_ps = (double)IPTFS_PS_PER_S * PKTS_MAX / pps;
    return (double)scenario->duration_ps <= most_ps ? scenario->duration_ps : (int64_t)most_ps;
}

/* On a link without a rate, congestion control doubles its rate each round trip, without end. */
static void limit_rates(struct iptfs_scenario *scenario)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_tunnel_options *tunnel = &scenario->tunnel[i];
        if (scenario->link[i].config.rate_bps == 0 && tunnel->max_rate_bps == 0)
            tunnel->max_rate_bps =
                tunnel->min_rate_bps > CONTROLLED_BPS ? tunnel->min_rate_bps : CONTROLLED_BPS;
    }
}

static void run_to(struct iptfs_scenario *scenario, int64_t end_ps)
{
    static struct iptfs_run run;
    struct iptfs_error error = {0};
    int64_t now_ps = 0;
    int code = iptfs_run_init(&run, scenario, scenario->seed, 1, &error);
    for (int slice = 1; slice <= SLICES && code == IPTFS_OK; slice++) {
        if (iptfs_ns3_event_count() > EVENTS_MAX)
            break;
        now_ps = slice < SLICES ? end_ps / SLICES * slice : end_ps;
        code = iptfs_run_until(&run, now_ps, &error);
    }
    scenario->duration_ps = now_ps;
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, &error);
    if (code == IPTFS_OK) {
        struct iptfs_summary_view view = iptfs_run_view(&run, scenario->duration_ps);
        json_t *summary = iptfs_summary_json(&view);
        MUST(summary != NULL);
        json_decref(summary);
    }
    iptfs_run_free(&run);
    if (code != IPTFS_OK)
        fprintf(stderr, "%s\n", error.text);
    MUST(code == IPTFS_OK);
}

/* The scenario with an end that is not far. What does not go with that end does not run. */
static void check_run(const char *text, int64_t end_ps)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    char duration[64];
    const char *sets[] = {duration};
    snprintf(duration, sizeof duration, "scenario.duration=%lldns",
             (long long)(end_ps / IPTFS_PS_PER_NS));
    int code = iptfs_scenario_parse_text(&scenario, text, FUZZ_PATH, sets, 1, &error);
    if (code != IPTFS_OK)
        return;
    limit_rates(&scenario);
    /* A run that finds it has no limit of events. */
    if (scenario.warm_up_ps == IPTFS_TIME_BY_WORD)
        scenario.warm_up_ps = scenario.duration_ps / 3;
    run_to(&scenario, scenario.duration_ps);
    iptfs_scenario_free(&scenario);
}

void fuzz_scenario(const uint8_t *bytes, size_t octets)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    char *text = fuzz_text(bytes, octets);
    /* Devices might never end. */
    if (text == NULL || strstr(text, "/dev") != NULL || strstr(text, "/proc") != NULL) {
        free(text);
        return;
    }
    int code = iptfs_scenario_parse_text(&scenario, text, FUZZ_PATH, NULL, 0, &error);
    if (code != IPTFS_OK) {
        MUST(code == error.code);
        MUST(scenario.name == NULL && scenario.traffic == NULL);
        fuzz_check_refusal(&error, FUZZ_PATH, text);
    } else {
        fuzz_check_printed(&scenario);
        int64_t end_ps = moment_ps(&scenario);
        iptfs_scenario_free(&scenario);
        check_run(text, end_ps);
    }
    free(text);
}
