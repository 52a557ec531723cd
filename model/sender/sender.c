/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/sender.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"
#include "base/units.h"
#include "packet/ip_fragment.h"
#include "sender/packer_aggfrag.h"

static bool fills_full(const struct iptfs_sender_config *config)
{
    return config->fill_full || (config->mode->full && !config->fill_whole);
}

/* Inner octets of an outer packet on a path with this MTU. */
static uint32_t payload_octets(const struct iptfs_sender *sender, uint32_t mtu_octets)
{
    const struct iptfs_sender_config *config = &sender->config;
    uint32_t size = config->pkt_size_octets;
    if (config->plpmtud)
        return sender->packer.ops->payload_octets(&sender->packer, sender->plpmtud.octets,
                                                  sender->plpmtud.octets);
    if (size > 0 && config->mode->fixed_size && config->use_path_mtu_discovery)
        size = iptfs_esp_fixed_octets(&config->esp, size, mtu_octets);
    return sender->packer.ops->payload_octets(&sender->packer, size, mtu_octets);
}

static void init_plpmtud(struct iptfs_sender *sender)
{
    const struct iptfs_esp *esp = &sender->config.esp;
    bool v6 = esp->ip_octets == IPTFS_IPV6_HEADER_OCTETS;
    uint32_t least = v6 ? IPTFS_PLPMTUD_MIN_IPV6_OCTETS : IPTFS_PLPMTUD_MIN_OCTETS;
    uint32_t base = v6 ? IPTFS_PLPMTUD_MIN_IPV6_OCTETS : IPTFS_PLPMTUD_BASE_OCTETS;
    uint32_t longest = iptfs_esp_fixed_octets(esp, 0, sender->config.plpmtud_max_octets);
    const struct iptfs_plpmtud_config config = {
        .min_octets = iptfs_esp_fixed_octets(esp, 0, least),
        .base_octets = iptfs_esp_fixed_octets(esp, 0, base),
        .max_octets = longest,
        .step_octets = longest - iptfs_esp_fixed_octets(esp, 0, longest - 1),
    };
    iptfs_plpmtud_init(&sender->plpmtud, &config);
}

/* Packets of another size need another gap to make the same rate. */
static void set_step_by_plpmtud(struct iptfs_sender *sender)
{
    const struct iptfs_sender_config *config = &sender->config;
    uint32_t octets = sender->plpmtud.octets + config->slot_framing_octets;
    if (config->mode->rated && config->slot_per_octet > 0)
        iptfs_pacer_set_step(&sender->pacer, config->slot_per_octet * octets);
}

static void init_packer(struct iptfs_sender *sender)
{
    const struct iptfs_sender_config *config = &sender->config;
    sender->packer = (struct iptfs_packer){
        .ops = config->mode->packer,
        .store = sender->store,
        .counters = sender->counters,
        .trace = sender->trace,
        .esp = &config->esp,
        .dont_fragment = config->dont_frag,
        .ip_fragment = config->ip_fragment,
        .by_ip = !config->mode->aggfrag,
        .dummies = config->mode->paced,
        .sub_type = config->mode->aggfrag && config->congestion_info,
        .fill_full = fills_full(config),
        .pad_to_avoid_fragment = config->pad_to_avoid_fragment,
        .min_fragment_octets = config->min_fragment_octets,
        .all_pad_every = config->all_pad_every,
        .tfc_pad_octets = config->tfc_pad_octets,
        .ip_fragment_headers = config->ip_fragment_headers,
    };
    sender->packer.payload_octets = payload_octets(sender, config->mtu_octets);
}

static uint32_t least_payload(const struct iptfs_mode *mode)
{
    return mode->aggfrag ? 1 : IPTFS_PLAIN_PAYLOAD_MIN;
}

