/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/zip.h"

#include "sweep/piece.h"

#include <stdio.h>
#include <string.h>

/* Joins two steps into one. */
static int join_steps(struct iptfs_sweep_reader *reader, struct iptfs_sweep_step *step,
                      const struct iptfs_sweep_step *more, size_t n_columns, size_t n_more)
{
    struct iptfs_sweep *sweep = reader->sweep;
    const char **labels = iptfs_arena_alloc(&sweep->arena, (n_columns + n_more) * sizeof *labels);
    struct iptfs_sweep_set *sets =
        iptfs_arena_alloc(&sweep->arena, (step->n_sets + more->n_sets) * sizeof *sets);
    if (labels == NULL || sets == NULL)
        return iptfs_sweep_no_memory(reader);
    memcpy(labels, step->labels, n_columns * sizeof *labels);
    memcpy(labels + n_columns, more->labels, n_more * sizeof *labels);
    memcpy(sets, step->sets, step->n_sets * sizeof *sets);
    memcpy(sets + step->n_sets, more->sets, more->n_sets * sizeof *sets);
    *step = (struct iptfs_sweep_step){labels, sets, step->n_sets + more->n_sets};
    return 0;
}

/* Joins the axis `other` into the axis `into`, step by step, and removes it. */
static int join_axes(struct iptfs_sweep_reader *reader, unsigned line, size_t into, size_t other)
{
    struct iptfs_sweep *sweep = reader->sweep;
    struct iptfs_sweep_axis *axis = &sweep->axes[into], *more = &sweep->axes[other];
    if (axis->n_steps != more->n_steps) {
        char found[128];
        snprintf(found, sizeof found, "%.40s with %zu and %.40s with %zu", axis->columns[0],
                 axis->n_steps, more->columns[0], more->n_steps);
        return iptfs_sweep_refuse(reader, line, "zip", found, "keys with as many values");
    }
    const char **columns =
        iptfs_arena_alloc(&sweep->arena, (axis->n_columns + more->n_columns) * sizeof *columns);
    struct iptfs_sweep_step *steps =
        iptfs_arena_alloc(&sweep->arena, axis->n_steps * sizeof *steps);
    if (columns == NULL || steps == NULL)
        return iptfs_sweep_no_memory(reader);
    memcpy(columns, axis->columns, axis->n_columns * sizeof *columns);
    memcpy(columns + axis->n_columns, more->columns, more->n_columns * sizeof *columns);
    memcpy(steps, axis->steps, axis->n_steps * sizeof *steps);
    int code = 0;
    for (size_t i = 0; i < axis->n_steps && code == 0; i++)
        code = join_steps(reader, &steps[i], &more->steps[i], axis->n_columns, more->n_columns);
    axis->columns = columns;
    axis->n_columns += more->n_columns;
    axis->steps = steps;
    for (size_t i = other + 1; i < sweep->n_axes; i++)
        sweep->axes[i - 1] = sweep->axes[i];
    sweep->n_axes--;
    return code;
}

int iptfs_sweep_zip(struct iptfs_sweep_reader *reader, unsigned line, const char *keys)
{
    struct iptfs_piece piece;
    char first[128] = "", name[128];
    size_t count = 0, into, other;
    int code = 0;
    for (; code == 0 && iptfs_piece_next(&keys, ',', &piece); count++) {
        snprintf(name, sizeof name, "%.*s", (int)piece.length, piece.begin);
        if (!iptfs_sweep_find_column(reader->sweep, name, &other))
            return iptfs_sweep_refuse(reader, line, "zip", name,
                                      "keys with values in this section");
        if (count == 0)
            strcpy(first, name);
        iptfs_sweep_find_column(reader->sweep, first, &into);
        if (count > 0 && into == other)
            return iptfs_sweep_refuse(reader, line, "zip", name, "each key once");
        if (count > 0)
            code = other > into ? join_axes(reader, line, into, other)
                                : join_axes(reader, line, other, into);
    }
    return code != 0 || count > 1
               ? code
               : iptfs_sweep_refuse(reader, line, "zip", name, "two keys or more");
}
