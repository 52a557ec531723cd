/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets of a run as captures: PREFIX-inner-in.pcap, -outer-tx, -outer-rx and -inner-out;
 * those of the reverse direction begin with PREFIX-reverse. */
#ifndef IPTFS_RUN_CAPTURES_H
#define IPTFS_RUN_CAPTURES_H

#include "base/error.h"
#include "capture/writer.h"
#include "files/outfile.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "wire/outer_codec.h"

#include <stdbool.h>
#include <stdint.h>

enum iptfs_run_captures_place {
    IPTFS_RUN_CAPTURES_INNER_IN,
    IPTFS_RUN_CAPTURES_OUTER_TX,
    IPTFS_RUN_CAPTURES_OUTER_RX,
    IPTFS_RUN_CAPTURES_INNER_OUT,
    IPTFS_RUN_CAPTURES_PLACES
};

/* One direction. */
struct iptfs_run_captures_end {
    struct iptfs_outer_codec wire;
    struct iptfs_capture_writer files[IPTFS_RUN_CAPTURES_PLACES];
    struct iptfs_store *store;
    struct iptfs_observer observer;
    uint8_t *bytes; /* buffer for a packet */
    int code;       /* of the first packet that could not be written */
    uint64_t seq;   /* of that packet when it is an outer one; 0: an inner one */
    const char *why;
};

struct iptfs_run_captures {
    struct iptfs_run_captures_end ends[IPTFS_DIRECTIONS];
    struct iptfs_outfile esp_sa; /* keys for Wireshark, when there is ESP */
    bool used[IPTFS_DIRECTIONS];
};

/* Opens all files, so that a path that cannot be written is reported before the run. The key of
 * AES-GCM is a published one. IPTFS_E_IO, IPTFS_E_NO_MEMORY, with a line of text; whatever the
 * outcome it is freed with iptfs_run_captures_free. */
int iptfs_run_captures_open(struct iptfs_run_captures *captures, const char *prefix,
                            const struct iptfs_scenario *scenario, struct iptfs_error *error);

/* Observes the packets of a run; call it before the run starts. The octets of packets of ns-3's
 * applications are copied when they arrive, because ns-3 owns them again at the far end; ns-3 then
 * computes their checksums, which it does not without captures. IPTFS_E_ENGINE. */
int iptfs_run_captures_attach(struct iptfs_run_captures *captures, struct iptfs_run *run);

/* Writes the end of the files, which the caller commits then. IPTFS_E_INVALID when a packet has no
 * known octets (see iptfs_outer_codec_encode). */
int iptfs_run_captures_finish(struct iptfs_run_captures *captures, const struct iptfs_run *run,
                              struct iptfs_error *error);

/* Frees the captures, and removes those that were not committed; harmless on an all-zero struct. */
void iptfs_run_captures_free(struct iptfs_run_captures *captures);

#endif
