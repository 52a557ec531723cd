/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/oseq.h"

#include "esp/aead.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "text/quantity.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Numbers are reserved in blocks of this many: what a killed process skips. */
#define BLOCK UINT64_C(65536)

static const char remark[] = "# iptfs-sim encap: the next sequence number of each key and salt, "
                             "which a fingerprint names\n";

/* A record as text, of which the line of one key is read and replaced. */
struct record {
    char *text;
    const char *line; /* of the key, in `text`; NULL: none */
    size_t length;    /* of the line, its end included */
    uint64_t next;    /* the number in it; 1 when there is none */
};

/* --------------------------------------------------------------------------- reading the record */

static int refuse_line(const struct iptfs_oseq *oseq, unsigned number, const char *line,
                       size_t length, struct iptfs_error *error)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)(length < 60 ? length : 60), line);
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s:%u: found '%s', allowed: 32 hexadecimal digits, a blank, and the next "
                      "sequence number",
                      iptfs_quoted_path(oseq->path).text, number, iptfs_quoted(text).text);
}

static int read_line(const struct iptfs_oseq *oseq, struct record *record,
                     const struct iptfs_lines *lines, const char *line, size_t length,
                     struct iptfs_error *error)
{
    const size_t digits = sizeof oseq->name - 1;
    char number[24] = "";
    uint64_t next = 0;
    if (length == 0 || line[0] == '#')
        return IPTFS_OK;
    if (length > digits + 1 && length - digits - 1 < sizeof number)
        memcpy(number, line + digits + 1, length - digits - 1);
    if (strspn(line, "0123456789abcdef") != digits || line[digits] != ' ' ||
        number[strspn(number, "0123456789")] != '\0' ||
        iptfs_parse_number(number, &next, NULL) != IPTFS_OK || next == 0)
        return refuse_line(oseq, lines->number, line, length, error);
    if (strncmp(line, oseq->name, digits) != 0)
        return IPTFS_OK;
    record->line = line;
    record->length = (size_t)(lines->next - line);
    record->next = next;
    return IPTFS_OK;
}

static int read_record(const struct iptfs_oseq *oseq, struct record *record,
                       struct iptfs_error *error)
{
    struct stat status;
    struct iptfs_lines lines;
    const char *line;
    size_t length;
    *record = (struct record){.next = 1};
    if (lstat(oseq->path, &status) != 0 && errno == ENOENT)
        return IPTFS_OK;
    if (!S_ISREG(status.st_mode))
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: found no regular file, allowed: one",
                          iptfs_quoted_path(oseq->path).text);
    int code = iptfs_textfile_read(oseq->path, &record->text, error);
    if (code != IPTFS_OK)
        return code;
    iptfs_lines_begin(&lines, record->text);
    while (code == IPTFS_OK && (line = iptfs_lines_next(&lines, &length)) != NULL)
        code = read_line(oseq, record, &lines, line, length, error);
    return code;
}

/* --------------------------------------------------------------------------- writing the record */

static void print_record(const struct iptfs_oseq *oseq, const struct record *record, uint64_t next,
                         FILE *out)
{
    const char *text = record->text != NULL ? record->text : remark;
    const char *rest = record->line != NULL ? record->line + record->length : "";
    size_t before = record->line != NULL ? (size_t)(record->line - text) : strlen(text);
    fwrite(text, 1, before, out);
    if (before > 0 && text[before - 1] != '\n')
        fputc('\n', out);
    fprintf(out, "%s %" PRIu64 "\n%s", oseq->name, next, rest);
}

