/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON values under construction. Once memory runs out, the value under construction is freed and
 * its pointer becomes NULL, and further calls do nothing: so it is checked once, when it is
 * complete. The calls take over `value`; a NULL value means that memory ran out while it was
 * made. */
#ifndef IPTFS_TEXT_JSON_BUILD_H
#define IPTFS_TEXT_JSON_BUILD_H

#include <jansson.h>
#include <stddef.h>

/* Sets a key of an object. */
void iptfs_json_put(json_t **object, const char *key, json_t *value);

/* Sets a value below `object`, which may be `value` itself, at the `count` keys that lead to it.
 * Objects on the way are made where they are not there. */
void iptfs_json_put_at(json_t **object, const char *const *keys, size_t count, json_t *value);

/* Likewise, with the keys joined by dots: "outer.sent.pkts". Up to 255 octets. */
void iptfs_json_put_dotted(json_t **object, const char *keys, json_t *value);

/* Appends to an array. */
void iptfs_json_append(json_t **array, json_t *value);

#endif
