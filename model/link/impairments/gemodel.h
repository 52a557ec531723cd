/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loss in bursts by the model of Gilbert and Elliott (netem loss gemodel). */
#ifndef IPTFS_LINK_IMPAIRMENTS_GEMODEL_H
#define IPTFS_LINK_IMPAIRMENTS_GEMODEL_H

#include "link/impairment.h"

struct iptfs_impair_gemodel_config {
    double p;    /* probability to go from the good state to the bad one */
    double r;    /* from bad to good */
    double bad;  /* probability of loss in the bad state, netem's 1-h */
    double good; /* in the good state, netem's 1-k; off where p and good are 0 */
};

extern const struct iptfs_impair_kind iptfs_impair_gemodel;

#endif
