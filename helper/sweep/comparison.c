/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/comparison.h"

#include "sweep/axes.h"
#include "sweep/grid.h"
#include "sweep/key.h"
#include "sweep/results_db.h"
#include "sweep/statistics.h"
#include "text/json_build.h"
#include "text/text_stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The value that a run has cut off its beginning. */
#define CUT_MEASURE "warm_up_s"

enum {
    NAMED = 5 /* points that a note names */
};

/* A measure, a column of results.db. */
struct measure {
    const char *name;
    const char *unit;
    int column; /* of the query */
};

/* The pairs of a combination. */
struct pairs {
    size_t first;     /* the first point of a */
    size_t n_seeds;   /* the others of a follow it */
    double *a, *b;    /* by measure, then by seed; NAN: no number */
    size_t n_paired;  /* both have a result */
    size_t n_single;  /* only one has */
    size_t n_missing; /* wanted points without a result */
    char missing[200];
};

struct comparing {
    const struct iptfs_sweep_outcomes *outcomes;
    const struct iptfs_sweep *sweep;
    const struct iptfs_sweep_comparison *comparison;
    struct iptfs_results_writer *writer;
    struct iptfs_results_table table;
    sqlite3_stmt *select;
    struct measure *measures;
    size_t n_measures;
    double *numbers;     /* of the pairs of a measure: a, then b */
    size_t n_few;        /* combinations with fewer than two pairs */
    size_t n_lost;       /* pairs without the result of a wanted point */
    double cut_a, cut_b; /* the latest cuts */
    bool cuts_differ;    /* in a pair */
    const struct iptfs_progress *progress;
};

static int out_of_memory(const struct comparing *all)
{
    return iptfs_fail_no_memory(all->writer->error);
}

/* -------------------------------------------------------------------------------------- points */

static bool has_result(const struct comparing *all, size_t point)
{
    const struct iptfs_sweep_outcome *outcome = &all->outcomes->points[point - 1];
    return outcome->done && outcome->wanted;
}

/* Reads the numbers of a point into those of its seed. */
static int read_point(struct comparing *all, size_t point, double *numbers, size_t n_seeds)
{
    sqlite3_reset(all->select);
    sqlite3_bind_int64(all->select, 1, (sqlite3_int64)point);
    if (sqlite3_step(all->select) != SQLITE_ROW)
        return iptfs_fail(all->writer->error, IPTFS_E_IO, "results.db: point %zu is lost", point);
    for (size_t i = 0; i < all->n_measures; i++) {
        int type = sqlite3_column_type(all->select, all->measures[i].column);
        bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
        numbers[i * n_seeds] =
            number ? sqlite3_column_double(all->select, all->measures[i].column) : (double)NAN;
    }
    return 0;
}

/* Notes a point without the result that its pair needs. */
static void note_missing(struct comparing *all, struct pairs *pairs, size_t point)
{
    size_t length = strlen(pairs->missing);
    if (!all->outcomes->points[point - 1].wanted)
        return;
    pairs->n_missing++;
    if (pairs->n_missing > NAMED)
        return;
    snprintf(pairs->missing + length, sizeof pairs->missing - length, "%s%zu",
             length > 0 ? ", " : "", point);
}

static int read_pairs(struct comparing *all, struct pairs *pairs)
{
    int code = 0;
    for (size_t i = 0; i < pairs->n_seeds && code == 0; i++) {
        size_t a = pairs->first + i, b = iptfs_sweep_partner(all->sweep, all->comparison, a);
        bool has_a = has_result(all, a), has_b = has_result(all, b);
        size_t missing = pairs->n_missing;
        pairs->n_paired += has_a && has_b;
        pairs->n_single += has_a != has_b;
        if (!has_a)
            note_missing(all, pairs, a);
        if (!has_b)
            note_missing(all, pairs, b);
        all->n_lost += pairs->n_missing > missing;
        if (!has_a || !has_b)
            continue;
        code = read_point(all, a, pairs->a + i, pairs->n_seeds);
        if (code == 0)
            code = read_point(all, b, pairs->b + i, pairs->n_seeds);
    }
    return code;
}

