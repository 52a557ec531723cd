/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of iptfs-sim: commands, their options and help, exit statuses. */
#ifndef IPTFS_CLI_H
#define IPTFS_CLI_H

/* Exit statuses. */
enum {
    IPTFS_EXIT_OK = 0,
    IPTFS_EXIT_FAILED = 1, /* the run failed, or its output could not be written */
    IPTFS_EXIT_USAGE = 2,  /* an option or an input file is not as it must be */
    IPTFS_EXIT_STOPPED = 3 /* the circuit breaker stopped the tunnel; results are written */
};

/* Does what the command line says and returns the exit status. Results go to standard output,
 * errors as one line "iptfs-sim: ..." to standard error. --help, --version and mistakes in options
 * end the process, as argp has it. */
int iptfs_cli(int argc, char **argv);

/* For atexit: ends the process with IPTFS_EXIT_FAILED and a line on standard error when standard
 * output could not be written. */
void iptfs_close_output(void);

#endif
