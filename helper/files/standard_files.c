/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/standard_files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool iptfs_open_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* The lowest number is free: those below are open. */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    }
    return true;
}
