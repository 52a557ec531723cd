/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"

#include "cli/exit_status.h"
#include "cli/help_text.h"
#include "cli/unknown_option.h"
#include "text/quantity.h"
#include "text/text_stream.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_USAGE = 1000 /* an option without a letter */
};

const struct argp_option iptfs_command_common_options[] = {
    {"help", 'h', NULL, 0, "Print this help", -1},
    {NULL, '?', NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0},
    {"usage", KEY_USAGE, NULL, 0, "Print a short usage message", -1},
    {"version", 'V', NULL, 0, "Print the version of the program", -1},
    {0},
};

static void print_help(const struct argp_state *state, unsigned flags)
{
    char *text = iptfs_help_text(state->root_argp, flags, state->name);
    if (text == NULL)
        iptfs_command_without_memory();
    fputs(text, state->out_stream);
    free(text);
}

static error_t parse_common(int key, char *value, struct argp_state *state)
{
    (void)value;
    switch (key) {
    case 'h':
    case '?':
        print_help(state, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC);
        break;
    case KEY_USAGE:
        print_help(state, ARGP_HELP_USAGE);
        break;
    case 'V':
        fprintf(state->out_stream, "%s\n", argp_program_version);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    exit(IPTFS_EXIT_OK);
}

static const struct argp common_argp = {.options = iptfs_command_common_options,
                                        .parser = parse_common};

/* The text that argp prints before and behind the options; NULL when memory ran out. */
static char *make_doc(const struct iptfs_command *command)
{
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    const char *doc = command->argp->doc;
    fputs(doc, out);
    if (strchr(doc, '\v') == NULL)
        fputc('\v', out);
    else
        fputs("\n\n", out);
    for (size_t i = 0; command->examples != NULL && command->examples[i] != NULL; i++)
        fprintf(out, "%s  %s\n", i == 0 ? "Examples:\n" : "", command->examples[i]);
    if (command->examples != NULL)
        fputc('\n', out);
    fputs("Exit status:\n", out);
    const struct iptfs_exit_row *row;
    for (size_t i = 0; (row = iptfs_exit_row(i)) != NULL; i++)
        fprintf(out, "  %-5s  %s\n", row->status, row->meaning);
    return iptfs_text_stream_close(&stream);
}

void iptfs_command_parse(const struct iptfs_command *command, unsigned flags, int argc, char **argv,
                         void *input)
{
    const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
    struct argp argp = *command->argp;
    struct iptfs_unknown_option unknown;
    char *doc = make_doc(command);
    if (doc == NULL)
        iptfs_command_without_memory();
    argp.doc = doc;
    argp.children = children;
    if (iptfs_unknown_option(argp.options, flags, argc, argv, &unknown))
        iptfs_command_usage_error(
            argv[0], "unknown option '--%s'%s%s%s", iptfs_quoted(unknown.name).text,
            unknown.nearest != NULL ? "; did you mean '--" : "",
            unknown.nearest != NULL ? unknown.nearest : "", unknown.nearest != NULL ? "'?" : "");
    error_t failed = argp_parse(&argp, argc, argv, flags | ARGP_NO_HELP, NULL, input);
    free(doc);
    if (failed == ENOMEM)
        iptfs_command_without_memory();
}

int iptfs_command_finish(int code, const struct iptfs_error *error)
{
    if (code != 0)
        fprintf(stderr, IPTFS_PROGRAM ": %s\n",
                *error->text != '\0' ? error->text : iptfs_error_name(code));
    return iptfs_exit_of(code);
}

_Noreturn void iptfs_command_without_memory(void)
{
    fprintf(stderr, IPTFS_PROGRAM ": %s\n", iptfs_error_name(IPTFS_E_NO_MEMORY));
    exit(IPTFS_EXIT_FAILED);
}

_Noreturn void iptfs_command_usage_error(const char *title, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "%s: ", title);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nTry '%s --help' for more information.\n", title);
    exit(IPTFS_EXIT_USAGE);
}

const char **iptfs_command_pointers(int count)
{
    const char **pointers = calloc((size_t)count + 1, sizeof *pointers);
    if (pointers == NULL)
        iptfs_command_without_memory();
    return pointers;
}
