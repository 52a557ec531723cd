/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random processes with a memory: correlated events, losses in bursts, and delays by a
 * distribution. The parameters are those of netem unless a comment says otherwise. */
#ifndef IPTFS_LINK_RANDOM_PROCESS_H
#define IPTFS_LINK_RANDOM_PROCESS_H

#include "base/random.h"

#include <stdbool.h>
#include <stdint.h>

/* Correlated Bernoulli trials. Each repeats the result of the one before with probability
 * `correlation`, and is drawn again otherwise. The share of successes is exactly `probability`;
 * with netem's correlation it is not. */
struct iptfs_bernoulli {
    double probability;
    double correlation;
    bool drawn; /* there is a result before */
    bool last;
};
bool iptfs_bernoulli_draw(struct iptfs_bernoulli *bernoulli, struct iptfs_random *stream);

/* Gilbert-Elliott (netem loss gemodel p r 1-h 1-k): each packet is lost according to the state it
 * finds, which then may change. In the long run p / (p + r) of all packets find the bad state, in
 * runs of 1 / r. */
struct iptfs_gemodel {
    double p;    /* from good to bad */
    double r;    /* from bad to good */
    double bad;  /* loss in the bad state, 1-h */
    double good; /* loss in the good state, 1-k */
    bool is_bad;
};
bool iptfs_gemodel_lose(struct iptfs_gemodel *gemodel, struct iptfs_random *stream);

enum iptfs_jitter_kind {
    IPTFS_JITTER_UNIFORM, /* from -spread to +spread */
    IPTFS_JITTER_NORMAL,  /* deviation spread */
    IPTFS_JITTER_PARETO   /* shape 3, moved to mean 0 and scaled to deviation spread */
};

/* Delays around 0. Correlated ones come from correlated normal variates, so correlation does not
 * change the distribution. */
struct iptfs_jitter {
    int64_t spread_ps;
    double correlation;
    enum iptfs_jitter_kind kind;
    bool drawn;  /* there is a variate before */
    double last; /* the normal variate of the last delay */
};
int64_t iptfs_jitter_draw_ps(struct iptfs_jitter *jitter, struct iptfs_random *stream);

#endif
