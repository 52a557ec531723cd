/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/table.h"

#include "base/asserts.h"
#include "plot/caption.h"
#include "sweep/key.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct iptfs_plot_cell no_value = {NULL, (double)NAN};

void iptfs_plot_table_free(struct iptfs_plot_table *table)
{
    for (size_t i = 0; i < table->n_texts; i++)
        free(table->texts[i]);
    free(table->texts);
    free(table->columns);
    free(table->cells);
    *table = (struct iptfs_plot_table){.columns = NULL};
}

const struct iptfs_plot_cell *iptfs_plot_cell(const struct iptfs_plot_table *table, size_t row,
                                              size_t column)
{
    IPTFS_ASSERT(row < table->n_rows && column < table->n_columns);
    return &table->cells[row * table->n_columns + column];
}

bool iptfs_plot_same(const struct iptfs_plot_cell *a, const struct iptfs_plot_cell *b)
{
    if (a->text != NULL || b->text != NULL)
        return a->text != NULL && b->text != NULL && strcmp(a->text, b->text) == 0;
    return a->number == b->number || (isnan(a->number) && isnan(b->number));
}

int iptfs_plot_compare_cells(const void *a, const void *b)
{
    const struct iptfs_plot_cell *left = a, *right = b;
    if (left->text != NULL && right->text != NULL)
        return strcmp(left->text, right->text);
    if (left->text != NULL || right->text != NULL)
        return left->text != NULL ? 1 : -1;
    if (isnan(left->number) || isnan(right->number))
        return (isnan(right->number) != 0) - (isnan(left->number) != 0);
    return (left->number > right->number) - (left->number < right->number);
}

struct iptfs_plot_cell iptfs_plot_cell_of(const char *key, const char *text)
{
    struct iptfs_plot_cell cell = {NULL, (double)NAN};
    const char *unit;
    char *end;
    if (iptfs_sweep_number(key, text, &cell.number, &unit))
        return cell;
    if (iptfs_sweep_option(key) == NULL && strcmp(key, "case") != 0) {
        cell.number = strtod(text, &end);
        if (end != text && *end == '\0')
            return cell;
    }
    return (struct iptfs_plot_cell){text, (double)NAN};
}

struct iptfs_text iptfs_plot_cell_text(const struct iptfs_plot_column *column,
                                       const struct iptfs_plot_cell *cell)
{
    return cell->text != NULL ? iptfs_quoted(cell->text)
                              : iptfs_caption_value(column->unit, cell->number);
}

/* The one copy of a text: a sweep has few different ones. NULL when memory ran out. */
static const char *intern(struct iptfs_plot_table *table, const char *text)
{
    for (size_t i = table->n_texts; i > 0; i--)
        if (strcmp(table->texts[i - 1], text) == 0)
            return table->texts[i - 1];
    if ((table->n_texts & (table->n_texts - 1)) == 0) {
        size_t capacity = table->n_texts == 0 ? 1 : 2 * table->n_texts;
        char **grown = realloc(table->texts, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        table->texts = grown;
    }
    char *copy = strdup(text);
    if (copy != NULL)
        table->texts[table->n_texts++] = copy;
    return copy;
}

int iptfs_plot_table_keep_text(struct iptfs_plot_table *table, struct iptfs_plot_cell *cell,
                               struct iptfs_error *error)
{
    if (cell->text == NULL)
        return 0;
    cell->text = intern(table, cell->text);
    return cell->text != NULL ? 0 : iptfs_fail_no_memory(error);
}

const char *iptfs_plot_column_name(const char *key)
{
    return strcmp(key, IPTFS_SWEEP_SEED_KEY) == 0 ? "seed" : key;
}

const char *iptfs_plot_unit_of_key(const char *key)
{
    const struct iptfs_option *option = iptfs_sweep_option(key);
    return option != NULL ? option->kind->unit : "";
}

void iptfs_plot_table_set_column(struct iptfs_plot_column *column, const char *name,
                                 enum iptfs_plot_source source, const char *unit)
{
    snprintf(column->name, sizeof column->name, "%s", name);
    snprintf(column->unit, sizeof column->unit, "%s", unit);
    column->source = source;
}

int iptfs_plot_table_make_columns(struct iptfs_plot_table *table, size_t n_asked, size_t more,
                                  struct iptfs_error *error)
{
    table->n_asked = n_asked;
    table->n_columns = n_asked;
    table->columns = calloc(n_asked + more + 1, sizeof *table->columns);
    return table->columns != NULL ? 0 : iptfs_fail_no_memory(error);
}

void iptfs_plot_table_add_swept(struct iptfs_plot_table *table, const char *name)
{
    if (strcmp(name, "seed") != 0)
        iptfs_plot_table_set_column(&table->columns[table->n_columns++], name, IPTFS_PLOT_SWEPT,
                                    iptfs_plot_unit_of_key(name));
}

int iptfs_plot_table_make_cells(struct iptfs_plot_table *table, size_t rows,
                                struct iptfs_error *error)
{
    table->n_rows = rows;
    table->cells = calloc(rows * table->n_columns + 1, sizeof *table->cells);
    for (size_t i = 0; table->cells != NULL && i < rows * table->n_columns; i++)
        table->cells[i] = no_value;
    return table->cells != NULL ? 0 : iptfs_fail_no_memory(error);
}

struct iptfs_plot_cell *iptfs_plot_table_cell(struct iptfs_plot_table *table, size_t row,
                                              size_t column)
{
    return &table->cells[row * table->n_columns + column];
}

struct iptfs_plot_cell iptfs_plot_base_cell(const json_t *base, const char *key)
{
    const struct iptfs_option *option = iptfs_sweep_option(key);
    const char *text = json_string_value(json_object_get(base, key));
    if (text == NULL && option != NULL)
        text = option->standard;
    return text != NULL ? iptfs_plot_cell_of(key, text) : no_value;
}
