/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, lines of free text and paths of files: fields of type char *, which own their text. */
#include "option/kind.h"

#include "option/option.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static char *load(const void *field)
{
    char *text;
    memcpy(&text, field, sizeof text);
    return text;
}

static int store(void *field, const char *text, struct iptfs_error *error)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return iptfs_fail_no_memory(error);
    free(load(field));
    memcpy(field, &copy, sizeof copy);
    return IPTFS_OK;
}

static void print(const struct iptfs_option *option, const void *field, FILE *out)
{
    (void)option;
    fputs(load(field) != NULL ? load(field) : "", out);
}

static int copy(void *field, const void *from)
{
    if (load(from) != NULL)
        return store(field, load(from), NULL);
    memcpy(field, from, sizeof(char *));
    return IPTFS_OK;
}

static void clear(void *field)
{
    static char *const nothing = NULL;
    free(load(field));
    memcpy(field, &nothing, sizeof nothing);
}

static bool empty(const void *field)
{
    return load(field) == NULL || *load(field) == '\0';
}

/* Fit for the name of a folder, and not to be taken for an option on a command line. */
static bool is_name(const char *text, uint64_t most)
{
    size_t length = strlen(text);
    if (length == 0 || length > most || *text == '.' || *text == '-')
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80 ||
            (!isalnum((unsigned char)*text) && !strchr("._-", *text)))
            return false;
    return true;
}

/* Whether an INI file can hold the text: ';' and '#' would begin a comment at the start and after a
 * blank. */
static bool is_line(const char *text, uint64_t most)
{
    if (most != 0 && strlen(text) > most)
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) ||
            ((*c == ';' || *c == '#') && (c == text || isspace((unsigned char)c[-1]))))
            return false;
    return true;
}

static int parse_name(const struct iptfs_option *option, void *field, const char *text,
                      struct iptfs_error *error)
{
    if (!is_name(text, option->maximum))
        return iptfs_option_refuse(option, text, error);
    return store(field, text, error);
}

static void allowed_name(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size,
             "1 to %" PRIu64 " letters, digits, '.', '_', '-', the first no '.' or '-'",
             option->maximum);
}

static int parse_line(const struct iptfs_option *option, void *field, const char *text,
                      struct iptfs_error *error)
{
    if (!is_line(text, option->maximum) || (option->required && *text == '\0'))
        return iptfs_option_refuse(option, text, error);
    return store(field, text, error);
}

static void allowed_line(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size, "one line of up to %" PRIu64 " octets, without ' ;' and ' #'",
             option->maximum);
}

static void allowed_path(const struct iptfs_option *option, char *buffer, size_t size)
{
    snprintf(buffer, size, "a file%s", option->required ? "" : ", or nothing");
}

const struct iptfs_value_kind iptfs_kind_name = {
    .name = "name",
    .unit = "",
    .self_evident = true,
    .parse = parse_name,
    .print = print,
    .allowed = allowed_name,
    .copy = copy,
    .clear = clear,
    .empty = empty,
};

const struct iptfs_value_kind iptfs_kind_line = {
    .name = "text",
    .unit = "",
    .self_evident = true,
    .parse = parse_line,
    .print = print,
    .allowed = allowed_line,
    .copy = copy,
    .clear = clear,
    .empty = empty,
};

const struct iptfs_value_kind iptfs_kind_path = {
    .name = "file",
    .unit = "",
    .self_evident = true,
    .parse = parse_line,
    .print = print,
    .allowed = allowed_path,
    .copy = copy,
    .clear = clear,
    .empty = empty,
};
