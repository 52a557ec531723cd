/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/folder_lock.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "text/quantity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Writes whose lock it is, for the message of another process. */
static void sign(int fd)
{
    char host[256] = "", text[320];
    gethostname(host, sizeof host - 1);
    int length = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
    if (ftruncate(fd, 0) != 0 || write(fd, text, (size_t)length) != length)
        return; /* on a full disk the lock holds without a name */
}

static int refuse(int fd, const char *directory, struct iptfs_error *error)
{
    char holder[64] = "";
    if (read(fd, holder, sizeof holder - 1) <= 0)
        strcpy(holder, "another process");
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: another sweep is running here (%s); wait for it, or --out DIR puts "
                      "results elsewhere",
                      iptfs_quoted_path(directory).text, iptfs_quoted(holder).text);
}

/* Tries for two seconds, since processes of a sweep that was killed may take a moment to end. */
static bool lock_soon(int fd)
{
    enum {
        TRIES = 40
    };
    const struct timespec pause = {0, 50000000};
    for (int i = 0; i < TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        nanosleep(&pause, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

int iptfs_folder_lock_take(struct iptfs_folder_lock *lock, const char *directory,
                           struct iptfs_error *error)
{
    char *path = iptfs_path_join(directory, ".lock");
    lock->fd = path != NULL
                   ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666)
                   : -1;
    free(path);
    if (lock->fd < 0 && errno != ELOOP)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be locked: %s",
                          iptfs_quoted_path(directory).text, strerror(errno));
    struct stat status;
    if (lock->fd < 0 || fstat(lock->fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        iptfs_folder_lock_release(lock);
        return iptfs_fail(error, IPTFS_E_IO, "%s/.lock: found a link or no file, allowed: a file",
                          iptfs_quoted_path(directory).text);
    }
    if (lock_soon(lock->fd)) {
        sign(lock->fd);
        return 0;
    }
    int code = errno == EWOULDBLOCK ? refuse(lock->fd, directory, error) : 0;
    iptfs_folder_lock_release(lock);
    return code;
}

void iptfs_folder_lock_release(struct iptfs_folder_lock *lock)
{
    if (lock->fd >= 0) {
        flock(lock->fd, LOCK_UN);
        close(lock->fd);
    }
    lock->fd = -1;
}
