/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/jitter.h"

#include "base/error.h"

struct jitter {
    struct iptfs_impairment common;
    struct iptfs_jitter process;
    bool keeps_order;
};

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_jitter_config *)config)->spread_ps > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    const struct iptfs_impair_jitter_config *given = config;
    struct jitter *jitter = (struct jitter *)impairment;
    jitter->keeps_order = given->keeps_order;
    jitter->process = (struct iptfs_jitter){
        .spread_ps = given->spread_ps,
        .correlation = given->correlation,
        .kind = given->kind,
    };
    return IPTFS_OK;
}

static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    struct jitter *jitter = (struct jitter *)impairment;
    (void)outer;
    (void)depart_ps;
    effect->extra_ps += iptfs_jitter_draw_ps(&jitter->process, impairment->stream);
    effect->in_order = jitter->keeps_order;
}

const struct iptfs_impair_kind iptfs_impair_jitter = {
    .state_octets = sizeof(struct jitter),
    .stream = IPTFS_RANDOM_JITTER,
    .shortens_delay = true,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
