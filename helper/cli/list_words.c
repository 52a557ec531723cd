/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list_words.h"

#include "packet/drop_cause.h"
#include "plot/kind.h"
#include "scenario/sections.h"
#include "sweep/engine.h"
#include "sweep/own_keys.h"
#include "text/csv.h"
#include "text/json_build.h"

/* ------------------------------------------------------------------------------- where they are */

/* The word at an index among those of a key; another spelling of a word is no row. */
static bool key_word_at(const struct iptfs_section *section, const char *key, size_t index,
                        struct iptfs_list_word *row)
{
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    const struct iptfs_option *option = iptfs_section_find(section, key, NULL);
    const struct iptfs_word *word = iptfs_option_words(option, buffer);
    for (; word->word != NULL; word++)
        if (word->meaning != NULL && index-- == 0) {
            *row = (struct iptfs_list_word){word->word, word->meaning, word->source};
            return true;
        }
    return false;
}

bool iptfs_list_mode_at(size_t index, struct iptfs_list_word *word)
{
    return key_word_at(&iptfs_section_tunnel, "mode", index, word);
}

bool iptfs_list_traffic_at(size_t index, struct iptfs_list_word *word)
{
    return key_word_at(&iptfs_section_traffic, "type", index, word);
}

bool iptfs_list_tcp_at(size_t index, struct iptfs_list_word *word)
{
    return key_word_at(&iptfs_section_traffic, "tcp", index, word);
}

bool iptfs_list_device_at(size_t index, struct iptfs_list_word *word)
{
    return key_word_at(&iptfs_section_link, "device", index, word);
}

bool iptfs_list_framing_at(size_t index, struct iptfs_list_word *word)
{
    return key_word_at(&iptfs_section_link, "framing", index, word);
}

bool iptfs_list_cipher_at(size_t index, struct iptfs_list_word *word)
{
    return key_word_at(&iptfs_section_tunnel, "cipher", index, word);
}

bool iptfs_list_cause_at(size_t index, struct iptfs_list_word *word)
{
    static const char *const places[] = {
        [IPTFS_DROP_AT_SENDER] = "sender",
        [IPTFS_DROP_AT_LINK] = "link",
        [IPTFS_DROP_AT_RECEIVER] = "receiver",
    };
    enum iptfs_drop_cause cause = iptfs_drop_cause_at(index);
    if (cause == IPTFS_DROP_NONE)
        return false;
    *word = (struct iptfs_list_word){iptfs_drop_cause_name(cause), iptfs_drop_cause_meaning(cause),
                                     places[iptfs_drop_cause_place(cause)]};
    return true;
}

bool iptfs_list_plot_at(size_t index, struct iptfs_list_word *word)
{
    const struct iptfs_plot_kind *kind = iptfs_plot_kind_at(index);
    if (kind == NULL)
        return false;
    *word = (struct iptfs_list_word){kind->name, kind->meaning, NULL};
    return true;
}

bool iptfs_list_engine_at(size_t index, struct iptfs_list_word *word)
{
    const struct iptfs_sweep_engine *engine = iptfs_sweep_engine_at(index);
    if (engine == NULL)
        return false;
    *word = (struct iptfs_list_word){engine->name, engine->meaning, NULL};
    return true;
}

bool iptfs_list_sweep_key_at(size_t index, struct iptfs_list_word *word)
{
    const struct iptfs_sweep_own_key *key = iptfs_sweep_own_key_at(index);
    if (key == NULL)
        return false;
    *word = (struct iptfs_list_word){key->form, key->meaning, NULL};
    return true;
}

/* ----------------------------------------------------------------------------- how they look */

void iptfs_list_words_text(const char *title, iptfs_list_word_at *at, FILE *out)
{
    struct iptfs_list_word word;
    fprintf(out, "%s\n", title);
    for (size_t i = 0; at(i, &word); i++)
        fprintf(out, "  %-21s %s%s%s%s\n", word.word, word.meaning, word.origin != NULL ? " (" : "",
                word.origin != NULL ? word.origin : "", word.origin != NULL ? ")" : "");
}

void iptfs_list_words_csv(const char *topic, const char *origin, iptfs_list_word_at *at, FILE *out)
{
    struct iptfs_list_word word;
    struct iptfs_csv csv = {.out = out};
    fprintf(out, "topic,word,meaning,%s\n", origin);
    for (size_t i = 0; at(i, &word); i++) {
        const char *const fields[] = {topic, word.word, word.meaning, word.origin};
        for (size_t j = 0; j < sizeof fields / sizeof fields[0]; j++)
            iptfs_csv_text(&csv, fields[j]);
        iptfs_csv_end(&csv);
    }
}

void iptfs_list_words_markdown(iptfs_list_word_at *at, FILE *out)
{
    struct iptfs_list_word word;
    fputs("| word | meaning |\n| --- | --- |\n", out);
    for (size_t i = 0; at(i, &word); i++)
        fprintf(out, "| `%s` | %s%s%s%s |\n", word.word, word.meaning,
                word.origin != NULL ? " (" : "", word.origin != NULL ? word.origin : "",
                word.origin != NULL ? ")" : "");
}

json_t *iptfs_list_words_json(const char *origin, iptfs_list_word_at *at)
{
    struct iptfs_list_word word;
    json_t *rows = json_array();
    for (size_t i = 0; at(i, &word); i++)
        iptfs_json_append(&rows, json_pack("{s:s, s:s, s:s?}", "word", word.word, "meaning",
                                           word.meaning, origin, word.origin));
    return rows;
}
