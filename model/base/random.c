/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/random.h"

#include "base/asserts.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdlib.h>

struct iptfs_random {
    gsl_rng rng;
    max_align_t state[]; /* of `rng`; made here, since gsl_rng_alloc aborts when memory runs out */
};

/* One step of the splitmix64 finaliser: every bit of the input reaches every bit of the result. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

struct iptfs_random *iptfs_random_new(uint64_t seed, uint64_t run, enum iptfs_random_use use,
                                      uint64_t index)
{
    struct iptfs_random *stream = malloc(sizeof *stream + gsl_rng_mt19937->size);
    if (stream == NULL)
        return NULL;
    stream->rng = (gsl_rng){gsl_rng_mt19937, stream->state};
    uint64_t key = mix(mix(mix(mix(seed) ^ run) ^ (uint64_t)use) ^ index);
    unsigned long seed32 = (unsigned long)(key >> 32);
    /* GSL seeds this generator with 32 bits, and reads 0 as "the default seed". */
    gsl_rng_set(&stream->rng, seed32 != 0 ? seed32 : 1);
    return stream;
}

void iptfs_random_free(struct iptfs_random *stream)
{
    free(stream);
}

double iptfs_random_uniform(struct iptfs_random *stream)
{
    return gsl_rng_uniform(&stream->rng);
}

uint64_t iptfs_random_between(struct iptfs_random *stream, uint64_t low, uint64_t high)
{
    IPTFS_ASSERT(low <= high);
    return low + gsl_rng_uniform_int(&stream->rng, (unsigned long)(high - low + 1));
}

double iptfs_random_exponential(struct iptfs_random *stream, double mean)
{
    return gsl_ran_exponential(&stream->rng, mean);
}

double iptfs_random_normal(struct iptfs_random *stream)
{
    return gsl_ran_ugaussian(&stream->rng);
}

double iptfs_random_pareto(struct iptfs_random *stream, double mean, double shape)
{
    return gsl_ran_pareto(&stream->rng, shape, mean * (shape - 1) / shape);
}

double iptfs_random_extreme(struct iptfs_random *stream, double location, double scale)
{
    return location + scale * gsl_ran_gumbel1(&stream->rng, 1, 1);
}
