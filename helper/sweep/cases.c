/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/cases.h"

#include "sweep/piece.h"

#include <string.h>

/* Adds one "section.key=value" to a case. */
static int add_set(struct iptfs_sweep_reader *reader, unsigned line, const char *name,
                   struct iptfs_piece piece, struct iptfs_sweep_case *step)
{
    struct iptfs_sweep *sweep = reader->sweep;
    char *text = iptfs_arena_copy(&sweep->arena, piece.begin, piece.length);
    char *key = iptfs_arena_copy(&sweep->arena, piece.begin, piece.length);
    if (text == NULL || key == NULL)
        return iptfs_sweep_no_memory(reader);
    char *equals = strchr(key, '=');
    if (equals == NULL)
        return iptfs_sweep_refuse(reader, line, name, text, "section.key=value; section.key=value");
    struct iptfs_piece trimmed = iptfs_piece_trim(key, equals);
    const char *value = equals + 1 + strspn(equals + 1, " \t");
    key += trimmed.begin - key;
    key[trimmed.length] = '\0';
    for (size_t i = 0; i < step->n_sets; i++)
        if (strcmp(step->sets[i].key, key) == 0)
            return iptfs_sweep_refuse(reader, line, name, text, "each key once");
    if (step->n_sets == IPTFS_SWEEP_SETS_MAX)
        return iptfs_sweep_refuse(reader, line, name, text, "at most 64 keys");
    struct iptfs_sweep_set *sets =
        iptfs_arena_grow(&sweep->arena, step->sets, step->n_sets, sizeof *sets);
    if (sets == NULL)
        return iptfs_sweep_no_memory(reader);
    sets[step->n_sets++] = (struct iptfs_sweep_set){text, key, value, line};
    step->sets = sets;
    return iptfs_sweep_check_key(reader, line, key);
}

/* Adds a case of that name. NULL when memory ran out. */
static struct iptfs_sweep_case *append_case(struct iptfs_sweep_reader *reader, const char *name)
{
    struct iptfs_sweep *sweep = reader->sweep;
    struct iptfs_sweep_axis *axis = &sweep->axes[reader->case_index - 1];
    struct iptfs_sweep_track *track = &axis->tracks[0];
    struct iptfs_sweep_case *cases =
        iptfs_arena_grow(&sweep->arena, track->cases, track->count, sizeof *cases);
    char *copy = iptfs_arena_copy(&sweep->arena, name, strlen(name));
    if (cases == NULL || copy == NULL ||
        json_object_set_new_nocheck(reader->case_names, name,
                                    json_integer((json_int_t)track->count)) != 0)
        return NULL;
    track->cases = cases;
    cases[track->count] = (struct iptfs_sweep_case){.name = copy};
    axis->n_steps = track->count + 1;
    return &cases[track->count++];
}

/* The case of that name, added where there is none yet. NULL when memory ran out. */
static struct iptfs_sweep_case *case_of(struct iptfs_sweep_reader *reader, unsigned line,
                                        const char *name)
{
    const struct iptfs_sweep_track first = {.column = "case", .line = line};
    if (reader->case_index == 0) {
        reader->case_names = json_object();
        if (reader->case_names == NULL || iptfs_sweep_add_axis(reader, &first) != 0)
            return NULL;
        reader->case_index = reader->sweep->n_axes;
    }
    json_t *index = json_object_get(reader->case_names, name);
    if (index == NULL)
        return append_case(reader, name);
    return &reader->sweep->axes[reader->case_index - 1].tracks[0].cases[json_integer_value(index)];
}

int iptfs_sweep_add_case(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                         const char *value)
{
    const char *name = key + strlen(IPTFS_SWEEP_CASE_PREFIX);
    struct iptfs_piece piece;
    int code = 0;
    if (*name == '\0' || strpbrk(name, ",;\"' ") != NULL)
        return iptfs_sweep_refuse(reader, line, key, key,
                                  "case.NAME, without blanks, commas and quotes");
    code = iptfs_sweep_check_utf8(reader, line, key, name);
    if (code == 0)
        code = iptfs_sweep_check_utf8(reader, line, key, value);
    if (code != 0)
        return code;
    struct iptfs_sweep_case *step = case_of(reader, line, name);
    if (step == NULL)
        return iptfs_sweep_no_memory(reader);
    while (code == 0 && iptfs_piece_next(&value, ';', &piece))
        if (piece.length > 0)
            code = add_set(reader, line, key, piece, step);
    return code;
}
