/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
enum {
    SIGNALS = sizeof signals / sizeof signals[0]
};

static struct sigaction before[SIGNALS]; /* valid while `caught` */
static bool caught;
static volatile sig_atomic_t first; /* the signal that came */

static void record(int number)
{
    if (first == 0)
        first = number;
}

void iptfs_interrupt_catch(void)
{
    const struct sigaction action = {.sa_handler = record, .sa_flags = (int)SA_RESETHAND};
    if (caught)
        return;
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    caught = true;
}

int iptfs_interrupt_signal(void)
{
    return first;
}

static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

bool iptfs_interrupt_ignored(void)
{
    return is_ignored(SIGINT) || is_ignored(SIGHUP);
}

void iptfs_interrupt_release(void)
{
    for (size_t i = 0; caught && i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    caught = false;
    first = 0;
}
