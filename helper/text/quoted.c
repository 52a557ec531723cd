/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/quoted.h"

#include "text/suggest.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

struct iptfs_text iptfs_quoted(const char *text)
{
    static const char cut[] = "...";
    struct iptfs_text quoted;
    const size_t most = sizeof quoted.text - sizeof cut;
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    size_t shown = length <= most ? length : most;
    /* Not in the middle of a UTF-8 character. */
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80)
        shown--;
    for (size_t i = 0; i < shown; i++)
        quoted.text[i] = iscntrl((unsigned char)text[i]) ? '?' : text[i];
    strcpy(quoted.text + shown, shown < length ? cut : "");
    return quoted;
}

int iptfs_refuse_value(const char *text, const char *allowed, const char *nearest,
                       struct iptfs_error *error)
{
    struct iptfs_suggest suggest = {.best = nearest};
    return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: %s%s", iptfs_quoted(text).text,
                      allowed, iptfs_suggest_hint(&suggest).text);
}
