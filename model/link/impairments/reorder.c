/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/reorder.h"

#include "base/error.h"
#include "link/random_process.h"

struct reorder {
    struct iptfs_impairment common;
    struct iptfs_bernoulli process;
};

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_reorder_config *)config)->probability > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    const struct iptfs_impair_reorder_config *reorder = config;
    ((struct reorder *)impairment)->process = (struct iptfs_bernoulli){
        .probability = reorder->probability,
        .correlation = reorder->correlation,
    };
    return IPTFS_OK;
}

/* Overrides jitter that keeps the order. */
static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    struct reorder *reorder = (struct reorder *)impairment;
    (void)outer;
    (void)depart_ps;
    if (!iptfs_bernoulli_draw(&reorder->process, impairment->stream))
        return;
    effect->no_delay = true;
    effect->in_order = false;
}

const struct iptfs_impair_kind iptfs_impair_reorder = {
    .state_octets = sizeof(struct reorder),
    .stream = IPTFS_RANDOM_REORDER,
    .shortens_delay = true,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
