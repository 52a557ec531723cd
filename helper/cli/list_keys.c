/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/list_keys.h"

#include "scenario/sections.h"
#include "text/csv.h"
#include "text/json_build.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    MAX_COLUMNS = 100
};

/* An option with the texts that lists show of it. */
struct row {
    const struct iptfs_section *section;
    const struct iptfs_option *option;
    const char *direction; /* of the SA: "in", "out", "both"; "" outside of [tunnel] */
    char allowed[256];
    char users[256];     /* the modes or types that use it, "cbr, poisson"; "" for all */
    char non_users[256]; /* the others, */
    bool few_users;      /* which are more */
};

static const char *direction_of(const struct iptfs_section *section,
                                const struct iptfs_option *option)
{
    if (!section->sided)
        return "";
    return option->side == IPTFS_SIDE_OUT ? "out" : option->side == IPTFS_SIDE_IN ? "in" : "both";
}

static void append(char *list, size_t size, const char *word)
{
    size_t length = strlen(list);
    snprintf(list + length, size - length, "%s%s", length > 0 ? ", " : "", word);
}

/* Which kinds of its section use the option. */
static void find_users(struct row *row)
{
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    unsigned users = 0, others = 0;
    if (row->section->uses == NULL)
        return;
    const struct iptfs_word *word =
        iptfs_option_words(iptfs_section_kind_option(row->section), buffer);
    for (; word->word != NULL; word++) {
        bool uses = iptfs_section_uses(row->section, row->option, (unsigned)word->value);
        append(uses ? row->users : row->non_users, sizeof row->users, word->word);
        *(uses ? &users : &others) += 1;
    }
    row->few_users = users <= others;
    if (others == 0)
        row->users[0] = '\0';
}

static struct row make_row(const struct iptfs_section *section, const struct iptfs_option *option)
{
    struct row row = {
        .section = section, .option = option, .direction = direction_of(section, option)};
    iptfs_option_allowed(option, row.allowed, sizeof row.allowed);
    find_users(&row);
    return row;
}

/* Calls `list` with each option, and `begin` (may be NULL) before those of a section. */
static void walk(void (*begin)(const struct iptfs_section *section, void *ctx),
                 void (*list)(const struct row *row, void *ctx), void *ctx)
{
    const struct iptfs_section *section;
    const struct iptfs_option *option;
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++) {
        if (begin != NULL)
            begin(section, ctx);
        for (size_t j = 0; (option = section->option_at(j)) != NULL; j++) {
            struct row row = make_row(section, option);
            list(&row, ctx);
        }
    }
}

/* ------------------------------------------------------------------------------------- as text */

static const char *default_text(const struct iptfs_option *option)
{
    if (option->standard == NULL)
        return option->standard_note;
    return *option->standard != '\0' ? option->standard : "nothing";
}

/* "Only with mode fixed-rate. Linux: pkt-size. RFC 9347, 2.2.", whatever there is of it. */
static void write_origin(const struct row *row, const char *before, FILE *out)
{
    const struct iptfs_option *option = row->option;
    const char *separator = before;
    if (*row->users != '\0') {
        fprintf(out, "%s%s with %s %s", separator, row->few_users ? "Only" : "Not",
                row->section->kind_key, row->few_users ? row->users : row->non_users);
        separator = ". ";
    }
    if (option->names != NULL) {
        fprintf(out, "%s%s", separator, option->names);
        separator = ". ";
    }
    if (option->source != NULL) {
        fprintf(out, "%s%s", separator, option->source);
        separator = ". ";
    }
    if (*separator == '.')
        fputs(".\n", out);
}

/* Lines of their own, cut at blanks. */
static void write_wrapped(const char *text, FILE *out)
{
    static const char indent[] = "      ";
    const size_t max = MAX_COLUMNS - (sizeof indent - 1);
    while (strlen(text) > max) {
        size_t length = max;
        while (length > 1 && text[length] != ' ')
            length--;
        fprintf(out, "\n%s%.*s", indent, (int)length, text);
        text += length + 1;
    }
    fprintf(out, "\n%s%s\n", indent, text);
}

static void begin_section_text(const struct iptfs_section *section, void *ctx)
{
    fprintf(ctx, "\n[%s]%s%s\n", section->title, section->note != NULL ? "  " : "",
            section->note != NULL ? section->note : "");
}

static void write_text(const struct row *row, void *ctx)
{
    FILE *out = ctx;
    const struct iptfs_option *option = row->option;
    char value[300];
    bool named = !option->kind->self_evident;
    snprintf(value, sizeof value, "%s%s%s", named ? option->kind->name : "", named ? " " : "",
             row->allowed);
    int column =
        fprintf(out, "  %-21s %-11s %-5s ", option->key, default_text(option), row->direction);
    /* What would go beyond the last column gets lines of its own. */
    if (column + (int)strlen(value) > MAX_COLUMNS)
        write_wrapped(value, out);
    else
        fprintf(out, "%s\n", value);
    fprintf(out, "      %s\n", option->meaning);
    write_origin(row, "      ", out);
}

