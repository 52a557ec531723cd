/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refusals of a key by code that does not know where the key was given. */
#ifndef IPTFS_OPTION_REFUSE_H
#define IPTFS_OPTION_REFUSE_H

#include "base/error.h"

/* Fails with `code`; the text says what would be allowed, and the origin names section ("link",
 * "traffic.voice") and key. The scenario's reader puts before it where the key was given and what
 * was found. */
int iptfs_refuse_key(struct iptfs_error *error, const char *section, const char *key, int code,
                     const char *allowed, ...) __attribute__((format(printf, 5, 6)));

#endif
