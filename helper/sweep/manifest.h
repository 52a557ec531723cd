/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DIR/manifest.json: what made the results of a sweep, so that results of another scenario or
 * another program are not mixed with them. */
#ifndef IPTFS_SWEEP_MANIFEST_H
#define IPTFS_SWEEP_MANIFEST_H

#include "base/error.h"
#include "sweep/sweep.h"

#include <jansson.h>
#include <stdbool.h>

/* The manifest of a sweep that starts now, called by `command`: a new reference, NULL when memory
 * ran out. */
json_t *iptfs_manifest_new(const struct iptfs_sweep *sweep, const char *command);

/* The path of the sweep's file, a new string; NULL when memory ran out. */
char *iptfs_manifest_file(const json_t *manifest);

/* Writes it into DIR, so that it outlasts a power cut. IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_manifest_write(const json_t *manifest, const char *directory, struct iptfs_error *error);

/* Loads the manifest that is in DIR: a new reference, NULL when there is none or it is damaged.
 * IPTFS_E_NO_MEMORY. */
int iptfs_manifest_load(const char *directory, json_t **manifest, struct iptfs_error *error);

/* What iptfs_manifest_compare needs, from DIR/sweep.ini in place of a damaged manifest: a new
 * reference, NULL when there is no manifest at all or no such copy. */
json_t *iptfs_manifest_recover(const char *directory);

/* Checks that new results may be added to the old ones in DIR: the same version, the same sources
 * of the program, the same values outside of [sweep]. IPTFS_E_INVALID. */
int iptfs_manifest_compare(const json_t *manifest, const json_t *old, const char *directory,
                           struct iptfs_error *error);

/* Takes command, file, host and start from the manifest of the sweep whose results are only
 * collected. */
void iptfs_manifest_keep_start(json_t *manifest, const json_t *old);

#endif
