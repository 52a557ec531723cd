/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/results_db.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "sweep/results_mark.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail(const struct iptfs_results_db *db, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_IO, "%s/results.db: cannot be read: %s",
                      iptfs_quoted_path(db->directory).text,
                      db->db != NULL ? sqlite3_errmsg(db->db) : "out of memory");
}

static int refuse(const struct iptfs_results_db *db, const char *what, struct iptfs_error *error)
{
    return iptfs_fail(
        error, IPTFS_E_IO,
        "%s/results.db: %s; 'iptfs-sim sweep FILE --out DIR --resume' writes it again",
        iptfs_quoted_path(db->directory).text, what);
}

/* The tables must be tables: a view may take any time. Functions of the schema do not run, and a
 * name in quotes that no column has is an error rather than a text. */
static int check_schema(const struct iptfs_results_db *db, struct iptfs_error *error)
{
    size_t tables = 0;
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_limit(db->db, SQLITE_LIMIT_LENGTH, 1 << 20);
    int code = iptfs_results_db_number(
        db,
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE %' "
        "AND name IN ('points', 'columns', 'sets', 'failures')",
        &tables, error);
    return code != 0 || tables == 4 ? code : refuse(db, "lacks a table of a sweep", error);
}

/* A database of version 0.2.0 has no hash, only the structure that SQLite checks. */
static int check_structure(const struct iptfs_results_db *db, struct iptfs_error *error)
{
    sqlite3_stmt *statement;
    int code = iptfs_results_db_query(db, "PRAGMA integrity_check(1)", &statement, error);
    if (code == 0)
        code = iptfs_results_db_next(db, statement, error);
    if (code >= 0 && strcmp(iptfs_results_db_text(statement, 0), "ok") != 0)
        code = refuse(db, "is damaged", error);
    sqlite3_finalize(statement);
    return code < 0 ? code : 0;
}

static int open_checked(struct iptfs_results_db *db, const char *path, struct iptfs_error *error)
{
    enum iptfs_results_mark mark;
    int code = iptfs_results_mark_check(path, &mark, error);
    if (code != 0)
        return code;
    if (sqlite3_open_v2(path, &db->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        return fail(db, error);
    if (mark == IPTFS_RESULTS_CHANGED)
        return refuse(db, "is damaged, or another program has changed it", error);
    if (mark == IPTFS_RESULTS_UNMARKED)
        code = check_structure(db, error);
    return code != 0 ? code : check_schema(db, error);
}

int iptfs_results_db_open(struct iptfs_results_db *db, const char *directory,
                          struct iptfs_error *error)
{
    *db = (struct iptfs_results_db){.directory = directory};
    char *path = iptfs_path_join(directory, "results.db");
    int code = 0;
    if (path == NULL)
        code = iptfs_fail_no_memory(error);
    else if (access(path, R_OK) != 0)
        code = iptfs_fail(error, IPTFS_E_IO,
                          "%s: found no results.db, allowed: a folder that a sweep has written",
                          iptfs_quoted_path(directory).text);
    else
        code = open_checked(db, path, error);
    free(path);
    return code;
}

void iptfs_results_db_close(struct iptfs_results_db *db)
{
    sqlite3_close(db->db);
    db->db = NULL;
}

int iptfs_results_db_query(const struct iptfs_results_db *db, const char *sql,
                           sqlite3_stmt **statement, struct iptfs_error *error)
{
    *statement = NULL;
    return sqlite3_prepare_v2(db->db, sql, -1, statement, NULL) == SQLITE_OK ? 0 : fail(db, error);
}

/* Whether a value is of a type that a sweep writes: no octets, and only text that JSON can hold. */
static bool is_value(sqlite3_stmt *statement, int column)
{
    int type = sqlite3_column_type(statement, column);
    if (type != SQLITE_TEXT)
        return type != SQLITE_BLOB;
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text != NULL && iptfs_is_utf8(text) &&
           strlen(text) == (size_t)sqlite3_column_bytes(statement, column);
}

int iptfs_results_db_next(const struct iptfs_results_db *db, sqlite3_stmt *statement,
                          struct iptfs_error *error)
{
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW)
        return result == SQLITE_DONE ? 0 : fail(db, error);
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        if (!is_value(statement, i))
            return refuse(db, "holds a value that no sweep has written", error);
    return 1;
}

int iptfs_results_db_miscounted(const struct iptfs_results_db *db, struct iptfs_error *error)
{
    return refuse(db, "has another number of rows than it says", error);
}

void iptfs_results_db_put_name(FILE *sql, const char *name)
{
    fputc('"', sql);
    for (; *name != '\0'; name++)
        fprintf(sql, *name == '"' ? "\"\"" : "%c", *name);
    fputc('"', sql);
}

const char *iptfs_results_db_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text != NULL ? (const char *)text : "";
}

