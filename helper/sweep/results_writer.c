/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/results_writer.h"

#include "files/textfile.h"
#include "sweep/results_db.h"
#include "sweep/results_mark.h"
#include "text/csv.h"
#include "text/json_walk.h"
#include "text/text_stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int database_failed(struct iptfs_results_writer *writer)
{
    return iptfs_fail(writer->error, IPTFS_E_IO, "%s/results.db: cannot be written: %s",
                      iptfs_quoted_path(writer->directory).text,
                      writer->db != NULL ? sqlite3_errmsg(writer->db) : "out of memory");
}

bool iptfs_results_writer_skips(const json_t *column)
{
    return json_object_get(column, "skipped") != NULL;
}

int iptfs_results_writer_open(struct iptfs_results_writer *writer, const char *directory,
                              struct iptfs_error *error)
{
    *writer = (struct iptfs_results_writer){
        .directory = directory,
        .path = iptfs_path_join(directory, "results.db"),
        .temporary = iptfs_path_join(directory, "results.db.tmp"),
        .error = error,
    };
    if (writer->path == NULL || writer->temporary == NULL)
        return iptfs_fail_no_memory(error);
    int code = iptfs_outfile_open_in(&writer->csv, directory, "results.csv", error);
    if (code != 0)
        return code;
    unlink(writer->temporary); /* left by a process that was killed */
    return sqlite3_open(writer->temporary, &writer->db) == SQLITE_OK ? 0 : database_failed(writer);
}

/* -------------------------------------------------------------------------------------- tables */

