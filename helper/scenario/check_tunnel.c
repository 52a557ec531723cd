/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does not go together in [tunnel]. */
#include "base/units.h"
#include "esp/esp.h"
#include "packet/aggfrag.h"
#include "scenario/check.h"
#include "scenario/to_model.h"
#include "sender/packer_aggfrag.h"
#include "text/quantity.h"

/* On demand an outer packet must hold at least one inner octet, by pkt-size and by the path's MTU.
 */
static int check_on_demand(struct iptfs_settings *settings, size_t direction,
                           const struct iptfs_sender_config *sender)
{
    uint32_t headers = iptfs_packer_head_octets(&sender->esp, sender->congestion_info);
    if (sender->pkt_size_octets != 0 && sender->pkt_size_octets <= headers)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_TUNNEL + direction, "pkt-size", IPTFS_E_INVALID,
            "%uB to 65535B (the headers take %u octets), or 0 (path MTU)", headers + 1, headers);
    uint32_t least = iptfs_esp_outer_octets(
        &sender->esp, (uint32_t)iptfs_aggfrag_octets(sender->congestion_info) + 1);
    if (sender->mtu_octets < least)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_LINK + direction, "mtu", IPTFS_E_INVALID,
            "%uB to 65535B (an outer packet with one inner octet takes %u octets)", least, least);
    return 0;
}

/* Packets of one size have the size that is asked for: one that ESP can have, and that the path
 * carries at the start unless path MTU discovery lowers it. */
static int check_fixed_size(struct iptfs_settings *settings, size_t direction,
                            const struct iptfs_sender_config *sender)
{
    uint32_t size = sender->pkt_size_octets;
    uint32_t shortest = iptfs_esp_outer_octets(&sender->esp, IPTFS_PLAIN_PAYLOAD_MIN);
    uint32_t most = sender->use_path_mtu_discovery ? UINT16_MAX : sender->mtu_octets;
    uint32_t longest = iptfs_esp_fixed_octets(&sender->esp, 0, most);
    if (size == 0 && !sender->use_path_mtu_discovery)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_TUNNEL + direction,
                                     "use-path-mtu-discovery", IPTFS_E_INVALID,
                                     "on, or a pkt-size (nothing else would give the size of "
                                     "packets in mode %s)",
                                     sender->mode->name);
    uint32_t align = sender->esp.cipher->align_octets;
    if (size == 0 || (size >= shortest && size <= longest && (size - shortest) % align == 0))
        return 0;
    return iptfs_settings_refuse(
        settings, IPTFS_TARGET_TUNNEL + direction, "pkt-size", IPTFS_E_INVALID,
        "%uB to %uB in steps of %u (ESP pads to %u octets), or 0 (path MTU)", shortest, longest,
        align, align);
}

/* A mode with a rate needs one, and only one. */
static int check_rates(struct iptfs_settings *settings, size_t direction,
                       const struct iptfs_sender_config *sender)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    unsigned rates = iptfs_config_rates(tunnel);
    if (rates == 0 && sender->mode->rated)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_TUNNEL + direction, "l3-fixed-rate", IPTFS_E_INVALID,
            "l3-fixed-rate, l2-fixed-rate or pps above 0 (mode %s needs it)", sender->mode->name);
    if (rates > 1)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_TUNNEL + direction,
                                     tunnel->pps > 0 ? "pps" : "l2-fixed-rate", IPTFS_E_INVALID,
                                     "only one of l3-fixed-rate, l2-fixed-rate and pps");
    return 0;
}

