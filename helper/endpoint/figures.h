/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures that encap and decap print, as JSON or as lines, and the notes on skipped packets. */
#ifndef IPTFS_ENDPOINT_FIGURES_H
#define IPTFS_ENDPOINT_FIGURES_H

#include "endpoint/endpoint.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Adds a number, or a new object (a borrowed reference to it), to an object. */
void iptfs_figures_set(json_t *object, const char *name, uint64_t value);
json_t *iptfs_figures_group(json_t *object, const char *name);

/* Adds the group "in": what was read. Returns a borrowed reference to it. */
json_t *iptfs_figures_input(const struct iptfs_endpoint *endpoint, json_t *figures);

/* Writes a line for each reason why packets of the input were skipped or changed. */
void iptfs_figures_note_input(const struct iptfs_endpoint *endpoint, FILE *notes);

/* Writes "FILE: COUNT packets TEXT" unless the count is 0. */
void iptfs_figures_note(const struct iptfs_endpoint *endpoint, uint64_t count, const char *text,
                        FILE *notes);

/* Prints the figures as the request says: all as JSON, or the non-zero ones as lines, and the names
 * of the files written. */
void iptfs_figures_print(const struct iptfs_endpoint *endpoint, const json_t *figures, FILE *out);

#endif
