/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An option: one key of a scenario's section. Its row defines its spelling, the kind, unit and
 * range of its value, its default, meaning and source, and the field of the section's struct that
 * it fills. The rows are beside the structs: in scenario/keys_*.c and in the files of the traffic
 * types. */
#ifndef IPTFS_OPTION_OPTION_H
#define IPTFS_OPTION_OPTION_H

#include "base/error.h"
#include "option/kind.h"
#include "text/word.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Which SA of a pair an option belongs to, as `ip xfrm state` asks for it. */
enum iptfs_side {
    IPTFS_SIDE_BOTH,
    IPTFS_SIDE_OUT, /* the sender's SA, dir out */
    IPTFS_SIDE_IN   /* the receiver's SA, dir in */
};

struct iptfs_option {
    const char *key;
    const struct iptfs_value_kind *kind;
    enum iptfs_side side;
    size_t offset; /* of the field in the section's struct: see IPTFS_OPTION_FIELD */
    size_t width;  /* of the field */
    uint64_t minimum;
    uint64_t maximum;
    const struct iptfs_word *words; /* of iptfs_kind_word */
    /* Of iptfs_kind_word whose words are the rows of another table: the word at an index, with
     * .word = NULL behind the last. */
    struct iptfs_word (*word_at)(unsigned index);
    const char *standard;      /* the default, as one would write it; NULL for none */
    const char *standard_note; /* without a default: what happens then */
    bool required;             /* where it is used */
    const char *caption;       /* on the axis of a plot; NULL: the key's own name */
    const char *meaning;       /* one line */
    const char *names;         /* what Linux and YANG (RFC 9348) call it; NULL for neither */
    const char *source;        /* the standard that defines it; NULL for none */
};

/* The field of a row: a member of the section's struct. */
#define IPTFS_OPTION_FIELD(type, member)                                                           \
    .offset = offsetof(struct type, member), .width = sizeof(((struct type *)NULL)->member)

/* Limits that several options share. Rates stay below one octet a picosecond, far above any link;
 * see also iptfs_tx_time_ps. */
#define IPTFS_OPTION_RATE_MAX_BPS UINT64_C(10000000000000)
#define IPTFS_OPTION_LINE_MAX 160

enum {
    IPTFS_OPTION_WORDS_MAX = 64 /* most words of an option */
};

/* The words of keys that choose an IP version: 4 and 6. */
extern const struct iptfs_word iptfs_ip_words[];

/* The words of an option, with .word = NULL behind the last: its own table, or `buffer` filled from
 * another one. */
const struct iptfs_word *iptfs_option_words(const struct iptfs_option *option,
                                            struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1]);

/* The value of a word's field. */
unsigned iptfs_option_word(const struct iptfs_option *option, const void *base);

/* The word that stands for a value, or "?". Static storage. */
const char *iptfs_option_word_of(const struct iptfs_option *option, unsigned value);

/* Reads a value into the field of the struct at `base`, which changes only on success. Texts are
 * copied and belong to the struct. IPTFS_E_INVALID with "found '...', allowed: ...",
 * IPTFS_E_NO_MEMORY. */
int iptfs_option_set(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error);

/* Sets the field as it is in the struct at `from`. IPTFS_E_NO_MEMORY. */
int iptfs_option_copy(const struct iptfs_option *option, void *base, const void *from);

/* Frees the memory of a field that owns some, and empties it. */
void iptfs_option_clear(const struct iptfs_option *option, void *base);

/* Whether the field is a text without characters (or NULL). */
bool iptfs_option_empty(const struct iptfs_option *option, const void *base);

/* Writes the field's value so that iptfs_option_set reads it back to the same. */
void iptfs_option_print(const struct iptfs_option *option, const void *base, FILE *out);

/* Writes what is allowed, "68B to 65535B" or "ethernet, ppp, none", cut to `size`; returns buffer.
 */
char *iptfs_option_allowed(const struct iptfs_option *option, char *buffer, size_t size);

/* A written value as a number in the unit of the option's kind; false when it is none. */
bool iptfs_option_number(const struct iptfs_option *option, const char *text, double *number);

/* For kinds: fails with "found '...', allowed: " and what the option allows. */
int iptfs_option_refuse(const struct iptfs_option *option, const char *text,
                        struct iptfs_error *error);

/* For kinds: a whole number in a field of 8, 32 or 64 bits, which need not be aligned. */
void iptfs_option_store_whole(const struct iptfs_option *option, void *field, uint64_t value);
uint64_t iptfs_option_load_whole(const struct iptfs_option *option, const void *field);

#endif
