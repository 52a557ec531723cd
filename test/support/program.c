/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/program.h"

#include "support/check.h"
#include "support/fixture.h"
#include "support/folder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

void program_new_folder(void)
{
    folder_make();
}

void program_remove_folder(void)
{
    folder_remove();
}

const char *program_folder(void)
{
    return folder_path();
}

const char *program_path(void)
{
    const char *path = getenv("IPTFS_SIM");
    return path != NULL ? path : "build/iptfs-sim";
}

char *program_file(const char *name)
{
    return strdup(folder_file(name));
}

char *program_read(const char *name)
{
    char *path = program_file(name);
    char *text = fixture_text(path);
    free(path);
    return text;
}

bool program_wrote(const char *name)
{
    struct stat status;
    char *path = program_file(name);
    bool there = stat(path, &status) == 0;
    free(path);
    return there;
}

void program_write(const char *name, const char *text)
{
    folder_write(name, text);
}

struct outcome program_run(const char *format, ...)
{
    char arguments[1024], command[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(command, sizeof command, "%s %s >%s/stdout 2>%s/stderr", program_path(), arguments,
             folder_path(), folder_path());
    int status = system(command);
    return (struct outcome){
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .out = program_read("stdout"),
        .err = program_read("stderr"),
    };
}

void program_free(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
}

size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

void check_contains(const char *text, const char *part, const char *file, int line)
{
    if (text == NULL || strstr(text, part) == NULL)
        check_fail(file, line, "\"%s\" is not in \"%s\"", part, text != NULL ? text : "");
}
