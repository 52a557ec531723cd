/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/outfile.h"

#include "files/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(struct iptfs_error *error, const char *what, const char *path)
{
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

/* The files of this process by their numbers: how a file without a name gets one. */
#define OWN_FILES "/proc/self/fd"

/* A file without a name in the folder of `path`, which vanishes when the program is killed; NULL
 * where the system has no such files. */
static FILE *open_nameless(const char *path)
{
    char *folder = access(OWN_FILES, X_OK) == 0 ? strdup(path) : NULL;
    if (folder == NULL)
        return NULL;
    int fd = open(dirname(folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    free(folder);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

/* Opens the file itself when it is a stream, else one beside it. False with errno set. */
static bool open_file(struct iptfs_outfile *out, const char *path)
{
    struct stat status;
    bool exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return false;
    }
    out->path = followed(path);
    if (out->path == NULL)
        return false;
    if (exists && is_stream(&status)) {
        out->file = fopen(path, "w");
        return out->file != NULL;
    }
    if (asprintf(&out->temporary, "%s.%ld.tmp", out->path, (long)getpid()) < 0) {
        out->temporary = NULL;
        return false;
    }
    out->file = open_nameless(out->path);
    out->nameless = out->file != NULL;
    if (out->file == NULL)
        out->file = fopen(out->temporary, "w");
    return out->file != NULL;
}

/* Gives a file without a name its temporary one, since a link cannot replace an older file. */
static bool name_file(struct iptfs_outfile *out)
{
    char self[64];
    snprintf(self, sizeof self, OWN_FILES "/%d", fileno(out->file));
    unlink(out->temporary); /* left by a killed process of the same number */
    if (linkat(AT_FDCWD, self, AT_FDCWD, out->temporary, AT_SYMLINK_FOLLOW) != 0)
        return false;
    out->nameless = false;
    return true;
}

static bool take_name(struct iptfs_outfile *out)
{
    if (out->temporary == NULL)
        return true;
    if (rename(out->temporary, out->path) != 0)
        return false;
    free(out->temporary);
    out->temporary = NULL;
    return true;
}

int iptfs_outfile_open(struct iptfs_outfile *out, const char *path, struct iptfs_error *error)
{
    *out = (struct iptfs_outfile){0};
    if (open_file(out, path))
        return IPTFS_OK;
    int code = cannot(error, "write the file", path);
    free(out->temporary); /* there is nothing to remove */
    out->temporary = NULL;
    iptfs_outfile_discard(out);
    return code;
}

int iptfs_outfile_commit(struct iptfs_outfile *out, struct iptfs_error *error)
{
    bool written = fflush(out->file) == 0 && !ferror(out->file);
    if (written && out->nameless)
        written = name_file(out);
    written = fclose(out->file) == 0 && written;
    out->file = NULL;
    written = written && take_name(out);
    int code = written ? IPTFS_OK : cannot(error, "write the file", out->path);
    iptfs_outfile_discard(out);
    return code;
}

void iptfs_outfile_discard(struct iptfs_outfile *out)
{
    if (out->file != NULL)
        fclose(out->file);
    if (out->temporary != NULL && !out->nameless)
        unlink(out->temporary);
    free(out->temporary);
    free(out->path);
    *out = (struct iptfs_outfile){0};
}

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
    int code = iptfs_outfile_open(out, path, error);
    free(path);
    return code;
}
