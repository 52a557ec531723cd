/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that ends, with all processes it has started, when this process ends, however that is:
 * a supervisor process stands between. */
#ifndef IPTFS_FILES_SUPERVISOR_H
#define IPTFS_FILES_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct iptfs_supervision {
    void (*become)(const void *ctx); /* becomes the program, in its process; does not return */
    const void *ctx;
    const int *unused; /* files that the supervisor closes: pipes of the program */
    size_t n_unused;
};

struct iptfs_supervisor {
    pid_t process;
    int life; /* the supervisor ends the program when this is closed; -1: closed */
};

/* Starts a program. False with errno set when there is no process for it. */
bool iptfs_supervisor_start(struct iptfs_supervisor *supervisor,
                            const struct iptfs_supervision *supervision);

/* Asks the program to end with SIGTERM; after half a second it and all processes that it has left
 * are killed. Does not wait for that. */
void iptfs_supervisor_stop(struct iptfs_supervisor *supervisor);

/* Waits until the program has ended: its exit status, 128 + N when signal N killed it. */
int iptfs_supervisor_wait(struct iptfs_supervisor *supervisor);

#endif