int iptfs_sender_init(struct iptfs_sender *sender, const struct iptfs_sender_config *config,
                      struct iptfs_store *store, struct iptfs_counters *counters,
                      const struct iptfs_trace *trace)
{
    *sender = (struct iptfs_sender){
        .store = store,
        .counters = counters,
        .trace = trace,
        .config = *config,
        .empty_ps = IPTFS_NEVER,
        .ended_ps = IPTFS_NEVER,
        .tunnel_mtu_octets = config->tunnel_mtu_octets > 0 ? config->tunnel_mtu_octets : UINT32_MAX,
    };
    if (config->mode == NULL)
        sender->config.mode = iptfs_mode_at(0);
    const struct iptfs_mode *mode = sender->config.mode;
    sender->config.congestion_info = config->congestion_info || mode->congestion;
    if (config->plpmtud)
        init_plpmtud(sender);
    init_packer(sender);
    iptfs_sa_life_init(&sender->sa_life, &config->sa_life);
    sender->packer.seq = config->sa_life.oseq;
    sender->packer.number = config->sa_life.oseq;
    iptfs_queue_init(&sender->queue, config->max_queue_size_octets);
    iptfs_pacer_init(&sender->pacer, mode->pacer, config->init_delay_ps, config->slot_numerator,
                     config->slot_denominator, config->slot_phase_ps, trace);
    if (config->plpmtud)
        set_step_by_plpmtud(sender);
    if (sender->packer.payload_octets < least_payload(mode))
        return IPTFS_E_INVALID;
    bool has_slots = config->slot_denominator > 0 && config->slot_numerator > 0;
    return has_slots || !mode->rated ? IPTFS_OK : IPTFS_E_INVALID;
}

/* Time between two empty payloads while the round trip of the peer is not known. */
static const int64_t empty_gap_ps = 100 * IPTFS_PS_PER_MS;

void iptfs_sender_set_congestion(struct iptfs_sender *sender, struct iptfs_congestion *congestion)
{
    sender->congestion = congestion;
    sender->pacer.congestion = congestion;
    bool has_slots = sender->config.mode->aggfrag && sender->config.mode->paced;
    if (sender->config.congestion_info && !has_slots)
        sender->empty_ps = empty_gap_ps;
}

uint32_t iptfs_sender_tunnel_mtu(const struct iptfs_sender *sender)
{
    const struct iptfs_packer *packer = &sender->packer;
    bool fragments = !packer->dont_fragment && !packer->by_ip;
    return fragments || sender->tunnel_mtu_octets < packer->payload_octets
               ? sender->tunnel_mtu_octets
               : packer->payload_octets;
}

/* Whether a packet above tunnel_mtu_octets is cut into IP fragments. */
static bool cuts_to_tunnel_mtu(const struct iptfs_sender *sender, uint8_t ip_version, bool df)
{
    return sender->config.ip_fragment && iptfs_ip_fragment_allowed(ip_version, df);
}

bool iptfs_sender_too_big(const struct iptfs_sender *sender, uint32_t octets, uint8_t ip_version,
                          bool df)
{
    if (octets > sender->tunnel_mtu_octets && !cuts_to_tunnel_mtu(sender, ip_version, df))
        return true;
    return octets > sender->packer.payload_octets &&
           !iptfs_packer_cuts(&sender->packer, ip_version, df);
}

static void drop(struct iptfs_sender *sender, struct iptfs_inner *inner,
                 enum iptfs_drop_cause drop_cause)
{
    iptfs_count(sender->counters, IPTFS_YANG_TX_DROP_PKTS, 1);
    iptfs_inner_set_drop_cause(inner, drop_cause);
    iptfs_inner_unref(sender->store, inner);
}

static int refuse_too_big(struct iptfs_sender *sender, struct iptfs_inner *inner)
{
    uint32_t mtu_octets = iptfs_sender_tunnel_mtu(sender);
    iptfs_trace_inner(sender->trace, inner->arrived_ps, IPTFS_TRACE_TOO_BIG, inner, 0, mtu_octets);
    iptfs_count(sender->counters, IPTFS_XFRM_OUT_ERROR, 1);
    if (inner->local) {
        sender->local_errors++;
    } else {
        sender->icmp_sent++;
        if (sender->hooks.icmp != NULL)
            sender->hooks.icmp(sender->hooks.ctx, inner->arrived_ps, inner, mtu_octets);
    }
    drop(sender, inner, IPTFS_DROP_TOO_BIG);
    return IPTFS_E_TOO_BIG;
}

