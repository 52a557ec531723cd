/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a [traffic.NAME] section of a scenario to the source of its packets. */
#ifndef IPTFS_TRAFFIC_TRAFFIC_H
#define IPTFS_TRAFFIC_TRAFFIC_H

#include "base/error.h"
#include "sender/source.h"
#include "traffic/merge.h"
#include "traffic/traffic_source.h"
#include "traffic/types.h"

/* Makes the source of a section of a checked scenario whose type is not hosted. Each packet of a
 * section has an id of its own, 1, 2, 3, ... modulo 2^32. The random types draw gaps and sizes from
 * two streams, so that other sizes do not change the order of the gaps. No memory is allocated
 * after this call. Returns 0, IPTFS_E_INVALID or IPTFS_E_IO (a file of the section, with its name,
 * the line, found and allowed values) or IPTFS_E_NO_MEMORY; then *source is NULL. The caller frees
 * it with iptfs_traffic_free. */
int iptfs_traffic_new(struct iptfs_source **source, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error);

#endif
