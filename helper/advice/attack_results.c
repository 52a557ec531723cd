/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack_results.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "plot/gnuplot.h"
#include "sweep/results_db.h"
#include "sweep/results_mark.h"
#include "text/csv.h"
#include "text/json_walk.h"
#include "text/text_stream.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct iptfs_attack_column iptfs_attack_columns[] = {
    {"classes", "1", "classes of traffic"},
    {"runs", "1", "runs of each class"},
    {"chance", "1", "accuracy of a guess: 1 / classes"},
    {"accuracy", "1", "part of the runs whose class the support vector machine names"},
    {"accuracy_low", "1", "its 95 % interval"},
    {"accuracy_high", "1", "its 95 % interval"},
    {"nearest", "1", "part whose class the nearest neighbour names"},
    {"nearest_low", "1", "its 95 % interval"},
    {"nearest_high", "1", "its 95 % interval"},
    {"overhead", "1", "outer octets sent for each inner octet delivered, both directions"},
    {"outer_bps", "bit/s", "mean rate of outer packets, both directions"},
    {"delay_s", "s", "mean delay of inner packets, forward"},
    {NULL, NULL, NULL},
};

/* ---------------------------------------------------------------------------------------- CSV */

static void write_csv(FILE *out, const json_t *rows)
{
    struct iptfs_csv csv = {.out = out};
    const char *name;
    json_t *value;
    size_t i;
    const json_t *row;
    json_object_foreach(iptfs_json_mutable(json_array_get(rows, 0)), name, value)
        iptfs_csv_text(&csv, name);
    iptfs_csv_end(&csv);
    json_array_foreach(rows, i, row)
    {
        json_object_foreach(iptfs_json_mutable(row), name, value) iptfs_csv_json(&csv, value);
        iptfs_csv_end(&csv);
    }
}

/* ------------------------------------------------------------------------------------- SQLite */

/* "text" for parameters, the unit of the table for what is computed. */
static const struct iptfs_attack_column *computed(const char *name)
{
    const struct iptfs_attack_column *column = iptfs_attack_columns;
    while (column->name != NULL && strcmp(column->name, name) != 0)
        column++;
    return column->name != NULL ? column : NULL;
}

static char *statement(const json_t *row, bool create)
{
    const char *name;
    json_t *value;
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    fputs(create ? "CREATE TABLE points(" : "INSERT INTO points VALUES(", out);
    bool first = true;
    json_object_foreach(iptfs_json_mutable(row), name, value)
    {
        fputs(first ? "" : ",", out);
        if (create)
            iptfs_results_db_put_name(out, name);
        else
            fputc('?', out);
        first = false;
    }
    fputc(')', out);
    return iptfs_text_stream_close(&stream);
}

static bool insert(sqlite3 *db, const char *sql, const json_t *values)
{
    sqlite3_stmt *insertion;
    if (sqlite3_prepare_v2(db, sql, -1, &insertion, NULL) != SQLITE_OK)
        return false;
    const char *name;
    json_t *value;
    int at = 0;
    json_object_foreach(iptfs_json_mutable(values), name, value)
    {
        at++;
        if (json_is_string(value))
            sqlite3_bind_text(insertion, at, json_string_value(value), -1, SQLITE_TRANSIENT);
        else if (json_is_integer(value))
            sqlite3_bind_int64(insertion, at, json_integer_value(value));
        else if (json_is_real(value))
            sqlite3_bind_double(insertion, at, json_real_value(value));
    }
    bool done = sqlite3_step(insertion) == SQLITE_DONE;
    sqlite3_finalize(insertion);
    return done;
}

static bool insert_columns(sqlite3 *db, const json_t *row)
{
    const char *name;
    json_t *value;
    int position = 0;
    bool good = true;
    json_object_foreach(iptfs_json_mutable(row), name, value)
    {
        const struct iptfs_attack_column *column = computed(name);
        const char *role = column != NULL ? "value" : position == 0 ? "point" : "parameter";
        json_t *texts = json_pack("{s:i, s:s, s:s, s:s}", "position", position, "name", name,
                                  "role", role, "unit",
                                  column != NULL  ? column->unit
                                  : position == 0 ? "1"
                                                  : "text");
        good = good && texts != NULL && insert(db, "INSERT INTO columns VALUES(?,?,?,?)", texts);
        json_decref(texts);
        position++;
    }
    return good;
}

