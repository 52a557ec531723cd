/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/users.h"

#include <stdlib.h>

/* Section numbers are below 2^16. */
struct iptfs_random *iptfs_users_stream(const struct iptfs_traffic_setup *setup,
                                        enum iptfs_random_use use, size_t user)
{
    return iptfs_random_new(setup->seed, setup->run, use,
                            (uint64_t)setup->flow | (uint64_t)user << 16);
}

static int draw_phases(struct iptfs_users *users, const struct iptfs_traffic_setup *setup,
                       int64_t within_ps)
{
    struct iptfs_random *phases = iptfs_users_stream(setup, IPTFS_RANDOM_PHASE, 0);
    if (phases == NULL)
        return IPTFS_E_NO_MEMORY;
    for (size_t i = 0; i < users->clocks; i++) {
        double phase_ps = iptfs_random_uniform(phases) * (double)within_ps;
        users->heap[i] =
            (struct iptfs_time_heap_entry){users->flow.start_ps + (int64_t)phase_ps, i};
    }
    iptfs_random_free(phases);
    return IPTFS_OK;
}

int iptfs_users_start(struct iptfs_users *users, const struct iptfs_traffic_setup *setup,
                      size_t count, size_t clocks, int64_t within_ps)
{
    users->count = count;
    users->clocks = clocks;
    users->all = calloc(count, sizeof *users->all);
    users->heap = calloc(clocks, sizeof *users->heap);
    if (users->all == NULL || users->heap == NULL)
        return IPTFS_E_NO_MEMORY;
    return draw_phases(users, setup, within_ps);
}

void iptfs_users_release(struct iptfs_traffic_flow *flow)
{
    struct iptfs_users *users = (struct iptfs_users *)flow;
    for (size_t i = 0; users->all != NULL && i < users->count; i++) {
        iptfs_random_free(users->all[i].lengths);
        iptfs_random_free(users->all[i].others);
    }
    free(users->all);
    free(users->heap);
}

void iptfs_users_schedule_first(struct iptfs_users *users)
{
    iptfs_time_heap_build(users->heap, users->clocks);
    iptfs_flow_schedule(&users->flow, users->heap[0].at_ps);
}
