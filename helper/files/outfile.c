/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/outfile.h"

#include "files/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(struct iptfs_error *error, const char *what, const char *path)
{
    if (errno == ENOMEM)
        return iptfs_fail_no_memory(error);
    return iptfs_fail(error, IPTFS_E_IO, "%s: cannot %s: %s", iptfs_quoted_path(path).text, what,
                      strerror(errno));
}

char *iptfs_path_join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    const char *slash = length > 0 && directory[length - 1] == '/' ? "" : "/";
    char *path = NULL;
    return asprintf(&path, "%s%s%s", directory, slash, name) < 0 ? NULL : path;
}

/* The file that `path` leads to, so that a link to it stays one. */
static char *followed(const char *path)
{
    char *real = realpath(path, NULL);
    return real != NULL || errno == ENOMEM ? real : strdup(path);
}

/* A device or a pipe is written directly: a file renamed to its name would replace it. */
static bool is_stream(const struct stat *status)
{
    return !S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode);
}

/* ------------------------------------------------------------------------------------- writing */

static void fail_writing(struct iptfs_outfile *out, int why)
{
    if (out->failure == 0)
        out->failure = why;
}

/* The write function of the stream. The first failure stays, since the stream keeps none and later
 * writes may succeed again. */
static ssize_t write_octets(void *ctx, const char *octets, size_t size)
{
    struct iptfs_outfile *out = ctx;
    size_t done = 0;
    if (out->limit != NULL && out->limit->left < size) {
        out->limit->reached = true;
        fail_writing(out, EFBIG);
    }
    while (done < size && out->failure == 0) {
        ssize_t written = write(out->fd, octets + done, size - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR)
            fail_writing(out, written == 0 ? EIO : errno);
    }
    out->octets += done;
    if (out->limit != NULL)
        out->limit->left -= done;
    return (ssize_t)done; /* less than `size` is an error */
}

static int close_octets(void *ctx)
{
    struct iptfs_outfile *out = ctx;
    if (close(out->fd) != 0)
        fail_writing(out, errno);
    out->fd = -1;
    return out->failure == 0 ? 0 : -1;
}

/* Makes the stream for out->fd. */
static bool open_stream(struct iptfs_outfile *out)
{
    static const cookie_io_functions_t functions = {.write = write_octets, .close = close_octets};
    out->file = out->fd >= 0 ? fopencookie(out, "w", functions) : NULL;
    if (out->file == NULL && out->fd >= 0)
        close(out->fd);
    return out->file != NULL;
}

/* ------------------------------------------------------------------------------------- opening */

/* The files of this process by their numbers: how a file without a name gets one. */
#define OWN_FILES "/proc/self/fd"

/* A file without a name in the folder of `path`, which vanishes when the program is killed; -1
 * where the system has no such files. */
