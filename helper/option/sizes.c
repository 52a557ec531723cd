/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/sizes.h"

#include "option/kind.h"
#include "option/option.h"
#include "text/blanks.h"
#include "text/quantity.h"
#include "text/suggest.h"

#include <string.h>

#define SIZES_ALLOWED "a size such as 1500B, uniform(LOW,HIGH) as in uniform(64B,1500B), or imix"

/* Reads the size that ends at the character `stop`, and moves *text behind it. */
static bool read_bound(const char **text, char stop, uint32_t *octets)
{
    char bound[32];
    const char *end = strchr(*text, stop);
    if (end == NULL || (size_t)(end - *text) >= sizeof bound)
        return false;
    size_t length = (size_t)(end - *text);
    memcpy(bound, *text, length);
    bound[length] = '\0';
    uint64_t value;
    if (iptfs_parse_octets(bound, &value, NULL) != 0 || value > UINT32_MAX)
        return false;
    *octets = (uint32_t)value;
    *text = end + 1;
    return true;
}

static int read_uniform(const char *text, const char *bounds, struct iptfs_sizes *sizes,
                        struct iptfs_error *error)
{
    struct iptfs_sizes uniform = {.kind = IPTFS_SIZES_UNIFORM};
    bounds = iptfs_skip_blanks(bounds);
    if (*bounds++ != '(' || !read_bound(&bounds, ',', &uniform.low_octets) ||
        !read_bound(&bounds, ')', &uniform.high_octets) || *iptfs_skip_blanks(bounds) != '\0')
        return iptfs_refuse_value(text, SIZES_ALLOWED, NULL, error);
    if (uniform.low_octets > uniform.high_octets)
        return iptfs_refuse_value(text, "uniform(LOW,HIGH) with LOW not above HIGH", NULL, error);
    *sizes = uniform;
    return 0;
}

int iptfs_parse_sizes(const char *text, struct iptfs_sizes *sizes, struct iptfs_error *error)
{
    static const char uniform[] = "uniform";
    const char *begin = iptfs_skip_blanks(text);
    if (iptfs_is_word(begin, "imix")) {
        *sizes = (struct iptfs_sizes){IPTFS_SIZES_IMIX, 40, 1500};
        return 0;
    }
    if (strncmp(begin, uniform, strlen(uniform)) == 0)
        return read_uniform(text, begin + strlen(uniform), sizes, error);
    uint64_t octets;
    if (iptfs_parse_octets(text, &octets, NULL) == 0 && octets <= UINT32_MAX) {
        *sizes = (struct iptfs_sizes){IPTFS_SIZES_FIXED, (uint32_t)octets, (uint32_t)octets};
        return 0;
    }
    struct iptfs_text found = iptfs_quoted(text);
    struct iptfs_suggest nearest = {.found = found.text};
    iptfs_suggest_offer(&nearest, "imix");
    return iptfs_refuse_value(text, SIZES_ALLOWED, nearest.best, error);
}

struct iptfs_text iptfs_exact_sizes(struct iptfs_sizes sizes)
{
    struct iptfs_text text = {"imix"};
    if (sizes.kind == IPTFS_SIZES_FIXED)
        return iptfs_exact_octets(sizes.low_octets);
    if (sizes.kind == IPTFS_SIZES_UNIFORM)
        snprintf(text.text, sizeof text.text, "uniform(%.20s,%.20s)",
                 iptfs_exact_octets(sizes.low_octets).text,
                 iptfs_exact_octets(sizes.high_octets).text);
    return text;
}

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    struct iptfs_sizes sizes;
    int code = iptfs_parse_sizes(text, &sizes, error);
    if (code != IPTFS_OK)
        return code;
    if (sizes.low_octets < option->minimum || sizes.high_octets > option->maximum)
        return iptfs_option_refuse(option, text, error);
    memcpy(field, &sizes, sizeof sizes);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    struct iptfs_sizes sizes;
    (void)option;
    memcpy(&sizes, field, sizeof sizes);
    fputs(iptfs_exact_sizes(sizes).text, out);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s to %s, uniform(LOW,HIGH), imix",
             iptfs_exact_octets(option->minimum).text, iptfs_exact_octets(option->maximum).text);
}

static bool number(const struct iptfs_value_kind *kind, const char *text, double *number)
{
    struct iptfs_sizes sizes;
    (void)kind;
    if (iptfs_parse_sizes(text, &sizes, NULL) != IPTFS_OK || sizes.kind != IPTFS_SIZES_FIXED)
        return false;
    *number = sizes.low_octets;
    return true;
}

const struct iptfs_value_kind iptfs_kind_sizes = {
    .name = "packet sizes",
    .unit = "octets",
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};
