/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/collect.h"

#include "files/textfile.h"
#include "summary/table.h"
#include "sweep/comparison.h"
#include "sweep/grid.h"
#include "sweep/key.h"
#include "sweep/point_file.h"
#include "sweep/results_writer.h"
#include "text/json_build.h"
#include "text/json_walk.h"

#include <ctype.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* The state of writing the results. */
struct collection {
    const struct iptfs_sweep *sweep;
    const struct iptfs_sweep_outcome *outcomes;
    const char *directory;
    json_t *columns; /* name -> {"role", "unit"}, in the order of the columns */
    struct iptfs_results_writer writer;
    const struct iptfs_progress *progress;
    struct iptfs_error *error;
};

static int out_of_memory(struct collection *all)
{
    return iptfs_fail_no_memory(all->error);
}

static json_t *load_point(struct collection *all, size_t index)
{
    json_t *summary;
    struct iptfs_error why;
    int code = iptfs_point_file_load(all->directory, &all->outcomes[index].id, &summary, &why);
    if (code != 0)
        iptfs_fail(all->error, code, "%s; --resume runs the point again", why.text);
    return summary;
}

/* ------------------------------------------------------------------------------------- columns */

static void add_column(struct collection *all, const char *name, const char *role, const char *unit)
{
    if (json_object_get(all->columns, name) == NULL)
        iptfs_json_put(&all->columns, name, json_pack("{s:s, s:s}", "role", role, "unit", unit));
}

/* The unit of a value by the table of summary values; results of another version may hold values
 * that the table does not. */
static const char *unit_of(const char *name)
{
    struct iptfs_summary_match match;
    return iptfs_summary_find(name, &match) ? match.unit : "";
}

static void take_column(void *ctx, const char *name, const json_t *value)
{
    if (!json_is_array(value)) /* features that an attack reads are no values */
        add_column(ctx, name, "value", unit_of(name));
}

static void add_parameters(struct collection *all)
{
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(all->sweep, 1, &point);
    add_column(all, "point", "point", "1");
    add_column(all, "id", "point", "text");
    for (size_t i = 0; i < point.n_columns; i++) {
        double number;
        const char *unit;
        bool is_number = iptfs_sweep_number(point.columns[i], point.labels[i], &number, &unit);
        if (*unit == '\0')
            unit = is_number ? "1" : "text";
        if (strcmp(point.columns[i], IPTFS_SWEEP_SEED) != 0)
            add_column(all, point.columns[i], "parameter", unit);
    }
    add_column(all, IPTFS_SWEEP_SEED, "seed", "1");
}

/* SQLite limits the number of columns, and names that differ only in case are the same to it. The
 * values that it cannot hold, those of single flows, are in results.csv only. */
static int skip_columns(struct collection *all)
{
    size_t space = (size_t)sqlite3_limit(all->writer.db, SQLITE_LIMIT_COLUMN, -1), skipped = 0;
    const char *name, *first = "";
    json_t *column, *seen = json_object();
    json_object_foreach(all->columns, name, column) space -= strstr(name, "flows.") == NULL;
    json_object_foreach(all->columns, name, column)
    {
        char lower[256];
        size_t length = 0;
        bool of_flow = strstr(name, "flows.") != NULL;
        for (; name[length] != '\0' && length + 1 < sizeof lower; length++)
            lower[length] = (char)tolower((unsigned char)name[length]);
        lower[length] = '\0';
        if (json_object_get(seen, lower) != NULL || (of_flow && space == 0)) {
            if (json_object_set_new(column, "skipped", json_true()) != 0)
                iptfs_json_append(&seen, NULL); /* as if memory had run out there */
            first = skipped++ == 0 ? name : first;
            continue;
        }
        space -= of_flow;
        iptfs_json_put(&seen, lower, json_true());
    }
    if (seen == NULL)
        return out_of_memory(all);
    json_decref(seen);
    if (skipped > 0)
        iptfs_progress_message(
            all->progress,
            "%s/results.db: skips %zu values from %s on (results.csv has them): names "
            "that differ only in case, or too many of them",
            iptfs_quoted_path(all->directory).text, skipped, first);
    return 0;
}

/* Points differ in the values they have: the columns are those of all points. */
static int find_columns(struct collection *all)
{
    all->columns = json_object();
    add_parameters(all);
    for (size_t i = 0; i < all->sweep->n_points; i++) {
        if (!all->outcomes[i].done || !all->outcomes[i].wanted)
            continue;
        json_t *summary = load_point(all, i);
        if (summary == NULL)
            return IPTFS_E_IO;
        iptfs_json_walk(summary, take_column, all);
        json_decref(summary);
    }
    return all->columns != NULL ? 0 : out_of_memory(all);
}