static int open_nameless(const char *path, mode_t mode)
{
    char *folder = access(OWN_FILES, X_OK) == 0 ? strdup(path) : NULL;
    if (folder == NULL)
        return -1;
    int fd = open(dirname(folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    free(folder);
    return fd;
}

static bool has_name(int fd, const char *name)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && lstat(name, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

/* Removes a temporary file that a killed process has left: one that no process has locked. */
static void remove_leftover(const char *temporary)
{
    int fd = open(temporary, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && has_name(fd, temporary))
        unlink(temporary);
    close(fd);
}

/* Makes out->fd, or gives it a name if it has none, under a locked name `temporary`. */
static bool enter_name(struct iptfs_outfile *out, const char *temporary, mode_t mode)
{
    char self[64];
    snprintf(self, sizeof self, OWN_FILES "/%d", out->fd);
    remove_leftover(temporary);
    if (out->nameless) {
        flock(out->fd, LOCK_EX | LOCK_NB);
        return linkat(AT_FDCWD, self, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0;
    }
    out->fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    if (out->fd >= 0)
        flock(out->fd, LOCK_EX | LOCK_NB);
    if (out->fd < 0 || has_name(out->fd, temporary))
        return out->fd >= 0;
    close(out->fd); /* taken for a leftover before it was locked */
    errno = EEXIST;
    return false;
}

/* The same under a name that the next write of this file finds, or if another process has that
 * name, under one of this process. */
static bool enter_temporary(struct iptfs_outfile *out, mode_t mode)
{
    for (int i = 0; i < 2; i++) {
        if ((i == 0 ? asprintf(&out->temporary, "%s.iptfs-tmp", out->path)
                    : asprintf(&out->temporary, "%s.%ld.iptfs-tmp", out->path, (long)getpid())) < 0)
            out->temporary = NULL;
        if (out->temporary != NULL && enter_name(out, out->temporary, mode))
            return true;
        int why = out->temporary != NULL ? errno : ENOMEM;
        free(out->temporary);
        out->temporary = NULL;
        errno = why;
        if (why != EEXIST)
            return false;
    }
    return false;
}

/* Opens the file itself when it is a stream, else one beside it. False with errno set. */
static bool open_file(struct iptfs_outfile *out, const char *path, mode_t mode, bool follow)
{
    struct stat status;
    bool exists = (follow ? stat(path, &status) : lstat(path, &status)) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return false;
    }
    out->path = follow ? followed(path) : strdup(path);
    if (out->path == NULL)
        return false;
    if (follow && exists && is_stream(&status)) {
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
        return open_stream(out);
    }
    out->fd = open_nameless(out->path, mode);
    out->nameless = out->fd >= 0;
    return (out->nameless || enter_temporary(out, mode)) && open_stream(out);
}

static int open_mode(struct iptfs_outfile *out, const char *path, mode_t mode, bool follow,
                     struct iptfs_error *error)
{
    *out = (struct iptfs_outfile){.fd = -1};
    if (open_file(out, path, mode, follow))
        return IPTFS_OK;
    int code = cannot(error, "write the file", path);
    iptfs_outfile_discard(out);
    return code;
}

int iptfs_outfile_open(struct iptfs_outfile *out, const char *path, struct iptfs_error *error)
{
    return open_mode(out, path, 0666, true, error);
}

int iptfs_outfile_open_private(struct iptfs_outfile *out, const char *path,
                               struct iptfs_error *error)
{
    return open_mode(out, path, 0600, true, error);
}

/* ----------------------------------------------------------------------------------- its name */

/* Gives a file without a name its own, or where an older file has that, a temporary one, since a
 * link cannot replace a file. */
static bool link_name(struct iptfs_outfile *out)
{
    char self[64];
    snprintf(self, sizeof self, OWN_FILES "/%d", out->fd);
    bool linked = linkat(AT_FDCWD, self, AT_FDCWD, out->path, AT_SYMLINK_FOLLOW) == 0;
    if (!linked && errno == EEXIST)
        linked = enter_temporary(out, 0);
    out->nameless = !linked;
    return linked;
}

static bool take_name(struct iptfs_outfile *out)
{
    if (out->nameless && !link_name(out))
        return false;
    if (out->temporary == NULL)
        return true;
    if (rename(out->temporary, out->path) != 0)
        return false;
    free(out->temporary);
    out->temporary = NULL;
    return true;
}

/* File systems of other machines report failures when a file is closed; but the file stays open
 * until it has its name. */
static bool close_copy(int fd)
{
    int copy = dup(fd);
    return copy >= 0 && close(copy) == 0;
}

bool iptfs_outfile_is_stream(const struct iptfs_outfile *out)
{
    return out->file != NULL && out->temporary == NULL && !out->nameless;
}

static void write_rest(struct iptfs_outfile *out)
{
    if (fflush(out->file) != 0 || (out->failure == 0 && !close_copy(out->fd)))
        fail_writing(out, errno);
}

static int report_failure(const struct iptfs_outfile *out, struct iptfs_error *error)
{
    errno = out->failure;
    return out->failure == 0 ? IPTFS_OK : cannot(error, "write the file", out->path);
}

static int commit(struct iptfs_outfile *out, bool sync, struct iptfs_error *error)
{
    bool stream = iptfs_outfile_is_stream(out);
    write_rest(out);
    if (out->failure == 0 && sync && !stream && fsync(out->fd) != 0)
        fail_writing(out, errno);
    if (out->failure == 0 && !take_name(out))
        fail_writing(out, errno);
    if (fclose(out->file) != 0)
        fail_writing(out, errno);
    out->file = NULL;
    int code = report_failure(out, error);
    iptfs_outfile_discard(out);
    return code;
}

int iptfs_outfile_flush(struct iptfs_outfile *out, struct iptfs_error *error)
{
    write_rest(out);
    return report_failure(out, error);
}

int iptfs_outfile_commit(struct iptfs_outfile *out, struct iptfs_error *error)
{
    return commit(out, false, error);
}

int iptfs_outfile_commit_synced(struct iptfs_outfile *out, struct iptfs_error *error)
{
    return commit(out, true, error);
}

void iptfs_outfile_discard(struct iptfs_outfile *out)
{
    if (out->temporary != NULL)
        unlink(out->temporary);
    if (out->file != NULL)
        fclose(out->file);
    free(out->temporary);
    free(out->path);
    *out = (struct iptfs_outfile){.fd = -1};
}

int iptfs_folder_sync(const char *path, struct iptfs_error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL); /* EINVAL: it has nothing to do */
    int code = synced ? IPTFS_OK : cannot(error, "sync the directory", path);
    if (fd >= 0)
        close(fd);
    return code;
}

/* ------------------------------------------------------------------------------------- folders */

/* Makes the directories of `path` one after the other; `path` is changed on the way and restored.
 */
static int make_each(char *path)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        int made = mkdir(path, 0777);
        *at = '/';
        if (made != 0 && errno != EEXIST)
            return made;
    }
    return mkdir(path, 0777) != 0 && errno != EEXIST ? -1 : 0;
}

int iptfs_make_directory(const char *path, struct iptfs_error *error)
{
    char *copy = strdup(path);
    if (copy == NULL)
        return iptfs_fail_no_memory(error);
    struct stat status;
    int code = IPTFS_OK;
    errno = ENOENT; /* what an empty name means */
    if (path[0] == '\0' || make_each(copy) != 0)
        code = cannot(error, "make the directory", path);
    else if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        code = iptfs_fail(error, IPTFS_E_IO, "%s: not a directory", iptfs_quoted_path(path).text);
    else if (access(path, W_OK | X_OK) != 0)
        code = cannot(error, "write into the directory", path);
    free(copy);
    return code;
}

int iptfs_outfile_open_in(struct iptfs_outfile *out, const char *directory, const char *name,
                          struct iptfs_error *error)
{
    char *path = iptfs_path_join(directory, name);
    if (path == NULL)
        return iptfs_fail_no_memory(error);
    int code = open_mode(out, path, 0666, false, error);
    free(path);
    return code;
}

bool iptfs_outfile_is_temporary(const char *behind)
{
    size_t digits = behind[0] == '.' ? strspn(behind + 1, "0123456789") : 0;
    behind += digits > 0 ? digits + 1 : 0;
    return strcmp(behind, ".iptfs-tmp") == 0 || (digits > 0 && strcmp(behind, ".tmp") == 0);
}
