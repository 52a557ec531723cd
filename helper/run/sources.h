/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The traffic sections of one direction as one source. */
#ifndef IPTFS_RUN_SOURCES_H
#define IPTFS_RUN_SOURCES_H

#include "base/error.h"
#include "option/direction.h"
#include "scenario/scenario.h"
#include "sender/source.h"

#include <stdint.h>

/* What the source of a direction is made from. */
struct iptfs_direction_traffic {
    const struct iptfs_scenario *scenario;
    enum iptfs_direction direction;
    uint32_t window_octets; /* of the sender; see struct iptfs_traffic_setup */
    uint64_t seed;
    uint64_t run;
};

/* Makes one source of all sections of the direction but those of ns-3's applications, with the
 * random numbers of run `number`. Errors of iptfs_traffic_new; *source is NULL then. The caller
 * frees it with iptfs_traffic_free. */
int iptfs_sources_new(struct iptfs_source **source, const struct iptfs_direction_traffic *traffic,
                      uint64_t number, struct iptfs_error *error);

#endif
