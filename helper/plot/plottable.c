/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/plottable.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "sweep/grid.h"
#include "sweep/key.h"
#include "text/suggest.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is being filled. */
struct filling {
    struct iptfs_plot_table *table;
    const char *const *keys;
    size_t n_keys;
    const char *directory;
    sqlite3 *db;
    struct iptfs_error *error;
};

static int out_of_memory(struct filling *filling)
{
    return iptfs_fail(filling->error, IPTFS_E_NO_MEMORY, "out of memory");
}

static int database_failed(struct filling *filling)
{
    return iptfs_fail(filling->error, IPTFS_E_IO, "%s/results.db: cannot be read: %s",
                      iptfs_quoted_path(filling->directory).text,
                      filling->db != NULL ? sqlite3_errmsg(filling->db) : "out of memory");
}

void iptfs_plot_table_free(struct iptfs_plot_table *table)
{
    for (size_t i = 0; i < table->n_texts; i++)
        free(table->texts[i]);
    free(table->texts);
    free(table->columns);
    free(table->cells);
    *table = (struct iptfs_plot_table){.columns = NULL};
}

static struct iptfs_plot_cell *cell_at(struct iptfs_plot_table *table, size_t row, size_t column)
{
    return &table->cells[row * table->n_columns + column];
}

const struct iptfs_plot_cell *iptfs_plot_cell(const struct iptfs_plot_table *table, size_t row,
                                              size_t column)
{
    return &table->cells[row * table->n_columns + column];
}

bool iptfs_plot_same(const struct iptfs_plot_cell *a, const struct iptfs_plot_cell *b)
{
    if (a->text != NULL || b->text != NULL)
        return a->text != NULL && b->text != NULL && strcmp(a->text, b->text) == 0;
    return a->number == b->number || (isnan(a->number) && isnan(b->number));
}

struct iptfs_plot_cell iptfs_plot_cell_of(const char *key, const char *text)
{
    struct iptfs_plot_cell cell = {NULL, (double)NAN};
    const char *unit;
    char *end;
    if (iptfs_sweep_number(key, text, &cell.number, &unit))
        return cell;
    if (iptfs_sweep_option(key) == NULL && strcmp(key, "case") != 0) {
        cell.number = strtod(text, &end);
        if (end != text && *end == '\0')
            return cell;
    }
    return (struct iptfs_plot_cell){text, (double)NAN};
}

/* --------------------------------------------------------------------------------------- texts */

