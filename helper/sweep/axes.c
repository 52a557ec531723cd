/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/axes.h"

#include "files/textfile.h"
#include "scenario/sections.h"
#include "sweep/key.h"
#include "sweep/own_keys.h"
#include "sweep/repeated.h"
#include "text/quantity.h"
#include "text/suggest.h"
#include "text/utf8.h"

#include <stdio.h>
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
    const struct iptfs_sweep_own_key *own;
    const char *last = strrchr(key, '.');
    char forms[200] = "";
    struct iptfs_suggest nearest = {.found = last != NULL ? last + 1 : key};
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++)
        iptfs_section_suggest(section, &nearest);
    for (size_t i = 0; (own = iptfs_sweep_own_key_at(i)) != NULL; i++) {
        size_t length = strlen(forms);
        snprintf(forms + length, sizeof forms - length, ", %s", own->form);
        iptfs_suggest_offer(&nearest, own->form);
    }
    return iptfs_fail(reader->error, IPTFS_E_INVALID,
                      "%s:%u: [sweep] %s: found an unknown key, allowed: section.key of a "
                      "scenario%s%s",
                      iptfs_quoted_path(reader->sweep->path).text, line, iptfs_quoted(key).text,
                      forms, iptfs_suggest_hint(&nearest).text);
}

int iptfs_sweep_check_utf8(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                           const char *text)
{
    return iptfs_is_utf8(text)
               ? 0
               : iptfs_sweep_refuse(reader, line, key, text, "UTF-8, which results can hold");
}

int iptfs_sweep_add_axis(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_track *track)
{
    struct iptfs_sweep *sweep = reader->sweep;
    struct iptfs_sweep_track *copy = iptfs_arena_alloc(&sweep->arena, sizeof *copy);
    struct iptfs_sweep_axis *axes =
        iptfs_arena_grow(&sweep->arena, sweep->axes, sweep->n_axes, sizeof *axes);
    if (copy == NULL || axes == NULL)
        return iptfs_sweep_no_memory(reader);
    *copy = *track;
    sweep->axes = axes;
    sweep->axes[sweep->n_axes++] = (struct iptfs_sweep_axis){copy, 1, track->count, track->line};
    return 0;
}

bool iptfs_sweep_find_column(const struct iptfs_sweep *sweep, const char *column, size_t *found)
{
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_tracks; j++)
            if (strcmp(sweep->axes[i].tracks[j].column, column) == 0) {
                *found = i;
                return true;
            }
    return false;
}

const struct iptfs_sweep_track *iptfs_sweep_seeds(const struct iptfs_sweep *sweep)
{
    if (sweep->n_axes == 0)
        return NULL;
    const struct iptfs_sweep_axis *last = &sweep->axes[sweep->n_axes - 1];
    bool seeds = last->n_tracks == 1 && strcmp(last->tracks[0].column, IPTFS_SWEEP_SEED) == 0;
    return seeds ? last->tracks : NULL;
}

/* Whether a line of values has the key. Their keys differ, as their columns do. */
static bool is_line(const struct iptfs_sweep *sweep, const char *key)
{
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_tracks; j++) {
            const struct iptfs_sweep_track *track = &sweep->axes[i].tracks[j];
            if (!iptfs_sweep_has_cases(track) && strcmp(track->key, key) == 0)
                return true;
        }
    return false;
}

/* No key may be set twice in a point; the most values that a case sets in *most. */
static int check_cases(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_track *track,
                       size_t *most)
{
    *most = 0;
    for (size_t i = 0; i < track->count; i++) {
        const struct iptfs_sweep_case *one = &track->cases[i];
        *most = one->n_sets > *most ? one->n_sets : *most;
        for (size_t j = 0; j < one->n_sets; j++)
            if (is_line(reader->sweep, one->sets[j].key))
                return iptfs_sweep_refuse(reader, one->sets[j].line, one->sets[j].key,
                                          one->sets[j].text,
                                          "a key in one line or in cases, not in both");
    }
    return reader->planned ? 0 : iptfs_sweep_check_cases(reader, track);
}

/* Adds the columns and the values of an axis to those of a point. */
static int count_axis(struct iptfs_sweep_reader *reader, const struct iptfs_sweep_axis *axis,
                      size_t *sets)
{
    int code = 0;
    for (size_t i = 0; i < axis->n_tracks && code == 0; i++) {
        size_t most = 1;
        if (iptfs_sweep_has_cases(&axis->tracks[i]))
            code = check_cases(reader, &axis->tracks[i], &most);
        *sets += most;
    }
    reader->sweep->n_columns += axis->n_tracks;
    if (code == 0 &&
        (*sets > IPTFS_SWEEP_SETS_MAX || reader->sweep->n_columns > IPTFS_SWEEP_SETS_MAX))
        return iptfs_sweep_refuse(reader, axis->line, axis->tracks[0].column, "more keys",
                                  "at most 64 in a point");
    return code;
}

int iptfs_sweep_count_points(struct iptfs_sweep_reader *reader)
{
    struct iptfs_sweep *sweep = reader->sweep;
    size_t sets = 0;
    int code = 0;
    sweep->n_points = 1;
    for (size_t i = 0; i < sweep->n_axes && code == 0; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        sweep->n_points *= axis->n_steps;
        if (sweep->n_points > IPTFS_SWEEP_POINTS_MAX)
            return iptfs_sweep_refuse(reader, axis->line, axis->tracks[0].column, "more points",
                                      "at most 1000000 in a sweep");
        code = count_axis(reader, axis, &sets);
    }
    return code;
}
