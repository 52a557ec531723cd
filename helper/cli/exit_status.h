/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exit statuses of iptfs-sim. */
#ifndef IPTFS_CLI_EXIT_STATUS_H
#define IPTFS_CLI_EXIT_STATUS_H

#include <stddef.h>

enum iptfs_exit {
    IPTFS_EXIT_OK,
    IPTFS_EXIT_FAILED,      /* the run failed, or its output could not be written */
    IPTFS_EXIT_USAGE,       /* the command line or an input file is wrong */
    IPTFS_EXIT_STOPPED,     /* a circuit breaker stopped the tunnel; results are written */
    IPTFS_EXIT_SIGNAL = 128 /* plus the number of the signal that ended the work early */
};

/* An exit status, or a kind of them, as help texts show it. */
struct iptfs_exit_row {
    const char *status;  /* "0", "128+N" */
    const char *meaning; /* when the program ends with it, as half a sentence */
};

/* The rows in the order of the statuses; NULL behind the last. Static storage. */
const struct iptfs_exit_row *iptfs_exit_row(size_t index);

/* The status for an error code of the model or of helper/: what the user can mend (a wrong value, a
 * file that cannot be read or written) is IPTFS_EXIT_USAGE. */
int iptfs_exit_of(int code);

#endif
