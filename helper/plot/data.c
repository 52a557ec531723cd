/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/data.h"

#include "base/asserts.h"
#include "plot/curves.h"
#include "plot/grid_table.h"
#include "plot/items.h"
#include "plot/kind.h"
#include "plot/results_table.h"
#include "text/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------- keys */

static size_t first_where(const struct iptfs_plot *plot)
{
    return IPTFS_PLOT_BY + plot->n_by;
}

/* The keys of a plot in the order of the table's columns; their number. */
static size_t keys_of(const struct iptfs_plot *plot, const char **keys)
{
    size_t count = 0;
    keys[count++] = plot->y.text;
    keys[count++] = plot->kind->x_is_y ? plot->y.text : plot->x.text;
    for (size_t i = 0; i < plot->n_by; i++)
        keys[count++] = plot->by[i].text;
    for (size_t i = 0; i < plot->n_where; i++)
        keys[count++] = plot->where_key[i].text;
    return count;
}
#define KEYS_MAX (2 + IPTFS_PLOT_BY_MAX + IPTFS_PLOT_WHERE_MAX)

/* Which line of the plot named a column of the table. */
static const char *place_of(const struct iptfs_plot *plot, size_t column, unsigned *line)
{
    size_t where = first_where(plot);
    *line = column == IPTFS_PLOT_Y   ? plot->y.line
            : column == IPTFS_PLOT_X ? plot->x.line
            : column < where         ? plot->by[0].line
                                     : plot->where_key[0].line;
    return column == IPTFS_PLOT_Y   ? "y"
           : column == IPTFS_PLOT_X ? "x"
           : column < where         ? "by"
                                    : "where";
}

static int refuse_key(const struct iptfs_plot *plot, size_t column, const char *key,
                      const char *hint, struct iptfs_error *error)
{
    unsigned line;
    const char *place = place_of(plot, column, &line);
    const char *allowed = column == IPTFS_PLOT_Y ? "a value of the summary"
                          : strcmp(place, "by") == 0
                              ? "a key of the sweep or its scenario"
                              : "a key of the sweep or its scenario, a value of the summary";
    return iptfs_plot_refuse(plot, line, place, error, "found an unknown key '%s', allowed: %s%s",
                             iptfs_quoted(key).text, allowed, hint);
}

/* Checks which of the keys may be values of the summary, and that y is one. */
static int check_sources(const struct iptfs_plot_data *data, struct iptfs_error *error)
{
    const struct iptfs_plot *plot = data->plot;
    const struct iptfs_plot_column *columns = data->table.columns;
    if (columns[IPTFS_PLOT_Y].source != IPTFS_PLOT_SUMMARY)
        return iptfs_plot_refuse(plot, plot->y.line, "y", error,
                                 "found '%s', allowed: a value of the summary, as delay_s.p99",
                                 columns[IPTFS_PLOT_Y].name);
    if (!plot->kind->x_may_be_summary && !plot->kind->x_is_y &&
        columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY)
        return iptfs_plot_refuse(plot, plot->x.line, "x", error,
                                 "found '%s', allowed: a key of the sweep or its scenario; a value "
                                 "of the summary only with kind = lines",
                                 columns[IPTFS_PLOT_X].name);
    for (size_t i = IPTFS_PLOT_BY; i < first_where(plot); i++)
        if (columns[i].source == IPTFS_PLOT_SUMMARY)
            return iptfs_plot_refuse(plot, plot->by[0].line, "by", error,
                                     "found '%s', allowed: keys of the sweep or its scenario",
                                     columns[i].name);
    return 0;
}

/* --------------------------------------------------------------------------------------- where */

