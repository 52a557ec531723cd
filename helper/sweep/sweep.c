/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/sweep.h"

#include "files/ini.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "sweep/axes.h"
#include "sweep/key.h"
#include "sweep/own_keys.h"
#include "sweep/until_key.h"
#include "sweep/values.h"
#include "text/json_build.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int enter_section(void *ctx, unsigned line, const char *name)
{
    struct iptfs_sweep_reader *reader = ctx;
    reader->inside = strcmp(name, "sweep") == 0;
    if (reader->inside && reader->line != 0 && reader->line != line)
        return iptfs_fail(reader->error, IPTFS_E_INVALID,
                          "%s:%u: [sweep]: found the section again (first in line %u), allowed: "
                          "once",
                          iptfs_quoted_path(reader->sweep->path).text, line, reader->line);
    if (reader->inside)
        reader->line = line;
    return 0;
}

/* Reads a line when its stage has come. */
static int read_line(void *ctx, unsigned line, const char *key, const char *value)
{
    struct iptfs_sweep_reader *reader = ctx;
    const struct iptfs_sweep_own_key *own = iptfs_sweep_own_key_find(key);
    if (!reader->inside || reader->stage != (own != NULL ? own->stage : IPTFS_SWEEP_STAGE_AXES))
        return 0;
    return own != NULL ? own->read(reader, line, key, value)
                       : iptfs_sweep_add_values(reader, line, key, value);
}

/* Moves the axis of seeds behind the others, so that the runs of one point stand together. */
static void move_seeds(struct iptfs_sweep *sweep)
{
    for (size_t i = 0; i + 1 < sweep->n_axes; i++) {
        struct iptfs_sweep_axis axis = sweep->axes[i];
        if (axis.n_tracks != 1 || strcmp(axis.tracks[0].column, IPTFS_SWEEP_SEED) != 0)
            continue;
        memmove(&sweep->axes[i], &sweep->axes[i + 1], (sweep->n_axes - i - 1) * sizeof axis);
        sweep->axes[sweep->n_axes - 1] = axis;
        return;
    }
}

/* Reads the lines of one stage. */
static int read_stage(struct iptfs_sweep_reader *reader, enum iptfs_sweep_stage stage)
{
    static const struct iptfs_ini_events events = {enter_section, read_line};
    const struct iptfs_sweep *sweep = reader->sweep;
    reader->stage = stage;
    reader->inside = false;
    return iptfs_ini_parse(sweep->text, sweep->path, &events, reader, reader->error);
}

/* Reads the section, in the order in which its lines need each other. */
static int read_section(struct iptfs_sweep_reader *reader)
{
    struct iptfs_sweep *sweep = reader->sweep;
    int code = read_stage(reader, IPTFS_SWEEP_STAGE_AXES);
    if (code == 0 && reader->line == 0)
        code = iptfs_fail(reader->error, IPTFS_E_INVALID,
                          "%s: found no section [sweep], allowed: a scenario with one",
                          iptfs_quoted_path(sweep->path).text);
    if (code == 0) /* when all keys are known */
        code = read_stage(reader, IPTFS_SWEEP_STAGE_ZIPS);
    if (code == 0)
        code = iptfs_sweep_finish_until(reader);
    if (code == 0)
        code = iptfs_sweep_count_points(reader);
    if (code == 0)
        move_seeds(sweep);
    return code == 0 ? read_stage(reader, IPTFS_SWEEP_STAGE_COMPARE) : code;
}

static int parse(struct iptfs_sweep *sweep, const char *text, const char *path, bool planned,
                 struct iptfs_error *error)
{
    struct iptfs_sweep_reader reader = {.sweep = sweep, .error = error, .planned = planned};
    *sweep = (struct iptfs_sweep){.path = strdup(path), .text = strdup(text)};
    int code = sweep->path == NULL || sweep->text == NULL ? iptfs_sweep_no_memory(&reader)
                                                          : read_section(&reader);
    json_decref(reader.case_names);
    if (code != 0)
        iptfs_sweep_free(sweep);
    return code;
}

int iptfs_sweep_parse_text(struct iptfs_sweep *sweep, const char *text, const char *path,
                           struct iptfs_error *error)
{
    return parse(sweep, text, path, false, error);
}

int iptfs_sweep_parse_planned(struct iptfs_sweep *sweep, const char *text, const char *path,
                              struct iptfs_error *error)
{
    return parse(sweep, text, path, true, error);
}

int iptfs_sweep_load(struct iptfs_sweep *sweep, const char *path, struct iptfs_error *error)
{
    char *text;
    *sweep = (struct iptfs_sweep){0};
    int code = iptfs_textfile_read(path, &text, error);
    if (code != 0)
        return code;
    code = iptfs_sweep_parse_text(sweep, text, path, error);
    free(text);
    return code;
}

int iptfs_sweep_load_copy(struct iptfs_sweep *sweep, const char *directory, const char *path,
                          struct iptfs_error *error)
{
    char *copy = iptfs_path_join(directory, IPTFS_SWEEP_COPY), *text = NULL;
    *sweep = (struct iptfs_sweep){0};
    int code = copy != NULL ? iptfs_textfile_read(copy, &text, error) : iptfs_fail_no_memory(error);
    if (code == 0)
        code = iptfs_sweep_parse_planned(sweep, text, path, error);
    free(text);
    free(copy);
    return code;
}

void iptfs_sweep_free(struct iptfs_sweep *sweep)
{
    iptfs_arena_free(&sweep->arena);
    free(sweep->path);
    free(sweep->text);
    *sweep = (struct iptfs_sweep){0};
}

/* The scenario of the file while it is read. */
struct base {
    json_t *values;
    char section[IPTFS_INI_SECTION_MAX + 1];
};

static int base_section(void *ctx, unsigned line, const char *name)
{
    struct base *base = ctx;
    (void)line;
    snprintf(base->section, sizeof base->section, "%s", name);
    return 0;
}

static void put_text(json_t **values, const char *name, const char *value)
{
    char *key = iptfs_utf8_copy(name), *text = iptfs_utf8_copy(value);
    iptfs_json_put(values, key, text != NULL ? json_string(text) : NULL);
    free(key);
    free(text);
}

static int base_value(void *ctx, unsigned line, const char *key, const char *value)
{
    struct base *base = ctx;
    char name[256];
    (void)line;
    snprintf(name, sizeof name, "%s.%s", base->section, key);
    if (strcmp(base->section, "sweep") != 0 && strncmp(base->section, "plot.", 5) != 0 &&
        strcmp(name, "scenario.description") != 0)
        put_text(&base->values, name, value);
    return 0;
}

json_t *iptfs_sweep_base(const struct iptfs_sweep *sweep)
{
    static const struct iptfs_ini_events events = {base_section, base_value};
    struct base base = {.values = json_object()};
    if (base.values != NULL)
        iptfs_ini_parse(sweep->text, sweep->path, &events, &base, NULL);
    return base.values;
}
