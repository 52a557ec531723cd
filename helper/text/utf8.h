/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that JSON and databases can hold. */
#ifndef IPTFS_TEXT_UTF8_H
#define IPTFS_TEXT_UTF8_H

#include <stdbool.h>

/* Whether a text is UTF-8 as of RFC 3629. */
bool iptfs_is_utf8(const char *text);

/* A copy of a text; one that is not UTF-8 has each octet above 0x7F as "\xNN", so that two texts
 * stay different. The caller frees it; NULL when memory ran out. */
char *iptfs_utf8_copy(const char *text);

#endif
