/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/rounds.h"

#include "sweep/grid.h"
#include "sweep/key.h"
#include "sweep/point_file.h"
#include "text/json_build.h"
#include "text/json_walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int iptfs_sweep_rounds_init(struct iptfs_sweep_rounds *rounds,
                            struct iptfs_sweep_outcomes *outcomes, struct iptfs_error *error)
{
    const struct iptfs_sweep *sweep = outcomes->sweep;
    *rounds = (struct iptfs_sweep_rounds){.outcomes = outcomes};
    if (sweep->until.line == 0)
        return 0;
    rounds->count = sweep->n_points / sweep->until.most;
    rounds->all = calloc(rounds->count, sizeof *rounds->all);
    rounds->values = calloc(sweep->n_points, sizeof *rounds->values);
    rounds->known = calloc(sweep->n_points, sizeof *rounds->known);
    if (rounds->all == NULL || rounds->values == NULL || rounds->known == NULL)
        return iptfs_fail_no_memory(error);
    for (size_t i = 0; i < rounds->count; i++)
        rounds->all[i].first = 1 + i * sweep->until.most;
    return 0;
}

void iptfs_sweep_rounds_free(struct iptfs_sweep_rounds *rounds)
{
    free(rounds->all);
    free(rounds->values);
    free(rounds->known);
    *rounds = (struct iptfs_sweep_rounds){.all = NULL};
}

/* ---------------------------------------------------------------------------------------- plan */

/* The value that is looked for in a summary. */
struct search {
    const char *name;
    double value;
};

static void take_value(void *ctx, const char *name, const json_t *value)
{
    struct search *search = ctx;
    if (strcmp(name, search->name) == 0 && json_is_number(value))
        search->value = json_number_value(value);
}

/* Loads the value of a point that is done. */
static int load_value(struct iptfs_sweep_rounds *rounds, size_t index, const char *directory,
                      struct iptfs_error *error)
{
    struct search search = {rounds->outcomes->sweep->until.measure, (double)NAN};
    json_t *summary;
    if (rounds->known[index])
        return 0;
    int code =
        iptfs_point_file_load(directory, &rounds->outcomes->points[index].id, &summary, error);
    if (code != 0)
        return code;
    iptfs_json_walk(summary, take_value, &search);
    json_decref(summary);
    rounds->values[index] = search.value;
    rounds->known[index] = true;
    return 0;
}

/* Whether the first `count` replications are done; their values are loaded then. */
static int load_replications(struct iptfs_sweep_rounds *rounds, struct iptfs_sweep_combination *one,
                             size_t count, bool *done, const char *directory,
                             struct iptfs_error *error)
{
    *done = true;
    for (size_t i = one->first - 1; i < one->first - 1 + count; i++) {
        const struct iptfs_sweep_outcome *outcome = &rounds->outcomes->points[i];
        *done = *done && outcome->done;
        if (!outcome->done && outcome->ended)
            one->step.state = IPTFS_UNTIL_FAILED;
    }
    int code = 0;
    for (size_t i = 0; *done && i < count && code == 0; i++)
        code = load_value(rounds, one->first - 1 + i, directory, error);
    return code;
}

/* Takes the looks of one combination from the first on, as far as its results go. */
static int plan(struct iptfs_sweep_rounds *rounds, struct iptfs_sweep_combination *one,
                const char *directory, struct iptfs_error *error)
{
    const struct iptfs_sweep_until *until = &rounds->outcomes->sweep->until;
    bool done = true;
    int code = 0;
    one->step = (struct iptfs_until_step){.next = until->least};
    while (code == 0 && done && one->step.state == IPTFS_UNTIL_RUNNING) {
        one->wanted = one->step.next;
        code = load_replications(rounds, one, one->wanted, &done, directory, error);
        if (code == 0 && done)
            one->step = iptfs_until_step(until, &rounds->values[one->first - 1], one->wanted);
    }
    for (size_t i = 0; i < until->most; i++)
        rounds->outcomes->points[one->first - 1 + i].wanted = i < one->wanted;
    return code;
}

int iptfs_sweep_rounds_plan(struct iptfs_sweep_rounds *rounds, const char *directory,
                            struct iptfs_error *error)
{
    int code = 0;
    for (size_t i = 0; rounds->all != NULL && i < rounds->outcomes->sweep->n_points; i++)
        rounds->known[i] = rounds->known[i] && rounds->outcomes->points[i].done;
    for (size_t i = 0; i < rounds->count && code == 0; i++)
        code = plan(rounds, &rounds->all[i], directory, error);
    return code;
}

/* -------------------------------------------------------------------------------------- report */

/* The values of a combination, without its seed: "link.loss=1%"; a new string. */
static char *text_of(const struct iptfs_sweep_rounds *rounds,
                     const struct iptfs_sweep_combination *one)
{
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(rounds->outcomes->sweep, one->first, &point);
    point.n_columns -= 1; /* the seed is the last */
    return iptfs_sweep_point_text(&point);
}

/* The seed of the first replication that has no number. */
static struct iptfs_text seed_without(const struct iptfs_sweep_rounds *rounds,
                                      const struct iptfs_sweep_combination *one)
{
    struct iptfs_sweep_point point;
    struct iptfs_text text;
    size_t i = 0;
    while (i + 1 < one->wanted && isfinite(rounds->values[one->first - 1 + i]))
        i++;
    iptfs_sweep_point_at(rounds->outcomes->sweep, one->first + i, &point);
    snprintf(text.text, sizeof text.text, "%.60s", point.labels[point.n_columns - 1]);
    return text;
}

