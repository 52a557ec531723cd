/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/show.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "text/csv.h"
#include "text/quantity.h"
#include "text/suggest.h"

#include <inttypes.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A table that is being asked for. */
struct table {
    const struct iptfs_show_request *request;
    sqlite3 *db;
    FILE *sql; /* the question, written piece by piece */
    char *text;
    size_t size;
    size_t columns;
    struct iptfs_error *error;
};

static int database_failed(struct table *table)
{
    return iptfs_fail(table->error, IPTFS_E_IO, "%s/results.db: cannot be read: %s",
                      iptfs_quoted_path(table->request->directory).text,
                      table->db != NULL ? sqlite3_errmsg(table->db) : "out of memory");
}

static int open_results(struct table *table)
{
    char *path = iptfs_path_join(table->request->directory, "results.db");
    if (path == NULL)
        return iptfs_fail(table->error, IPTFS_E_NO_MEMORY, "out of memory");
    int code = 0;
    if (access(path, R_OK) != 0)
        code = iptfs_fail(table->error, IPTFS_E_IO,
                          "%s: found no results.db, allowed: a folder that a sweep has written",
                          iptfs_quoted_path(table->request->directory).text);
    else if (sqlite3_open_v2(path, &table->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        code = database_failed(table);
    free(path);
    return code;
}

/* Calls for the columns of results: all, or those of one role. */
static int each_column(struct table *table, const char *role,
                       int (*take)(struct table *table, const char *name, void *ctx), void *ctx)
{
    sqlite3_stmt *statement;
    int code = 0;
    if (sqlite3_prepare_v2(table->db,
                           "SELECT name FROM columns WHERE ?1 IS NULL OR role = ?1 "
                           "ORDER BY position",
                           -1, &statement, NULL) != SQLITE_OK)
        return database_failed(table);
    sqlite3_bind_text(statement, 1, role, -1, SQLITE_STATIC);
    while (code == 0 && sqlite3_step(statement) == SQLITE_ROW)
        code = take(table, (const char *)sqlite3_column_text(statement, 0), ctx);
    sqlite3_finalize(statement);
    return code;
}

static int offer_name(struct table *table, const char *name, void *ctx)
{
    struct iptfs_suggest *nearest = ctx;
    static char best[128]; /* the name lives as long as the row */
    const char *before = nearest->best;
    (void)table;
    iptfs_suggest_offer(nearest, name);
    if (nearest->best != before) {
        snprintf(best, sizeof best, "%s", name);
        nearest->best = best;
    }
    return 0;
}

static int same_name(struct table *table, const char *name, void *ctx)
{
    (void)table;
    return strcmp(name, ctx) == 0 ? 1 : 0;
}

static int check_column(struct table *table, char *name)
{
    int code = each_column(table, NULL, same_name, name);
    if (code != 0)
        return code == 1 ? 0 : code;
    struct iptfs_suggest nearest = {.found = name};
    each_column(table, NULL, offer_name, &nearest);
    return iptfs_fail(table->error, IPTFS_E_INVALID,
                      "found column '%s', allowed: those of show --list%s%s%s",
                      iptfs_quoted(name).text, nearest.best != NULL ? "; did you mean '" : "",
                      nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
}

/* Adds a column as it is, or its mean. Names hold no quotes: they come from results.db. */
static int add_column(struct table *table, const char *name, void *ctx)
{
    const bool *mean = ctx;
    fprintf(table->sql, *mean ? "%savg(\"%s\") AS \"%s\"" : "%s\"%s\" AS \"%s\"",
            table->columns > 0 ? ", " : "", name, name);
    table->columns++;
    return 0;
}

static int add_names(struct table *table, const char *names, bool mean)
{
    char *copy = strdup(names), *rest = copy;
    int code = copy != NULL ? 0 : iptfs_fail(table->error, IPTFS_E_NO_MEMORY, "out of memory");
    for (char *name; code == 0 && (name = strsep(&rest, ",")) != NULL;) {
        name += strspn(name, " ");
        code = check_column(table, name);
        if (code == 0)
            code = add_column(table, name, &mean);
    }
    free(copy);
    return code;
}

static const char *const main_values[] = {
    "goodput_bps", "outer.overhead",     "delay_s.mean",
    "delay_s.p99", "inner.offered.pkts", "inner.delivered.pkts",
};

static int add_main_values(struct table *table, bool mean)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < sizeof main_values / sizeof main_values[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", main_values[i]);
        code = add_names(table, name, mean);
    }
    return code;
}

static int write_question(struct table *table)
{
    const struct iptfs_show_request *request = table->request;
    bool mean = request->by != NULL, plain = false;
    int code = 0;
    fputs("SELECT ", table->sql);
    if (mean)
        code = add_names(table, request->by, false);
    else
        code = add_column(table, "point", &plain);
    if (mean && code == 0) {
        fputs(", count(*) AS points", table->sql);
        table->columns++;
    } else if (code == 0 && request->columns == NULL) {
        code = each_column(table, "parameter", add_column, &plain);
        if (code == 0)
            code = each_column(table, "seed", add_column, &plain);
    }
    if (code == 0)
        code = request->columns != NULL ? add_names(table, request->columns, mean)
                                        : add_main_values(table, mean);
    fputs(" FROM points", table->sql);
    for (size_t i = 1; mean && code == 0; i++) {
        size_t keys = 1;
        for (const char *c = request->by; *c != '\0'; c++)
            keys += *c == ',';
        if (i > keys)
            break;
        fprintf(table->sql, "%s%zu", i == 1 ? " GROUP BY " : ",", i);
    }
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
        snprintf(text.text, sizeof text.text, "%s",
                 (const char *)sqlite3_column_text(statement, column));
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

static void write_csv(sqlite3_stmt *statement, int columns, FILE *out)
{
    struct iptfs_csv csv = {.out = out};
    for (int i = 0; i < columns; i++)
        iptfs_csv_text(&csv, sqlite3_column_name(statement, i));
    iptfs_csv_end(&csv);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            add_cell(&csv, statement, i);
        iptfs_csv_end(&csv);
    }
}

/* Twice over the rows: how wide they are, then what they are. */
static int write_table(sqlite3_stmt *statement, int columns, FILE *out)
{
    int *width = calloc((size_t)columns + 1, sizeof *width);
    if (width == NULL)
        return IPTFS_E_NO_MEMORY;
    for (int i = 0; i < columns; i++)
        width[i] = (int)strlen(sqlite3_column_name(statement, i));
    while (sqlite3_step(statement) == SQLITE_ROW)
        for (int i = 0; i < columns; i++) {
            int length = (int)strlen(cell(statement, i).text);
            width[i] = length > width[i] ? length : width[i];
        }
    sqlite3_reset(statement);
    for (int i = 0; i < columns; i++)
        fprintf(out, "%s%*s", i > 0 ? "  " : "", width[i], sqlite3_column_name(statement, i));
    fputc('\n', out);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            fprintf(out, "%s%*s", i > 0 ? "  " : "", width[i], cell(statement, i).text);
        fputc('\n', out);
    }
    free(width);
    return 0;
}

static int ask(struct table *table, const char *sql, FILE *out)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(table->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return database_failed(table);
    int columns = sqlite3_column_count(statement), code = 0;
    if (table->request->csv)
        write_csv(statement, columns, out);
    else
        code = write_table(statement, columns, out);
    sqlite3_finalize(statement);
    return code;
}

static int show_table(struct table *table, FILE *out)
{
    table->sql = open_memstream(&table->text, &table->size);
    if (table->sql == NULL)
        return iptfs_fail(table->error, IPTFS_E_NO_MEMORY, "out of memory");
    int code = write_question(table);
    fclose(table->sql);
    if (code == 0)
        code = ask(table, table->text, out);
    free(table->text);
    return code;
}

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

static int has_point(struct table *table)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(table->db,
                           "SELECT 1 FROM points WHERE point = ?1 "
                           "UNION SELECT 1 FROM failures WHERE point = ?1",
                           -1, &statement, NULL) != SQLITE_OK)
        return database_failed(table);
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)table->request->point);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return found ? 0
                 : iptfs_fail(table->error, IPTFS_E_INVALID,
                              "--point: found '%" PRIu64 "', allowed: a point of the sweep",
                              table->request->point);
}

