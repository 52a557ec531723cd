/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes results.db and results.csv: the tables, one row for each point, and the names that the
 * files get when both are whole. */
#ifndef IPTFS_SWEEP_RESULTS_WRITER_H
#define IPTFS_SWEEP_RESULTS_WRITER_H

#include "base/error.h"
#include "files/outfile.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>

struct iptfs_results_writer {
    json_t *columns; /* the caller's */
    sqlite3 *db;
    sqlite3_stmt *insert; /* a row of points */
    struct iptfs_outfile csv;
    const char *directory;
    char *path;
    char *temporary; /* SQLite writes to files by name: another one until the database is whole */
    struct iptfs_error *error;
};

/* Opens both files in a folder, which must be there. Whatever the outcome, the caller ends with
 * iptfs_results_writer_discard. `directory` and `error` must live until then. This and all that
 * follow: IPTFS_E_IO, IPTFS_E_NO_MEMORY. */
int iptfs_results_writer_open(struct iptfs_results_writer *writer, const char *directory,
                              struct iptfs_error *error);

/* Makes the tables and the head of the CSV. `columns` is an object in the order of the columns:
 * name -> {"role", "unit"}, and "skipped" for those that only the CSV gets. */
int iptfs_results_writer_begin(struct iptfs_results_writer *writer, json_t *columns);

/* Writes a row: an object name -> value, in any order; a value that is not there is empty. */
int iptfs_results_writer_row(struct iptfs_results_writer *writer, const json_t *row);

/* Runs a statement with one number and `count` texts: a row of "sets" or "failures". */
int iptfs_results_writer_texts(struct iptfs_results_writer *writer, const char *sql,
                               sqlite3_int64 number, const char *const *texts, int count);

/* A table of results.db beside those of each sweep. */
struct iptfs_results_table {
    struct iptfs_results_writer *writer;
    const char *name;
    sqlite3_stmt *insert; /* NULL while it has no row */
};

/* Adds a row, an object; the first one makes the table, with a column for each of its keys, which
 * all rows must have in the same order. */
int iptfs_results_table_add(struct iptfs_results_table *table, json_t *row);
void iptfs_results_table_end(struct iptfs_results_table *table);

/* Gives the files their names, and waits until they are on the disk. */
int iptfs_results_writer_commit(struct iptfs_results_writer *writer);

/* Removes what was not committed, and frees all. */
void iptfs_results_writer_discard(struct iptfs_results_writer *writer);

/* Whether results.db has no such column. */
bool iptfs_results_writer_skips(const json_t *column);

#endif
