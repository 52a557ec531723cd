/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/infile.h"

#include "files/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Of pipes that have no name: another process has opened their other end. See statfs(2). */
#define PIPEFS_MAGIC 0x50495045

bool iptfs_infile_is_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (strncmp(path, folders[i], strlen(folders[i])) == 0)
            return true;
    return strcmp(path, "/dev/stdin") == 0;
}

static int cannot_read(const char *path, int reason, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s", iptfs_quoted_path(path).text,
                      strerror(reason));
}

static const char *kind_of(mode_t mode)
{
    return S_ISFIFO(mode)                   ? "a named pipe"
           : S_ISSOCK(mode)                 ? "a socket"
           : S_ISLNK(mode)                  ? "a symbolic link"
           : S_ISCHR(mode) || S_ISBLK(mode) ? "a device"
                                            : "no file";
}

static int refuse_kind(const char *path, mode_t mode, const char *allowed,
                       struct iptfs_error *error)
{
    if (S_ISDIR(mode))
        return cannot_read(path, EISDIR, error);
    return iptfs_fail(error, IPTFS_E_IO, "%s: found %s, allowed: %s", iptfs_quoted_path(path).text,
                      kind_of(mode), allowed);
}

static bool is_null_device(const struct stat *status)
{
    return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3);
}

static bool is_open_pipe(int fd, const struct stat *status)
{
    struct statfs system;
    return S_ISFIFO(status->st_mode) && fstatfs(fd, &system) == 0 && system.f_type == PIPEFS_MAGIC;
}

/* A number at the end of "/dev/fd/N"; 0 of /dev/stdin. */
static int number_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *end;
    long number = strtol(slash + 1, &end, 10);
    return end != slash + 1 && *end == '\0' && number >= 0 && number < 1 << 20 ? (int)number : 0;
}

/* Does not wait for the other end of a pipe. A descriptor that cannot be opened again, such as a
 * socket, is shared. */
static int open_fd(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags);
    if (fd < 0 && flags == 0 && iptfs_infile_is_descriptor(path))
        fd = fcntl(number_of(path), F_DUPFD_CLOEXEC, 3);
    else if (fd >= 0)
        fcntl(fd, F_SETFL, 0); /* reads wait, from now on */
    return fd;
}

static int open_stream(int fd, FILE **file, struct iptfs_error *error)
{
    *file = fdopen(fd, "r");
    if (*file != NULL)
        return 0;
    close(fd);
    return iptfs_fail_no_memory(error);
}

/* The open of a socket fails with a reason that explains nothing, and so does that of a link which
 * is not followed. */
static int cannot_open(const char *path, int reason, const char *allowed, struct iptfs_error *error)
{
    struct stat status;
    if ((reason == ENXIO || reason == ELOOP) && lstat(path, &status) == 0 &&
        (S_ISSOCK(status.st_mode) || (S_ISLNK(status.st_mode) && allowed != NULL)))
        return refuse_kind(path, status.st_mode, allowed != NULL ? allowed : "a file", error);
    return cannot_read(path, reason, error);
}

int iptfs_infile_open(const char *path, FILE **file, struct iptfs_error *error)
{
    struct stat status;
    int fd = open_fd(path, 0);
    if (fd < 0)
        return cannot_open(path, errno, NULL, error);
    bool readable = fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode) &&
                    (S_ISREG(status.st_mode) || iptfs_infile_is_descriptor(path) ||
                     is_null_device(&status) || is_open_pipe(fd, &status));
    if (readable)
        return open_stream(fd, file, error);
    close(fd);
    return refuse_kind(path, status.st_mode, "a file, or a pipe as /dev/stdin", error);
}

int iptfs_infile_open_own(const char *path, FILE **file, struct iptfs_error *error)
{
    struct stat status;
    int fd = open_fd(path, O_NOFOLLOW);
    if (fd < 0)
        return cannot_open(path, errno, "a file", error);
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return open_stream(fd, file, error);
    close(fd);
    return refuse_kind(path, status.st_mode, "a file", error);
}
