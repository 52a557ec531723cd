/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays a recorded script: the packets that were sent into IP-TFS of a real kernel are sent into
 * the simulated tunnel, whose output can be compared with the recorded one line by line. */

/* clang-format off */
/* A script has lines
 *   # text                a remark
 *   cfg KEY VALUE         pkt_size, init_delay_us, max_queue_size, dont_frag, reorder_window,
 *                         drop_time_us, mtu, cipher (null | gcm), outer (4 | 6), link_delay_ns,
 *                         mode (iptfs | tunnel, plain ESP), tfcpad
 *   in T LEN ID [v6] [tos=N]
 *                         at T ns an inner packet to be forwarded arrives
 *   chan drop SEQ         the link loses this outer packet
 *   chan delay SEQ NS     ... delivers it NS later
 *   chan dup SEQ NS       ... delivers a second copy NS later
 *   chan ce SEQ           ... marks it "congestion experienced"
 *   raw T SEQ [hex=...]   at T ns an ESP packet with this AGGFRAG payload reaches the receiver
 *   end T                 the end
 * Events of equal time happen in the order of the file. The output has lines in, out, rx, raw, icmp,
 * icmp6 and stat, in the order of time. */
/* clang-format on */
#ifndef IPTFS_RUN_REPLAY_H
#define IPTFS_RUN_REPLAY_H

#include "base/error.h"

#include <stdio.h>

/* Replays the script at `path` and writes what happens to `out`. IPTFS_E_IO, IPTFS_E_INVALID (with
 * file, line, found and allowed; nothing is written then), IPTFS_E_NO_MEMORY, IPTFS_E_ENGINE,
 * IPTFS_E_UNBALANCED. */
int iptfs_replay_file(const char *path, FILE *out, struct iptfs_error *error);

/* The same for an open stream; `path` names it in messages. */
int iptfs_replay_stream(FILE *in, const char *path, FILE *out, struct iptfs_error *error);

#endif
