/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list.h"

#include "scenario/sections.h"
#include "text/quoted.h"
#include "text/suggest.h"

#include <stddef.h>
#include <string.h>

/* The topics that are the words of a key. */
static const struct {
    const char *topic;
    const char *title;
    const struct iptfs_section *section;
    const char *key;
} word_topics[] = {
    {"modes", "Modes ([tunnel] mode)", &iptfs_section_tunnel, "mode"},
    {"traffic", "Traffic types ([traffic.NAME] type)", &iptfs_section_traffic, "type"},
    {"tcp", "Variants of TCP ([traffic.NAME] tcp)", &iptfs_section_traffic, "tcp"},
    {"devices", "Devices ([link] device)", &iptfs_section_link, "device"},
    {"framings", "Framings ([link] framing)", &iptfs_section_link, "framing"},
    {"ciphers", "Ciphers ([tunnel] cipher)", &iptfs_section_tunnel, "cipher"},
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

/* The words of a topic; `buffer` holds those that stand in another table. */
static const struct iptfs_word *words_of(size_t topic,
                                         struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1])
{
    return iptfs_option_words(
        iptfs_section_find(word_topics[topic].section, word_topics[topic].key, NULL), buffer);
}

static void list_words(size_t topic, FILE *out)
{
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    fprintf(out, "%s\n", word_topics[topic].title);
    for (const struct iptfs_word *word = words_of(topic, buffer); word->word != NULL; word++)
        if (word->meaning != NULL)
            fprintf(out, "  %-21s %s%s%s%s\n", word->word, word->meaning,
                    word->source != NULL ? " (" : "", word->source != NULL ? word->source : "",
                    word->source != NULL ? ")" : "");
}

static const char *side_of(const struct iptfs_section *section, const struct iptfs_option *option)
{
    if (!section->sided)
        return "";
    return option->side == IPTFS_SIDE_OUT ? "out" : option->side == IPTFS_SIDE_IN ? "in" : "both";
}

static const char *default_of(const struct iptfs_option *option)
{
    if (option->standard == NULL)
        return option->standard_note;
    return *option->standard != '\0' ? option->standard : "nothing";
}

/* The kinds of a section that use the option, or those that do not: "cbr, poisson". Returns how
 * many; none for an option that all kinds use. */
static unsigned list_kinds(const struct iptfs_section *section, const struct iptfs_option *option,
                           bool used, char *buffer, size_t size)
{
    struct iptfs_word words[IPTFS_OPTION_WORDS_MAX + 1];
    size_t length = 0;
    unsigned count = 0, all = 0;
    buffer[0] = '\0';
    if (section->uses == NULL)
        return 0;
    const struct iptfs_word *word = iptfs_option_words(iptfs_section_kind_option(section), words);
    for (; word->word != NULL; word++, all++) {
        if (iptfs_section_uses(section, option, (unsigned)word->value) != used || length >= size)
            continue;
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", length > 0 ? ", " : "",
                                   word->word);
        count++;
    }
    if (!used || count < all)
        return count;
    buffer[0] = '\0';
    return 0;
}

/* For which kinds an option is, in the shorter way; false when it is for all. */
static bool list_use(const struct iptfs_section *section, const struct iptfs_option *option,
                     const char *before, FILE *out)
{
    char with[256], without[256];
    unsigned users = list_kinds(section, option, true, with, sizeof with);
    if (users == 0)
        return false;
    bool few = users <= list_kinds(section, option, false, without, sizeof without);
    fprintf(out, "%s%s with %s %s", before, few ? "Only" : "Not", section->kind_key,
            few ? with : without);
    return true;
}

/* Where an option comes from, and for whom it is: whatever there is of it. */
static void list_origin(const struct iptfs_section *section, const struct iptfs_option *option,
                        FILE *out)
{
    const char *before = "      ";
    if (list_use(section, option, before, out))
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

static void list_option(const struct iptfs_section *section, const struct iptfs_option *option,
                        FILE *out)
{
    char allowed[256], value[300];
    bool named = !option->kind->self_evident;
    snprintf(value, sizeof value, "%s%s%s", named ? option->kind->name : "", named ? " " : "",
             iptfs_option_allowed(option, allowed, sizeof allowed));
    int column = fprintf(out, "  %-21s %-11s %-5s ", option->key, default_of(option),
                         side_of(section, option));
    /* What would stand beyond the column of others goes into a line of its own. */
    if (column + (int)strlen(value) > LINE_MAX_COLUMNS)
        list_wrapped(value, out);
    else
        fprintf(out, "%s\n", value);
    fprintf(out, "      %s\n", option->meaning);
    list_origin(section, option, out);
}

static void list_keys(FILE *out)
{
    const struct iptfs_section *section;
    const struct iptfs_option *option;
    fputs("Keys: name, default, direction of the SA (for [tunnel]), values\n"
          "  time    10ms     units ps, ns, us, ms, s, min, h\n"
          "  rate    10Mbps   units bps, kbps, Mbps, Gbps, Tbps (also Mb/s)\n"
          "  octets  1500     also B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)\n",
          out);
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++) {
        fprintf(out, "\n[%s]%s%s\n", section->title, section->note != NULL ? "  " : "",
                section->note != NULL ? section->note : "");
        for (size_t j = 0; (option = section->option_at(j)) != NULL; j++)
            list_option(section, option, out);
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
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    fputs("topic,word,meaning,source\n", out);
    for (const struct iptfs_word *word = words_of(topic, buffer); word->word != NULL; word++) {
        if (word->meaning == NULL)
            continue;
        write_field(word_topics[topic].topic, ',', out);
        write_field(word->word, ',', out);
        write_field(word->meaning, ',', out);
        write_field(word->source, '\n', out);
    }
}

static void list_option_as_csv(const struct iptfs_section *section,
                               const struct iptfs_option *option, FILE *out)
{
    char allowed[256], kinds[256];
    list_kinds(section, option, true, kinds, sizeof kinds);
    write_field(section->name, ',', out);
    write_field(option->key, ',', out);
    write_field(side_of(section, option), ',', out);
    write_field(option->kind->name, ',', out);
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
    const struct iptfs_section *section;
    const struct iptfs_option *option;
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++)
        for (size_t j = 0; (option = section->option_at(j)) != NULL; j++)
            list_option_as_csv(section, option, out);
}

/* ------------------------------------------------------------------------------------- topics */

static int refuse_topic(const char *topic, struct iptfs_error *error)
{
    struct iptfs_text found = iptfs_quoted(topic);
    struct iptfs_suggest nearest = {.found = found.text};
    for (size_t i = 0; i < WORD_TOPICS; i++)
        iptfs_suggest_offer(&nearest, word_topics[i].topic);
    iptfs_suggest_offer(&nearest, KEYS_TOPIC);
    return iptfs_fail(error, IPTFS_E_INVALID, "list: found '%s', allowed: %s%s", found.text,
                      iptfs_list_topics(), iptfs_suggest_hint(&nearest).text);
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
