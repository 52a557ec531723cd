/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "files/textfile.h"

#include "files/infile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct iptfs_path_text iptfs_quoted_path(const char *path)
{
    struct iptfs_path_text quoted;
    const size_t most = sizeof quoted.text - 20, length = strlen(path);
    const char *begin = length <= most ? path : path + (length - most);
    snprintf(quoted.text, sizeof quoted.text, "%s%s", begin == path ? "" : "...", begin);
    for (char *c = quoted.text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            *c = '?';
    return quoted;
}

static int cannot_read(const char *path, struct iptfs_error *error)
{
    if (errno == ENOMEM)
        return iptfs_fail_no_memory(error);
    return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read: %s", iptfs_quoted_path(path).text,
                      strerror(errno));
}

/* Lines are counted up to the zero octet, behind which the text would seem to end. */
static int refuse_zero_octet(const char *path, const char *text, struct iptfs_error *error)
{
    unsigned line = 1;
    for (; *text != '\0'; text++)
        line += *text == '\n';
    return iptfs_fail(error, IPTFS_E_INVALID, "%s:%u: found a zero octet, allowed: text",
                      iptfs_quoted_path(path).text, line);
}

/* Reads to the end of the file into memory that grows as needed, for pipes have no size. */
static int read_stream(FILE *file, const char *path, char **text, size_t *length,
                       struct iptfs_error *error)
{
    size_t capacity = 0, taken;
    *length = 0;
    do {
        if (*length > IPTFS_TEXTFILE_MAX_OCTETS)
            return iptfs_fail(error, IPTFS_E_INVALID, "%s: found more than 64 MiB, allowed: less",
                              iptfs_quoted_path(path).text);
        if (*length + 1 >= capacity) {
            capacity = capacity == 0 ? 16384 : capacity * 2;
            char *grown = realloc(*text, capacity);
            if (grown == NULL)
                return iptfs_fail_no_memory(error);
            *text = grown;
        }
        taken = fread(*text + *length, 1, capacity - 1 - *length, file);
        *length += taken;
    } while (taken > 0);
    (*text)[*length] = '\0';
    return ferror(file) ? cannot_read(path, error) : 0;
}

int iptfs_textfile_read_stream(FILE *file, const char *path, char **text, struct iptfs_error *error)
{
    char *read = NULL;
    size_t length = 0;
    int code = read_stream(file, path, &read, &length, error);
    if (code == 0 && strlen(read) != length)
        code = refuse_zero_octet(path, read, error);
    if (code != 0) {
        free(read);
        return code;
    }
    *text = read;
    return 0;
}

int iptfs_textfile_read(const char *path, char **text, struct iptfs_error *error)
{
    FILE *file;
    int code = iptfs_infile_open(path, &file, error);
    if (code != 0)
        return code;
    code = iptfs_textfile_read_stream(file, path, text, error);
    fclose(file);
    return code;
}

void iptfs_lines_begin(struct iptfs_lines *lines, const char *text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
    *lines = (struct iptfs_lines){.next = text};
}

const char *iptfs_lines_next(struct iptfs_lines *lines, size_t *length)
{
    if (*lines->next == '\0')
        return NULL;
    const char *begin = lines->next;
    const char *end = begin + strcspn(begin, "\n");
    lines->next = *end == '\n' ? end + 1 : end;
    lines->number++;
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    *length = (size_t)(end - begin);
    return begin;
}

static char *join_beside(const char *beside, const char *path)
{
    const char *slash = strrchr(beside, '/');
    int folder = slash == NULL || *path == '/' ? 0 : (int)(slash + 1 - beside);
    char *joined;
    return asprintf(&joined, "%.*s%s", folder, beside, path) < 0 ? NULL : joined;
}

char *iptfs_folder_beside(const char *beside, const char *path)
{
    struct stat status;
    char *joined = join_beside(beside, path);
    if (joined != NULL && stat(joined, &status) == 0 && S_ISDIR(status.st_mode))
        return joined;
    free(joined);
    return NULL;
}

char *iptfs_path_beside(const char *beside, const char *path)
{
    char *joined = join_beside(beside, path);
    if (joined == NULL)
        return NULL;
    if (iptfs_infile_is_descriptor(joined))
        return joined; /* a pipe has no other name */
    struct stat status;
    char *absolute = realpath(joined, NULL);
    free(joined);
    if (absolute == NULL)
        return NULL;
    if (access(absolute, R_OK) == 0 && stat(absolute, &status) == 0) {
        if (!S_ISDIR(status.st_mode))
            return absolute;
        errno = EISDIR;
    }
    int reason = errno;
    free(absolute);
    errno = reason;
    return NULL;
}
