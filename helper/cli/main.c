/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"
#include "cli/exit_status.h"
#include "files/process.h"
#include "files/standard_files.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    if (!iptfs_open_standard_files())
        return IPTFS_EXIT_FAILED; /* there may be no file for a message */
    iptfs_process_ignore_file_limit();
    atexit(iptfs_close_output); /* argp ends the process itself after --help */
    return iptfs_cli(argc, argv);
}