static bool fill_database(sqlite3 *db, const json_t *rows)
{
    static const char tables[] =
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
        "CREATE TABLE columns(position INTEGER PRIMARY KEY, name, role, unit);"
        "CREATE TABLE sets(point INTEGER, text);"
        "CREATE TABLE failures(point INTEGER PRIMARY KEY, id, parameters, status INTEGER, message)";
    const json_t *first = json_array_get(rows, 0), *row;
    char *create = statement(first, true), *insertion = statement(first, false);
    size_t i;
    bool good = create != NULL && insertion != NULL &&
                sqlite3_exec(db, tables, NULL, NULL, NULL) == SQLITE_OK &&
                sqlite3_exec(db, create, NULL, NULL, NULL) == SQLITE_OK &&
                insert_columns(db, first);
    json_array_foreach(rows, i, row) good = good && insert(db, insertion, row);
    free(create);
    free(insertion);
    return good && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

/* SQLite writes to files by name: under another one until the database is whole. */
static int write_database(const char *path, const char *temporary, const json_t *rows,
                          struct iptfs_error *error)
{
    sqlite3 *db = NULL;
    unlink(temporary); /* left by a process that was killed */
    bool good = sqlite3_open(temporary, &db) == SQLITE_OK && fill_database(db, rows);
    int code = IPTFS_OK;
    if (!good)
        code =
            iptfs_fail(error, IPTFS_E_IO, "%s: cannot be written: %s", iptfs_quoted_path(path).text,
                       db != NULL ? sqlite3_errmsg(db) : "out of memory");
    sqlite3_close(db);
    if (code == IPTFS_OK)
        code = iptfs_results_mark_write(temporary, error);
    if (code == IPTFS_OK && rename(temporary, path) != 0)
        code = iptfs_fail(error, IPTFS_E_IO, "%s: cannot be written: %s",
                          iptfs_quoted_path(path).text, strerror(errno));
    if (code != IPTFS_OK)
        unlink(temporary);
    return code;
}

int iptfs_attack_write(const char *directory, const json_t *rows, struct iptfs_error *error)
{
    struct iptfs_outfile csv = {0};
    char *path = iptfs_path_join(directory, "results.db");
    char *temporary = iptfs_path_join(directory, "results.db.tmp");
    int code = path == NULL || temporary == NULL ? iptfs_fail_no_memory(error)
                                                 : iptfs_make_directory(directory, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&csv, directory, "results.csv", error);
    if (code == IPTFS_OK) {
        write_csv(csv.file, rows);
        code = iptfs_outfile_flush(&csv, error);
    }
    if (code == IPTFS_OK)
        code = write_database(path, temporary, rows, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_commit(&csv, error);
    iptfs_outfile_discard(&csv);
    free(path);
    free(temporary);
    return code;
}

/* --------------------------------------------------------------------------------------- plot */

struct label {
    char text[256];
};

/* The values of the parameters: of all members before "classes". */
static struct label label_of(const json_t *row)
{
    const char *name;
    json_t *value;
    struct label label = {""};
    json_object_foreach(iptfs_json_mutable(row), name, value)
    {
        size_t length = strlen(label.text);
        if (computed(name) != NULL)
            break;
        if (json_is_string(value))
            snprintf(label.text + length, sizeof label.text - length, "%s%s",
                     length > 0 ? ", " : "", json_string_value(value));
    }
    return label;
}

static double number_of(const json_t *row, const char *name)
{
    return json_number_value(json_object_get(row, name));
}

static void write_data(FILE *out, const json_t *rows)
{
    size_t i;
    const json_t *row;
    fputs("tunnel,overhead,accuracy,accuracy_low,accuracy_high,chance\n", out);
    json_array_foreach(rows, i, row)
    {
        struct iptfs_csv csv = {.out = out};
        iptfs_csv_text(&csv, label_of(row).text);
        fprintf(out, ",%.6g,%.6g,%.6g,%.6g,%.6g\n", number_of(row, "overhead"),
                number_of(row, "accuracy"), number_of(row, "accuracy_low"),
                number_of(row, "accuracy_high"), number_of(row, "chance"));
    }
}

static void write_script(FILE *out, const json_t *rows)
{
    size_t i;
    const json_t *row;
    iptfs_gnuplot_begin("accuracy", out);
    fputs("set datafile separator comma\n"
          "set title 'Traffic recognised, and octets sent for it'\n"
          "set xlabel 'outer octets for each inner octet delivered'\n"
          "set ylabel 'part of the runs recognised, 95 % interval'\n"
          "set logscale x\nset yrange [0:1.05]\nset offsets graph 0.05, graph 0.05, 0, 0\n",
          out);
    fprintf(out, "plot %.6g with lines linestyle 1 dashtype 2 title 'chance'",
            number_of(json_array_get(rows, 0), "chance"));
    json_array_foreach(rows, i, row)
    {
        fprintf(out,
                ", \\\n    'accuracy.csv' every ::%zu::%zu using 2:3:4:5 with yerrorbars "
                "linestyle %zu title ",
                i + 1, i + 1, 1 + i % IPTFS_GNUPLOT_STYLES);
        iptfs_gnuplot_text(label_of(row).text, out);
        fputs(" noenhanced", out);
    }
    fputc('\n', out);
    iptfs_gnuplot_end("accuracy", out);
}

static int write_plot_file(const char *folder, const char *name, const json_t *rows,
                           void (*write)(FILE *out, const json_t *rows), struct iptfs_error *error)
{
    struct iptfs_outfile file = {0};
    int code = iptfs_outfile_open_in(&file, folder, name, error);
    if (code != IPTFS_OK)
        return code;
    write(file.file, rows);
    code = iptfs_outfile_commit(&file, error);
    iptfs_outfile_discard(&file);
    return code;
}

int iptfs_attack_plot(const char *directory, const json_t *rows, struct iptfs_error *error)
{
    char *folder = iptfs_path_join(directory, "plots");
    int code = folder != NULL ? iptfs_make_directory(folder, error) : iptfs_fail_no_memory(error);
    if (code == IPTFS_OK)
        code = write_plot_file(folder, "accuracy.csv", rows, write_data, error);
    if (code == IPTFS_OK)
        code = write_plot_file(folder, "accuracy.gp", rows, write_script, error);
    if (code == IPTFS_OK)
        code = iptfs_gnuplot_draw(folder, "accuracy", error);
    free(folder);
    return code;
}
