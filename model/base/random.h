/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random streams over GSL: one numbered stream for each use, so that changing one option does not
 * change the random numbers of another, and the same seed gives the same run on every machine. */
#ifndef IPTFS_BASE_RANDOM_H
#define IPTFS_BASE_RANDOM_H

#include <stdint.h>

/* What a stream is for; a use that exists several times adds an index of its own. The numbers 10 to
 * 19 belong to link/impairments/: a kind that has no name here states its number in its own file.
 */
enum iptfs_random_use {
    IPTFS_RANDOM_LOSS = 1,
    IPTFS_RANDOM_ARRIVAL = 2,
    IPTFS_RANDOM_SIZE = 3,
    IPTFS_RANDOM_CE = 4,
    IPTFS_RANDOM_GEMODEL = 10,
    IPTFS_RANDOM_REORDER = 11,
    IPTFS_RANDOM_JITTER = 12,
    IPTFS_RANDOM_DUPLICATE = 13,
    IPTFS_RANDOM_ON = 20,
    IPTFS_RANDOM_OFF = 21,
    IPTFS_RANDOM_PHASE = 22
};

/* What the streams of one object, such as a link, have in common: all arguments of iptfs_random_new
 * but the use. */
struct iptfs_random_streams {
    uint64_t seed;
    uint64_t run;
    uint64_t index;
};

struct iptfs_random; /* holds a gsl_rng */

/* A stream that depends on nothing but its four numbers. NULL when memory ran out; the caller
 * frees it with iptfs_random_free. */
struct iptfs_random *iptfs_random_new(uint64_t seed, uint64_t run, enum iptfs_random_use use,
                                      uint64_t index);
void iptfs_random_free(struct iptfs_random *stream);

/* A number in [0, 1). */
double iptfs_random_uniform(struct iptfs_random *stream);

/* A whole number in [low, high], all equally likely; high - low below 2^32 - 1. */
uint64_t iptfs_random_between(struct iptfs_random *stream, uint64_t low, uint64_t high);

/* An exponential variate of the given mean (Poisson gaps). */
double iptfs_random_exponential(struct iptfs_random *stream, double mean);

/* A normal variate of mean 0 and deviation 1. */
double iptfs_random_normal(struct iptfs_random *stream);

/* A Pareto variate of the given mean: P(X > x) = (scale / x)^shape, where scale = mean * (shape -
 * 1) / shape is the smallest value. shape > 1; up to 2 the variance is infinite. */
double iptfs_random_pareto(struct iptfs_random *stream, double mean, double shape);

/* A variate of the largest extreme value (Gumbel) distribution: P(X < x) = exp(-exp(-(x - location)
 * / scale)); the mean is location + 0.5772 * scale. */
double iptfs_random_extreme(struct iptfs_random *stream, double location, double scale);

#endif
