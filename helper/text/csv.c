/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/csv.h"

#include <stdbool.h>
#include <string.h>

static bool needs_quotes(const char *text)
{
    size_t length = strlen(text);
    return strpbrk(text, ",\"\r\n") != NULL ||
           (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));
}

void iptfs_csv_text(const char *text, FILE *out)
{
    if (text == NULL)
        return;
    bool quoted = needs_quotes(text);
    if (quoted)
        fputc('"', out);
    for (; *text != '\0'; text++)
        fputs(*text == '"' ? "\"\"" : (const char[]){*text, '\0'}, out);
    if (quoted)
        fputc('"', out);
}
