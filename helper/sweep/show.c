/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/show.h"

#include "summary/summary.h"
#include "sweep/manifest.h"
#include "sweep/results_db.h"
#include "text/csv.h"
#include "text/json_build.h"
#include "text/quantity.h"
#include "text/text_stream.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* A table while it is asked for. */
struct table {
    const struct iptfs_show_request *request;
    struct iptfs_results_db db;
    struct iptfs_results_column *known; /* the columns there are */
    size_t n_known;
    FILE *sql; /* the query, written piece by piece */
    size_t columns;
    struct iptfs_error *error;
};

static int out_of_memory(struct table *table)
{
    return iptfs_fail_no_memory(table->error);
}

static int check_column(struct table *table, const char *name)
{
    struct iptfs_suggest_hint hint;
    if (iptfs_results_column_find(table->known, table->n_known, name, &hint) != NULL)
        return 0;
    return iptfs_fail(table->error, IPTFS_E_INVALID,
                      "found column '%s', allowed: those of show --list%s", iptfs_quoted(name).text,
                      hint.text);
}

/* Adds a column as it is, or its mean. */
static void add_column(struct table *table, const char *name, bool mean)
{
    fputs(table->columns++ > 0 ? ", " : "", table->sql);
    fputs(mean ? "avg(" : "(", table->sql);
    iptfs_results_db_put_name(table->sql, name);
    fputs(") AS ", table->sql);
    iptfs_results_db_put_name(table->sql, name);
}

/* Adds the columns of this role. */
static void add_role(struct table *table, const char *role, bool mean)
{
    for (size_t i = 0; i < table->n_known; i++)
        if (strcmp(table->known[i].role, role) == 0)
            add_column(table, table->known[i].name, mean);
}

static int add_names(struct table *table, const char *names, bool mean)
{
    char *copy = strdup(names), *rest = copy;
    int code = copy != NULL ? 0 : out_of_memory(table);
    for (char *name; code == 0 && (name = strsep(&rest, ",")) != NULL;) {
        name += strspn(name, " ");
        code = check_column(table, name);
        if (code == 0)
            add_column(table, name, mean);
    }
    free(copy);
    return code;
}

static const char *const main_values[] = {
    "goodput_bps", "outer.overhead",     "delay_s.mean",
    "delay_s.p99", "inner.offered.pkts", "inner.delivered.pkts",
};

static bool has_column(const struct table *table, const char *name)
{
    struct iptfs_suggest_hint hint;
    return iptfs_results_column_find(table->known, table->n_known, name, &hint) != NULL;
}

/* The main values of a sweep; all values where there are none of them, as in the results of an
 * attack. */
static int add_main_values(struct table *table, bool mean)
{
    size_t before = table->columns;
    for (size_t i = 0; i < sizeof main_values / sizeof main_values[0]; i++)
        if (has_column(table, main_values[i]))
            add_column(table, main_values[i], mean);
    if (table->columns == before)
        add_role(table, "value", mean);
    return table->columns == before ? check_column(table, main_values[0]) : 0;
}

/* " GROUP BY 1,2": the first columns, which are those of --by. */
static void write_groups(struct table *table)
{
    size_t keys = 1;
    for (const char *c = table->request->by; *c != '\0'; c++)
        keys += *c == ',';
    for (size_t i = 1; i <= keys; i++)
        fprintf(table->sql, "%s%zu", i == 1 ? " GROUP BY " : ",", i);
}

static int write_query(struct table *table)
{
    const struct iptfs_show_request *request = table->request;
    bool mean = request->by != NULL;
    int code = 0;
    fputs("SELECT ", table->sql);
    if (mean) {
        code = add_names(table, request->by, false);
        fputs(", count(*) AS points", table->sql);
    } else {
        add_column(table, "point", false);
    }
    if (!mean && request->columns == NULL) {
        add_role(table, "parameter", false);
        add_role(table, "seed", false);
    }
    if (code == 0 && request->columns != NULL)
        code = add_names(table, request->columns, mean);
    else if (code == 0)
        code = add_main_values(table, mean);
    fputs(" FROM points", table->sql);
    if (mean)
        write_groups(table);
    fputs(mean ? " ORDER BY min(point)" : " ORDER BY point", table->sql);
    return code;
}

/* A cell of a table: numbers with six digits. */
static struct iptfs_text cell(sqlite3_stmt *statement, int column)
{
    struct iptfs_text text = {""};
    int type = sqlite3_column_type(statement, column);
    if (type == SQLITE_FLOAT)
        snprintf(text.text, sizeof text.text, "%.6g", sqlite3_column_double(statement, column));
    else if (type != SQLITE_NULL)
        snprintf(text.text, sizeof text.text, "%s", iptfs_results_db_text(statement, column));
    return text;
}

