/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a part of a test in a process of its own: what ends a process, or can be done only once in
 * it. */
#ifndef IPTFS_SUPPORT_CHILD_H
#define IPTFS_SUPPORT_CHILD_H

#ifdef __cplusplus
extern "C" {
#endif

struct child {
    int status;     /* its exit status, -1 if a signal ended it */
    char err[2000]; /* what it wrote to standard error, cut to this length */
};

/* Runs `body` in a child process. It exits with 1 if checks in it failed, which it reports on
 * standard error, else with 0. */
void child_run(void (*body)(void), struct child *child);

#ifdef __cplusplus
}
#endif

#endif