/* The one copy of a text: a sweep has few different ones. NULL when memory ran out. */
static const char *intern(struct iptfs_plot_table *table, const char *text)
{
    for (size_t i = table->n_texts; i > 0; i--)
        if (strcmp(table->texts[i - 1], text) == 0)
            return table->texts[i - 1];
    if ((table->n_texts & (table->n_texts - 1)) == 0) {
        size_t capacity = table->n_texts == 0 ? 1 : 2 * table->n_texts;
        char **grown = realloc(table->texts, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        table->texts = grown;
    }
    char *copy = strdup(text);
    if (copy != NULL)
        table->texts[table->n_texts++] = copy;
    return copy;
}

/* Copies a text that does not live as long as the table. */
static int keep_cell_text(struct filling *filling, struct iptfs_plot_cell *cell)
{
    if (cell->text == NULL)
        return 0;
    cell->text = intern(filling->table, cell->text);
    return cell->text != NULL ? 0 : out_of_memory(filling);
}

/* ------------------------------------------------------------------------------------- columns */

/* "scenario.seed" is a column of its own name. */
static const char *column_name(const char *key)
{
    return strcmp(key, "scenario.seed") == 0 ? "seed" : key;
}

/* Ends of the names of summary values that are parts of one. */
static bool is_share(const char *name)
{
    static const char *const ends[] = {"outer.mean_fill", "outer.overhead", "outer.padding_share",
                                       ".share",          ".loss",          "loss_event_rate"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t end = strlen(ends[i]);
        if (length >= end && strcmp(name + length - end, ends[i]) == 0)
            return true;
    }
    return false;
}

/* The unit of a scenario's key. */
static const char *unit_of_key(const char *key)
{
    const struct iptfs_option *option = iptfs_sweep_option(key);
    return option != NULL ? option->kind->unit : "";
}

static void set_column(struct iptfs_plot_column *column, const char *name,
                       enum iptfs_plot_source source, const char *unit)
{
    snprintf(column->name, sizeof column->name, "%s", name);
    snprintf(column->unit, sizeof column->unit, "%s", unit);
    column->source = source;
}

/* Room for the columns asked for and so many more. */
static int make_columns(struct filling *filling, size_t more)
{
    struct iptfs_plot_table *table = filling->table;
    table->n_asked = filling->n_keys;
    table->columns = calloc(filling->n_keys + more + 1, sizeof *table->columns);
    table->n_columns = filling->n_keys;
    return table->columns != NULL ? 0 : out_of_memory(filling);
}

static void add_swept(struct iptfs_plot_table *table, const char *name)
{
    if (strcmp(name, "seed") != 0)
        set_column(&table->columns[table->n_columns++], name, IPTFS_PLOT_SWEPT, unit_of_key(name));
}

static int make_cells(struct filling *filling, size_t rows)
{
    struct iptfs_plot_table *table = filling->table;
    table->n_rows = rows;
    table->cells = calloc(rows * table->n_columns + 1, sizeof *table->cells);
    return table->cells != NULL ? 0 : out_of_memory(filling);
}

/* What a key is where nothing sets it: as the file has it, or its default. */
static struct iptfs_plot_cell base_cell(const json_t *base, const char *key)
{
    const struct iptfs_option *option = iptfs_sweep_option(key);
    const char *text = json_string_value(json_object_get(base, key));
    if (text == NULL && option != NULL)
        text = option->standard;
    return text != NULL ? iptfs_plot_cell_of(key, text)
                        : (struct iptfs_plot_cell){NULL, (double)NAN};
}

/* ----------------------------------------------------------------------------------- the sweep */

static bool find_swept(const struct iptfs_sweep_point *point, const char *name, size_t *index)
{
    for (*index = 0; *index < point->n_columns; (*index)++)
        if (strcmp(point->columns[*index], name) == 0)
            return true;
    return false;
}

static void fill_from_point(struct iptfs_plot_table *table, const struct iptfs_sweep_point *point,
                            const json_t *base)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct iptfs_plot_column *column = &table->columns[i];
        struct iptfs_plot_cell *cell = cell_at(table, point->index - 1, i);
        size_t index;
        *cell = (struct iptfs_plot_cell){NULL, (double)NAN};
        if (column->source == IPTFS_PLOT_SWEPT && find_swept(point, column->name, &index))
            *cell = iptfs_plot_cell_of(column->name, point->labels[index]);
        if (column->source != IPTFS_PLOT_SCENARIO)
            continue;
        *cell = base_cell(base, column->name);
        for (size_t j = 0; j < point->n_sets; j++)
            if (strcmp(point->sets[j]->key, column->name) == 0)
                *cell = iptfs_plot_cell_of(column->name, point->sets[j]->value);
    }
}

int iptfs_plot_table_of_sweep(struct iptfs_plot_table *table, const struct iptfs_sweep *sweep,
                              const char *const *keys, size_t count, struct iptfs_error *error)
{
    *table = (struct iptfs_plot_table){.run = false};
    struct filling filling = {.table = table, .keys = keys, .n_keys = count, .error = error};
    struct iptfs_sweep_point point = iptfs_sweep_point(sweep, 1);
    json_t *base = iptfs_sweep_base(sweep);
    int code = base != NULL ? make_columns(&filling, point.n_columns) : out_of_memory(&filling);
    for (size_t i = 0; i < count && code == 0; i++) {
        size_t index;
        const char *name = column_name(keys[i]);
        enum iptfs_plot_source source = find_swept(&point, name, &index)   ? IPTFS_PLOT_SWEPT
                                        : iptfs_sweep_option(name) != NULL ? IPTFS_PLOT_SCENARIO
                                                                           : IPTFS_PLOT_SUMMARY;
        set_column(&table->columns[i], name, source, unit_of_key(name));
    }
    for (size_t i = 0; i < point.n_columns && code == 0; i++)
        add_swept(table, point.columns[i]);
    if (code == 0)
        code = make_cells(&filling, sweep->n_points);
    for (size_t i = 0; i < sweep->n_points && code == 0; i++) {
        point = iptfs_sweep_point(sweep, i + 1);
        fill_from_point(table, &point, base);
    }
    for (size_t i = 0; i < table->n_rows * table->n_columns && code == 0; i++)
        code = keep_cell_text(&filling, &table->cells[i]); /* those of the base go */
    json_decref(base);
    if (code != 0)
        iptfs_plot_table_free(table);
    return code;
}

