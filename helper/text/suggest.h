/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean ...?": the word that is nearest to what was typed, when one is near enough. */
#ifndef IPTFS_TEXT_SUGGEST_H
#define IPTFS_TEXT_SUGGEST_H

#include <stddef.h>

/* The search: initialised with only .found, then candidates are offered one by one. It keeps
 * pointers, not copies. */
struct iptfs_suggest {
    const char *found;
    const char *best; /* NULL while none was near enough */
    size_t distance;
};

/* How many single characters must be inserted, deleted, replaced or swapped with their neighbour to
 * turn one word into the other. Upper and lower case count as equal. SIZE_MAX for words of more
 * than 64 characters. */
size_t iptfs_word_distance(const char *a, const char *b);

/* Considers a candidate: near enough is a third of the longer word's characters. Of several that
 * are equally near the first stays. */
void iptfs_suggest_offer(struct iptfs_suggest *nearest, const char *candidate);

/* The end of a message: "; did you mean 'BEST'?", or nothing when no candidate was near enough. */
struct iptfs_suggest_hint {
    char text[96];
};
struct iptfs_suggest_hint iptfs_suggest_hint(const struct iptfs_suggest *nearest);

#endif
