/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/loss_history.h"

#include "base/asserts.h"
#include "base/units.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

__extension__ typedef __int128 int128;

static const double weights[IPTFS_LOSS_INTERVALS] = {1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2};

/* The lowest X_target, in packets per round trip: what a TCP may send when its first packet is lost
 * or marked (RFC 5348, 6.3.1). */
static const double least_target = 0.5;

void iptfs_loss_history_init(struct iptfs_loss_history *history,
                             iptfs_loss_for_rate_fn *loss_for_rate)
{
    *history = (struct iptfs_loss_history){.loss_for_rate = loss_for_rate};
}

/* The interval before the first loss event, which began with `seq` (6.3.1). The interval of the
 * lowest target is the same for each round-trip time, so it also applies when none is known. */
static double first_interval(const struct iptfs_loss_history *history, uint64_t seq, int64_t rtt_ps)
{
    double packets = fmax(1, (double)(seq - history->first_seq));
    if (history->loss_for_rate == NULL)
        return packets;
    if (rtt_ps <= 0)
        return fmax(packets, 1 / history->loss_for_rate(least_target, IPTFS_PS_PER_S));
    double least_pps = least_target * (double)IPTFS_PS_PER_S / (double)rtt_ps;
    return 1 / history->loss_for_rate(fmax(history->receive_max_pps, least_pps), rtt_ps);
}

static void begin_event(struct iptfs_loss_history *history, uint64_t seq, int64_t at_ps,
                        int64_t rtt_ps)
{
    struct iptfs_loss_interval ended = {.marked = history->event_marked};
    if (history->events > 0)
        ended.packets = (double)(seq - history->event_seq);
    else
        ended.packets = first_interval(history, seq, rtt_ps);
    memmove(&history->closed[1], &history->closed[0],
            sizeof history->closed - sizeof history->closed[0]);
    history->closed[0] = ended;
    if (history->intervals < IPTFS_LOSS_INTERVALS)
        history->intervals++;
    history->events++;
    history->event_seq = seq;
    history->event_ps = at_ps;
    history->event_marked = false;
}

/* How many steps of `step_ps` / `parts` each fit into `span_ps`, at most `most`. */
static uint64_t steps_within(int64_t span_ps, int64_t step_ps, uint64_t parts, uint64_t most)
{
    if (span_ps < 0)
        return 0;
    if (step_ps <= 0)
        return most;
    int128 steps = (int128)span_ps * (int128)parts / step_ps;
    return steps < (int128)most ? (uint64_t)steps : most;
}

/* All numbers between two arrivals are lost. Their times lie evenly between the two (5.2), so each
 * event but the first takes the same number of them. Of many events only the last count: the
 * history holds IPTFS_LOSS_INTERVALS of them. */
static void lose_between(struct iptfs_loss_history *history,
                         const struct iptfs_loss_arrival *before,
                         const struct iptfs_loss_arrival *after)
{
    uint64_t parts = after->seq - before->seq;
    uint64_t lost = parts - 1;
    int64_t step_ps = after->at_ps - before->at_ps;
    history->lost_pkts += lost;

    uint64_t joined = 0;
    if (history->events > 0) {
        int64_t event_end_ps = iptfs_time_after(history->event_ps, after->rtt_ps);
        joined = steps_within(event_end_ps - before->at_ps, step_ps, parts, lost);
    }
    if (joined == lost)
        return;
    uint64_t left = lost - joined;
    uint64_t stride = steps_within(after->rtt_ps, step_ps, parts, left) + 1;
    uint64_t events = (left - 1) / stride + 1;
    uint64_t from = 0;
    if (events > IPTFS_LOSS_INTERVALS + 1) {
        from = events - (IPTFS_LOSS_INTERVALS + 1);
        history->events += from;
    }
    for (uint64_t i = from; i < events; i++) {
        uint64_t offset = joined + 1 + i * stride;
        int64_t at_ps = before->at_ps + (int64_t)((int128)step_ps * (int128)offset / (int128)parts);
        begin_event(history, before->seq + offset, at_ps, after->rtt_ps);
    }
}

static bool begins_event(const struct iptfs_loss_history *history,
                         const struct iptfs_loss_arrival *arrival)
{
    return history->events == 0 ||
           arrival->at_ps > iptfs_time_after(history->event_ps, arrival->rtt_ps);
}

static void mark(struct iptfs_loss_history *history, const struct iptfs_loss_arrival *arrival)
{
    history->marked_pkts++;
    if (begins_event(history, arrival))
        begin_event(history, arrival->seq, arrival->at_ps, arrival->rtt_ps);
    history->event_marked = true;
}

/* Everything up to this arrival is settled: what is missing before it is lost. */
static void settle(struct iptfs_loss_history *history, const struct iptfs_loss_arrival *arrival)
{
    IPTFS_ASSERT(arrival->seq > history->last.seq);
    if (arrival->seq - history->last.seq > 1)
        lose_between(history, &history->last, arrival);
    if (arrival->ce)
        mark(history, arrival);
    history->last = *arrival;
}

