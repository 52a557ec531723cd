/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/results_db.h"

#include "files/outfile.h"
#include "files/textfile.h"

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
    else if (sqlite3_open_v2(path, &db->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        code = fail(db, error);
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

int iptfs_results_db_next(const struct iptfs_results_db *db, sqlite3_stmt *statement,
                          struct iptfs_error *error)
{
    int result = sqlite3_step(statement);
    return result == SQLITE_ROW ? 1 : result == SQLITE_DONE ? 0 : fail(db, error);
}

int iptfs_results_db_number(const struct iptfs_results_db *db, const char *sql, size_t *number,
                            struct iptfs_error *error)
{
    sqlite3_stmt *statement;
    int code = iptfs_results_db_query(db, sql, &statement, error);
    if (code == 0)
        code = iptfs_results_db_next(db, statement, error);
    *number = code == 1 ? (size_t)sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return code < 0 ? code : 0;
}

static void take_text(sqlite3_stmt *statement, int column, char *text, size_t size)
{
    const unsigned char *found = sqlite3_column_text(statement, column);
    snprintf(text, size, "%s", found != NULL ? (const char *)found : "");
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
    while (code == 0 && *count < most &&
           (code = iptfs_results_db_next(db, statement, error)) == 1) {
        struct iptfs_results_column *column = &(*columns)[(*count)++];
        take_text(statement, 0, column->name, sizeof column->name);
        take_text(statement, 1, column->role, sizeof column->role);
        take_text(statement, 2, column->unit, sizeof column->unit);
        code = 0;
    }
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
