/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/limit.h"

#include "option/kind.h"
#include "option/option.h"
#include "text/measure.h"
#include "text/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIFETIME_ALLOWED "packets (100000p), octets (1GB), a time (30s), several with commas, or 0"

enum {
    LIMIT_MAX = 64 /* octets of the text of one limit */
};

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

/* Reads one limit; false when it is none, or 0, or there is one of its kind already. */
static bool add_limit(const char *text, struct iptfs_sa_lifetime *lifetime)
{
    struct iptfs_limit limit = {0};
    uint64_t *count = &lifetime->pkts;
    int64_t time_ps = 0;
    if (iptfs_parse_limit(text, &limit, NULL) == 0) {
        count = limit.in_pkts ? &lifetime->pkts : &lifetime->octets;
        bool first = *count == 0;
        *count = limit.count;
        return first && limit.count > 0;
    }
    bool first = lifetime->time_ps == 0;
    if (iptfs_parse_time(text, &time_ps, NULL) != 0 || time_ps == 0 || !first)
        return false;
    lifetime->time_ps = time_ps;
    return true;
}

int iptfs_parse_lifetime(const char *text, struct iptfs_sa_lifetime *lifetime,
                         struct iptfs_error *error)
{
    struct iptfs_sa_lifetime read = {0};
    int64_t zero;
    char part[LIMIT_MAX];
    const char *at = text;
    bool good = true;
    if (iptfs_parse_time(text, &zero, NULL) == 0 && zero == 0) {
        *lifetime = read;
        return 0;
    }
    while (good) {
        size_t length = strcspn(at, ",");
        good = length < sizeof part;
        snprintf(part, sizeof part, "%.*s", good ? (int)length : 0, at);
        good = good && add_limit(part, &read);
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    if (!good)
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

/* Appends a limit that is there. */
static void append(struct iptfs_text *text, bool present, struct iptfs_text limit)
{
    size_t length = strlen(text->text);
    if (present)
        snprintf(text->text + length, sizeof text->text - length, "%s%s", length > 0 ? ", " : "",
                 limit.text);
}

struct iptfs_text iptfs_exact_lifetime(struct iptfs_sa_lifetime lifetime)
{
    struct iptfs_text text = {""};
    append(&text, lifetime.pkts > 0, iptfs_exact_limit((struct iptfs_limit){lifetime.pkts, true}));
    append(&text, lifetime.octets > 0, iptfs_exact_octets(lifetime.octets));
    append(&text, lifetime.time_ps > 0, iptfs_exact_time(lifetime.time_ps));
    return text.text[0] != '\0' ? text : iptfs_exact_time(0);
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
    struct iptfs_sa_lifetime lifetime;
    (void)option;
    int code = iptfs_parse_lifetime(text, &lifetime, error);
    if (code == IPTFS_OK)
        memcpy(field, &lifetime, sizeof lifetime);
    return code;
}

static void print_lifetime(const struct iptfs_option *option, const void *field, FILE *out)
{
    struct iptfs_sa_lifetime lifetime;
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
    .name = "packets, octets or time",
    .unit = "",
    .self_evident = true,
    .parse = parse_lifetime,
    .print = print_lifetime,
    .allowed = allowed_lifetimes,
};