static int refuse_no_space(struct iptfs_sender *sender, struct iptfs_inner *inner)
{
    iptfs_trace_inner(sender->trace, inner->arrived_ps, IPTFS_TRACE_NO_QUEUE_SPACE, inner, 0,
                      (int64_t)sender->queue.octets);
    iptfs_count(sender->counters, IPTFS_XFRM_OUT_NO_QUEUE_SPACE, 1);
    drop(sender, inner, IPTFS_DROP_NO_QUEUE_SPACE);
    return IPTFS_E_NO_SPACE;
}

/* Counts of Linux for packets that its SA no longer sends. */
static void count_refusal(struct iptfs_sender *sender)
{
    if (sender->refusal == IPTFS_DROP_SA_EXPIRED)
        iptfs_count(sender->counters, IPTFS_XFRM_OUT_STATE_EXPIRED, 1);
    if (sender->refusal == IPTFS_DROP_SEQ_EXHAUSTED)
        iptfs_count(sender->counters, IPTFS_XFRM_OUT_STATE_SEQ_ERROR, 1);
}

static int refuse_stopped(struct iptfs_sender *sender, struct iptfs_inner *inner)
{
    count_refusal(sender);
    drop(sender, inner, sender->refusal);
    return IPTFS_E_STOPPED;
}

/* Drops all that waits to be sent. */
static void drop_queued(struct iptfs_sender *sender)
{
    struct iptfs_inner *inner;
    while ((inner = iptfs_queue_pop(&sender->queue)) != NULL)
        refuse_stopped(sender, inner);
    if (sender->packer.partial != NULL) {
        count_refusal(sender);
        iptfs_inner_set_drop_cause(sender->packer.partial, sender->refusal);
    }
    iptfs_packer_clear(&sender->packer);
    sender->pacer.deadline_ps = IPTFS_NEVER;
}

static struct iptfs_inner *admit(struct iptfs_sender *sender, const struct iptfs_arrival *arrival)
{
    struct iptfs_inner *inner = iptfs_inner_new(sender->store, arrival->octets);
    if (inner == NULL) {
        if (arrival->handle != NULL && sender->store->release != NULL)
            sender->store->release(sender->store->release_ctx, arrival->handle);
        return NULL;
    }
    inner->arrived_ps = arrival->at_ps;
    inner->handle = arrival->handle;
    inner->bytes = arrival->bytes;
    inner->id = arrival->id;
    inner->flow = arrival->flow;
    inner->ip_version = arrival->ip_version;
    inner->tos = arrival->tos;
    inner->local = arrival->local;
    inner->df = arrival->df;
    return inner;
}

static inline int enqueue(struct iptfs_sender *sender, struct iptfs_inner *inner)
{
    if (!iptfs_queue_push(&sender->queue, inner))
        return refuse_no_space(sender, inner);
    iptfs_trace_inner(sender->trace, inner->arrived_ps, IPTFS_TRACE_ENQUEUE, inner, 0,
                      (int64_t)sender->queue.octets);
    sender->pacer.ops->queued(&sender->pacer, inner->arrived_ps);
    return IPTFS_OK;
}

/* A packet above tunnel_mtu_octets: as a router does at a link of that MTU, it is refused, or cut
 * into IP fragments before it is queued. */
static __attribute__((noinline)) int offer_above_tunnel_mtu(struct iptfs_sender *sender,
                                                            struct iptfs_inner *inner)
{
    if (!cuts_to_tunnel_mtu(sender, inner->ip_version, inner->df))
        return refuse_too_big(sender, inner);
    struct iptfs_inner *last, *next;
    struct iptfs_inner *fragment =
        iptfs_ip_fragment_cut(sender->store, inner, sender->tunnel_mtu_octets, &last);
    if (fragment == NULL)
        return refuse_too_big(sender, inner);
    int result = IPTFS_OK;
    sender->packer.ip_cut_pkts++;
    for (; fragment != NULL; fragment = next) {
        next = fragment->next;
        fragment->next = NULL;
        sender->packer.ip_fragments++;
        int code = enqueue(sender, fragment);
        result = result == IPTFS_OK ? code : result;
    }
    return result;
}

