/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probabilities and factors as people write them. */
#ifndef IPTFS_TEXT_REAL_H
#define IPTFS_TEXT_REAL_H

#include "base/error.h"
#include "text/quoted.h"

/* Both readers take one whole value, blanks around it allowed, and return 0, or IPTFS_E_INVALID
 * with "found '...', allowed: ..."; then the result keeps what it had. */

/* "0.01", "1e-2" or "1%", from 0 to 1. */
int iptfs_parse_probability(const char *text, double *probability, struct iptfs_error *error);

/* "1.5" or "1e-3": a number above 0, at most 1e18. */
int iptfs_parse_factor(const char *text, double *factor, struct iptfs_error *error);

/* The shortest text that reads back as the same value. */
struct iptfs_text iptfs_exact_probability(double probability);
struct iptfs_text iptfs_exact_factor(double factor);

#endif
