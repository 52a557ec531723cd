/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures that encap and decap print, as JSON or as lines, and the notes on skipped packets. */
#ifndef IPTFS_ENDPOINT_FIGURES_H
#define IPTFS_ENDPOINT_FIGURES_H

#include "endpoint/endpoint.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Adds a number with the name "GROUP.NAME". `*figures` becomes NULL when memory runs out
 * (text/json_build.h). */
void iptfs_figures_set(json_t **figures, const char *name, uint64_t value);

/* Adds the group "in": what was read. */
void iptfs_figures_input(const struct iptfs_endpoint *endpoint, json_t **figures);

/* Writes a line for each reason why packets of the input were skipped or changed. */
void iptfs_figures_note_input(const struct iptfs_endpoint *endpoint, FILE *notes);

/* Writes "FILE: COUNT packets TEXT" unless the count is 0. */
void iptfs_figures_note(const struct iptfs_endpoint *endpoint, uint64_t count, const char *text,
                        FILE *notes);

/* Prints the figures as the request says: all as JSON, or the non-zero ones as lines, and the names
 * of the files written. IPTFS_E_NO_MEMORY, also where `figures` is NULL. */
int iptfs_figures_print(const struct iptfs_endpoint *endpoint, const json_t *figures, FILE *out);

#endif
