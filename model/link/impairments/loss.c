/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/loss.h"

#include "base/asserts.h"
#include "base/error.h"

struct loss {
    struct iptfs_impairment common;
    struct iptfs_impair_loss_config config;
};

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_loss_config *)config)->probability > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    struct loss *loss = (struct loss *)impairment;
    loss->config = *(const struct iptfs_impair_loss_config *)config;
    IPTFS_ASSERT(loss->config.probability <= 1);
    return IPTFS_OK;
}

static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    const struct loss *loss = (const struct loss *)impairment;
    (void)outer;
    (void)depart_ps;
    if (iptfs_random_uniform(impairment->stream) < loss->config.probability)
        iptfs_impair_lose(impairment, effect);
}

const struct iptfs_impair_kind iptfs_impair_loss = {
    .state_octets = sizeof(struct loss),
    .stream = IPTFS_RANDOM_LOSS,
    .drop_cause = IPTFS_DROP_LINK_LOSS,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
