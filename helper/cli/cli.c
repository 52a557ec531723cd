/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "files/program.h"
#include "text/text_stream.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the command stands in argv. */
struct call {
    int argc;
    char **argv;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct call *call = state->input;
    (void)value;
    switch (key) {
    case ARGP_KEY_ARG:
        /* The rest belongs to the command. */
        call->argc = state->argc - state->next + 1;
        call->argv = &state->argv[state->next - 1];
        state->next = state->argc;
        break;
    case ARGP_KEY_NO_ARGS:
        iptfs_command_usage_error(state->name, "expected a command: %s", iptfs_command_names());
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "COMMAND [ARGUMENT...]",
    .doc = "Simulates IP Traffic Flow Security (IP-TFS, RFC 9347): ESP tunnels that aggregate and "
           "fragment packets, on the event engine of ns-3.\v"
           "'iptfs-sim help COMMAND' describes a command.",
};

static const char *const examples[] = {
    "iptfs-sim run examples/demo.ini",
    "iptfs-sim run examples/demo.ini --set tunnel.init-delay=2ms --json",
    "iptfs-sim list keys",
    NULL,
};

const struct iptfs_command iptfs_command_program = {
    .name = IPTFS_PROGRAM,
    .summary = "Simulator of IP Traffic Flow Security (RFC 9347)",
    .argp = &argp,
    .examples = examples,
};

/* The program's help text with the list of commands before the notes; NULL when memory ran out. */
static char *doc_with_commands(void)
{
    const char *doc = argp.doc, *notes = strchr(doc, '\v') + 1;
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    fprintf(out, "%.*sCommands:\n", (int)(notes - doc), doc);
    const struct iptfs_command *command;
    for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++)
        if (!command->hidden)
            fprintf(out, "  %-9s %s\n", command->name, command->summary);
    fprintf(out, "\n%s", notes);
    return iptfs_text_stream_close(&stream);
}

/* A full disk may be seen only when the last of the output goes there. */
void iptfs_close_output(void)
{
    errno = 0;
    bool failed = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !failed)
        return;
    fprintf(stderr, IPTFS_PROGRAM ": standard output cannot be written%s%s\n",
            errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
    _exit(IPTFS_EXIT_FAILED);
}

int iptfs_cli(int argc, char **argv)
{
    static char program[] = IPTFS_PROGRAM;
    struct call call = {0, NULL};
    struct argp with_commands = argp;
    struct iptfs_command command = iptfs_command_program;
    char version[128];
    char *doc = doc_with_commands();
    snprintf(version, sizeof version, IPTFS_PROGRAM " %s", iptfs_program_text());
    argp_program_version = version;
    argp_err_exit_status = IPTFS_EXIT_USAGE;
    if (doc == NULL)
        iptfs_command_without_memory();
    with_commands.doc = doc;
    if (argc > 0)
        argv[0] = program;
    command.argp = &with_commands;
    iptfs_command_parse(&command, ARGP_IN_ORDER, argc, argv, &call);
    free(doc);
    return iptfs_command_call(iptfs_command_require(IPTFS_PROGRAM, call.argv[0]), call.argc,
                              call.argv);
}
