/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/ce.h"

#include "base/asserts.h"
#include "base/error.h"

struct ce {
    struct iptfs_impairment common;
    struct iptfs_impair_ce_config config;
};

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_ce_config *)config)->probability > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    struct ce *ce = (struct ce *)impairment;
    ce->config = *(const struct iptfs_impair_ce_config *)config;
    IPTFS_ASSERT(ce->config.probability <= 1);
    return IPTFS_OK;
}

/* Draws for packets that are not ECN-capable too: which packets are marked does not depend on the
 * ECN field of those before. */
static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    const struct ce *ce = (const struct ce *)impairment;
    (void)depart_ps;
    if (iptfs_random_uniform(impairment->stream) < ce->config.probability && outer->ecn != 0)
        effect->ce = true;
}

const struct iptfs_impair_kind iptfs_impair_ce = {
    .state_octets = sizeof(struct ce),
    .stream = IPTFS_RANDOM_CE,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
