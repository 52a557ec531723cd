/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/point_file.h"

#include "files/folder.h"
#include "files/infile.h"
#include "files/outfile.h"
#include "files/program.h"
#include "files/textfile.h"
#include "summary/summary.h"
#include "text/hash.h"
#include "text/text_stream.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ID_DIGITS = 16,
    HEAD_MAX = 128
};

#define HEAD_FORMAT "{\n  \"id\": \"%s\",\n  \"hash\": \"%016" PRIx64 "\",\n"
#define BODY_BEGIN "{\n" /* of a summary; the head takes its place */

char *iptfs_point_path(const char *directory, const struct iptfs_text *id)
{
    char *path = NULL;
    return asprintf(&path, "%s/points/%s.json", directory, id->text) < 0 ? NULL : path;
}

/* The hash of a point's id, the program's sources and a summary as text. */
static uint64_t hash_of(const struct iptfs_text *id, const char *body)
{
    uint64_t hash = iptfs_hash_text(IPTFS_HASH_START, id->text);
    return iptfs_hash_text(iptfs_hash_text(hash, iptfs_program_sources()), body);
}

/* --------------------------------------------------------------------------------------- write */

/* The summary as text behind its first line, as a new string. */
static char *text_of(const json_t *summary)
{
    struct iptfs_text_stream stream;
    if (iptfs_text_stream_open(&stream) == NULL)
        return NULL;
    bool written = iptfs_summary_write_json(summary, stream.out) == 0;
    char *text = iptfs_text_stream_close(&stream);
    if (written && text != NULL && strncmp(text, BODY_BEGIN, strlen(BODY_BEGIN)) == 0)
        return text;
    free(text);
    return NULL;
}

static int write_text(const char *folder, const char *text, const struct iptfs_text *id,
                      struct iptfs_error *error)
{
    char name[sizeof id->text + 8];
    snprintf(name, sizeof name, "%s.json", id->text);
    struct iptfs_outfile file;
    const char *body = text + strlen(BODY_BEGIN);
    int code = iptfs_outfile_open_in(&file, folder, name, error);
    if (code != 0)
        return code;
    fprintf(file.file, HEAD_FORMAT "%s", id->text, hash_of(id, body), body);
    return iptfs_outfile_commit(&file, error); /* a power cut may cut it: the hash shows that */
}

int iptfs_point_file_write(const json_t *summary, const char *directory,
                           const struct iptfs_text *id, struct iptfs_error *error)
{
    char *folder = iptfs_path_join(directory, "points"), *text = text_of(summary);
    int code = folder != NULL && text != NULL ? write_text(folder, text, id, error)
                                              : iptfs_fail_no_memory(error);
    free(folder);
    free(text);
    return code;
}

/* ---------------------------------------------------------------------------------------- read */

static int read_own(const char *path, char **text, struct iptfs_error *error)
{
    FILE *file;
    int code = iptfs_infile_open_own(path, &file, error);
    if (code != 0)
        return code;
    code = iptfs_textfile_read_stream(file, path, text, error);
    fclose(file);
    return code;
}

/* The summary's text behind the head, NULL where the head is not that of this point and text. */
static char *body_of(char *text, const struct iptfs_text *id)
{
    char head[HEAD_MAX];
    size_t length = (size_t)snprintf(head, sizeof head, HEAD_FORMAT, id->text, UINT64_C(0));
    if (strlen(text) < length)
        return NULL;
    snprintf(head, sizeof head, HEAD_FORMAT, id->text, hash_of(id, text + length));
    return strncmp(text, head, length) == 0 ? text + length : NULL;
}

/* Reads the file into *text and finds the summary in it. */
static int read_checked(const char *path, const struct iptfs_text *id, char **text, char **body,
                        struct iptfs_error *error)
{
    int code = read_own(path, text, error);
    if (code != 0)
        return code;
    *body = body_of(*text, id);
    if (*body != NULL)
        return 0;
    return iptfs_fail(error, IPTFS_E_IO,
                      "%s: is not the result of its point: cut, changed, or of another point or "
                      "program",
                      iptfs_quoted_path(path).text);
}

