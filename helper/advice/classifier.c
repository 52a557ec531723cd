/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/classifier.h"

#include "files/interrupt.h"

#include <gsl/gsl_cdf.h>
#include <libsvm/svm.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    INNER_FOLDS = 4,
    GRID_STEPS = 10
};

/* C from 2^-1 to 2^17 and gamma from 2^-15 to 2^3, in the coarse steps of C.-W. Hsu et al., "A
 * practical guide to support vector classification", then in fine steps around the best. The range
 * includes that of CUMUL. */
#define COST_LOG2 (-1.0)
#define GAMMA_LOG2 (-15.0)
#define COARSE_LOG2 2.0
#define FINE_LOG2 0.5

/* One fold of the cross-validation. Distances do not change with C and gamma, so that they are
 * computed once. LIBSVM takes the kernel as a matrix: node j + 1 of a row is that of sample j, and
 * node 0 has the number of the row. */
struct fold {
    const struct iptfs_samples *samples;
    int number;
    double *scaled;    /* count * width */
    double *distances; /* squared, count * count */
    struct svm_node *kernel;
    double gamma_log2; /* of the kernel; NaN for none yet */
    /* A problem of LIBSVM: */
    struct svm_node **rows;
    double *labels;
};

/* Which samples train: all of the fold's training part, or those outside one of its inner folds. */
struct part {
    int inner; /* -1: all */
    bool test;
};

static void free_fold(struct fold *fold)
{
    free(fold->scaled);
    free(fold->distances);
    free(fold->kernel);
    free(fold->rows);
    free(fold->labels);
}

static int new_fold(struct fold *fold, const struct iptfs_samples *samples)
{
    const size_t count = samples->count;
    *fold = (struct fold){
        .samples = samples,
        .scaled = calloc(count, samples->width * sizeof *fold->scaled),
        .distances = calloc(count, count * sizeof *fold->distances),
        .kernel = calloc(count, (count + 1) * sizeof *fold->kernel),
        .rows = calloc(count, sizeof *fold->rows),
        .labels = calloc(count, sizeof *fold->labels),
    };
    return fold->scaled != NULL && fold->distances != NULL && fold->kernel != NULL &&
                   fold->rows != NULL && fold->labels != NULL
               ? IPTFS_OK
               : IPTFS_E_NO_MEMORY;
}

static bool is_tested(const struct fold *fold, size_t sample)
{
    return fold->samples->groups[sample] % fold->samples->folds == fold->number;
}

static bool is_in(const struct fold *fold, struct part part, size_t sample)
{
    if (part.inner < 0)
        return is_tested(fold, sample) == part.test;
    int inner = fold->samples->groups[sample] / fold->samples->folds % INNER_FOLDS;
    return !is_tested(fold, sample) && (inner == part.inner) == part.test;
}

/* -------------------------------------------------------------------------------------- scaling */

/* Each value lies within -1 and 1 in the training part; one that is the same in all of it is 0. */
static void scale_value(const struct fold *fold, size_t value)
{
    const struct iptfs_samples *samples = fold->samples;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < samples->count; i++) {
        if (is_tested(fold, i))
            continue;
        low = fmin(low, samples->values[i * samples->width + value]);
        high = fmax(high, samples->values[i * samples->width + value]);
    }
    double factor = high > low ? 2 / (high - low) : 0;
    for (size_t i = 0; i < samples->count; i++)
        fold->scaled[i * samples->width + value] =
            (samples->values[i * samples->width + value] - (low + high) / 2) * factor;
}

static double distance(const double *a, const double *b, size_t width)
{
    double sum = 0;
    for (size_t v = 0; v < width; v++)
        sum += (a[v] - b[v]) * (a[v] - b[v]);
    return sum;
}

static void enter_fold(struct fold *fold, int number)
{
    const size_t count = fold->samples->count, width = fold->samples->width;
    fold->number = number;
    fold->gamma_log2 = NAN;
    for (size_t v = 0; v < width; v++)
        scale_value(fold, v);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j <= i; j++)
            fold->distances[i * count + j] = fold->distances[j * count + i] =
                distance(fold->scaled + i * width, fold->scaled + j * width, width);
}

