/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

/* timeout(1) and shells send one signal to a process and to its group: twice at nearly one time. */
static const double one_request_s = 0.2;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
enum {
    SIGNALS = sizeof signals / sizeof signals[0]
};

static struct sigaction before[SIGNALS]; /* valid while `caught` */
static bool caught;
static volatile sig_atomic_t first; /* the signal that came */
static struct timespec first_time;  /* when; of the handler */

static double since_first_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - first_time.tv_sec) +
           1e-9 * (double)(now.tv_nsec - first_time.tv_nsec);
}

static void record(int number)
{
    if (first == 0) {
        clock_gettime(CLOCK_MONOTONIC, &first_time);
        first = number;
    } else if (since_first_s() > one_request_s) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void iptfs_interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = record};
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&action.sa_mask, signals[i]);
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
