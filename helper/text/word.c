/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/word.h"

#include "text/blanks.h"
#include "text/quoted.h"
#include "text/suggest.h"

#include <stdio.h>
#include <string.h>

char *iptfs_list_words(const struct iptfs_word *words, char *buffer, size_t size)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (const struct iptfs_word *word = words; word->word != NULL; word++)
        if (word->meaning != NULL && length < size)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", word->word);
    return buffer;
}

int iptfs_parse_word(const char *text, const struct iptfs_word *words, int *value,
                     struct iptfs_error *error)
{
    struct iptfs_text found = iptfs_quoted(text);
    struct iptfs_suggest nearest = {.found = found.text};
    for (const struct iptfs_word *word = words; word->word != NULL; word++) {
        if (iptfs_is_word(text, word->word)) {
            *value = word->value;
            return 0;
        }
        iptfs_suggest_offer(&nearest, word->word);
    }
    char allowed[256];
    return iptfs_refuse_value(text, iptfs_list_words(words, allowed, sizeof allowed), nearest.best,
                              error);
}

const char *iptfs_word_of(const struct iptfs_word *words, int value)
{
    for (const struct iptfs_word *word = words; word->word != NULL; word++)
        if (word->value == value)
            return word->word;
    return "?";
}

int iptfs_parse_bool(const char *text, bool *value, struct iptfs_error *error)
{
    static const struct iptfs_word words[] = {
        {"on", 1, "", NULL}, {"off", 0, "", NULL},  {"yes", 1, "", NULL},
        {"no", 0, "", NULL}, {"true", 1, "", NULL}, {"false", 0, "", NULL},
        {"1", 1, "", NULL},  {"0", 0, "", NULL},    {NULL, 0, NULL, NULL},
    };
    int number;
    int code = iptfs_parse_word(text, words, &number, error);
    if (code == 0)
        *value = number != 0;
    return code;
}
