/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"
#include "cli/environment.h"
#include "cli/exit_status.h"
#include "files/process.h"
#include "files/standard_files.h"

#include <stdio.h>
#include <stdlib.h>

/* ns-3 reads its variables when its libraries start, before main(). Functions of this section run
 * before that. */
static void before_libraries(int argc, char **argv, char **variables)
{
    (void)argc;
    (void)argv;
    iptfs_environment_remove(variables);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const start)(int, char **, char **) = before_libraries;

int main(int argc, char **argv)
{
    /* Options may stand behind arguments everywhere: so do those of the commands that a sweep
     * starts. */
    unsetenv("POSIXLY_CORRECT");
    if (!iptfs_open_standard_files())
        return IPTFS_EXIT_FAILED; /* there may be no file for a message */
    iptfs_process_ignore_file_limit();
    atexit(iptfs_close_output); /* argp ends the process itself after --help */
    iptfs_environment_report(stderr);
    return iptfs_cli(argc, argv);
}