int iptfs_results_db_number(const struct iptfs_results_db *db, const char *sql, size_t *number,
                            struct iptfs_error *error)
{
    sqlite3_stmt *statement;
    *number = 0;
    int code = iptfs_results_db_query(db, sql, &statement, error);
    if (code == 0)
        code = iptfs_results_db_next(db, statement, error);
    if (code == 1 && sqlite3_column_int64(statement, 0) > 0)
        *number = (size_t)sqlite3_column_int64(statement, 0);
    if (code == 0)
        code = refuse(db, "lacks a row", error);
    sqlite3_finalize(statement);
    return code < 0 ? code : 0;
}

/* False for a text that does not fit: no name may be cut. */
static bool take_text(sqlite3_stmt *statement, int column, char *text, size_t size)
{
    return (size_t)snprintf(text, size, "%s", iptfs_results_db_text(statement, column)) < size;
}

static bool take_column(sqlite3_stmt *statement, struct iptfs_results_column *column)
{
    static const char *const roles[] = {"point", "parameter", "seed", "value"};
    bool known = false;
    if (!take_text(statement, 0, column->name, sizeof column->name) ||
        !take_text(statement, 1, column->role, sizeof column->role) ||
        !take_text(statement, 2, column->unit, sizeof column->unit))
        return false;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        known = known || strcmp(column->role, roles[i]) == 0;
    return known && column->name[0] != '\0';
}

int iptfs_results_db_columns(const struct iptfs_results_db *db,
                             struct iptfs_results_column **columns, size_t *count,
                             struct iptfs_error *error)
{
    sqlite3_stmt *statement = NULL;
    size_t most = 0;
    *columns = NULL;
    *count = 0;
    int code = iptfs_results_db_number(db, "SELECT count(*) FROM columns", &most, error);
    if (code == 0)
        code = iptfs_results_db_query(db, "SELECT name, role, unit FROM columns ORDER BY position",
                                      &statement, error);
    if (code == 0 && (*columns = calloc(most + 1, sizeof **columns)) == NULL)
        code = iptfs_fail_no_memory(error);
    while (code == 0 && (code = iptfs_results_db_next(db, statement, error)) == 1)
        code = *count < most && take_column(statement, &(*columns)[(*count)++])
                   ? 0
                   : refuse(db, "lists a column that no sweep has written", error);
    if (code == 0 && *count != most)
        code = refuse(db, "lacks a column", error);
    sqlite3_finalize(statement);
    if (code != 0) {
        free(*columns);
        *columns = NULL;
    }
    return code;
}

const struct iptfs_results_column *
iptfs_results_column_find(const struct iptfs_results_column *columns, size_t count,
                          const char *name, struct iptfs_suggest_hint *hint)
{
    struct iptfs_suggest suggest = {.found = name};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
        iptfs_suggest_offer(&suggest, columns[i].name);
    }
    *hint = iptfs_suggest_hint(&suggest);
    return NULL;
}
