/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/classifier.h"

#include <gsl/gsl_cdf.h>
#include <libsvm/svm.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    INNER_FOLDS = 4
};

/* Powers of 2 that are tried, as in C.-W. Hsu et al., "A practical guide to support vector
 * classification", in coarser steps; gamma is divided by the number of values. */
static const double costs_log2[] = {0, 3, 6, 9, 12};
static const double gammas_log2[] = {-6, -4, -2, 0, 2};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A part of the samples, scaled. Its nodes are LIBSVM's: index from 1, -1 at the end. */
struct part {
    struct svm_node *nodes;
    struct svm_node **rows;
    double *labels;
    int *groups;
    size_t count;
};

/* Each value lies within -1 and 1 in the training part; one that is the same in all of it is 0. */
struct scaling {
    double *middle;
    double *factor;
};

static void free_part(struct part *part)
{
    free(part->nodes);
    free(part->rows);
    free(part->labels);
    free(part->groups);
}

static int new_part(struct part *part, size_t count, size_t width)
{
    *part = (struct part){
        .nodes = calloc(count * (width + 1) + 1, sizeof *part->nodes),
        .rows = calloc(count + 1, sizeof *part->rows),
        .labels = calloc(count + 1, sizeof *part->labels),
        .groups = calloc(count + 1, sizeof *part->groups),
    };
    return part->nodes != NULL && part->rows != NULL && part->labels != NULL && part->groups != NULL
               ? IPTFS_OK
               : IPTFS_E_NO_MEMORY;
}

static void measure(const struct iptfs_samples *samples, int fold, struct scaling *scaling)
{
    for (size_t v = 0; v < samples->width; v++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < samples->count; i++) {
            double value = samples->values[i * samples->width + v];
            if (samples->groups[i] % samples->folds == fold)
                continue;
            low = fmin(low, value);
            high = fmax(high, value);
        }
        scaling->middle[v] = (low + high) / 2;
        scaling->factor[v] = high > low ? 2 / (high - low) : 0;
    }
}

static void fill(const struct iptfs_samples *samples, const struct scaling *scaling, int fold,
                 bool test, struct part *part)
{
    struct svm_node *node = part->nodes;
    for (size_t i = 0; i < samples->count; i++) {
        if ((samples->groups[i] % samples->folds == fold) != test)
            continue;
        part->rows[part->count] = node;
        part->labels[part->count] = samples->classes[i];
        part->groups[part->count++] = samples->groups[i] / samples->folds;
        for (size_t v = 0; v < samples->width; v++) {
            double value = samples->values[i * samples->width + v];
            *node++ =
                (struct svm_node){(int)v + 1, (value - scaling->middle[v]) * scaling->factor[v]};
        }
        (node++)->index = -1;
    }
}

/* The training and the test part of a fold. */
static int split(const struct iptfs_samples *samples, int fold, struct part *train,
                 struct part *test)
{
    struct scaling scaling = {
        .middle = calloc(samples->width, sizeof *scaling.middle),
        .factor = calloc(samples->width, sizeof *scaling.factor),
    };
    int code = new_part(train, samples->count, samples->width);
    if (code == IPTFS_OK)
        code = new_part(test, samples->count, samples->width);
    if (scaling.middle == NULL || scaling.factor == NULL)
        code = IPTFS_E_NO_MEMORY;
    if (code == IPTFS_OK) {
        measure(samples, fold, &scaling);
        fill(samples, &scaling, fold, false, train);
        fill(samples, &scaling, fold, true, test);
    }
    free(scaling.middle);
    free(scaling.factor);
    return code;
}

static void print_nothing(const char *text)
{
    (void)text;
}

static size_t train_and_test(const struct part *train, const struct part *test,
                             const struct svm_parameter *parameter)
{
    struct svm_problem problem = {(int)train->count, train->labels, train->rows};
    struct svm_model *model = svm_train(&problem, parameter);
    size_t right = 0;
    for (size_t i = 0; i < test->count; i++)
        right += svm_predict(model, test->rows[i]) == test->labels[i];
    svm_free_and_destroy_model(&model);
    return right;
}

