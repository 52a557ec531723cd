/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/duplicate.h"

#include "base/error.h"
#include "link/random_process.h"

struct duplicate {
    struct iptfs_impairment common;
    struct iptfs_bernoulli process;
};

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_duplicate_config *)config)->probability > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    const struct iptfs_impair_duplicate_config *duplicate = config;
    ((struct duplicate *)impairment)->process = (struct iptfs_bernoulli){
        .probability = duplicate->probability,
        .correlation = duplicate->correlation,
    };
    return IPTFS_OK;
}

/* A packet that the list duplicates keeps the delay that the list gives its copy. */
static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    struct duplicate *duplicate = (struct duplicate *)impairment;
    (void)outer;
    (void)depart_ps;
    if (!iptfs_bernoulli_draw(&duplicate->process, impairment->stream) || effect->duplicate)
        return;
    effect->duplicate = true;
    effect->duplicate_extra_ps = effect->extra_ps;
}

const struct iptfs_impair_kind iptfs_impair_duplicate = {
    .state_octets = sizeof(struct duplicate),
    .stream = IPTFS_RANDOM_DUPLICATE,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
