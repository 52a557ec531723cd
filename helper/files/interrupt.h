/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that ask the program to end: SIGINT (Ctrl-C), SIGTERM and SIGHUP. Long work looks whether
 * one has come; it then ends early with IPTFS_E_INTERRUPTED and reports what is done. */
#ifndef IPTFS_FILES_INTERRUPT_H
#define IPTFS_FILES_INTERRUPT_H

#include <stdbool.h>

/* Records these signals from now on. One that was ignored when the program started (nohup, a job in
 * the background of a script) stays ignored. One more, 0.2 s later or after that, ends the program
 * at once; before that it is the same request. */
void iptfs_interrupt_catch(void);

/* The number of the first signal that came; 0: none. */
int iptfs_interrupt_signal(void);

/* Whether one of the signals of a terminal, SIGINT or SIGHUP, is ignored. */
bool iptfs_interrupt_ignored(void);

/* Gives the signals the effect they had before, and forgets what came. */
void iptfs_interrupt_release(void);

#endif