/* How a combination ended whose interval is not known to be narrow enough. */
static void explain(const struct iptfs_sweep_rounds *rounds,
                    const struct iptfs_sweep_combination *one, char *text, size_t size)
{
    const struct iptfs_until_step *step = &one->step;
    double share = rounds->outcomes->sweep->until.share;
    switch (step->state) {
    case IPTFS_UNTIL_MISSED:
        if (step->mean == 0.0)
            snprintf(text, size,
                     "not reached with %zu replications: the mean is 0, of which "
                     "there is no part",
                     one->wanted);
        else
            snprintf(text, size,
                     "not reached with %zu replications: half of the interval is "
                     "%.3g %% of the mean, wanted %.3g %%",
                     one->wanted, 100.0 * fabs(step->half / step->mean), 100.0 * share);
        break;
    case IPTFS_UNTIL_ZERO:
        snprintf(text, size,
                 "stopped: the mean is 0, of which there is no part (all %zu values "
                 "are 0)",
                 one->wanted);
        break;
    case IPTFS_UNTIL_NO_VALUE:
        snprintf(text, size,
                 "stopped with %zu replications: there is no number (null) for "
                 "seed=%s",
                 one->wanted, seed_without(rounds, one).text);
        break;
    case IPTFS_UNTIL_FAILED:
        snprintf(text, size, "stopped: one of %zu replications failed", one->wanted);
        break;
    default:
        snprintf(text, size, "not finished: %zu replications are needed first", one->wanted);
    }
}

static void report(const struct iptfs_sweep_rounds *rounds,
                   const struct iptfs_sweep_combination *one, const struct iptfs_progress *progress)
{
    char *text = text_of(rounds, one), how[200];
    explain(rounds, one, how, sizeof how);
    iptfs_progress_message(progress, "until %s: %s%s%s", rounds->outcomes->sweep->until.measure,
                           text != NULL && *text != '\0' ? text : "",
                           text != NULL && *text != '\0' ? ": " : "", how);
    free(text);
}

void iptfs_sweep_rounds_report(const struct iptfs_sweep_rounds *rounds,
                               const struct iptfs_progress *progress)
{
    enum {
        MOST = 20
    };
    size_t count = 0;
    for (size_t i = 0; i < rounds->count; i++)
        if (rounds->all[i].step.state != IPTFS_UNTIL_REACHED && count++ < MOST)
            report(rounds, &rounds->all[i], progress);
    if (count > MOST)
        iptfs_progress_message(progress, "until %s: and %zu more combinations like these",
                               rounds->outcomes->sweep->until.measure, count - MOST);
}

void iptfs_sweep_rounds_print(const struct iptfs_sweep_rounds *rounds, FILE *out)
{
    const struct iptfs_sweep_until *until = &rounds->outcomes->sweep->until;
    size_t reached = 0, least = SIZE_MAX, most = 0;
    for (size_t i = 0; i < rounds->count; i++) {
        size_t wanted = rounds->all[i].wanted;
        reached += rounds->all[i].step.state == IPTFS_UNTIL_REACHED;
        least = wanted < least ? wanted : least;
        most = wanted > most ? wanted : most;
    }
    if (rounds->count > 0)
        fprintf(out,
                "Until                %.3g %% of %s: reached in %zu of %zu combinations, with %zu "
                "to %zu replications\n",
                100 * until->share, until->measure, reached, rounds->count, least, most);
}

/* --------------------------------------------------------------------------------------- table */

static json_t *number_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *row_of(const struct iptfs_sweep_rounds *rounds,
                      const struct iptfs_sweep_combination *one)
{
    const struct iptfs_sweep_until *until = &rounds->outcomes->sweep->until;
    const struct iptfs_until_step *step = &one->step;
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(rounds->outcomes->sweep, one->first, &point);
    json_t *row = json_object();
    for (size_t i = 0; i + 1 < point.n_columns; i++) {
        double number;
        const char *unit;
        bool is_number = iptfs_sweep_number(point.columns[i], point.labels[i], &number, &unit);
        iptfs_json_put(&row, point.columns[i],
                       is_number ? json_real(number) : json_string(point.labels[i]));
    }
    iptfs_json_put(&row, "measure", json_string(until->measure));
    iptfs_json_put(&row, "mean", number_or_null(step->mean));
    iptfs_json_put(&row, "low", number_or_null(step->mean - step->half));
    iptfs_json_put(&row, "high", number_or_null(step->mean + step->half));
    iptfs_json_put(&row, "relative", number_or_null(fabs(step->half / step->mean)));
    iptfs_json_put(&row, "target", json_real(until->share));
    iptfs_json_put(&row, "replications", json_integer((json_int_t)one->wanted));
    iptfs_json_put(&row, "state", json_string(iptfs_until_state_name(step->state)));
    return row;
}

int iptfs_sweep_rounds_write(const struct iptfs_sweep_rounds *rounds,
                             struct iptfs_results_writer *writer)
{
    struct iptfs_results_table table = {.writer = writer, .name = "stopping"};
    int code = 0;
    for (size_t i = 0; i < rounds->count && code == 0; i++) {
        json_t *row = row_of(rounds, &rounds->all[i]);
        code = row != NULL ? iptfs_results_table_add(&table, row)
                           : iptfs_fail_no_memory(writer->error);
        json_decref(row);
    }
    iptfs_results_table_end(&table);
    return code;
}