void iptfs_list_keys_text(FILE *out)
{
    fputs("Keys: name, default, direction of the SA (for [tunnel]), values\n"
          "  time    10ms     units ps, ns, us, ms, s, min, h\n"
          "  rate    10Mbps   units bps, kbps, Mbps, Gbps, Tbps (also Mb/s)\n"
          "  octets  1500     also B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)\n",
          out);
    walk(begin_section_text, write_text, out);
}

/* -------------------------------------------------------------------------------------- as CSV */

static void write_csv(const struct row *row, void *ctx)
{
    struct iptfs_csv *csv = ctx;
    const struct iptfs_option *option = row->option;
    const char *const fields[] = {
        row->section->name, option->key,      row->direction,        option->kind->name,
        row->allowed,       option->standard, option->standard_note, row->users,
        option->meaning,    option->names,    option->source,
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        iptfs_csv_text(csv, fields[i]);
    iptfs_csv_end(csv);
}

int iptfs_list_keys_csv(FILE *out)
{
    struct iptfs_csv csv = {.out = out};
    fputs("section,key,direction,type,allowed,default,without_default,only_with,meaning,names,"
          "source\n",
          out);
    walk(NULL, write_csv, &csv);
    return IPTFS_OK;
}

/* ------------------------------------------------------------------------------------- as JSON */

/* "cbr, poisson" as an array. */
static json_t *split(const char *list)
{
    json_t *array = json_array();
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        iptfs_json_append(&array, json_stringn(list, length));
        list += length + strspn(list + length, ", ");
    }
    return array;
}

/* The words of an option; JSON's null for an option that is no choice of words. */
static json_t *words_of(const struct iptfs_option *option)
{
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    json_t *array;
    if (option->words == NULL && option->word_at == NULL)
        return json_null();
    array = json_array();
    const struct iptfs_word *word = iptfs_option_words(option, buffer);
    for (; word->word != NULL; word++)
        iptfs_json_append(&array, json_string(word->word));
    return array;
}

static void add_json(const struct row *row, void *ctx)
{
    const struct iptfs_option *option = row->option;
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:b, s:s, s:o, s:o, s:s, s:s?, s:s?}", "section",
        row->section->name, "key", option->key, "kind", option->kind->name, "unit",
        option->kind->unit != NULL ? option->kind->unit : "", "direction", row->direction,
        "default", option->standard, "without_default", option->standard_note, "required",
        option->required, "allowed", row->allowed, "words", words_of(option), "used_by",
        *row->users != '\0' ? split(row->users) : json_null(), "meaning", option->meaning, "names",
        option->names, "source", option->source);
    iptfs_json_append(ctx, object);
}

json_t *iptfs_list_keys_json(void)
{
    json_t *rows = json_array();
    walk(NULL, add_json, &rows);
    return rows;
}

/* --------------------------------------------------------------------------------- as Markdown */

/* '|' ends a cell of a table. */
static void write_cell(const char *text, FILE *out)
{
    for (; *text != '\0'; text++)
        fprintf(out, *text == '|' ? "\\|" : "%c", *text);
}

static void begin_section_markdown(const struct iptfs_section *section, void *ctx)
{
    FILE *out = ctx;
    fprintf(out, "\n## [%s]\n\n", section->title);
    if (section->note != NULL)
        fprintf(out, "%s\n\n", section->note);
    fputs("| key | default | values | meaning |\n| --- | --- | --- | --- |\n", out);
}

static void write_markdown(const struct row *row, void *ctx)
{
    FILE *out = ctx;
    const struct iptfs_option *option = row->option;
    fprintf(out, "| `%s` | ", option->key);
    if (option->standard != NULL && *option->standard != '\0')
        fprintf(out, "`%s`", option->standard);
    else
        write_cell(default_text(option), out);
    fprintf(out, " | %s%s", option->kind->self_evident ? "" : option->kind->name,
            option->kind->self_evident ? "" : " ");
    write_cell(row->allowed, out);
    fputs(" | ", out);
    write_cell(option->meaning, out);
    fputc('.', out);
    if (*row->direction != '\0' && strcmp(row->direction, "both") != 0)
        fprintf(out, " SA direction %s.", row->direction);
    if (*row->users != '\0')
        fprintf(out, " %s with %s %s.", row->few_users ? "Only" : "Not", row->section->kind_key,
                row->few_users ? row->users : row->non_users);
    const char *const origins[] = {option->names, option->source};
    for (size_t i = 0; i < 2; i++)
        if (origins[i] != NULL) {
            fputc(' ', out);
            write_cell(origins[i], out);
            fputc('.', out);
        }
    fputs(" |\n", out);
}

void iptfs_list_keys_markdown(FILE *out)
{
    walk(begin_section_markdown, write_markdown, out);
}