/* Lists the values that a column has, and finds the one nearest to a text. */
static void list_values(const struct iptfs_plot_table *table, size_t column, const char *found,
                        char *list, size_t size, struct iptfs_suggest_hint *hint)
{
    struct iptfs_suggest nearest = {.found = found};
    size_t length = 0, count = 0;
    *list = '\0';
    for (size_t row = 0; row < table->n_rows && count < 12 && length < size; row++) {
        const struct iptfs_plot_cell *cell = iptfs_plot_cell(table, row, column);
        bool seen = false;
        for (size_t i = 0; i < row && !seen; i++)
            seen = iptfs_plot_same(iptfs_plot_cell(table, i, column), cell);
        if (seen)
            continue;
        length += (size_t)snprintf(list + length, size - length, "%s%s", count++ > 0 ? ", " : "",
                                   iptfs_plot_cell_text(&table->columns[column], cell).text);
        if (cell->text != NULL)
            iptfs_suggest_offer(&nearest, cell->text);
    }
    *hint = iptfs_suggest_hint(&nearest);
}

static int refuse_value(const struct iptfs_plot_data *data, size_t where, struct iptfs_error *error)
{
    char list[200];
    struct iptfs_suggest_hint hint;
    const struct iptfs_plot *plot = data->plot;
    const char *value = plot->where_value[where].text;
    list_values(&data->table, first_where(plot) + where, value, list, sizeof list, &hint);
    return iptfs_plot_refuse(plot, plot->where_value[where].line, "where", error,
                             "found %s = '%s', allowed: a value that points have: %s%s",
                             plot->where_key[where].text, iptfs_quoted(value).text, list,
                             hint.text);
}

