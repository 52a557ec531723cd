/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How work that takes long reports to its caller while it runs: its progress, and lines for the
 * user. The command line shows both on standard error; a library or a test may ignore them. */
#ifndef IPTFS_TEXT_PROGRESS_H
#define IPTFS_TEXT_PROGRESS_H

#include <stdbool.h>

/* Each callback may be NULL. */
struct iptfs_progress {
    /* `done` of `all` units are done. `unit` is a plural such as "points", or NULL where only the
     * ratio means something. May be called at any rate. */
    void (*update)(void *ctx, double done, double all, const char *unit);
    void (*note)(void *ctx, const char *text);    /* more about it, shown with the next update */
    void (*end)(void *ctx);                       /* the work that reported progress has ended */
    void (*message)(void *ctx, const char *line); /* one line without its newline */
    void *ctx;
};

/* Each of these does nothing when `progress` or its callback is NULL. */
void iptfs_progress_update(const struct iptfs_progress *progress, double done, double all,
                           const char *unit);
void iptfs_progress_end(const struct iptfs_progress *progress);

/* Formats a note of at most 127 octets. */
void iptfs_progress_note(const struct iptfs_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Formats one line of at most 1023 octets; a longer one is cut. */
void iptfs_progress_message(const struct iptfs_progress *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True when a progress callback is set. */
bool iptfs_progress_watched(const struct iptfs_progress *progress);

#endif