/* Inlined into the loop of take_arrivals. */
static inline int offer(struct iptfs_sender *sender, const struct iptfs_arrival *arrival)
{
    struct iptfs_inner *inner = admit(sender, arrival);
    if (inner == NULL)
        return IPTFS_E_NO_MEMORY;
    if (sender->hooks.arrived != NULL)
        sender->hooks.arrived(sender->hooks.ctx, inner);
    if (sender->refusal != IPTFS_DROP_NONE)
        return refuse_stopped(sender, inner);
    if (inner->octets > sender->packer.payload_octets &&
        iptfs_sender_too_big(sender, inner->octets, inner->ip_version, inner->df))
        return refuse_too_big(sender, inner);
    if (inner->octets > sender->tunnel_mtu_octets)
        return offer_above_tunnel_mtu(sender, inner);
    return enqueue(sender, inner);
}

int iptfs_sender_offer(struct iptfs_sender *sender, const struct iptfs_arrival *arrival)
{
    return offer(sender, arrival);
}

static int64_t next_arrival_ps(const struct iptfs_sender *sender)
{
    return sender->source != NULL ? sender->source->ops->next_ps(sender->source) : IPTFS_NEVER;
}

int64_t iptfs_sender_next_ps(const struct iptfs_sender *sender)
{
    int64_t arrival_ps = next_arrival_ps(sender);
    if (sender->refusal != IPTFS_DROP_NONE) {
        int64_t ready_ps = sender->stopped ? IPTFS_NEVER : sender->sa_life.rekey_ps;
        return sender->eager ? iptfs_earlier(arrival_ps, ready_ps) : ready_ps;
    }
    int64_t due_ps = sender->pacer.ops->next_ps(&sender->pacer, arrival_ps);
    if (sender->config.mode->congestion && sender->congestion != NULL)
        due_ps = iptfs_earlier(due_ps, iptfs_congestion_next_ps(sender->congestion));
    due_ps = iptfs_earlier(due_ps, sender->empty_ps);
    return sender->eager ? iptfs_earlier(arrival_ps, due_ps) : due_ps;
}

/* Asks sources for more when the queue is down to half of what they may keep in it. */
static void report_free_space(struct iptfs_sender *sender, int64_t now_ps)
{
    uint64_t queued = sender->queue.octets;
    if (sender->source == NULL || sender->source->ops->free_space == NULL ||
        queued > sender->window_octets / 2)
        return;
    struct iptfs_free_space free_space = {
        .idle_ps = now_ps,
        .lead_ps = sender->config.init_delay_ps,
        .octets = sender->window_octets - (uint32_t)queued,
    };
    /* With slots, the pacer and not the link decides when the next packet leaves. */
    if (sender->hooks.idle_ps != NULL && sender->pacer.ops->unlimited)
        free_space.idle_ps = sender->hooks.idle_ps(sender->hooks.ctx, now_ps);
    sender->source->ops->free_space(sender->source, now_ps, &free_space);
}

static void drop_stale(struct iptfs_sender *sender, int64_t now_ps)
{
    int64_t limit_ps = sender->config.max_aggregation_time_ps;
    if (limit_ps == 0)
        return;
    while (sender->queue.head != NULL && now_ps - sender->queue.head->arrived_ps > limit_ps)
        drop(sender, iptfs_queue_pop(&sender->queue), IPTFS_DROP_AGGREGATION_TIME);
}

/* The ECN field of an outer packet while ECN is in use. With AGGFRAG it says nothing about inner
 * packets: a mark copied from one would be taken for congestion on the path. */
