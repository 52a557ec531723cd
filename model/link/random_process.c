/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/random_process.h"

#include "base/asserts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Both numbers are drawn each time, whatever they decide: no parameter shifts the draws of later
 * packets. */
bool iptfs_bernoulli_draw(struct iptfs_bernoulli *bernoulli, struct iptfs_random *stream)
{
    IPTFS_ASSERT(bernoulli->probability <= 1 && bernoulli->correlation <= 1);
    bool repeats = iptfs_random_uniform(stream) < bernoulli->correlation;
    bool success = iptfs_random_uniform(stream) < bernoulli->probability;
    bernoulli->last = repeats && bernoulli->drawn ? bernoulli->last : success;
    bernoulli->drawn = true;
    return bernoulli->last;
}

bool iptfs_gemodel_lose(struct iptfs_gemodel *gemodel, struct iptfs_random *stream)
{
    double change = iptfs_random_uniform(stream), loss = iptfs_random_uniform(stream);
    bool lost = loss < (gemodel->is_bad ? gemodel->bad : gemodel->good);
    if (change < (gemodel->is_bad ? gemodel->r : gemodel->p))
        gemodel->is_bad = !gemodel->is_bad;
    return lost;
}

/* In units of the spread. A Pareto variate of shape 3 has mean 3/2 and variance 3/4. */
static double shape(enum iptfs_jitter_kind kind, double normal)
{
    if (kind == IPTFS_JITTER_UNIFORM)
        return 2 * gsl_cdf_ugaussian_P(normal) - 1;
    if (kind == IPTFS_JITTER_PARETO)
        return (gsl_cdf_pareto_Qinv(gsl_cdf_ugaussian_Q(normal), 3, 1) - 1.5) / sqrt(0.75);
    return normal;
}

int64_t iptfs_jitter_draw_ps(struct iptfs_jitter *jitter, struct iptfs_random *stream)
{
    double rho = jitter->correlation, normal = iptfs_random_normal(stream);
    IPTFS_ASSERT(rho >= 0 && rho <= 1);
    if (jitter->drawn)
        normal = rho * jitter->last + sqrt(1 - rho * rho) * normal;
    jitter->last = normal;
    jitter->drawn = true;
    double delay_ps = shape(jitter->kind, normal) * (double)jitter->spread_ps;
    return (int64_t)fmax(fmin(delay_ps, 1e18), -1e18);
}