/* Receive rate: arrivals over the time from one to another that is a round trip later or more. */
static void measure_rate(struct iptfs_loss_history *history,
                         const struct iptfs_loss_arrival *arrival)
{
    int64_t span_ps = arrival->at_ps - history->window_ps;
    history->window_pkts++;
    if (arrival->rtt_ps > 0 && span_ps < arrival->rtt_ps)
        return;
    if (arrival->rtt_ps > 0)
        history->receive_pps =
            (double)history->window_pkts * (double)IPTFS_PS_PER_S / (double)span_ps;
    history->receive_max_pps = fmax(history->receive_max_pps, history->receive_pps);
    history->window_ps = arrival->at_ps;
    history->window_pkts = 0;
}

static void begin(struct iptfs_loss_history *history, const struct iptfs_loss_arrival *arrival)
{
    history->started = true;
    history->first_seq = arrival->seq;
    history->highest_seq = arrival->seq;
    history->last = *arrival;
    history->window_ps = arrival->at_ps;
    history->received_pkts = 1;
    if (arrival->ce)
        mark(history, arrival);
}

/* Puts an arrival in its place among the early ones; false when it is there already. */
static bool hold(struct iptfs_loss_history *history, const struct iptfs_loss_arrival *arrival)
{
    uint32_t at = history->early_count;
    while (at > 0 && history->early[at - 1].seq > arrival->seq)
        at--;
    if (at > 0 && history->early[at - 1].seq == arrival->seq)
        return false;
    memmove(&history->early[at + 1], &history->early[at],
            (history->early_count - at) * sizeof history->early[0]);
    IPTFS_ASSERT(history->early_count < IPTFS_LOSS_LATER);
    history->early[at] = *arrival;
    history->early_count++;
    return true;
}

/* Settles the early arrivals up to number `through`, those that follow the last settled number, and
 * those after which enough others have arrived. */
static void settle_early(struct iptfs_loss_history *history, uint64_t through)
{
    uint32_t done = 0;
    while (done < history->early_count && (history->early[done].seq <= through ||
                                           history->early[done].seq - history->last.seq == 1 ||
                                           history->early_count - done == IPTFS_LOSS_LATER))
        settle(history, &history->early[done++]);
    history->early_count -= done;
    memmove(&history->early[0], &history->early[done],
            history->early_count * sizeof history->early[0]);
}

void iptfs_loss_history_input(struct iptfs_loss_history *history,
                              const struct iptfs_loss_arrival *arrival)
{
    if (!history->started) {
        begin(history, arrival);
        return;
    }
    if (arrival->seq <= history->last.seq || !hold(history, arrival)) {
        history->ignored_pkts++;
        return;
    }
    history->received_pkts++;
    if (arrival->seq > history->highest_seq)
        history->highest_seq = arrival->seq;
    measure_rate(history, arrival);
    /* A mark that belongs to the current event changes nothing but the E bit. */
    bool new_event = arrival->ce && begins_event(history, arrival);
    if (arrival->ce && !new_event)
        history->event_marked = true;
    settle_early(history, new_event ? arrival->seq : 0);
}

void iptfs_loss_history_excuse(struct iptfs_loss_history *history, uint64_t seq, int64_t now_ps)
{
    struct iptfs_loss_arrival arrival = {.seq = seq, .at_ps = now_ps};
    arrival.rtt_ps = history->last.rtt_ps;
    if (history->started && seq > history->last.seq && hold(history, &arrival))
        settle_early(history, 0);
}

double iptfs_loss_history_interval(const struct iptfs_loss_history *history)
{
    if (history->events == 0)
        return 0;
    double open = (double)(history->highest_seq - history->event_seq) + 1;
    double with_open = open * weights[0];
    double without = 0;
    double weight = 0;
    for (uint32_t i = 0; i < history->intervals; i++) {
        without += history->closed[i].packets * weights[i];
        weight += weights[i];
        if (i + 1 < history->intervals)
            with_open += history->closed[i].packets * weights[i + 1];
    }
    return fmax(with_open, without) / weight;
}

double iptfs_loss_history_p(const struct iptfs_loss_history *history)
{
    double interval = iptfs_loss_history_interval(history);
    return interval > 0 ? fmin(1, 1 / interval) : 0;
}

uint32_t iptfs_loss_history_wire(const struct iptfs_loss_history *history)
{
    double interval = iptfs_loss_history_interval(history);
    if (interval <= 0)
        return 0;
    if (interval >= (double)UINT32_MAX)
        return UINT32_MAX;
    return interval < 1 ? 1 : (uint32_t)(interval + 0.5);
}

bool iptfs_loss_history_marked(const struct iptfs_loss_history *history)
{
    bool marked = history->event_marked;
    for (uint32_t i = 0; i < history->intervals; i++)
        marked = marked || history->closed[i].marked;
    return marked;
}