/* Marks the rows to draw. Before the run, values of the summary exclude no row. */
static int choose_rows(const struct iptfs_plot_data *data, bool *chosen, struct iptfs_error *error)
{
    const struct iptfs_plot_table *table = &data->table;
    for (size_t row = 0; row < table->n_rows; row++)
        chosen[row] = true;
    for (size_t i = 0; i < data->plot->n_where; i++) {
        size_t column = first_where(data->plot) + i, found = 0;
        const struct iptfs_plot_cell value =
            iptfs_plot_cell_of(table->columns[column].name, data->plot->where_value[i].text);
        if (!table->run && table->columns[column].source == IPTFS_PLOT_SUMMARY)
            continue;
        for (size_t row = 0; row < table->n_rows; row++) {
            bool same = iptfs_plot_same(iptfs_plot_cell(table, row, column), &value);
            found += same;
            chosen[row] = chosen[row] && same;
        }
        if (found == 0)
            return refuse_value(data, i, error);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------- gather */

/* No row has both an x and a y. */
static int refuse_no_numbers(const struct iptfs_plot_data *data, const bool *chosen,
                             struct iptfs_error *error)
{
    const struct iptfs_plot *plot = data->plot;
    size_t column = IPTFS_PLOT_Y;
    for (size_t row = 0; row < data->table.n_rows; row++)
        if (chosen[row] && !isnan(iptfs_plot_cell(&data->table, row, IPTFS_PLOT_Y)->number))
            column = IPTFS_PLOT_X;
    return iptfs_plot_refuse(plot, column == IPTFS_PLOT_X ? plot->x.line : plot->y.line,
                             column == IPTFS_PLOT_X ? "x" : "y", error,
                             "found no number in %s at any of the points, allowed: one at least",
                             data->table.columns[column].name);
}

/* On a logarithmic axis there must be something to draw. */
static int check_log_y(const struct iptfs_plot_data *data, struct iptfs_error *error)
{
    const struct iptfs_plot *plot = data->plot;
    if (!plot->logy || !data->table.run)
        return 0;
    for (size_t i = 0; i < data->n_marks; i++)
        if (plot->kind->extent(&data->marks[i]).high > 0.0)
            return 0;
    return iptfs_plot_refuse(plot, plot->logy_line, "logy", error,
                             "found 'on' and no %s above 0, allowed: off",
                             data->table.columns[IPTFS_PLOT_Y].name);
}

static int gather_chosen(struct iptfs_plot_data *data, const bool *chosen,
                         struct iptfs_error *error)
{
    struct iptfs_plot_items items = {.items = NULL};
    int code = iptfs_plot_find_steps(data, chosen, error);
    if (code == 0)
        code = iptfs_plot_find_curves(data, chosen, error);
    if (code == 0)
        code = iptfs_plot_make_items(data, chosen, &items, error);
    if (code == 0 && items.count == 0)
        code = refuse_no_numbers(data, chosen, error);
    if (code == 0)
        code = iptfs_plot_check_lines(data, &items, error);
    if (code == 0 && (data->marks = calloc(items.count + 1, sizeof *data->marks)) == NULL)
        code = iptfs_fail_no_memory(error);
    if (code == 0)
        code = data->plot->kind->add_marks(data, &items, error);
    if (code == 0)
        code = check_log_y(data, error);
    IPTFS_ASSERT(code != 0 || data->n_marks <= items.count);
    free(items.items);
    return code;
}

/* Makes the marks of the rows in the table. */
static int gather(struct iptfs_plot_data *data, struct iptfs_error *error)
{
    bool *chosen = calloc(data->table.n_rows + 1, sizeof *chosen);
    int code = chosen != NULL ? check_sources(data, error) : iptfs_fail_no_memory(error);
    if (code == 0)
        code = choose_rows(data, chosen, error);
    if (code == 0)
        code = gather_chosen(data, chosen, error);
    free(chosen);
    return code;
}

/* -------------------------------------------------------------------------------------- whole */

static int check_names(const struct iptfs_plot_data *data, json_t *names, struct iptfs_error *error)
{
    for (size_t i = 0; names != NULL && i < data->table.n_asked; i++) {
        const struct iptfs_plot_column *column = &data->table.columns[i];
        const char *name;
        json_t *value;
        if (column->source != IPTFS_PLOT_SUMMARY || json_object_get(names, column->name) != NULL)
            continue;
        struct iptfs_suggest nearest = {.found = column->name};
        for (size_t j = data->table.n_asked; i != IPTFS_PLOT_Y && j < data->table.n_columns; j++)
            iptfs_suggest_offer(&nearest, data->table.columns[j].name);
        json_object_foreach(names, name, value) iptfs_suggest_offer(&nearest, name);
        return refuse_key(data->plot, i, column->name, iptfs_suggest_hint(&nearest).text, error);
    }
    return 0;
}

int iptfs_plot_check_data(const struct iptfs_plot *plot, const struct iptfs_sweep *sweep,
                          json_t *summary_names, struct iptfs_error *error)
{
    const char *keys[KEYS_MAX];
    struct iptfs_plot_data data = {.plot = plot};
    int code = iptfs_plot_table_of_sweep(&data.table, sweep, keys, keys_of(plot, keys), error);
    if (code == 0)
        code = check_names(&data, summary_names, error);
    if (code == 0)
        code = gather(&data, error);
    iptfs_plot_data_free(&data);
    return code;
}

int iptfs_plot_data_load(struct iptfs_plot_data *data, const struct iptfs_plot *plot,
                         const char *directory, struct iptfs_error *error)
{
    const char *keys[KEYS_MAX];
    size_t unknown = 0, count = keys_of(plot, keys);
    struct iptfs_error why = {0};
    *data = (struct iptfs_plot_data){.plot = plot};
    int code = iptfs_plot_table_of_results(&data->table, directory, keys, count, &unknown, &why);
    if (code == IPTFS_E_INVALID)
        return refuse_key(plot, unknown, keys[unknown], why.text, error);
    if (code != 0)
        return iptfs_fail(error, code, "%s", why.text);
    code = gather(data, error);
    if (code != 0)
        iptfs_plot_data_free(data);
    return code;
}

void iptfs_plot_data_free(struct iptfs_plot_data *data)
{
    iptfs_plot_table_free(&data->table);
    free(data->marks);
    free(data->steps);
    free(data->curves);
    *data = (struct iptfs_plot_data){.plot = NULL};
}
