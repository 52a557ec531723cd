/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a summary is made from: pointers into a run at one time. run/ fills it. */
#ifndef IPTFS_SUMMARY_VIEW_H
#define IPTFS_SUMMARY_VIEW_H

#include "scenario/scenario.h"
#include "stats/leak.h"
#include "summary/hosts_report.h"
#include "tunnel/totals.h"
#include "tunnel/tunnel.h"
#include "tunnel/use_aggfrag.h"

#include <stdbool.h>
#include <stdint.h>

/* One direction of a run. */
struct iptfs_summary_direction {
    const struct iptfs_tunnel *tunnel; /* NULL: the direction is not used */
    const struct iptfs_tunnel *bypass; /* carries traffic with tunnel = off; NULL: there is none */
    const struct iptfs_leak_report *leak; /* NULL: not measured */
    uint64_t skipped_pkts;                /* of captures, see iptfs_traffic_skipped */
    struct iptfs_totals totals;           /* counted after the warm-up */
    struct iptfs_totals before;           /* counted by its end; 0 without one */
};

/* What is left out of the measures at the start of a run. */
struct iptfs_warm_up {
    int64_t cut_ps; /* 0: nothing */
    bool too_short; /* warm-up = auto: the run is too short to say where it has settled */
};

/* A run at now_ps. Owns nothing; valid as long as the run. */
struct iptfs_summary_view {
    const struct iptfs_scenario *scenario;
    uint64_t seed;
    uint64_t run;
    int64_t now_ps;
    int64_t start_ps; /* measures are from here to now_ps; 0 until the warm-up is over */
    struct iptfs_warm_up warm_up;
    bool interrupted; /* a signal ended the run at now_ps, before its duration */
    struct iptfs_summary_direction direction[IPTFS_DIRECTIONS];
    const struct iptfs_hosts_report *hosts; /* one for each traffic section; NULL: none is known */
    struct iptfs_agreement agreement;
};

#endif
