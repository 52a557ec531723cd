/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list.h"

#include "scenario/option.h"
#include "text/suggest.h"

#include <stddef.h>
#include <string.h>

/* The topics that are words, and of which key. */
static const struct {
    const char *topic;
    const char *title;
    const struct iptfs_word *words;
} word_topics[] = {
    {"modes", "Modes ([tunnel] mode)", iptfs_mode_words},
    {"traffic", "Traffic types ([traffic.NAME] type)", iptfs_traffic_words},
    {"tcp", "Variants of TCP ([traffic.NAME] tcp)", iptfs_tcp_words},
    {"devices", "Devices ([link] device)", iptfs_device_words},
    {"framings", "Framings ([link] framing)", iptfs_framing_words},
    {"ciphers", "Ciphers ([tunnel] cipher)", iptfs_cipher_words},
};
enum {
    WORD_TOPICS = sizeof word_topics / sizeof word_topics[0]
};
#define KEYS_TOPIC "keys"
enum {
    LINE_MAX_COLUMNS = 100
};

const char *iptfs_list_topics(void)
{
    return "modes, traffic, tcp, devices, framings, ciphers, " KEYS_TOPIC;
}

/* ---------------------------------------------------------------------------------- in words */

static void list_words(size_t topic, FILE *out)
{
    fprintf(out, "%s\n", word_topics[topic].title);
    for (const struct iptfs_word *word = word_topics[topic].words; word->word != NULL; word++)
        if (word->meaning != NULL)
            fprintf(out, "  %-21s %s%s%s%s\n", word->word, word->meaning,
                    word->source != NULL ? " (" : "", word->source != NULL ? word->source : "",
                    word->source != NULL ? ")" : "");
}

static const char *type_of(const struct iptfs_option *option)
{
    static const char *const names[] = {
        [IPTFS_VALUE_TIME] = "time",
        [IPTFS_VALUE_RATE] = "rate",
        [IPTFS_VALUE_OCTETS] = "octets",
        [IPTFS_VALUE_NUMBER] = "number",
        [IPTFS_VALUE_SWITCH] = "switch",
        [IPTFS_VALUE_WORD] = "word",
        [IPTFS_VALUE_PROBABILITY] = "probability",
        [IPTFS_VALUE_FACTOR] = "factor",
        [IPTFS_VALUE_LIMIT] = "octets or packets",
        [IPTFS_VALUE_LIFETIME] = "packets or time",
        [IPTFS_VALUE_SIZES] = "packet sizes",
        [IPTFS_VALUE_BREAKER] = "loss and time",
        [IPTFS_VALUE_MTUS] = "times and MTUs",
        [IPTFS_VALUE_RATES] = "times and rates",
        [IPTFS_VALUE_BLACKOUTS] = "times and lengths",
        [IPTFS_VALUE_NAME] = "name",
        [IPTFS_VALUE_LINE] = "text",
        [IPTFS_VALUE_PATH] = "file",
    };
    return names[option->value];
}

static const char *side_of(const struct iptfs_option *option)
{
    if (option->section != IPTFS_SECTION_TUNNEL)
        return "";
    return option->side == IPTFS_SIDE_OUT ? "out" : option->side == IPTFS_SIDE_IN ? "in" : "both";
}

static const char *default_of(const struct iptfs_option *option)
{
    if (option->standard == NULL)
        return option->standard_note;
    return *option->standard != '\0' ? option->standard : "nothing";
}

/* The kinds that use the option, or those that do not: "cbr, poisson". How many; none for an option
 * of all kinds. */
static unsigned list_kinds(const struct iptfs_option *option, bool used, char *buffer, size_t size)
{
    const char *kind_key = iptfs_section_kind_key(option->section);
    size_t length = 0;
    unsigned count = 0;
    buffer[0] = '\0';
    if (option->used_by == 0 || kind_key == NULL)
        return 0;
    const struct iptfs_word *word = iptfs_option_find(option->section, kind_key, NULL)->words;
    for (; word->word != NULL; word++) {
        if (iptfs_option_used(option, (unsigned)word->value) != used || length >= size)
            continue;
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", length > 0 ? ", " : "",
                                   word->word);
        count++;
    }
    return count;
}

/* For which kinds an option is, told the shorter way; false when it is for all. */
static bool list_use(const struct iptfs_option *option, const char *before, FILE *out)
{
    char with[256], without[256];
    unsigned users = list_kinds(option, true, with, sizeof with);
    if (users == 0)
        return false;
    bool few = users <= list_kinds(option, false, without, sizeof without);
    fprintf(out, "%s%s with %s %s", before, few ? "Only" : "Not",
            iptfs_section_kind_key(option->section), few ? with : without);
    return true;
}

/* Where an option comes from, and for whom it is: whatever there is of it. */
static void list_origin(const struct iptfs_option *option, FILE *out)
{
    const char *before = "      ";
    if (list_use(option, before, out))
        before = ". ";
    if (option->names != NULL) {
        fprintf(out, "%s%s", before, option->names);
        before = ". ";
    }
    if (option->source != NULL) {
        fprintf(out, "%s%s", before, option->source);
        before = ". ";
    }
    if (*before == '.')
        fputs(".\n", out);
}

/* Lines of their own, cut at blanks. */
static void list_wrapped(const char *text, FILE *out)
{
    static const char indent[] = "      ";
    const size_t most = LINE_MAX_COLUMNS - (sizeof indent - 1);
    while (strlen(text) > most) {
        size_t length = most;
        while (length > 1 && text[length] != ' ')
            length--;
        fprintf(out, "\n%s%.*s", indent, (int)length, text);
        text += length + 1;
    }
    fprintf(out, "\n%s%s\n", indent, text);
}

