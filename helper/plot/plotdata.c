/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/plotdata.h"

#include "files/gnuplot.h"
#include "plot/caption.h"
#include "sweep/statistics.h"
#include "text/quantity.h"
#include "text/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEPS_MAX = 200 /* of an axis with even steps: more cannot be read */
};

/* A point of the sweep in its place. */
struct item {
    size_t curve;
    double x; /* by which it is sorted */
    size_t row;
    double y;
};

/* What is being gathered. */
struct gathering {
    struct iptfs_plot_data *data;
    struct item *items;
    size_t n_items;
    double *numbers; /* room for as many */
    struct iptfs_error *error;
};

static int out_of_memory(struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
}

static struct iptfs_text cell_text(const struct iptfs_plot_column *column,
                                   const struct iptfs_plot_cell *cell)
{
    return cell->text != NULL ? iptfs_quoted(cell->text)
                              : iptfs_caption_value(column->unit, cell->number);
}

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
    keys[count++] = plot->kind == IPTFS_PLOT_CDF ? plot->y.text : plot->x.text;
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
                      const char *nearest, struct iptfs_error *error)
{
    unsigned line;
    const char *place = place_of(plot, column, &line);
    const char *allowed = column == IPTFS_PLOT_Y ? "a value of the summary"
                          : strcmp(place, "by") == 0
                              ? "a key of the sweep or its scenario"
                              : "a key of the sweep or its scenario, a value of the summary";
    return iptfs_plot_blame(plot, line, place, error,
                            "found an unknown key '%s', allowed: %s%s%s%s", iptfs_quoted(key).text,
                            allowed, *nearest != '\0' ? "; did you mean '" : "", nearest,
                            *nearest != '\0' ? "'?" : "");
}

/* What a y must be, and an x or by that the summary gives. */
static int check_sources(const struct iptfs_plot_data *data, struct iptfs_error *error)
{
    const struct iptfs_plot *plot = data->plot;
    const struct iptfs_plot_column *columns = data->table.columns;
    if (columns[IPTFS_PLOT_Y].source != IPTFS_PLOT_SUMMARY)
        return iptfs_plot_blame(plot, plot->y.line, "y", error,
                                "found '%s', allowed: a value of the summary, as delay_s.p99",
                                columns[IPTFS_PLOT_Y].name);
    if (plot->kind != IPTFS_PLOT_LINES && plot->kind != IPTFS_PLOT_CDF &&
        columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY)
        return iptfs_plot_blame(plot, plot->x.line, "x", error,
                                "found '%s', allowed: a key of the sweep or its scenario; a value "
                                "of the summary only with kind = lines",
                                columns[IPTFS_PLOT_X].name);
    for (size_t i = IPTFS_PLOT_BY; i < first_where(plot); i++)
        if (columns[i].source == IPTFS_PLOT_SUMMARY)
            return iptfs_plot_blame(plot, plot->by[0].line, "by", error,
                                    "found '%s', allowed: keys of the sweep or its scenario",
                                    columns[i].name);
    return 0;
}

/* --------------------------------------------------------------------------------------- where */

/* Lists the values that a column has, and finds the one nearest to a text. */
static void list_values(const struct iptfs_plot_table *table, size_t column, const char *found,
                        char *list, size_t size, struct iptfs_text *best)
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
                                   cell_text(&table->columns[column], cell).text);
        if (cell->text != NULL)
            iptfs_suggest_offer(&nearest, cell->text);
    }
    snprintf(best->text, sizeof best->text, "%s", nearest.best != NULL ? nearest.best : "");
}

static int refuse_value(const struct iptfs_plot_data *data, size_t where, struct iptfs_error *error)
{
    char list[200];
    struct iptfs_text best;
    const struct iptfs_plot *plot = data->plot;
    const char *value = plot->where_value[where].text;
    list_values(&data->table, first_where(plot) + where, value, list, sizeof list, &best);
    return iptfs_plot_blame(plot, plot->where_value[where].line, "where", error,
                            "found %s = '%s', allowed: a value that points have: %s%s%s%s",
                            plot->where_key[where].text, iptfs_quoted(value).text, list,
                            *best.text != '\0' ? "; did you mean '" : "", best.text,
                            *best.text != '\0' ? "'?" : "");
}

/* Marks the rows to be drawn. What only a run can tell holds for all before. */
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

/* -------------------------------------------------------------------------------------- curves */

static bool same_curve(const struct iptfs_plot_data *data, size_t curve, size_t row)
{
    for (size_t i = 0; i < data->plot->n_by; i++)
        if (!iptfs_plot_same(&data->curves[curve * data->plot->n_by + i],
                             iptfs_plot_cell(&data->table, row, IPTFS_PLOT_BY + i)))
            return false;
    return true;
}

