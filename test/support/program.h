/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs iptfs-sim as a user does, with a folder of its own for what it writes. */
#ifndef IPTFS_SUPPORT_PROGRAM_H
#define IPTFS_SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* What a command printed and how it ended. */
struct outcome {
    int status; /* exit status, -1 if a signal ended it */
    char *out;
    char *err;
};

/* Makes a new folder, which program_folder() then names, and removes it with all that is in it. */
void program_new_folder(void);
void program_remove_folder(void);
const char *program_folder(void);

/* The path of the program under test, absolute where the environment gives it so. */
const char *program_path(void);

/* Runs "iptfs-sim ARGUMENTS" in a shell. %s arguments are names without blanks. */
struct outcome program_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
void program_free(struct outcome *outcome);

/* A file of the folder: its text (NULL when it cannot be read), its path, whether it exists. The
 * first two are to be freed. */
char *program_read(const char *name);
char *program_file(const char *name);
bool program_wrote(const char *name);
void program_write(const char *name, const char *text);

size_t count_lines(const char *text);

/* Fails unless `part` is in `text`. */
void check_contains(const char *text, const char *part, const char *file, int line);
#define CHECK_CONTAINS(text, part) check_contains((text), (part), __FILE__, __LINE__)

#endif
