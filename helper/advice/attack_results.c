/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack_results.h"

#include "files/outfile.h"
#include "sweep/results_writer.h"
#include "text/csv.h"
#include "text/json_build.h"
#include "text/json_walk.h"

#include <stdio.h>
#include <string.h>

const struct iptfs_attack_column iptfs_attack_columns[] = {
    {"classes", "1", "classes of traffic"},
    {"runs", "1", "runs of each class"},
    {"chance", "1", "accuracy of a guess: the part of the largest class, here 1 / classes"},
    {"accuracy", "1",
     "part of the runs whose class is named by the classifier that training chose"},
    {"accuracy_low", "1", "its 95 % interval"},
    {"accuracy_high", "1", "its 95 % interval"},
    {"svm", "1", "part whose class the support vector machine names"},
    {"svm_low", "1", "its 95 % interval"},
    {"svm_high", "1", "its 95 % interval"},
    {"nearest", "1", "part whose class the nearest neighbour names"},
    {"nearest_low", "1", "its 95 % interval"},
    {"nearest_high", "1", "its 95 % interval"},
    {"delivered", "1", "inner octets delivered, part of those offered, both directions"},
    {"overhead", "1", "outer octets sent for each inner octet delivered, both directions"},
    {"outer_bps", "bit/s", "mean rate of outer packets, both directions"},
    {"delay_s", "s", "mean delay of inner packets, forward, mean of the runs that deliver any"},
    {NULL, NULL, NULL},
};

static const struct iptfs_attack_column *computed(const char *name)
{
    const struct iptfs_attack_column *column = iptfs_attack_columns;
    while (column->name != NULL && strcmp(column->name, name) != 0)
        column++;
    return column->name != NULL ? column : NULL;
}

struct iptfs_attack_label iptfs_attack_label(const json_t *row)
{
    const char *name;
    json_t *value;
    struct iptfs_attack_label label = {""};
    json_object_foreach(iptfs_json_mutable(row), name, value)
    {
        size_t length = strlen(label.text);
        if (json_is_string(value))
            snprintf(label.text + length, sizeof label.text - length, "%s%s",
                     length > 0 ? ", " : "", json_string_value(value));
    }
    if (label.text[0] == '\0')
        snprintf(label.text, sizeof label.text, "as in the file");
    return label;
}

json_int_t iptfs_attack_confused(const json_t *row, size_t class, size_t guess)
{
    const json_t *matrix = json_object_get(row, "confusion");
    return json_integer_value(json_array_get(json_array_get(matrix, class), guess));
}

/* ------------------------------------------------------------------------------ results.db, csv */

/* Name -> role and unit of each column; "text" for parameters, the unit of the table for what is
 * computed. NULL when memory ran out. */
static json_t *columns_of(const json_t *row)
{
    const char *name;
    json_t *value, *columns = json_object();
    json_object_foreach(iptfs_json_mutable(row), name, value)
    {
        const struct iptfs_attack_column *column = computed(name);
        bool point = strcmp(name, "point") == 0;
        const char *role = point ? "point" : column != NULL ? "value" : "parameter";
        const char *unit = point ? "1" : column != NULL ? column->unit : "text";
        if (!json_is_array(value))
            iptfs_json_put(&columns, name, json_pack("{s:s, s:s}", "role", role, "unit", unit));
    }
    return columns;
}

/* What the tunnel sets over the scenario, for `show --point`. */
static int add_sets(struct iptfs_results_writer *writer, const json_t *row)
{
    size_t i;
    const json_t *set;
    const json_int_t point = json_integer_value(json_object_get(row, "point"));
    int code = IPTFS_OK;
    json_array_foreach(json_object_get(row, "sets"), i, set)
    {
        const char *const texts[] = {json_string_value(set)};
        if (code == IPTFS_OK)
            code =
                iptfs_results_writer_texts(writer, "INSERT INTO sets VALUES(?,?)", point, texts, 1);
    }
    return code;
}

