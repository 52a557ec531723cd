/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Independent loss: each packet is lost with the same probability (netem loss random). */
#ifndef IPTFS_LINK_IMPAIRMENTS_LOSS_H
#define IPTFS_LINK_IMPAIRMENTS_LOSS_H

#include "link/impairment.h"

struct iptfs_impair_loss_config {
    double probability; /* 0: off */
};

extern const struct iptfs_impair_kind iptfs_impair_loss;

#endif
