/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/limit.h"

#include "option/kind.h"
#include "option/option.h"
#include "text/measure.h"
#include "text/quantity.h"

#include <inttypes.h>
#include <string.h>

#define LIFETIME_ALLOWED "packets (100000p), a time (30s), or 0"

static const struct iptfs_unit limit_units[] = {
    {"p", 1, true},
    {"pkts", 1, true},
    IPTFS_OCTET_UNITS,
    {NULL, 0, false},
};

static const struct iptfs_measure limits = {
    limit_units,
    "packets (1000p, 1000pkts), or octets in B, kB, MB, GB (by 1000), KiB, MiB, GiB "
    "(by 1024)",
    "packets or octets", UINT64_MAX, true};

int iptfs_parse_limit(const char *text, struct iptfs_limit *limit, struct iptfs_error *error)
{
    const struct iptfs_unit *unit;
    uint64_t count;
    int code = iptfs_measure_read(text, &limits, &count, &unit, error);
    if (code != 0)
        return code;
    if (count != 0 && unit == NULL) /* a number without a unit may mean packets or octets */
        return iptfs_refuse_value(text, limits.allowed, NULL, error);
    limit->count = count;
    /* "No limit" is the same of either, and so has one form only. */
    limit->in_pkts = count != 0 && unit != NULL && unit->name[0] == 'p';
    return 0;
}

int iptfs_parse_lifetime(const char *text, struct iptfs_lifetime *lifetime,
                         struct iptfs_error *error)
{
    struct iptfs_limit limit = {0};
    struct iptfs_lifetime read = {0};
    if (iptfs_parse_limit(text, &limit, NULL) == 0 && limit.in_pkts)
        read.pkts = limit.count;
    else if (iptfs_parse_time(text, &read.time_ps, NULL) != 0)
        return iptfs_refuse_value(text, LIFETIME_ALLOWED, NULL, error);
    *lifetime = read;
    return 0;
}

struct iptfs_text iptfs_exact_limit(struct iptfs_limit limit)
{
    if (!limit.in_pkts)
        return iptfs_exact_octets(limit.count);
    struct iptfs_text text;
    snprintf(text.text, sizeof text.text, "%" PRIu64 "p", limit.count);
    return text;
}

struct iptfs_text iptfs_exact_lifetime(struct iptfs_lifetime lifetime)
{
    if (lifetime.pkts > 0)
        return iptfs_exact_limit((struct iptfs_limit){lifetime.pkts, true});
    return iptfs_exact_time(lifetime.time_ps);
}

/* ------------------------------------------------------------------------------------- limits */

static int parse_limit(const struct iptfs_option *option, void *field, const char *text,
                       struct iptfs_error *error)
{
    struct iptfs_limit limit;
    int code = iptfs_parse_limit(text, &limit, error);
    if (code != IPTFS_OK)
        return code;
    if (limit.count < option->minimum || limit.count > option->maximum)
        return iptfs_option_refuse(option, text, error);
    memcpy(field, &limit, sizeof limit);
    return IPTFS_OK;
}

static void print_limit(const struct iptfs_option *option, const void *field, FILE *out)
{
    struct iptfs_limit limit;
    (void)option;
    memcpy(&limit, field, sizeof limit);
    fputs(iptfs_exact_limit(limit).text, out);
}

static void allowed_limits(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s to %s, or to %" PRIu64 "p", iptfs_exact_octets(option->minimum).text,
             iptfs_exact_octets(option->maximum).text, option->maximum);
}

const struct iptfs_value_kind iptfs_kind_limit = {
    .name = "octets or packets",
    .unit = "",
    .self_evident = true,
    .parse = parse_limit,
    .print = print_limit,
    .allowed = allowed_limits,
};

/* ---------------------------------------------------------------------------------- lifetimes */

static int parse_lifetime(const struct iptfs_option *option, void *field, const char *text,
                          struct iptfs_error *error)
{
    struct iptfs_lifetime lifetime;
    (void)option;
    int code = iptfs_parse_lifetime(text, &lifetime, error);
    if (code == IPTFS_OK)
        memcpy(field, &lifetime, sizeof lifetime);
    return code;
}

static void print_lifetime(const struct iptfs_option *option, const void *field, FILE *out)
{
    struct iptfs_lifetime lifetime;
    (void)option;
    memcpy(&lifetime, field, sizeof lifetime);
    fputs(iptfs_exact_lifetime(lifetime).text, out);
}

static void allowed_lifetimes(const struct iptfs_option *option, char *buffer, size_t size)
{
    (void)option;
    snprintf(buffer, size, LIFETIME_ALLOWED);
}

const struct iptfs_value_kind iptfs_kind_lifetime = {
    .name = "packets or time",
    .unit = "",
    .self_evident = true,
    .parse = parse_lifetime,
    .print = print_lifetime,
    .allowed = allowed_lifetimes,
};
