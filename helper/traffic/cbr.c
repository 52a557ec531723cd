/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constant bit rate. The remainder of each division goes into the next gap, so that packet n of a
 * fixed size arrives at start + phase + floor(n * size * 8 / rate), however large n is. The phase
 * is random by default: sources of equal gaps that all began at `start` would keep sending at the
 * same instants, and aggregation would find more to aggregate than there is. */
#include "traffic/flow.h"
#include "traffic/limits.h"

struct cbr {
    struct iptfs_traffic_flow flow;
    uint64_t remainder; /* see iptfs_flow_tx_time_ps */
};

static void cbr_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct cbr *cbr = (struct cbr *)source;
    struct iptfs_traffic_flow *flow = &cbr->flow;
    iptfs_flow_emit(flow, arrival);
    int64_t gap_ps = iptfs_flow_tx_time_ps(flow, arrival->octets, &cbr->remainder);
    iptfs_flow_schedule(flow, arrival->at_ps + gap_ps);
    iptfs_flow_draw_octets(flow);
}

static int cbr_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                     struct iptfs_error *error)
{
    int64_t phase_ps;
    int code = iptfs_flow_start_sizes(flow, setup, error);
    if (code == IPTFS_OK)
        code = iptfs_flow_first_gap_ps(flow, setup, &phase_ps, error);
    if (code == IPTFS_OK)
        iptfs_flow_schedule(flow, iptfs_time_after(flow->start_ps, phase_ps));
    return code;
}

const struct iptfs_traffic_type iptfs_traffic_cbr = {
    .name = "cbr",
    .meaning = "constant bit rate: even gaps",
    .keys = {&iptfs_keys_size, &iptfs_keys_rate, &iptfs_keys_phase, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, cbr_take, NULL},
    .state_octets = sizeof(struct cbr),
    .check = iptfs_traffic_check_size,
    .start = cbr_start,
};
