/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/blanks.h"

#include <ctype.h>
#include <string.h>

const char *iptfs_skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

char *iptfs_trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

bool iptfs_is_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    text = iptfs_skip_blanks(text);
    return strncmp(text, word, length) == 0 && *iptfs_skip_blanks(text + length) == '\0';
}

bool iptfs_before_comma(const char *text, char *part, size_t size)
{
    const char *comma = strchr(text, ',');
    if (comma == NULL || (size_t)(comma - text) >= size)
        return false;
    memcpy(part, text, (size_t)(comma - text));
    part[comma - text] = '\0';
    return true;
}
