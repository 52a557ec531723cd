/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/check.h"

#include "files/textfile.h"
#include "ns3/hosts/hosts.h"
#include "option/time_or_word.h"
#include "scenario/to_model.h"
#include "stats/leak.h"
#include "stats/mser.h"
#include "text/quantity.h"
#include "traffic/host.h"

enum {
    WARM_UP_INTERVALS_MAX = 1000000
};

/* Without inner packets only a tunnel with a rate sends any. */
static int check_idle(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    if (settings->tunnel_only || scenario->traffic_count > 0 ||
        iptfs_config_mode(&scenario->tunnel[IPTFS_FORWARD])->paced)
        return 0;
    return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                      "%s: found no [traffic.NAME] section, allowed: 1 to %u of them, or none in a "
                      "mode with a rate",
                      iptfs_quoted_path(settings->path).text, IPTFS_TRAFFIC_MAX);
}

static int check_host_count(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    unsigned count = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        count += iptfs_traffic_hosted(&scenario->traffic[i]);
        if (count > IPTFS_NS3_HOSTS_SECTIONS_MAX)
            return iptfs_settings_refuse(settings, IPTFS_TARGET_TRAFFIC + i, "type",
                                         IPTFS_E_INVALID,
                                         "%u sections of ns-3's applications at most (one may have "
                                         "many flows)",
                                         IPTFS_NS3_HOSTS_SECTIONS_MAX);
    }
    return 0;
}

/* A warm-up ends before the run does, and intervals are enough to find one, and not too many. */
static int check_warm_up(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    int64_t duration_ps = scenario->duration_ps, interval_ps = scenario->warm_up_interval_ps;
    if (settings->tunnel_only && scenario->warm_up_ps != 0)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "warm-up", IPTFS_E_INVALID,
                                     "0, for here is no run whose measures could leave it out");
    if (scenario->warm_up_ps >= duration_ps)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "warm-up", IPTFS_E_INVALID,
                                     "below the duration of %s",
                                     iptfs_exact_time(duration_ps).text);
    if (scenario->warm_up_ps != IPTFS_TIME_BY_WORD || interval_ps == IPTFS_TIME_BY_WORD ||
        (interval_ps <= duration_ps / IPTFS_MSER_OBSERVATIONS_MIN &&
         interval_ps >= duration_ps / WARM_UP_INTERVALS_MAX))
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "warm-up-interval",
                                 IPTFS_E_INVALID, "%d to %d of them within the duration of %s",
                                 IPTFS_MSER_OBSERVATIONS_MIN, WARM_UP_INTERVALS_MAX,
                                 iptfs_exact_time(duration_ps).text);
}

/* The time of which all is measured: at least half of the run when the warm-up is found later. */
static int64_t least_measured_ps(const struct iptfs_scenario *scenario)
{
    int64_t duration_ps = scenario->duration_ps;
    bool found = scenario->warm_up_ps == IPTFS_TIME_BY_WORD;
    return duration_ps - (found ? duration_ps / 2 : scenario->warm_up_ps);
}

static int check_leak(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    int64_t measured_ps = least_measured_ps(scenario);
    if (!scenario->leak ||
        (measured_ps / scenario->leak_interval_ps >= IPTFS_LEAK_INTERVALS_MIN &&
         scenario->duration_ps / scenario->leak_interval_ps <= IPTFS_LEAK_INTERVALS_MAX))
        return 0;
    return iptfs_settings_refuse(
        settings, IPTFS_TARGET_SCENARIO, "leak-interval", IPTFS_E_INVALID,
        "%d to %d of them within the duration of %s%s%s", IPTFS_LEAK_INTERVALS_MIN,
        IPTFS_LEAK_INTERVALS_MAX, iptfs_exact_time(scenario->duration_ps).text,
        scenario->warm_up_ps != 0 ? ", after a warm-up of up to " : "",
        scenario->warm_up_ps != 0 ? iptfs_exact_time(scenario->duration_ps - measured_ps).text
                                  : "");
}

int iptfs_scenario_check(struct iptfs_settings *settings)
{
    int code = check_idle(settings);
    if (code == 0)
        code = check_host_count(settings);
    if (code == 0)
        code = check_warm_up(settings);
    if (code == 0)
        code = check_leak(settings);
    for (size_t i = 0; i < IPTFS_DIRECTIONS && code == 0; i++) {
        code = iptfs_check_tunnel(settings, i);
        if (code == 0)
            code = iptfs_check_negotiation(settings, i);
        if (code == 0)
            code = iptfs_check_impairments(settings, i);
        if (code == 0)
            code = iptfs_check_p2p(settings, i);
    }
    for (size_t i = 0; i < settings->scenario->traffic_count && code == 0; i++)
        code = iptfs_check_traffic(settings, i);
    return code;
}
