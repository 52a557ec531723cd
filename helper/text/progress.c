/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/progress.h"

#include <stdarg.h>
#include <stdio.h>

void iptfs_progress_update(const struct iptfs_progress *progress, double done, double all,
                           const char *unit)
{
    if (iptfs_progress_watched(progress))
        progress->update(progress->ctx, done, all, unit);
}

void iptfs_progress_end(const struct iptfs_progress *progress)
{
    if (progress != NULL && progress->end != NULL)
        progress->end(progress->ctx);
}

void iptfs_progress_note(const struct iptfs_progress *progress, const char *format, ...)
{
    char text[128];
    va_list args;
    if (!iptfs_progress_watched(progress) || progress->note == NULL)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    progress->note(progress->ctx, text);
}

void iptfs_progress_message(const struct iptfs_progress *progress, const char *format, ...)
{
    char line[1024];
    va_list args;
    if (progress == NULL || progress->message == NULL)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    progress->message(progress->ctx, line);
}

bool iptfs_progress_watched(const struct iptfs_progress *progress)
{
    return progress != NULL && progress->update != NULL;
}
