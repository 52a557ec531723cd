/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file with a key. Its text is erased from memory after use; a file that other users can read or
 * change draws a warning. */
#ifndef IPTFS_SCENARIO_KEY_FILE_H
#define IPTFS_SCENARIO_KEY_FILE_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

enum {
    IPTFS_KEY_FILE_MAX_OCTETS = 4096
};

/* The first line of a key file, without blanks around it. */
struct iptfs_key_text {
    char octets[IPTFS_KEY_FILE_MAX_OCTETS];
    const char *begin; /* in `octets`; not terminated */
    size_t length;
};

/* Reads the first line of a file, pipe or device; it is looked for in the first
 * IPTFS_KEY_FILE_MAX_OCTETS octets. Writes a line to `notes` (NULL: none) when other users can read
 * or change a file, when another user owns it, or owns a symbolic link on the way to it. IPTFS_E_IO
 * or IPTFS_E_INVALID (a zero octet) with "FILE: ...". The caller ends it with iptfs_key_text_erase
 * in any case. */
int iptfs_key_file_read(struct iptfs_key_text *text, const char *path, FILE *notes,
                        struct iptfs_error *error);

void iptfs_key_text_erase(struct iptfs_key_text *text);

#endif
