/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INI text, parsed by inih, with what inih does not give: line numbers, sections without keys, and
 * errors where it would cut or join lines silently. */
#ifndef IPTFS_FILES_INI_H
#define IPTFS_FILES_INI_H

#include "base/error.h"

/* Longest line, without comment, blanks around it and its line end; inih holds 199 characters. */
#define IPTFS_INI_LINE_MAX 197u

/* Longest name of a section; inih would cut it. */
#define IPTFS_INI_SECTION_MAX 49u

/* Callbacks, called in the order of the text. A result other than 0 ends the parsing with that
 * code; the texts are valid only during the call. */
struct iptfs_ini_events {
    int (*section)(void *ctx, unsigned line, const char *name);
    int (*value)(void *ctx, unsigned line, const char *key, const char *value);
};

/* Parses "[section]" and "key = value" (or "key: value") lines. A comment begins with ';' or '#',
 * at the start of a line or after a blank. Lines may be indented; there are no continuation lines.
 * `path` is for messages. Returns 0, the code of a callback (which has filled in the error itself),
 * or IPTFS_E_INVALID with "FILE:LINE: ..." for a line that is none of these. */
int iptfs_ini_parse(const char *text, const char *path, const struct iptfs_ini_events *events,
                    void *ctx, struct iptfs_error *error);

#endif
