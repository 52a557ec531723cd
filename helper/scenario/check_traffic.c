/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does not go together in [traffic.NAME]. */
#include "esp/esp.h"
#include "packet/aggfrag.h"
#include "scenario/check.h"
#include "scenario/to_model.h"
#include "sender/packer_aggfrag.h"
#include "text/quantity.h"
#include "traffic/types.h"

#include <string.h>

/* The path of a section's packets: what the types' checks need to know of tunnel and link. */
static struct iptfs_traffic_path path_of(const struct iptfs_scenario *scenario,
                                         enum iptfs_direction direction)
{
    const struct iptfs_link_options *link = &scenario->link[direction];
    const struct iptfs_tunnel_options *tunnel = &scenario->tunnel[direction];
    const struct iptfs_esp esp = iptfs_config_esp(tunnel);
    uint32_t payload_octets = iptfs_packer_linux_payload(&esp, 0, tunnel->sender.pkt_size_octets,
                                                         iptfs_config_mtu_most(link));
    uint32_t outer_octets = iptfs_esp_outer_octets(&esp, IPTFS_AGGFRAG_OCTETS + payload_octets);
    return (struct iptfs_traffic_path){
        .link_section = direction == IPTFS_REVERSE ? "link.reverse" : "link",
        .link_rate_bps = link->config.rate_bps,
        .queue_octets = link->queue.in_pkts ? 0 : link->queue.count,
        .outer_octets = iptfs_framed_octets(link->config.framing, outer_octets),
        .direct = scenario->link[IPTFS_FORWARD].device == IPTFS_DEVICE_DIRECT &&
                  scenario->link[IPTFS_REVERSE].device == IPTFS_DEVICE_DIRECT,
    };
}

/* A type refuses a key of its section or of the link; where the key was given is known here. */
static int check_type(struct iptfs_settings *settings, size_t index)
{
    const struct iptfs_traffic_options *traffic = &settings->scenario->traffic[index];
    const struct iptfs_traffic_type *type = iptfs_traffic_type_of(traffic);
    const struct iptfs_traffic_path path = path_of(settings->scenario, traffic->direction);
    struct iptfs_error why = {0};
    if (type->check == NULL || type->check(traffic, &path, &why) == IPTFS_OK)
        return 0;
    bool of_link = strcmp(why.origin.section, path.link_section) == 0;
    size_t target =
        of_link ? IPTFS_TARGET_LINK + (size_t)traffic->direction : IPTFS_TARGET_TRAFFIC + index;
    return iptfs_settings_refuse(settings, target, why.origin.key, why.code, "%s", why.text);
}

int iptfs_check_traffic(struct iptfs_settings *settings, size_t index)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    const struct iptfs_traffic_options *traffic = &scenario->traffic[index];
    size_t target = IPTFS_TARGET_TRAFFIC + index;
    if (traffic->start_ps >= traffic->stop_ps) {
        bool by_stop = iptfs_settings_gives(settings, target, "stop");
        return iptfs_settings_refuse(
            settings, target, by_stop ? "stop" : "start", IPTFS_E_INVALID, "a time %s %s %s",
            by_stop ? "after" : "before", by_stop ? "start," : "the end of the run,",
            iptfs_exact_time(by_stop ? traffic->start_ps : traffic->stop_ps).text);
    }
    return check_type(settings, index);
}
