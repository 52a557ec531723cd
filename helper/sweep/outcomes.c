/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/outcomes.h"

#include "sweep/axes.h"
#include "sweep/compared.h"
#include "sweep/grid.h"
#include "sweep/key.h"
#include "sweep/point_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the id of a point is made of. */
struct planned {
    struct iptfs_sweep_identity identity;
    uint64_t seed;
    bool captures; /* the seed chooses a capture, too: the identity holds for this seed only */
};

/* Reads and checks the scenario of a point. */
static int identify(const struct iptfs_sweep_outcomes *outcomes, size_t index,
                    struct planned *planned, char **name, struct iptfs_error *error)
{
    struct iptfs_scenario scenario;
    int code = iptfs_sweep_scenario(outcomes->sweep, index, &scenario, error);
    if (code != 0)
        return code;
    planned->seed = scenario.seed;
    planned->captures = scenario.captures > 0;
    code = iptfs_sweep_identify_point(outcomes->sweep, index, &scenario, &planned->identity, error);
    if (code == 0 && *name == NULL && (*name = strdup(scenario.name)) == NULL)
        code = iptfs_fail_no_memory(error);
    iptfs_scenario_free(&scenario);
    return code;
}

/* Points that differ only in their seeds, the first being `begin`: a seed is right or wrong by
 * itself, so that the rest of the scenario is checked once. */
static int identify_seeds(struct iptfs_sweep_outcomes *outcomes, size_t begin,
                          const struct iptfs_sweep_track *seeds, char **name,
                          struct iptfs_error *error)
{
    const struct iptfs_option *option = iptfs_sweep_option(IPTFS_SWEEP_SEED_KEY);
    struct planned planned;
    size_t count = seeds != NULL ? seeds->count : 1;
    int code = identify(outcomes, begin, &planned, name, error);
    for (size_t i = 0; i < count && code == 0; i++) {
        char buffer[IPTFS_SWEEP_VALUE_MAX];
        if (i > 0 && (planned.captures ||
                      option->kind->parse(option, &planned.seed,
                                          iptfs_sweep_value(seeds, i, buffer), NULL) != 0))
            code = identify(outcomes, begin + i, &planned, name, error);
        outcomes->points[begin + i - 1].wanted = true;
        outcomes->points[begin + i - 1].id =
            iptfs_sweep_id_of_seed(&planned.identity, planned.seed);
    }
    return code;
}

int iptfs_outcomes_init(struct iptfs_sweep_outcomes *outcomes, const struct iptfs_sweep *sweep,
                        char **name, struct iptfs_error *error)
{
    int code = 0;
    *name = NULL;
    *outcomes = (struct iptfs_sweep_outcomes){
        .sweep = sweep, .points = calloc(sweep->n_points, sizeof *outcomes->points)};
    if (outcomes->points == NULL)
        return iptfs_fail_no_memory(error);
    const struct iptfs_sweep_track *seeds = iptfs_sweep_seeds(sweep);
    for (size_t i = 1; i <= sweep->n_points && code == 0; i += seeds != NULL ? seeds->count : 1)
        code = identify_seeds(outcomes, i, seeds, name, error);
    return code;
}

void iptfs_outcomes_free(struct iptfs_sweep_outcomes *outcomes)
{
    for (size_t i = 0; outcomes->points != NULL && i < outcomes->sweep->n_points; i++)
        free(outcomes->points[i].message);
    free(outcomes->points);
    outcomes->points = NULL;
}

/* Whether a point has a result. A file that is none is reported once. */
static bool has_result(struct iptfs_sweep_outcome *outcome, const char *directory,
                       const struct iptfs_progress *progress)
{
    struct iptfs_error error;
    int code = iptfs_point_file_check(directory, &outcome->id, &error);
    if (code != 0 && !outcome->damaged)
        iptfs_progress_message(progress, "%s; the point is run again", error.text);
    outcome->damaged = code != 0;
    return code == 0;
}

