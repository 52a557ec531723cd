/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/ini.h"

#include "files/textfile.h"
#include "text/quantity.h"

#include <ctype.h>
#include <ini.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct reader {
    struct iptfs_lines lines;
    const char *line; /* the last line handed to inih, and its length */
    size_t length;
    const char *path;
    const struct iptfs_ini_events *events;
    void *ctx;
    struct iptfs_error *error;
    bool reported; /* an event was called for the line */
    int code;      /* the first error; no line is read after it */
};

static int refuse_line(struct reader *reader, const char *found, const char *allowed)
{
    return iptfs_fail(reader->error, IPTFS_E_INVALID, "%s:%u: found '%s', allowed: %s",
                      iptfs_quoted_path(reader->path).text, reader->lines.number,
                      iptfs_quoted(found).text, allowed);
}

/* Octets of the line before its comment, without the blanks in between. inih also knows comments
 * behind a value, but only those after ';'. */
static size_t without_comment(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((line[i] != ';' && line[i] != '#') || (i > 0 && !isspace((unsigned char)line[i - 1])))
            continue;
        length = i;
        break;
    }
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    return length;
}

/* Nothing but a comment may stand behind the bracket. */
static bool is_closed(const char *rest)
{
    rest += strspn(rest, " \t");
    return *rest == '\0' || *rest == ';' || *rest == '#';
}

/* inih of Debian does not report sections, so one without keys would not be seen: they are read
 * here.
 */
static int take_section(struct reader *reader, const char *line)
{
    char name[IPTFS_INI_SECTION_MAX + 1];
    const char *begin = line + 1 + strspn(line + 1, " \t");
    const char *bracket = strchr(begin, ']');
    if (bracket == NULL || !is_closed(bracket + 1))
        return refuse_line(reader, line, "[SECTION] on a line of its own");
    const char *end = bracket;
    while (end > begin && strchr(" \t", end[-1]) != NULL)
        end--;
    size_t length = (size_t)(end - begin);
    if (length > IPTFS_INI_SECTION_MAX)
        return refuse_line(reader, line, "a section name of up to 49 characters");
    memcpy(name, begin, length);
    name[length] = '\0';
    reader->reported = true;
    return reader->events->section(reader->ctx, reader->lines.number, name);
}

/* inih reports lines that it cannot read only at the end of the file: whether it reported a value
 * for a line is checked when it asks for the next one. */
static int check_last_line(struct reader *reader)
{
    if (reader->reported || reader->length == 0)
        return 0;
    char line[IPTFS_INI_LINE_MAX + 1];
    memcpy(line, reader->line, reader->length);
    line[reader->length] = '\0';
    return refuse_line(reader, line, "[SECTION], KEY = VALUE, or a comment after ';' or '#'");
}

static int take_line(struct reader *reader, char *buffer, size_t size)
{
    size_t most = size < IPTFS_INI_LINE_MAX + 2 ? size - 2 : IPTFS_INI_LINE_MAX;
    reader->reported = false;
    if (reader->length > most) {
        char begin[48];
        memcpy(begin, reader->line, sizeof begin - 1);
        begin[sizeof begin - 1] = '\0';
        return iptfs_fail(reader->error, IPTFS_E_INVALID,
                          "%s:%u: found a line of %zu characters ('%s...'), allowed: at most %zu",
                          iptfs_quoted_path(reader->path).text, reader->lines.number,
                          reader->length, iptfs_quoted(begin).text, most);
    }
    memcpy(buffer, reader->line, reader->length);
    buffer[reader->length] = '\0';
    int code = *buffer == '[' ? take_section(reader, buffer) : 0;
    strcpy(buffer + reader->length, "\n");
    return code;
}

/* Gives inih one line for each call, so that its lines and ours are the same. Blanks before a key
 * are skipped, because inih would take an indented line as a continuation of the value before. */
static char *read_line(char *buffer, int size, void *stream)
{
    struct reader *reader = stream;
    if (reader->code == 0)
        reader->code = check_last_line(reader);
    if (reader->code != 0)
        return NULL;
    reader->line = iptfs_lines_next(&reader->lines, &reader->length);
    if (reader->line == NULL) {
        reader->length = 0;
        return NULL;
    }
    reader->length = without_comment(reader->line, reader->length);
    reader->code = take_line(reader, buffer, (size_t)size);
    return reader->code == 0 ? buffer : NULL;
}

static int take_value(void *user, const char *section, const char *key, const char *value)
{
    struct reader *reader = user;
    (void)section; /* seen in take_section already */
    reader->reported = true;
    if (reader->code == 0)
        reader->code = reader->events->value(reader->ctx, reader->lines.number, key, value);
    return reader->code == 0;
}

int iptfs_ini_parse(const char *text, const char *path, const struct iptfs_ini_events *events,
                    void *ctx, struct iptfs_error *error)
{
    struct reader reader = {.path = path, .events = events, .ctx = ctx, .error = error};
    iptfs_lines_begin(&reader.lines, text);
    int result = ini_parse_stream(read_line, &reader, take_value, &reader);
    if (reader.code == 0 && result < 0)
        return iptfs_fail_no_memory(error);
    return reader.code;
}
