/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/folder.h"

#include "support/check.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

void folder_make(void)
{
    strcpy(folder, "/tmp/iptfs-test-XXXXXX");
    CHECK_TRUE(mkdtemp(folder) != NULL);
}

void folder_remove(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_remove_tree(const char *name)
{
    nftw(folder_file(name), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *folder_path(void)
{
    return folder;
}

const char *folder_file(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

void folder_write(const char *name, const char *text)
{
    FILE *file = fopen(folder_file(name), "w");
    if (CHECK_TRUE(file != NULL)) {
        fputs(text, file);
        fclose(file);
    }
}

char *folder_read(const char *name, size_t *size)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = fopen(folder_file(name), "r"), *memory = open_memstream(&text, &length);
    for (int c; file != NULL && (c = fgetc(file)) != EOF;)
        fputc(c, memory);
    fclose(memory);
    if (file != NULL)
        fclose(file);
    if (size != NULL)
        *size = length;
    return text;
}

int folder_shell(const char *line)
{
    char *command = NULL;
    const char *path = getenv("IPTFS_SIM");
    char *program = realpath(path != NULL ? path : "build/iptfs-sim", NULL);
    int length = asprintf(&command, "cd '%s' || exit; SIM='%s'; sim() { \"$SIM\" \"$@\"; }\n%s",
                          folder, program != NULL ? program : "", line);
    int status = length > 0 ? system(command) : -1;
    free(command);
    free(program);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int folder_script(const char *line)
{
    char *redirected = NULL;
    int length = asprintf(&redirected, "exec >stdout 2>stderr\n%s", line);
    int status = length > 0 ? folder_shell(redirected) : -1;
    free(redirected);
    return status;
}

int folder_run(const char *format, ...)
{
    char arguments[512], line[600];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(line, sizeof line, "sim %s >stdout 2>stderr", arguments);
    return folder_shell(line);
}

bool folder_have(const char *program)
{
    char line[128];
    snprintf(line, sizeof line, "command -v %s >/dev/null", program);
    return system(line) == 0;
}

void folder_check_has(const char *name, const char *part, const char *file, int line)
{
    char *text = folder_read(name, NULL);
    if (strstr(text, part) == NULL)
        check_fail(file, line, "\"%s\" is not in %s: \"%s\"", part, name, text);
    free(text);
}

void folder_check_same(const char *a, const char *b, const char *file, int line)
{
    size_t one, two;
    char *first = folder_read(a, &one), *second = folder_read(b, &two);
    if (!check_true(one == two && one > 0 && memcmp(first, second, one) == 0, "same octets", file,
                    line))
        check_fail(file, line, "%s and %s differ", a, b);
    free(first);
    free(second);
}
