/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/folder.h"

#include "files/textfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(const char *path, const char *name, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_IO, "%s/%s: cannot be removed: %s",
                      iptfs_quoted_path(path).text, iptfs_quoted_path(name).text, strerror(errno));
}

static int remove_from(DIR *folder, const char *path, iptfs_folder_is_ours *ours, void *ctx,
                       struct iptfs_error *error)
{
    struct dirent *entry;
    struct stat status;
    while ((entry = readdir(folder)) != NULL) {
        if (!ours(entry->d_name, ctx) ||
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) != 0 && errno != ENOENT)
            return cannot(path, entry->d_name, error);
    }
    return 0;
}

int iptfs_folder_remove_files(const char *path, iptfs_folder_is_ours *ours, void *ctx,
                              struct iptfs_error *error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 && lstat(path, &status) == 0 && S_ISLNK(status.st_mode))
        return iptfs_fail(error, IPTFS_E_IO,
                          "%s: found a symbolic link, allowed: a folder, for files to be removed",
                          iptfs_quoted_path(path).text);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (folder == NULL) {
        int code = iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s",
                              iptfs_quoted_path(path).text, strerror(errno));
        if (fd >= 0)
            close(fd);
        return code;
    }
    int code = remove_from(folder, path, ours, ctx, error);
    closedir(folder);
    return code;
}
