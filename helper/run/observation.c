/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/observation.h"

#include "summary/measures.h"
#include "text/json_build.h"

static void sent_forward(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    iptfs_seen_add(ctx, now_ps, outer->ip_octets, false);
}

static void sent_reverse(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    iptfs_seen_add(ctx, now_ps, outer->ip_octets, true);
}

void iptfs_observation_start(struct iptfs_observation *observation, struct iptfs_run *run)
{
    *observation = (struct iptfs_observation){.seen = {.count = 0}};
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        observation->observers[i] = (struct iptfs_observer){
            .sent = i == IPTFS_FORWARD ? sent_forward : sent_reverse, .ctx = &observation->seen};
        if (run->direction[i].used)
            iptfs_tunnel_observe(&run->direction[i].tunnel, &observation->observers[i]);
    }
}

void iptfs_observation_report(struct iptfs_observation *observation,
                              const struct iptfs_summary_view *view, json_t **summary)
{
    static double features[IPTFS_FEATURES];
    json_t *array = json_array();
    iptfs_seen_from(&observation->seen, view->start_ps);
    if (observation->seen.failed ||
        iptfs_features(&observation->seen, iptfs_summary_measured_ps(view), features) != IPTFS_OK)
        iptfs_json_append(&array, NULL);
    for (size_t i = 0; i < IPTFS_FEATURES; i++)
        iptfs_json_append(&array, json_real(features[i]));
    iptfs_json_put(summary, "observed", array);
}

void iptfs_observation_free(struct iptfs_observation *observation)
{
    iptfs_seen_free(&observation->seen);
}