/* ----------------------------------------------------------------------- support vector machine */

static void set_kernel(struct fold *fold, double gamma_log2)
{
    const size_t count = fold->samples->count;
    const double gamma = exp2(gamma_log2);
    if (fold->gamma_log2 == gamma_log2)
        return;
    fold->gamma_log2 = gamma_log2;
    for (size_t i = 0; i < count; i++) {
        struct svm_node *row = fold->kernel + i * (count + 1);
        row[0] = (struct svm_node){0, (double)(i + 1)};
        for (size_t j = 0; j < count; j++)
            row[j + 1] =
                (struct svm_node){(int)j + 1, exp(-gamma * fold->distances[i * count + j])};
    }
}

static struct svm_model *train(struct fold *fold, int inner, double cost_log2)
{
    const struct svm_parameter parameter = {
        .svm_type = C_SVC,
        .kernel_type = PRECOMPUTED,
        .cache_size = 100,
        .eps = 0.001,
        .C = exp2(cost_log2),
        .shrinking = 1,
    };
    struct svm_problem problem = {.y = fold->labels, .x = fold->rows};
    for (size_t i = 0; i < fold->samples->count; i++) {
        if (!is_in(fold, (struct part){inner, false}, i))
            continue;
        fold->rows[problem.l] = fold->kernel + i * (fold->samples->count + 1);
        fold->labels[problem.l++] = fold->samples->classes[i];
    }
    return svm_train(&problem, &parameter);
}

/* How many samples are assigned correctly; the guesses go to `guesses` unless it is NULL. */
static size_t try_svm(struct fold *fold, int inner, double cost_log2, int *guesses)
{
    struct svm_model *model = train(fold, inner, cost_log2);
    size_t right = 0;
    for (size_t i = 0; i < fold->samples->count; i++) {
        if (!is_in(fold, (struct part){inner, true}, i))
            continue;
        int guess = (int)svm_predict(model, fold->kernel + i * (fold->samples->count + 1));
        right += guess == fold->samples->classes[i];
        if (guesses != NULL)
            guesses[i] = guess;
    }
    svm_free_and_destroy_model(&model);
    return right;
}

/* C and gamma in equal steps of their logarithms, and how many samples of the training part each
 * pair assigns correctly, by cross-validation within it. */
struct grid {
    double cost_log2, gamma_log2; /* the first */
    double step_log2;
    int steps;
    size_t right[GRID_STEPS][GRID_STEPS]; /* by gamma, then C */
};

static int fill_grid(struct fold *fold, struct grid *grid)
{
    for (int g = 0; g < grid->steps; g++) {
        set_kernel(fold, grid->gamma_log2 + g * grid->step_log2);
        for (int c = 0; c < grid->steps; c++) {
            grid->right[g][c] = 0;
            for (int inner = 0; inner < INNER_FOLDS; inner++)
                grid->right[g][c] +=
                    try_svm(fold, inner, grid->cost_log2 + c * grid->step_log2, NULL);
            if (iptfs_interrupt_signal() != 0)
                return IPTFS_E_INTERRUPTED;
        }
    }
    return IPTFS_OK;
}

/* The sum over a point of the grid and its neighbours. */
static size_t sum_around(const struct grid *grid, int gamma, int cost)
{
    size_t sum = 0;
    for (int g = gamma - 1; g <= gamma + 1; g++)
        for (int c = cost - 1; c <= cost + 1; c++)
            if (g >= 0 && g < grid->steps && c >= 0 && c < grid->steps)
                sum += grid->right[g][c];
    return sum;
}

struct choice {
    double cost_log2, gamma_log2;
    size_t right;
};

/* The pair that assigns most correctly; of equal ones that with the best neighbours, so that it is
 * not at the edge of those that do well. */
