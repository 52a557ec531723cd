/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/manifest.h"

#include "files/infile.h"
#include "files/outfile.h"
#include "files/program.h"
#include "files/textfile.h"
#include "summary/summary.h"
#include "sweep/copy.h"
#include "sweep/key.h"
#include "text/json_build.h"
#include "text/quantity.h"
#include "text/utf8.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Adds the seeds of a line: as "FIRST .. LAST" where they are a range. */
static void add_seeds(json_t **seeds, const struct iptfs_sweep_track *track)
{
    for (size_t i = 0; i < track->n_runs; i++) {
        const struct iptfs_sweep_run *run = &track->runs[i];
        char first[IPTFS_SWEEP_VALUE_MAX], last[IPTFS_SWEEP_VALUE_MAX], both[128];
        const char *from = iptfs_sweep_value(track, run->begin, first);
        const char *to = iptfs_sweep_value(track, run->begin + run->count - 1, last);
        snprintf(both, sizeof both, "%.40s .. %.40s", from, to);
        iptfs_json_append(seeds, json_string(run->count > 1 ? both : from));
    }
}

static json_t *seeds_of(const struct iptfs_sweep *sweep)
{
    json_t *seeds = json_array();
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_tracks; j++)
            if (strcmp(sweep->axes[i].tracks[j].column, IPTFS_SWEEP_SEED) == 0)
                add_seeds(&seeds, &sweep->axes[i].tracks[j]);
    return seeds;
}

static json_t *utf8(const char *text)
{
    char *copy = iptfs_utf8_copy(text);
    json_t *string = copy != NULL ? json_string(copy) : NULL;
    free(copy);
    return string;
}

/* The octets of a path that is not UTF-8, two digits each; NULL for another. */
static json_t *digits_of(const char *path)
{
    json_t *string = json_string(path);
    char *digits = string == NULL ? calloc(strlen(path) + 1, 2) : NULL;
    for (size_t i = 0; digits != NULL && path[i] != '\0'; i++)
        sprintf(digits + 2 * i, "%02x", (unsigned char)path[i]);
    json_decref(string);
    string = digits != NULL ? json_string(digits) : NULL;
    free(digits);
    return string;
}

json_t *iptfs_manifest_new(const struct iptfs_sweep *sweep, const char *command)
{
    char host[256] = "", start[64];
    time_t now = time(NULL);
    struct tm utc;
    gethostname(host, sizeof host - 1);
    strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    char *file = realpath(sweep->path, NULL);
    const char *path = file != NULL ? file : sweep->path;
    json_t *manifest = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o*, s:o, s:s, s:I, s:o, s:o}",
                                 "version", IPTFS_VERSION, "commit", iptfs_program_commit(),
                                 "sources", iptfs_program_sources(), "command", utf8(command),
                                 "file", utf8(path), "file_octets", digits_of(path), "host",
                                 utf8(host), "start", start, "points", (json_int_t)sweep->n_points,
                                 "seeds", seeds_of(sweep), "base", iptfs_sweep_base(sweep));
    free(file);
    return manifest;
}

/* The text of digits_of; NULL when they are no digits, or memory ran out. */
static char *octets_of(const char *digits)
{
    size_t length = strlen(digits) / 2;
    char *text = calloc(length + 1, 1);
    for (size_t i = 0; i < length && text != NULL; i++) {
        unsigned octet = 0;
        if (sscanf(digits + 2 * i, "%2x", &octet) == 1 && octet != 0) {
            text[i] = (char)octet;
        } else {
            free(text);
            text = NULL;
        }
    }
    return text;
}

char *iptfs_manifest_file(const json_t *manifest)
{
    const char *file = json_string_value(json_object_get(manifest, "file"));
    const char *digits = json_string_value(json_object_get(manifest, "file_octets"));
    char *path = digits != NULL ? octets_of(digits) : NULL;
    return path != NULL ? path : strdup(file != NULL ? file : "FILE.ini");
}

int iptfs_manifest_write(const json_t *manifest, const char *directory, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    int code = iptfs_outfile_open_in(&file, directory, "manifest.json", error);
    if (code != 0)
        return code;
    if (iptfs_summary_write_json(manifest, file.file) == IPTFS_E_NO_MEMORY) {
        iptfs_outfile_discard(&file);
        return iptfs_fail_no_memory(error);
    }
    code = iptfs_outfile_commit_synced(&file, error);
    return code == 0 ? iptfs_folder_sync(directory, error) : code;
}

