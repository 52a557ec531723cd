/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim __complete`, which the completion scripts call. */
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_status.h"

#include <stdio.h>

static const struct argp argp = {
    .args_doc = "WORD...",
    .doc = "Prints what the last word may become. Completion scripts call it.",
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_complete = {
    .name = "__complete",
    .summary = "Complete a command line",
    .argp = &argp,
    .hidden = true,
    .main = run,
};

/* The words are not parsed: they are the beginning of another command line. */
static int run(int argc, char **argv)
{
    iptfs_completion_write(argv + 1, (size_t)argc - 1, stdout);
    return IPTFS_EXIT_OK;
}
