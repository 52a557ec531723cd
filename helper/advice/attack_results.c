/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack_results.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "plot/gnuplot.h"
#include "sweep/results_writer.h"
#include "text/csv.h"
#include "text/json_build.h"
#include "text/json_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* "text" for parameters, the unit of the table for what is computed. */
static const struct iptfs_attack_column *computed(const char *name)
{
    const struct iptfs_attack_column *column = iptfs_attack_columns;
    while (column->name != NULL && strcmp(column->name, name) != 0)
        column++;
    return column->name != NULL ? column : NULL;
}

/* Name -> role and unit of each member of a row, "point" first; NULL when memory ran out. */
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
        iptfs_json_put(&columns, name, json_pack("{s:s, s:s}", "role", role, "unit", unit));
    }
    return columns;
}

int iptfs_attack_write(const char *directory, const json_t *rows, struct iptfs_error *error)
{
    size_t i;
    const json_t *row;
    struct iptfs_results_writer writer = {.db = NULL};
    json_t *columns = columns_of(json_array_get(rows, 0));
    int code =
        columns != NULL ? iptfs_make_directory(directory, error) : iptfs_fail_no_memory(error);
    if (code == IPTFS_OK)
        code = iptfs_results_writer_open(&writer, directory, error);
    if (code == IPTFS_OK)
        code = iptfs_results_writer_begin(&writer, columns);
    json_array_foreach(rows, i, row)
    {
        if (code == IPTFS_OK)
            code = iptfs_results_writer_row(&writer, row);
    }
    if (code == IPTFS_OK)
        code = iptfs_results_writer_commit(&writer);
    iptfs_results_writer_discard(&writer);
    json_decref(columns);
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
