/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The classifiers on data whose separability is known. */
#include "advice/classifier.h"

#include "base/random.h"
#include "support/check.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

enum {
    CLASSES = 4,
    RUNS = 25,
    WIDTH = 20,
    COUNT = CLASSES * RUNS
};

static double values[COUNT * WIDTH];
static int classes[COUNT], groups[COUNT];
static const struct iptfs_samples samples = {values, classes, groups, COUNT, WIDTH, 5};

/* Gaussian values; those of five indices tell the class, `apart` deviations from class to
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

static void test_separable_classes(void)
{
    struct iptfs_accuracy svm, nearest;
    draw(8, 1);
    CHECK_U64(iptfs_classify_svm(&samples, &svm), 0);
    CHECK_U64(iptfs_classify_nearest(&samples, &nearest), 0);
    CHECK_TRUE(svm.part > 0.97 && svm.high > 0.99);
    CHECK_TRUE(nearest.part > 0.97);
    CHECK_U64(svm.count, COUNT);
}

/* Of intervals of 95 %, one in 20 does not contain the truth, here one in 4. */
static void test_identical_classes(void)
{
    unsigned outside = 0;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct iptfs_accuracy svm, nearest;
        draw(0, seed);
        CHECK_U64(iptfs_classify_svm(&samples, &svm), 0);
        CHECK_U64(iptfs_classify_nearest(&samples, &nearest), 0);
        outside += svm.low > 0.25 || svm.high < 0.25;
        outside += nearest.low > 0.25 || nearest.high < 0.25;
        CHECK_TRUE(svm.part > 0.08 && svm.part < 0.45);
    }
    CHECK_TRUE(outside <= 4);
}

/* A mark that is common to all classes of a run, and unknown in other runs, must not help: the
 * groups are not divided. Each run has a copy of itself with the wrong class. */
static void test_runs_are_not_divided(void)
{
    struct iptfs_accuracy svm;
    draw(0, 3);
    for (int i = 0; i < COUNT; i++)
        for (int v = 0; v < WIDTH; v++)
            values[i * WIDTH + v] = groups[i] * 1000 + (v == 3 ? classes[i] * 1e-3 : 0);
    CHECK_U64(iptfs_classify_svm(&samples, &svm), 0);
    CHECK_TRUE(svm.low < 0.25 + 0.1);
}

/* Values that are the same in all samples say nothing, and do not fail. */
static void test_constant_values(void)
{
    struct iptfs_accuracy svm;
    draw(0, 1);
    for (int i = 0; i < COUNT * WIDTH; i++)
        values[i] = 1e9;
    CHECK_U64(iptfs_classify_svm(&samples, &svm), 0);
    CHECK_NEAR(svm.part, 0.25, 0.001);
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
    {"identical classes", test_identical_classes},
    {"runs are not divided", test_runs_are_not_divided},
    {"constant values", test_constant_values},
    {"intervals", test_intervals},
    CU_TEST_INFO_NULL,
};
