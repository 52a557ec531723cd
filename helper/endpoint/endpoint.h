/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One end of a tunnel that works on a capture: what encap and decap have in common. Both read and
 * write packets with all their octets, at the times of the capture. */
#ifndef IPTFS_ENDPOINT_H
#define IPTFS_ENDPOINT_H

#include "base/error.h"
#include "capture/reader.h"
#include "capture/writer.h"
#include "scenario/sa.h"
#include "scenario/scenario.h"
#include "wire/outer_codec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct iptfs_endpoint_request {
    const char *in_path; /* "-": standard input */
    const char *out_path;
    const char *scenario_path; /* NULL: the defaults, but for the sets */
    const char *const *sets; /* "section.key=value"; [tunnel] and [link] of the forward direction */
    size_t n_sets;
    struct iptfs_sa_options sa;
    const char *seq_from;       /* the first sequence number; NULL: see oseq.h, for decap 1 */
    const char *esp_sa_path;    /* the table for Wireshark; NULL: none. Only for encap */
    uint64_t max_output_octets; /* of the capture; 0: no limit */
    bool json;                  /* print the figures as JSON */
    bool quiet;                 /* print nothing but errors and what was skipped */
};

struct iptfs_endpoint {
    const struct iptfs_endpoint_request *request;
    struct iptfs_capture_reader reader;
    struct iptfs_capture_writer writer;
    struct iptfs_outfile_limit limit;
    struct iptfs_scenario scenario;
    struct iptfs_outer_codec_config codec;
    int64_t now_ps;  /* time of the packet that is read, see struct iptfs_captured */
    uint64_t number; /* of that packet in the file */
    struct iptfs_error *error;
    int code; /* the first failure of a callback */
};

/* Opens the capture to read, the one to write, and the scenario; where the request names none,
 * `default_scenario` is its text. Checks all that can be wrong before the first packet is read.
 * Warnings about the key file go to `notes`. Whatever the outcome, the caller ends it with
 * iptfs_endpoint_close. */
int iptfs_endpoint_open(struct iptfs_endpoint *endpoint,
                        const struct iptfs_endpoint_request *request, const char *default_scenario,
                        FILE *notes, struct iptfs_error *error);

/* Closes all, and erases the key. */
void iptfs_endpoint_close(struct iptfs_endpoint *endpoint);

/* The scenario's text for requests that name none: [tunnel] follows it. */
#define IPTFS_ENDPOINT_SCENARIO                                                                    \
    "[scenario]\nduration = 1s\n[traffic.capture]\ntype = cbr\nsize = 100B\nrate = 1kbps\n"

/* IPTFS_E_INVALID: the tunnel's mode is not `allowed`. */
int iptfs_endpoint_refuse_mode(const struct iptfs_endpoint *endpoint, const char *command,
                               const char *allowed);

/* Writes a packet. A failure, or the limit of the request, sets endpoint->code. */
void iptfs_endpoint_write(struct iptfs_endpoint *endpoint, int64_t now_ps, const uint8_t *bytes,
                          uint32_t octets);

/* Gives the capture its name. IPTFS_E_IO. */
int iptfs_endpoint_commit(struct iptfs_endpoint *endpoint);

/* Counts a packet of the input that is not used. */
void iptfs_endpoint_skip(struct iptfs_endpoint *endpoint, enum iptfs_skip kind, uint32_t detail);

/* Reads the capture to its end and gives each IP packet to `take`, until endpoint->code is not 0.
 */
int iptfs_endpoint_read(struct iptfs_endpoint *endpoint,
                        void (*take)(struct iptfs_endpoint *endpoint,
                                     const struct iptfs_captured *packet));

#endif