static struct svm_parameter parameter_of(double cost_log2, double gamma_log2, size_t width)
{
    return (struct svm_parameter){
        .svm_type = C_SVC,
        .kernel_type = RBF,
        .gamma = exp2(gamma_log2) / (double)width,
        .cache_size = 100,
        .eps = 0.001,
        .C = exp2(cost_log2),
        .shrinking = 1,
    };
}

/* Divides a training part once more; the parts refer to it. */
static void divide(const struct part *all, int fold, struct part *train, struct part *test)
{
    train->count = test->count = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct part *part = all->groups[i] % INNER_FOLDS == fold ? test : train;
        part->rows[part->count] = all->rows[i];
        part->labels[part->count++] = all->labels[i];
    }
}

/* C and gamma by which most samples of the training part are assigned correctly; of equal ones the
 * first, which is the smoothest. */
static int choose(const struct part *all, size_t width, struct svm_parameter *best)
{
    struct part train, test;
    size_t most = 0;
    int code = new_part(&train, all->count, 0);
    *best = parameter_of(costs_log2[0], gammas_log2[0], width);
    int code2 = new_part(&test, all->count, 0);
    code = code == IPTFS_OK ? code2 : code;
    for (size_t i = 0; code == IPTFS_OK && i < COUNT(costs_log2) * COUNT(gammas_log2); i++) {
        struct svm_parameter parameter = parameter_of(costs_log2[i / COUNT(gammas_log2)],
                                                      gammas_log2[i % COUNT(gammas_log2)], width);
        size_t right = 0;
        for (int fold = 0; fold < INNER_FOLDS; fold++) {
            divide(all, fold, &train, &test);
            right += train.count > 0 ? train_and_test(&train, &test, &parameter) : 0;
        }
        if (right > most) {
            most = right;
            *best = parameter;
        }
    }
    free_part(&train);
    free_part(&test);
    return code;
}

static int test_svm(const struct part *train, const struct part *test, size_t width, size_t *right)
{
    struct svm_parameter parameter;
    int code = choose(train, width, &parameter);
    if (code == IPTFS_OK)
        *right += train_and_test(train, test, &parameter);
    return code;
}

static double distance(const struct svm_node *a, const struct svm_node *b)
{
    double sum = 0;
    for (; a->index != -1; a++, b++)
        sum += (a->value - b->value) * (a->value - b->value);
    return sum;
}

static int test_nearest(const struct part *train, const struct part *test, size_t width,
                        size_t *right)
{
    (void)width;
    for (size_t i = 0; i < test->count; i++) {
        double least = INFINITY, label = -1;
        for (size_t j = 0; j < train->count; j++) {
            double apart = distance(test->rows[i], train->rows[j]);
            if (apart < least) {
                least = apart;
                label = train->labels[j];
            }
        }
        *right += label == test->labels[i];
    }
    return IPTFS_OK;
}

static int cross_validate(const struct iptfs_samples *samples, struct iptfs_accuracy *accuracy,
                          int (*try)(const struct part *train, const struct part *test,
                                     size_t width, size_t *right))
{
    size_t right = 0;
    int code = IPTFS_OK;
    svm_set_print_string_function(print_nothing);
    for (int fold = 0; fold < samples->folds && code == IPTFS_OK; fold++) {
        struct part train = {0}, test = {0};
        code = split(samples, fold, &train, &test);
        if (code == IPTFS_OK)
            code = try(&train, &test, samples->width, &right);
        free_part(&train);
        free_part(&test);
    }
    *accuracy = iptfs_accuracy_of(right, samples->count);
    return code;
}

int iptfs_classify_svm(const struct iptfs_samples *samples, struct iptfs_accuracy *accuracy)
{
    return cross_validate(samples, accuracy, test_svm);
}

int iptfs_classify_nearest(const struct iptfs_samples *samples, struct iptfs_accuracy *accuracy)
{
    return cross_validate(samples, accuracy, test_nearest);
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