static int write_next(const struct iptfs_oseq *oseq, uint64_t next, struct iptfs_error *error)
{
    struct record record;
    struct iptfs_outfile file = {0};
    int code = read_record(oseq, &record, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_private(&file, oseq->path, error);
    if (code == IPTFS_OK) {
        print_record(oseq, &record, next, file.file);
        code = iptfs_outfile_commit_synced(&file, error);
    }
    free(record.text);
    return code;
}

/* ------------------------------------------------------------------------------------- the key */

static int set_name(struct iptfs_oseq *oseq, const struct iptfs_outer_codec_config *sa,
                    struct iptfs_error *error)
{
    uint8_t fingerprint[IPTFS_AEAD_FINGERPRINT_OCTETS];
    if (!iptfs_aead_fingerprint(sa->key, sa->key_octets, sa->salt, fingerprint))
        return iptfs_fail_no_memory(error);
    for (size_t i = 0; i < sizeof fingerprint; i++)
        snprintf(oseq->name + 2 * i, 3, "%02x", fingerprint[i]);
    return IPTFS_OK;
}

/* Locks the key file: two processes at once would use the same numbers. Where a file system has no
 * locks, there is none. */
static int lock_key(struct iptfs_oseq *oseq, const char *key_file, struct iptfs_error *error)
{
    oseq->lock = open(key_file, O_RDONLY | O_CLOEXEC);
    if (oseq->lock < 0 || flock(oseq->lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: found in use by another encap, allowed: one at a time, or another key",
                      iptfs_quoted_path(key_file).text);
}

/* The record is beside the file, not beside a link to it. */
static int set_path(struct iptfs_oseq *oseq, const char *key_file, struct iptfs_error *error)
{
    struct stat status;
    if (key_file == NULL || stat(key_file, &status) != 0 || !S_ISREG(status.st_mode))
        return IPTFS_OK;
    char *real = realpath(key_file, NULL);
    if (real == NULL || asprintf(&oseq->path, "%s.oseq", real) < 0)
        oseq->path = NULL;
    free(real);
    return oseq->path != NULL ? IPTFS_OK : iptfs_fail_no_memory(error);
}

/* ------------------------------------------------------------------------------------- numbers */

int iptfs_oseq_parse(const char *from, bool esn, uint64_t *first, struct iptfs_error *error)
{
    const uint64_t most = esn ? UINT64_MAX - 1 : UINT32_MAX;
    if (iptfs_parse_number(from, first, NULL) == IPTFS_OK && *first >= 1 && *first <= most)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "--seq-from: found '%s', allowed: 1 to 4294967295, with --esn to "
                      "18446744073709551614",
                      iptfs_quoted(from).text);
}

static int choose_first(struct iptfs_oseq *oseq, bool given, struct iptfs_error *error)
{
    struct record record;
    int code = read_record(oseq, &record, error);
    uint64_t next = record.next;
    free(record.text);
    if (code != IPTFS_OK)
        return code;
    if (given && oseq->first < next)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "--seq-from: found %" PRIu64 ", allowed: %" PRIu64
                          " or more, or another --salt: the numbers below were used with this key, "
                          "by %s",
                          oseq->first, next, iptfs_quoted_path(oseq->path).text);
    if (!given)
        oseq->first = next;
    return IPTFS_OK;
}

/* The number behind a block that starts at `seq`. */
static uint64_t block_end(uint64_t seq)
{
    return seq < UINT64_MAX - BLOCK ? seq + BLOCK : UINT64_MAX;
}

/* Reserves the first block. Where that is impossible, an explicit number is used all the same. */
static int reserve_first(struct iptfs_oseq *oseq, bool given, FILE *notes,
                         struct iptfs_error *error)
{
    int code = write_next(oseq, block_end(oseq->first), error);
    oseq->reserved = block_end(oseq->first);
    if (code == IPTFS_OK)
        return code;
    if (!given)
        return iptfs_fail(error, code,
                          "%s: the sequence numbers used cannot be recorded: make its folder "
                          "writable, or give --seq-from, with a number never used with this key",
                          iptfs_quoted_path(oseq->path).text);
    fprintf(notes, "%s: warning: the sequence numbers used cannot be recorded\n",
            iptfs_quoted_path(oseq->path).text);
    free(oseq->path);
    oseq->path = NULL;
    return IPTFS_OK;
}

int iptfs_oseq_open(struct iptfs_oseq *oseq, const struct iptfs_outer_codec_config *sa,
                    const char *key_file, const char *from, FILE *notes, struct iptfs_error *error)
{
    *oseq = (struct iptfs_oseq){.lock = -1, .first = 1, .reserved = UINT64_MAX};
    int code = from != NULL ? iptfs_oseq_parse(from, sa->esn, &oseq->first, error) : IPTFS_OK;
    if (code == IPTFS_OK && sa->key_octets > 0)
        code = set_path(oseq, key_file, error);
    if (code == IPTFS_OK && sa->key_octets > 0 && oseq->path == NULL)
        fputs(IPTFS_OSEQ_UNRECORDED, notes);
    if (code != IPTFS_OK || oseq->path == NULL)
        return code;
    code = set_name(oseq, sa, error);
    if (code == IPTFS_OK)
        code = lock_key(oseq, key_file, error);
    if (code == IPTFS_OK)
        code = choose_first(oseq, from != NULL, error);
    return code == IPTFS_OK ? reserve_first(oseq, from != NULL, notes, error) : code;
}

int iptfs_oseq_reserve(struct iptfs_oseq *oseq, uint64_t seq, struct iptfs_error *error)
{
    if (seq < oseq->reserved || oseq->path == NULL)
        return IPTFS_OK;
    int code = write_next(oseq, block_end(seq), error);
    if (code == IPTFS_OK)
        oseq->reserved = block_end(seq);
    return code;
}

int iptfs_oseq_close(struct iptfs_oseq *oseq, uint64_t next, struct iptfs_error *error)
{
    int code = IPTFS_OK;
    if (oseq->path != NULL && oseq->reserved != UINT64_MAX)
        code = write_next(oseq, next, error);
    if (oseq->lock > 0)
        close(oseq->lock);
    free(oseq->path);
    *oseq = (struct iptfs_oseq){.lock = -1};
    return code;
}
