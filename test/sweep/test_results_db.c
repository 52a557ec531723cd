/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading results.db: its columns, its rows, and files that are damaged. */
#include "sweep/results_db.h"

#include "support/check.h"
#include "support/folder.h"

#include <stdlib.h>
#include <string.h>

/* A results.db with three columns and two points. */
static void make_results(void)
{
    sqlite3 *db;
    folder_make();
    CHECK_INT(sqlite3_open(folder_file("results.db"), &db), SQLITE_OK);
    CHECK_INT(sqlite3_exec(db,
                           "CREATE TABLE columns(position INTEGER PRIMARY KEY, name, role, unit);"
                           "INSERT INTO columns VALUES(0,'point','point','');"
                           "INSERT INTO columns VALUES(1,'link.loss','parameter','');"
                           "INSERT INTO columns VALUES(2,'goodput_bps','value','bit/s');"
                           "CREATE TABLE sets(point INTEGER, text);"
                           "CREATE TABLE failures(point INTEGER PRIMARY KEY, id, parameters,"
                           " status INTEGER, message);"
                           "CREATE TABLE points(point INTEGER PRIMARY KEY, a, b);"
                           "INSERT INTO points VALUES(1,0.5,7);"
                           "INSERT INTO points VALUES(2,0.5,8)",
                           NULL, NULL, NULL),
              SQLITE_OK);
    sqlite3_close(db);
}

static void columns_are_listed_and_found(void)
{
    struct iptfs_results_db db;
    struct iptfs_results_column *columns;
    struct iptfs_suggest_hint hint;
    struct iptfs_error error;
    size_t count = 0;
    make_results();
    CHECK_INT(iptfs_results_db_open(&db, folder_path(), &error), 0);
    if (CHECK_INT(iptfs_results_db_columns(&db, &columns, &count, &error), 0) &&
        CHECK_U64(count, 3)) {
        CHECK_STR(columns[1].role, "parameter");
        CHECK_STR(columns[2].unit, "bit/s");
        CHECK_TRUE(iptfs_results_column_find(columns, count, "link.loss", &hint) == &columns[1]);
        CHECK_TRUE(iptfs_results_column_find(columns, count, "goodputbps", &hint) == NULL);
        CHECK_STR(hint.text, "; did you mean 'goodput_bps'?");
        free(columns);
    }
    CHECK_INT(iptfs_results_db_number(&db, "SELECT count(*) FROM points", &count, &error), 0);
    CHECK_U64(count, 2);
    iptfs_results_db_close(&db);
    folder_remove();
}

static void names_are_quoted(void)
{
    char *sql = NULL;
    size_t size;
    FILE *out = open_memstream(&sql, &size);
    iptfs_results_db_put_name(out, "z\"); COMMIT; ATTACH 'x' AS \"y");
    fclose(out);
    CHECK_STR(sql, "\"z\"\"); COMMIT; ATTACH 'x' AS \"\"y\"");
    free(sql);
}

static void what_cannot_be_read_is_an_error(void)
{
    struct iptfs_results_db db;
    struct iptfs_error error;
    sqlite3_stmt *statement;
    make_results();
    CHECK_INT(iptfs_results_db_open(&db, folder_path(), &error), 0);
    CHECK_INT(iptfs_results_db_query(&db, "SELECT c FROM points", &statement, &error), IPTFS_E_IO);
    if (strstr(error.text, "results.db: cannot be read: ") == NULL)
        CHECK_FAIL("%s", error.text);
    /* A step that fails is no end of the rows. */
    CHECK_INT(iptfs_results_db_query(&db, "SELECT abs(-9223372036854775807 - point) FROM points",
                                     &statement, &error),
              0);
    CHECK_INT(iptfs_results_db_next(&db, statement, &error), IPTFS_E_IO);
    sqlite3_finalize(statement);
    iptfs_results_db_close(&db);
    folder_write("results.db", "This is no database, but long enough to look like one to SQLite, "
                               "which reads a head of one hundred octets first.\n");
    CHECK_INT(iptfs_results_db_open(&db, folder_path(), &error), IPTFS_E_IO);
    iptfs_results_db_close(&db);
    CHECK_INT(iptfs_results_db_open(&db, folder_file("none"), &error), IPTFS_E_IO);
    iptfs_results_db_close(&db);
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_results_db[];
const CU_TestInfo iptfs_tests_results_db[] = {
    {"columns are listed and found", columns_are_listed_and_found},
    {"names are quoted", names_are_quoted},
    {"what cannot be read is an error", what_cannot_be_read_is_an_error},
    CU_TEST_INFO_NULL,
};
