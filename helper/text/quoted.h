/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of users as messages quote them, and the message about a value that is not allowed. */
#ifndef IPTFS_TEXT_QUOTED_H
#define IPTFS_TEXT_QUOTED_H

#include "base/error.h"

/* A short text by value: printf("%s", iptfs_quoted(text).text). */
struct iptfs_text {
    char text[64];
};

/* A value as messages quote it: one line, without blanks around it, cut when long. */
struct iptfs_text iptfs_quoted(const char *text);

/* Fails with IPTFS_E_INVALID and "found 'TEXT', allowed: ALLOWED", followed by "; did you mean
 * 'NEAREST'?" unless `nearest` is NULL. */
int iptfs_refuse_value(const char *text, const char *allowed, const char *nearest,
                       struct iptfs_error *error);

#endif
