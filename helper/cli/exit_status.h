/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exit statuses of iptfs-sim. */
#ifndef IPTFS_CLI_EXIT_STATUS_H
#define IPTFS_CLI_EXIT_STATUS_H

enum iptfs_exit {
    IPTFS_EXIT_OK,
    IPTFS_EXIT_FAILED, /* the run failed, or its output could not be written */
    IPTFS_EXIT_USAGE,  /* the command line or an input file is wrong */
    IPTFS_EXIT_STOPPED /* a circuit breaker stopped the tunnel; results are written */
};
enum {
    IPTFS_EXITS = IPTFS_EXIT_STOPPED + 1
};

/* When the program ends with this status, as half a sentence for help texts; static storage. */
const char *iptfs_exit_meaning(enum iptfs_exit status);

/* The status for an error code of the model or of helper/: what the user can mend (a wrong value, a
 * file that cannot be read or written) is IPTFS_EXIT_USAGE. */
enum iptfs_exit iptfs_exit_of(int code);

#endif