/* ---------------------------------------------------------------------------------------- rows */

static int write_sets(struct collection *all, const struct iptfs_sweep_point *point)
{
    int code = 0;
    for (size_t i = 0; i < point->n_sets && code == 0; i++) {
        const char *const texts[] = {point->sets[i].text};
        code = iptfs_results_writer_texts(&all->writer, "INSERT INTO sets VALUES(?,?)",
                                          (sqlite3_int64)point->index, texts, 1);
    }
    return code;
}

static int write_failure(struct collection *all, const struct iptfs_sweep_point *point)
{
    const struct iptfs_sweep_outcome *outcome = &all->outcomes[point->index - 1];
    char status[16];
    char *parameters = iptfs_sweep_point_text(point);
    if (parameters == NULL)
        return out_of_memory(all);
    snprintf(status, sizeof status, "%d", outcome->status);
    const char *const texts[] = {outcome->id.text, parameters, status,
                                 outcome->message != NULL ? outcome->message : "not run"};
    int code = iptfs_results_writer_texts(&all->writer, "INSERT INTO failures VALUES(?,?,?,?,?)",
                                          (sqlite3_int64)point->index, texts, 4);
    free(parameters);
    return code;
}

static void take_value(void *ctx, const char *name, const json_t *value)
{
    json_t **row = ctx;
    if (json_object_get(*row, name) == NULL)
        iptfs_json_put(row, name, json_incref(iptfs_json_mutable(value)));
}

/* Name -> value of all that a point's row holds; NULL when memory ran out. */
static json_t *row_of(const struct iptfs_sweep_point *point, const struct iptfs_text *id,
                      json_t *summary)
{
    json_t *row = json_pack("{s:I, s:s}", "point", (json_int_t)point->index, "id", id->text);
    for (size_t i = 0; i < point->n_columns; i++) {
        double number;
        const char *unit;
        if (strcmp(point->columns[i], IPTFS_SWEEP_SEED) == 0)
            continue; /* as the summary has it */
        bool is_number = iptfs_sweep_number(point->columns[i], point->labels[i], &number, &unit);
        iptfs_json_put(&row, point->columns[i],
                       is_number ? json_real(number) : json_string(point->labels[i]));
    }
    iptfs_json_walk(summary, take_value, &row);
    return row;
}

static int write_point(struct collection *all, size_t index)
{
    struct iptfs_sweep_point point;
    if (!all->outcomes[index].wanted)
        return 0;
    iptfs_sweep_point_at(all->sweep, index + 1, &point);
    int code = write_sets(all, &point);
    if (code != 0 || !all->outcomes[index].done)
        return code != 0 ? code : write_failure(all, &point);
    json_t *summary = load_point(all, index);
    if (summary == NULL)
        return IPTFS_E_IO;
    json_t *row = row_of(&point, &all->outcomes[index].id, summary);
    code = row != NULL ? iptfs_results_writer_row(&all->writer, row) : out_of_memory(all);
    json_decref(row);
    json_decref(summary);
    return code;
}

static int write_points(struct collection *all)
{
    int code = skip_columns(all);
    if (code == 0)
        code = iptfs_results_writer_begin(&all->writer, all->columns);
    for (size_t i = 0; i < all->sweep->n_points && code == 0; i++)
        code = write_point(all, i);
    return code;
}

int iptfs_collect(const struct iptfs_sweep_rounds *rounds, const char *directory,
                  const struct iptfs_progress *progress, struct iptfs_error *error)
{
    const struct iptfs_sweep_outcomes *outcomes = rounds->outcomes;
    struct collection all = {.sweep = outcomes->sweep,
                             .outcomes = outcomes->points,
                             .directory = directory,
                             .progress = progress,
                             .error = error};
    int code = find_columns(&all);
    if (code == 0)
        code = iptfs_results_writer_open(&all.writer, directory, error);
    if (code == 0)
        code = write_points(&all);
    if (code == 0)
        code = iptfs_sweep_compare_write(outcomes, &all.writer, all.columns, progress);
    if (code == 0 && rounds->count > 0)
        code = iptfs_sweep_rounds_write(rounds, &all.writer);
    if (code == 0)
        code = iptfs_results_writer_commit(&all.writer);
    iptfs_results_writer_discard(&all.writer);
    json_decref(all.columns);
    return code;
}
