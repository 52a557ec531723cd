/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tunnel/tunnel.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "packet/ip_fragment.h"

static void on_arrived(void *ctx, struct iptfs_inner *inner)
{
    iptfs_observers_arrived(&((const struct iptfs_tunnel *)ctx)->observers, inner);
}

static void on_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner, uint32_t mtu_octets)
{
    iptfs_observers_icmp(&((const struct iptfs_tunnel *)ctx)->observers, now_ps, inner, mtu_octets);
}

static void on_send(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct iptfs_tunnel *tunnel = ctx;
    tunnel->data_octets += outer->data_octets;
    tunnel->pad_octets += outer->pad_octets;
    iptfs_burstiness_add(&tunnel->burst, now_ps);
    tunnel->payload_octets += tunnel->sender.packer.payload_octets;
    iptfs_observers_sent(&tunnel->observers, now_ps, outer);
    tunnel->link->ops->submit(tunnel->link, now_ps, outer);
}

static int64_t on_idle_ps(void *ctx, int64_t now_ps)
{
    const struct iptfs_tunnel *tunnel = ctx;
    return tunnel->link->ops->idle_ps(tunnel->link, now_ps);
}

/* The receiver of a packet's SA. NULL when that SA has been removed, which happens as soon as the
 * first packet of the next SA but one is received. */
static struct iptfs_receiver *receiver_of(struct iptfs_tunnel *tunnel, uint32_t sa)
{
    struct iptfs_receiver *receiver = sa % 2 == 0 ? &tunnel->receiver : &tunnel->receiver_between;
    if (sa > receiver->sa) {
        int error = iptfs_receiver_renew(receiver, sa);
        if (error != IPTFS_OK)
            tunnel->store.error = error;
    }
    return sa == receiver->sa ? receiver : NULL;
}

static void on_link_arrival(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct iptfs_tunnel *tunnel = ctx;
    iptfs_observers_received(&tunnel->observers, now_ps, outer);
    struct iptfs_receiver *receiver = receiver_of(tunnel, outer->sa);
    uint64_t number;
    if (iptfs_circuit_breaker_used(&tunnel->breaker) &&
        iptfs_numbering_take(&tunnel->numbering, outer->sa, outer->seq, &number))
        iptfs_circuit_breaker_input(&tunnel->breaker, now_ps, number);
    if (receiver != NULL)
        iptfs_receiver_input(receiver, now_ps, outer);
    else
        iptfs_outer_drop(&tunnel->store, outer, IPTFS_DROP_SA_REMOVED);
}

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct iptfs_tunnel *tunnel = ctx;
    if (inner->is_fragment) {
        inner = again ? NULL : iptfs_ip_fragment_delivered(&tunnel->store, inner);
        if (inner == NULL)
            return;
    }
    if (again)
        tunnel->delivered_again++;
    else
        iptfs_flows_deliver(&tunnel->flows, inner, now_ps - inner->arrived_ps);
    iptfs_observers_delivered(&tunnel->observers, now_ps, inner);
}

void iptfs_tunnel_observe(struct iptfs_tunnel *tunnel, struct iptfs_observer *observer)
{
    iptfs_observers_add(&tunnel->observers, observer);
    if (tunnel->observers.first[IPTFS_OBSERVED_ARRIVED] != NULL)
        tunnel->sender.hooks.arrived = on_arrived; /* unset until now: a call for each packet */
}

static void on_ended(void *ctx, const struct iptfs_inner *inner)
{
    struct iptfs_tunnel *tunnel = ctx;
    iptfs_flows_end(&tunnel->flows, inner);
    iptfs_observers_ended(&tunnel->observers, inner);
}