/* Only a regular file: a named pipe would be waited for. */
static json_t *load_own(const char *path, json_error_t *why)
{
    FILE *file;
    if (iptfs_infile_open_own(path, &file, NULL) != IPTFS_OK)
        return NULL;
    json_t *json = json_loadf(file, 0, why);
    fclose(file);
    return json;
}

int iptfs_manifest_load(const char *directory, json_t **manifest, struct iptfs_error *error)
{
    json_error_t why = {.line = 0};
    char *path = iptfs_path_join(directory, "manifest.json");
    errno = 0;
    json_t *json = path != NULL ? load_own(path, &why) : NULL;
    bool no_memory = path == NULL || (json == NULL && errno == ENOMEM) ||
                     json_error_code(&why) == json_error_out_of_memory;
    bool complete = json_is_string(json_object_get(json, "version")) &&
                    json_is_string(json_object_get(json, "sources")) &&
                    json_is_object(json_object_get(json, "base"));
    free(path);
    if (!complete)
        json_decref(json);
    *manifest = complete ? json : NULL;
    return no_memory ? iptfs_fail_no_memory(error) : IPTFS_OK;
}

json_t *iptfs_manifest_recover(const char *directory)
{
    struct iptfs_sweep sweep;
    struct iptfs_copy_maker maker;
    struct iptfs_error error;
    char *path = iptfs_path_join(directory, "manifest.json");
    bool exists = path != NULL && access(path, F_OK) == 0;
    free(path);
    if (!exists || iptfs_sweep_copy_read(&sweep, &maker, directory, &error) != 0)
        return NULL;
    json_t *manifest = json_pack("{s:s, s:s, s:o}", "version", maker.version, "sources",
                                 maker.sources, "base", iptfs_sweep_base(&sweep));
    iptfs_sweep_free(&sweep);
    return manifest;
}

static int refuse_change(const char *directory, const char *what, const char *was, const char *is,
                         struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: holds results of another sweep: %s was '%s' and is '%s'; --force runs "
                      "all points again, --out DIR puts them elsewhere",
                      iptfs_quoted_path(directory).text, what, iptfs_quoted(was).text,
                      iptfs_quoted(is).text);
}

/* The first key that has another value in `b` than in `a`, or none there; NULL when all are the
 * same. */
static const char *changed_key(json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value)
    {
        const char *text = json_string_value(value);
        const char *other = json_string_value(json_object_get(b, key));
        if (text == NULL || other == NULL || strcmp(other, text) != 0)
            return key;
    }
    return NULL;
}

static int compare_base(json_t *new, json_t *old, const char *directory, struct iptfs_error *error)
{
    const char *key = changed_key(new, old);
    if (key == NULL)
        key = changed_key(old, new);
    if (key == NULL)
        return 0;
    const char *was = json_string_value(json_object_get(old, key));
    const char *is = json_string_value(json_object_get(new, key));
    return refuse_change(directory, key, was != NULL ? was : "(nothing)",
                         is != NULL ? is : "(nothing)", error);
}

/* A program that was changed and built again may have the same version: so its sources count. */
int iptfs_manifest_compare(const json_t *manifest, const json_t *old, const char *directory,
                           struct iptfs_error *error)
{
    const char *version = json_string_value(json_object_get(old, "version"));
    const char *sources = json_string_value(json_object_get(old, "sources"));
    if (version == NULL || strcmp(version, IPTFS_VERSION) != 0)
        return refuse_change(directory, "the program's version",
                             version != NULL ? version : "unknown", IPTFS_VERSION, error);
    if (sources == NULL || strcmp(sources, iptfs_program_sources()) != 0)
        return refuse_change(directory, "the hash of the program's sources",
                             sources != NULL ? sources : "unknown", iptfs_program_sources(), error);
    return compare_base(json_object_get(manifest, "base"), json_object_get(old, "base"), directory,
                        error);
}

void iptfs_manifest_keep_start(json_t *manifest, const json_t *old)
{
    static const char *const names[] = {"command", "file", "file_octets", "host", "start"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (json_object_get(old, names[i]) != NULL)
            json_object_set(manifest, names[i], json_object_get(old, names[i]));
}
