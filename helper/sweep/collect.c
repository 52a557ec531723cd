/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/collect.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "summary/table.h"
#include "sweep/grid.h"
#include "sweep/key.h"
#include "sweep/point_file.h"
#include "sweep/results_db.h"
#include "sweep/results_mark.h"
#include "text/csv.h"
#include "text/json_build.h"
#include "text/json_walk.h"
#include "text/text_stream.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The state of writing the results. */
struct collection {
    const struct iptfs_sweep *sweep;
    const struct iptfs_sweep_outcome *outcomes;
    const char *directory;
    json_t *columns; /* name -> {"role", "unit"}, in the order of the columns */
    sqlite3 *db;
    sqlite3_stmt *insert; /* a row of points */
    struct iptfs_outfile csv;
    const struct iptfs_progress *progress;
    struct iptfs_error *error;
};

static int out_of_memory(struct collection *all)
{
    return iptfs_fail_no_memory(all->error);
}

static int database_failed(struct collection *all)
{
    return iptfs_fail(all->error, IPTFS_E_IO, "%s/results.db: cannot be written: %s",
                      iptfs_quoted_path(all->directory).text,
                      all->db != NULL ? sqlite3_errmsg(all->db) : "out of memory");
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
    (void)value;
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
        if (strcmp(point.columns[i], "seed") != 0)
            add_column(all, point.columns[i], "parameter", unit);
    }
    add_column(all, "seed", "seed", "1");
}

static bool is_skipped(const json_t *column)
{
    return json_object_get(column, "skipped") != NULL;
}

/* SQLite limits the number of columns, and names that differ only in case are the same to it. The
 * values that it cannot hold, those of single flows, are in results.csv only. */
static int skip_columns(struct collection *all)
{
    size_t space = (size_t)sqlite3_limit(all->db, SQLITE_LIMIT_COLUMN, -1), skipped = 0;
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
        if (!all->outcomes[i].done)
            continue;
        json_t *summary = load_point(all, i);
        if (summary == NULL)
            return IPTFS_E_IO;
        iptfs_json_walk(summary, take_column, all);
        json_decref(summary);
    }
    return all->columns != NULL ? 0 : out_of_memory(all);
}

/* -------------------------------------------------------------------------------------- tables */

static int run_sql(struct collection *all, const char *sql)
{
    return sqlite3_exec(all->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : database_failed(all);
}

static void put_column(FILE *out, const char *name, bool first)
{
    fputs(first ? "" : ",", out);
    iptfs_results_db_put_name(out, name);
    fputs(first ? " INTEGER PRIMARY KEY" : "", out);
}

/* The statement that makes the table, or that fills a row, with all columns. */
static char *table_sql(const struct collection *all, bool create)
{
    const char *name;
    json_t *column;
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    fputs(create ? "CREATE TABLE points(" : "INSERT INTO points VALUES(", out);
    bool first = true;
    json_object_foreach(all->columns, name, column)
    {
        if (is_skipped(column))
            continue;
        if (!create)
            fputs(first ? "?" : ",?", out);
        else
            put_column(out, name, first);
        first = false;
    }
    fputc(')', out);
    return iptfs_text_stream_close(&stream);
}

static int run_table_sql(struct collection *all)
{
    char *create = table_sql(all, true), *insert = table_sql(all, false);
    int code = create == NULL || insert == NULL ? out_of_memory(all) : run_sql(all, create);
    if (code == 0 && sqlite3_prepare_v2(all->db, insert, -1, &all->insert, NULL) != SQLITE_OK)
        code = database_failed(all);
    free(create);
    free(insert);
    return code;
}

/* Fills a row of a small table: texts and one number in front of them (negative: none). */
static int insert_texts(struct collection *all, const char *sql, sqlite3_int64 number,
                        const char *const *texts, int count)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(all->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return database_failed(all);
    sqlite3_bind_int64(statement, 1, number);
    for (int i = 0; i < count; i++)
        sqlite3_bind_text(statement, i + 2, texts[i], -1, SQLITE_TRANSIENT);
    int result = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return result == SQLITE_DONE ? 0 : database_failed(all);
}

static int write_columns(struct collection *all)
{
    const char *name;
    json_t *column;
    sqlite3_int64 position = 0;
    int code = 0;
    struct iptfs_csv csv = {.out = all->csv.file};
    json_object_foreach(all->columns, name, column)
    {
        const char *const texts[] = {name, json_string_value(json_object_get(column, "role")),
                                     json_string_value(json_object_get(column, "unit"))};
        iptfs_csv_text(&csv, name);
        if (code == 0 && !is_skipped(column))
            code = insert_texts(all, "INSERT INTO columns VALUES(?,?,?,?)", position, texts, 3);
        position++;
    }
    iptfs_csv_end(&csv);
    return code;
}

static int write_sets(struct collection *all, const struct iptfs_sweep_point *point)
{
    int code = 0;
    for (size_t i = 0; i < point->n_sets && code == 0; i++) {
        const char *const texts[] = {point->sets[i].text};
        code = insert_texts(all, "INSERT INTO sets VALUES(?,?)", (sqlite3_int64)point->index, texts,
                            1);
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
    int code = insert_texts(all, "INSERT INTO failures VALUES(?,?,?,?,?)",
                            (sqlite3_int64)point->index, texts, 4);
    free(parameters);
    return code;
}

/* ---------------------------------------------------------------------------------------- rows */

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
        if (strcmp(point->columns[i], "seed") == 0)
            continue; /* as the summary has it */
        bool is_number = iptfs_sweep_number(point->columns[i], point->labels[i], &number, &unit);
        iptfs_json_put(&row, point->columns[i],
                       is_number ? json_real(number) : json_string(point->labels[i]));
    }
    iptfs_json_walk(summary, take_value, &row);
    return row;
}

