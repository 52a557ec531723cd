/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/real.h"

#include "text/blanks.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FACTOR_MAX 1e18
#define FACTOR_ALLOWED "a number above 0, such as 2, 0.5 or 1e-3"
#define PROBABILITY_ALLOWED "a probability from 0 to 1, such as 0.01, 1e-2 or 1%"

/* A decimal without sign, with or without an exponent; with a '%' too, where that is allowed. */
static bool read_real(const char *text, bool percent_allowed, double *value)
{
    const char *begin = iptfs_skip_blanks(text);
    size_t length = strspn(begin, "0123456789.eE+-");
    const char *rest = iptfs_skip_blanks(begin + length);
    bool percent = percent_allowed && *rest == '%';
    char number[64];
    /* strtod would also take "nan", "inf", signs and hexadecimal. */
    if (*iptfs_skip_blanks(rest + percent) != '\0' || strchr("+-eE", *begin) != NULL ||
        length + sizeof "e-2" > sizeof number)
        return false;
    memcpy(number, begin, length);
    /* Moving the point in the text is exact; dividing by 100 is not. */
    strcpy(number + length, percent ? "e-2" : "");
    char *end;
    *value = strtod(number, &end);
    return end != number && *end == '\0';
}

int iptfs_parse_probability(const char *text, double *probability, struct iptfs_error *error)
{
    double value;
    if (!read_real(text, true, &value) || !(value >= 0 && value <= 1))
        return iptfs_refuse_value(text, PROBABILITY_ALLOWED, NULL, error);
    *probability = value;
    return 0;
}

int iptfs_parse_factor(const char *text, double *factor, struct iptfs_error *error)
{
    double value;
    if (!read_real(text, false, &value) || !(value > 0 && value <= FACTOR_MAX))
        return iptfs_refuse_value(text, FACTOR_ALLOWED, NULL, error);
    *factor = value;
    return 0;
}

static struct iptfs_text write_shortest(double value)
{
    struct iptfs_text text;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text.text, sizeof text.text, "%.*g", digits, value);
        if (strtod(text.text, NULL) == value)
            break;
    }
    return text;
}

struct iptfs_text iptfs_exact_probability(double probability)
{
    return write_shortest(probability);
}

struct iptfs_text iptfs_exact_factor(double factor)
{
    return write_shortest(factor);
}