int iptfs_tunnel_init(struct iptfs_tunnel *tunnel, const struct iptfs_sender_config *sender,
                      const struct iptfs_receiver_config *receiver)
{
    static const struct iptfs_circuit_breaker_config none;
    *tunnel = (struct iptfs_tunnel){.stop_ps = IPTFS_NEVER};
    iptfs_circuit_breaker_init(&tunnel->breaker, &none);
    iptfs_store_init(&tunnel->store);
    tunnel->store.ended = on_ended;
    tunnel->store.ended_ctx = tunnel;
    iptfs_burstiness_init(&tunnel->burst, 0);
    int error = iptfs_measure_init(&tunnel->delivered);
    if (error == IPTFS_OK)
        error = iptfs_waits_init(&tunnel->waits);
    if (error == IPTFS_OK)
        error = iptfs_receiver_init(&tunnel->receiver, receiver, &tunnel->store, &tunnel->counters,
                                    &tunnel->trace);
    if (error == IPTFS_OK)
        error = iptfs_receiver_init(&tunnel->receiver_between, receiver, &tunnel->store,
                                    &tunnel->counters, &tunnel->trace);
    if (error == IPTFS_OK)
        error = iptfs_sender_init(&tunnel->sender, sender, &tunnel->store, &tunnel->counters,
                                  &tunnel->trace);
    iptfs_receiver_deliver_to(&tunnel->receiver, on_deliver, tunnel);
    iptfs_receiver_deliver_to(&tunnel->receiver_between, on_deliver, tunnel);
    iptfs_receiver_measure_to(&tunnel->receiver, &tunnel->waits);
    iptfs_receiver_measure_to(&tunnel->receiver_between, &tunnel->waits);
    iptfs_receiver_share_depth(&tunnel->receiver_between, &tunnel->receiver);
    tunnel->receiver_between.sa = 1;
    tunnel->sender.hooks = (struct iptfs_sender_hooks){
        .send = on_send,
        .idle_ps = on_idle_ps,
        .icmp = on_icmp,
        .ctx = tunnel,
    };
    return error;
}

/* Inner octets whose outer packets are sure to fit into the link's queue, if each outer packet
 * takes `framed` octets on the wire and carries at least `carried` inner octets. */
static uint64_t fitting_octets(const struct iptfs_link_config *config, uint64_t framed,
                               uint64_t carried)
{
    uint64_t pkts = UINT32_MAX;
    if (config->queue_pkts > 0)
        pkts = config->queue_pkts;
    if (config->queue_octets > 0)
        pkts = config->queue_octets / framed;
    return pkts * carried;
}

/* What sources that fill the link may offer at a time without loss. With AGGFRAG two consecutive
 * outer packets carry more than the payload of one, else the second would have fitted into the
 * first. Without, an outer packet may carry the shortest possible IP packet. */
static uint64_t link_window_octets(const struct iptfs_tunnel *tunnel)
{
    const struct iptfs_link_config *config = &tunnel->link->config;
    const struct iptfs_sender_config *sender = &tunnel->sender.config;
    uint32_t payload = tunnel->sender.packer.payload_octets;
    uint32_t outer = iptfs_esp_outer_octets(&sender->esp, payload + IPTFS_AGGFRAG_CC_OCTETS);
    uint32_t framed = iptfs_framed_octets(config->framing, outer);
    if (sender->mode->aggfrag)
        return fitting_octets(config, framed, payload / 2 + 1);
    return fitting_octets(config, framed, IPTFS_IPV4_HEADER_OCTETS);
}

static void set_window(struct iptfs_tunnel *tunnel)
{
    uint64_t window = link_window_octets(tunnel);
    if (window > tunnel->sender.queue.mark_octets)
        window = tunnel->sender.queue.mark_octets;
    tunnel->sender.window_octets = window < UINT32_MAX ? (uint32_t)window : UINT32_MAX;
}

void iptfs_tunnel_set_link(struct iptfs_tunnel *tunnel, struct iptfs_link *link)
{
    tunnel->link = link;
    link->deliver = on_link_arrival;
    link->deliver_ctx = tunnel;
    set_window(tunnel);
}

void iptfs_tunnel_set_mtu_changes(struct iptfs_tunnel *tunnel,
                                  const struct iptfs_mtu_change *changes, size_t count)
{
    tunnel->mtu_changes = changes;
    tunnel->mtu_changes_left = count;
}

static int64_t next_mtu_change_ps(const struct iptfs_tunnel *tunnel)
{
    return tunnel->mtu_changes_left > 0 ? tunnel->mtu_changes->at_ps : IPTFS_NEVER;
}

static void change_mtu(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    while (next_mtu_change_ps(tunnel) <= now_ps) {
        const struct iptfs_mtu_change *change = tunnel->mtu_changes++;
        tunnel->mtu_changes_left--;
        int error = iptfs_sender_set_mtu(&tunnel->sender, change);
        if (error != IPTFS_OK)
            tunnel->store.error = error;
        tunnel->link->config.mtu_octets = change->mtu_octets;
        set_window(tunnel);
    }
}

void iptfs_tunnel_set_breaker(struct iptfs_tunnel *tunnel,
                              const struct iptfs_circuit_breaker_config *config)
{
    iptfs_circuit_breaker_init(&tunnel->breaker, config);
}

