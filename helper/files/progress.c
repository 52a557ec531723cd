/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

double iptfs_wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void iptfs_progress_begin(struct iptfs_progress *progress, bool wanted)
{
    double now_s = iptfs_wall_s();
    *progress = (struct iptfs_progress){
        .on = wanted && isatty(STDERR_FILENO), .begun_s = now_s, .next_s = now_s + 1.0};
}

/* The last column stays free: some terminals go to the next line from there. */
static int columns(void)
{
    enum {
        USUAL = 80,
        LEAST = 20
    };
    struct winsize size;
    int found = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return (found < LEAST ? USUAL : found) - 1;
}

/* "123 of 456 points, 7.8/s, 43 s left" */
static void describe(char *text, size_t size, size_t done, size_t all, const char *what,
                     double spent_s)
{
    double rate = (double)done / spent_s, left_s = (double)(all - done) / rate;
    if (done == 0)
        snprintf(text, size, "0 of %zu %s", all, what);
    else if (left_s < 100.0)
        snprintf(text, size, "%zu of %zu %s, %.1f/s, %.0f s left", done, all, what, rate, left_s);
    else
        snprintf(text, size, "%zu of %zu %s, %.1f/s, %.0f min left", done, all, what, rate,
                 left_s / 60.0);
}

void iptfs_progress_show(struct iptfs_progress *progress, size_t done, size_t all, const char *what)
{
    enum {
        WIDEST = 30
    };
    static const char marks[] = "##############################";
    double now_s = progress->on ? iptfs_wall_s() : 0.0;
    if (!progress->on || now_s < progress->next_s || all == 0)
        return;
    char text[128];
    int room = columns();
    done = done < all ? done : all;
    describe(text, sizeof text, done, all, what, now_s - progress->begun_s);
    int rest = room - snprintf(NULL, 0, "%s", text) - (int)sizeof "[] " + 1;
    int width = rest > WIDEST ? WIDEST : rest;
    int filled = width > 0 ? (int)((size_t)width * done / all) : 0;
    if (width > 0)
        fprintf(stderr, "\r\033[K[%.*s%*s] %s", filled, marks, width - filled, "", text);
    else
        fprintf(stderr, "\r\033[K%.*s", room, text);
    progress->drawn = true;
    progress->next_s = now_s + 0.2;
}

void iptfs_progress_wipe(struct iptfs_progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
