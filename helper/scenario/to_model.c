/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/to_model.h"

#include "base/units.h"
#include "option/time_or_word.h"

/* The flags of the end that sends in this direction, and receives what comes back. */
static uint8_t flags_of(const struct iptfs_tunnel_options *out,
                        const struct iptfs_tunnel_options *in)
{
    unsigned flags = out->unknown_flags;
    if (out->require_cc)
        flags |= IPTFS_FLAG_CONGESTION;
    if (!in->accept_fragments)
        flags |= IPTFS_FLAG_DONT_FRAGMENT;
    return (uint8_t)flags;
}

struct iptfs_agreement iptfs_config_agreement(const struct iptfs_scenario *scenario)
{
    const struct iptfs_tunnel_options *forward = &scenario->tunnel[IPTFS_FORWARD];
    const struct iptfs_tunnel_options *reverse = &scenario->tunnel[IPTFS_REVERSE];
    const uint8_t flags[IPTFS_ENDS] = {flags_of(forward, reverse), flags_of(reverse, forward)};
    const struct iptfs_mode *const modes[IPTFS_ENDS] = {iptfs_mode_at(forward->mode),
                                                        iptfs_mode_at(reverse->mode)};
    const bool informs[IPTFS_ENDS] = {forward->congestion_info, reverse->congestion_info};
    return iptfs_negotiate(flags, modes, informs);
}

const struct iptfs_mode *iptfs_config_mode(const struct iptfs_tunnel_options *tunnel)
{
    const struct iptfs_mode *mode = iptfs_mode_at(tunnel->mode);
    if (tunnel->refused && mode->aggfrag)
        return iptfs_mode_named("esp");
    if (mode->with_rate != NULL && iptfs_config_rates(tunnel) > 0)
        return mode->with_rate;
    return mode;
}

bool iptfs_config_oblivious(const struct iptfs_scenario *scenario, enum iptfs_direction direction)
{
    const struct iptfs_mode *mode = iptfs_config_mode(&scenario->tunnel[direction]);
    const struct iptfs_mode *back = iptfs_config_mode(&scenario->tunnel[1 - direction]);
    return mode->oblivious && (!mode->congestion || back->oblivious);
}

unsigned iptfs_config_rates(const struct iptfs_tunnel_options *tunnel)
{
    unsigned rates = tunnel->l3_fixed_rate_bps > 0;
    rates += tunnel->l2_fixed_rate_bps > 0;
    return rates + (tunnel->pps > 0);
}

struct iptfs_esp iptfs_config_esp(const struct iptfs_tunnel_options *tunnel)
{
    struct iptfs_esp esp;
    iptfs_esp_init(&esp, iptfs_cipher_at(tunnel->cipher), (int)tunnel->outer_version);
    esp.encap = iptfs_encap_at(tunnel->encap);
    return esp;
}

uint32_t iptfs_config_pkt_octets(const struct iptfs_tunnel_options *tunnel,
                                 const struct iptfs_link_options *link)
{
    struct iptfs_esp esp = iptfs_config_esp(tunnel);
    uint32_t size = tunnel->sender.pkt_size_octets;
    if (size > 0 && !tunnel->sender.use_path_mtu_discovery)
        return size;
    return iptfs_esp_fixed_octets(&esp, size, link->config.mtu_octets);
}

/* A rate in bits per second is one packet every octets * 8 / rate seconds. */
static void set_slots(struct iptfs_sender_config *config, const struct iptfs_tunnel_options *tunnel,
                      const struct iptfs_link_options *link)
{
    uint32_t octets = iptfs_config_pkt_octets(tunnel, link);
    if (tunnel->l2_fixed_rate_bps > 0)
        octets = iptfs_framed_octets(link->config.framing, octets);
    config->slot_numerator = (uint64_t)IPTFS_PS_PER_S;
    config->slot_denominator = tunnel->pps;
    if (tunnel->pps > 0)
        return;
    config->slot_numerator *= (uint64_t)octets * 8;
    config->slot_denominator =
        tunnel->l2_fixed_rate_bps > 0 ? tunnel->l2_fixed_rate_bps : tunnel->l3_fixed_rate_bps;
    config->slot_per_octet = (uint64_t)IPTFS_PS_PER_S * 8;
    config->slot_framing_octets = octets - iptfs_config_pkt_octets(tunnel, link);
}

struct iptfs_sender_config iptfs_config_sender(const struct iptfs_tunnel_options *tunnel,
                                               const struct iptfs_link_options *link)
{
    const struct iptfs_mode *mode = iptfs_config_mode(tunnel);
    struct iptfs_sender_config config = tunnel->sender;
    config.mode = mode;
    config.esp = iptfs_config_esp(tunnel);
    config.mtu_octets = link->config.mtu_octets;
    config.plpmtud_max_octets =
        config.pkt_size_octets > 0 ? config.pkt_size_octets : iptfs_config_mtu_most(link);
    config.dont_frag = config.dont_frag || (mode->aggfrag && !tunnel->accept_fragments);
    config.ip_fragment = tunnel->ip_fragment == IPTFS_IP_FRAGMENT_ON ||
                         (tunnel->ip_fragment == IPTFS_IP_FRAGMENT_USUAL &&
                          (config.tunnel_mtu_octets > 0 || (mode->aggfrag && mode->fixed_size)));
    config.fill_whole = tunnel->fill == IPTFS_FILL_WHOLE;
    config.fill_full = tunnel->fill == IPTFS_FILL_FULL;
    config.congestion_info = tunnel->congestion_info && !tunnel->refused;
    config.ecn = tunnel->ecn;
    /* Without AGGFRAG there is no init-delay: each packet has its own outer packet. */
    if (!mode->aggfrag)
        config.init_delay_ps = 0;
    if (!mode->encrypted) {
        config.tunnel_mtu_octets = 0;
        config.sa_life = (struct iptfs_sa_life_config){.esn = true};
    }
    set_slots(&config, tunnel, link);
    config.slot_phase_ps = iptfs_later(tunnel->slot_phase_ps, 0);
    return config;
}

