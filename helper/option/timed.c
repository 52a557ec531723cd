/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/timed.h"

#include "option/kind.h"
#include "option/option.h"
#include "text/blanks.h"
#include "text/quantity.h"

#include <string.h>

/* What the values of a list are. */
struct values {
    const char *form;
    int (*parse)(const char *text, uint64_t *value, struct iptfs_error *error);
    struct iptfs_text (*exact)(uint64_t value);
    bool lengths; /* how long something lasts */
};

static int parse_length(const char *text, uint64_t *value, struct iptfs_error *error)
{
    int64_t length_ps;
    int code = iptfs_parse_time(text, &length_ps, error);
    if (code == IPTFS_OK)
        *value = (uint64_t)length_ps;
    return code;
}

static struct iptfs_text exact_length(uint64_t value)
{
    return iptfs_exact_time((int64_t)value);
}

/* One "TIME VALUE". */
static bool read_item(const char *text, const struct values *values, struct iptfs_timed *item)
{
    char time[64];
    text = iptfs_skip_blanks(text);
    size_t length = strcspn(text, " \t");
    if (length >= sizeof time || text[length] == '\0')
        return false;
    memcpy(time, text, length);
    time[length] = '\0';
    return iptfs_parse_time(time, &item->at_ps, NULL) == IPTFS_OK &&
           item->at_ps <= IPTFS_TIME_MAX_PS &&
           values->parse(text + length, &item->value, NULL) == IPTFS_OK;
}

/* Whether an item may follow the one before (NULL: is the first). */
static bool is_next(const struct iptfs_timed *item, const struct iptfs_timed *before, bool lengths)
{
    if (before == NULL)
        return lengths || item->at_ps > 0;
    return item->at_ps > before->at_ps &&
           (!lengths || item->at_ps >= before->at_ps + (int64_t)before->value);
}

static int refuse(const struct iptfs_option *option, const char *text, struct iptfs_error *error)
{
    const struct values *values = option->kind->details;
    char allowed[240];
    snprintf(allowed, sizeof allowed, "none, or up to %d of %s, %s, %s to %s", IPTFS_TIMED_MAX,
             values->form, values->lengths ? "none before the end of the last" : "times rising",
             values->exact(option->minimum).text, values->exact(option->maximum).text);
    return iptfs_refuse_value(text, allowed, NULL, error);
}

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    const struct values *values = option->kind->details;
    struct iptfs_timed_list found = {0};
    const char *rest = iptfs_is_word(text, "none") ? NULL : text;
    char part[96];
    while (rest != NULL) {
        struct iptfs_timed *item = &found.item[found.count];
        bool more = iptfs_before_comma(rest, part, sizeof part);
        if (found.count == IPTFS_TIMED_MAX || !read_item(more ? part : rest, values, item) ||
            !is_next(item, found.count > 0 ? item - 1 : NULL, values->lengths) ||
            item->value < option->minimum || item->value > option->maximum)
            return refuse(option, text, error);
        found.count++;
        rest = more ? strchr(rest, ',') + 1 : NULL;
    }
    memcpy(field, &found, sizeof found);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    const struct values *values = option->kind->details;
    struct iptfs_timed_list list;
    memcpy(&list, field, sizeof list);
    if (list.count == 0)
        fputs("none", out);
    for (uint64_t i = 0; i < list.count; i++)
        fprintf(out, "%s%s %s", i > 0 ? ", " : "", iptfs_exact_time(list.item[i].at_ps).text,
                values->exact(list.item[i].value).text);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    const struct values *values = option->kind->details;
    snprintf(buffer, size, "none, or %s", values->form);
}

static const struct values mtus = {"TIME MTU, ... such as '2s 1400, 5s 1500'", iptfs_parse_octets,
                                   iptfs_exact_octets, false};
static const struct values rates = {"TIME RATE, ... such as '2s 50Mbps, 5s 100Mbps'",
                                    iptfs_parse_rate, iptfs_exact_rate, false};
static const struct values blackouts = {"START LENGTH, ... such as '3s 200ms, 10s 1s'",
                                        parse_length, exact_length, true};

const struct iptfs_value_kind iptfs_kind_mtus = {
    .name = "times and MTUs",
    .unit = "",
    .self_evident = true,
    .details = &mtus,
    .parse = parse,
    .print = print,
    .allowed = allowed,
};

const struct iptfs_value_kind iptfs_kind_rates = {
    .name = "times and rates",
    .unit = "",
    .self_evident = true,
    .details = &rates,
    .parse = parse,
    .print = print,
    .allowed = allowed,
};

const struct iptfs_value_kind iptfs_kind_blackouts = {
    .name = "times and lengths",
    .unit = "",
    .self_evident = true,
    .details = &blackouts,
    .parse = parse,
    .print = print,
    .allowed = allowed,
};
