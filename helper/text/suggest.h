/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean ...?": the word that is nearest to what was typed, when one is near enough. */
#ifndef IPTFS_TEXT_SUGGEST_H
#define IPTFS_TEXT_SUGGEST_H

#include <stddef.h>

/* Set up with .found alone, offered candidates one by one. Keeps pointers, not copies. */
struct iptfs_suggest {
    const char *found;
    const char *best; /* NULL while none was near enough */
    size_t distance;
};

/* Single characters to put in, take out, exchange or swap with their neighbour to make one word of
 * the other; a capital and its small letter are the same. Words over 64 characters are as far as
 * can be (SIZE_MAX). */
size_t iptfs_word_distance(const char *a, const char *b);

/* Considers a candidate: near enough is a third of the longer word's characters. Of several that
 * are equally near the first stays. */
void iptfs_suggest_offer(struct iptfs_suggest *nearest, const char *candidate);

#endif
