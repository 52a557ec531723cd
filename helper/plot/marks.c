/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/marks.h"

#include "plot/items.h"
#include "sweep/statistics.h"

#include <math.h>
#include <stdlib.h>

/* The end of the items that make one mark, the first being `begin`. */
static size_t group_end(const struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                        size_t begin)
{
    const struct iptfs_plot_table *table = &data->table;
    const struct iptfs_plot_item *items = all->items;
    bool by_point = table->columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY;
    size_t end = begin + 1;
    while (end < all->count && items[end].curve == items[begin].curve &&
           items[end].x == items[begin].x &&
           (!by_point || iptfs_plot_difference(table, items[begin].row, items[end].row) == 0))
        end++;
    return end;
}

/* Checks that the points of one mark differ only in their seeds. */
static int check_group(const struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                       size_t begin, size_t end, struct iptfs_error *error)
{
    const struct iptfs_plot_table *table = &data->table;
    for (size_t i = begin + 1; i < end; i++) {
        size_t a = all->items[begin].row, b = all->items[i].row;
        size_t column = iptfs_plot_difference(table, a, b);
        if (column != 0)
            return iptfs_plot_refuse(
                data->plot, data->plot->line, "", error,
                "found points that differ in %s too (%s and %s), allowed: only in seed; name it "
                "in x or by, or fix it with where",
                table->columns[column].name,
                iptfs_plot_cell_text(&table->columns[column], iptfs_plot_cell(table, a, column))
                    .text,
                iptfs_plot_cell_text(&table->columns[column], iptfs_plot_cell(table, b, column))
                    .text);
    }
    return 0;
}

/* The mark of items that differ in their seeds; `numbers` has space for as many. */
static struct iptfs_plot_mark mark_of(const struct iptfs_plot_data *data,
                                      const struct iptfs_plot_item *items, size_t count,
                                      double *numbers)
{
    const struct iptfs_plot_table *table = &data->table;
    struct iptfs_plot_mark mark = {.curve = items->curve, .x = items->x, .n = count};
    double unused;
    if (table->columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY) {
        for (size_t i = 0; i < count; i++)
            numbers[i] = iptfs_plot_cell(table, items[i].row, IPTFS_PLOT_X)->number;
        mark.x = iptfs_statistics_mean(numbers, count, &unused);
    }
    for (size_t i = 0; i < count; i++)
        numbers[i] = items[i].y;
    mark.mean = iptfs_statistics_mean(numbers, count, &mark.ci);
    iptfs_statistics_quartiles(numbers, count, mark.quartile);
    return mark;
}

int iptfs_plot_marks_of_groups(struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                               struct iptfs_error *error)
{
    int code = 0;
    double *numbers = calloc(all->count + 1, sizeof *numbers);
    if (numbers == NULL)
        return iptfs_fail_no_memory(error);
    for (size_t begin = 0, end; begin < all->count && code == 0; begin = end) {
        end = group_end(data, all, begin);
        code = check_group(data, all, begin, end, error);
        struct iptfs_plot_mark mark = mark_of(data, &all->items[begin], end - begin, numbers);
        data->least_n = data->n_marks == 0 || mark.n < data->least_n ? mark.n : data->least_n;
        data->most_n = mark.n > data->most_n ? mark.n : data->most_n;
        data->marks[data->n_marks++] = mark;
    }
    free(numbers);
    return code;
}

int iptfs_plot_marks_of_points(struct iptfs_plot_data *data, const struct iptfs_plot_items *all,
                               struct iptfs_error *error)
{
    size_t below = 0;
    (void)error;
    for (size_t i = 0; i < all->count; i++) {
        const struct iptfs_plot_item *item = &all->items[i];
        below = i > 0 && item[-1].curve == item->curve ? below + 1 : 1;
        data->marks[data->n_marks++] = (struct iptfs_plot_mark){
            .curve = item->curve, .x = item->y, .mean = item->y, .ci = (double)NAN, .n = below};
    }
    return 0;
}
