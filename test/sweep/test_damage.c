/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A results.db that is damaged or forged: what reads it gives what the sweep wrote, or one line. */
#include "plot/results_table.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/folder.h"
#include "sweep/results_mark.h"
#include "sweep/show.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP                                                                                      \
    "[scenario]\nname = base\nduration = 20ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"                                     \
    "[sweep]\nlink.loss = 0, 1%\ncase.a = tunnel.pkt-size=400\ncase.b = tunnel.pkt-size=800\n"     \
    "seed = 1 .. 4\n"

/* What `show` and a plot make of the folder "o". */
struct reading {
    int shown, plotted;
    char *text;
    struct iptfs_error error;
    double sum; /* of the numbers of the plot */
};

static void show(struct reading *reading)
{
    size_t size;
    FILE *out = open_memstream(&reading->text, &size);
    char directory[256];
    snprintf(directory, sizeof directory, "%s", folder_file("o"));
    const struct iptfs_show_request request = {.directory = directory, .csv = true};
    reading->shown = iptfs_show(&request, out, &reading->error);
    fclose(out);
}

static void plot(struct reading *reading)
{
    static const char *const keys[] = {"delay_s.mean", "link.loss", "case", "tunnel.pkt-size"};
    struct iptfs_plot_table table;
    struct iptfs_error error;
    char directory[256];
    size_t unknown;
    snprintf(directory, sizeof directory, "%s", folder_file("o"));
    reading->sum = 0;
    reading->plotted = iptfs_plot_table_of_results(&table, directory, keys, 4, &unknown, &error);
    if (reading->plotted != 0)
        return;
    for (size_t row = 0; row < table.n_rows; row++)
        for (size_t i = 0; i < table.n_columns; i++) {
            const struct iptfs_plot_cell *cell = iptfs_plot_cell(&table, row, i);
            reading->sum += cell->text != NULL ? (double)strlen(cell->text) : cell->number;
        }
    iptfs_plot_table_free(&table);
}

static struct reading read_results(void)
{
    struct reading reading = {.text = NULL};
    show(&reading);
    plot(&reading);
    return reading;
}

static bool make_results(struct reading *good)
{
    folder_make();
    folder_write("s.ini", SWEEP);
    if (!folder_have("parallel"))
        return false;
    CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
    CHECK_INT(folder_shell("cp o/results.db good.db"), 0);
    *good = read_results();
    CHECK_INT(good->shown, 0);
    CHECK_INT(good->plotted, 0);
    return true;
}

/* Compares what is read now with what was read before the damage. */
static void check_reading(const struct reading *good, const char *what, int64_t where)
{
    struct reading now = read_results();
    bool same = now.shown == 0 && strcmp(now.text, good->text) == 0;
    bool refused = now.shown != 0 && now.error.text[0] != '\0' && now.text[0] == '\0' &&
                   strchr(now.error.text, '\n') == NULL;
    if (!same && !refused)
        CHECK_FAIL("%s %lld: show gave %d \"%s\", %s", what, (long long)where, now.shown,
                   now.error.text, now.text);
    if (now.plotted != now.shown || (now.plotted == 0 && now.sum != good->sum))
        CHECK_FAIL("%s %lld: plot gave %d, show %d", what, (long long)where, now.plotted,
                   now.shown);
    free(now.text);
}

static void write_database(const char *octets, size_t size)
{
    FILE *file = fopen(folder_file("o/results.db"), "w");
    CHECK_U64(fwrite(octets, 1, size, file), size);
    fclose(file);
}

