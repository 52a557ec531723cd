/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading DIR/results.db, which collect.h writes and describes. All errors are IPTFS_E_IO with
 * "DIR/results.db: ...", also a row that cannot be read. */
#ifndef IPTFS_SWEEP_RESULTS_DB_H
#define IPTFS_SWEEP_RESULTS_DB_H

#include "base/error.h"
#include "text/suggest.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct iptfs_results_db {
    sqlite3 *db;
    const char *directory; /* for messages */
};

/* Opens it for reading, when its octets are those that the sweep has written (results_mark.h) and
 * its tables are there; the directory's name must outlive the reader. Whatever the outcome it is
 * closed with iptfs_results_db_close. IPTFS_E_IO where a sweep has written no results. */
int iptfs_results_db_open(struct iptfs_results_db *db, const char *directory,
                          struct iptfs_error *error);
void iptfs_results_db_close(struct iptfs_results_db *db);

/* Prepares a query; the caller finalizes *statement, which is NULL on error. */
int iptfs_results_db_query(const struct iptfs_results_db *db, const char *sql,
                           sqlite3_stmt **statement, struct iptfs_error *error);

/* Steps to the next row: 1 for a row, 0 behind the last, negative on error, also for a row with a
 * value that no sweep writes (octets, text that is not UTF-8). */
int iptfs_results_db_next(const struct iptfs_results_db *db, sqlite3_stmt *statement,
                          struct iptfs_error *error);

/* Fails: a query gave another number of rows than count(*). */
int iptfs_results_db_miscounted(const struct iptfs_results_db *db, struct iptfs_error *error);

/* Writes the name of a column as SQL takes it, whatever it holds. */
void iptfs_results_db_put_name(FILE *sql, const char *name);

/* A text of the row, which lives until the next step; "" for NULL. */
const char *iptfs_results_db_text(sqlite3_stmt *statement, int column);

/* The number in the first row of a query, at least 0. */
int iptfs_results_db_number(const struct iptfs_results_db *db, const char *sql, size_t *number,
                            struct iptfs_error *error);

/* A column of the results. */
struct iptfs_results_column {
    char name[160];
    char role[16]; /* "point", "parameter", "seed" or "value" */
    char unit[16];
};

/* The columns in their order: a new array, which the caller frees, in *columns. */
int iptfs_results_db_columns(const struct iptfs_results_db *db,
                             struct iptfs_results_column **columns, size_t *count,
                             struct iptfs_error *error);

/* The column of that name, NULL when there is none; then *hint names the nearest one. */
const struct iptfs_results_column *
iptfs_results_column_find(const struct iptfs_results_column *columns, size_t count,
                          const char *name, struct iptfs_suggest_hint *hint);

#endif
