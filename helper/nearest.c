/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nearest.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum {
    WORD_MAX = 64
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, row by row: row[j] is the distance of the first i characters of a from
 * the first j of b. */
size_t iptfs_word_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > WORD_MAX || b_length > WORD_MAX)
        return SIZE_MAX;
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t exchange =
                diagonal + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
            diagonal = row[j];
            row[j] = smaller(exchange, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_length];
}

void iptfs_nearest_offer(struct iptfs_nearest *nearest, const char *candidate)
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
