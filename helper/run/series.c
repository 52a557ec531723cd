/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/series.h"

#include "base/units.h"
#include "summary/measures.h"
#include "summary/table.h"
#include "text/csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TIME_DIGITS = 12,
    VALUE_DIGITS = 9
};

/* ------------------------------------------------------------------------------------ columns */

/* Counts the columns of a group; `append` also fills in those columns. */
static void add_group(struct iptfs_series *series, const struct iptfs_summary_group *group,
                      const struct iptfs_summary_subject *subject, size_t flow, bool append)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct iptfs_summary_row *row = &group->rows[i];
        const struct iptfs_summary_condition *when = row->series.when;
        if (row->series.kind == IPTFS_SERIES_NONE || (when != NULL && !when->holds(subject)))
            continue;
        if (append) {
            struct iptfs_series_column *column = &series->columns[series->count];
            const char *direction = subject->direction == IPTFS_FORWARD ? "forward" : "reverse";
            *column = (struct iptfs_series_column){.row = row,
                                                   .direction = subject->direction,
                                                   .of_flow = subject->traffic != NULL,
                                                   .flow = flow};
            if (subject->traffic != NULL)
                snprintf(column->name, sizeof column->name, "%s.%s.%s", group->prefix,
                         subject->traffic->name, row->name);
            else
                snprintf(column->name, sizeof column->name, "%s.%s", direction, row->name);
        }
        series->count++;
    }
}

/* The directions, then each flow in its own direction. */
static void add_columns(struct iptfs_series *series, const struct iptfs_summary_view *view,
                        bool append)
{
    series->count = 0;
    for (int direction = 0; direction < IPTFS_DIRECTIONS; direction++) {
        struct iptfs_summary_subject subject =
            iptfs_summary_direction_subject(view, (enum iptfs_direction)direction);
        for (size_t i = 0; subject.tunnel != NULL && i < iptfs_summary_group_count; i++)
            if (iptfs_summary_groups[i]->scope == IPTFS_SUMMARY_DIRECTION)
                add_group(series, iptfs_summary_groups[i], &subject, 0, append);
    }
    for (size_t i = 0; i < iptfs_summary_flow_count(view->scenario); i++) {
        struct iptfs_summary_subject subject;
        if (iptfs_summary_flow_subject(view, view->scenario->traffic[i].direction, i, &subject))
            add_group(series, &iptfs_summary_flows_group, &subject, i, append);
    }
}

int iptfs_series_begin(struct iptfs_series *series, const struct iptfs_summary_view *view)
{
    struct iptfs_csv csv = {.out = series->csv.file};
    series->scenario = view->scenario;
    add_columns(series, view, false);
    series->columns = calloc(series->count + 1, sizeof *series->columns);
    if (series->columns == NULL)
        return IPTFS_E_NO_MEMORY;
    add_columns(series, view, true);
    iptfs_csv_text(&csv, "time_s");
    for (size_t i = 0; i < series->count; i++)
        iptfs_csv_text(&csv, series->columns[i].name);
    iptfs_csv_end(&csv);
    return IPTFS_OK;
}

/* ------------------------------------------------------------------------------------- samples */

static double sample(struct iptfs_series_column *column, const struct iptfs_summary_view *view,
                     double interval_s)
{
    struct iptfs_summary_subject subject = iptfs_summary_direction_subject(view, column->direction);
    if (column->of_flow)
        iptfs_summary_flow_subject(view, column->direction, column->flow, &subject);
    double value = column->row->series.get(&subject), before = column->before;
    column->before = value;
    switch (column->row->series.kind) {
    case IPTFS_SERIES_RATE:
        return 8.0 * (value - before) / interval_s;
    case IPTFS_SERIES_INCREASE:
        return value - before;
    case IPTFS_SERIES_LEVEL:
    case IPTFS_SERIES_NONE:
        break;
    }
    return value;
}

void iptfs_series_sample(struct iptfs_series *series, const struct iptfs_summary_view *view)
{
    struct iptfs_csv csv = {.out = series->csv.file};
    double interval_s = iptfs_seconds(view->now_ps - series->last_ps);
    if (view->now_ps <= series->last_ps)
        return;
    series->last_ps = view->now_ps;
    iptfs_csv_real(&csv, iptfs_seconds(view->now_ps), TIME_DIGITS);
    for (size_t i = 0; i < series->count; i++)
        iptfs_csv_real(&csv, sample(&series->columns[i], view, interval_s), VALUE_DIGITS);
    iptfs_csv_end(&csv);
}

/* --------------------------------------------------------------------------------------- file */

int iptfs_series_open(struct iptfs_series *series, const char *directory, struct iptfs_error *error)
{
    *series = (struct iptfs_series){0};
    return iptfs_outfile_open_in(&series->csv, directory, "series.csv", error);
}

int iptfs_series_commit(struct iptfs_series *series, struct iptfs_error *error)
{
    return iptfs_outfile_commit(&series->csv, error);
}

void iptfs_series_free(struct iptfs_series *series)
{
    iptfs_outfile_discard(&series->csv);
    free(series->columns);
    *series = (struct iptfs_series){0};
}
