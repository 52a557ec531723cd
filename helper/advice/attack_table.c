/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack_table.h"

#include "advice/attack_results.h"

#include <stdbool.h>
#include <string.h>

static double number_of(const json_t *row, const char *name)
{
    return json_number_value(json_object_get(row, name));
}

/* A number as text; "-" where there is none. */
struct cell {
    char text[32];
};

static struct cell cell_of(const json_t *row, const char *name, double factor, const char *unit)
{
    struct cell cell = {"-"};
    const json_t *value = json_object_get(row, name);
    if (json_is_number(value))
        snprintf(cell.text, sizeof cell.text, "%.3g%s", factor * json_number_value(value), unit);
    return cell;
}

static void print_row(const json_t *row, FILE *out)
{
    fprintf(out, "%-32.32s %.3f (%.3f to %.3f)   %.3f  %.3f    %-9s  %-8s  %s\n",
            iptfs_attack_label(row).text, number_of(row, "accuracy"),
            number_of(row, "accuracy_low"), number_of(row, "accuracy_high"), number_of(row, "svm"),
            number_of(row, "nearest"), cell_of(row, "delivered", 100, " %").text,
            cell_of(row, "overhead", 1, "").text, cell_of(row, "delay_s", 1e3, " ms").text);
}

/* A line for each class of a tunnel of which some runs were taken for another. */
static void print_confusion(const json_t *row, const struct iptfs_classes *classes, FILE *out)
{
    for (size_t class = 0; class < classes->count; class ++) {
        bool right = iptfs_attack_confused(row, class, class) ==
                     json_integer_value(json_object_get(row, "runs"));
        if (right)
            continue;
        fprintf(out, "%-32.32s %s:", iptfs_attack_label(row).text, classes->names[class]);
        for (size_t guess = 0; guess < classes->count; guess++) {
            json_int_t runs = iptfs_attack_confused(row, class, guess);
            if (runs > 0)
                fprintf(out, " %s %lld", classes->names[guess], (long long)runs);
        }
        fputc('\n', out);
    }
}

static bool lacks_values(const json_t *rows)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (json_is_null(json_object_get(row, "overhead")) ||
            json_is_null(json_object_get(row, "delay_s")))
            return true;
    }
    return false;
}

void iptfs_attack_print(const json_t *rows, const struct iptfs_classes *classes, FILE *out)
{
    size_t i;
    const json_t *row = json_array_get(rows, 0);
    fprintf(out, "Classes              %zu, %.0f runs of each; a guess is right in %.3f\n",
            classes->count, number_of(row, "runs"), number_of(row, "chance"));
    fprintf(out, "%-32s %-24s %-6s %-8s %-10s %-9s %s\n", "Tunnel", "recognised (95 %)", "svm",
            "nearest", "delivered", "overhead", "delay");
    json_array_foreach(rows, i, row) print_row(row, out);
    if (lacks_values(rows))
        fputs("-: no inner packet was delivered\n", out);
    fprintf(out, "%-32s runs of a class, and what they were taken for\n", "Tunnel");
    json_array_foreach(rows, i, row) print_confusion(row, classes, out);
}