static int run_sql(struct iptfs_results_writer *writer, const char *sql)
{
    return sqlite3_exec(writer->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                        : database_failed(writer);
}

static void put_column(FILE *out, const char *name, bool first)
{
    fputs(first ? "" : ",", out);
    iptfs_results_db_put_name(out, name);
    fputs(first ? " INTEGER PRIMARY KEY" : "", out);
}

/* The statement that makes the table, or that fills a row, with all columns. */
static char *table_sql(const struct iptfs_results_writer *writer, bool create)
{
    const char *name;
    json_t *column;
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    fputs(create ? "CREATE TABLE points(" : "INSERT INTO points VALUES(", out);
    bool first = true;
    json_object_foreach(writer->columns, name, column)
    {
        if (iptfs_results_writer_skips(column))
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

static int run_table_sql(struct iptfs_results_writer *writer)
{
    char *create = table_sql(writer, true), *insert = table_sql(writer, false);
    int code = create == NULL || insert == NULL ? iptfs_fail_no_memory(writer->error)
                                                : run_sql(writer, create);
    if (code == 0 && sqlite3_prepare_v2(writer->db, insert, -1, &writer->insert, NULL) != SQLITE_OK)
        code = database_failed(writer);
    free(create);
    free(insert);
    return code;
}

int iptfs_results_writer_texts(struct iptfs_results_writer *writer, const char *sql,
                               sqlite3_int64 number, const char *const *texts, int count)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(writer->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return database_failed(writer);
    sqlite3_bind_int64(statement, 1, number);
    for (int i = 0; i < count; i++)
        sqlite3_bind_text(statement, i + 2, texts[i], -1, SQLITE_TRANSIENT);
    int result = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return result == SQLITE_DONE ? 0 : database_failed(writer);
}

static int write_columns(struct iptfs_results_writer *writer)
{
    const char *name;
    json_t *column;
    sqlite3_int64 position = 0;
    int code = 0;
    struct iptfs_csv csv = {.out = writer->csv.file};
    json_object_foreach(writer->columns, name, column)
    {
        const char *const texts[] = {name, json_string_value(json_object_get(column, "role")),
                                     json_string_value(json_object_get(column, "unit"))};
        iptfs_csv_text(&csv, name);
        if (code == 0 && !iptfs_results_writer_skips(column))
            code = iptfs_results_writer_texts(writer, "INSERT INTO columns VALUES(?,?,?,?)",
                                              position, texts, 3);
        position++;
    }
    iptfs_csv_end(&csv);
    return code;
}

int iptfs_results_writer_begin(struct iptfs_results_writer *writer, json_t *columns)
{
    writer->columns = columns;
    int code =
        run_sql(writer, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
                        "CREATE TABLE columns(position INTEGER PRIMARY KEY, name, role, unit);"
                        "CREATE TABLE sets(point INTEGER, text);"
                        "CREATE TABLE failures(point INTEGER PRIMARY KEY, id, parameters,"
                        " status INTEGER, message);");
    if (code == 0)
        code = run_table_sql(writer);
    return code == 0 ? write_columns(writer) : code;
}

/* ---------------------------------------------------------------------------------------- rows */

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

int iptfs_results_writer_row(struct iptfs_results_writer *writer, const json_t *row)
{
    const char *name;
    json_t *column;
    int at = 0;
    struct iptfs_csv csv = {.out = writer->csv.file};
    json_object_foreach(writer->columns, name, column)
    {
        const json_t *value = json_object_get(row, name);
        iptfs_csv_json(&csv, value);
        if (!iptfs_results_writer_skips(column))
            bind_value(writer->insert, ++at, value);
    }
    iptfs_csv_end(&csv);
    int result = sqlite3_step(writer->insert);
    sqlite3_reset(writer->insert);
    return result == SQLITE_DONE ? 0 : database_failed(writer);
}

/* --------------------------------------------------------------------------------- other tables */

/* The statement that makes a table with the keys of a row, or that fills a row of it. */
static char *other_sql(const char *name, json_t *row, bool create)
{
    const char *key;
    json_t *value;
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    fprintf(out, create ? "CREATE TABLE %s" : "INSERT INTO %s VALUES", name);
    const char *before = "(";
    json_object_foreach(row, key, value)
    {
        fputs(before, out);
        if (create)
            iptfs_results_db_put_name(out, key);
        else
            fputc('?', out);
        before = ",";
    }
    fputc(')', out);
    return iptfs_text_stream_close(&stream);
}

static int make_table(struct iptfs_results_table *table, json_t *row)
{
    struct iptfs_results_writer *writer = table->writer;
    char *create = other_sql(table->name, row, true), *insert = other_sql(table->name, row, false);
    int code = create == NULL || insert == NULL ? iptfs_fail_no_memory(writer->error)
                                                : run_sql(writer, create);
    if (code == 0 && sqlite3_prepare_v2(writer->db, insert, -1, &table->insert, NULL) != SQLITE_OK)
        code = database_failed(writer);
    free(create);
    free(insert);
    return code;
}

int iptfs_results_table_add(struct iptfs_results_table *table, json_t *row)
{
    const char *key;
    json_t *value;
    int at = 0, code = table->insert == NULL ? make_table(table, row) : 0;
    if (code != 0)
        return code;
    json_object_foreach(row, key, value) bind_value(table->insert, ++at, value);
    int result = sqlite3_step(table->insert);
    sqlite3_reset(table->insert);
    return result == SQLITE_DONE ? 0 : database_failed(table->writer);
}

void iptfs_results_table_end(struct iptfs_results_table *table)
{
    sqlite3_finalize(table->insert);
    table->insert = NULL;
}

/* ------------------------------------------------------------------------------------- the end */

static int close_database(struct iptfs_results_writer *writer)
{
    sqlite3_finalize(writer->insert);
    int result = sqlite3_close(writer->db);
    writer->insert = NULL;
    writer->db = NULL;
    if (result == SQLITE_OK)
        return 0;
    return iptfs_fail(writer->error, IPTFS_E_IO, "%s: cannot be written",
                      iptfs_quoted_path(writer->path).text);
}

int iptfs_results_writer_commit(struct iptfs_results_writer *writer)
{
    int code = run_sql(writer, "CREATE INDEX sets_of ON sets(point); COMMIT");
    if (code == 0)
        code = close_database(writer);
    if (code == 0)
        code = iptfs_results_mark_write(writer->temporary, writer->error);
    if (code == 0)
        code = iptfs_outfile_commit(&writer->csv, writer->error);
    if (code == 0 && rename(writer->temporary, writer->path) != 0)
        code = iptfs_fail(writer->error, IPTFS_E_IO, "%s: cannot be written: %s",
                          iptfs_quoted_path(writer->path).text, strerror(errno));
    return code == 0 ? iptfs_folder_sync(writer->directory, writer->error) : code;
}

void iptfs_results_writer_discard(struct iptfs_results_writer *writer)
{
    sqlite3_finalize(writer->insert);
    sqlite3_close(writer->db);
    if (writer->temporary != NULL)
        unlink(writer->temporary);
    iptfs_outfile_discard(&writer->csv);
    free(writer->path);
    free(writer->temporary);
    *writer = (struct iptfs_results_writer){.db = NULL};
}