/* ----------------------------------------------------------------------------------- results.db */

static int open_results(struct filling *filling)
{
    char *path = iptfs_path_join(filling->directory, "results.db");
    int code = 0;
    if (path == NULL)
        code = out_of_memory(filling);
    else if (access(path, R_OK) != 0)
        code = iptfs_fail(filling->error, IPTFS_E_IO,
                          "%s: found no results.db, allowed: a folder that a sweep has written",
                          iptfs_quoted_path(filling->directory).text);
    else if (sqlite3_open_v2(path, &filling->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        code = database_failed(filling);
    free(path);
    return code;
}

/* The column of that name in results.db, if it is there. */
static bool find_result(struct filling *filling, const char *name, struct iptfs_plot_column *column)
{
    sqlite3_stmt *statement;
    bool found = false;
    if (sqlite3_prepare_v2(filling->db, "SELECT role, unit FROM columns WHERE name = ?", -1,
                           &statement, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const char *role = (const char *)sqlite3_column_text(statement, 0);
        const char *unit = (const char *)sqlite3_column_text(statement, 1);
        bool value = strcmp(role, "value") == 0;
        found = true;
        if (!value)
            unit = unit_of_key(name);
        else if (is_share(name))
            unit = "share";
        set_column(column, name, value ? IPTFS_PLOT_SUMMARY : IPTFS_PLOT_SWEPT, unit);
    }
    sqlite3_finalize(statement);
    return found;
}

static int name_nearest(struct filling *filling, const char *key)
{
    sqlite3_stmt *statement;
    struct iptfs_suggest nearest = {.found = key};
    if (sqlite3_prepare_v2(filling->db, "SELECT name FROM columns ORDER BY position", -1,
                           &statement, NULL) != SQLITE_OK)
        return database_failed(filling);
    char best[160] = "";
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *before = nearest.best;
        iptfs_suggest_offer(&nearest, (const char *)sqlite3_column_text(statement, 0));
        if (nearest.best != before) {
            snprintf(best, sizeof best, "%s", nearest.best);
            nearest.best = best;
        }
    }
    sqlite3_finalize(statement);
    return iptfs_fail(filling->error, IPTFS_E_INVALID, "%s", best);
}

static int find_asked(struct filling *filling, size_t *unknown)
{
    for (size_t i = 0; i < filling->n_keys; i++) {
        struct iptfs_plot_column *column = &filling->table->columns[i];
        const char *name = column_name(filling->keys[i]);
        *unknown = i;
        if (find_result(filling, name, column))
            continue;
        if (iptfs_sweep_option(name) == NULL)
            return name_nearest(filling, name);
        set_column(column, name, IPTFS_PLOT_SCENARIO, unit_of_key(name));
    }
    return 0;
}

static int ask_number(struct filling *filling, const char *sql, size_t *number)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(filling->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return database_failed(filling);
    *number =
        sqlite3_step(statement) == SQLITE_ROW ? (size_t)sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return 0;
}

static int find_swept_columns(struct filling *filling)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(filling->db,
                           "SELECT name FROM columns WHERE role = 'parameter' ORDER BY position",
                           -1, &statement, NULL) != SQLITE_OK)
        return database_failed(filling);
    while (sqlite3_step(statement) == SQLITE_ROW)
        add_swept(filling->table, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return 0;
}

/* The question for all columns that results.db has. */
static char *question(const struct iptfs_plot_table *table)
{
    char *sql = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&sql, &size);
    if (out == NULL)
        return NULL;
    fputs("SELECT point", out);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].source == IPTFS_PLOT_SCENARIO)
            fputs(", NULL", out);
        else
            fprintf(out, ", \"%s\"", table->columns[i].name);
    }
    fputs(" FROM points ORDER BY point", out);
    fclose(out);
    return sql;
}

