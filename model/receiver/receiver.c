/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/receiver.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"
#include "base/units.h"

static void process(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    iptfs_reassembly_input(&((struct iptfs_receiver *)ctx)->reassembly, now_ps, outer);
}

static void process_plain(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    iptfs_ip_reassembly_input(&((struct iptfs_receiver *)ctx)->ip_reassembly, now_ps, outer);
}

static int init_immediate(struct iptfs_receiver *receiver)
{
    const struct iptfs_receiver_config *config = &receiver->config;
    receiver->unused.deadline_ps = IPTFS_NEVER;
    iptfs_reassembly_init(&receiver->reassembly, receiver->store, receiver->counters,
                          &receiver->unused);
    receiver->reassembly.ecn_decap = config->ecn_decap;
    int error = iptfs_receive_immediate_init(&receiver->immediate,
                                             iptfs_reorder_depth_limit(receiver->depth),
                                             &receiver->reassembly, &receiver->timer);
    receiver->immediate.window = receiver->depth->window;
    receiver->immediate.depth = receiver->depth->adapts ? receiver->depth : NULL;
    return error;
}

static int init_in_order(struct iptfs_receiver *receiver)
{
    const struct iptfs_receiver_config *config = &receiver->config;
    struct iptfs_reorder *reorder = &receiver->reorder;
    iptfs_reassembly_init(&receiver->reassembly, receiver->store, receiver->counters,
                          &receiver->timer);
    receiver->reassembly.ecn_decap = config->ecn_decap;
    int error = receiver->depth->adapts
                    ? iptfs_reorder_init_adaptive(reorder, receiver->depth, receiver->store,
                                                  receiver->counters, &receiver->timer)
                    : iptfs_reorder_init(reorder, receiver->depth->window, receiver->store,
                                         receiver->counters, &receiver->timer);
    reorder->plain = config->plain;
    reorder->process = config->plain ? process_plain : process;
    reorder->process_ctx = receiver;
    return error;
}

/* What is known of the path's reordering stays. */
static int init(struct iptfs_receiver *receiver, const struct iptfs_receiver_config *config,
                struct iptfs_store *store, struct iptfs_counters *counters,
                const struct iptfs_trace *trace)
{
    *receiver = (struct iptfs_receiver){
        .store = store,
        .counters = counters,
        .trace = trace,
        .config = *config,
        .timer = {.drop_time_ps = config->drop_time_ps, .deadline_ps = IPTFS_NEVER},
        .own_depth = receiver->own_depth,
        .depth = receiver->depth,
    };
    iptfs_replay_window_init(&receiver->replay, config->replay_window);
    receiver->is_immediate = config->immediate && !config->plain;
    receiver->ip_reassembly = (struct iptfs_ip_reassembly){
        .store = store, .counters = counters, .ecn_decap = config->ecn_decap};
    return receiver->is_immediate ? init_immediate(receiver) : init_in_order(receiver);
}

int iptfs_receiver_init(struct iptfs_receiver *receiver, const struct iptfs_receiver_config *config,
                        struct iptfs_store *store, struct iptfs_counters *counters,
                        const struct iptfs_trace *trace)
{
    receiver->depth = &receiver->own_depth;
    iptfs_reorder_depth_init(&receiver->own_depth, config->plain ? 0 : config->reorder_window);
    return init(receiver, config, store, counters, trace);
}

void iptfs_receiver_share_depth(struct iptfs_receiver *receiver, struct iptfs_receiver *other)
{
    receiver->depth = &other->own_depth;
    if (receiver->reorder.depth != NULL)
        receiver->reorder.depth = receiver->depth;
    if (receiver->immediate.depth != NULL)
        receiver->immediate.depth = receiver->depth;
}

void iptfs_receiver_deliver_to(struct iptfs_receiver *receiver,
                               void (*deliver)(void *ctx, int64_t now_ps, struct iptfs_inner *inner,
                                               bool again),
                               void *ctx)
{
    receiver->reassembly.deliver = deliver;
    receiver->reassembly.deliver_ctx = ctx;
    receiver->ip_reassembly.deliver = deliver;
    receiver->ip_reassembly.deliver_ctx = ctx;
}

void iptfs_receiver_measure_to(struct iptfs_receiver *receiver, struct iptfs_waits *waits)
{
    receiver->reassembly.waits = waits;
    receiver->ip_reassembly.waits = waits;
}

void iptfs_receiver_free(struct iptfs_receiver *receiver)
{
    iptfs_reassembly_clear(&receiver->reassembly);
    iptfs_reorder_free(&receiver->reorder);
    iptfs_receive_immediate_free(&receiver->immediate);
}

