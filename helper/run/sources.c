/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/sources.h"

#include "traffic/host.h"
#include "traffic/traffic.h"

#include <stdlib.h>

/* Sources of this direction that fill all free space of the queue; they share it. */
static uint32_t count_saturating(const struct iptfs_direction_traffic *traffic)
{
    const struct iptfs_scenario *scenario = traffic->scenario;
    uint32_t count = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++)
        count += scenario->traffic[i].direction == traffic->direction &&
                 iptfs_traffic_type_of(&scenario->traffic[i])->ops.free_space != NULL;
    return count;
}

/* Makes the sources of a direction and adds their number to *count. */
static int make_sources(const struct iptfs_direction_traffic *traffic, uint64_t number,
                        struct iptfs_source **sources, size_t *count, struct iptfs_error *error)
{
    const struct iptfs_scenario *scenario = traffic->scenario;
    uint32_t sharing = count_saturating(traffic), window = traffic->window_octets;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        const struct iptfs_traffic_options *options = &scenario->traffic[i];
        if (options->direction != traffic->direction || iptfs_traffic_hosted(options))
            continue;
        struct iptfs_traffic_setup setup = {
            .options = options,
            .seed = traffic->seed,
            .run = number,
            .window_octets = sharing > 1 ? window / sharing : window,
            .flow = (uint16_t)i,
        };
        int code = iptfs_traffic_new(&sources[*count], &setup, error);
        if (code != IPTFS_OK)
            return code;
        ++*count;
    }
    return IPTFS_OK;
}

int iptfs_sources_new(struct iptfs_source **source, const struct iptfs_direction_traffic *traffic,
                      uint64_t number, struct iptfs_error *error)
{
    struct iptfs_source **sources = calloc(traffic->scenario->traffic_count + 1, sizeof *sources);
    size_t count = 0;
    *source = NULL;
    if (sources == NULL)
        return IPTFS_E_NO_MEMORY;
    int code = make_sources(traffic, number, sources, &count, error);
    if (code == IPTFS_OK)
        code = iptfs_traffic_merge(source, sources, count, error);
    if (code != IPTFS_OK)
        while (count > 0)
            iptfs_traffic_free(sources[--count]);
    free(sources);
    return code;
}
