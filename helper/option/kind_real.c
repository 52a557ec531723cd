/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probabilities and factors. */
#include "option/kind.h"

#include "option/option.h"
#include "text/quantity.h"
#include "text/real.h"

#include <string.h>

static double load(const void *field)
{
    double value;
    memcpy(&value, field, sizeof value);
    return value;
}

static int parse_probability(const struct iptfs_option *option, void *field, const char *text,
                             struct iptfs_error *error)
{
    double probability;
    (void)option;
    int code = iptfs_parse_probability(text, &probability, error);
    if (code == IPTFS_OK)
        memcpy(field, &probability, sizeof probability);
    return code;
}

static void print_probability(const struct iptfs_option *option, const void *field, FILE *out)
{
    (void)option;
    fputs(iptfs_exact_probability(load(field)).text, out);
}

static void allowed_probability(const struct iptfs_option *option, char *buffer, size_t size)
{
    (void)option;
    snprintf(buffer, size, "0 to 1");
}

static bool probability_number(const struct iptfs_value_kind *kind, const char *text,
                               double *number)
{
    (void)kind;
    return iptfs_parse_probability(text, number, NULL) == IPTFS_OK;
}

const struct iptfs_value_kind iptfs_kind_probability = {
    .name = "probability",
    .unit = "share",
    .parse = parse_probability,
    .print = print_probability,
    .allowed = allowed_probability,
    .number = probability_number,
};

static int parse_factor(const struct iptfs_option *option, void *field, const char *text,
                        struct iptfs_error *error)
{
    double factor;
    if (iptfs_parse_factor(text, &factor, NULL) != IPTFS_OK || factor <= (double)option->minimum ||
        factor > (double)option->maximum)
        return iptfs_option_refuse(option, text, error);
    memcpy(field, &factor, sizeof factor);
    return IPTFS_OK;
}

static void print_factor(const struct iptfs_option *option, const void *field, FILE *out)
{
    (void)option;
    fputs(iptfs_exact_factor(load(field)).text, out);
}

static void allowed_factor(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size, "above %s, up to %s", iptfs_exact_number(option->minimum).text,
             iptfs_exact_number(option->maximum).text);
}

const struct iptfs_value_kind iptfs_kind_factor = {
    .name = "factor",
    .unit = "",
    .parse = parse_factor,
    .print = print_factor,
    .allowed = allowed_factor,
};
