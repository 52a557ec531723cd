/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The direct link: rate, queue, delay and impairments computed without ns-3. */
#ifndef IPTFS_LINK_DIRECT_LINK_H
#define IPTFS_LINK_DIRECT_LINK_H

#include "link/link.h"

/* A new direct link in *out, to be cleared and freed with its ops; the store must outlive it.
 * `bottleneck` is another direct link whose transmitter and queue this one shares, with their rate
 * and limits. NULL: it has its own. Returns 0 or IPTFS_E_NO_MEMORY. */
int iptfs_direct_link_new(struct iptfs_link **out, const struct iptfs_link_config *config,
                          struct iptfs_store *store, struct iptfs_link *bottleneck);

#endif
