/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/grid.h"

#include "base/asserts.h"
#include "files/textfile.h"
#include "text/text_stream.h"

#include <stdlib.h>
#include <string.h>

struct iptfs_sweep_point iptfs_sweep_point(const struct iptfs_sweep *sweep, size_t index)
{
    struct iptfs_sweep_point point = {.index = index};
    IPTFS_ASSERT(index >= 1 && index <= sweep->n_points);
    size_t rest = index - 1, block = sweep->n_points;
    for (size_t i = 0; i < sweep->n_axes; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        block /= axis->n_steps;
        const struct iptfs_sweep_step *step = &axis->steps[rest / block];
        rest %= block;
        for (size_t j = 0; j < step->n_sets; j++)
            point.sets[point.n_sets++] = &step->sets[j];
        for (size_t j = 0; j < axis->n_columns; j++) {
            point.columns[point.n_columns] = axis->columns[j];
            point.labels[point.n_columns++] = step->labels[j];
        }
    }
    IPTFS_ASSERT(point.n_sets <= IPTFS_SWEEP_SETS_MAX && point.n_columns == sweep->n_columns);
    return point;
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
    const struct iptfs_sweep_set *set = point->sets[found.origin.override];
    return iptfs_fail(error, found.code, "%s:%u: [sweep] %s: %s (point %zu)",
                      iptfs_quoted_path(sweep->path).text, set->line, iptfs_quoted(set->text).text,
                      iptfs_error_without_place(&found), point->index);
}

int iptfs_sweep_scenario(const struct iptfs_sweep *sweep, size_t index,
                         struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    struct iptfs_sweep_point point = iptfs_sweep_point(sweep, index);
    const char *sets[IPTFS_SWEEP_SETS_MAX];
    for (size_t i = 0; i < point.n_sets; i++)
        sets[i] = point.sets[i]->text;
    int code =
        iptfs_scenario_parse_text(scenario, sweep->text, sweep->path, sets, point.n_sets, error);
    if (code == 0)
        return 0;
    return name_line(sweep, &point, error);
}

void iptfs_sweep_list(const struct iptfs_sweep *sweep, FILE *out)
{
    for (size_t i = 1; i <= sweep->n_points; i++) {
        struct iptfs_sweep_point point = iptfs_sweep_point(sweep, i);
        char *text = iptfs_sweep_point_text(&point);
        fprintf(out, "%zu %s\n", i, text != NULL ? text : "");
        free(text);
    }
}