static size_t most_curves(const struct iptfs_plot *plot)
{
    return plot->kind == IPTFS_PLOT_HEATMAP ? STEPS_MAX : IPTFS_GNUPLOT_STYLES;
}

/* The curve of a row, made where there is none. */
static int find_curve(struct iptfs_plot_data *data, size_t row, size_t *curve,
                      struct iptfs_error *error)
{
    for (*curve = 0; *curve < data->n_curves; (*curve)++)
        if (same_curve(data, *curve, row))
            return 0;
    if (data->n_curves == most_curves(data->plot))
        return iptfs_plot_blame(data->plot, data->plot->by[0].line, "by", error,
                                "found more than %zu values, allowed: that many; where = KEY=VALUE "
                                "leaves some out",
                                data->n_curves);
    for (size_t i = 0; i < data->plot->n_by; i++)
        data->curves[*curve * data->plot->n_by + i] =
            *iptfs_plot_cell(&data->table, row, IPTFS_PLOT_BY + i);
    data->n_curves++;
    return 0;
}

/* Whether x has even steps: words, and where the kind asks for it. */
static bool wants_steps(const struct iptfs_plot_data *data, const bool *chosen)
{
    enum iptfs_plot_kind kind = data->plot->kind;
    if (kind != IPTFS_PLOT_LINES)
        return kind != IPTFS_PLOT_CDF;
    for (size_t row = 0; row < data->table.n_rows; row++)
        if (chosen[row] && iptfs_plot_cell(&data->table, row, IPTFS_PLOT_X)->text != NULL)
            return true;
    return false;
}

static int find_step(struct iptfs_plot_data *data, const struct iptfs_plot_cell *value,
                     struct iptfs_error *error)
{
    for (size_t i = 0; i < data->n_steps; i++)
        if (iptfs_plot_same(&data->steps[i], value))
            return 0;
    if (data->n_steps == STEPS_MAX)
        return iptfs_plot_blame(data->plot, data->plot->x.line, "x", error,
                                "found more than %d values, allowed: that many with even steps",
                                STEPS_MAX);
    data->steps[data->n_steps++] = *value;
    return 0;
}

/* Numbers before words, and those that are none before all. */
static int compare_cells(const void *a, const void *b)
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

/* Numbers rise; words stay in the order of the sweep. */
static void sort_cells(struct iptfs_plot_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cells[i].text != NULL)
            return;
    qsort(cells, count, sizeof *cells, compare_cells);
}

static int find_steps(struct iptfs_plot_data *data, const bool *chosen, struct iptfs_error *error)
{
    int code = 0;
    if (!wants_steps(data, chosen))
        return 0;
    data->steps = calloc(STEPS_MAX, sizeof *data->steps);
    if (data->steps == NULL)
        return out_of_memory(error);
    for (size_t row = 0; row < data->table.n_rows && code == 0; row++)
        if (chosen[row])
            code = find_step(data, iptfs_plot_cell(&data->table, row, IPTFS_PLOT_X), error);
    sort_cells(data->steps, data->n_steps);
    return code;
}

static int find_curves(struct iptfs_plot_data *data, const bool *chosen, struct iptfs_error *error)
{
    size_t curve;
    int code = 0;
    data->curves = calloc(most_curves(data->plot) * (data->plot->n_by + 1), sizeof *data->curves);
    if (data->curves == NULL)
        return out_of_memory(error);
    for (size_t row = 0; row < data->table.n_rows && code == 0; row++)
        if (chosen[row])
            code = find_curve(data, row, &curve, error);
    if (data->plot->kind == IPTFS_PLOT_HEATMAP)
        sort_cells(data->curves, data->n_curves);
    return code;
}

/* --------------------------------------------------------------------------------------- items */

static double place_on_x(const struct gathering *gathering, size_t row)
{
    const struct iptfs_plot_data *data = gathering->data;
    const struct iptfs_plot_cell *cell = iptfs_plot_cell(&data->table, row, IPTFS_PLOT_X);
    if (data->table.columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY)
        return data->plot->kind == IPTFS_PLOT_CDF ? cell->number : 0.0; /* the order of the sweep */
    for (size_t i = 0; i < data->n_steps; i++)
        if (iptfs_plot_same(&data->steps[i], cell))
            return (double)i;
    return cell->number;
}

