/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A temporary folder in which a test runs the program and looks at what it wrote. One at a time. */
#ifndef IPTFS_TEST_FOLDER_H
#define IPTFS_TEST_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the folder, or removes it with all it holds. */
void folder_make(void);
void folder_remove(void);

/* Its path, and that of a file in it (static storage, until the next call). */
const char *folder_path(void);
const char *folder_file(const char *name);

void folder_write(const char *name, const char *text);

/* The octets of a file, terminated, their number in *size (may be NULL); "" when it is not there.
 * The caller frees them. */
char *folder_read(const char *name, size_t *size);

/* Removes a folder inside, with all it holds. */
void folder_remove_tree(const char *name);

/* Runs "iptfs-sim ARGUMENTS" in the folder with its output in the files stdout and stderr; its exit
 * status. */
int folder_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Runs a shell's line in the folder, with the program as $SIM and as the function `sim`. */
int folder_shell(const char *line);

/* The same, with the output in the files stdout and stderr. */
int folder_script(const char *line);

/* Whether a program is installed. */
bool folder_have(const char *program);

/* Checks that a file holds a text, or that two files hold the same octets, at least one. */
void folder_check_has(const char *name, const char *part, const char *file, int line);
void folder_check_same(const char *a, const char *b, const char *file, int line);
#define CHECK_HAS(name, part) folder_check_has((name), (part), __FILE__, __LINE__)
#define CHECK_SAME(a, b) folder_check_same((a), (b), __FILE__, __LINE__)

#endif
