/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>

static void check_poisson(struct iptfs_sizes size, double mean_octets)
{
    enum {
        GAPS = 100000
    };
    struct iptfs_traffic_options options = test_sized("poisson", size, 7000000);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    double mean_ps = mean_octets * 8 * 1e12 / 7e6;
    double squares = 0;
    int64_t before_ps = 0;
    for (int n = 0; n < GAPS; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        double off = (double)(arrival.at_ps - before_ps) - mean_ps;
        squares += off * off;
        before_ps = arrival.at_ps;
    }
    /* The mean of n exponential gaps has a deviation of mean / sqrt(n), their variance one of
     * mean^2 sqrt(8/n); 5 deviations are wide for a fixed seed. */
    CHECK_NEAR((double)before_ps / GAPS, mean_ps, 5 * mean_ps / sqrt(GAPS));
    CHECK_NEAR(squares / GAPS, mean_ps * mean_ps, 5 * mean_ps * mean_ps * sqrt(8.0 / GAPS));
    iptfs_traffic_free(source);
}

static void test_poisson_mean_and_variance(void)
{
    check_poisson(test_fixed(700), 700);
    check_poisson(test_uniform(64, 1500), 782);
    check_poisson(test_imix(), 4084.0 / 12);
}

static void test_poisson_gap_may_be_longer_than_any_run(void)
{
    struct iptfs_traffic_options options = test_sized("poisson", test_fixed(65535), 1);
    unsigned bad = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct iptfs_source *source = test_source(&options, seed, 0, 0);
        bad += test_next_ps(source) < 0;
        while (test_next_ps(source) != IPTFS_NEVER)
            test_take(source);
        iptfs_traffic_free(source);
    }
    CHECK_U64(bad, 0);
}

/* Long packets must not come after long gaps: neither the gap before a packet nor the one behind it
 * depends on its size. */
static void test_sizes_are_independent_of_gaps(void)
{
    enum {
        PACKETS = 20000
    };
    struct iptfs_traffic_options options =
        test_sized("poisson", test_uniform(1000, 2000), 12000000);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    double products[2] = {0, 0};
    double size = 0;
    int64_t before_ps = 0;
    for (int n = 0; n < PACKETS; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        double gap = (double)(arrival.at_ps - before_ps) / 1e9 - 1; /* deviation 1 */
        products[0] += gap * size;
        size = ((double)arrival.octets - 1500) / (1000 / sqrt(12)); /* deviation 1 */
        products[1] += gap * size;
        before_ps = arrival.at_ps;
    }
    CHECK_NEAR(products[0] / PACKETS, 0, 5 / sqrt(PACKETS));
    CHECK_NEAR(products[1] / PACKETS, 0, 5 / sqrt(PACKETS));
    iptfs_traffic_free(source);
}

const CU_TestInfo iptfs_tests_poisson[] = {
    {"mean and variance", test_poisson_mean_and_variance},
    {"gaps longer than any run", test_poisson_gap_may_be_longer_than_any_run},
    {"sizes are independent of gaps", test_sizes_are_independent_of_gaps},
    CU_TEST_INFO_NULL,
};
