/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/results_table.h"

#include "summary/table.h"
#include "sweep/key.h"
#include "sweep/manifest.h"
#include "sweep/results_db.h"
#include "text/text_stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The state of filling a table. */
struct filling {
    struct iptfs_plot_table *table;
    const char *const *keys;
    size_t n_keys;
    struct iptfs_results_db db;
    struct iptfs_results_column *known; /* the columns of results.db */
    size_t n_known;
    struct iptfs_error *error;
};

/* The unit of a value of the summary; `recorded` is that in the results, which may come from
 * another version and hold other values. */
static const char *unit_of_value(const char *name, const char *recorded)
{
    struct iptfs_summary_match match;
    return iptfs_summary_find(name, &match) ? match.unit : recorded;
}

static void set_known(struct iptfs_plot_column *column, const struct iptfs_results_column *known)
{
    bool value = strcmp(known->role, "value") == 0;
    const char *unit =
        value ? unit_of_value(known->name, known->unit) : iptfs_plot_unit_of_key(known->name);
    iptfs_plot_table_set_column(column, known->name, value ? IPTFS_PLOT_SUMMARY : IPTFS_PLOT_SWEPT,
                                unit);
}

/* Sets the columns asked for; the error of an unknown key is the hint to the nearest name. */
static int find_asked(struct filling *filling, size_t *unknown)
{
    for (size_t i = 0; i < filling->n_keys; i++) {
        struct iptfs_plot_column *column = &filling->table->columns[i];
        const char *name = iptfs_plot_column_name(filling->keys[i]);
        struct iptfs_suggest_hint hint;
        const struct iptfs_results_column *known =
            iptfs_results_column_find(filling->known, filling->n_known, name, &hint);
        *unknown = i;
        if (known != NULL)
            set_known(column, known);
        else if (iptfs_sweep_option(name) != NULL)
            iptfs_plot_table_set_column(column, name, IPTFS_PLOT_SCENARIO,
                                        iptfs_plot_unit_of_key(name));
        else
            return iptfs_fail(filling->error, IPTFS_E_INVALID, "%s", hint.text);
    }
    for (size_t i = 0; i < filling->n_known; i++)
        if (strcmp(filling->known[i].role, "parameter") == 0)
            iptfs_plot_table_add_swept(filling->table, filling->known[i].name);
    return 0;
}

/* The query for all columns that results.db has. */
static char *query_text(const struct iptfs_plot_table *table)
{
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    fputs("SELECT point", out);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].source == IPTFS_PLOT_SCENARIO)
            fputs(", NULL", out);
        else {
            fputs(", ", out);
            iptfs_results_db_put_name(out, table->columns[i].name);
        }
    }
    fputs(" FROM points ORDER BY point", out);
    return iptfs_text_stream_close(&stream);
}

static int take_cell(struct filling *filling, sqlite3_stmt *statement, int at,
                     struct iptfs_plot_cell *cell)
{
    int type = sqlite3_column_type(statement, at);
    if (type == SQLITE_TEXT) {
        cell->text = (const char *)sqlite3_column_text(statement, at);
        return iptfs_plot_table_keep_text(filling->table, cell, filling->error);
    }
    if (type != SQLITE_NULL)
        cell->number = sqlite3_column_double(statement, at);
    return 0;
}

/* The value in "KEY=VALUE" when it is of this key; otherwise NULL. */
static const char *value_of(const char *text, const char *key)
{
    size_t length = strlen(key);
    if (strncmp(text, key, length) != 0)
        return NULL;
    text += length;
    text += strspn(text, " \t");
    return *text == '=' ? text + 1 + strspn(text + 1, " \t") : NULL;
}

