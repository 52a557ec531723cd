/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text files that people write: scenarios and lists, read whole, with lines that have numbers. */
#ifndef IPTFS_FILES_TEXTFILE_H
#define IPTFS_FILES_TEXTFILE_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

/* Files longer than this (64 MiB) are refused: they are likely named by mistake. */
#define IPTFS_TEXTFILE_MAX_OCTETS 67108864u

/* Reads the whole file. The caller frees *text. Returns IPTFS_E_IO (does not exist, is a folder,
 * cannot be read), IPTFS_E_INVALID (a zero octet, too long) or IPTFS_E_NO_MEMORY with "FILE: ..."
 * or "FILE:LINE: ...". */
int iptfs_textfile_read(const char *path, char **text, struct iptfs_error *error);

/* The same for a file that is open; `path` stands for it in messages. */
int iptfs_textfile_read_stream(FILE *file, const char *path, char **text,
                               struct iptfs_error *error);

/* Lines of a text, one after the other. */
struct iptfs_lines {
    const char *next;
    unsigned number; /* of the line taken last; the first is 1 */
};

/* Begins at the first line; a UTF-8 byte order mark before it is skipped. */
void iptfs_lines_begin(struct iptfs_lines *lines, const char *text);

/* The next line without blanks around it and without its line end (LF or CR LF), its length in
 * *length; NULL after the last. It is not terminated. */
const char *iptfs_lines_next(struct iptfs_lines *lines, size_t *length);

/* A path as messages quote it: one line, only the end of a very long one, with space left for a
 * line number. */
struct iptfs_path_text {
    char text[180];
};
struct iptfs_path_text iptfs_quoted_path(const char *path);

/* The absolute path of a file named in the file `beside`: relative names start in its folder. NULL,
 * with errno set, when there is no such file or it cannot be read as one. The caller frees it. */
char *iptfs_path_beside(const char *beside, const char *path);

/* The path of a folder named in the file `beside`; NULL when it is none. The caller frees it. */
char *iptfs_folder_beside(const char *beside, const char *path);

#endif
