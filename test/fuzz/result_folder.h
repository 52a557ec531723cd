/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder of a small sweep that has run, to be damaged and made whole again; and a file outside
 * of it that nothing may touch. */
#ifndef IPTFS_FUZZ_RESULT_FOLDER_H
#define IPTFS_FUZZ_RESULT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FUZZ_FILES_MAX = 12,
    FUZZ_NAME_MAX = 64
};

struct fuzz_file {
    char name[FUZZ_NAME_MAX]; /* "points/1234567890abcdef.json" */
    uint8_t *bytes;
    size_t octets;
};

struct fuzz_result_folder {
    char path[64];    /* of the folder */
    char sweep[80];   /* file of the sweep, outside */
    char outside[80]; /* a file that links of the input may name */
    struct fuzz_file file[FUZZ_FILES_MAX];
    size_t count;
};

/* The folder, made and run the first time. */
const struct fuzz_result_folder *fuzz_result_folder(void);

/* Path of a file in the folder, in static storage. */
const char *fuzz_result_path(const char *name);

/* Makes a file in the folder anew, with these contents. */
void fuzz_result_write(const char *name, const void *bytes, size_t octets);

/* Checks that the file outside is as it was, and that a command has left no temporary file; then
 * makes the folder as it was. */
void fuzz_result_restore(void);

#endif