/* ---------------------------------------------------------------------------------------- rows */

static json_t *number_or_null(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

/* Whether a comparison is of this column. */
static bool compares(const struct iptfs_sweep *sweep,
                     const struct iptfs_sweep_comparison *comparison, const char *column)
{
    const struct iptfs_sweep_axis *axis = &sweep->axes[comparison->axis];
    for (size_t i = 0; i < axis->n_tracks; i++)
        if (strcmp(axis->tracks[i].column, column) == 0)
            return true;
    return false;
}

/* Whether all comparisons are of this column, which then is no column of the table. */
static bool always_compared(const struct iptfs_sweep *sweep, const char *column)
{
    for (size_t i = 0; i < sweep->n_comparisons; i++)
        if (!compares(sweep, &sweep->comparisons[i], column))
            return false;
    return true;
}

/* Adds a value that both points have; null where this comparison is of the column. */
static void add_parameter(const struct comparing *all, const struct iptfs_sweep_point *point,
                          size_t i, json_t **row)
{
    const char *column = point->columns[i], *unit;
    double number;
    if (strcmp(column, IPTFS_SWEEP_SEED) == 0 || always_compared(all->sweep, column))
        return;
    bool is_number = iptfs_sweep_number(column, point->labels[i], &number, &unit);
    iptfs_json_put(row, column,
                   compares(all->sweep, all->comparison, column) ? json_null()
                   : is_number                                   ? json_real(number)
                                                                 : json_string(point->labels[i]));
}

/* What is compared, and the other values of the combination. */
static json_t *row_begin(const struct comparing *all, const struct iptfs_sweep_point *a,
                         const struct iptfs_sweep_point *b)
{
    const char *column = all->comparison->track->column;
    json_t *row = json_pack("{s:s}", "compare", column);
    for (size_t i = 0; i < a->n_columns; i++)
        if (strcmp(a->columns[i], column) == 0) {
            iptfs_json_put(&row, "a", json_string(a->labels[i]));
            iptfs_json_put(&row, "b", json_string(b->labels[i]));
        }
    for (size_t i = 0; i < a->n_columns; i++)
        add_parameter(all, a, i, &row);
    return row;
}

/* What a reader of the row must know. */
static json_t *note_of(const struct pairs *pairs, size_t count)
{
    char note[400] = "";
    size_t length = 0;
    if (count < 2)
        length += (size_t)snprintf(note, sizeof note, "an interval needs 2 pairs");
    if (count < pairs->n_paired)
        length +=
            (size_t)snprintf(note + length, sizeof note - length, "%sno number in %zu of %zu pairs",
                             length > 0 ? "; " : "", pairs->n_paired - count, pairs->n_paired);
    if (pairs->missing[0] != '\0')
        length += (size_t)snprintf(note + length, sizeof note - length, "%sno result of point %s%s",
                                   length > 0 ? "; " : "", pairs->missing,
                                   pairs->n_missing > NAMED ? ", ..." : "");
    else if (pairs->n_single > 0)
        length +=
            (size_t)snprintf(note + length, sizeof note - length, "%s%zu runs of one side alone",
                             length > 0 ? "; " : "", pairs->n_single);
    return length > 0 ? json_string(note) : json_null();
}

/* Writes the row of a measure, unless no run has a number for it. */
static int write_measure(struct comparing *all, const struct pairs *pairs, size_t index,
                         json_t *begin)
{
    const double *a = pairs->a + index * pairs->n_seeds, *b = pairs->b + index * pairs->n_seeds;
    double *first = all->numbers, *second = all->numbers + pairs->n_seeds;
    size_t count = 0, known = 0;
    for (size_t i = 0; i < pairs->n_seeds; i++) {
        known += isfinite(a[i]) || isfinite(b[i]);
        if (!isfinite(a[i]) || !isfinite(b[i]))
            continue;
        first[count] = a[i];
        second[count++] = b[i];
    }
    if (known == 0)
        return 0;
    struct iptfs_statistics_pairs is = iptfs_statistics_pairs(first, second, count);
    json_t *row = json_copy(begin);
    iptfs_json_put(&row, "measure", json_string(all->measures[index].name));
    iptfs_json_put(&row, "unit", json_string(all->measures[index].unit));
    iptfs_json_put(&row, "pairs", json_integer((json_int_t)count));
    iptfs_json_put(&row, "mean_a", number_or_null(is.mean_a));
    iptfs_json_put(&row, "mean_b", number_or_null(is.mean_b));
    iptfs_json_put(&row, "difference", number_or_null(is.difference));
    iptfs_json_put(&row, "low", number_or_null(is.difference - is.half_interval));
    iptfs_json_put(&row, "high", number_or_null(is.difference + is.half_interval));
    iptfs_json_put(&row, "correlation", number_or_null(is.correlation));
    iptfs_json_put(&row, "gain", number_or_null(is.gain));
    iptfs_json_put(&row, "note", note_of(pairs, count));
    int code = row != NULL ? iptfs_results_table_add(&all->table, row) : out_of_memory(all);
    json_decref(row);
    return code;
}

/* Notes the latest cuts of a and b, and whether those of a pair differ. */
static void take_cuts(struct comparing *all, const struct pairs *pairs)
{
    size_t cut = 0;
    while (cut < all->n_measures && strcmp(all->measures[cut].name, CUT_MEASURE) != 0)
        cut++;
    for (size_t i = 0; cut < all->n_measures && i < pairs->n_seeds; i++) {
        double a = pairs->a[cut * pairs->n_seeds + i], b = pairs->b[cut * pairs->n_seeds + i];
        all->cut_a = fmax(all->cut_a, a);
        all->cut_b = fmax(all->cut_b, b);
        all->cuts_differ = all->cuts_differ || (isfinite(a) && isfinite(b) && a != b);
    }
}

/* Reads and writes a combination, whose pairs have space for their numbers. */
static int compare_pairs(struct comparing *all, struct pairs *pairs)
{
    struct iptfs_sweep_point *points = calloc(2, sizeof *points);
    int code = points != NULL ? read_pairs(all, pairs) : out_of_memory(all);
    json_t *begin = NULL;
    if (code == 0) {
        iptfs_sweep_point_at(all->sweep, pairs->first, &points[0]);
        iptfs_sweep_point_at(
            all->sweep, iptfs_sweep_partner(all->sweep, all->comparison, pairs->first), &points[1]);
        begin = row_begin(all, &points[0], &points[1]);
        if (begin == NULL)
            code = out_of_memory(all);
    }
    all->n_few += pairs->n_paired < 2;
    take_cuts(all, pairs);
    for (size_t i = 0; i < all->n_measures && code == 0; i++)
        code = write_measure(all, pairs, i, begin);
    json_decref(begin);
    free(points);
    return code;
}

static int compare_combination(struct comparing *all, size_t first, size_t n_seeds)
{
    size_t count = all->n_measures * n_seeds;
    struct pairs pairs = {.first = first,
                          .n_seeds = n_seeds,
                          .a = calloc(count + 1, sizeof *pairs.a),
                          .b = calloc(count + 1, sizeof *pairs.b)};
    int code = pairs.a != NULL && pairs.b != NULL ? 0 : out_of_memory(all);
    for (size_t i = 0; i < count && code == 0; i++)
        pairs.a[i] = pairs.b[i] = (double)NAN;
    if (code == 0)
        code = compare_pairs(all, &pairs);
    free(pairs.a);
    free(pairs.b);
    return code;
}

/* ------------------------------------------------------------------------------------- reports */

/* Seeds of each combination. */
static size_t seeds_of(const struct iptfs_sweep *sweep)
{
    const struct iptfs_sweep_track *seeds = iptfs_sweep_seeds(sweep);
    return seeds != NULL ? seeds->count : 1;
}

static void report(const struct comparing *all, size_t combinations)
{
    const struct iptfs_sweep_track *track = all->comparison->track;
    const char *column = track->column;
    double latest = fmax(all->cut_a, all->cut_b);
    if (all->n_lost > 0)
        iptfs_progress_message(all->progress,
                               "compare %s: %zu pairs are left out, since a run has no result",
                               column, all->n_lost);
    if (all->n_few > 0)
        iptfs_progress_message(
            all->progress,
            "compare %s: %zu of %zu combinations have fewer than 2 pairs, and "
            "so no interval%s",
            column, all->n_few, combinations,
            seeds_of(all->sweep) < 2 ? "; seed = 1 .. 10 in [sweep] gives 10 pairs" : "");
    if (all->cuts_differ)
        iptfs_progress_message(
            all->progress,
            "compare %s: " CUT_MEASURE " differs, up to %g s and %g s: the measures are of "
            "different times; warm-up = %gs, the latest cut, makes them the same",
            column, all->cut_a, all->cut_b, latest);
}

static int compare(struct comparing *all, const struct iptfs_sweep_comparison *comparison)
{
    const struct iptfs_sweep *sweep = all->sweep;
    size_t seeds = seeds_of(sweep), combinations = 0;
    int code = 0;
    all->comparison = comparison;
    all->n_few = all->n_lost = 0;
    all->cuts_differ = false;
    all->cut_a = all->cut_b = (double)NAN;
    for (size_t first = 1; first <= sweep->n_points && code == 0; first += seeds)
        if (iptfs_sweep_is_first(sweep, comparison, first)) {
            code = compare_combination(all, first, seeds);
            combinations++;
        }
    if (code == 0)
        report(all, combinations);
    return code;
}

/* ------------------------------------------------------------------------------------ measures */

static int prepare(struct comparing *all, json_t *columns)
{
    const char *name;
    json_t *column;
    int at = 0;
    all->measures = calloc(json_object_size(columns) + 1, sizeof *all->measures);
    all->numbers = calloc(2 * seeds_of(all->sweep), sizeof *all->numbers);
    if (all->measures == NULL || all->numbers == NULL)
        return out_of_memory(all);
    json_object_foreach(columns, name, column)
    {
        if (iptfs_results_writer_skips(column))
            continue;
        if (strcmp(json_string_value(json_object_get(column, "role")), "value") == 0)
            all->measures[all->n_measures++] =
                (struct measure){name, json_string_value(json_object_get(column, "unit")), at};
        at++;
    }
    if (sqlite3_prepare_v2(all->writer->db, "SELECT * FROM points WHERE point = ?", -1,
                           &all->select, NULL) == SQLITE_OK)
        return 0;
    return iptfs_fail(all->writer->error, IPTFS_E_IO, "results.db: cannot be read: %s",
                      sqlite3_errmsg(all->writer->db));
}

int iptfs_sweep_compare_write(const struct iptfs_sweep_outcomes *outcomes,
                              struct iptfs_results_writer *writer, json_t *columns,
                              const struct iptfs_progress *progress)
{
    struct comparing all = {.outcomes = outcomes,
                            .sweep = outcomes->sweep,
                            .writer = writer,
                            .table = {.writer = writer, .name = "comparison"},
                            .progress = progress};
    if (outcomes->sweep->n_comparisons == 0)
        return 0;
    int code = prepare(&all, columns);
    for (size_t i = 0; i < outcomes->sweep->n_comparisons && code == 0; i++)
        code = compare(&all, &outcomes->sweep->comparisons[i]);
    iptfs_results_table_end(&all.table);
    sqlite3_finalize(all.select);
    free(all.measures);
    free(all.numbers);
    return code;
}
