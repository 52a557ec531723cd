/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/man_page.h"

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/unknown_option.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The date in the pages' footer: when the help texts last changed in substance. It is no build
 * time, so that the same sources give the same pages. */
#define PAGE_DATE "2026-11-28"

struct entry {
    const char *name;
    const char *meaning;
};

static const struct entry files[] = {
    {"out/NAME/summary.json, summary.csv",
     "The summary of a run of the scenario NAME ('iptfs-sim list results' describes its values)."},
    {"out/NAME/series.csv, series-*.svg", "Values over time and their plots, with --series."},
    {"out/NAME/results.db, results.csv",
     "The results of a sweep with one row for each point, as an SQLite database and as CSV."},
    {"out/NAME/sweep.ini, manifest.json",
     "A copy of the sweep's file, and what ran when with which program."},
    {"out/NAME/points/", "One JSON file for each point of a sweep that is done."},
    {"out/NAME/plots/", "The plots of a sweep, their gnuplot scripts and their data."},
};

static const struct entry environment[] = {
    {"COLUMNS, LINES", "Size of plots drawn with characters when the output is no terminal."},
    {"NS_ATTRIBUTE_DEFAULT, NS_GLOBAL_VALUE, NS_LOG, NS_COMMANDLINE_INTROSPECTION",
     "Ignored, with a note: results do not depend on variables of ns-3. Programs that use the "
     "library libiptfs still obey them."},
    {"LIBGCRYPT_FORCE_FIPS_MODE", "Ignored, with a note: captures need nonces that are given."},
    {"ARGP_HELP_FMT", "Layout of the help texts, see argp in the GNU C library's manual."},
};

static const char *const related[] = {"gnuplot", "ip\\-xfrm", "parallel", "sbatch", "tshark"};

/* ------------------------------------------------------------------------------------ in roff */