static int show_point(struct table *table, FILE *out)
{
    sqlite3_stmt *statement;
    int code = has_point(table);
    if (code != 0)
        return code;
    char *path = iptfs_path_join(table->request->directory, "manifest.json");
    json_t *manifest = path != NULL ? json_load_file(path, 0, NULL) : NULL;
    const char *file = json_string_value(json_object_get(manifest, "file"));
    fputs("iptfs-sim run ", out);
    write_word(file != NULL ? file : "FILE.ini", out);
    if (sqlite3_prepare_v2(table->db, "SELECT text FROM sets WHERE point = ? ORDER BY rowid", -1,
                           &statement, NULL) != SQLITE_OK)
        code = database_failed(table);
    else
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)table->request->point);
    while (code == 0 && sqlite3_step(statement) == SQLITE_ROW) {
        fputs(" --set ", out);
        write_word((const char *)sqlite3_column_text(statement, 0), out);
    }
    fputc('\n', out);
    sqlite3_finalize(statement);
    json_decref(manifest);
    free(path);
    return code;
}

int iptfs_show(const struct iptfs_show_request *request, FILE *out, struct iptfs_error *error)
{
    struct table table = {.request = request, .error = error};
    int code = open_results(&table);
    if (code == 0 && request->point != 0)
        code = show_point(&table, out);
    else if (code == 0 && request->list)
        code = ask(&table, "SELECT name, role, unit FROM columns ORDER BY position", out);
    else if (code == 0)
        code = show_table(&table, out);
    sqlite3_close(table.db);
    return code;
}