int iptfs_config_draw_phase(struct iptfs_sender_config *config,
                            const struct iptfs_tunnel_options *tunnel,
                            const struct iptfs_random_streams *streams)
{
    if (!config->mode->rated || tunnel->slot_phase_ps != IPTFS_TIME_BY_WORD)
        return IPTFS_OK;
    struct iptfs_random *stream =
        iptfs_random_new(streams->seed, streams->run, IPTFS_RANDOM_SLOTS, streams->index);
    if (stream == NULL)
        return IPTFS_E_NO_MEMORY;
    double gap_ps = (double)config->slot_numerator / (double)config->slot_denominator;
    config->slot_phase_ps = (int64_t)(iptfs_random_uniform(stream) * gap_ps);
    iptfs_random_free(stream);
    return IPTFS_OK;
}

static double packets_per_second(uint64_t rate_bps, uint32_t octets)
{
    return (double)rate_bps / (8.0 * (double)octets);
}

struct iptfs_tfrc_config iptfs_config_tfrc(const struct iptfs_tunnel_options *tunnel,
                                           const struct iptfs_link_options *link)
{
    uint32_t octets = iptfs_config_pkt_octets(tunnel, link);
    struct iptfs_tfrc_config config = tunnel->tfrc;
    config.packet_octets = octets;
    config.max_pps = packets_per_second(tunnel->max_rate_bps, octets);
    config.min_pps = packets_per_second(tunnel->min_rate_bps, octets);
    return config;
}

size_t iptfs_config_mtu_changes(const struct iptfs_tunnel_options *tunnel,
                                const struct iptfs_link_options *link,
                                struct iptfs_mtu_change changes[IPTFS_TIMED_MAX])
{
    struct iptfs_link_options then = *link;
    for (size_t i = 0; i < link->mtu_changes.count; i++) {
        then.config.mtu_octets = (uint32_t)link->mtu_changes.item[i].value;
        /* Packets of another size need another gap to make the same rate. */
        struct iptfs_sender_config sender = iptfs_config_sender(tunnel, &then);
        changes[i] = (struct iptfs_mtu_change){
            .at_ps = link->mtu_changes.item[i].at_ps,
            .mtu_octets = then.config.mtu_octets,
            .slot_numerator = sender.mode->rated ? sender.slot_numerator : 0,
        };
    }
    return link->mtu_changes.count;
}

uint32_t iptfs_config_mtu_most(const struct iptfs_link_options *link)
{
    uint32_t most = link->config.mtu_octets;
    for (size_t i = 0; i < link->mtu_changes.count; i++)
        if (link->mtu_changes.item[i].value > most)
            most = (uint32_t)link->mtu_changes.item[i].value;
    return most;
}

struct iptfs_circuit_breaker_config iptfs_config_breaker(const struct iptfs_tunnel_options *tunnel)
{
    return (struct iptfs_circuit_breaker_config){
        .loss = tunnel->circuit_breaker.loss,
        .time_ps = tunnel->circuit_breaker.time_ps,
        .constant_rate = iptfs_config_mode(tunnel)->rated,
    };
}

struct iptfs_report_breaker_config
iptfs_config_report_breaker(const struct iptfs_tunnel_options *tunnel)
{
    if (tunnel->refused)
        return (struct iptfs_report_breaker_config){0};
    return (struct iptfs_report_breaker_config){
        .rate = tunnel->event_breaker.loss,
        .time_ps = tunnel->event_breaker.time_ps,
    };
}

struct iptfs_receiver_config iptfs_config_receiver(const struct iptfs_tunnel_options *tunnel)
{
    const struct iptfs_mode *mode = iptfs_config_mode(tunnel);
    struct iptfs_receiver_config config = tunnel->receiver;
    if (!mode->encrypted)
        config.replay_window = 0;
    config.plain = !mode->aggfrag;
    config.ecn = tunnel->ecn;
    /* The outer header is the inner packet's own: a mark on it stays. */
    if (!mode->encrypted || mode->transport)
        config.ecn_decap = tunnel->ecn ? IPTFS_ECN_DECAP_MARK : IPTFS_ECN_DECAP_NOTHING;
    return config;
}

struct iptfs_link_config iptfs_config_link(const struct iptfs_link_options *link)
{
    struct iptfs_link_config config = link->config;
    config.mtu_most_octets = iptfs_config_mtu_most(link);
    config.queue_pkts = link->queue.in_pkts ? link->queue.count : 0;
    config.queue_octets = link->queue.in_pkts ? 0 : link->queue.count;
    config.rate_changes = link->rate_changes.item;
    config.rate_change_count = link->rate_changes.count;
    config.impairments.blackouts =
        (struct iptfs_impair_blackouts_config){link->blackouts.item, link->blackouts.count};
    config.impairments.list =
        (struct iptfs_impair_list_config){link->impair_items, link->impair_count};
    return config;
}

struct iptfs_tunnel_options iptfs_config_beside(const struct iptfs_tunnel_options *tunnel)
{
    unsigned mode = 0;
    while (iptfs_mode_at(mode) != iptfs_mode_named("none"))
        mode++;
    return (struct iptfs_tunnel_options){
        .mode = mode,
        .outer_version = tunnel->outer_version,
        .sender = {.max_queue_size_octets = tunnel->sender.max_queue_size_octets},
        .accept_fragments = true,
    };
}