/* How roff writes this character; NULL: as it is. */
static const char *escape_of(char character)
{
    switch (character) {
    case '\\':
        return "\\e";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

/* A line of its own would be a request if it began with '.' or "'". */
static void put_text(const char *text, size_t length, FILE *out)
{
    if (length > 0 && text[0] == '.')
        fputs("\\&", out);
    for (size_t i = 0; i < length; i++) {
        const char *escape = escape_of(text[i]);
        if (escape != NULL)
            fputs(escape, out);
        else
            fputc(text[i], out);
    }
}

static void put_line(const char *text, FILE *out)
{
    put_text(text, strlen(text), out);
    fputc('\n', out);
}

static bool ends_sentence(const char *text, size_t length)
{
    return length > 2 && text[0] == '.' && text[1] == ' ' && isupper((unsigned char)text[2]);
}

/* How much of the text goes into one line of the source: a sentence, or as many words as fit into
 * 80 columns, as man(7) advises. */
static size_t line_length(const char *text, size_t length)
{
    size_t columns = 0, blank = 0;
    for (size_t i = 0; i < length; i++) {
        const char *escape = escape_of(text[i]);
        if (text[i] == '\n')
            return i;
        columns += escape != NULL ? strlen(escape) : 1;
        if (columns > 78 && blank > 0)
            return blank;
        if (ends_sentence(text + i, length - i))
            return i + 1;
        if (text[i] == ' ')
            blank = i;
    }
    return length;
}

static void put_paragraph(const char *text, size_t length, FILE *out)
{
    while (length > 0) {
        size_t here = line_length(text, length);
        put_text(text, here, out);
        fputc('\n', out);
        here += here < length;
        text += here;
        length -= here;
    }
}

/* Paragraphs with an empty line between them. */
static void put_paragraphs(const char *text, size_t length, FILE *out)
{
    for (bool first = true; length > 0; first = false) {
        const char *end = memmem(text, length, "\n\n", 2);
        size_t here = end != NULL ? (size_t)(end - text) : length;
        if (!first)
            fputs(".PP\n", out);
        put_paragraph(text, here, out);
        size_t step = end != NULL ? here + 2 : here;
        text += step;
        length -= step;
    }
}

static void put_entry(const char *name, const char *meaning, FILE *out)
{
    fputs(".TP\n.B ", out);
    put_line(name, out);
    put_paragraph(meaning, strlen(meaning), out);
}

/* ----------------------------------------------------------------------------------- sections */

/* "\fB\-o\fR, \fB\-\-out\fR=\fIDIR\fR" */
static void put_option(const struct argp_option *option, FILE *out)
{
    fputs(".TP\n", out);
    if (option->key > ' ' && option->key < 127)
        fprintf(out, "\\fB\\-%c\\fR, ", option->key);
    fputs("\\fB\\-\\-", out);
    put_text(option->name, strlen(option->name), out);
    fputs("\\fR", out);
    if (option->arg != NULL) {
        fputs("=\\fI", out);
        put_text(option->arg, strlen(option->arg), out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put_paragraph(option->doc, strlen(option->doc), out);
}

static void put_options(const struct argp_option *options, FILE *out)
{
    for (; options != NULL && !iptfs_option_is_last(options); options++)
        if (options->name != NULL && (options->flags & OPTION_HIDDEN) == 0)
            put_option(options, out);
}

static void put_commands(FILE *out)
{
    const struct iptfs_command *command;
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++) {
        if (command->hidden)
            continue;
        fprintf(out, ".TP\n.BR iptfs\\-sim\\-%s (1)\n", command->name);
        put_line(command->summary, out);
    }
}

static void put_examples(const struct iptfs_command *command, FILE *out)
{
    if (command->examples == NULL)
        return;
    fputs(".SH EXAMPLES\n.nf\n", out);
    for (size_t i = 0; command->examples[i] != NULL; i++)
        put_line(command->examples[i], out);
    fputs(".fi\n", out);
}

static void put_exit_statuses(FILE *out)
{
    fputs(".SH EXIT STATUS\n", out);
    const struct iptfs_exit_row *row;
    for (size_t i = 0; (row = iptfs_exit_row(i)) != NULL; i++) {
        fprintf(out, ".TP\n.B %s\n", row->status);
        put_line(row->meaning, out);
    }
}

static void put_see_also(const struct iptfs_command *own, FILE *out)
{
    const struct iptfs_command *command;
    fputs(".SH SEE ALSO\n", out);
    if (own != NULL)
        fputs(".BR iptfs\\-sim (1),\n", out);
    for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++)
        if (!command->hidden && command != own)
            fprintf(out, ".BR iptfs\\-sim\\-%s (1),\n", command->name);
    for (size_t i = 0; i < sizeof related / sizeof related[0]; i++)
        fprintf(out, ".BR %s (%d)%s\n", related[i], strcmp(related[i], "ip\\-xfrm") == 0 ? 8 : 1,
                i + 1 < sizeof related / sizeof related[0] ? "," : "");
}

/* ".B iptfs\-sim run\n[\fIOPTION\fR...] \fIFILE.ini\fR" */
static void put_synopsis(const struct iptfs_command *command, FILE *out)
{
    fputs(".SH SYNOPSIS\n.B iptfs\\-sim", out);
    if (command != NULL)
        fprintf(out, " %s", command->name);
    fputs("\n[\\fIOPTION\\fR...]\n.I ", out);
    const char *arguments = (command != NULL ? command : &iptfs_command_program)->argp->args_doc;
    put_line(arguments != NULL ? arguments : "", out);
}

static void put_entries(const char *heading, const struct entry *entries, size_t count, FILE *out)
{
    fprintf(out, ".SH %s\n", heading);
    for (size_t i = 0; i < count; i++)
        put_entry(entries[i].name, entries[i].meaning, out);
}

void iptfs_man_page(const struct iptfs_command *command, FILE *out)
{
    const struct iptfs_command *shown = command != NULL ? command : &iptfs_command_program;
    const char *doc = shown->argp->doc, *notes = strchr(doc, '\v');
    fputs(".TH IPTFS\\-SIM", out);
    for (const char *letter = command != NULL ? command->name : ""; *letter != '\0'; letter++)
        fprintf(out, "%s%c", letter == command->name ? "\\-" : "", toupper((unsigned char)*letter));
    fputs(" 1 " PAGE_DATE " \"iptfs " IPTFS_VERSION "\" \"User Commands\"\n", out);
    fprintf(out, ".SH NAME\niptfs\\-sim%s%s \\- ", command != NULL ? "\\-" : "",
            command != NULL ? command->name : "");
    fputc(tolower((unsigned char)*shown->summary), out);
    put_line(shown->summary + 1, out);
    put_synopsis(command, out);
    fputs(".SH DESCRIPTION\n", out);
    put_paragraphs(doc, notes != NULL ? (size_t)(notes - doc) : strlen(doc), out);
    if (notes != NULL) {
        fputs(".PP\n", out);
        put_paragraphs(notes + 1, strlen(notes + 1), out);
    }
    if (command == NULL)
        put_commands(out);
    fputs(".SH OPTIONS\n", out);
    put_options(shown->argp->options, out);
    put_options(iptfs_command_common_options, out);
    put_exit_statuses(out);
    if (command == NULL) {
        put_entries("FILES", files, sizeof files / sizeof files[0], out);
        put_entries("ENVIRONMENT", environment, sizeof environment / sizeof environment[0], out);
    }
    put_examples(shown, out);
    put_see_also(command, out);
}
