/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of an enumeration, such as on and off, or direct and p2p. */
#ifndef IPTFS_TEXT_WORD_H
#define IPTFS_TEXT_WORD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* One word of an enumeration. Tables of them end with .word = NULL. */
struct iptfs_word {
    const char *word;
    int value;
    const char *meaning; /* one line; NULL for another spelling of a word before it */
    const char *source;  /* where the idea comes from: "RFC 9347, 2.4.1", "Linux"; may be NULL */
};

/* Reads one of the words, blanks around it allowed. IPTFS_E_INVALID with "found '...', allowed:
 * WORD, WORD; did you mean '...'?"; then *value keeps what it had. */
int iptfs_parse_word(const char *text, const struct iptfs_word *words, int *value,
                     struct iptfs_error *error);

/* on, yes, true, 1 or off, no, false, 0. Errors as iptfs_parse_word. */
int iptfs_parse_bool(const char *text, bool *value, struct iptfs_error *error);

/* Writes the words, "direct, p2p", cut to `size`; returns buffer. */
char *iptfs_list_words(const struct iptfs_word *words, char *buffer, size_t size);

/* The first word of this value, or "?". */
const char *iptfs_word_of(const struct iptfs_word *words, int value);

#endif
