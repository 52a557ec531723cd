/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times, rates, octets and whole numbers. */
#include "option/kind.h"

#include "base/units.h"
#include "option/option.h"
#include "text/quantity.h"

#include <stdint.h>

/* How the text of such a number is read and written. */
struct whole {
    int (*parse)(const char *text, uint64_t *value, struct iptfs_error *error);
    struct iptfs_text (*exact)(uint64_t value);
    double per_unit; /* the number is the value divided by it */
};

static int parse_time(const char *text, uint64_t *value, struct iptfs_error *error)
{
    int64_t time_ps;
    int code = iptfs_parse_time(text, &time_ps, error);
    if (code == IPTFS_OK)
        *value = (uint64_t)time_ps;
    return code;
}

static struct iptfs_text exact_time(uint64_t value)
{
    return iptfs_exact_time((int64_t)value);
}

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    const struct whole *whole = option->kind->details;
    uint64_t value = 0;
    int code = whole->parse(text, &value, error);
    if (code != IPTFS_OK)
        return code;
    if (value < option->minimum || value > option->maximum)
        return iptfs_option_refuse(option, text, error);
    iptfs_option_store_whole(option, field, value);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    const struct whole *whole = option->kind->details;
    fputs(whole->exact(iptfs_option_load_whole(option, field)).text, out);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    const struct whole *whole = option->kind->details;
    snprintf(buffer, size, "%s to %s", whole->exact(option->minimum).text,
             whole->exact(option->maximum).text);
}

static bool number(const struct iptfs_value_kind *kind, const char *text, double *number)
{
    const struct whole *whole = kind->details;
    uint64_t value = 0;
    bool is_number = whole->parse(text, &value, NULL) == IPTFS_OK;
    *number = (double)value / whole->per_unit;
    return is_number;
}

static const struct whole times = {parse_time, exact_time, (double)IPTFS_PS_PER_S};
static const struct whole rates = {iptfs_parse_rate, iptfs_exact_rate, 1};
static const struct whole octet_counts = {iptfs_parse_octets, iptfs_exact_octets, 1};
static const struct whole numbers = {iptfs_parse_number, iptfs_exact_number, 1};

const struct iptfs_value_kind iptfs_kind_time = {
    .name = "time",
    .unit = "s",
    .details = &times,
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};

const struct iptfs_value_kind iptfs_kind_rate = {
    .name = "rate",
    .unit = "bit/s",
    .details = &rates,
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};

const struct iptfs_value_kind iptfs_kind_octets = {
    .name = "octets",
    .unit = "octets",
    .whole = true,
    .details = &octet_counts,
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};

const struct iptfs_value_kind iptfs_kind_number = {
    .name = "number",
    .unit = "",
    .whole = true,
    .details = &numbers,
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};
