/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/check.h"

#include "files/textfile.h"
#include "ns3/hosts/hosts.h"
#include "scenario/to_model.h"
#include "stats/leak.h"
#include "text/quantity.h"
#include "traffic/host.h"

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

static int check_leak(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    int64_t intervals = scenario->duration_ps / scenario->leak_interval_ps;
    if (!scenario->leak ||
        (intervals >= IPTFS_LEAK_INTERVALS_MIN && intervals <= IPTFS_LEAK_INTERVALS_MAX))
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "leak-interval", IPTFS_E_INVALID,
                                 "%d to %d of them within the duration of %s",
                                 IPTFS_LEAK_INTERVALS_MIN, IPTFS_LEAK_INTERVALS_MAX,
                                 iptfs_exact_time(scenario->duration_ps).text);
}

int iptfs_scenario_check(struct iptfs_settings *settings)
{
    int code = check_idle(settings);
    if (code == 0)
        code = check_host_count(settings);
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