int iptfs_outcomes_find_results(struct iptfs_sweep_outcomes *outcomes, const char *directory,
                                const struct iptfs_progress *progress, struct iptfs_error *error)
{
    struct iptfs_point_files files;
    int code = iptfs_point_files_list(directory, &files, error);
    outcomes->n_done = 0;
    for (size_t i = 0; i < outcomes->sweep->n_points && code == 0; i++) {
        struct iptfs_sweep_outcome *outcome = &outcomes->points[i];
        outcome->done = iptfs_point_files_have(&files, &outcome->id) &&
                        has_result(outcome, directory, progress);
        outcomes->n_done += outcome->done;
    }
    free(files.ids);
    return code;
}

struct iptfs_planned_point *iptfs_outcomes_pending(const struct iptfs_sweep_outcomes *outcomes,
                                                   size_t *count)
{
    struct iptfs_planned_point *points = calloc(outcomes->sweep->n_points + 1, sizeof *points);
    *count = 0;
    for (size_t i = 0; points != NULL && i < outcomes->sweep->n_points; i++) {
        const struct iptfs_sweep_outcome *outcome = &outcomes->points[i];
        if (outcome->wanted && !outcome->done && !outcome->ended)
            points[(*count)++] = (struct iptfs_planned_point){i + 1, outcome->id.text};
    }
    return points;
}

size_t iptfs_outcomes_count_wanted(const struct iptfs_sweep_outcomes *outcomes)
{
    size_t count = 0;
    for (size_t i = 0; i < outcomes->sweep->n_points; i++)
        count += outcomes->points[i].wanted;
    return count;
}

bool iptfs_outcomes_take_line(struct iptfs_sweep_outcomes *outcomes, const char *line)
{
    size_t index = 0;
    int status = 0, at = 0;
    if (sscanf(line, "+ %zu", &index) != 1 &&
        sscanf(line, "- %zu %d %n", &index, &status, &at) != 2)
        return false;
    if (index < 1 || index > outcomes->sweep->n_points)
        return true;
    struct iptfs_sweep_outcome *outcome = &outcomes->points[index - 1];
    outcomes->n_ended += !outcome->ended;
    outcome->ended = true;
    if (line[0] == '-') {
        free(outcome->message);
        outcome->status = status;
        outcome->message = strdup(line + at);
    }
    return true;
}

size_t iptfs_outcomes_count_done(const struct iptfs_sweep_outcomes *outcomes)
{
    size_t count = 0;
    for (size_t i = 0; i < outcomes->sweep->n_points; i++) {
        const struct iptfs_sweep_outcome *outcome = &outcomes->points[i];
        count += outcome->wanted && (outcome->done || (outcome->ended && outcome->message == NULL));
    }
    return count;
}

static void report_failure(const struct iptfs_sweep_outcomes *outcomes, size_t index,
                           const struct iptfs_progress *progress)
{
    const struct iptfs_sweep_outcome *outcome = &outcomes->points[index - 1];
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(outcomes->sweep, index, &point);
    char *text = iptfs_sweep_point_text(&point);
    iptfs_progress_message(progress, "failed: point %zu (%s), status %d: %s", index,
                           text != NULL ? text : "", outcome->status, outcome->message);
    free(text);
}

size_t iptfs_outcomes_report_failures(struct iptfs_sweep_outcomes *outcomes,
                                      const struct iptfs_progress *progress)
{
    size_t failed = 0, not_run = 0, first = 0, last = 0;
    for (size_t i = 0; i < outcomes->sweep->n_points; i++) {
        struct iptfs_sweep_outcome *outcome = &outcomes->points[i];
        if (outcome->done || !outcome->wanted)
            continue;
        failed++;
        if (outcome->message != NULL) {
            report_failure(outcomes, i + 1, progress);
            continue;
        }
        outcome->status = 1;
        first = not_run++ == 0 ? i + 1 : first;
        last = i + 1;
    }
    if (not_run == 1)
        iptfs_progress_message(progress, "failed: point %zu was not run", first);
    else if (not_run > 1)
        iptfs_progress_message(progress, "failed: %zu of points %zu to %zu were not run", not_run,
                               first, last);
    return failed;
}
