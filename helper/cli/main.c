/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/exit_status.h"
#include "files/process.h"
#include "files/standard_files.h"

#include <gcrypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

/* libgcrypt's start-up code ends the process where memory runs out. */
static void end_by_libgcrypt(void *ctx, int code, const char *text)
{
    (void)ctx;
    fprintf(stderr, IPTFS_PROGRAM ": %s\n",
            gpg_err_code((gcry_error_t)code) == GPG_ERR_ENOMEM ? iptfs_error_name(IPTFS_E_NO_MEMORY)
                                                               : text);
    _exit(IPTFS_EXIT_FAILED);
}

int main(int argc, char **argv)
{
    /* Options may stand behind arguments everywhere: so do those of the commands that a sweep
     * starts. */
    unsetenv("POSIXLY_CORRECT");
    if (!iptfs_open_standard_files())
        return IPTFS_EXIT_FAILED; /* there may be no file for a message */
    iptfs_process_ignore_file_limit();
    gcry_set_fatalerror_handler(end_by_libgcrypt, NULL);
    atexit(iptfs_close_output); /* argp ends the process itself after --help */
    iptfs_environment_report(stderr);
    return iptfs_cli(argc, argv);
}
