/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    WORD_MAX = 64
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Levenshtein's distance with swapped neighbours as one step: cell [i][j] is the distance of the
 * first i characters of a from the first j of b. */
size_t iptfs_word_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return SIZE_MAX;
    size_t cell[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_length; i++)
        cell[i][0] = i;
    for (size_t j = 0; j <= b_length; j++)
        cell[0][j] = j;
    for (size_t i = 1; i <= a_length; i++)
        for (size_t j = 1; j <= b_length; j++) {
            size_t exchange = cell[i - 1][j - 1] + !same(a[i - 1], b[j - 1]);
            size_t insert = smaller(cell[i - 1][j], cell[i][j - 1]) + 1;
            cell[i][j] = smaller(exchange, insert);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                cell[i][j] = smaller(cell[i][j], cell[i - 2][j - 2] + 1);
        }
    return cell[a_length][b_length];
}

void iptfs_suggest_offer(struct iptfs_suggest *nearest, const char *candidate)
{
    size_t found_length = strlen(nearest->found), length = strlen(candidate);
    size_t distance = iptfs_word_distance(nearest->found, candidate);
    if (distance > (length > found_length ? length : found_length) / 3)
        return;
    if (nearest->best != NULL && distance >= nearest->distance)
        return;
    nearest->best = candidate;
    nearest->distance = distance;
}

struct iptfs_suggest_hint iptfs_suggest_hint(const struct iptfs_suggest *nearest)
{
    struct iptfs_suggest_hint hint = {""};
    if (nearest->best != NULL)
        snprintf(hint.text, sizeof hint.text, "; did you mean '%.70s'?", nearest->best);
    return hint;
}
