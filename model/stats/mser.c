/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/mser.h"

static double batch_mean(const double *observations, size_t batch)
{
    double sum = 0;
    for (size_t i = 0; i < IPTFS_MSER_BATCH; i++)
        sum += observations[batch * IPTFS_MSER_BATCH + i];
    return sum / IPTFS_MSER_BATCH;
}

/* Goes back from the last batch. Mean and sum of squares are updated as B. P. Welford does
 * (Technometrics 4, 1962): equal batches have a sum of exactly 0. */
struct iptfs_mser iptfs_mser5(const double *observations, size_t count)
{
    struct iptfs_mser mser = {.batches = count / IPTFS_MSER_BATCH};
    double mean = 0, squares = 0, least = 0;
    mser.cut = mser.batches;
    for (size_t cut = mser.batches; cut-- > 0;) {
        size_t left = mser.batches - cut;
        double value = batch_mean(observations, cut), beyond = value - mean;
        mean += beyond / (double)left;
        squares += beyond * (value - mean);
        double statistic = squares / ((double)left * (double)left);
        if (left < IPTFS_MSER_BATCHES_LEFT)
            continue;
        if (left == IPTFS_MSER_BATCHES_LEFT || statistic <= least) {
            least = statistic;
            mser.cut = cut;
        }
    }
    mser.too_short = mser.batches < IPTFS_MSER_BATCHES_MIN || 2 * mser.cut > mser.batches;
    return mser;
}
