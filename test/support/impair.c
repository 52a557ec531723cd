/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/impair.h"

#include "base/error.h"
#include "base/units.h"
#include "support/check.h"

struct impaired impair_packets(const struct iptfs_impairments_config *config, uint64_t seed,
                               size_t count, uint8_t ecn, struct iptfs_impair_effect *effects)
{
    const struct iptfs_random_streams streams = {seed, 1, 0};
    struct iptfs_impairments impairments;
    struct impaired impaired = {0};
    if (!CHECK_INT(iptfs_impairments_init(&impairments, config, &streams), IPTFS_OK))
        return impaired;
    for (size_t i = 0; i < count; i++) {
        const struct iptfs_outer outer = {.number = i + 1, .ecn = ecn};
        struct iptfs_impair_effect effect;
        iptfs_impairments_apply(&impairments, &outer, (int64_t)(i + 1) * IPTFS_PS_PER_MS, &effect);
        impaired.lost += effect.lost_by != NULL;
        impaired.duplicated += effect.duplicate;
        impaired.marked += effect.ce;
        impaired.no_delay += effect.no_delay;
        if (effects != NULL)
            effects[i] = effect;
    }
    iptfs_impairments_free(&impairments);
    return impaired;
}
