/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/axes.h"

#include "files/textfile.h"
#include "scenario/sections.h"
#include "sweep/key.h"
#include "text/quantity.h"
#include "text/suggest.h"

#include <string.h>

int iptfs_sweep_no_memory(struct iptfs_sweep_reader *reader)
{
    return iptfs_fail_no_memory(reader->error);
}

int iptfs_sweep_refuse(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                       const char *found, const char *allowed)
{
    return iptfs_fail(reader->error, IPTFS_E_INVALID, "%s:%u: [sweep] %s: found '%s', allowed: %s",
                      iptfs_quoted_path(reader->sweep->path).text, line, iptfs_quoted(key).text,
                      iptfs_quoted(found).text, allowed);
}

int iptfs_sweep_check_key(struct iptfs_sweep_reader *reader, unsigned line, const char *key)
{
    if (iptfs_sweep_option(key) != NULL)
        return 0;
    const struct iptfs_section *section;
    const char *last = strrchr(key, '.');
    struct iptfs_suggest nearest = {.found = last != NULL ? last + 1 : key};
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++)
        iptfs_section_suggest(section, &nearest);
    return iptfs_fail(reader->error, IPTFS_E_INVALID,
                      "%s:%u: [sweep] %s: found an unknown key, allowed: section.key of a "
                      "scenario, seed, zip, case.NAME%s",
                      iptfs_quoted_path(reader->sweep->path).text, line, iptfs_quoted(key).text,
                      iptfs_suggest_hint(&nearest).text);
}

int iptfs_sweep_add_axis(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_axis *axis)
{
    struct iptfs_sweep *sweep = reader->sweep;
    sweep->axes = iptfs_arena_grow(&sweep->arena, sweep->axes, sweep->n_axes, sizeof *sweep->axes);
    if (sweep->axes == NULL)
        return iptfs_sweep_no_memory(reader);
    sweep->axes[sweep->n_axes++] = *axis;
    return 0;
}

bool iptfs_sweep_find_column(const struct iptfs_sweep *sweep, const char *column, size_t *found)
{
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_columns; j++)
            if (strcmp(sweep->axes[i].columns[j], column) == 0) {
                *found = i;
                return true;
            }
    return false;
}

/* No key may be set twice in a point. */
static int check_sets(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_axis *axis,
                      const struct iptfs_sweep_axis *other)
{
    for (size_t i = 0; i < axis->n_steps; i++)
        for (size_t j = 0; j < axis->steps[i].n_sets; j++)
            for (size_t k = 0; k < other->n_steps; k++)
                for (size_t l = 0; l < other->steps[k].n_sets; l++) {
                    const struct iptfs_sweep_set *a = &axis->steps[i].sets[j];
                    const struct iptfs_sweep_set *b = &other->steps[k].sets[l];
                    bool same = strcmp(a->key, b->key) == 0;
                    if (same)
                        return iptfs_sweep_refuse(reader, b->line, b->key, b->text,
                                                  "a key in one line or in cases, not in both");
                    if (strcmp(other->columns[0], "case") != 0)
                        break; /* further steps set the same keys */
                }
    return 0;
}

int iptfs_sweep_count_points(struct iptfs_sweep_reader *reader)
{
    struct iptfs_sweep *sweep = reader->sweep;
    size_t sets = 0;
    sweep->n_points = 1;
    for (size_t i = 0; i < sweep->n_axes; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        size_t most = 0;
        for (size_t j = 0; j < axis->n_steps; j++)
            most = axis->steps[j].n_sets > most ? axis->steps[j].n_sets : most;
        sets += most;
        sweep->n_columns += axis->n_columns;
        sweep->n_points *= axis->n_steps;
        if (sweep->n_points > IPTFS_SWEEP_POINTS_MAX)
            return iptfs_sweep_refuse(reader, axis->line, axis->columns[0], "more points",
                                      "at most 1000000 in a sweep");
        if (sets > IPTFS_SWEEP_SETS_MAX || sweep->n_columns > IPTFS_SWEEP_SETS_MAX)
            return iptfs_sweep_refuse(reader, axis->line, axis->columns[0], "more keys",
                                      "at most 64 in a point");
    }
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < i; j++) {
            const struct iptfs_sweep_axis *a = &sweep->axes[j], *b = &sweep->axes[i];
            bool cases = strcmp(a->columns[0], "case") == 0;
            int code = cases ? check_sets(reader, b, a) : check_sets(reader, a, b);
            if (code != 0)
                return code;
        }
    return 0;
}
