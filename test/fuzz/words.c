/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two texts, with a line's end between them: as words that may be near each other, as names of
 * options and values, in messages, in CSV, cut into pieces. */
#include "fuzz/fuzz.h"
#include "scenario/sections.h"
#include "sweep/piece.h"
#include "text/csv.h"
#include "text/quoted.h"
#include "text/suggest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void check_distance(const char *a, const char *b)
{
    size_t distance = iptfs_word_distance(a, b), longer = strlen(a);
    struct iptfs_suggest nearest = {.found = a};
    longer = strlen(b) > longer ? strlen(b) : longer;
    MUST(iptfs_word_distance(b, a) == distance);
    MUST(distance == SIZE_MAX || distance <= longer);
    MUST((distance == 0) == (longer <= 64 && strcasecmp(a, b) == 0));
    iptfs_suggest_offer(&nearest, b);
    MUST(nearest.best == NULL || nearest.best == b);
    struct iptfs_suggest_hint hint = iptfs_suggest_hint(&nearest);
    MUST(strlen(hint.text) < sizeof hint.text);
}

static void check_quoted(const char *text)
{
    struct iptfs_text quoted = iptfs_quoted(text);
    MUST(strlen(quoted.text) < sizeof quoted.text);
    for (const char *c = quoted.text; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
}

static void check_name(const char *name)
{
    const struct iptfs_section *section = NULL;
    const struct iptfs_option *option = iptfs_section_option_named(name, &section);
    MUST(option == NULL || strcmp(strrchr(name, '.') + 1, option->key) == 0);
}

/* Takes a field of CSV, as RFC 4180 describes it, from *line; false where it differs. */
static bool same_field(const char **line, const char *text)
{
    const char *next = *line;
    bool quoted = *next == '"';
    next += quoted;
    for (; *text != '\0'; text++, next++) {
        if (quoted && *text == '"' && *next++ != '"')
            return false;
        if (*next != *text)
            return false;
    }
    if (quoted && *next++ != '"')
        return false;
    *line = next;
    return true;
}

static void check_csv(const char *a, const char *b)
{
    static FILE *file;
    static char *text;
    static size_t size;
    if (file == NULL)
        file = open_memstream(&text, &size);
    rewind(file);
    struct iptfs_csv csv = {.out = file};
    iptfs_csv_text(&csv, a);
    iptfs_csv_text(&csv, b);
    iptfs_csv_end(&csv);
    fputc('\0', file);
    fflush(file);
    const char *line = text;
    MUST(same_field(&line, a) && *line++ == ',' && same_field(&line, b));
    MUST(strcmp(line, "\n") == 0 || strcmp(line, "\r\n") == 0);
}

static void check_pieces(const char *text)
{
    const char *rest = text, *end = text;
    struct iptfs_piece piece;
    while (iptfs_piece_next(&rest, ',', &piece)) {
        MUST(piece.begin >= end);
        end = piece.begin + piece.length;
        MUST(end <= text + strlen(text));
        MUST(piece.length == 0 || (!isspace((unsigned char)*piece.begin) &&
                                   !isspace((unsigned char)piece.begin[piece.length - 1])));
    }
}

void fuzz_words(const uint8_t *bytes, size_t octets)
{
    char *text = fuzz_text(bytes, octets);
    if (text == NULL)
        return;
    char *second = strchr(text, '\n');
    if (second != NULL)
        *second++ = '\0';
    else
        second = text + strlen(text);
    check_distance(text, second);
    check_quoted(text);
    check_quoted(second);
    check_name(text);
    check_csv(text, second);
    check_pieces(second);
    free(text);
}