/* A key that no column has: as the point sets it, otherwise as the file of the sweep has it. */
static int take_scenario_cell(struct filling *filling, sqlite3_stmt *sets, sqlite3_int64 point,
                              const json_t *base, const char *key, struct iptfs_plot_cell *cell)
{
    int code;
    *cell = iptfs_plot_base_cell(base, key);
    sqlite3_reset(sets);
    sqlite3_bind_int64(sets, 1, point);
    while ((code = iptfs_results_db_next(&filling->db, sets, filling->error)) == 1) {
        const char *value = value_of(iptfs_results_db_text(sets, 0), key);
        if (value == NULL)
            continue;
        *cell = iptfs_plot_cell_of(key, value);
        code = iptfs_plot_table_keep_text(filling->table, cell, filling->error);
        if (code != 0)
            return code;
    }
    return code != 0 ? code : iptfs_plot_table_keep_text(filling->table, cell, filling->error);
}

static int take_row(struct filling *filling, sqlite3_stmt *points, sqlite3_stmt *sets,
                    const json_t *base, size_t row)
{
    struct iptfs_plot_table *table = filling->table;
    int code = 0;
    for (size_t i = 0; i < table->n_columns && code == 0; i++) {
        struct iptfs_plot_cell *cell = iptfs_plot_table_cell(table, row, i);
        if (table->columns[i].source == IPTFS_PLOT_SCENARIO)
            code = take_scenario_cell(filling, sets, sqlite3_column_int64(points, 0), base,
                                      table->columns[i].name, cell);
        else
            code = take_cell(filling, points, (int)i + 1, cell);
    }
    return code;
}

static int take_rows(struct filling *filling, sqlite3_stmt *points, sqlite3_stmt *sets)
{
    json_t *manifest;
    size_t row = 0;
    int code = iptfs_manifest_load(filling->db.directory, &manifest, filling->error);
    if (code != 0)
        return code;
    const json_t *base = json_object_get(manifest, "base");
    while ((code = iptfs_results_db_next(&filling->db, points, filling->error)) == 1) {
        if (row == filling->table->n_rows)
            break;
        code = take_row(filling, points, sets, base, row++);
        if (code != 0)
            break;
    }
    json_decref(manifest);
    if (code >= 0 && (code == 1 || row != filling->table->n_rows))
        return iptfs_results_db_miscounted(&filling->db, filling->error);
    return code;
}

static int query_rows(struct filling *filling)
{
    sqlite3_stmt *points = NULL, *sets = NULL;
    char *sql = query_text(filling->table);
    int code = sql != NULL ? iptfs_results_db_query(&filling->db, sql, &points, filling->error)
                           : iptfs_fail_no_memory(filling->error);
    if (code == 0)
        code = iptfs_results_db_query(&filling->db,
                                      "SELECT text FROM sets WHERE point = ? ORDER BY rowid", &sets,
                                      filling->error);
    if (code == 0)
        code = take_rows(filling, points, sets);
    sqlite3_finalize(points);
    sqlite3_finalize(sets);
    free(sql);
    return code;
}

int iptfs_plot_table_of_results(struct iptfs_plot_table *table, const char *directory,
                                const char *const *keys, size_t count, size_t *unknown,
                                struct iptfs_error *error)
{
    struct filling filling = {.table = table, .keys = keys, .n_keys = count, .error = error};
    size_t rows = 0;
    *table = (struct iptfs_plot_table){.run = true};
    int code = iptfs_results_db_open(&filling.db, directory, error);
    if (code == 0)
        code = iptfs_results_db_columns(&filling.db, &filling.known, &filling.n_known, error);
    if (code == 0)
        code = iptfs_plot_table_make_columns(table, count, filling.n_known, error);
    if (code == 0)
        code = find_asked(&filling, unknown);
    if (code == 0)
        code = iptfs_results_db_number(&filling.db, "SELECT count(*) FROM points", &rows, error);
    if (code == 0)
        code = iptfs_plot_table_make_cells(table, rows, error);
    if (code == 0)
        code = query_rows(&filling);
    free(filling.known);
    iptfs_results_db_close(&filling.db);
    if (code != 0)
        iptfs_plot_table_free(table);
    return code;
}
