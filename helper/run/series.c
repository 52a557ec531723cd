/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/series.h"

#include "base/units.h"
#include "text/csv.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TIME_DIGITS = 12,
    VALUE_DIGITS = 9
};

int iptfs_series_begin(struct iptfs_series *series, const struct iptfs_summary_view *view)
{
    struct iptfs_csv csv = {.out = series->csv.file};
    series->scenario = view->scenario;
    int code = iptfs_columns_new(view, &series->columns, &series->count);
    if (code != IPTFS_OK)
        return code;
    iptfs_csv_text(&csv, "time_s");
    for (size_t i = 0; i < series->count; i++)
        iptfs_csv_text(&csv, series->columns[i].name);
    iptfs_csv_end(&csv);
    return IPTFS_OK;
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
        iptfs_csv_real(&csv, iptfs_column_value(&series->columns[i], view, interval_s),
                       VALUE_DIGITS);
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
