/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic of many who talk at once, each by a clock of his own: voice calls and game players. */
#ifndef IPTFS_TRAFFIC_TALKERS_H
#define IPTFS_TRAFFIC_TALKERS_H

#include "traffic/flow.h"

/* Makes a flow `calls` telephone calls in one direction. Each sends a packet for every 20 ms of
 * speech, 160 (G.711) or 20 octets (G.729, two frames) and the headers of IP, UDP and RTP (40
 * octets with IPv4, 60 with IPv6): RFC 3551, table 4. Their clocks are out of step, by a part of 20
 * ms that is random. With vad the clocks go on, and a packet is sent when the call is in a talk
 * spurt at that time; spurts and pauses are exponential (P. T. Brady, "A model for generating
 * on-off speech patterns in two-way conversation", Bell System Technical Journal 48, 1969; ITU-T
 * P.59), and calls begin in either state as they would be met at a random time. Each call has
 * streams of its own: one call more does not change the others. IPTFS_E_NO_MEMORY. */
int iptfs_talkers_start_voice(struct iptfs_traffic_flow *flow,
                              const struct iptfs_traffic_setup *setup, struct iptfs_error *error);

/* Makes a flow one side of a first-person game for `players`, as in NGMN, "Radio Access Performance
 * Evaluation Methodology" (2008), annex A, "Gaming": largest extreme value distributions fitted by
 * J. Faerber, "Network game traffic modelling" (NetGames 2002). Location and scale are:
 *
 *              time between packets     UDP payload
 *     client   40 ms, 6 ms              45, 5.7 octets     each player
 *     server   55 ms, 6 ms              120, 36 octets     one packet for each player at that time
 *
 * to which IP and UDP add 28 octets (48 with IPv6). Times are at least 1 ms, payloads 1 to 1400
 * octets. First packets come within the first 40 ms, at random. IPTFS_E_NO_MEMORY. */
int iptfs_talkers_start_games(struct iptfs_traffic_flow *flow,
                              const struct iptfs_traffic_setup *setup, struct iptfs_error *error);

#endif
