/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/information_rate.h"

#include "base/error.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fft_real.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    SEGMENT_MIN = 8,
    SEGMENT_MAX = 256,
    SEGMENTS = 16 /* at least that many without overlap, where the series is long enough */
};

/* 1 - C is not resolved below. */
static const double incoherent_min = 1e-12;

/* The spectra of two series, and the segments in work. */
struct spectra {
    double x[SEGMENT_MAX];
    double y[SEGMENT_MAX];
    double xx[SEGMENT_MAX / 2];
    double yy[SEGMENT_MAX / 2];
    double real[SEGMENT_MAX / 2];
    double imaginary[SEGMENT_MAX / 2];
};

/* Each value becomes the quantile of the normal distribution at its rank; equal values share the
 * mean of their ranks. False when all are equal. */
static bool normal_scores(const double *values, size_t count, double *scores, size_t *order)
{
    double sum = 0;
    gsl_sort_index(order, values, 1, count);
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && !(values[order[to]] > values[order[from]]))
            to++;
        if (from == 0 && to == count)
            return false;
        double share = (double)(from + to) / 2 / (double)count;
        for (size_t i = from; i < to; i++) {
            scores[order[i]] = gsl_cdf_ugaussian_Pinv(share);
            sum += scores[order[i]];
        }
    }
    for (size_t i = 0; i < count; i++)
        scores[i] -= sum / (double)count;
    return true;
}

static size_t segment_length(size_t count)
{
    size_t length = SEGMENT_MAX;
    while (length > SEGMENT_MIN && length * SEGMENTS > count)
        length /= 2;
    return length;
}

static void windowed(double *segment, const double *values, size_t length)
{
    for (size_t i = 0; i < length; i++)
        segment[i] = values[i] * (1 - cos(2 * M_PI * (double)i / (double)length));
    gsl_fft_real_radix2_transform(segment, 1, length);
}

/* Adds one segment. GSL leaves the real part of frequency k at k, its imaginary part at length - k.
 */
static void add_segment(struct spectra *s, const double *x, const double *y, size_t length)
{
    windowed(s->x, x, length);
    windowed(s->y, y, length);
    for (size_t k = 1; k < length / 2; k++) {
        double xr = s->x[k], xi = s->x[length - k], yr = s->y[k], yi = s->y[length - k];
        s->xx[k] += xr * xr + xi * xi;
        s->yy[k] += yr * yr + yi * yi;
        s->real[k] += xr * yr + xi * yi;
        s->imaginary[k] += xr * yi - xi * yr;
    }
}

/* Hann windows that overlap by half share 1/6 of their amplitudes: neighbours are worth less. */
static double independent_segments(double segments)
{
    return segments / (1 + 2 * (segments - 1) / segments / 36);
}

static double rate_of(const struct spectra *s, size_t length, size_t segments)
{
    double nats = 0, bias = 1 / (independent_segments((double)segments) - 1);
    for (size_t k = 1; k < length / 2; k++) {
        double cross = s->real[k] * s->real[k] + s->imaginary[k] * s->imaginary[k];
        double power = s->xx[k] * s->yy[k];
        double incoherent = power > 0 ? fmax(1 - cross / power, incoherent_min) : 1;
        nats += -log(incoherent) - bias;
    }
    /* The mean over frequencies from 0 to half a sample, of which a sample has the half. */
    return nats / (double)(length / 2 - 1) / 2 / M_LN2;
}

int iptfs_information_rate(const double *x, const double *y, size_t count, double *bits)
{
    struct spectra spectra = {0};
    size_t length = segment_length(count), segments = 0;
    *bits = (double)NAN;
    if (count < IPTFS_INFORMATION_RATE_MIN)
        return IPTFS_OK;
    double *scores = malloc(2 * count * sizeof *scores);
    size_t *order = malloc(count * sizeof *order);
    if (scores != NULL && order != NULL && normal_scores(x, count, scores, order) &&
        normal_scores(y, count, scores + count, order)) {
        for (size_t from = 0; from + length <= count; from += length / 2, segments++)
            add_segment(&spectra, scores + from, scores + count + from, length);
        *bits = rate_of(&spectra, length, segments);
    }
    int code = scores != NULL && order != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
    free(scores);
    free(order);
    return code;
}