static int take_cell(struct filling *filling, sqlite3_stmt *statement, int at,
                     struct iptfs_plot_cell *cell)
{
    int type = sqlite3_column_type(statement, at);
    *cell = (struct iptfs_plot_cell){NULL, (double)NAN};
    if (type == SQLITE_TEXT) {
        cell->text = (const char *)sqlite3_column_text(statement, at);
        return keep_cell_text(filling, cell);
    }
    if (type != SQLITE_NULL)
        cell->number = sqlite3_column_double(statement, at);
    return 0;
}

/* A key that no column has: the point's sets, or else the base. */
static int take_scenario_cell(struct filling *filling, sqlite3_stmt *sets, sqlite3_int64 point,
                              const json_t *base, const char *key, struct iptfs_plot_cell *cell)
{
    size_t length = strlen(key);
    *cell = base_cell(base, key);
    sqlite3_reset(sets);
    sqlite3_bind_int64(sets, 1, point);
    while (sqlite3_step(sets) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(sets, 0);
        const char *rest = text + length;
        if (strncmp(text, key, length) != 0 || *(rest += strspn(rest, " \t")) != '=')
            continue;
        rest += 1 + strspn(rest + 1, " \t");
        *cell = iptfs_plot_cell_of(key, rest);
        if (keep_cell_text(filling, cell) != 0)
            return IPTFS_E_NO_MEMORY;
    }
    return keep_cell_text(filling, cell);
}

static int take_row(struct filling *filling, sqlite3_stmt *points, sqlite3_stmt *sets,
                    const json_t *base, size_t row)
{
    struct iptfs_plot_table *table = filling->table;
    int code = 0;
    for (size_t i = 0; i < table->n_columns && code == 0; i++) {
        struct iptfs_plot_cell *cell = cell_at(table, row, i);
        if (table->columns[i].source == IPTFS_PLOT_SCENARIO)
            code = take_scenario_cell(filling, sets, sqlite3_column_int64(points, 0), base,
                                      table->columns[i].name, cell);
        else
            code = take_cell(filling, points, (int)i + 1, cell);
    }
    return code;
}

static int take_rows(struct filling *filling)
{
    sqlite3_stmt *points = NULL, *sets = NULL;
    char *sql = question(filling->table);
    char *path = iptfs_path_join(filling->directory, "manifest.json");
    json_t *manifest = path != NULL ? json_load_file(path, 0, NULL) : NULL;
    int code = sql != NULL && path != NULL ? 0 : out_of_memory(filling);
    if (code == 0 &&
        (sqlite3_prepare_v2(filling->db, sql, -1, &points, NULL) != SQLITE_OK ||
         sqlite3_prepare_v2(filling->db, "SELECT text FROM sets WHERE point = ? ORDER BY rowid", -1,
                            &sets, NULL) != SQLITE_OK))
        code = database_failed(filling);
    for (size_t row = 0;
         code == 0 && row < filling->table->n_rows && sqlite3_step(points) == SQLITE_ROW; row++)
        code = take_row(filling, points, sets, json_object_get(manifest, "base"), row);
    sqlite3_finalize(points);
    sqlite3_finalize(sets);
    json_decref(manifest);
    free(path);
    free(sql);
    return code;
}

int iptfs_plot_table_of_results(struct iptfs_plot_table *table, const char *directory,
                                const char *const *keys, size_t count, size_t *unknown,
                                struct iptfs_error *error)
{
    struct filling filling = {table, keys, count, directory, NULL, error};
    size_t rows = 0, columns = 0;
    *table = (struct iptfs_plot_table){.run = true};
    int code = open_results(&filling);
    if (code == 0)
        code = ask_number(&filling, "SELECT count(*) FROM columns", &columns);
    if (code == 0)
        code = make_columns(&filling, columns);
    if (code == 0)
        code = find_asked(&filling, unknown);
    if (code == 0)
        code = find_swept_columns(&filling);
    if (code == 0)
        code = ask_number(&filling, "SELECT count(*) FROM points", &rows);
    if (code == 0)
        code = make_cells(&filling, rows);
    if (code == 0)
        code = take_rows(&filling);
    sqlite3_close(filling.db);
    if (code != 0)
        iptfs_plot_table_free(table);
    return code;
}
