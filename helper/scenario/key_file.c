/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/key_file.h"

#include "base/erase.h"
#include "files/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_read(const char *path, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s", iptfs_quoted_path(path).text,
                      strerror(errno));
}

/* A file of root is as safe as one's own. */
static bool is_foreign(const struct stat *status)
{
    return status->st_uid != geteuid() && status->st_uid != 0;
}

static void warn_of_mode(const char *path, const struct stat *status, FILE *notes)
{
    struct iptfs_path_text name = iptfs_quoted_path(path);
    mode_t mode = status->st_mode & 07777;
    if (is_foreign(status))
        fprintf(notes, "%s: warning: the key file belongs to another user\n", name.text);
    if ((mode & (S_IWGRP | S_IWOTH)) != 0)
        fprintf(notes, "%s: warning: other users can change the key file (mode %04o, safe: 0600)\n",
                name.text, (unsigned)mode);
    else if ((mode & (S_IRGRP | S_IROTH)) != 0)
        fprintf(notes, "%s: warning: other users can read the key file (mode %04o, safe: 0600)\n",
                name.text, (unsigned)mode);
}

/* Each name on the way to the file, itself included, may be a link of another user, who can make it
 * lead to another key. */
static void warn_of_links(const char *path, FILE *notes)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part)
        return;
    memcpy(part, path, length + 1);
    for (char *at = part + 1; at <= part + length; at++) {
        struct stat status;
        char end = *at;
        if (end != '/' && end != '\0')
            continue;
        *at = '\0';
        if (lstat(part, &status) == 0 && S_ISLNK(status.st_mode) && is_foreign(&status))
            fprintf(notes, "%s: warning: the key file is behind a symbolic link of another user\n",
                    iptfs_quoted_path(part).text);
        *at = end;
    }
}

/* Fills text->octets; returns how many, or -1 with errno. */
static ssize_t read_octets(int fd, struct iptfs_key_text *text)
{
    size_t have = 0;
    while (have < sizeof text->octets) {
        ssize_t got = read(fd, text->octets + have, sizeof text->octets - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        have += (size_t)got;
        if (got == 0 || memchr(text->octets, '\n', have) != NULL)
            break;
    }
    return (ssize_t)have;
}

static bool is_blank(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r';
}

/* Finds the first line behind a UTF-8 byte order mark. */
static void find_line(struct iptfs_key_text *text, size_t octets)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    const char *begin = text->octets, *end = memchr(begin, '\n', octets);
    if (end == NULL)
        end = begin + octets;
    if (end - begin >= (ptrdiff_t)sizeof mark && memcmp(begin, mark, sizeof mark) == 0)
        begin += sizeof mark;
    while (begin < end && is_blank(*begin))
        begin++;
    while (end > begin && is_blank(end[-1]))
        end--;
    text->begin = begin;
    text->length = (size_t)(end - begin);
}

int iptfs_key_file_read(struct iptfs_key_text *text, const char *path, FILE *notes,
                        struct iptfs_error *error)
{
    struct stat status;
    text->length = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t octets = fd >= 0 ? read_octets(fd, text) : -1;
    int code = octets < 0 ? cannot_read(path, error) : IPTFS_OK;
    if (code == IPTFS_OK && notes != NULL && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        warn_of_mode(path, &status, notes);
        warn_of_links(path, notes);
    }
    if (fd >= 0)
        close(fd);
    if (code != IPTFS_OK)
        return code;
    find_line(text, (size_t)octets);
    if (memchr(text->begin, '\0', text->length) != NULL)
        return iptfs_fail(error, IPTFS_E_INVALID, "%s:1: found a zero octet, allowed: text",
                          iptfs_quoted_path(path).text);
    return IPTFS_OK;
}

void iptfs_key_text_erase(struct iptfs_key_text *text)
{
    iptfs_erase(text, sizeof *text);
}
