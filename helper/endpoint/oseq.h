/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outbound sequence numbers of a key. The IV of AES-GCM is the sequence number, so none may be
 * used twice with a key and its salt (RFC 4106, 3.1), by any run of the program. What `ip xfrm
 * state` shows as oseq is kept in KEYFILE.oseq: the next number of each key and salt, which a
 * fingerprint names. Numbers are reserved in blocks before they are used, so that a killed process
 * skips some and repeats none. */
#ifndef IPTFS_ENDPOINT_OSEQ_H
#define IPTFS_ENDPOINT_OSEQ_H

#include "base/error.h"
#include "wire/outer_codec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct iptfs_oseq {
    char *path; /* of the record; NULL: nothing is recorded */
    int lock;   /* the key file, locked against another encap; -1: none */
    char name[2 * IPTFS_AEAD_FINGERPRINT_OCTETS + 1];
    uint64_t first;    /* the first number to be used */
    uint64_t reserved; /* numbers below it may be used */
};

/* The line that says that nothing is recorded. */
#define IPTFS_OSEQ_UNRECORDED                                                                      \
    "encap: warning: the sequence numbers used with this key are not recorded, and must not be "   \
    "used "                                                                                        \
    "with it again; --key-file FILE records them\n"

/* Reads a first sequence number: 1 to 4294967295, or with `esn` to 2^64 - 2. IPTFS_E_INVALID. */
int iptfs_oseq_parse(const char *from, bool esn, uint64_t *first, struct iptfs_error *error);

/* Finds the first number: `from` (text; NULL: the next one of the key, 1 for a new key), and
 * reserves a block. Without a key file that is a file (null cipher, --key, a pipe) nothing is
 * recorded. Writes a line to `notes` when that is so for a key, and when an explicit `from` cannot
 * be recorded. IPTFS_E_INVALID when `from` is no number or below those used, when another encap
 * uses the key, or the record has an error; IPTFS_E_IO when numbers cannot be recorded. Whatever
 * the outcome it is ended with iptfs_oseq_close. */
int iptfs_oseq_open(struct iptfs_oseq *oseq, const struct iptfs_outer_codec_config *sa,
                    const char *key_file, const char *from, FILE *notes, struct iptfs_error *error);

/* To be called before a packet with this number is written; reserves more when needed. */
int iptfs_oseq_reserve(struct iptfs_oseq *oseq, uint64_t seq, struct iptfs_error *error);

/* Records that `next` is the first number not used, and ends the use of the key. IPTFS_E_IO: then
 * the reserved block counts as used. Harmless on a struct of zeros and when called twice. */
int iptfs_oseq_close(struct iptfs_oseq *oseq, uint64_t next, struct iptfs_error *error);

#endif
