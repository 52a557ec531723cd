/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blanks around words. */
#ifndef IPTFS_TEXT_BLANKS_H
#define IPTFS_TEXT_BLANKS_H

#include <stdbool.h>
#include <stddef.h>

/* The text from its first character that is no blank. */
const char *iptfs_skip_blanks(const char *text);

/* Cuts off the blanks at both ends, in place; returns where the rest begins. */
char *iptfs_trim(char *text);

/* Whether the text is this word, blanks around it aside. */
bool iptfs_is_word(const char *text, const char *word);

/* Copies the text before the first comma. False, and nothing useful in `part`, when there is no
 * comma or the text before it does not fit. */
bool iptfs_before_comma(const char *text, char *part, size_t size);

#endif
