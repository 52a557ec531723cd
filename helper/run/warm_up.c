/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/warm_up.h"

#include "base/units.h"
#include "files/interrupt.h"
#include "files/textfile.h"
#include "option/time_or_word.h"
#include "run/columns.h"
#include "stats/mser.h"
#include "text/quantity.h"
#include "text/suggest.h"

#include <stdlib.h>
#include <string.h>

enum {
    PARTS = 1000 /* intervals of a run, when the scenario does not say how long they are */
};

static int64_t interval_of(const struct iptfs_scenario *scenario)
{
    if (scenario->warm_up_interval_ps != IPTFS_TIME_BY_WORD)
        return scenario->warm_up_interval_ps;
    return iptfs_later(scenario->duration_ps / PARTS, 1);
}

static int refuse_series(const struct iptfs_scenario *scenario, const struct iptfs_column *columns,
                         size_t count, struct iptfs_error *error)
{
    struct iptfs_suggest nearest = {.found = scenario->warm_up_series};
    char names[400] = "";
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(names);
        iptfs_suggest_offer(&nearest, columns[i].name);
        snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? ", " : "", columns[i].name);
    }
    return iptfs_fail(
        error, IPTFS_E_INVALID, "%s: [scenario] warm-up-series: found '%s', allowed: %s%s",
        iptfs_quoted_path(scenario->path).text, iptfs_quoted(scenario->warm_up_series).text, names,
        iptfs_suggest_hint(&nearest).text);
}

/* The column that the scenario names; NULL when there is none, with an error. */
static struct iptfs_column *find_column(const struct iptfs_scenario *scenario,
                                        struct iptfs_column *columns, size_t count,
                                        struct iptfs_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i].name, scenario->warm_up_series) == 0)
            return &columns[i];
    refuse_series(scenario, columns, count, error);
    return NULL;
}

static void report_progress(const struct iptfs_progress *progress, int64_t now_ps,
                            int64_t duration_ps)
{
    iptfs_progress_note(progress, "first run, for the warm-up: %s of %s",
                        iptfs_show_time(now_ps).text, iptfs_show_time(duration_ps).text);
    iptfs_progress_update(progress, iptfs_seconds(now_ps), iptfs_seconds(duration_ps), NULL);
}

/* Runs to the end of each interval and takes the value of the column. */
static int observe(struct iptfs_run *run, struct iptfs_column *column,
                   const struct iptfs_progress *progress, double *observations, size_t count,
                   struct iptfs_error *error)
{
    int64_t interval_ps = interval_of(run->scenario), duration_ps = run->scenario->duration_ps;
    int code = IPTFS_OK;
    for (size_t i = 0; i < count && code == IPTFS_OK; i++) {
        int64_t now_ps = (int64_t)(i + 1) * interval_ps;
        code = iptfs_run_until(run, now_ps, error);
        struct iptfs_summary_view view = iptfs_run_view_whole(run, now_ps);
        observations[i] = iptfs_column_value(column, &view, iptfs_seconds(interval_ps));
        report_progress(progress, now_ps, duration_ps);
        if (code == IPTFS_OK && iptfs_interrupt_signal() != 0)
            code = iptfs_fail(error, IPTFS_E_INTERRUPTED,
                              "interrupted at %s of %s in the first run, which finds the warm-up; "
                              "nothing is written",
                              iptfs_show_time(now_ps).text, iptfs_show_time(duration_ps).text);
    }
    iptfs_progress_end(progress);
    return code;
}

static void decide(const struct iptfs_scenario *scenario, const double *observations, size_t count,
                   struct iptfs_warm_up *warm_up)
{
    struct iptfs_mser mser = iptfs_mser5(observations, count);
    size_t cut = mser.too_short ? mser.batches / 2 : mser.cut;
    *warm_up = (struct iptfs_warm_up){
        .cut_ps = (int64_t)(cut * IPTFS_MSER_BATCH) * interval_of(scenario),
        .too_short = mser.too_short,
    };
}

static int find(struct iptfs_run *run, const struct iptfs_progress *progress,
                struct iptfs_warm_up *warm_up, struct iptfs_error *error)
{
    const struct iptfs_scenario *scenario = run->scenario;
    size_t observed = (size_t)(scenario->duration_ps / interval_of(scenario)), columns;
    double *observations = calloc(observed + 1, sizeof *observations);
    struct iptfs_summary_view view = iptfs_run_view_whole(run, 0);
    struct iptfs_column *all = NULL, *column = NULL;
    int code = observations != NULL ? iptfs_columns_new(&view, &all, &columns) : IPTFS_E_NO_MEMORY;
    if (code != IPTFS_OK)
        iptfs_fail_no_memory(error);
    else
        column = find_column(scenario, all, columns, error);
    if (column != NULL)
        code = observe(run, column, progress, observations, observed, error);
    else if (code == IPTFS_OK)
        code = error->code;
    if (code == IPTFS_OK)
        decide(scenario, observations, observed, warm_up);
    free(all);
    free(observations);
    return code;
}

int iptfs_warm_up_find(struct iptfs_run *run, const struct iptfs_scenario *scenario, uint64_t seed,
                       uint64_t number, const struct iptfs_progress *progress,
                       struct iptfs_warm_up *warm_up, struct iptfs_error *error)
{
    static const struct iptfs_warm_up none;
    *warm_up = none;
    if (scenario->warm_up_ps != IPTFS_TIME_BY_WORD) {
        warm_up->cut_ps = scenario->warm_up_ps;
        return IPTFS_OK;
    }
    int code = iptfs_run_open(run, scenario, seed, number, &none, error);
    run->measuring = true; /* this run has no summary: its leak need not be counted */
    if (code == IPTFS_OK)
        code = find(run, progress, warm_up, error);
    iptfs_run_free(run);
    *run = (struct iptfs_run){0}; /* it may be freed again */
    return code;
}