static int add_confusion_table(struct iptfs_results_writer *writer, const json_t *row,
                               const struct iptfs_classes *classes)
{
    const json_int_t point = json_integer_value(json_object_get(row, "point"));
    int code = IPTFS_OK;
    for (size_t i = 0; i < classes->count * classes->count && code == IPTFS_OK; i++) {
        size_t class = i / classes->count, guess = i % classes->count;
        char runs[32];
        snprintf(runs, sizeof runs, "%lld", (long long)iptfs_attack_confused(row, class, guess));
        const char *const texts[] = {classes->names[class], classes->names[guess], runs};
        code = iptfs_results_writer_texts(
            writer, "INSERT INTO confusion VALUES(?,?,?,CAST(? AS INTEGER))", point, texts, 3);
    }
    return code;
}

static int write_rows(struct iptfs_results_writer *writer, const json_t *rows,
                      const struct iptfs_classes *classes, struct iptfs_error *error)
{
    size_t i;
    const json_t *row;
    int code = IPTFS_OK;
    if (sqlite3_exec(writer->db, "CREATE TABLE confusion(point, class, guess, runs)", NULL, NULL,
                     NULL) != SQLITE_OK)
        return iptfs_fail(error, IPTFS_E_IO, "%s", sqlite3_errmsg(writer->db));
    json_array_foreach(rows, i, row)
    {
        if (code == IPTFS_OK)
            code = iptfs_results_writer_row(writer, row);
        if (code == IPTFS_OK)
            code = add_sets(writer, row);
        if (code == IPTFS_OK)
            code = add_confusion_table(writer, row, classes);
    }
    return code;
}

static int write_results(const char *directory, const json_t *rows,
                         const struct iptfs_classes *classes, struct iptfs_error *error)
{
    struct iptfs_results_writer writer = {.db = NULL};
    json_t *columns = columns_of(json_array_get(rows, 0));
    int code = columns != NULL ? iptfs_results_writer_open(&writer, directory, error)
                               : iptfs_fail_no_memory(error);
    if (code == IPTFS_OK)
        code = iptfs_results_writer_begin(&writer, columns);
    if (code == IPTFS_OK)
        code = write_rows(&writer, rows, classes, error);
    if (code == IPTFS_OK)
        code = iptfs_results_writer_commit(&writer);
    iptfs_results_writer_discard(&writer);
    json_decref(columns);
    return code;
}

/* -------------------------------------------------------------------------------- confusion.csv */

static void write_confusion(FILE *out, const json_t *rows, const struct iptfs_classes *classes)
{
    size_t i;
    const json_t *row;
    fputs("tunnel,class,guess,runs\n", out);
    json_array_foreach(rows, i, row)
    {
        for (size_t j = 0; j < classes->count * classes->count; j++) {
            struct iptfs_csv csv = {.out = out};
            iptfs_csv_text(&csv, iptfs_attack_label(row).text);
            iptfs_csv_text(&csv, classes->names[j / classes->count]);
            iptfs_csv_text(&csv, classes->names[j % classes->count]);
            iptfs_csv_integer(&csv,
                              iptfs_attack_confused(row, j / classes->count, j % classes->count));
            iptfs_csv_end(&csv);
        }
    }
}

int iptfs_attack_write(const char *directory, const json_t *rows,
                       const struct iptfs_classes *classes, struct iptfs_error *error)
{
    struct iptfs_outfile file = {0};
    int code = write_results(directory, rows, classes, error);
    if (code != IPTFS_OK)
        return code;
    code = iptfs_outfile_open_in(&file, directory, "confusion.csv", error);
    if (code != IPTFS_OK)
        return code;
    write_confusion(file.file, rows, classes);
    code = iptfs_outfile_commit(&file, error);
    iptfs_outfile_discard(&file);
    return code;
}
