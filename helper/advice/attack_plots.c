/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack_plots.h"

#include "advice/attack_results.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "plot/gnuplot.h"
#include "text/csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What the files of a plot are made of. */
struct content {
    const json_t *rows;
    const struct iptfs_classes *classes;
};

static double number_of(const json_t *row, const char *name)
{
    return json_number_value(json_object_get(row, name));
}

/* ------------------------------------------------------------------------------------- accuracy */

/* Where nothing is delivered, there is no overhead. */
static bool has_overhead(const json_t *row)
{
    return json_is_number(json_object_get(row, "overhead"));
}

static void write_accuracy_data(const struct content *content, FILE *out)
{
    size_t i;
    const json_t *row;
    fputs("tunnel,overhead,accuracy,accuracy_low,accuracy_high,chance\n", out);
    json_array_foreach(content->rows, i, row)
    {
        struct iptfs_csv csv = {.out = out};
        if (!has_overhead(row))
            continue;
        iptfs_csv_text(&csv, iptfs_attack_label(row).text);
        fprintf(out, ",%.6g,%.6g,%.6g,%.6g,%.6g\n", number_of(row, "overhead"),
                number_of(row, "accuracy"), number_of(row, "accuracy_low"),
                number_of(row, "accuracy_high"), number_of(row, "chance"));
    }
}

static void write_accuracy_script(const struct content *content, FILE *out)
{
    size_t i, drawn = 0;
    const json_t *row;
    iptfs_gnuplot_begin("accuracy", out);
    fputs("set datafile separator comma\n"
          "set title 'Traffic recognised, and octets sent for it'\n"
          "set xlabel 'outer octets for each inner octet delivered'\n"
          "set ylabel 'part of the runs recognised, 95 % interval'\n"
          "set logscale x\nset yrange [0:1.05]\nset offsets graph 0.05, graph 0.05, 0, 0\n",
          out);
    fprintf(out, "plot %.6g with lines linestyle 1 dashtype 2 title 'chance'",
            number_of(json_array_get(content->rows, 0), "chance"));
    json_array_foreach(content->rows, i, row)
    {
        if (!has_overhead(row))
            continue;
        drawn++;
        fprintf(out,
                ", \\\n    'accuracy.csv' every ::%zu::%zu using 2:3:4:5 with yerrorbars "
                "linestyle %zu title ",
                drawn, drawn, 1 + i % IPTFS_GNUPLOT_STYLES);
        iptfs_gnuplot_text(iptfs_attack_label(row).text, out);
        fputs(" noenhanced", out);
    }
    fputc('\n', out);
    iptfs_gnuplot_end("accuracy", out);
}

/* -------------------------------------------------------------------------------------- classes */

/* A square for each tunnel, beside each other with a gap: a row for each class, first on top, a
 * column for each guess. */
static void write_classes_data(const struct content *content, FILE *out)
{
    size_t i;
    const json_t *row;
    const size_t count = content->classes->count;
    fputs("column,row,part\n", out);
    json_array_foreach(content->rows, i, row)
    {
        for (size_t j = 0; j < count * count; j++)
            fprintf(out, "%zu,%zu,%.6g\n", i * (count + 1) + j % count, count - 1 - j / count,
                    (double)iptfs_attack_confused(row, j / count, j % count) /
                        number_of(row, "runs"));
    }
}

static void write_classes_script(const struct content *content, FILE *out)
{
    size_t i;
    const json_t *row;
    const size_t count = content->classes->count;
    iptfs_gnuplot_begin("classes", out);
    fputs("set datafile separator comma\n"
          "set title 'Class of the traffic (row), and what it is taken for (column, same order)'\n"
          "unset grid\nunset key\nunset border\nset tics scale 0\n"
          "set style fill solid 1 noborder\n"
          "set cblabel 'part of the runs of the class' offset 1\nset cbrange [0:1]\n"
          "set ytics (",
          out);
    for (size_t c = 0; c < count; c++) {
        fputs(c > 0 ? ", " : "", out);
        iptfs_gnuplot_tic(content->classes->names[c], out);
        fprintf(out, " %zu", count - 1 - c);
    }
    fputs(")\nset xtics rotate by 30 right (", out);
    json_array_foreach(content->rows, i, row)
    {
        fputs(i > 0 ? ", " : "", out);
        iptfs_gnuplot_tic(iptfs_attack_label(row).text, out);
        fprintf(out, " %.1f", (double)(i * (count + 1)) + ((double)count - 1) / 2);
    }
    fputs(")\nplot 'classes.csv' every ::1 using 1:2:(0.5):(0.5):3 with boxxyerror fillcolor "
          "palette fillstyle solid noborder notitle\n",
          out);
    iptfs_gnuplot_end("classes", out);
}

/* ---------------------------------------------------------------------------------------- files */

static int write_file(const char *folder, const char *name, const char *end,
                      const struct content *content,
                      void (*write)(const struct content *content, FILE *out),
                      struct iptfs_error *error)
{
    char file_name[64];
    struct iptfs_outfile file = {0};
    snprintf(file_name, sizeof file_name, "%s%s", name, end);
    int code = iptfs_outfile_open_in(&file, folder, file_name, error);
    if (code != IPTFS_OK)
        return code;
    write(content, file.file);
    code = iptfs_outfile_commit(&file, error);
    iptfs_outfile_discard(&file);
    return code;
}

static int draw(const char *folder, const char *name, const struct content *content,
                void (*data)(const struct content *content, FILE *out),
                void (*script)(const struct content *content, FILE *out), struct iptfs_error *error)
{
    int code = write_file(folder, name, ".csv", content, data, error);
    if (code == IPTFS_OK)
        code = write_file(folder, name, ".gp", content, script, error);
    return code == IPTFS_OK ? iptfs_gnuplot_draw(folder, name, error) : code;
}

static bool any_overhead(const json_t *rows)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (has_overhead(row))
            return true;
    }
    return false;
}

int iptfs_attack_plot(const char *directory, const json_t *rows,
                      const struct iptfs_classes *classes, struct iptfs_error *error)
{
    const struct content content = {rows, classes};
    char *folder = iptfs_path_join(directory, "plots");
    int code = folder != NULL ? iptfs_make_directory(folder, error) : iptfs_fail_no_memory(error);
    if (code == IPTFS_OK && any_overhead(rows))
        code =
            draw(folder, "accuracy", &content, write_accuracy_data, write_accuracy_script, error);
    if (code == IPTFS_OK)
        code = draw(folder, "classes", &content, write_classes_data, write_classes_script, error);
    free(folder);
    return code;
}
