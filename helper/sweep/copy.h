/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DIR/sweep.ini: a sweep's file as it was read. Points and plots read the copy. Its last line says
 * which program made the results, for the case that the manifest is damaged. */
#ifndef IPTFS_SWEEP_COPY_H
#define IPTFS_SWEEP_COPY_H

#include "base/error.h"
#include "sweep/sweep.h"

/* Writes the copy, so that it outlasts a power cut. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_sweep_copy_write(const struct iptfs_sweep *sweep, const char *directory,
                           struct iptfs_error *error);

/* The program that the last line of the copy names. */
struct iptfs_copy_maker {
    char version[32];
    char sources[32]; /* iptfs_program_sources */
};

/* Reads the copy and its last line. `sweep` is freed with iptfs_sweep_free on success.
 * IPTFS_E_INVALID when there is no such line; else as iptfs_sweep_load. */
int iptfs_sweep_copy_read(struct iptfs_sweep *sweep, struct iptfs_copy_maker *maker,
                          const char *directory, struct iptfs_error *error);

#endif