static int load(const char *directory, const struct iptfs_text *id, json_t **summary,
                struct iptfs_error *error)
{
    char *path = iptfs_point_path(directory, id), *text = NULL, *body = NULL;
    int code =
        path != NULL ? read_checked(path, id, &text, &body, error) : iptfs_fail_no_memory(error);
    if (code == 0 && summary != NULL) {
        body -= strlen(BODY_BEGIN); /* within the head */
        memcpy(body, BODY_BEGIN, strlen(BODY_BEGIN));
        *summary = json_loads(body, 0, NULL);
        if (*summary == NULL)
            code = iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read as JSON",
                              iptfs_quoted_path(path).text);
    }
    free(path);
    free(text);
    return code;
}

int iptfs_point_file_check(const char *directory, const struct iptfs_text *id,
                           struct iptfs_error *error)
{
    return load(directory, id, NULL, error);
}

int iptfs_point_file_load(const char *directory, const struct iptfs_text *id, json_t **summary,
                          struct iptfs_error *error)
{
    *summary = NULL;
    return load(directory, id, summary, error);
}

/* --------------------------------------------------------------------------------------- files */

/* Whether a name begins with an id and ".json"; the rest of it. */
static const char *behind_json(const char *name)
{
    return strspn(name, "0123456789abcdef") == ID_DIGITS &&
                   strncmp(name + ID_DIGITS, ".json", 5) == 0
               ? name + ID_DIGITS + 5
               : NULL;
}

static bool is_result(const char *name, void *ctx)
{
    const char *rest = behind_json(name);
    (void)ctx;
    return rest != NULL && (*rest == '\0' || iptfs_outfile_is_temporary(rest));
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, ID_DIGITS);
}

static int add_id(struct iptfs_point_files *files, const char *name)
{
    if ((files->count & (files->count - 1)) == 0) {
        size_t capacity = files->count == 0 ? 1 : 2 * files->count;
        struct iptfs_text *grown = realloc(files->ids, capacity * sizeof *grown);
        if (grown == NULL)
            return IPTFS_E_NO_MEMORY;
        files->ids = grown;
    }
    struct iptfs_text *id = &files->ids[files->count++];
    memcpy(id->text, name, ID_DIGITS);
    id->text[ID_DIGITS] = '\0';
    return 0;
}

int iptfs_point_files_list(const char *directory, struct iptfs_point_files *files,
                           struct iptfs_error *error)
{
    *files = (struct iptfs_point_files){NULL, 0};
    char *path = iptfs_path_join(directory, "points");
    int code = path != NULL ? 0 : iptfs_fail_no_memory(error);
    DIR *folder = code == 0 ? opendir(path) : NULL;
    struct dirent *entry;
    while (folder != NULL && code == 0 && (entry = readdir(folder)) != NULL) {
        const char *rest = behind_json(entry->d_name);
        if (rest != NULL && *rest == '\0' && add_id(files, entry->d_name) != 0)
            code = iptfs_fail_no_memory(error);
    }
    if (folder != NULL)
        closedir(folder);
    free(path);
    if (files->count > 0)
        qsort(files->ids, files->count, sizeof *files->ids, compare_ids);
    return code;
}

bool iptfs_point_files_have(const struct iptfs_point_files *files, const struct iptfs_text *id)
{
    return files->count > 0 &&
           bsearch(id, files->ids, files->count, sizeof *files->ids, compare_ids) != NULL;
}

int iptfs_point_files_remove(const char *directory, struct iptfs_error *error)
{
    char *path = iptfs_path_join(directory, "points");
    int code = path != NULL ? iptfs_folder_remove_files(path, is_result, NULL, error)
                            : iptfs_fail_no_memory(error);
    free(path);
    return code;
}
