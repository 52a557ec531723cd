/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is in memory, for readers that take a path. */
#ifndef IPTFS_FUZZ_MEMORY_FILE_H
#define IPTFS_FUZZ_MEMORY_FILE_H

#include <stddef.h>

/* Gives the one file these contents; returns its path, in static storage. The next call replaces
 * the contents. */
const char *fuzz_memory_file(const void *bytes, size_t octets);

#endif
