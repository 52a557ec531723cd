/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/flow.h"

#include <stdlib.h>
#include <string.h>

static void flow_free(struct iptfs_traffic_source *source)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    if (flow->type->release != NULL)
        flow->type->release(flow);
    iptfs_random_free(flow->sizes);
    free(flow->notes);
    free(flow);
}

static uint64_t flow_skipped_pkts(const struct iptfs_traffic_source *source)
{
    return ((const struct iptfs_traffic_flow *)source)->skipped_pkts;
}

static void flow_note(const struct iptfs_traffic_source *source,
                      const struct iptfs_progress *progress)
{
    const char *line = ((const struct iptfs_traffic_flow *)source)->notes;
    while (line != NULL && *line != '\0') {
        int length = (int)strcspn(line, "\n");
        iptfs_progress_message(progress, "%.*s", length, line);
        line += length + (line[length] == '\n');
    }
}

/* What all types take from their section in the same way. */
static void set_common(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup)
{
    const struct iptfs_traffic_options *options = setup->options;
    flow->start_ps = options->start_ps;
    flow->stop_ps = iptfs_earlier(options->stop_ps, IPTFS_TIME_MAX_PS);
    flow->left = options->count != 0 ? options->count : UINT64_MAX;
    flow->size = options->size;
    flow->rate_bps = options->rate_bps;
    flow->next = (struct iptfs_arrival){
        .id = 1,
        .flow = setup->flow,
        .ip_version = (uint8_t)options->ip_version,
        .tos = options->tos,
        .local = options->local,
        .df = options->df,
    };
}

int iptfs_flow_new(struct iptfs_traffic_flow **made, const struct iptfs_traffic_type *type,
                   const struct iptfs_traffic_setup *setup, struct iptfs_error *error)
{
    *made = NULL;
    struct iptfs_traffic_flow *flow = calloc(1, type->state_octets);
    if (flow == NULL)
        return iptfs_fail_no_memory(error);
    flow->base =
        (struct iptfs_traffic_source){{&type->ops}, flow_free, flow_skipped_pkts, flow_note};
    flow->type = type;
    set_common(flow, setup);
    int code = type->start(flow, setup, error);
    if (code != IPTFS_OK) {
        flow_free(&flow->base);
        return code;
    }
    *made = flow;
    return IPTFS_OK;
}

int64_t iptfs_flow_next_ps(const struct iptfs_source *source)
{
    return ((const struct iptfs_traffic_flow *)source)->next.at_ps;
}

struct iptfs_random *iptfs_flow_stream(const struct iptfs_traffic_setup *setup,
                                       enum iptfs_random_use use)
{
    return iptfs_random_new(setup->seed, setup->run, use, setup->flow);
}

/* imix is a draw from twelve packets: seven of 40 octets, four of 576, one of 1500. */
uint32_t iptfs_flow_random_octets(const struct iptfs_traffic_flow *flow)
{
    if (flow->size.kind == IPTFS_SIZES_UNIFORM)
        return (uint32_t)iptfs_random_between(flow->sizes, flow->size.low_octets,
                                              flow->size.high_octets);
    uint64_t one_of_12 = iptfs_random_between(flow->sizes, 1, 12);
    return one_of_12 <= 7 ? 40 : one_of_12 <= 11 ? 576 : 1500;
}

int iptfs_flow_start_sizes(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                           struct iptfs_error *error)
{
    if (flow->size.kind != IPTFS_SIZES_FIXED) {
        flow->sizes = iptfs_flow_stream(setup, IPTFS_RANDOM_SIZE);
        if (flow->sizes == NULL)
            return iptfs_fail_no_memory(error);
    }
    flow->next.octets = flow->size.low_octets;
    iptfs_flow_draw_octets(flow);
    return IPTFS_OK;
}