static uint8_t outer_ecn(const struct iptfs_mode *mode, const struct iptfs_outer *outer)
{
    if (mode->aggfrag)
        return IPTFS_ECN_ECT0;
    return outer->first != NULL ? outer->first->tos & IPTFS_ECN_MASK : 0;
}

static void take_over(struct iptfs_sender *sender, int64_t now_ps)
{
    sender->packer.finishing = false;
    sender->packer.sa++;
    sender->packer.seq = 0;
    iptfs_sa_life_next(&sender->sa_life, now_ps);
}

/* The SA may send nothing more: what waits is dropped, and what arrives until another takes over.
 */
static void end_sa(struct iptfs_sender *sender, enum iptfs_sa_state state, int64_t now_ps)
{
    sender->refusal = sender->sa_life.exhausted ? IPTFS_DROP_SEQ_EXHAUSTED : IPTFS_DROP_SA_EXPIRED;
    drop_queued(sender);
    if (state != IPTFS_SA_ENDED)
        return;
    sender->stopped = true;
    sender->ended_ps = now_ps;
}

/* Whether the SA, or the next one, may send a packet now. The next one takes over between two inner
 * packets: none may span two SAs (RFC 9347, 2.2.3), so until then no new one is started in the rest
 * of an outer one. Only a packet that an SA leaves unfinished at its end is lost. */
static bool prepare_sa(struct iptfs_sender *sender, int64_t now_ps)
{
    struct iptfs_packer *packer = &sender->packer;
    enum iptfs_sa_state state = iptfs_sa_life_check(&sender->sa_life, now_ps, packer->seq);
    packer->finishing = state == IPTFS_SA_DUE;
    if (state == IPTFS_SA_USED || (state == IPTFS_SA_DUE && packer->partial != NULL))
        return true;
    if (state == IPTFS_SA_AWAITED || state == IPTFS_SA_ENDED) {
        end_sa(sender, state, now_ps);
        return false;
    }
    if (packer->partial != NULL)
        iptfs_inner_set_drop_cause(packer->partial, IPTFS_DROP_SA_EXPIRED);
    iptfs_packer_clear(packer);
    take_over(sender, now_ps);
    return true;
}

/* The DSCP of an outer packet. Without a header of its own it is that of its inner packet; padding
 * has none to copy. */
static uint8_t outer_dscp(const struct iptfs_sender_config *config, const struct iptfs_outer *outer)
{
    bool own_header = config->mode->encrypted && !config->mode->transport;
    if (own_header && config->dscp != IPTFS_DSCP_COPY)
        return (uint8_t)config->dscp;
    return outer->first != NULL ? (uint8_t)(outer->first->tos >> 2) : 0;
}

/* What the cipher is applied to (RFC 4301, 4.4.2.1). */
static uint32_t encrypted_octets(const struct iptfs_esp *esp, const struct iptfs_outer *outer)
{
    return outer->ip_octets - iptfs_esp_head_octets(esp) - esp->cipher->icv_octets;
}

static __attribute__((noinline)) void fill_congestion(struct iptfs_sender *sender, int64_t now_ps,
                                                      struct iptfs_outer *outer)
{
    if (outer->sub_type == 1) {
        iptfs_congestion_fill(sender->congestion, now_ps, &outer->info);
        sender->reported_pkts = sender->congestion->to_report_pkts;
        outer->info.plpmtud = sender->config.plpmtud && iptfs_plpmtud_probing(&sender->plpmtud);
    } else if (sender->config.plpmtud) {
        iptfs_congestion_sent(sender->congestion, now_ps);
    }
    if (!sender->config.mode->aggfrag)
        outer->info.rtt_us = 0; /* RFC 9347, 6.1.2 */
}

static inline void send(struct iptfs_sender *sender, int64_t now_ps, struct iptfs_outer *outer)
{
    outer->dscp = outer_dscp(&sender->config, outer);
    if (sender->congestion != NULL)
        fill_congestion(sender, now_ps, outer);
    iptfs_count(sender->counters, IPTFS_YANG_TX_PKTS, 1);
    iptfs_count(sender->counters, IPTFS_YANG_TX_OCTETS, outer->ip_octets);
    if (sender->sa_life.limited)
        iptfs_sa_life_sent(&sender->sa_life, encrypted_octets(&sender->config.esp, outer));
    sender->hooks.send(sender->hooks.ctx, now_ps, outer);
}

