/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures as lists of packets, and `iptfs-sim encap` and `decap` on captures of the test's folder.
 */
#ifndef IPTFS_SUPPORT_FRAMES_H
#define IPTFS_SUPPORT_FRAMES_H

#include "endpoint/endpoint.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* 16 octets of key and 4 of salt. */
#define KEY "000102030405060708090a0b0c0d0e0fa0a1a2a3"

struct frame {
    uint8_t *bytes;
    uint32_t octets;
    uint32_t wire_octets; /* before it was captured; 0: the same */
    int64_t at_ns;
};

struct frames {
    struct frame *list;
    size_t count;
};

/* A path in the folder of support/program.h; valid for seven more calls. */
const char *path_of(const char *name);

void frames_add(struct frames *frames, int64_t at_ns, const uint8_t *bytes, uint32_t octets);
void frames_free(struct frames *frames);

/* Reads and writes a capture of the folder. */
struct frames frames_read(const char *name);
void frames_write(const char *name, const struct frames *frames);

/* Copies a capture of test/golden/captures to the folder. */
void copy_golden(const char *name);

/* Packets of many sizes and both IP versions, within some tenths of a second. */
struct frames frames_mixed(uint64_t seed, size_t count);

/* Compares the packets, and with `times` their times. */
void check_frames(const struct frames *found, const struct frames *expected, bool times, int line);

/* What encap or decap printed and returned. */
struct endpoint_outcome {
    int code;
    char *out;
    char *notes;
    struct iptfs_error error;
};

typedef int endpoint_command(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                             struct iptfs_error *error);

/* Runs a command on two captures of the folder. `words` are sets, and options "key=", "spi=",
 * "src=", "key-file=", "salt=", "seq-from=", "esp-sa=" and "esn", with blanks between. */
struct endpoint_outcome endpoint_run(endpoint_command *run, const char *in, const char *out,
                                     const char *words);
void endpoint_outcome_free(struct endpoint_outcome *outcome);

/* The same for a run that must succeed without notes. */
void endpoint_succeeds(endpoint_command *run, const char *in, const char *out, const char *words);

/* A figure by its dotted name, -1 when there is none. */
int64_t figure(const struct endpoint_outcome *outcome, const char *name);

#endif
