/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/sections.h"

#include "files/ini.h"
#include "files/textfile.h"
#include "plot/kind.h"
#include "text/quantity.h"
#include "text/suggest.h"
#include "text/word.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLOT_PREFIX "plot."

static const char *const keys[] = {"x",     "y",      "by",     "where", "kind",
                                   "title", "xlabel", "ylabel", "logx",  "logy"};
#define KEYS_TEXT "x, y, by, where, kind, title, xlabel, ylabel, logx, logy"

/* The state of reading one file. */
struct reading {
    struct iptfs_plots *plots;
    struct iptfs_plot *plot; /* of the section being read; NULL: another section */
    struct iptfs_error *error;
};

int iptfs_plot_refuse(const struct iptfs_plot *plot, unsigned line, const char *key,
                      struct iptfs_error *error, const char *format, ...)
{
    char why[700];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return iptfs_fail(error, IPTFS_E_INVALID, "%s:%u: [" PLOT_PREFIX "%s]%s%s: %s",
                      iptfs_quoted_path(plot->path).text, line != 0 ? line : plot->line, plot->name,
                      *key != '\0' ? " " : "", iptfs_quoted(key).text, why);
}

static bool is_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= IPTFS_PLOT_NAME_MAX && *name != '.' && *name != '-' &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               length;
}

static int begin_section(void *ctx, unsigned line, const char *title)
{
    struct reading *reading = ctx;
    struct iptfs_plots *plots = reading->plots;
    const char *path = plots->path, *name = title + strlen(PLOT_PREFIX);
    reading->plot = NULL;
    if (strncmp(title, PLOT_PREFIX, strlen(PLOT_PREFIX)) != 0)
        return 0;
    if (!is_name(name))
        return iptfs_fail(reading->error, IPTFS_E_INVALID,
                          "%s:%u: [%s]: found '%s', allowed: a name of 1 to %d letters, digits, "
                          "'.', '_', '-', the first no '.' or '-'",
                          iptfs_quoted_path(path).text, line, iptfs_quoted(title).text,
                          iptfs_quoted(name).text, IPTFS_PLOT_NAME_MAX);
    for (size_t i = 0; i < plots->count; i++)
        if (strcmp(plots->plots[i].name, name) == 0)
            return iptfs_fail(reading->error, IPTFS_E_INVALID,
                              "%s:%u: [%s]: found the section again (first in line %u), allowed: "
                              "once",
                              iptfs_quoted_path(path).text, line, title, plots->plots[i].line);
    struct iptfs_plot *grown = realloc(plots->plots, (plots->count + 1) * sizeof *grown);
    if (grown == NULL)
        return iptfs_fail_no_memory(reading->error);
    plots->plots = grown;
    reading->plot = &grown[plots->count++];
    *reading->plot = (struct iptfs_plot){.path = path, .line = line, .kind = iptfs_plot_kind_at(0)};
    snprintf(reading->plot->name, sizeof reading->plot->name, "%s", name);
    return 0;
}

/* -------------------------------------------------------------------------------------- values */

static void copy_trimmed(struct iptfs_plot_text *into, unsigned line, const char *begin,
                         const char *end)
{
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    snprintf(into->text, sizeof into->text, "%.*s", (int)(end - begin), begin);
    into->line = line;
}

static int take_by(struct reading *reading, unsigned line, const char *value)
{
    struct iptfs_plot *plot = reading->plot;
    for (const char *end; value != NULL; value = *end != '\0' ? end + 1 : NULL) {
        end = value + strcspn(value, ",");
        if (plot->n_by == IPTFS_PLOT_BY_MAX)
            return iptfs_plot_refuse(plot, line, "by", reading->error,
                                     "found one more key, allowed: at most %d", IPTFS_PLOT_BY_MAX);
        struct iptfs_plot_text *by = &plot->by[plot->n_by++];
        copy_trimmed(by, line, value, end);
        if (by->text[0] == '\0')
            return iptfs_plot_refuse(plot, line, "by", reading->error,
                                     "found nothing, allowed: a key between the commas");
    }
    return 0;
}

static int take_where(struct reading *reading, unsigned line, const char *value)
{
    struct iptfs_plot *plot = reading->plot;
    for (const char *end; value != NULL; value = *end != '\0' ? end + 1 : NULL) {
        end = value + strcspn(value, ";");
        const char *equals = memchr(value, '=', (size_t)(end - value));
        if (equals == NULL)
            return iptfs_plot_refuse(plot, line, "where", reading->error,
                                     "found '%s', allowed: key=value; key=value",
                                     iptfs_quoted(value).text);
        if (plot->n_where == IPTFS_PLOT_WHERE_MAX)
            return iptfs_plot_refuse(plot, line, "where", reading->error,
                                     "found one more value, allowed: at most %d",
                                     IPTFS_PLOT_WHERE_MAX);
        copy_trimmed(&plot->where_key[plot->n_where], line, value, equals);
        copy_trimmed(&plot->where_value[plot->n_where], line, equals + 1, end);
        plot->n_where++;
    }
    return 0;
}

