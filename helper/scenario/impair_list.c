/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/impair_list.h"

#include "base/units.h"
#include "files/textfile.h"
#include "text/quantity.h"
#include "text/word.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIELDS_MAX = 3,
    LINE_MAX_CHAR = 127
};

static const struct iptfs_word actions[] = {
    {"drop", IPTFS_IMPAIR_DROP, "", NULL},
    {"delay", IPTFS_IMPAIR_DELAY, "", NULL},
    {"dup", IPTFS_IMPAIR_DUPLICATE, "", NULL},
    {"ce", IPTFS_IMPAIR_CE, "", NULL},
    {NULL, 0, NULL, NULL},
};

static const char *form_of(enum iptfs_impair_action action)
{
    switch (action) {
    case IPTFS_IMPAIR_DROP:
        return "drop,SEQ";
    case IPTFS_IMPAIR_DELAY:
        return "delay,SEQ,TIME";
    case IPTFS_IMPAIR_DUPLICATE:
        return "dup,SEQ,TIME or dup,SEQ";
    default:
        return "ce,SEQ";
    }
}

/* Cuts the line at its commas; more fields than fit are counted, not kept. */
static size_t split(char *line, char *fields[FIELDS_MAX])
{
    size_t count = 0;
    for (char *field = line; field != NULL; count++) {
        char *comma = strchr(field, ',');
        if (count < FIELDS_MAX)
            fields[count] = field;
        if (comma != NULL)
            *comma++ = '\0';
        field = comma;
    }
    return count;
}

static int read_number(const char *text, uint64_t *seq, struct iptfs_error *error)
{
    int code = iptfs_parse_number(text, seq, error);
    if (code == 0 && *seq == 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "found '%s', allowed: a sequence number, the first is 1",
                          iptfs_quoted(text).text);
    return code;
}

static int read_item(char *line, struct iptfs_impair_item *item, struct iptfs_error *error)
{
    char *fields[FIELDS_MAX];
    struct iptfs_text whole = iptfs_quoted(line);
    size_t count = split(line, fields);
    int action;
    int code = iptfs_parse_word(fields[0], actions, &action, error);
    if (code != 0)
        return code;
    *item = (struct iptfs_impair_item){.action = (enum iptfs_impair_action)action};
    bool with_time = count == 3 &&
                     (item->action == IPTFS_IMPAIR_DELAY || item->action == IPTFS_IMPAIR_DUPLICATE);
    if (!with_time && (count != 2 || item->action == IPTFS_IMPAIR_DELAY))
        return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: %s", whole.text,
                          form_of(item->action));
    code = read_number(fields[1], &item->seq, error);
    if (code == 0 && with_time)
        code = iptfs_parse_time(fields[2], &item->extra_ps, error);
    if (code == 0 && item->extra_ps > IPTFS_TIME_MAX_PS)
        return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: at most 1000h",
                          iptfs_quoted(fields[2]).text);
    return code;
}

struct list {
    struct iptfs_impair_item *items;
    size_t count;
    size_t capacity;
};

static int append(struct list *list, const struct iptfs_impair_item *item,
                  struct iptfs_error *error)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct iptfs_impair_item *grown = realloc(list->items, capacity * sizeof *grown);
        if (grown == NULL)
            return iptfs_fail_no_memory(error);
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *item;
    return 0;
}

static int read_line(struct list *list, const char *begin, size_t length, struct iptfs_error *error)
{
    char line[LINE_MAX_CHAR + 1];
    struct iptfs_impair_item item;
    const char *comment = memchr(begin, '#', length);
    if (comment != NULL)
        length = (size_t)(comment - begin);
    if (length > LINE_MAX_CHAR)
        return iptfs_fail(error, IPTFS_E_INVALID, "found %zu characters, allowed: at most %d",
                          length, LINE_MAX_CHAR);
    memcpy(line, begin, length);
    line[length] = '\0';
    if (line[strspn(line, " \t")] == '\0')
        return 0;
    int code = read_item(line, &item, error);
    return code != 0 ? code : append(list, &item, error);
}

int iptfs_impair_list_load(const char *path, struct iptfs_impair_item **items, size_t *count,
                           struct iptfs_error *error)
{
    char *text;
    int code = iptfs_textfile_read(path, &text, error);
    if (code != 0)
        return code;
    struct list list = {NULL, 0, 0};
    struct iptfs_lines lines;
    struct iptfs_error why;
    size_t length;
    const char *begin;
    iptfs_lines_begin(&lines, text);
    while (code == 0 && (begin = iptfs_lines_next(&lines, &length)) != NULL)
        code = read_line(&list, begin, length, &why);
    free(text);
    if (code != 0) {
        free(list.items);
        return iptfs_fail(error, code, "%s:%u: %s", iptfs_quoted_path(path).text, lines.number,
                          why.text);
    }
    *items = list.items;
    *count = list.count;
    return 0;
}
