/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    atexit(iptfs_close_output); /* argp ends the process itself after --help */
    return iptfs_cli(argc, argv);
}
