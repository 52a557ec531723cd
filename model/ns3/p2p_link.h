/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link whose transmitter, queue and channel are ns-3's: outer packets travel as frames of their
 * size through a PointToPointNetDevice. The impairments are the model's, applied at its far end. */
#ifndef IPTFS_NS3_P2P_LINK_H
#define IPTFS_NS3_P2P_LINK_H

#include "link/link.h"

/* As iptfs_direct_link_new, in the open ns-3 simulation. Needs a rate, exactly one queue limit, and
 * PPP or Ethernet framing (the difference to ns-3's own 2 octets is part of the frame): else
 * IPTFS_E_INVALID; IPTFS_E_ENGINE when ns-3 refused. `changed` is called after each arrival at
 * the far end: the link must be woken now. */
int iptfs_p2p_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                       struct iptfs_store *store, void (*changed)(void *ctx), void *changed_ctx);

#endif
