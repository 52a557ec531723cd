/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topic `keys` of `iptfs-sim list`: every key of a scenario. */
#ifndef IPTFS_CLI_LIST_KEYS_H
#define IPTFS_CLI_LIST_KEYS_H

#include <jansson.h>
#include <stdio.h>

/* All keys as text, as CSV with a line of names first, as a chapter of Markdown, or as a new JSON
 * array. */
void iptfs_list_keys_text(FILE *out);
int iptfs_list_keys_csv(FILE *out);
void iptfs_list_keys_markdown(FILE *out);
json_t *iptfs_list_keys_json(void);

#endif