void iptfs_tunnel_set_report_breaker(struct iptfs_tunnel *tunnel,
                                     const struct iptfs_report_breaker_config *config)
{
    iptfs_report_breaker_init(&tunnel->congestion.breaker, config);
}

/* The end that sends into `tunnel` receives from `back`. */
static void control(struct iptfs_tunnel *tunnel, const struct iptfs_tfrc_config *config,
                    struct iptfs_tunnel *back)
{
    iptfs_congestion_init(&tunnel->congestion, config, 0);
    iptfs_sender_set_congestion(&tunnel->sender, &tunnel->congestion);
    back->receiver.congestion = &tunnel->congestion;
    back->receiver_between.congestion = &tunnel->congestion;
}

void iptfs_tunnel_pair(struct iptfs_tunnel *one, const struct iptfs_tfrc_config *one_config,
                       struct iptfs_tunnel *other, const struct iptfs_tfrc_config *other_config)
{
    if (!one->sender.config.congestion_info && !other->sender.config.congestion_info)
        return;
    control(one, one_config, other);
    control(other, other_config, one);
    /* The losses of a direction are measured at its receiving end. */
    other->congestion.losses.discounting = one_config->history_discounting;
    one->congestion.losses.discounting = other_config->history_discounting;
}

/* The work of both ends is inlined where one timer serves both. */
static inline int64_t sending_next_ps(const struct iptfs_tunnel *tunnel)
{
    int64_t next_ps = iptfs_sender_next_ps(&tunnel->sender);
    if (tunnel->sender.congestion != NULL)
        next_ps = iptfs_earlier(next_ps, iptfs_report_breaker_next_ps(&tunnel->congestion.breaker));
    next_ps = iptfs_earlier(next_ps, tunnel->stop_ps);
    return iptfs_earlier(next_ps, next_mtu_change_ps(tunnel));
}

static inline int64_t receiving_next_ps(const struct iptfs_tunnel *tunnel)
{
    int64_t next_ps = iptfs_link_next_ps(tunnel->link);
    next_ps = iptfs_earlier(next_ps, iptfs_circuit_breaker_next_ps(&tunnel->breaker));
    next_ps = iptfs_earlier(next_ps, iptfs_receiver_next_ps(&tunnel->receiver));
    return iptfs_earlier(next_ps, iptfs_receiver_next_ps(&tunnel->receiver_between));
}

int64_t iptfs_tunnel_next_ps(const struct iptfs_tunnel *tunnel)
{
    return iptfs_earlier(sending_next_ps(tunnel), receiving_next_ps(tunnel));
}

static void wake_receivers(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    iptfs_receiver_wake(&tunnel->receiver, now_ps);
    iptfs_receiver_wake(&tunnel->receiver_between, now_ps);
}

/* Stops the sender when a breaker has asked for it; at one instant this precedes sending. */
static void stop_sender(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    struct iptfs_report_breaker *breaker = &tunnel->congestion.breaker;
    if (tunnel->sender.congestion != NULL)
        iptfs_report_breaker_wake(breaker, now_ps);
    if (breaker->tripped && !tunnel->sender.stopped)
        iptfs_sender_stop(&tunnel->sender, breaker->tripped_ps);
    if (tunnel->stop_ps > now_ps)
        return;
    iptfs_sender_stop(&tunnel->sender, tunnel->stop_ps);
    tunnel->stop_ps = IPTFS_NEVER;
}

static void wake_breaker(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    const struct iptfs_circuit_breaker *breaker = &tunnel->breaker;
    iptfs_circuit_breaker_wake(&tunnel->breaker, now_ps);
    if (!breaker->tripped || tunnel->sender.stopped || tunnel->stop_ps != IPTFS_NEVER)
        return;
    tunnel->stop_ps = iptfs_time_after(breaker->tripped_ps, tunnel->link->config.delay_ps);
    stop_sender(tunnel, now_ps);
}

static inline void wake_sending(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    IPTFS_ASSERT(now_ps >= tunnel->woken_ps);
    tunnel->woken_ps = now_ps;
    change_mtu(tunnel, now_ps);
    if (tunnel->sender.congestion != NULL || tunnel->stop_ps <= now_ps)
        stop_sender(tunnel, now_ps);
    iptfs_sender_wake(&tunnel->sender, now_ps);
}

