/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Self-similar traffic against a wavelet estimate of its Hurst parameter. */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <gsl/gsl_fit.h>
#include <gsl/gsl_wavelet.h>
#include <math.h>
#include <stdlib.h>

enum {
    BINS_LOG2 = 14,
    BINS = 1 << BINS_LOG2,
    FIRST_OCTAVE = 2,
    LAST_OCTAVE = 9, /* 32 coefficients */
    RUNS = 10
};

/* 500 packets of 1000 octets a second. */
static struct iptfs_traffic_options self_similar(const char *hurst, const char *mean_on,
                                                 const char *sources)
{
    struct iptfs_traffic_options options = test_sized("self-similar", test_fixed(1000), 4000000);
    test_set(&options, "hurst", hurst);
    test_set(&options, "mean-on", mean_on);
    test_set(&options, "sources", sources);
    return options;
}

static void count_bins(double *bins, struct iptfs_source *source, int64_t bin_ps)
{
    for (unsigned i = 0; i < BINS; i++)
        bins[i] = 0;
    while (source->ops->next_ps(source) < BINS * bin_ps) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        bins[arrival.at_ps / bin_ps]++;
    }
}

/* P. Abry and D. Veitch, "Wavelet analysis of long-range-dependent traffic", IEEE Transactions on
 * Information Theory 44, 1998: the energy of octave j grows as 2^(j (2H - 1)). Least squares with
 * the number of coefficients as weights, with the bias of the logarithm of a mean of n squares,
 * about -1 / (n ln 2), removed. */
static double wavelet_hurst(double *bins)
{
    gsl_wavelet *wavelet = gsl_wavelet_alloc(gsl_wavelet_daubechies, 4);
    gsl_wavelet_workspace *work = gsl_wavelet_workspace_alloc(BINS);
    gsl_wavelet_transform_forward(wavelet, bins, 1, BINS, work);
    double octave[BINS_LOG2], energy[BINS_LOG2], weight[BINS_LOG2];
    size_t count = 0;
    for (unsigned j = FIRST_OCTAVE; j <= LAST_OCTAVE; j++, count++) {
        size_t first = (size_t)BINS >> j, n = first;
        double sum = 0;
        for (size_t k = first; k < first + n; k++)
            sum += bins[k] * bins[k];
        octave[count] = j;
        energy[count] = log2(sum / (double)n) + 1 / ((double)n * M_LN2);
        weight[count] = (double)n;
    }
    double at_0, slope, cov00, cov01, cov11, chi;
    gsl_fit_wlinear(octave, 1, weight, 1, energy, 1, count, &at_0, &slope, &cov00, &cov01, &cov11,
                    &chi);
    gsl_wavelet_workspace_free(work);
    gsl_wavelet_free(wavelet);
    return (slope + 1) / 2;
}

static double mean_hurst(const struct iptfs_traffic_options *options, int64_t bin_ps)
{
    double *bins = malloc(BINS * sizeof *bins), mean = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(bins);
    for (unsigned run = 0; run < RUNS; run++) {
        struct iptfs_source *source = test_source(options, 1 + run, 0, 0);
        count_bins(bins, source, bin_ps);
        iptfs_traffic_free(source);
        mean += wavelet_hurst(bins) / RUNS;
    }
    free(bins);
    return mean;
}

static void check_hurst(const char *hurst, const char *mean_on, const char *sources)
{
    struct iptfs_traffic_options options = self_similar(hurst, mean_on, sources);
    CHECK_NEAR(mean_hurst(&options, IPTFS_PS_PER_S / 4), atof(hurst), 0.05);
}

/* The estimator first: 0.5 for Poisson arrivals. Then scales from 1 s to 128 s: the lower H, the
 * more mean periods are needed until the power law holds. */
static void test_hurst_parameter(void)
{
    struct iptfs_traffic_options options = test_sized("poisson", test_fixed(1000), 800000);
    CHECK_NEAR(mean_hurst(&options, IPTFS_PS_PER_S / 10), 0.5, 0.02);
    check_hurst("0.7", "1ms", "2");
    check_hurst("0.8", "5ms", "4");
    check_hurst("0.9", "10ms", "4");
}

/* H = 0.6 leaves the mean of a long run near its value. */
static void test_mean_rate(void)
{
    struct iptfs_traffic_options options = self_similar("0.6", "100ms", "20");
    test_set(&options, "activity", "0.2");
    options.stop_ps = 2000 * IPTFS_PS_PER_S;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    CHECK_NEAR((double)test_count_packets(source), 1e6, 3e4);
    iptfs_traffic_free(source);
}

static void test_refused_values(void)
{
    struct iptfs_traffic_options options = self_similar("0.5", "10ms", "20");
    test_check_refused(&options, "hurst", "0.55 to 0.95");
    options = self_similar("0.8", "10ms", "20");
    test_set(&options, "activity", "1");
    test_check_refused(&options, "activity", "0.01 to 0.99");
    options = self_similar("0.8", "10ms", "20");
    test_set(&options, "mean-on", "1us");
    test_check_refused(&options, "mean-on",
                       "20000001ps (a thousandth of the time of a packet of a source) or more");
}

const CU_TestInfo iptfs_tests_self_similar[] = {
    {"Hurst parameter, by wavelets", test_hurst_parameter},
    {"mean rate", test_mean_rate},
    {"refused values", test_refused_values},
    CU_TEST_INFO_NULL,
};
