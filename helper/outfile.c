/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(struct iptfs_error *error, const char *what, const char *path)
{
    return iptfs_fail(error, IPTFS_E_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

char *iptfs_path_join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    const char *slash = length > 0 && directory[length - 1] == '/' ? "" : "/";
    char *path = NULL;
    return asprintf(&path, "%s%s%s", directory, slash, name) < 0 ? NULL : path;
}

int iptfs_outfile_open(struct iptfs_outfile *out, const char *path, struct iptfs_error *error)
{
    *out = (struct iptfs_outfile){0};
    out->path = strdup(path);
    if (out->path == NULL || asprintf(&out->temporary, "%s.%ld.tmp", path, (long)getpid()) < 0) {
        out->temporary = NULL;
        iptfs_outfile_discard(out);
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    }
    out->file = fopen(out->temporary, "w");
    if (out->file != NULL)
        return IPTFS_OK;
    int code = cannot(error, "write the file", path);
    free(out->temporary); /* there is nothing to remove */
    out->temporary = NULL;
    iptfs_outfile_discard(out);
    return code;
}

int iptfs_outfile_commit(struct iptfs_outfile *out, struct iptfs_error *error)
{
    int written = ferror(out->file) ? EOF : 0;
    if (fclose(out->file) != 0)
        written = EOF;
    out->file = NULL;
    if (written == 0 && rename(out->temporary, out->path) == 0) {
        free(out->temporary);
        out->temporary = NULL;
        iptfs_outfile_discard(out);
        return IPTFS_OK;
    }
    int code = cannot(error, "write the file", out->path);
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
    if (path[0] == '\0' || make_each(copy) != 0)
        code = cannot(error, "make the directory", path);
    else if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        code = iptfs_fail(error, IPTFS_E_IO, "%s: not a directory", path);
    else if (access(path, W_OK | X_OK) != 0)
        code = cannot(error, "write into the directory", path);
    free(copy);
    return code;
}