static int compare_items(const void *a, const void *b)
{
    const struct item *left = a, *right = b;
    if (left->curve != right->curve)
        return left->curve < right->curve ? -1 : 1;
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* Rows without a y are not drawn: nothing was lost there, say, and so nothing amplified. */
static int make_items(struct gathering *gathering, const bool *chosen)
{
    struct iptfs_plot_data *data = gathering->data;
    for (size_t row = 0; row < data->table.n_rows; row++) {
        struct item item = {.row = row};
        const struct iptfs_plot_cell *y = iptfs_plot_cell(&data->table, row, IPTFS_PLOT_Y);
        if (!chosen[row] || (data->table.run && y->text == NULL && isnan(y->number)))
            continue;
        if (y->text != NULL)
            return iptfs_plot_blame(data->plot, data->plot->y.line, "y", gathering->error,
                                    "found '%s', whose values are words, allowed: numbers",
                                    data->table.columns[IPTFS_PLOT_Y].name);
        find_curve(data, row, &item.curve, gathering->error);
        item.x = place_on_x(gathering, row);
        item.y = y->number;
        if (isnan(item.x) && data->table.run)
            continue;
        item.x = isnan(item.x) ? 0.0 : item.x;
        gathering->items[gathering->n_items++] = item;
    }
    qsort(gathering->items, gathering->n_items, sizeof *gathering->items, compare_items);
    return 0;
}

/* -------------------------------------------------------------------------------------- groups */

/* The first column of the sweep in which two rows differ, 0 for none. Seeds are no column. */
static size_t difference(const struct iptfs_plot_table *table, size_t a, size_t b)
{
    for (size_t i = table->n_asked; i < table->n_columns; i++)
        if (!iptfs_plot_same(iptfs_plot_cell(table, a, i), iptfs_plot_cell(table, b, i)))
            return i;
    return 0;
}

/* Behind the last item of the mark that begins here. */
static size_t group_end(const struct gathering *gathering, size_t begin)
{
    const struct iptfs_plot_table *table = &gathering->data->table;
    const struct item *items = gathering->items;
    bool by_point = table->columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY;
    size_t end = begin + 1;
    while (end < gathering->n_items && items[end].curve == items[begin].curve &&
           items[end].x == items[begin].x &&
           (!by_point || difference(table, items[begin].row, items[end].row) == 0))
        end++;
    return end;
}

static int check_group(const struct gathering *gathering, size_t begin, size_t end)
{
    const struct iptfs_plot_data *data = gathering->data;
    const struct iptfs_plot_table *table = &data->table;
    for (size_t i = begin + 1; i < end; i++) {
        size_t a = gathering->items[begin].row, b = gathering->items[i].row;
        size_t column = difference(table, a, b);
        if (column != 0)
            return iptfs_plot_blame(
                data->plot, data->plot->line, "", gathering->error,
                "found points that differ in %s too (%s and %s), allowed: in seed alone; name it "
                "in x or by, or fix it with where",
                table->columns[column].name,
                cell_text(&table->columns[column], iptfs_plot_cell(table, a, column)).text,
                cell_text(&table->columns[column], iptfs_plot_cell(table, b, column)).text);
    }
    return 0;
}

/* How many values a column has where items are, but those that differ in seed alone. */
static size_t count_values(const struct iptfs_plot_table *table, const struct item *items,
                           size_t count, size_t column, struct iptfs_plot_cell *cells)
{
    size_t n_cells = 0, values = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || difference(table, items[i - 1].row, items[i].row) != 0)
            cells[n_cells++] = *iptfs_plot_cell(table, items[i].row, column);
    qsort(cells, n_cells, sizeof *cells, compare_cells);
    for (size_t i = 0; i < n_cells; i++)
        values += i == 0 || !iptfs_plot_same(&cells[i - 1], &cells[i]);
    return values;
}

/* Whether a line along the values of one key joins the marks of a curve. Of keys that move together
 * one gives the place in the line of all; of others each mark has a place in several. */
static int check_line(const struct gathering *gathering, const struct item *items, size_t count,
                      struct iptfs_plot_cell *cells)
{
    const struct iptfs_plot *plot = gathering->data->plot;
    const struct iptfs_plot_table *table = &gathering->data->table;
    size_t marks = 1, most = 0, longest = 0, other = 0;
    for (size_t i = 1; i < count; i++)
        marks += difference(table, items[i - 1].row, items[i].row) != 0;
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
    return iptfs_plot_blame(plot, plot->line, "", gathering->error,
                            "found points that differ in %s beside %s, allowed: in one key and "
                            "seed, for a line joins them; name it in by, or fix it with where",
                            table->columns[other].name, table->columns[longest].name);
}

/* The same for all curves whose x is a value of the summary. */
static int check_lines(const struct gathering *gathering)
{
    const struct iptfs_plot_data *data = gathering->data;
    const struct item *items = gathering->items;
    int code = 0;
    if (data->table.columns[IPTFS_PLOT_X].source != IPTFS_PLOT_SUMMARY ||
        data->plot->kind == IPTFS_PLOT_CDF)
        return 0;
    struct iptfs_plot_cell *cells = calloc(gathering->n_items + 1, sizeof *cells);
    if (cells == NULL)
        return out_of_memory(gathering->error);
    for (size_t begin = 0, end; begin < gathering->n_items && code == 0; begin = end) {
        for (end = begin; end < gathering->n_items && items[end].curve == items[begin].curve;)
            end++;
        code = check_line(gathering, &items[begin], end - begin, cells);
    }
    free(cells);
    return code;
}