static void add_cell(struct iptfs_csv *csv, sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_FLOAT:
        iptfs_csv_real(csv, sqlite3_column_double(statement, column), IPTFS_CSV_DIGITS);
        break;
    case SQLITE_INTEGER:
        iptfs_csv_integer(csv, sqlite3_column_int64(statement, column));
        break;
    default: /* NULL has no text */
        iptfs_csv_text(csv, (const char *)sqlite3_column_text(statement, column));
    }
}

static int write_csv(struct table *table, sqlite3_stmt *statement, int columns, FILE *out)
{
    struct iptfs_csv csv = {.out = out};
    int code;
    for (int i = 0; i < columns; i++)
        iptfs_csv_text(&csv, sqlite3_column_name(statement, i));
    iptfs_csv_end(&csv);
    while ((code = iptfs_results_db_next(&table->db, statement, table->error)) == 1) {
        for (int i = 0; i < columns; i++)
            add_cell(&csv, statement, i);
        iptfs_csv_end(&csv);
    }
    return code;
}

/* A cell as JSON; the caller owns it. */
static json_t *json_cell(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(statement, column));
    case SQLITE_TEXT:
        return json_string(iptfs_results_db_text(statement, column));
    default:
        return json_null();
    }
}

/* An array with an object a row. */
static int write_json(struct table *table, sqlite3_stmt *statement, int columns, FILE *out)
{
    json_t *rows = json_array();
    int code;
    while ((code = iptfs_results_db_next(&table->db, statement, table->error)) == 1) {
        json_t *row = json_object();
        for (int i = 0; i < columns; i++)
            iptfs_json_put(&row, sqlite3_column_name(statement, i), json_cell(statement, i));
        iptfs_json_append(&rows, row);
    }
    if (code == 0)
        code = iptfs_summary_write_json(rows, out) == IPTFS_E_NO_MEMORY ? out_of_memory(table) : 0;
    json_decref(rows);
    return code;
}

/* The greatest width of each column, its name included. */
static int measure(struct table *table, sqlite3_stmt *statement, int columns, int *width)
{
    int code;
    for (int i = 0; i < columns; i++)
        width[i] = (int)strlen(sqlite3_column_name(statement, i));
    while ((code = iptfs_results_db_next(&table->db, statement, table->error)) == 1)
        for (int i = 0; i < columns; i++) {
            int length = (int)strlen(cell(statement, i).text);
            width[i] = length > width[i] ? length : width[i];
        }
    sqlite3_reset(statement);
    return code;
}

/* Goes twice over the rows: first for the widths of the columns. */
static int write_text(struct table *table, sqlite3_stmt *statement, int columns, FILE *out)
{
    int *width = calloc((size_t)columns + 1, sizeof *width);
    if (width == NULL)
        return out_of_memory(table);
    int code = measure(table, statement, columns, width);
    for (int i = 0; code == 0 && i < columns; i++)
        fprintf(out, "%s%*s%s", i > 0 ? "  " : "", width[i], sqlite3_column_name(statement, i),
                i + 1 < columns ? "" : "\n");
    while (code == 0 && (code = iptfs_results_db_next(&table->db, statement, table->error)) == 1) {
        for (int i = 0; i < columns; i++)
            fprintf(out, "%s%*s", i > 0 ? "  " : "", width[i], cell(statement, i).text);
        fputc('\n', out);
        code = 0;
    }
    free(width);
    return code;
}

static int write_rows(struct table *table, const char *sql, FILE *out)
{
    sqlite3_stmt *statement;
    int code = iptfs_results_db_query(&table->db, sql, &statement, table->error);
    if (code != 0)
        return code;
    int columns = sqlite3_column_count(statement);
    code = table->request->json  ? write_json(table, statement, columns, out)
           : table->request->csv ? write_csv(table, statement, columns, out)
                                 : write_text(table, statement, columns, out);
    sqlite3_finalize(statement);
    return code;
}

static int show_table(struct table *table, FILE *out)
{
    struct iptfs_text_stream stream;
    table->sql = iptfs_text_stream_open(&stream);
    if (table->sql == NULL)
        return out_of_memory(table);
    int code = write_query(table);
    char *sql = iptfs_text_stream_close(&stream);
    if (code == 0)
        code = sql != NULL ? write_rows(table, sql, out) : out_of_memory(table);
    free(sql);
    return code;
}

/* ------------------------------------------------------------------------- comparison, stopping */

/* Checks that the sweep has written a table that only some sweeps have. */
static int check_table(struct table *table, const char *name, const char *key)
{
    char sql[128];
    size_t count = 0;
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '%s'", name);
    int code = iptfs_results_db_number(&table->db, sql, &count, table->error);
    if (code != 0 || count > 0)
        return code;
    return iptfs_fail(table->error, IPTFS_E_INVALID,
                      "--%s: found results without %s, allowed: those of a sweep with '%s' in "
                      "[sweep]; add it and use --resume",
                      key, key, key);
}

/* Adds a text as SQL takes it. */
static void put_text(FILE *sql, const char *text)
{
    fputc('\'', sql);
    for (; *text != '\0'; text++)
        fprintf(sql, *text == '\'' ? "\'\'" : "%c", *text);
    fputc('\'', sql);
}

