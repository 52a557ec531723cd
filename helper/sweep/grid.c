/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/grid.h"

#include "base/asserts.h"
#include "files/textfile.h"
#include "text/text_stream.h"

#include <stdlib.h>
#include <string.h>

/* Adds what a step of a track sets to a point, and its column. */
static void add_step(struct iptfs_sweep_point *point, const struct iptfs_sweep_track *track,
                     size_t step)
{
    size_t column = point->n_columns++;
    point->columns[column] = track->column;
    if (!iptfs_sweep_has_cases(track)) {
        struct iptfs_sweep_set set = iptfs_sweep_set(track, step, point->texts[column]);
        point->labels[column] = set.value;
        point->sets[point->n_sets++] = set;
        return;
    }
    const struct iptfs_sweep_case *one = &track->cases[step];
    point->labels[column] = one->name;
    for (size_t i = 0; i < one->n_sets; i++)
        point->sets[point->n_sets++] = one->sets[i];
}

void iptfs_sweep_point_at(const struct iptfs_sweep *sweep, size_t index,
                          struct iptfs_sweep_point *point)
{
    IPTFS_ASSERT(index >= 1 && index <= sweep->n_points);
    size_t rest = index - 1, block = sweep->n_points;
    point->index = index;
    point->n_sets = 0;
    point->n_columns = 0;
    for (size_t i = 0; i < sweep->n_axes; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        block /= axis->n_steps;
        for (size_t j = 0; j < axis->n_tracks; j++)
            add_step(point, &axis->tracks[j], rest / block);
        rest %= block;
    }
    IPTFS_ASSERT(point->n_sets <= IPTFS_SWEEP_SETS_MAX && point->n_columns == sweep->n_columns);
}

char *iptfs_sweep_point_text(const struct iptfs_sweep_point *point)
{
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < point->n_columns; i++)
        fprintf(out, "%s%s=%s", i > 0 ? " " : "", point->columns[i], point->labels[i]);
    return iptfs_text_stream_close(&stream);
}

/* Names the line of the sweep whose value the error is about. */
static int name_line(const struct iptfs_sweep *sweep, const struct iptfs_sweep_point *point,
                     struct iptfs_error *error)
{
    struct iptfs_error found = *error;
    if (found.origin.place != IPTFS_PLACE_OVERRIDE)
        return iptfs_fail(error, found.code, "%s (point %zu of the sweep)", found.text,
                          point->index);
    const struct iptfs_sweep_set *set = &point->sets[found.origin.override];
    return iptfs_fail(error, found.code, "%s:%u: [sweep] %s: %s (point %zu)",
                      iptfs_quoted_path(sweep->path).text, set->line, iptfs_quoted(set->text).text,
                      iptfs_error_without_place(&found), point->index);
}

int iptfs_sweep_scenario(const struct iptfs_sweep *sweep, size_t index,
                         struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(sweep, index, &point);
    const char *sets[IPTFS_SWEEP_SETS_MAX];
    for (size_t i = 0; i < point.n_sets; i++)
        sets[i] = point.sets[i].text;
    int code =
        iptfs_scenario_parse_text(scenario, sweep->text, sweep->path, sets, point.n_sets, error);
    if (code == 0)
        return 0;
    return name_line(sweep, &point, error);
}

/* Points between two steps of an axis. */
static size_t block_of(const struct iptfs_sweep *sweep, size_t axis)
{
    size_t block = sweep->n_points;
    for (size_t i = 0; i <= axis; i++)
        block /= sweep->axes[i].n_steps;
    return block;
}

/* The step of a point on the axis of a comparison. */
static size_t step_of(const struct iptfs_sweep *sweep,
                      const struct iptfs_sweep_comparison *comparison, size_t index)
{
    return (index - 1) / block_of(sweep, comparison->axis) % sweep->axes[comparison->axis].n_steps;
}

bool iptfs_sweep_is_first(const struct iptfs_sweep *sweep,
                          const struct iptfs_sweep_comparison *comparison, size_t index)
{
    return step_of(sweep, comparison, index) == comparison->steps[0];
}

size_t iptfs_sweep_partner(const struct iptfs_sweep *sweep,
                           const struct iptfs_sweep_comparison *comparison, size_t index)
{
    const size_t *steps = comparison->steps, block = block_of(sweep, comparison->axis);
    size_t step = step_of(sweep, comparison, index);
    if (step != steps[0] && step != steps[1])
        return 0;
    size_t other = step == steps[0] ? steps[1] : steps[0];
    return index - step * block + other * block;
}

void iptfs_sweep_list(const struct iptfs_sweep *sweep, FILE *out)
{
    const struct iptfs_sweep_until *until = &sweep->until;
    for (size_t i = 1; i <= sweep->n_points; i++) {
        struct iptfs_sweep_point point;
        if (until->line != 0 && (i - 1) % until->most >= until->least)
            continue;
        iptfs_sweep_point_at(sweep, i, &point);
        char *text = iptfs_sweep_point_text(&point);
        fprintf(out, "%zu %s\n", i, text != NULL ? text : "");
        free(text);
    }
    if (until->line != 0)
        fprintf(out,
                "at least these %zu points, at most %zu: %zu to %zu replications of each of %zu "
                "combinations\n",
                sweep->n_points / until->most * until->least, sweep->n_points, until->least,
                until->most, sweep->n_points / until->most);
}
