/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/gemodel.h"

#include "base/error.h"
#include "link/random_process.h"

struct gemodel {
    struct iptfs_impairment common;
    struct iptfs_gemodel process;
};

static bool is_on(const void *config)
{
    const struct iptfs_impair_gemodel_config *gemodel = config;
    return gemodel->p > 0 || gemodel->good > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    const struct iptfs_impair_gemodel_config *gemodel = config;
    ((struct gemodel *)impairment)->process = (struct iptfs_gemodel){
        .p = gemodel->p,
        .r = gemodel->r,
        .bad = gemodel->bad,
        .good = gemodel->good,
    };
    return IPTFS_OK;
}

static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    struct gemodel *gemodel = (struct gemodel *)impairment;
    (void)outer;
    (void)depart_ps;
    if (iptfs_gemodel_lose(&gemodel->process, impairment->stream))
        iptfs_impair_lose(impairment, effect);
}

const struct iptfs_impair_kind iptfs_impair_gemodel = {
    .state_octets = sizeof(struct gemodel),
    .stream = IPTFS_RANDOM_GEMODEL,
    .drop_cause = IPTFS_DROP_LINK_LOSS,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
