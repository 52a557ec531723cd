/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The DSCP of outer packets: a number, a name of the IANA registry, or copy. */
#include "option/kind.h"
#include "option/option.h"
#include "sender/sender.h"
#include "text/quantity.h"
#include "text/word.h"

#include <inttypes.h>

static const struct iptfs_word names[] = {
    {"copy", IPTFS_DSCP_COPY, "that of the first inner packet", "RFC 4301, 5.1.2"},
    {"cs0", 0, NULL, NULL},
    {"cs1", 8, NULL, NULL},
    {"cs2", 16, NULL, NULL},
    {"cs3", 24, NULL, NULL},
    {"cs4", 32, NULL, NULL},
    {"cs5", 40, NULL, NULL},
    {"cs6", 48, NULL, NULL},
    {"cs7", 56, NULL, NULL},
    {"af11", 10, NULL, NULL},
    {"af12", 12, NULL, NULL},
    {"af13", 14, NULL, NULL},
    {"af21", 18, NULL, NULL},
    {"af22", 20, NULL, NULL},
    {"af23", 22, NULL, NULL},
    {"af31", 26, NULL, NULL},
    {"af32", 28, NULL, NULL},
    {"af33", 30, NULL, NULL},
    {"af41", 34, NULL, NULL},
    {"af42", 36, NULL, NULL},
    {"af43", 38, NULL, NULL},
    {"ef", 46, NULL, NULL},
    {"va", 44, NULL, NULL},
    {"le", 1, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static int parse(const struct iptfs_option *option, void *field, const char *text,
                 struct iptfs_error *error)
{
    uint64_t number;
    int value;
    if (iptfs_parse_number(text, &number, NULL) != IPTFS_OK || number >= IPTFS_DSCP_COPY) {
        if (iptfs_parse_word(text, names, &value, NULL) != IPTFS_OK)
            return iptfs_option_refuse(option, text, error);
        number = (uint64_t)value;
    }
    iptfs_option_store_whole(option, field, number);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    uint64_t value = iptfs_option_load_whole(option, field);
    if (value == IPTFS_DSCP_COPY)
        fputs("copy", out);
    else
        fprintf(out, "%" PRIu64, value);
}

static void allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    (void)option;
    snprintf(buffer, size, "copy, 0 to 63, or a name: cs0 to cs7, af11 to af43, ef, va, le");
}

const struct iptfs_value_kind iptfs_kind_dscp = {
    .name = "DSCP",
    .unit = "",
    .self_evident = true,
    .parse = parse,
    .print = print,
    .allowed = allowed,
};
