/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FNV-1a with 64 bits: it finds what was damaged or mixed up, not what somebody forges. */
#ifndef IPTFS_TEXT_HASH_H
#define IPTFS_TEXT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define IPTFS_HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of what `state` is the hash of, followed by these octets. */
uint64_t iptfs_hash(uint64_t state, const void *data, size_t length);

/* The same for a text. */
uint64_t iptfs_hash_text(uint64_t state, const char *text);

#endif
