/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/cases.h"

#include "sweep/piece.h"

#include <string.h>

/* Adds one "section.key=value" to a case. */
static int add_set(struct iptfs_sweep_reader *reader, unsigned line, const char *name,
                   struct iptfs_piece piece, struct iptfs_sweep_step *step)
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
    struct iptfs_sweep_set *sets =
        iptfs_arena_grow(&sweep->arena, step->sets, step->n_sets, sizeof *sets);
    if (sets == NULL)
        return iptfs_sweep_no_memory(reader);
    sets[step->n_sets++] = (struct iptfs_sweep_set){text, key, value, line};
    step->sets = sets;
    return iptfs_sweep_check_key(reader, line, key);
}

static struct iptfs_sweep_step *find_case(const struct iptfs_sweep_axis *axis, const char *name)
{
    for (size_t i = 0; i < axis->n_steps; i++)
        if (strcmp(axis->steps[i].labels[0], name) == 0)
            return &axis->steps[i];
    return NULL;
}

/* The case of that name, added where there is none yet. NULL when memory ran out. */
static struct iptfs_sweep_step *case_of(struct iptfs_sweep_reader *reader, unsigned line,
                                        const char *name)
{
    static const char *const columns[] = {"case"};
    struct iptfs_sweep *sweep = reader->sweep;
    struct iptfs_sweep_axis first = {columns, 1, NULL, 0, line};
    if (reader->case_index == 0) {
        if (iptfs_sweep_add_axis(reader, &first) != 0)
            return NULL;
        reader->case_index = sweep->n_axes;
    }
    struct iptfs_sweep_axis *axis = &sweep->axes[reader->case_index - 1];
    struct iptfs_sweep_step *step = find_case(axis, name);
    if (step != NULL)
        return step;
    struct iptfs_sweep_step *steps =
        iptfs_arena_grow(&sweep->arena, axis->steps, axis->n_steps, sizeof *steps);
    const char **label = iptfs_arena_alloc(&sweep->arena, sizeof *label);
    if (steps == NULL || label == NULL ||
        (*label = iptfs_arena_copy(&sweep->arena, name, strlen(name))) == NULL)
        return NULL;
    axis->steps = steps;
    steps[axis->n_steps] = (struct iptfs_sweep_step){.labels = label};
    return &steps[axis->n_steps++];
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
    struct iptfs_sweep_step *step = case_of(reader, line, name);
    if (step == NULL)
        return iptfs_sweep_no_memory(reader);
    while (code == 0 && iptfs_piece_next(&value, ';', &piece))
        if (piece.length > 0)
            code = add_set(reader, line, key, piece, step);
    return code;
}
