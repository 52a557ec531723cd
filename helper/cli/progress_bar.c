/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress_bar.h"

#include "files/wall_clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    MAX_BAR_COLUMNS = 30,
    DEFAULT_COLUMNS = 80,
    MIN_COLUMNS = 20 /* a terminal that reports fewer does not know its size */
};

/* The last column stays empty: some terminals begin a new line after it. */
static int terminal_columns(void)
{
    struct winsize size;
    int found = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    return (found < MIN_COLUMNS ? DEFAULT_COLUMNS : found) - 1;
}

/* "43 s left" */
static void describe_rest(char *text, size_t size, double ratio, double spent_s)
{
    double left_s = spent_s * (1.0 - ratio) / ratio;
    if (left_s < 100.0)
        snprintf(text, size, "%.0f s left", left_s);
    else
        snprintf(text, size, "%.0f min left", left_s / 60.0);
}

/* "123 of 456 points, 7.8/s, 43 s left", or "45 %, 3 s left" without a unit. */
static void describe(char *text, size_t size, double done, double all, const char *unit,
                     double spent_s)
{
    char rest[40];
    describe_rest(rest, sizeof rest, done / all, spent_s);
    if (unit == NULL)
        snprintf(text, size, "%.0f %%%s%s", 100.0 * done / all, done > 0 ? ", " : "",
                 done > 0 ? rest : "");
    else if (done > 0)
        snprintf(text, size, "%.0f of %.0f %s, %.1f/s, %s", done, all, unit, done / spent_s, rest);
    else
        snprintf(text, size, "0 of %.0f %s", all, unit);
}

static void draw(void *ctx, double done, double all, const char *unit)
{
    static const char marks[] = "##############################";
    struct iptfs_progress_bar *bar = ctx;
    double now_s = iptfs_wall_s();
    if (now_s < bar->next_s || all <= 0)
        return;
    char text[256];
    int columns = terminal_columns();
    done = done < all ? done : all;
    describe(text, sizeof text, done, all, unit, now_s - bar->start_s);
    if (*bar->note != '\0')
        snprintf(text + strlen(text), sizeof text - strlen(text), "; %s", bar->note);
    int rest = columns - snprintf(NULL, 0, "%s", text) - (int)sizeof "[] " + 1;
    int width = rest > MAX_BAR_COLUMNS ? MAX_BAR_COLUMNS : rest;
    int filled = width > 0 ? (int)(width * done / all) : 0;
    if (width > 0)
        fprintf(stderr, "\r\033[K[%.*s%*s] %s", filled, marks, width - filled, "", text);
    else
        fprintf(stderr, "\r\033[K%.*s", columns, text); /* cut where the terminal is narrow */
    bar->drawn = true;
    bar->next_s = now_s + 0.2;
}

static void keep_note(void *ctx, const char *text)
{
    struct iptfs_progress_bar *bar = ctx;
    snprintf(bar->note, sizeof bar->note, "%.*s", (int)sizeof bar->note - 1, text);
}

static void erase(void *ctx)
{
    struct iptfs_progress_bar *bar = ctx;
    if (bar->drawn)
        fputs("\r\033[K", stderr);
    bar->drawn = false;
}

static void print_message(void *ctx, const char *line)
{
    erase(ctx);
    fprintf(stderr, "%s\n", line);
}

struct iptfs_progress iptfs_progress_bar_start(struct iptfs_progress_bar *bar, bool wanted)
{
    double now_s = iptfs_wall_s();
    *bar = (struct iptfs_progress_bar){.start_s = now_s, .next_s = now_s + 1.0};
    return (struct iptfs_progress){
        .update = wanted && isatty(STDERR_FILENO) ? draw : NULL,
        .note = keep_note,
        .end = erase,
        .message = print_message,
        .ctx = bar,
    };
}
