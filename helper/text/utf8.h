/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that JSON and databases can hold. */
#ifndef IPTFS_TEXT_UTF8_H
#define IPTFS_TEXT_UTF8_H

#include <stdbool.h>

/* Whether a text is UTF-8 as of RFC 3629. */
bool iptfs_is_utf8(const char *text);

#endif
