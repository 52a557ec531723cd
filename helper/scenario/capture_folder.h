/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of captures as the value of `file`: each seed has its own capture, the first in the
 * order of names for seed 1. */
#ifndef IPTFS_SCENARIO_CAPTURE_FOLDER_H
#define IPTFS_SCENARIO_CAPTURE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

/* Files that count as captures, by the ends of their names. */
#define IPTFS_CAPTURE_NAMES "*.pcap, *.pcapng or *.cap, also with .gz"

/* The path of capture number `seed` in a folder, a new string, and how many captures it holds. NULL
 * where there are fewer, or with *count = 0 and errno where it cannot be read. */
char *iptfs_capture_folder_pick(const char *folder, uint64_t seed, size_t *count);

#endif