/* Values of which one leaves nothing for another. */
static int check_limits(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    size_t target = IPTFS_TARGET_TUNNEL + direction;
    if (tunnel->sender.all_pad_every == 1)
        return iptfs_settings_refuse(settings, target, "all-pad-every", IPTFS_E_INVALID,
                                     "0, or 2 and more (1 would leave no packet for data)");
    if (!tunnel->sender.sa_life.esn && tunnel->sender.sa_life.oseq >= UINT32_MAX)
        return iptfs_settings_refuse(settings, target, "oseq", IPTFS_E_INVALID,
                                     "0 to %u, or esn = on", UINT32_MAX - 1);
    if (tunnel->sender.tunnel_mtu_octets > 0 &&
        tunnel->sender.tunnel_mtu_octets < IPTFS_IPV4_MTU_MIN_OCTETS)
        return iptfs_settings_refuse(settings, target, "tunnel-mtu", IPTFS_E_INVALID,
                                     "0 (none), or %uB to 65535B", IPTFS_IPV4_MTU_MIN_OCTETS);
    if (tunnel->max_rate_bps > 0 && tunnel->min_rate_bps > tunnel->max_rate_bps)
        return iptfs_settings_refuse(settings, target, "min-rate", IPTFS_E_INVALID,
                                     "0 to max-rate, %s",
                                     iptfs_exact_rate(tunnel->max_rate_bps).text);
    return 0;
}

/* At a constant rate a missing packet counts as lost, so the interval must hold enough packets. */
static int check_breaker(struct iptfs_settings *settings, size_t direction,
                         const struct iptfs_sender_config *sender)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    if (tunnel->circuit_breaker.loss == 0.0 || !sender->mode->rated)
        return 0;
    uint64_t gap_ps = sender->slot_numerator / sender->slot_denominator;
    int64_t least_ps = gap_ps < (uint64_t)IPTFS_TIME_MAX_PS / IPTFS_CIRCUIT_BREAKER_INTERVALS
                           ? (int64_t)gap_ps * IPTFS_CIRCUIT_BREAKER_INTERVALS
                           : IPTFS_TIME_MAX_PS;
    if (tunnel->circuit_breaker.time_ps >= least_ps)
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_TUNNEL + direction, "circuit-breaker",
                                 IPTFS_E_INVALID, "a time of %s (%d packets at this rate) or more",
                                 iptfs_exact_time(least_ps).text, IPTFS_CIRCUIT_BREAKER_INTERVALS);
}

/* Each MTU must leave octets for data, or nothing could be sent from then on. */
static int check_mtu_changes(struct iptfs_settings *settings, size_t direction,
                             const struct iptfs_sender_config *sender)
{
    const struct iptfs_timed_list *list = &settings->scenario->link[direction].mtu_changes;
    for (size_t i = 0; i < list->count; i++) {
        struct iptfs_sender_config then = *sender;
        struct iptfs_sender scratch;
        then.mtu_octets = (uint32_t)list->item[i].value;
        if (iptfs_sender_init(&scratch, &then, NULL, NULL, NULL) != IPTFS_OK)
            return iptfs_settings_refuse(
                settings, IPTFS_TARGET_LINK + direction, "mtu-changes", IPTFS_E_INVALID,
                "MTUs that leave octets for data after the headers (%uB does not)",
                then.mtu_octets);
    }
    return 0;
}

/* Probes are acknowledged by congestion information, which a peer like Linux does not send. */
static int check_plpmtud(struct iptfs_settings *settings, size_t direction,
                         const struct iptfs_sender_config *sender)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    bool aggfrag = sender->mode->aggfrag;
    if (!sender->plpmtud || (aggfrag && tunnel->require_cc && tunnel->congestion_info))
        return 0;
    if (aggfrag)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_TUNNEL + direction, "plpmtud", IPTFS_E_INVALID,
            "off, or %s (probes are acknowledged by congestion information of the peer)",
            tunnel->require_cc ? "congestion-info = on" : "require-cc = on");
    return iptfs_settings_refuse(settings, IPTFS_TARGET_TUNNEL + direction, "plpmtud",
                                 IPTFS_E_INVALID, "off (mode %s has no AGGFRAG)",
                                 sender->mode->name);
}

