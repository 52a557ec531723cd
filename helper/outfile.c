/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outfile.h"

#include "textfile.h"

#include <errno.h>
#include <stdbool.h>
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

/* A device or a pipe takes what is written; a file renamed to its name would end it. */
static bool is_stream(const struct stat *status)
{
    return !S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode);
}

/* Opens the file itself when it is a stream, else one of a name of its own beside it. False with
 * errno set. */
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
    out->file = fopen(out->temporary, "w");
    return out->file != NULL;
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
    bool written = !ferror(out->file);
    written = fclose(out->file) == 0 && written;
    out->file = NULL;
    if (written && out->temporary != NULL) {
        written = rename(out->temporary, out->path) == 0;
        if (written) {
            free(out->temporary);
            out->temporary = NULL;
        }
    }
    int code = written ? IPTFS_OK : cannot(error, "write the file", out->path);
    iptfs_outfile_discard(out);
    return code;
}

void iptfs_outfile_discard(struct iptfs_outfile *out)
{
    if (out->file != NULL)
        fclose(out->file);
    if (out->temporary != NULL)
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
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
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