static inline void wake_receiving(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    iptfs_link_wake(tunnel->link, now_ps);
    /* Packets of this instant precede the drop timer, also those that are still inside ns-3. */
    const struct iptfs_link_ops *ops = tunnel->link->ops;
    if (ops->arriving != NULL && ops->arriving(tunnel->link, now_ps))
        return;
    wake_receivers(tunnel, now_ps);
    wake_breaker(tunnel, now_ps);
}

void iptfs_tunnel_wake(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    wake_sending(tunnel, now_ps);
    wake_receiving(tunnel, now_ps);
}

static void take_in_flight(void *ctx, const struct iptfs_inner *inner)
{
    iptfs_flows_in_flight_before(ctx, inner);
}

void iptfs_tunnel_restart(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    iptfs_waits_clear(&tunnel->waits);
    iptfs_burstiness_init(&tunnel->burst, now_ps);
    iptfs_receiver_restart_maxima(&tunnel->receiver);
    iptfs_receiver_restart_maxima(&tunnel->receiver_between);
    iptfs_flows_restart(&tunnel->flows);
    iptfs_store_each_in_flight(&tunnel->store, take_in_flight, &tunnel->flows);
}

int64_t iptfs_tunnel_sending_next_ps(const struct iptfs_tunnel *tunnel)
{
    return sending_next_ps(tunnel);
}

int64_t iptfs_tunnel_receiving_next_ps(const struct iptfs_tunnel *tunnel)
{
    return receiving_next_ps(tunnel);
}

void iptfs_tunnel_wake_sending(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    wake_sending(tunnel, now_ps);
}

void iptfs_tunnel_wake_receiving(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    wake_receiving(tunnel, now_ps);
}

void iptfs_tunnel_sum(struct iptfs_tunnel *tunnel)
{
    iptfs_flows_sum(&tunnel->flows, &tunnel->delivered);
}

int iptfs_tunnel_close(struct iptfs_tunnel *tunnel, int64_t now_ps)
{
    struct iptfs_store *store = &tunnel->store;
    iptfs_sender_collect(&tunnel->sender, now_ps - 1);
    iptfs_store_close(store);
    iptfs_sender_clear(&tunnel->sender);
    tunnel->link->ops->clear(tunnel->link);
    iptfs_receiver_free(&tunnel->receiver);
    iptfs_receiver_free(&tunnel->receiver_between);
    tunnel->in_flight_pkts = store->found_in_flight;
    iptfs_burstiness_close(&tunnel->burst, now_ps);
    iptfs_tunnel_sum(tunnel);
    if (tunnel->flows.error != IPTFS_OK)
        return tunnel->flows.error;
    if (store->error != IPTFS_OK)
        return store->error;
    bool balanced = iptfs_ledger_balanced(&store->ledger, store->found_in_flight) &&
                    iptfs_link_balanced(&tunnel->link->stats) && store->live_inner == 0 &&
                    store->live_outer == 0 && tunnel->delivered.delays.out_of_range == 0;
    return balanced ? IPTFS_OK : IPTFS_E_UNBALANCED;
}

void iptfs_tunnel_free(struct iptfs_tunnel *tunnel)
{
    iptfs_sender_clear(&tunnel->sender);
    iptfs_receiver_free(&tunnel->receiver);
    iptfs_receiver_free(&tunnel->receiver_between);
    if (tunnel->link != NULL) {
        tunnel->link->ops->clear(tunnel->link);
        tunnel->link->ops->free(tunnel->link);
        tunnel->link = NULL;
    }
    iptfs_measure_free(&tunnel->delivered);
    iptfs_waits_free(&tunnel->waits);
    iptfs_flows_free(&tunnel->flows);
    iptfs_store_free(&tunnel->store);
}

uint64_t iptfs_tunnel_late_pkts(const struct iptfs_tunnel *tunnel)
{
    return iptfs_receiver_late_pkts(&tunnel->receiver) +
           iptfs_receiver_late_pkts(&tunnel->receiver_between);
}

uint64_t iptfs_tunnel_duplicate_pkts(const struct iptfs_tunnel *tunnel)
{
    return iptfs_receiver_duplicate_pkts(&tunnel->receiver) +
           iptfs_receiver_duplicate_pkts(&tunnel->receiver_between);
}

uint64_t iptfs_tunnel_held_max(const struct iptfs_tunnel *tunnel)
{
    uint64_t one = iptfs_receiver_held_max(&tunnel->receiver);
    uint64_t other = iptfs_receiver_held_max(&tunnel->receiver_between);
    return one > other ? one : other;
}
