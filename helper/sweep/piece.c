/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/piece.h"

#include <ctype.h>

struct iptfs_piece iptfs_piece_trim(const char *begin, const char *end)
{
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    return (struct iptfs_piece){begin, (size_t)(end - begin)};
}

bool iptfs_piece_next(const char **text, char separator, struct iptfs_piece *piece)
{
    const char *begin = *text, *end = begin;
    int depth = 0;
    if (begin == NULL)
        return false;
    for (; *end != '\0' && (*end != separator || depth > 0); end++)
        depth += (*end == '(') - (*end == ')');
    *piece = iptfs_piece_trim(begin, end);
    *text = *end == '\0' ? NULL : end + 1;
    return true;
}
