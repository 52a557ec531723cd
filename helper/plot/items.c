/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/items.h"

#include "plot/curves.h"
#include "plot/kind.h"

#include <math.h>
#include <stdlib.h>

/* Where a row stands on the x axis; NAN: nowhere. Rows whose x is a value of the summary keep their
 * order. */
static double place_on_x(const struct iptfs_plot_data *data, size_t row)
{
    const struct iptfs_plot_cell *cell = iptfs_plot_cell(&data->table, row, IPTFS_PLOT_X);
    if (data->table.columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY)
        return data->plot->kind->x_is_y || isnan(cell->number) ? cell->number : 0.0;
    for (size_t i = 0; i < data->n_steps; i++)
        if (iptfs_plot_same(&data->steps[i], cell))
            return (double)i;
    return cell->number;
}

static int compare_items(const void *a, const void *b)
{
    const struct iptfs_plot_item *left = a, *right = b;
    if (left->curve != right->curve)
        return left->curve < right->curve ? -1 : 1;
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* A value of the summary that is drawn must be a number. */
static int refuse_words(const struct iptfs_plot_data *data, size_t column, unsigned line,
                        const char *key, struct iptfs_error *error)
{
    return iptfs_plot_refuse(data->plot, line, key, error,
                             "found '%s', whose values are words, allowed: numbers",
                             data->table.columns[column].name);
}

static bool is_word_of_summary(const struct iptfs_plot_data *data, size_t row, size_t column)
{
    return data->table.columns[column].source == IPTFS_PLOT_SUMMARY &&
           iptfs_plot_cell(&data->table, row, column)->text != NULL;
}

/* Rows without a y or an x are not drawn: without any loss, for example, there is no loss
 * amplification. */
int iptfs_plot_make_items(struct iptfs_plot_data *data, const bool *chosen,
                          struct iptfs_plot_items *items, struct iptfs_error *error)
{
    *items =
        (struct iptfs_plot_items){.items = calloc(data->table.n_rows + 1, sizeof *items->items)};
    if (items->items == NULL)
        return iptfs_fail_no_memory(error);
    for (size_t row = 0; row < data->table.n_rows; row++) {
        struct iptfs_plot_item item = {.row = row};
        const struct iptfs_plot_cell *y = iptfs_plot_cell(&data->table, row, IPTFS_PLOT_Y);
        if (!chosen[row] || (data->table.run && y->text == NULL && isnan(y->number)))
            continue;
        if (y->text != NULL)
            return refuse_words(data, IPTFS_PLOT_Y, data->plot->y.line, "y", error);
        if (is_word_of_summary(data, row, IPTFS_PLOT_X))
            return refuse_words(data, IPTFS_PLOT_X, data->plot->x.line, "x", error);
        iptfs_plot_find_curve(data, row, &item.curve, error);
        item.x = place_on_x(data, row);
        item.y = y->number;
        if (isnan(item.x) && data->table.run)
            continue;
        item.x = isnan(item.x) ? 0.0 : item.x;
        items->items[items->count++] = item;
    }
    qsort(items->items, items->count, sizeof *items->items, compare_items);
    return 0;
}

size_t iptfs_plot_difference(const struct iptfs_plot_table *table, size_t a, size_t b)
{
    for (size_t i = table->n_asked; i < table->n_columns; i++)
        if (!iptfs_plot_same(iptfs_plot_cell(table, a, i), iptfs_plot_cell(table, b, i)))
            return i;
    return 0;
}

/* The number of different values of a column; items that differ only in seed count once. */
static size_t count_values(const struct iptfs_plot_table *table,
                           const struct iptfs_plot_item *items, size_t count, size_t column,
                           struct iptfs_plot_cell *cells)
{
    size_t n_cells = 0, values = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || iptfs_plot_difference(table, items[i - 1].row, items[i].row) != 0)
            cells[n_cells++] = *iptfs_plot_cell(table, items[i].row, column);
    qsort(cells, n_cells, sizeof *cells, iptfs_plot_compare_cells);
    for (size_t i = 0; i < n_cells; i++)
        values += i == 0 || !iptfs_plot_same(&cells[i - 1], &cells[i]);
    return values;
}

/* Checks that a line along the values of one key joins the marks of a curve. Keys that move
 * together count as one key. */
static int check_line(const struct iptfs_plot_data *data, const struct iptfs_plot_item *items,
                      size_t count, struct iptfs_plot_cell *cells, struct iptfs_error *error)
{
    const struct iptfs_plot *plot = data->plot;
    const struct iptfs_plot_table *table = &data->table;
    size_t marks = 1, most = 0, longest = 0, other = 0;
    for (size_t i = 1; i < count; i++)
        marks += iptfs_plot_difference(table, items[i - 1].row, items[i].row) != 0;
    for (size_t i = table->n_asked; i < table->n_columns; i++) {
        size_t values = count_values(table, items, count, i, cells);
        if (values == marks)
            return 0;
        if (values > 1 && values <= most)
            other = i;
        if (values > most) {
            other = most > 1 ? longest : other;
            most = values;
            longest = i;
        }
    }
    if (marks == 1)
        return 0;
    return iptfs_plot_refuse(plot, plot->line, "", error,
                             "found points that differ in %s beside %s, allowed: in one key and "
                             "seed, for a line joins them; name it in by, or fix it with where",
                             table->columns[other].name, table->columns[longest].name);
}

int iptfs_plot_check_lines(const struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                           struct iptfs_error *error)
{
    const struct iptfs_plot_item *items = all->items;
    int code = 0;
    if (data->table.columns[IPTFS_PLOT_X].source != IPTFS_PLOT_SUMMARY || data->plot->kind->x_is_y)
        return 0;
    struct iptfs_plot_cell *cells = calloc(all->count + 1, sizeof *cells);
    if (cells == NULL)
        return iptfs_fail_no_memory(error);
    for (size_t begin = 0, end; begin < all->count && code == 0; begin = end) {
        for (end = begin; end < all->count && items[end].curve == items[begin].curve;)
            end++;
        code = check_line(data, &items[begin], end - begin, cells, error);
    }
    free(cells);
    return code;
}
