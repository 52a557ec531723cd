/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Other programs: start them, wait for them, read their output. */
#ifndef IPTFS_FILES_PROCESS_H
#define IPTFS_FILES_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* The exit status of a child in which a program could not be started. */
#define IPTFS_PROCESS_NOT_STARTED 127

/* Replaces this process by the program argv[0], looked up in PATH. Where that fails the process
 * exits with IPTFS_PROCESS_NOT_STARTED. `argv` ends with NULL. */
_Noreturn void iptfs_process_exec(const char *const *argv);

/* Ends this process, which was forked by `parent`, with `signal` when that ends, also when it has
 * ended by now. */
void iptfs_process_end_with(pid_t parent, int signal);

/* Removes the variables of the environment whose names begin with `prefix`. False when memory ran
 * out. */
bool iptfs_process_forget(const char *prefix);

/* Waits until a child has ended, also when signals interrupt it; its status as of waitpid. */
int iptfs_process_wait(pid_t child);

/* A write above the limit of file sizes (ulimit -f) then fails with EFBIG, and does not end the
 * process. Other programs start with what was set before. Call it once, before all others. */
void iptfs_process_ignore_file_limit(void);

/* What a program has printed, on both outputs. */
struct iptfs_process_answer {
    int status; /* its exit status; 126: no process, 128: killed by a signal */
    char text[65536];
};

/* Runs a program and takes what it prints, without blanks at the end; cut when longer. Signals of
 * the terminal do not reach it: it has a process group of its own. */
void iptfs_process_ask(const char *const *argv, struct iptfs_process_answer *answer);

#endif
