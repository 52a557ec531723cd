/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/breaker.h"

#include "base/units.h"
#include "option/kind.h"
#include "option/option.h"
#include "text/blanks.h"
#include "text/quantity.h"
#include "text/real.h"

#include <string.h>

int iptfs_parse_breaker(const char *text, struct iptfs_breaker_limit *limit,
                        struct iptfs_error *error)
{
    char loss[64];
    struct iptfs_breaker_limit found = {0, 0};
    if (iptfs_is_word(iptfs_skip_blanks(text), "off")) {
        *limit = found;
        return 0;
    }
    if (!iptfs_before_comma(text, loss, sizeof loss) ||
        iptfs_parse_probability(loss, &found.loss, NULL) != 0 ||
        iptfs_parse_time(strchr(text, ',') + 1, &found.time_ps, NULL) != 0 || found.loss <= 0 ||
        found.time_ps <= 0 || found.time_ps > IPTFS_TIME_MAX_PS)
        return iptfs_refuse_value(text, "off, or LOSS, TIME (both above 0) such as '10%, 2s'", NULL,
                                  error);
    *limit = found;
    return 0;
}

struct iptfs_text iptfs_exact_breaker(struct iptfs_breaker_limit limit)
{
    struct iptfs_text text = {"off"};
    if (limit.loss > 0)
        snprintf(text.text, sizeof text.text, "%.30s, %.30s",
                 iptfs_exact_probability(limit.loss).text, iptfs_exact_time(limit.time_ps).text);
    return text;
}

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    struct iptfs_breaker_limit limit;
    (void)option;
    int code = iptfs_parse_breaker(text, &limit, error);
    if (code == IPTFS_OK)
        memcpy(field, &limit, sizeof limit);
    return code;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    struct iptfs_breaker_limit limit;
    (void)option;
    memcpy(&limit, field, sizeof limit);
    fputs(iptfs_exact_breaker(limit).text, out);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    (void)option;
    snprintf(buffer, size, "off, or LOSS, TIME such as '10%%, 2s'");
}

const struct iptfs_value_kind iptfs_kind_breaker = {
    .name = "loss and time",
    .unit = "",
    .self_evident = true,
    .parse = parse,
    .print = print,
    .allowed = allowed,
};