/* Every page zeroed, the file cut at each page, and octets changed at random. */
static void damage_is_found(void)
{
    enum {
        PAGE = 4096,
        CHANGES = 300
    };
    struct reading good;
    struct dice dice = {7};
    if (make_results(&good)) {
        size_t size;
        char *whole = folder_read("good.db", &size), *copy = malloc(size);
        CHECK_U64(size % PAGE, 0);
        for (size_t at = 0; at < size; at += PAGE) {
            memcpy(copy, whole, size);
            memset(copy + at, 0, PAGE);
            write_database(copy, size);
            check_reading(&good, "page zeroed at", (int64_t)at);
            write_database(whole, at);
            check_reading(&good, "cut at", (int64_t)at);
        }
        for (int i = 0; i < CHANGES; i++) {
            size_t at = dice_between(&dice, 0, size - 1);
            memcpy(copy, whole, size);
            copy[at] = (char)(copy[at] ^ (char)dice_between(&dice, 1, 127));
            write_database(copy, size);
            check_reading(&good, "octet changed at", (int64_t)at);
        }
        write_database(whole, size);
        check_reading(&good, "undamaged", 0);
        free(whole);
        free(copy);
        free(good.text);
    }
    folder_remove();
}

/* Changes the database as somebody does who knows how its hash is made. */
static void forge(const char *sql)
{
    sqlite3 *db;
    char *why = NULL;
    struct iptfs_error error;
    CHECK_INT(folder_shell("cp good.db o/results.db"), 0);
    CHECK_INT(sqlite3_open(folder_file("o/results.db"), &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA user_version = 0; PRAGMA application_id = 0", NULL, NULL, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        CHECK_FAIL("%s: %s", sql, why);
    sqlite3_close(db);
    CHECK_INT(iptfs_results_mark_write(folder_file("o/results.db"), &error), 0);
}

static void forged_results_are_refused(void)
{
    static const struct {
        const char *sql, *why;
    } forgeries[] = {
        {"UPDATE columns SET name = NULL", "lists a column that no sweep has written"},
        {"UPDATE columns SET name = ''", "lists a column that no sweep has written"},
        {"UPDATE columns SET role = NULL", "lists a column that no sweep has written"},
        {"UPDATE columns SET role = 'x'", "lists a column that no sweep has written"},
        {"UPDATE columns SET name = zeroblob(9)", "holds a value that no sweep has written"},
        {"UPDATE columns SET unit = printf('%.*c', 99, 'x')", "lists a column"},
        {"UPDATE columns SET name = 'none' WHERE name = 'link.loss'", "no such column: none"},
        {"DELETE FROM columns", "found column 'goodput_bps'"},
        {"UPDATE points SET \"link.loss\" = zeroblob(3)", "holds a value that no sweep"},
        {"UPDATE points SET \"case\" = CAST(x'ff41' AS TEXT)", "holds a value that no sweep"},
        {"UPDATE points SET \"case\" = CAST(x'410042' AS TEXT)", "holds a value that no sweep"},
        {"DROP TABLE points", "lacks a table of a sweep"},
        {"DROP TABLE sets", "lacks a table of a sweep"},
        {"DROP TABLE points; CREATE VIEW points AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL "
         "SELECT x + 1 FROM c) SELECT x AS point FROM c",
         "lacks a table of a sweep"},
        {"ALTER TABLE points DROP COLUMN \"delay_s.mean\"", "no such column: delay_s.mean"},
    };
    struct reading good;
    if (make_results(&good)) {
        for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
            forge(forgeries[i].sql);
            struct reading now = read_results();
            CHECK_TRUE(now.shown != 0 && now.plotted != 0);
            if (strstr(now.error.text, forgeries[i].why) == NULL)
                CHECK_FAIL("%s: \"%s\" is not in \"%s\"", forgeries[i].sql, forgeries[i].why,
                           now.error.text);
            free(now.text);
        }
        free(good.text);
    }
    folder_remove();
}

/* Values that are missing, and texts that no point has, change what is read, but break nothing. */
static void odd_values_break_nothing(void)
{
    static const char *const forgeries[] = {
        "UPDATE points SET \"delay_s.mean\" = NULL, \"case\" = NULL",
        "UPDATE points SET \"delay_s.mean\" = 'words'",
        "UPDATE sets SET text = NULL",
        "UPDATE sets SET text = ''",
        "UPDATE sets SET text = 7",
        "UPDATE sets SET point = 'x'",
        "DELETE FROM points",
        "DELETE FROM sets",
        "UPDATE failures SET message = NULL",
    };
    struct reading good;
    if (make_results(&good)) {
        for (size_t i = 0; i < sizeof forgeries / sizeof forgeries[0]; i++) {
            forge(forgeries[i]);
            struct reading now = read_results();
            CHECK_INT(now.shown, 0);
            CHECK_INT(now.plotted, 0);
            free(now.text);
            CHECK_TRUE(folder_run("show o --point 1") <= 2);
            CHECK_TRUE(folder_run("show o") <= 2);
            CHECK_TRUE(folder_run("show o --by case --json") <= 2);
        }
        free(good.text);
    }
    folder_remove();
}

/* Results of version 0.2.0 have no hash: SQLite's own check is all there is. */
static void results_without_hash_are_read(void)
{
    struct reading good;
    if (make_results(&good)) {
        CHECK_INT(folder_shell("printf '\\0\\0\\0\\0' >zero && for at in 60 68; do dd if=zero "
                               "of=o/results.db bs=1 seek=$at conv=notrunc 2>/dev/null; done"),
                  0);
        check_reading(&good, "without hash", 0);
        CHECK_INT(folder_shell("dd if=/dev/zero of=o/results.db bs=4096 seek=5 count=1 "
                               "conv=notrunc 2>/dev/null"),
                  0);
        struct reading now = read_results();
        CHECK_INT(now.shown, IPTFS_E_IO);
        CHECK_INT(now.plotted, IPTFS_E_IO);
        free(now.text);
        free(good.text);
    }
    folder_remove();
}

static void a_change_by_another_program_is_reported(void)
{
    struct reading good;
    if (make_results(&good)) {
        sqlite3 *db;
        CHECK_INT(sqlite3_open(folder_file("o/results.db"), &db), SQLITE_OK);
        CHECK_INT(sqlite3_exec(db, "UPDATE points SET \"delay_s.mean\" = 1", NULL, NULL, NULL), 0);
        sqlite3_close(db);
        CHECK_INT(folder_run("show o"), 2);
        CHECK_HAS("stderr", "o/results.db: is damaged, or another program has changed it; "
                            "'iptfs-sim sweep FILE --out DIR --resume' writes it again");
        CHECK_INT(folder_run("sweep s.ini --out o --resume --quiet"), 0);
        CHECK_SAME("o/results.db", "good.db");
        check_reading(&good, "written again", 0);
        CHECK_INT(folder_shell("rm o/results.db && mkfifo o/results.db"), 0);
        CHECK_INT(folder_run("show o"), 2);
        CHECK_HAS("stderr", "o/results.db: found a named pipe, allowed: a file");
        free(good.text);
    }
    folder_remove();
}

/* 124 is the status of `timeout`. */
static void a_pipe_in_place_of_the_manifest_is_not_waited_for(void)
{
    struct reading good;
    if (make_results(&good)) {
        CHECK_INT(folder_shell("rm o/manifest.json && mkfifo o/manifest.json"), 0);
        CHECK_INT(folder_shell("timeout 20 $SIM show o --point 1 >stdout 2>&1; test $? -ne 124"),
                  0);
        CHECK_INT(folder_shell("timeout 20 $SIM sweep s.ini --out o --resume --quiet >stdout 2>&1; "
                               "test $? -ne 124"),
                  0);
        free(good.text);
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_damage[];
const CU_TestInfo iptfs_tests_damage[] = {
    {"damage is found", damage_is_found},
    {"forged results are refused", forged_results_are_refused},
    {"odd values break nothing", odd_values_break_nothing},
    {"results without hash are read", results_without_hash_are_read},
    {"a change by another program is reported", a_change_by_another_program_is_reported},
    {"a pipe in place of the manifest is not waited for",
     a_pipe_in_place_of_the_manifest_is_not_waited_for},
    CU_TEST_INFO_NULL,
};
