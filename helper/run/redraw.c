/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/redraw.h"

#include "traffic/host.h"
#include "traffic/traffic.h"

/* Redrawn loads have run numbers of their own, which no sweep reaches. */
static const uint64_t first_number = UINT64_C(1) << 32;

bool iptfs_redraw_possible(const struct iptfs_direction_traffic *traffic)
{
    const struct iptfs_scenario *scenario = traffic->scenario;
    size_t count = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        const struct iptfs_traffic_type *type = iptfs_traffic_type_of(&scenario->traffic[i]);
        if (iptfs_traffic_beside(&scenario->traffic[i]))
            continue;
        if (type->hosted) /* its acknowledgments take the other direction */
            return false;
        if (scenario->traffic[i].direction != traffic->direction)
            continue;
        if (type->captured || type->ops.free_space != NULL)
            return false;
        count++;
    }
    return count > 0;
}

int iptfs_redraw(void *ctx, unsigned number, const struct iptfs_leak *leak, double *load)
{
    const struct iptfs_direction_traffic *traffic = ctx;
    struct iptfs_source *source;
    struct iptfs_error error = {0};
    uint64_t run = traffic->run + (number + 1) * first_number;
    int code = iptfs_sources_new(&source, traffic, run, &error);
    if (code != IPTFS_OK)
        return code;
    int64_t interval_ps = leak->config.interval_ps, start_ps = leak->config.start_ps;
    int64_t end_ps = start_ps + (int64_t)leak->interval_count * interval_ps;
    while (source->ops->next_ps(source) < end_ps) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        if (arrival.at_ps >= start_ps)
            load[(arrival.at_ps - start_ps) / interval_ps] += arrival.octets;
    }
    iptfs_traffic_free(source);
    return IPTFS_OK;
}