static int check_mode(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_sender_config sender =
        iptfs_config_sender(&scenario->tunnel[direction], &scenario->link[direction]);
    int code = check_rates(settings, direction, &sender);
    if (code == 0)
        code = check_limits(settings, direction);
    if (code == 0)
        code = check_breaker(settings, direction, &sender);
    if (code == 0)
        code = check_plpmtud(settings, direction, &sender);
    if (code != 0)
        return code;
    if (sender.mode->aggfrag && !sender.mode->fixed_size)
        return check_on_demand(settings, direction, &sender);
    uint32_t least = iptfs_esp_outer_octets(&sender.esp, IPTFS_PLAIN_PAYLOAD_MIN);
    if (sender.mtu_octets < least)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "mtu",
                                     IPTFS_E_INVALID, "%uB to 65535B in mode %s", least,
                                     sender.mode->name);
    return sender.mode->fixed_size ? check_fixed_size(settings, direction, &sender) : 0;
}

int iptfs_check_tunnel(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_sender_config sender =
        iptfs_config_sender(&scenario->tunnel[direction], &scenario->link[direction]);
    int code = check_mode(settings, direction);
    return code != 0 ? code : check_mtu_changes(settings, direction, &sender);
}

/* What an end asks for must go with the mode in which it sends, and its peer must be able to give
 * it.
 */
int iptfs_check_negotiation(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    const struct iptfs_tunnel_options *tunnel = &scenario->tunnel[direction];
    const struct iptfs_mode *mode = iptfs_mode_at(tunnel->mode);
    size_t target = IPTFS_TARGET_TUNNEL + direction, back = IPTFS_TARGET_TUNNEL + (1 - direction);
    if ((tunnel->unknown_flags & IPTFS_FLAGS_KNOWN) != 0)
        return iptfs_settings_refuse(
            settings, target, "unknown-flags", IPTFS_E_INVALID,
            "a multiple of 4 (1 and 2 are the flags of require-cc and accept-fragments)");
    if (tunnel->event_breaker.loss > 0 && !(mode->aggfrag && tunnel->require_cc))
        return iptfs_settings_refuse(
            settings, target, "loss-event-breaker", IPTFS_E_INVALID, "off (%s)",
            mode->aggfrag ? "it needs require-cc = on" : "it needs a mode with AGGFRAG");
    if (tunnel->require_cc && !mode->aggfrag)
        return iptfs_settings_refuse(settings, target, "require-cc", IPTFS_E_INVALID,
                                     "off (mode %s has no AGGFRAG)", mode->name);
    if (tunnel->congestion_info && !mode->encrypted)
        return iptfs_settings_refuse(settings, target, "congestion-info", IPTFS_E_INVALID,
                                     "off (mode %s has no ESP)", mode->name);
    if (!tunnel->congestion_info && mode->congestion)
        return iptfs_settings_refuse(settings, target, "congestion-info", IPTFS_E_INVALID,
                                     "on (mode %s sends it)", mode->name);
    if (!tunnel->require_cc && mode->congestion)
        return iptfs_settings_refuse(settings, target, "require-cc", IPTFS_E_INVALID,
                                     "on (mode %s needs congestion information)", mode->name);
    if (iptfs_config_agreement(scenario).feedback[direction] != IPTFS_FEEDBACK_MISSING)
        return 0;
    if (iptfs_mode_at(scenario->tunnel[1 - direction].mode)->encrypted &&
        iptfs_settings_gives(settings, target, "require-cc") &&
        !iptfs_settings_gives(settings, back, "congestion-info"))
        return iptfs_settings_refuse(settings, target, "require-cc", IPTFS_E_INVALID,
                                     "off, or congestion-info = on in the other direction");
    if (iptfs_mode_at(scenario->tunnel[1 - direction].mode)->encrypted)
        return iptfs_settings_refuse(settings, back, "congestion-info", IPTFS_E_INVALID,
                                     "on (the other direction requests it with require-cc)");
    return iptfs_settings_refuse(settings, back, "mode", IPTFS_E_INVALID,
                                 "%s, or one of plain ESP (the other direction requests congestion "
                                 "information with require-cc)",
                                 mode->name);
}
