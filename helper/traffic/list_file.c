/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/list_file.h"

#include "base/octets.h"
#include "base/units.h"
#include "files/textfile.h"
#include "text/quantity.h"
#include "text/quoted.h"
#include "traffic/limits.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column {
    COLUMN_TIME,
    COLUMN_SIZE,
    COLUMN_TOS,
    COLUMN_IP,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT] = {"time", "size", "tos", "ip"};

#define COLUMNS_ALLOWED "time (or time_ps, time_ns, time_us, time_ms, time_s), size, tos, ip"

struct reader {
    const char *path;
    uint32_t line;
    struct iptfs_error *error;
    struct iptfs_traffic_list *list;
    bool started;                     /* a header or a row was read */
    unsigned columns;                 /* most fields of a line */
    enum column column[COLUMN_COUNT]; /* the column of each field */
    char time_unit[4];                /* from a header such as time_ns; "" for none */
};

struct fields {
    char *field[COLUMN_COUNT];
    unsigned count; /* of all fields, even more than COLUMN_COUNT */
};

static int refuse(const struct reader *r, const char *column, const char *found,
                  const char *allowed)
{
    return iptfs_fail(r->error, IPTFS_E_INVALID, "%s:%u: %s: found '%s', allowed: %s", r->path,
                      r->line, column, iptfs_quoted(found).text, allowed);
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

static void split(char *line, struct fields *fields)
{
    fields->count = 0;
    for (char *rest = line; rest != NULL;) {
        char *field = strsep(&rest, ",");
        if (fields->count < COLUMN_COUNT)
            fields->field[fields->count] = trim(field);
        fields->count++;
    }
}

/* Sets time_unit; false for a name that is neither "time" nor "time_" and a unit. */
static bool is_time_column(struct reader *r, const char *name)
{
    static const char *const units[] = {"ps", "ns", "us", "ms", "s"};
    if (strcasecmp(name, "time") == 0)
        return true;
    if (strncasecmp(name, "time_", 5) != 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(name + 5, units[i]) == 0) {
            snprintf(r->time_unit, sizeof r->time_unit, "%s", units[i]);
            return true;
        }
    }
    return false;
}

/* The column of this name, COLUMN_COUNT when there is none. */
static enum column column_named(struct reader *r, const char *name)
{
    if (is_time_column(r, name))
        return COLUMN_TIME;
    for (int i = COLUMN_SIZE; i < COLUMN_COUNT; i++)
        if (strcasecmp(name, column_names[i]) == 0)
            return (enum column)i;
    return COLUMN_COUNT;
}

static int read_header(struct reader *r, const struct fields *fields)
{
    bool seen[COLUMN_COUNT + 1] = {false};
    for (unsigned i = 0; i < fields->count && i < COLUMN_COUNT; i++) {
        enum column column = column_named(r, fields->field[i]);
        if (column == COLUMN_COUNT || seen[column])
            return refuse(r, "header", fields->field[i], "each once: " COLUMNS_ALLOWED);
        seen[column] = true;
        r->column[i] = column;
    }
    if (fields->count > COLUMN_COUNT)
        return iptfs_fail(r->error, IPTFS_E_INVALID,
                          "%s:%u: header: found %u columns, allowed: each once: " COLUMNS_ALLOWED,
                          r->path, r->line, fields->count);
    if (!seen[COLUMN_TIME] || !seen[COLUMN_SIZE])
        return refuse(r, "header", fields->field[0], "at least the columns time and size");
    r->columns = fields->count;
    return IPTFS_OK;
}

/* Puts file and line before the message of a parser. */
static int prefix_error(const struct reader *r, const char *column, int code,
                        const struct iptfs_error *why)
{
    return iptfs_fail(r->error, code, "%s:%u: %s: %s", r->path, r->line, column, why->text);
}

static int read_time_in_unit(const struct reader *r, const char *text, int64_t *time_ps)
{
    char allowed[64], with_unit[48];
    snprintf(allowed, sizeof allowed, "a number of %s, such as 1.5, in a column time_%s",
             r->time_unit, r->time_unit);
    size_t length = strlen(text);
    /* A value that ends in a letter has a unit already. */
    if (length == 0 || length > 40 || isalpha((unsigned char)text[length - 1]) ||
        (size_t)snprintf(with_unit, sizeof with_unit, "%s%s", text, r->time_unit) >=
            sizeof with_unit ||
        iptfs_parse_time(with_unit, time_ps, NULL) != IPTFS_OK)
        return refuse(r, "time", text, allowed);
    return IPTFS_OK;
}

static int read_time(const struct reader *r, const char *text, int64_t *time_ps)
{
    struct iptfs_error why;
    int code = IPTFS_OK;
    if (r->time_unit[0] != '\0')
        code = read_time_in_unit(r, text, time_ps);
    else if ((code = iptfs_parse_time(text, time_ps, &why)) != IPTFS_OK)
        return prefix_error(r, "time", code, &why);
    if (code != IPTFS_OK)
        return code;
    if (*time_ps > IPTFS_TIME_MAX_PS)
        return refuse(r, "time", text, "at most 1000h");
    if (r->list->count == 0)
        return IPTFS_OK;
    const struct iptfs_traffic_row *before = &r->list->rows[r->list->count - 1];
    if (*time_ps >= before->time_ps)
        return IPTFS_OK;
    return iptfs_fail(r->error, IPTFS_E_INVALID,
                      "%s:%u: time: found '%s', allowed: at least %s, the time in line %u", r->path,
                      r->line, iptfs_quoted(text).text, iptfs_exact_time(before->time_ps).text,
                      before->line);
}

