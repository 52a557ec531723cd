/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/zip.h"

#include "sweep/piece.h"

#include <stdio.h>
#include <string.h>

/* Moves the tracks of the axis `other` behind those of the axis `into`, and removes it. */
static int join_axes(struct iptfs_sweep_reader *reader, unsigned line, size_t into, size_t other)
{
    struct iptfs_sweep *sweep = reader->sweep;
    struct iptfs_sweep_axis *axis = &sweep->axes[into], *more = &sweep->axes[other];
    if (axis->n_steps != more->n_steps) {
        char found[128];
        snprintf(found, sizeof found, "%.40s with %zu and %.40s with %zu", axis->tracks[0].column,
                 axis->n_steps, more->tracks[0].column, more->n_steps);
        return iptfs_sweep_refuse(reader, line, "zip", found, "keys with as many values");
    }
    size_t count = axis->n_tracks + more->n_tracks;
    struct iptfs_sweep_track *tracks = iptfs_arena_alloc(&sweep->arena, count * sizeof *tracks);
    if (tracks == NULL)
        return iptfs_sweep_no_memory(reader);
    memcpy(tracks, axis->tracks, axis->n_tracks * sizeof *tracks);
    memcpy(tracks + axis->n_tracks, more->tracks, more->n_tracks * sizeof *tracks);
    axis->tracks = tracks;
    axis->n_tracks = count;
    for (size_t i = other + 1; i < sweep->n_axes; i++)
        sweep->axes[i - 1] = sweep->axes[i];
    sweep->n_axes--;
    return 0;
}

int iptfs_sweep_zip(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                    const char *keys)
{
    struct iptfs_piece piece;
    char first[128] = "", name[128];
    size_t count = 0, into, other;
    int code = 0;
    (void)key;
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
