/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim help` */
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_status.h"
#include "cli/man_page.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    KEY_COMPLETION = 256, /* options without a letter */
    KEY_MAN
};

struct arguments {
    const char *command;
    const char *shell;
    bool man;
};

static const struct argp_option options[] = {
    {"man", KEY_MAN, NULL, 0, "Print the man page as roff", 0},
    {"completion", KEY_COMPLETION, "SHELL", 0, "Print the completion script of bash or zsh", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_MAN:
        arguments->man = true;
        break;
    case KEY_COMPLETION:
        arguments->shell = value;
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &arguments->command, value);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[COMMAND]",
    .doc = "Describes a command, or without COMMAND the program.\v"
           "To complete words in this shell: eval \"$(iptfs-sim help --completion bash)\".",
};

static const char *const examples[] = {
    "iptfs-sim help run",
    "iptfs-sim help --man run | man -l -",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_help = {
    .name = "help",
    .summary = "Describe a command",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct arguments arguments = {.command = NULL};
    const struct iptfs_command *command = NULL;
    char program[] = IPTFS_PROGRAM, option[] = "--help";
    iptfs_command_parse(&iptfs_command_help, 0, argc, argv, &arguments);
    if (arguments.command != NULL)
        command = iptfs_command_require(argv[0], arguments.command);
    if (arguments.shell != NULL) {
        if (!iptfs_completion_script(arguments.shell, stdout))
            iptfs_command_usage_error(argv[0], "--completion: found '%s', allowed: bash, zsh",
                                      arguments.shell);
        return IPTFS_EXIT_OK;
    }
    if (arguments.man) {
        iptfs_man_page(command, stdout);
        return IPTFS_EXIT_OK;
    }
    char *call[] = {program, option, NULL};
    return command != NULL ? iptfs_command_call(command, 2, call) : iptfs_cli(2, call);
}
