/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switches and words of an enumeration. */
#include "option/kind.h"

#include "option/option.h"
#include "text/word.h"

static int parse_switch(const struct iptfs_option *option, void *field, const char *text,
                        struct iptfs_error *error)
{
    bool on;
    int code = iptfs_parse_bool(text, &on, error);
    if (code == IPTFS_OK)
        iptfs_option_store_whole(option, field, on);
    return code;
}

static void print_switch(const struct iptfs_option *option, const void *field, FILE *out)
{
    fputs(iptfs_option_load_whole(option, field) != 0 ? "on" : "off", out);
}

static void allowed_switch(const struct iptfs_option *option, char *buffer, size_t size)
{
    (void)option;
    snprintf(buffer, size, "on, off");
}

const struct iptfs_value_kind iptfs_kind_switch = {
    .name = "switch",
    .unit = "",
    .self_evident = true,
    .parse = parse_switch,
    .print = print_switch,
    .allowed = allowed_switch,
};

const struct iptfs_word iptfs_ip_words[] = {
    {"4", 4, "IPv4", NULL},  {"6", 6, "IPv6", NULL}, {"ipv4", 4, NULL, NULL},
    {"ipv6", 6, NULL, NULL}, {NULL, 0, NULL, NULL},
};

static int parse_word(const struct iptfs_option *option, void *field, const char *text,
                      struct iptfs_error *error)
{
    struct iptfs_word words[IPTFS_OPTION_WORDS_MAX + 1];
    int value;
    int code = iptfs_parse_word(text, iptfs_option_words(option, words), &value, error);
    if (code == IPTFS_OK)
        iptfs_option_store_whole(option, field, (uint64_t)value);
    return code;
}

static void print_word(const struct iptfs_option *option, const void *field, FILE *out)
{
    fputs(iptfs_option_word_of(option, (unsigned)iptfs_option_load_whole(option, field)), out);
}

static void allowed_words(const struct iptfs_option *option, char *buffer, size_t size)
{
    struct iptfs_word words[IPTFS_OPTION_WORDS_MAX + 1];
    iptfs_list_words(iptfs_option_words(option, words), buffer, size);
}

const struct iptfs_value_kind iptfs_kind_word = {
    .name = "word",
    .unit = "",
    .self_evident = true,
    .parse = parse_word,
    .print = print_word,
    .allowed = allowed_words,
};
