/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The classifiers on data whose separability is known. */
#include "advice/classifier.h"

#include "base/random.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

enum {
    CLASSES = 4,
    RUNS = 25,
    WIDTH = 20,
    COUNT = CLASSES * RUNS
};

static double values[COUNT * WIDTH];
static int classes[COUNT], groups[COUNT];
static const struct iptfs_samples samples = {values, classes, groups, COUNT, WIDTH, 5};

/* Gaussian values; those of five indices show the class, `apart` deviations from class to
 * class. Their scales differ, as those of octets and of gaps. */
static void draw(double apart, uint64_t seed)
{
    struct iptfs_random *stream = iptfs_random_new(seed, 0, IPTFS_RANDOM_SIZE, 0);
    for (int i = 0; i < COUNT; i++) {
        classes[i] = i % CLASSES;
        groups[i] = i / CLASSES;
        for (int v = 0; v < WIDTH; v++)
            values[i * WIDTH + v] = iptfs_random_normal(stream) * exp2(v);
        for (int v = 3; v < WIDTH; v += 4)
            values[i * WIDTH + v] += apart * exp2(v) * classes[i];
    }
    iptfs_random_free(stream);
}

struct accuracies {
    struct iptfs_accuracy svm, nearest, better;
};

static struct accuracies classify(const struct iptfs_samples *all)
{
    static int svm[COUNT], nearest[COUNT], better[COUNT];
    const struct iptfs_guesses guesses = {svm, nearest, better};
    CHECK_U64(iptfs_classify(all, &guesses), 0);
    return (struct accuracies){iptfs_accuracy_of_guesses(all, svm),
                               iptfs_accuracy_of_guesses(all, nearest),
                               iptfs_accuracy_of_guesses(all, better)};
}

static void test_separable_classes(void)
{
    draw(8, 1);
    struct accuracies found = classify(&samples);
    CHECK_TRUE(found.svm.part > 0.97 && found.svm.high > 0.99);
    CHECK_TRUE(found.nearest.part > 0.97);
    CHECK_TRUE(found.better.part > 0.97);
    CHECK_U64(found.svm.count, COUNT);
}

/* The classes alternate twelve times along one of many values. The nearest neighbour finds that; so
 * must the support vector machine, with a large gamma. (With a gamma of 2^2 / values at most it was
 * right in 0.57.) */
static void test_stripes(void)
{
    struct iptfs_random *stream = iptfs_random_new(5, 0, IPTFS_RANDOM_SIZE, 0);
    memset(values, 0, sizeof values);
    for (int i = 0; i < COUNT; i++) {
        classes[i] = i % 2;
        groups[i] = i / 2;
        double pair = (double)iptfs_random_between(stream, 0, 5);
        values[i * WIDTH] = 1e6 * (2 * pair + classes[i] + 0.8 * iptfs_random_uniform(stream));
    }
    iptfs_random_free(stream);
    struct accuracies found = classify(&samples);
    CHECK_TRUE(found.svm.part > 0.95);
    CHECK_TRUE(found.nearest.part > 0.95);
    CHECK_TRUE(found.better.part > 0.95);
}

/* Classes that are the same: nearly 95 % of the intervals contain chance, here one in 4, although
 * they take tests for independent that share training data. */
static void test_coverage(void)
{
    enum {
        TIMES = 40
    };
    struct iptfs_samples few = samples;
    unsigned outside = 0;
    few.count = CLASSES * 10;
    for (uint64_t seed = 1; seed <= TIMES; seed++) {
        draw(0, seed);
        struct iptfs_accuracy better = classify(&few).better;
        outside += better.low > 0.25 || better.high < 0.25;
    }
    CHECK_TRUE(outside <= 4);
}

/* A mark that is common to all classes of a run, and unknown in other runs, must not help: the
 * groups are not divided. Each run has a copy of itself with the wrong class. */
static void test_runs_are_not_divided(void)
{
    draw(0, 3);
    for (int i = 0; i < COUNT; i++)
        for (int v = 0; v < WIDTH; v++)
            values[i * WIDTH + v] = groups[i] * 1000 + (v == 3 ? classes[i] * 1e-3 : 0);
    CHECK_TRUE(classify(&samples).better.low < 0.25 + 0.1);
}

/* Values that are the same in all samples say nothing, and do not fail. */
static void test_constant_values(void)
{
    draw(0, 1);
    for (int i = 0; i < COUNT * WIDTH; i++)
        values[i] = 1e9;
    struct accuracies found = classify(&samples);
    CHECK_NEAR(found.svm.part, 0.25, 0.001);
    CHECK_NEAR(found.nearest.part, 0.25, 0.001);
}

/* Clopper and Pearson: 3 of 10 is 0.0667 to 0.6525. */
static void test_intervals(void)
{
    struct iptfs_accuracy accuracy = iptfs_accuracy_of(3, 10);
    CHECK_NEAR(accuracy.low, 0.0667, 0.0001);
    CHECK_NEAR(accuracy.high, 0.6525, 0.0001);
    accuracy = iptfs_accuracy_of(0, 10);
    CHECK_NEAR(accuracy.low, 0, 0);
    CHECK_NEAR(accuracy.high, 0.3085, 0.0001);
    CHECK_NEAR(iptfs_accuracy_of(10, 10).high, 1, 0);
}

const CU_TestInfo iptfs_tests_classifier[] = {
    {"separable classes", test_separable_classes},
    {"stripes", test_stripes},
    {"coverage", test_coverage},
    {"runs are not divided", test_runs_are_not_divided},
    {"constant values", test_constant_values},
    {"intervals", test_intervals},
    CU_TEST_INFO_NULL,
};
