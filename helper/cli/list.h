/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim list`: what a scenario may contain and what results may hold, out of the tables that
 * the program itself works with. A topic is a row of the table in list.c. */
#ifndef IPTFS_CLI_LIST_H
#define IPTFS_CLI_LIST_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

enum iptfs_list_form {
    IPTFS_LIST_TEXT, /* in at most 100 columns where the words allow it */
    IPTFS_LIST_CSV,  /* with a line of names first */
    IPTFS_LIST_JSON,
    IPTFS_LIST_MARKDOWN
};

/* The name of the topic at this index; NULL behind the last one. */
const char *iptfs_list_topic_at(size_t index);

/* What the topic at this index shows, in a few words. */
const char *iptfs_list_title_at(size_t index);

/* Lists a topic. With NULL: as text, what a scenario may contain; as JSON, an object with all
 * topics; otherwise the keys. IPTFS_E_INVALID for an unknown topic, and for a form that the topic
 * does not have. */
int iptfs_list(const char *topic, enum iptfs_list_form form, FILE *out, struct iptfs_error *error);

#endif
