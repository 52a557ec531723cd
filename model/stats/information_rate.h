/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The information rate between two series, by the coherence of their spectra.
 *
 * For jointly Gaussian series it is the integral of -log2(1 - C(f)) over the frequencies, where C
 * is the magnitude-squared coherence (Gelfand and Yaglom 1957; Pinsker 1964). Values are replaced
 * by normal scores first (van der Waerden), so that only the order of values counts: of series that
 * are not Gaussian this takes the part of their dependence that a Gaussian copula has. C is
 * estimated as Welch did (IEEE Trans. Audio Electroacoust. 15, 1967): Hann windows that overlap by
 * half. With K independent segments the estimate of -ln(1 - C) is too large by 1 / (K - 1),
 * whatever C is (both spectra follow Wishart's distribution); this is subtracted. */
#ifndef IPTFS_STATS_INFORMATION_RATE_H
#define IPTFS_STATS_INFORMATION_RATE_H

#include <stddef.h>

/* Fewer pairs give no estimate. */
#define IPTFS_INFORMATION_RATE_MIN 32u

/* The estimate in bits for each pair (x[i], y[i]); about 0, possibly below it, for series that have
 * nothing in common. NaN for fewer than IPTFS_INFORMATION_RATE_MIN pairs, and when a series is
 * constant. IPTFS_E_NO_MEMORY. */
int iptfs_information_rate(const double *x, const double *y, size_t count, double *bits);

#endif