static void list_option(const struct iptfs_option *option, FILE *out)
{
    char allowed[256], value[300];
    iptfs_option_allowed(option, allowed, sizeof allowed);
    bool plain = option->value == IPTFS_VALUE_WORD || option->value == IPTFS_VALUE_SWITCH ||
                 option->value == IPTFS_VALUE_LINE || option->value == IPTFS_VALUE_NAME ||
                 option->value == IPTFS_VALUE_PATH || option->value == IPTFS_VALUE_BREAKER ||
                 option->value == IPTFS_VALUE_MTUS || option->value == IPTFS_VALUE_RATES ||
                 option->value == IPTFS_VALUE_BLACKOUTS || option->value == IPTFS_VALUE_LIMIT ||
                 option->value == IPTFS_VALUE_LIFETIME;
    snprintf(value, sizeof value, "%s%s%s", plain ? "" : type_of(option), plain ? "" : " ",
             allowed);
    int column =
        fprintf(out, "  %-21s %-11s %-5s ", option->key, default_of(option), side_of(option));
    /* What would stand beyond the column of others goes into a line of its own. */
    if (column + (int)strlen(value) > LINE_MAX_COLUMNS)
        list_wrapped(value, out);
    else
        fprintf(out, "%s\n", value);
    fprintf(out, "      %s\n", option->meaning);
    list_origin(option, out);
}

static void list_keys(FILE *out)
{
    fputs("Keys: name, default, direction of the SA (for [tunnel]), values\n"
          "  time    10ms     units ps, ns, us, ms, s, min, h\n"
          "  rate    10Mbps   units bps, kbps, Mbps, Gbps, Tbps (also Mb/s)\n"
          "  octets  1500     also B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)\n",
          out);
    for (int section = 0; section < IPTFS_SECTIONS; section++) {
        const struct iptfs_option *option;
        const char *name = iptfs_section_name((enum iptfs_section)section);
        fprintf(out, "\n[%s%s]", name, section == IPTFS_SECTION_TRAFFIC ? ".NAME" : "");
        if (section == IPTFS_SECTION_TUNNEL)
            fputs("  other direction: [tunnel.reverse]; one SA alone: [tunnel.out], [tunnel.in]",
                  out);
        if (section == IPTFS_SECTION_LINK)
            fputs("  other direction: [link.reverse]", out);
        fputc('\n', out);
        for (size_t i = 0; (option = iptfs_option_at((enum iptfs_section)section, i)) != NULL; i++)
            list_option(option, out);
    }
}

/* ------------------------------------------------------------------------------------- as CSV */

static void write_field(const char *text, char after, FILE *out)
{
    fputc('"', out);
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
    fputc(after, out);
}

static void list_words_as_csv(size_t topic, FILE *out)
{
    fputs("topic,word,meaning,source\n", out);
    for (const struct iptfs_word *word = word_topics[topic].words; word->word != NULL; word++) {
        if (word->meaning == NULL)
            continue;
        write_field(word_topics[topic].topic, ',', out);
        write_field(word->word, ',', out);
        write_field(word->meaning, ',', out);
        write_field(word->source, '\n', out);
    }
}

static void list_option_as_csv(const struct iptfs_option *option, FILE *out)
{
    char allowed[256], kinds[256];
    list_kinds(option, true, kinds, sizeof kinds);
    write_field(iptfs_section_name(option->section), ',', out);
    write_field(option->key, ',', out);
    write_field(side_of(option), ',', out);
    write_field(type_of(option), ',', out);
    write_field(iptfs_option_allowed(option, allowed, sizeof allowed), ',', out);
    write_field(option->standard, ',', out);
    write_field(option->standard_note, ',', out);
    write_field(kinds, ',', out);
    write_field(option->meaning, ',', out);
    write_field(option->names, ',', out);
    write_field(option->source, '\n', out);
}

static void list_keys_as_csv(FILE *out)
{
    fputs("section,key,direction,type,allowed,default,without_default,only_with,meaning,names,"
          "source\n",
          out);
    for (int section = 0; section < IPTFS_SECTIONS; section++) {
        const struct iptfs_option *option;
        for (size_t i = 0; (option = iptfs_option_at((enum iptfs_section)section, i)) != NULL; i++)
            list_option_as_csv(option, out);
    }
}

/* ------------------------------------------------------------------------------------- topics */

static int refuse_topic(const char *topic, struct iptfs_error *error)
{
    struct iptfs_text found = iptfs_quoted(topic);
    struct iptfs_suggest nearest = {.found = found.text};
    for (size_t i = 0; i < WORD_TOPICS; i++)
        iptfs_suggest_offer(&nearest, word_topics[i].topic);
    iptfs_suggest_offer(&nearest, KEYS_TOPIC);
    return iptfs_fail(error, IPTFS_E_INVALID, "list: found '%s', allowed: %s%s%s%s", found.text,
                      iptfs_list_topics(), nearest.best != NULL ? "; did you mean '" : "",
                      nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
}

static void list_all(FILE *out)
{
    for (size_t i = 0; i < WORD_TOPICS; i++) {
        list_words(i, out);
        fputc('\n', out);
    }
    list_keys(out);
}

int iptfs_list(const char *topic, bool csv, FILE *out, struct iptfs_error *error)
{
    if (topic == NULL && !csv)
        return list_all(out), 0;
    if (topic == NULL || strcmp(topic, KEYS_TOPIC) == 0)
        return (csv ? list_keys_as_csv : list_keys)(out), 0;
    for (size_t i = 0; i < WORD_TOPICS; i++)
        if (strcmp(word_topics[i].topic, topic) == 0)
            return (csv ? list_words_as_csv : list_words)(i, out), 0;
    return refuse_topic(topic, error);
}
