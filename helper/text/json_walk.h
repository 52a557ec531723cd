/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of nested JSON objects by dotted names, as "inner.offered.pkts". */
#ifndef IPTFS_TEXT_JSON_WALK_H
#define IPTFS_TEXT_JSON_WALK_H

#include <jansson.h>

/* `name` lives as long as the call. */
typedef void iptfs_json_take(void *ctx, const char *name, const json_t *value);

/* Calls for each value that is no object, in the order of the objects. Names are cut to 255
 * characters. */
void iptfs_json_walk(const json_t *object, iptfs_json_take *take, void *ctx);

/* jansson iterates over objects, and counts references to values, through pointers that are not
 * const. The only cast that drops const from them. */
json_t *iptfs_json_mutable(const json_t *value);

#endif