/* The probe that is due instead of other packets, or NULL; those that follow have the size found so
 * far, and no congestion information while the echo of a probe is awaited. */
static struct iptfs_outer *next_probe(struct iptfs_sender *sender, int64_t now_ps)
{
    struct iptfs_packer *packer = &sender->packer;
    const struct iptfs_congestion *congestion = sender->congestion;
    bool between = packer->partial == NULL;
    uint32_t before = sender->plpmtud.octets;
    uint32_t octets = iptfs_plpmtud_next(&sender->plpmtud, now_ps, congestion->echoed_ps,
                                         congestion->tfrc.rtt_ps, between);
    if (sender->plpmtud.octets != before)
        set_step_by_plpmtud(sender);
    packer->finishing =
        (sender->sa_life.limited && packer->finishing) || iptfs_plpmtud_due(&sender->plpmtud);
    packer->sub_type = !iptfs_plpmtud_silent(&sender->plpmtud, now_ps);
    packer->payload_octets = payload_octets(sender, 0);
    return octets > 0 ? iptfs_packer_probe(packer, octets, now_ps) : NULL;
}

/* Sends one outer packet; false when there was none to send. */
static bool send_one(struct iptfs_sender *sender, int64_t now_ps)
{
    struct iptfs_packer *packer = &sender->packer;
    if (iptfs_sa_life_matters(&sender->sa_life, packer->seq) && !prepare_sa(sender, now_ps))
        return false;
    struct iptfs_outer *outer = sender->config.plpmtud ? next_probe(sender, now_ps) : NULL;
    if (outer == NULL)
        outer = packer->ops->next(packer, &sender->queue, now_ps);
    if (outer == NULL)
        return false;
    if (sender->config.ecn)
        outer->ecn = outer_ecn(sender->config.mode, outer);
    if (sender->pacer.ops->sent != NULL)
        sender->pacer.ops->sent(&sender->pacer, now_ps);
    if (sender->congestion != NULL)
        iptfs_report_breaker_sent(&sender->congestion->breaker, now_ps);
    send(sender, now_ps, outer);
    return true;
}

/* Reports to the peer, when packets have come from it since the last report. RFC 9347, 3.1, asks
 * for one report a round trip at least; here are two, so that a lost one matters less. */
static void send_empty(struct iptfs_sender *sender, int64_t now_ps)
{
    const struct iptfs_congestion *congestion = sender->congestion;
    bool may_send =
        !iptfs_sa_life_matters(&sender->sa_life, sender->packer.seq) || prepare_sa(sender, now_ps);
    /* It would be echoed in place of a probe. */
    may_send =
        may_send && !(sender->config.plpmtud && iptfs_plpmtud_silent(&sender->plpmtud, now_ps));
    if (may_send && congestion->to_report_pkts != sender->reported_pkts) {
        struct iptfs_outer *outer = iptfs_packer_empty(&sender->packer, now_ps);
        if (outer == NULL)
            return;
        sender->empty_pkts++;
        send(sender, now_ps, outer);
    }
    int64_t rtt_ps = congestion->peer_rtt_ps;
    sender->empty_ps = iptfs_time_after(now_ps, rtt_ps > 0 ? rtt_ps / 2 + 1 : empty_gap_ps);
}

/* Sends what is due, in one instant. */
static void fire(struct iptfs_sender *sender, enum iptfs_due due, int64_t now_ps)
{
    drop_stale(sender, now_ps);
    if (due == IPTFS_DUE_ONE)
        send_one(sender, now_ps);
    else
        while (sender->queue.head != NULL || sender->packer.partial != NULL)
            if (!send_one(sender, now_ps))
                break;
    if (sender->refusal == IPTFS_DROP_NONE)
        report_free_space(sender, now_ps);
}

