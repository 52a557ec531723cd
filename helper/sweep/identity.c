/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/identity.h"

#include "files/infile.h"
#include "files/textfile.h"
#include "sweep/key.h"
#include "text/hash.h"
#include "text/text_stream.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The printed scenario while it is hashed. */
struct hashing {
    uint64_t state;
    char section[64];
    struct iptfs_error *error;
};

static bool is_regular(FILE *file)
{
    struct stat status;
    return fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
}

/* Hashes what is in a file in place of its name, so that results may move with their files. */
static int hash_file(struct hashing *hashing, const char *path)
{
    char buffer[16384];
    size_t length;
    FILE *file;
    int code = iptfs_infile_open(path, &file, hashing->error);
    if (code == 0 && !is_regular(file)) {
        fclose(file);
        code =
            iptfs_fail(hashing->error, IPTFS_E_IO,
                       "%s: found a pipe, which can be read only once, allowed in a sweep: a file",
                       iptfs_quoted_path(path).text);
    }
    if (code != 0)
        return code;
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0)
        hashing->state = iptfs_hash(hashing->state, buffer, length);
    hashing->state = iptfs_hash(hashing->state, "", 1);
    fclose(file);
    return 0;
}

/* The value of a line "key = value" whose key names a file, NULL of another line; the "section.key"
 * of the line in `key`. */
static const char *file_of(const struct hashing *hashing, const char *line, char *key, size_t size)
{
    const char *equals = strstr(line, " =");
    snprintf(key, size, "%s.%.*s", hashing->section, equals != NULL ? (int)(equals - line) : 0,
             line);
    const struct iptfs_option *option = iptfs_sweep_option(key);
    if (equals == NULL || option == NULL || option->kind != &iptfs_kind_path)
        return NULL;
    return equals + 2 + strspn(equals + 2, " ");
}

/* Hashes one line of the scenario: with `files` the contents of the file that it names, otherwise
 * the line itself where it names none. */
static int hash_line(struct hashing *hashing, const char *line, bool files)
{
    char key[128];
    const char *file = file_of(hashing, line, key, sizeof key);
    if (line[0] == '[')
        snprintf(hashing->section, sizeof hashing->section, "%.*s", (int)strcspn(line + 1, "]"),
                 line + 1);
    if (files)
        return file != NULL && *file != '\0' ? hash_file(hashing, file) : 0;
    if (file != NULL || strcmp(key, "scenario.description") == 0 ||
        strcmp(key, IPTFS_SWEEP_SEED_KEY) == 0)
        return 0;
    hashing->state = iptfs_hash(hashing->state, line, strlen(line));
    hashing->state = iptfs_hash(hashing->state, "\n", 1);
    return 0;
}

/* Hashes the lines of a text, each of which ends with a newline. */
static int hash_text(struct hashing *hashing, const char *text, bool files)
{
    char *copy = strdup(text), *rest = copy, *line;
    int code = copy != NULL ? 0 : iptfs_fail_no_memory(hashing->error);
    while (code == 0 && (line = strsep(&rest, "\n")) != NULL && rest != NULL)
        code = hash_line(hashing, line, files);
    free(copy);
    return code;
}

int iptfs_sweep_identify(const struct iptfs_scenario *scenario,
                         struct iptfs_sweep_identity *identity, struct iptfs_error *error)
{
    static const char version[] = IPTFS_VERSION "\n";
    struct hashing hashing = {.error = error};
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return iptfs_fail_no_memory(error);
    iptfs_scenario_print(scenario, out);
    char *text = iptfs_text_stream_close(&stream);
    if (text == NULL)
        return iptfs_fail_no_memory(error);
    hashing.state = iptfs_hash(IPTFS_HASH_START, version, strlen(version));
    int code = hash_text(&hashing, text, false);
    if (code == 0)
        code = hash_text(&hashing, text, true);
    free(text);
    identity->hash = hashing.state;
    return code;
}

struct iptfs_text iptfs_sweep_id_of_seed(const struct iptfs_sweep_identity *identity, uint64_t seed)
{
    struct iptfs_text text;
    snprintf(text.text, sizeof text.text, IPTFS_SWEEP_SEED_KEY " = %" PRIu64 "\n", seed);
    uint64_t hash = iptfs_hash_text(identity->hash, text.text);
    snprintf(text.text, sizeof text.text, "%016" PRIx64, hash);
    return text;
}

int iptfs_sweep_id(const struct iptfs_scenario *scenario, struct iptfs_text *id,
                   struct iptfs_error *error)
{
    struct iptfs_sweep_identity identity;
    int code = iptfs_sweep_identify(scenario, &identity, error);
    if (code == 0)
        *id = iptfs_sweep_id_of_seed(&identity, scenario->seed);
    return code;
}