static void bind_value(sqlite3_stmt *statement, int at, const json_t *value)
{
    if (json_is_string(value))
        sqlite3_bind_text(statement, at, json_string_value(value), -1, SQLITE_TRANSIENT);
    else if (json_is_integer(value))
        sqlite3_bind_int64(statement, at, json_integer_value(value));
    else if (json_is_real(value))
        sqlite3_bind_double(statement, at, json_real_value(value));
    else if (json_is_boolean(value))
        sqlite3_bind_int64(statement, at, json_is_true(value));
    else
        sqlite3_bind_null(statement, at);
}

static int write_row(struct collection *all, json_t *row)
{
    const char *name;
    json_t *column;
    int at = 0;
    struct iptfs_csv csv = {.out = all->csv.file};
    json_object_foreach(all->columns, name, column)
    {
        const json_t *value = json_object_get(row, name);
        iptfs_csv_json(&csv, value);
        if (!is_skipped(column))
            bind_value(all->insert, ++at, value);
    }
    iptfs_csv_end(&csv);
    int result = sqlite3_step(all->insert);
    sqlite3_reset(all->insert);
    return result == SQLITE_DONE ? 0 : database_failed(all);
}

static int write_point(struct collection *all, size_t index)
{
    struct iptfs_sweep_point point;
    iptfs_sweep_point_at(all->sweep, index + 1, &point);
    int code = write_sets(all, &point);
    if (code != 0 || !all->outcomes[index].done)
        return code != 0 ? code : write_failure(all, &point);
    json_t *summary = load_point(all, index);
    if (summary == NULL)
        return IPTFS_E_IO;
    json_t *row = row_of(&point, &all->outcomes[index].id, summary);
    code = row != NULL ? write_row(all, row) : out_of_memory(all);
    json_decref(row);
    json_decref(summary);
    return code;
}

static int write_tables(struct collection *all)
{
    int code = skip_columns(all);
    if (code == 0)
        code = run_sql(all, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
                            "CREATE TABLE columns(position INTEGER PRIMARY KEY, name, role, unit);"
                            "CREATE TABLE sets(point INTEGER, text);"
                            "CREATE TABLE failures(point INTEGER PRIMARY KEY, id, parameters,"
                            " status INTEGER, message);");
    if (code == 0)
        code = run_table_sql(all);
    if (code == 0)
        code = write_columns(all);
    for (size_t i = 0; i < all->sweep->n_points && code == 0; i++)
        code = write_point(all, i);
    sqlite3_finalize(all->insert);
    return code != 0 ? code : run_sql(all, "CREATE INDEX sets_of ON sets(point); COMMIT");
}

/* Makes the database under another name, for SQLite writes to files by name. */
static int write_files(struct collection *all, const char *path, const char *temporary)
{
    unlink(temporary); /* left by a sweep that was killed */
    int code = sqlite3_open(temporary, &all->db) == SQLITE_OK ? 0 : database_failed(all);
    if (code == 0)
        code = write_tables(all);
    if (sqlite3_close(all->db) != SQLITE_OK && code == 0)
        code = iptfs_fail(all->error, IPTFS_E_IO, "%s: cannot be written",
                          iptfs_quoted_path(path).text);
    if (code == 0)
        code = iptfs_results_mark_write(temporary, all->error);
    if (code == 0)
        code = iptfs_outfile_commit(&all->csv, all->error);
    if (code == 0 && rename(temporary, path) != 0)
        code = iptfs_fail(all->error, IPTFS_E_IO, "%s: cannot be written: %s",
                          iptfs_quoted_path(path).text, strerror(errno));
    if (code != 0)
        unlink(temporary);
    return code != 0 ? code : iptfs_folder_sync(all->directory, all->error);
}

int iptfs_collect(const struct iptfs_sweep_outcomes *outcomes, const char *directory,
                  const struct iptfs_progress *progress, struct iptfs_error *error)
{
    struct collection all = {.sweep = outcomes->sweep,
                             .outcomes = outcomes->points,
                             .directory = directory,
                             .progress = progress,
                             .error = error};
    char *path = iptfs_path_join(directory, "results.db");
    char *temporary = iptfs_path_join(directory, "results.db.tmp");
    int code = path == NULL || temporary == NULL ? out_of_memory(&all) : 0;
    if (code == 0)
        code = find_columns(&all);
    if (code == 0)
        code = iptfs_outfile_open_in(&all.csv, directory, "results.csv", error);
    if (code == 0)
        code = write_files(&all, path, temporary);
    iptfs_outfile_discard(&all.csv);
    json_decref(all.columns);
    free(path);
    free(temporary);
    return code;
}