/* Takes the arrivals up to `until_ps`. */
static inline void take_arrivals(struct iptfs_sender *sender, int64_t until_ps)
{
    while (next_arrival_ps(sender) <= until_ps && sender->store->error == IPTFS_OK) {
        struct iptfs_arrival arrival;
        sender->source->ops->take(sender->source, &arrival);
        IPTFS_ASSERT(arrival.at_ps <= until_ps);
        offer(sender, &arrival);
    }
}

/* The SA has ended. When the next one is ready, it takes over; what arrived before that instant is
 * lost. False when nothing may be sent until after now. */
static bool resume(struct iptfs_sender *sender, int64_t now_ps)
{
    int64_t ready_ps = sender->stopped ? IPTFS_NEVER : sender->sa_life.rekey_ps;
    take_arrivals(sender, iptfs_earlier(now_ps, ready_ps - 1));
    if (ready_ps > now_ps)
        return false;
    sender->refusal = IPTFS_DROP_NONE;
    take_over(sender, ready_ps);
    iptfs_pacer_resume(&sender->pacer, ready_ps);
    report_free_space(sender, ready_ps);
    return true;
}

void iptfs_sender_wake(struct iptfs_sender *sender, int64_t now_ps)
{
    if (sender->refusal != IPTFS_DROP_NONE && !resume(sender, now_ps))
        return;
    if (sender->congestion != NULL)
        iptfs_congestion_wake(sender->congestion, now_ps);
    if (sender->empty_ps <= now_ps)
        send_empty(sender, now_ps);
    while (sender->store->error == IPTFS_OK && sender->refusal == IPTFS_DROP_NONE) {
        int64_t arrival_ps = next_arrival_ps(sender);
        int64_t due_ps = sender->pacer.ops->next_ps(&sender->pacer, arrival_ps);
        if (iptfs_earlier(arrival_ps, due_ps) > now_ps)
            return;
        int64_t until_ps = iptfs_earlier(due_ps, now_ps);
        take_arrivals(sender, until_ps);
        /* Nothing is due when the first arrival was refused: then others may come before now. */
        enum iptfs_due due = sender->pacer.ops->due(&sender->pacer, until_ps);
        if (due != IPTFS_DUE_NOTHING)
            fire(sender, due, until_ps);
    }
}

void iptfs_sender_collect(struct iptfs_sender *sender, int64_t now_ps)
{
    take_arrivals(sender, now_ps);
}

int iptfs_sender_set_mtu(struct iptfs_sender *sender, const struct iptfs_mtu_change *change)
{
    struct iptfs_packer *packer = &sender->packer;
    if (sender->config.plpmtud)
        return IPTFS_OK;
    uint32_t payload = payload_octets(sender, change->mtu_octets);
    if (payload < least_payload(sender->config.mode))
        return IPTFS_E_INVALID;
    iptfs_sender_wake(sender, change->at_ps -
                                  1); /* also arrivals before the change that were not taken yet */
    sender->config.mtu_octets = change->mtu_octets;
    packer->payload_octets = payload;
    if (change->slot_numerator > 0)
        iptfs_pacer_set_step(&sender->pacer, change->slot_numerator);
    return IPTFS_OK;
}

void iptfs_sender_stop(struct iptfs_sender *sender, int64_t now_ps)
{
    iptfs_sender_wake(sender, now_ps - 1);
    sender->stopped = true;
    sender->refusal = IPTFS_DROP_TUNNEL_STOPPED;
    drop_queued(sender);
}

void iptfs_sender_clear(struct iptfs_sender *sender)
{
    struct iptfs_inner *inner;
    while ((inner = iptfs_queue_pop(&sender->queue)) != NULL) {
        iptfs_inner_set_drop_cause(inner, iptfs_store_release_cause(sender->store));
        iptfs_inner_unref(sender->store, inner);
    }
    iptfs_packer_clear(&sender->packer);
    sender->pacer.deadline_ps = IPTFS_NEVER;
}