static int take_switch(struct reading *reading, unsigned line, const char *key, const char *value,
                       bool *into, unsigned *into_line)
{
    struct iptfs_error why;
    *into_line = line;
    if (iptfs_parse_bool(value, into, &why) == 0)
        return 0;
    return iptfs_plot_refuse(reading->plot, line, key, reading->error, "%s", why.text);
}

static int take_kind(struct reading *reading, unsigned line, const char *value)
{
    struct iptfs_error why;
    reading->plot->kind_line = line;
    if (iptfs_plot_kind_find(value, &reading->plot->kind, &why) == 0)
        return 0;
    return iptfs_plot_refuse(reading->plot, line, "kind", reading->error, "%s", why.text);
}

static struct iptfs_plot_text *text_of(struct iptfs_plot *plot, const char *key)
{
    return strcmp(key, "x") == 0        ? &plot->x
           : strcmp(key, "y") == 0      ? &plot->y
           : strcmp(key, "title") == 0  ? &plot->title
           : strcmp(key, "xlabel") == 0 ? &plot->xlabel
           : strcmp(key, "ylabel") == 0 ? &plot->ylabel
                                        : NULL;
}

static int refuse_key(struct reading *reading, unsigned line, const char *key)
{
    struct iptfs_suggest nearest = {.found = key};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        iptfs_suggest_offer(&nearest, keys[i]);
    return iptfs_plot_refuse(reading->plot, line, key, reading->error,
                             "found an unknown key, allowed: " KEYS_TEXT "%s",
                             iptfs_suggest_hint(&nearest).text);
}

/* The line in which the key stood before; 0 for none. */
static unsigned line_before(struct iptfs_plot *plot, const char *key)
{
    const struct iptfs_plot_text *text = text_of(plot, key);
    return text != NULL                ? text->line
           : strcmp(key, "kind") == 0  ? plot->kind_line
           : strcmp(key, "by") == 0    ? plot->by[0].line
           : strcmp(key, "where") == 0 ? plot->where_key[0].line
           : strcmp(key, "logx") == 0  ? plot->logx_line
                                       : plot->logy_line;
}

static int take_value(void *ctx, unsigned line, const char *key, const char *value)
{
    struct reading *reading = ctx;
    struct iptfs_plot *plot = reading->plot;
    bool known = false;
    if (plot == NULL)
        return 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        known = known || strcmp(keys[i], key) == 0;
    if (!known)
        return refuse_key(reading, line, key);
    if (line_before(plot, key) != 0)
        return iptfs_plot_refuse(plot, line, key, reading->error,
                                 "found the key again (first in line %u), allowed: once",
                                 line_before(plot, key));
    struct iptfs_plot_text *text = text_of(plot, key);
    if (text != NULL) {
        copy_trimmed(text, line, value, value + strlen(value));
        return 0;
    }
    return strcmp(key, "kind") == 0    ? take_kind(reading, line, value)
           : strcmp(key, "by") == 0    ? take_by(reading, line, value)
           : strcmp(key, "where") == 0 ? take_where(reading, line, value)
           : strcmp(key, "logx") == 0
               ? take_switch(reading, line, key, value, &plot->logx, &plot->logx_line)
               : take_switch(reading, line, key, value, &plot->logy, &plot->logy_line);
}

/* ---------------------------------------------------------------------------------- the section */

static int check_plot(const struct iptfs_plot *plot, struct iptfs_error *error)
{
    const struct iptfs_plot_kind *kind = plot->kind;
    if (plot->y.text[0] == '\0')
        return iptfs_plot_refuse(plot, plot->y.line, "y", error,
                                 "found nothing, allowed: a value of the summary, as delay_s.p99");
    if (!kind->x_is_y && plot->x.text[0] == '\0')
        return iptfs_plot_refuse(plot, plot->x.line, "x", error,
                                 "found nothing, allowed: a key, as tunnel.init-delay, or a value "
                                 "of the summary");
    if (kind->x_is_y && plot->x.line != 0)
        return iptfs_plot_refuse(plot, plot->x.line, "x", error,
                                 "found '%s', allowed: nothing with kind = %s, whose x axis is y",
                                 iptfs_quoted(plot->x.text).text, kind->name);
    if (plot->logx && kind->x_has_steps)
        return iptfs_plot_refuse(plot, plot->logx_line, "logx", error,
                                 "found 'on', allowed: off with kind = %s, whose x has even steps",
                                 kind->name);
    return kind->check != NULL ? kind->check(plot, error) : 0;
}

int iptfs_plots_parse(struct iptfs_plots *plots, const char *text, const char *path,
                      struct iptfs_error *error)
{
    static const struct iptfs_ini_events events = {begin_section, take_value};
    struct reading reading = {.plots = plots, .error = error};
    *plots = (struct iptfs_plots){.path = strdup(path)};
    if (plots->path == NULL)
        return iptfs_fail_no_memory(error);
    int code = iptfs_ini_parse(text, path, &events, &reading, error);
    for (size_t i = 0; i < plots->count && code == 0; i++)
        code = check_plot(&plots->plots[i], error);
    if (code != 0)
        iptfs_plots_free(plots);
    return code;
}

void iptfs_plots_free(struct iptfs_plots *plots)
{
    free(plots->plots);
    free(plots->path);
    *plots = (struct iptfs_plots){.path = NULL};
}