/* " WHERE measure IN (...)": the measures asked for, otherwise the main values. */
static int write_measures(struct table *table)
{
    const char *names = table->request->columns;
    char *copy = names != NULL ? strdup(names) : NULL, *rest = copy, *name;
    int code = names != NULL && copy == NULL ? out_of_memory(table) : 0;
    const char *before = " WHERE measure IN (";
    while (code == 0 && (name = strsep(&rest, ",")) != NULL) {
        name += strspn(name, " ");
        code = check_column(table, name);
        fputs(before, table->sql);
        put_text(table->sql, name);
        before = ", ";
    }
    for (size_t i = 0; names == NULL && i < sizeof main_values / sizeof main_values[0]; i++) {
        fputs(before, table->sql);
        put_text(table->sql, main_values[i]);
        before = ", ";
    }
    fputc(')', table->sql);
    free(copy);
    return code;
}

static int show_comparison(struct table *table, FILE *out)
{
    struct iptfs_text_stream stream;
    const char *names = table->request->columns;
    int code = check_table(table, "comparison", "compare");
    if (code != 0)
        return code;
    table->sql = iptfs_text_stream_open(&stream);
    if (table->sql == NULL)
        return out_of_memory(table);
    fputs("SELECT * FROM comparison", table->sql);
    if (names == NULL || strcmp(names, "all") != 0)
        code = write_measures(table);
    fputs(" ORDER BY rowid", table->sql);
    char *sql = iptfs_text_stream_close(&stream);
    if (code == 0)
        code = sql != NULL ? write_rows(table, sql, out) : out_of_memory(table);
    free(sql);
    return code;
}

static int show_stopping(struct table *table, FILE *out)
{
    int code = check_table(table, "stopping", "until");
    return code != 0 ? code : write_rows(table, "SELECT * FROM stopping ORDER BY rowid", out);
}

/* --------------------------------------------------------------------------------------- point */

/* A word as a shell takes it. */
static void write_word(const char *word, FILE *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./=:,%+@";
    if (*word != '\0' && strspn(word, plain) == strlen(word)) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word != '\0'; word++)
        fprintf(out, *word == '\'' ? "'\\''" : "%c", *word);
    fputc('\'', out);
}

static int check_point(struct table *table)
{
    sqlite3_stmt *statement;
    int code = iptfs_results_db_query(&table->db,
                                      "SELECT 1 FROM points WHERE point = ?1 "
                                      "UNION SELECT 1 FROM failures WHERE point = ?1",
                                      &statement, table->error);
    if (code != 0)
        return code;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)table->request->point);
    code = iptfs_results_db_next(&table->db, statement, table->error);
    sqlite3_finalize(statement);
    if (code != 0)
        return code < 0 ? code : 0;
    return iptfs_fail(table->error, IPTFS_E_INVALID,
                      "--point: found '%" PRIu64 "', allowed: a point of the sweep",
                      table->request->point);
}

/* " --set KEY=VALUE" for each value that the point sets. */
static int write_sets(struct table *table, FILE *out)
{
    sqlite3_stmt *statement;
    int code =
        iptfs_results_db_query(&table->db, "SELECT text FROM sets WHERE point = ? ORDER BY rowid",
                               &statement, table->error);
    if (code != 0)
        return code;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)table->request->point);
    while ((code = iptfs_results_db_next(&table->db, statement, table->error)) == 1) {
        fputs(" --set ", out);
        write_word(iptfs_results_db_text(statement, 0), out);
    }
    sqlite3_finalize(statement);
    return code;
}

/* Writes the command that runs only this point. */
static int show_point(struct table *table, FILE *out)
{
    int code = check_point(table);
    if (code != 0)
        return code;
    json_t *manifest;
    code = iptfs_manifest_load(table->request->directory, &manifest, table->error);
    if (code != 0)
        return code;
    char *file = iptfs_manifest_file(manifest);
    json_decref(manifest);
    if (file == NULL)
        return out_of_memory(table);
    fputs("iptfs-sim run ", out);
    write_word(file, out);
    free(file);
    code = write_sets(table, out);
    fputc('\n', out);
    return code;
}

int iptfs_show(const struct iptfs_show_request *request, FILE *out, struct iptfs_error *error)
{
    struct table table = {.request = request, .error = error};
    int code = iptfs_results_db_open(&table.db, request->directory, error);
    if (code == 0)
        code = iptfs_results_db_columns(&table.db, &table.known, &table.n_known, error);
    if (code == 0 && request->point != 0)
        code = show_point(&table, out);
    else if (code == 0 && request->compare)
        code = show_comparison(&table, out);
    else if (code == 0 && request->until)
        code = show_stopping(&table, out);
    else if (code == 0 && request->list)
        code = write_rows(&table, "SELECT name, role, unit FROM columns ORDER BY position", out);
    else if (code == 0)
        code = show_table(&table, out);
    free(table.known);
    iptfs_results_db_close(&table.db);
    return code;
}
