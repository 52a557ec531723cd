/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/command.h"
#include "cli/help_text.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct argp_option options[] = {{"loss", 'l', "RATIO", 0, "Lose packets", 0}, {0}};
static const struct argp argp = {.options = options, .args_doc = "FILE", .doc = "Runs.\vNotes."};

static void help_text_complete(void)
{
    char *text = iptfs_help_text(&argp, ARGP_HELP_STD_HELP, "iptfs-sim try");
    CHECK_STR(text != NULL ? text : "none",
              "Usage: iptfs-sim try [OPTION...] FILE\nRuns.\n\n"
              "  -l, --loss=RATIO           Lose packets\n"
              "\n"
              "Mandatory or optional arguments to long options are also mandatory or optional\n"
              "for any corresponding short options.\n\nNotes.\n");
    free(text);
}

/* Standard error is as before. */
static void help_text_stderr(void)
{
    int before = dup(STDERR_FILENO);
    free(iptfs_help_text(&argp, ARGP_HELP_USAGE, "iptfs-sim try"));
    int after = dup(STDERR_FILENO);
    CHECK_INT(after, before + 1); /* no descriptor is left open */
    CHECK_INT(isatty(before), isatty(STDERR_FILENO));
    close(after);
    close(before);
}

const CU_TestInfo iptfs_tests_help_text[] = {
    {"all of the text", help_text_complete},
    {"standard error stays", help_text_stderr},
    CU_TEST_INFO_NULL,
};