static struct choice best_of(const struct grid *grid)
{
    struct choice best = {.right = 0};
    size_t most_around = 0;
    for (int g = 0; g < grid->steps; g++)
        for (int c = 0; c < grid->steps; c++) {
            size_t right = grid->right[g][c], around = sum_around(grid, g, c);
            if (right < best.right || (right == best.right && around <= most_around))
                continue;
            most_around = around;
            best = (struct choice){grid->cost_log2 + c * grid->step_log2,
                                   grid->gamma_log2 + g * grid->step_log2, right};
        }
    return best;
}

/* Searches the whole range, then around the best. */
static int choose(struct fold *fold, struct choice *best)
{
    struct grid grid = {COST_LOG2, GAMMA_LOG2, COARSE_LOG2, GRID_STEPS, {{0}}};
    int code = fill_grid(fold, &grid);
    *best = best_of(&grid);
    if (code != IPTFS_OK)
        return code;
    grid = (struct grid){
        best->cost_log2 - 2 * FINE_LOG2, best->gamma_log2 - 2 * FINE_LOG2, FINE_LOG2, 5, {{0}}};
    code = fill_grid(fold, &grid);
    struct choice fine = best_of(&grid);
    if (fine.right > best->right)
        *best = fine;
    return code;
}

/* ---------------------------------------------------------------------------- nearest neighbour */

static int nearest(const struct fold *fold, int inner, size_t sample)
{
    const size_t count = fold->samples->count;
    double least = INFINITY;
    int class = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_in(fold, (struct part){inner, false}, i) ||
            fold->distances[sample * count + i] >= least)
            continue;
        least = fold->distances[sample * count + i];
        class = fold->samples->classes[i];
    }
    return class;
}

static size_t try_nearest(const struct fold *fold, int inner, int *guesses)
{
    size_t right = 0;
    for (size_t i = 0; i < fold->samples->count; i++) {
        if (!is_in(fold, (struct part){inner, true}, i))
            continue;
        int guess = nearest(fold, inner, i);
        right += guess == fold->samples->classes[i];
        if (guesses != NULL)
            guesses[i] = guess;
    }
    return right;
}

/* ----------------------------------------------------------------------------- cross-validation */

static int try_fold(struct fold *fold, const struct iptfs_guesses *guesses)
{
    struct choice best;
    size_t right = 0;
    int code = choose(fold, &best);
    if (code != IPTFS_OK)
        return code;
    set_kernel(fold, best.gamma_log2);
    try_svm(fold, -1, best.cost_log2, guesses->svm);
    try_nearest(fold, -1, guesses->nearest);
    for (int inner = 0; inner < INNER_FOLDS; inner++)
        right += try_nearest(fold, inner, NULL);
    const int *better = right > best.right ? guesses->nearest : guesses->svm;
    for (size_t i = 0; i < fold->samples->count; i++)
        if (is_tested(fold, i))
            guesses->better[i] = better[i];
    return IPTFS_OK;
}

static void print_nothing(const char *text)
{
    (void)text;
}

int iptfs_classify(const struct iptfs_samples *samples, const struct iptfs_guesses *guesses)
{
    struct fold fold;
    int code = new_fold(&fold, samples);
    svm_set_print_string_function(print_nothing);
    for (int i = 0; i < samples->folds && code == IPTFS_OK; i++) {
        enter_fold(&fold, i);
        code = try_fold(&fold, guesses);
    }
    free_fold(&fold);
    return code;
}

struct iptfs_accuracy iptfs_accuracy_of_guesses(const struct iptfs_samples *samples,
                                                const int *guesses)
{
    size_t right = 0;
    for (size_t i = 0; i < samples->count; i++)
        right += guesses[i] == samples->classes[i];
    return iptfs_accuracy_of(right, samples->count);
}

struct iptfs_accuracy iptfs_accuracy_of(size_t right, size_t count)
{
    const double k = (double)right, n = (double)count;
    return (struct iptfs_accuracy){
        .right = right,
        .count = count,
        .part = k / n,
        .low = right == 0 ? 0 : gsl_cdf_beta_Pinv(0.025, k, n - k + 1),
        .high = right == count ? 1 : gsl_cdf_beta_Pinv(0.975, k + 1, n - k),
    };
}
