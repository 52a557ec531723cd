/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/time_or_word.h"

#include "base/units.h"
#include "option/kind.h"
#include "option/option.h"
#include "text/blanks.h"
#include "text/quantity.h"

#include <string.h>

static const char *word_of(const struct iptfs_option *option)
{
    return option->kind->details;
}

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    int64_t time_ps = IPTFS_TIME_BY_WORD;
    if (!iptfs_is_word(iptfs_skip_blanks(text), word_of(option)) &&
        (iptfs_parse_time(text, &time_ps, NULL) != IPTFS_OK ||
         (uint64_t)time_ps < option->minimum || (uint64_t)time_ps > option->maximum))
        return iptfs_option_refuse(option, text, error);
    memcpy(field, &time_ps, sizeof time_ps);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    int64_t time_ps;
    memcpy(&time_ps, field, sizeof time_ps);
    fputs(time_ps == IPTFS_TIME_BY_WORD ? word_of(option) : iptfs_exact_time(time_ps).text, out);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s, or %s to %s", word_of(option),
             iptfs_exact_time((int64_t)option->minimum).text,
             iptfs_exact_time((int64_t)option->maximum).text);
}

static bool number(const struct iptfs_value_kind *kind, const char *text, double *number)
{
    (void)kind;
    return iptfs_kind_time.number(&iptfs_kind_time, text, number);
}

const struct iptfs_value_kind iptfs_kind_phase = {
    .name = "time",
    .unit = "s",
    .details = "random",
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};

const struct iptfs_value_kind iptfs_kind_warm_up = {
    .name = "time",
    .unit = "s",
    .details = "auto",
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};
