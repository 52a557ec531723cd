/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole numbers that a word may replace: it stands for a number above those that are allowed. */
#include "option/kind.h"
#include "option/option.h"
#include "receiver/reorder_depth.h"
#include "text/blanks.h"
#include "text/quantity.h"
#include "wire/outer_codec.h"

#include <inttypes.h>

struct stands_for {
    const char *word;
    uint64_t number;
};

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    const struct stands_for *details = option->kind->details;
    uint64_t number = details->number;
    if (!iptfs_is_word(iptfs_skip_blanks(text), details->word) &&
        (iptfs_parse_number(text, &number, NULL) != IPTFS_OK || number < option->minimum ||
         number > option->maximum))
        return iptfs_option_refuse(option, text, error);
    iptfs_option_store_whole(option, field, number);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    const struct stands_for *details = option->kind->details;
    uint64_t number = iptfs_option_load_whole(option, field);
    if (number == details->number)
        fputs(details->word, out);
    else
        fprintf(out, "%" PRIu64, number);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    const struct stands_for *details = option->kind->details;
    snprintf(buffer, size, "%s, or %" PRIu64 " to %" PRIu64, details->word, option->minimum,
             option->maximum);
}

static bool number(const struct iptfs_value_kind *kind, const char *text, double *number)
{
    (void)kind;
    return iptfs_kind_number.number(&iptfs_kind_number, text, number);
}

static const struct stands_for random_label = {"random", IPTFS_FLOW_LABEL_RANDOM};

const struct iptfs_value_kind iptfs_kind_flow_label = {
    .name = "number",
    .unit = "",
    .whole = true,
    .self_evident = true,
    .details = &random_label,
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};

static const struct stands_for adaptive_window = {"adaptive", IPTFS_REORDER_WINDOW_ADAPTIVE};

const struct iptfs_value_kind iptfs_kind_reorder_window = {
    .name = "number",
    .unit = "",
    .whole = true,
    .self_evident = true,
    .details = &adaptive_window,
    .parse = parse,
    .print = print,
    .allowed = allowed,
    .number = number,
};
