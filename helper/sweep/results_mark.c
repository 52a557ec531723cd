/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/results_mark.h"

#include "files/infile.h"
#include "files/textfile.h"
#include "text/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Where the fields stand in the header: https://www.sqlite.org/fileformat.html, 1.3. */
enum {
    USER_VERSION_AT = 60,
    APPLICATION_ID_AT = 68,
    FIELD_OCTETS = 4
};

static int cannot(const char *what, const char *path, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be %s: %s", iptfs_quoted_path(path).text, what,
                      strerror(errno));
}

/* The two halves of the hash as the header has them, the higher first. */
static void put_mark(uint64_t mark, uint8_t fields[2][FIELD_OCTETS])
{
    for (int i = 0; i < 2 * FIELD_OCTETS; i++)
        fields[i / FIELD_OCTETS][i % FIELD_OCTETS] = (uint8_t)(mark >> (8 * (7 - i)));
}

static uint64_t take_field(uint64_t mark, uint8_t *field)
{
    for (int i = 0; i < FIELD_OCTETS; i++)
        mark = mark << 8 | field[i];
    memset(field, 0, FIELD_OCTETS);
    return mark;
}

/* The hash of a file, and the one that its header has (0: none). False with errno set. */
static bool hash_file(FILE *file, uint64_t *hash, uint64_t *mark)
{
    uint8_t buffer[65536];
    size_t length;
    *hash = IPTFS_HASH_START;
    *mark = 0;
    for (bool first = true; (length = fread(buffer, 1, sizeof buffer, file)) > 0; first = false) {
        if (first && length >= APPLICATION_ID_AT + FIELD_OCTETS) {
            *mark = take_field(*mark, buffer + USER_VERSION_AT);
            *mark = take_field(*mark, buffer + APPLICATION_ID_AT);
        }
        *hash = iptfs_hash(*hash, buffer, length);
    }
    *hash = *hash != 0 ? *hash : 1; /* 0 is no mark */
    return !ferror(file);
}

int iptfs_results_mark_write(const char *path, struct iptfs_error *error)
{
    uint64_t hash, old;
    uint8_t fields[2][FIELD_OCTETS];
    FILE *file = fopen(path, "r+");
    bool written = file != NULL && hash_file(file, &hash, &old);
    if (written) {
        put_mark(hash, fields);
        written = fseek(file, USER_VERSION_AT, SEEK_SET) == 0 &&
                  fwrite(fields[0], FIELD_OCTETS, 1, file) == 1 &&
                  fseek(file, APPLICATION_ID_AT, SEEK_SET) == 0 &&
                  fwrite(fields[1], FIELD_OCTETS, 1, file) == 1;
    }
    if (written)
        written = fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (file != NULL)
        written = fclose(file) == 0 && written;
    return written ? 0 : cannot("written", path, error);
}

int iptfs_results_mark_check(const char *path, enum iptfs_results_mark *mark,
                             struct iptfs_error *error)
{
    uint64_t hash, found;
    FILE *file;
    int code = iptfs_infile_open(path, &file, error);
    if (code != 0)
        return code;
    if (!hash_file(file, &hash, &found))
        code = cannot("read", path, error);
    *mark = found == hash ? IPTFS_RESULTS_WHOLE
            : found == 0  ? IPTFS_RESULTS_UNMARKED
                          : IPTFS_RESULTS_CHANGED;
    fclose(file);
    return code;
}
