/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/results_sync.h"

#include "files/textfile.h"
#include "files/wall_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const double interval_s = 5.0;

void iptfs_results_sync_begin(struct iptfs_results_sync *sync, const char *directory)
{
    sync->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sync->next_s = iptfs_wall_s() + interval_s;
}

void iptfs_results_sync_when_due(struct iptfs_results_sync *sync)
{
    enum {
        SHARE = 50
    };
    double start_s = iptfs_wall_s();
    if (sync->fd < 0 || start_s < sync->next_s)
        return;
    syncfs(sync->fd); /* an error is seen again in the end */
    double end_s = iptfs_wall_s(), pause_s = SHARE * (end_s - start_s);
    sync->next_s = end_s + (pause_s > interval_s ? pause_s : interval_s);
}

int iptfs_results_sync_end(struct iptfs_results_sync *sync, const char *directory,
                           struct iptfs_error *error)
{
    int code = 0;
    if (sync->fd >= 0 && syncfs(sync->fd) != 0)
        code = iptfs_fail(error, IPTFS_E_IO, "%s: results cannot be written: %s",
                          iptfs_quoted_path(directory).text, strerror(errno));
    if (sync->fd >= 0)
        close(sync->fd);
    sync->fd = -1;
    return code;
}
