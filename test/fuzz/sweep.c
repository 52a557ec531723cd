/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sweep texts: refused in one line, or points that can be looked at. */
#include "sweep/sweep.h"

#include "base/error.h"
#include "fuzz/fuzz.h"
#include "sweep/grid.h"

#include <stdlib.h>
#include <string.h>

enum {
    LOOKED_AT = 3
};

static void check_point(const struct iptfs_sweep *sweep, size_t index)
{
    struct iptfs_error error = {0};
    struct iptfs_scenario scenario;
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(sweep, index, &point);
    MUST(point.index == index);
    MUST(point.n_columns == sweep->n_columns && point.n_columns <= IPTFS_SWEEP_SETS_MAX);
    MUST(point.n_sets <= IPTFS_SWEEP_SETS_MAX);
    char *text = iptfs_sweep_point_text(&point);
    MUST(text != NULL && strchr(text, '\n') == NULL);
    free(text);
    int code = iptfs_sweep_scenario(sweep, index, &scenario, &error);
    if (code == IPTFS_OK)
        iptfs_scenario_free(&scenario);
    else
        fuzz_check_refusal(&error, FUZZ_PATH, sweep->text);
}

static void check_points(const struct iptfs_sweep *sweep)
{
    MUST(sweep->n_points >= 1 && sweep->n_points <= IPTFS_SWEEP_POINTS_MAX);
    size_t step = sweep->n_points / LOOKED_AT + 1;
    for (size_t index = 1; index <= sweep->n_points; index += step)
        check_point(sweep, index);
    check_point(sweep, sweep->n_points);
    json_t *base = iptfs_sweep_base(sweep);
    MUST(json_is_object(base));
    json_decref(base);
}

void fuzz_sweep(const uint8_t *bytes, size_t octets)
{
    struct iptfs_sweep sweep;
    struct iptfs_error error = {0};
    char *text = fuzz_text(bytes, octets);
    if (text == NULL || strstr(text, "/dev") != NULL || strstr(text, "/proc") != NULL) {
        free(text);
        return;
    }
    if (iptfs_sweep_parse_text(&sweep, text, FUZZ_PATH, &error) == IPTFS_OK) {
        check_points(&sweep);
        iptfs_sweep_free(&sweep);
    } else {
        fuzz_check_refusal(&error, FUZZ_PATH, text);
    }
    free(text);
}