int iptfs_receiver_renew(struct iptfs_receiver *receiver, uint32_t sa)
{
    struct iptfs_receiver old = *receiver;
    IPTFS_ASSERT(sa > receiver->sa);
    iptfs_receiver_free(receiver);
    int error = init(receiver, &old.config, old.store, old.counters, old.trace);
    iptfs_receiver_deliver_to(receiver, old.reassembly.deliver, old.reassembly.deliver_ctx);
    iptfs_receiver_measure_to(receiver, old.reassembly.waits);
    receiver->congestion = old.congestion;
    receiver->sa = sa;
    receiver->reorder.late_pkts = old.reorder.late_pkts;
    receiver->reorder.duplicate_pkts = old.reorder.duplicate_pkts;
    receiver->reorder.held_max = old.reorder.held_max;
    receiver->immediate.late_pkts = old.immediate.late_pkts;
    receiver->immediate.duplicate_pkts = old.immediate.duplicate_pkts;
    receiver->immediate.held_max = old.immediate.held_max;
    return error;
}

void iptfs_receiver_restart_maxima(struct iptfs_receiver *receiver)
{
    receiver->reorder.held_max = receiver->reorder.held;
    receiver->immediate.held_max = receiver->immediate.held;
    receiver->depth->window_max = receiver->depth->window;
}

void iptfs_receiver_wake(struct iptfs_receiver *receiver, int64_t now_ps)
{
    while (receiver->timer.deadline_ps <= now_ps) {
        int64_t due_ps = receiver->timer.deadline_ps;
        if (receiver->is_immediate) {
            iptfs_receive_immediate_expire(&receiver->immediate, due_ps);
            continue;
        }
        iptfs_drop_timer_stop(&receiver->timer);
        iptfs_reassembly_expire(&receiver->reassembly);
        iptfs_reorder_expire(&receiver->reorder, due_ps);
    }
}

/* Passes the ECN field of an outer packet on. Where the payload is octets, the reassembly does it.
 */
static void pass_on_ecn(struct iptfs_store *store, const struct iptfs_outer *outer,
                        enum iptfs_ecn_decap decap)
{
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    iptfs_slices(outer, &walk);
    while (iptfs_slice_next(&walk, &slice))
        iptfs_inner_decap_ecn(store, slice.inner, outer->ecn, decap);
}

void iptfs_receiver_input(struct iptfs_receiver *receiver, int64_t now_ps,
                          struct iptfs_outer *outer)
{
    if (receiver->timer.deadline_ps < now_ps)
        iptfs_receiver_wake(receiver, now_ps - 1);
    IPTFS_ASSERT(receiver->timer.deadline_ps >= now_ps);
    iptfs_trace_outer(receiver->trace, now_ps, IPTFS_TRACE_EGRESS_RECV, outer, outer->block_offset);
    iptfs_count(receiver->counters, IPTFS_YANG_RX_PKTS, 1);
    iptfs_count(receiver->counters, IPTFS_YANG_RX_OCTETS, outer->ip_octets);
    if (!iptfs_replay_window_accept(&receiver->replay, outer->seq)) {
        iptfs_count(receiver->counters, IPTFS_XFRM_IN_STATE_SEQ_ERROR, 1);
        iptfs_count(receiver->counters, IPTFS_YANG_RX_DROP_PKTS, 1);
        iptfs_outer_drop(receiver->store, outer, IPTFS_DROP_REPLAY);
        return;
    }
    bool ce = outer->ecn == IPTFS_ECN_CE;
    if (ce ||
        (outer->ecn != IPTFS_ECN_NOT_ECT && receiver->config.ecn_decap == IPTFS_ECN_DECAP_RFC6040))
        pass_on_ecn(receiver->store, outer, receiver->config.ecn_decap);
    if (receiver->congestion != NULL) {
        receiver->congestion->to_report_pkts += outer->data_octets + outer->pad_octets > 0;
        struct iptfs_congestion *congestion = receiver->congestion;
        if (receiver->config.restarts_history && outer->sa > congestion->numbering.sa)
            iptfs_congestion_restart_history(congestion);
        iptfs_congestion_receive(congestion, now_ps, outer, ce && receiver->config.ecn);
    }
    if (receiver->is_immediate)
        iptfs_receive_immediate_input(&receiver->immediate, now_ps, outer);
    else
        iptfs_reorder_input(&receiver->reorder, now_ps, outer);
}