static int read_size(const struct reader *r, const char *text, struct iptfs_traffic_row *row)
{
    struct iptfs_error why;
    uint64_t octets = 0;
    int code = iptfs_parse_octets(text, &octets, &why);
    if (code != IPTFS_OK)
        return prefix_error(r, "size", code, &why);
    if (!iptfs_traffic_octets_fit(octets, row->ip_version))
        return iptfs_fail(r->error, IPTFS_E_INVALID,
                          "%s:%u: size: found '%s', allowed: %u to %u octets", r->path, r->line,
                          iptfs_quoted(text).text, iptfs_ip_header_octets(row->ip_version),
                          iptfs_traffic_max_octets(row->ip_version));
    row->octets = (uint32_t)octets;
    return IPTFS_OK;
}

static int read_tos(const struct reader *r, const char *text, struct iptfs_traffic_row *row)
{
    uint64_t tos = 0;
    if (text[0] == '\0')
        return IPTFS_OK;
    if (iptfs_parse_number(text, &tos, NULL) != IPTFS_OK || tos > 255)
        return refuse(r, "tos", text, "0 to 255, or nothing");
    row->tos = (int16_t)tos;
    return IPTFS_OK;
}

static int read_ip(const struct reader *r, const char *text, struct iptfs_traffic_row *row)
{
    if (text[0] == '\0')
        return IPTFS_OK;
    if (strcmp(text, "4") != 0 && strcmp(text, "6") != 0)
        return refuse(r, "ip", text, "4, 6, or nothing");
    row->ip_version = (uint8_t)(text[0] - '0');
    return IPTFS_OK;
}

static int read_row(struct reader *r, const struct fields *fields)
{
    struct iptfs_traffic_row row = {.tos = -1, .df = -1, .line = r->line};
    const char *text[COLUMN_COUNT] = {"", "", "", ""};
    if (fields->count > r->columns)
        return iptfs_fail(r->error, IPTFS_E_INVALID, "%s:%u: found %u columns, allowed: %u at most",
                          r->path, r->line, fields->count, r->columns);
    for (unsigned i = 0; i < fields->count; i++)
        text[r->column[i]] = fields->field[i];
    int code = read_time(r, text[COLUMN_TIME], &row.time_ps);
    if (code == IPTFS_OK)
        code = read_tos(r, text[COLUMN_TOS], &row);
    if (code == IPTFS_OK)
        code = read_ip(r, text[COLUMN_IP], &row);
    if (code == IPTFS_OK)
        code = read_size(r, text[COLUMN_SIZE], &row);
    if (code == IPTFS_OK && iptfs_traffic_list_append(r->list, &row) != IPTFS_OK)
        code = iptfs_fail_no_memory(r->error);
    return code;
}

static int read_line(struct reader *r, char *line)
{
    struct fields fields;
    for (const char *c = line; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) && !isspace((unsigned char)*c))
            return iptfs_fail(r->error, IPTFS_E_INVALID,
                              "%s:%u: found an octet of value %d, allowed: text", r->path, r->line,
                              (unsigned char)*c);
    line[strcspn(line, "#")] = '\0';
    if (*trim(line) == '\0')
        return IPTFS_OK;
    split(line, &fields);
    bool first = !r->started;
    r->started = true;
    if (first && isalpha((unsigned char)fields.field[0][0]))
        return read_header(r, &fields);
    return read_row(r, &fields);
}

static int read_lines(struct reader *r, char *text)
{
    struct iptfs_lines lines;
    size_t length = 0;
    int code = IPTFS_OK;
    iptfs_lines_begin(&lines, text);
    for (const char *line;
         code == IPTFS_OK && (line = iptfs_lines_next(&lines, &length)) != NULL;) {
        char *own = text + (line - text);
        own[length] = '\0';
        r->line = lines.number;
        code = read_line(r, own);
    }
    if (code == IPTFS_OK && r->list->count == 0)
        return iptfs_fail(r->error, IPTFS_E_INVALID,
                          "%s: found no packet, allowed: at least one line such as '1.5ms,576'",
                          r->path);
    return code;
}

int iptfs_list_file_load(struct iptfs_traffic_list *list, const char *path,
                         struct iptfs_error *error)
{
    struct iptfs_path_text quoted = iptfs_quoted_path(path);
    struct reader r = {.path = quoted.text, .error = error, .list = list, .columns = COLUMN_COUNT};
    for (int i = 0; i < COLUMN_COUNT; i++)
        r.column[i] = (enum column)i;
    *list = (struct iptfs_traffic_list){NULL, 0, 0};
    char *text = NULL;
    int code = iptfs_textfile_read(path, &text, error);
    if (code == IPTFS_OK)
        code = read_lines(&r, text);
    free(text);
    if (code != IPTFS_OK)
        iptfs_traffic_list_free(list);
    return code;
}