/* The mark of items that differ in their seeds. */
static struct iptfs_plot_mark mark_of(const struct gathering *gathering, size_t begin, size_t end)
{
    const struct item *items = gathering->items;
    const struct iptfs_plot_table *table = &gathering->data->table;
    struct iptfs_plot_mark mark = {
        .curve = items[begin].curve, .x = items[begin].x, .n = end - begin};
    double *numbers = gathering->numbers, unused;
    if (table->columns[IPTFS_PLOT_X].source == IPTFS_PLOT_SUMMARY) {
        for (size_t i = begin; i < end; i++)
            numbers[i - begin] = iptfs_plot_cell(table, items[i].row, IPTFS_PLOT_X)->number;
        mark.x = iptfs_statistics_mean(numbers, mark.n, &unused);
    }
    for (size_t i = begin; i < end; i++)
        numbers[i - begin] = items[i].y;
    mark.mean = iptfs_statistics_mean(numbers, mark.n, &mark.ci);
    iptfs_statistics_quartiles(numbers, mark.n, mark.quartile);
    return mark;
}

/* Each run is a mark of its own, with the number of those up to it. */
static void add_distribution(struct gathering *gathering)
{
    struct iptfs_plot_data *data = gathering->data;
    size_t below = 0;
    for (size_t i = 0; i < gathering->n_items; i++) {
        const struct item *item = &gathering->items[i];
        below = i > 0 && item[-1].curve == item->curve ? below + 1 : 1;
        data->marks[data->n_marks++] = (struct iptfs_plot_mark){
            .curve = item->curve, .x = item->y, .mean = item->y, .ci = (double)NAN, .n = below};
    }
}

static int add_marks(struct gathering *gathering)
{
    struct iptfs_plot_data *data = gathering->data;
    int code = 0;
    data->marks = calloc(gathering->n_items + 1, sizeof *data->marks);
    if (data->marks == NULL)
        return out_of_memory(gathering->error);
    if (data->plot->kind == IPTFS_PLOT_CDF) {
        add_distribution(gathering);
        return 0;
    }
    for (size_t begin = 0, end; begin < gathering->n_items && code == 0; begin = end) {
        end = group_end(gathering, begin);
        code = check_group(gathering, begin, end);
        struct iptfs_plot_mark mark = mark_of(gathering, begin, end);
        data->least_n = data->n_marks == 0 || mark.n < data->least_n ? mark.n : data->least_n;
        data->most_n = mark.n > data->most_n ? mark.n : data->most_n;
        data->marks[data->n_marks++] = mark;
    }
    return code;
}

/* ----------------------------------------------------------------------------------- the whole */

static int gather_rows(struct gathering *gathering, const bool *chosen)
{
    struct iptfs_plot_data *data = gathering->data;
    int code = find_steps(data, chosen, gathering->error);
    if (code == 0)
        code = find_curves(data, chosen, gathering->error);
    if (code == 0)
        code = make_items(gathering, chosen);
    if (code == 0 && gathering->n_items == 0)
        code = iptfs_plot_blame(data->plot, data->plot->y.line, "y", gathering->error,
                                "found no number in %s at any of the points, allowed: one at least",
                                data->table.columns[IPTFS_PLOT_Y].name);
    if (code == 0)
        code = check_lines(gathering);
    return code != 0 ? code : add_marks(gathering);
}

static int gather(struct iptfs_plot_data *data, struct iptfs_error *error)
{
    size_t rows = data->table.n_rows;
    struct gathering gathering = {.data = data, .error = error};
    bool *chosen = calloc(rows + 1, sizeof *chosen);
    gathering.items = calloc(rows + 1, sizeof *gathering.items);
    gathering.numbers = calloc(rows + 1, sizeof *gathering.numbers);
    int code = chosen == NULL || gathering.items == NULL || gathering.numbers == NULL
                   ? out_of_memory(error)
                   : check_sources(data, error);
    if (code == 0)
        code = choose_rows(data, chosen, error);
    if (code == 0)
        code = gather_rows(&gathering, chosen);
    free(chosen);
    free(gathering.items);
    free(gathering.numbers);
    return code;
}

static int check_names(const struct iptfs_plot_data *data, const json_t *names,
                       struct iptfs_error *error)
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
        json_object_foreach((json_t *)(uintptr_t)names, name, value)
            iptfs_suggest_offer(&nearest, name);
        return refuse_key(data->plot, i, column->name, nearest.best != NULL ? nearest.best : "",
                          error);
    }
    return 0;
}

int iptfs_plot_check_data(const struct iptfs_plot *plot, const struct iptfs_sweep *sweep,
                          const json_t *summary_names, struct iptfs_error *error)
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
