/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of all scenario keys. It alone says how a key is spelled, read, limited, written and
 * explained; a new option is one row here and one field in scenario.h. */
#ifndef IPTFS_SCENARIO_OPTION_H
#define IPTFS_SCENARIO_OPTION_H

#include "base/error.h"
#include "text/quantity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A section of the file, and the struct of scenario.h that its keys fill. */
enum iptfs_section {
    IPTFS_SECTION_SCENARIO, /* struct iptfs_scenario */
    IPTFS_SECTION_TUNNEL,   /* struct iptfs_tunnel_options */
    IPTFS_SECTION_LINK,     /* struct iptfs_link_options */
    IPTFS_SECTION_TRAFFIC,  /* struct iptfs_traffic_options */
    IPTFS_SECTIONS
};

/* How a value is written, and with which fields it goes. Whole numbers fit in fields of 8, 32 and
 * 64 bits. */
enum iptfs_value {
    IPTFS_VALUE_TIME,        /* int64_t, picoseconds */
    IPTFS_VALUE_RATE,        /* whole number, bits per second */
    IPTFS_VALUE_OCTETS,      /* whole number */
    IPTFS_VALUE_NUMBER,      /* whole number */
    IPTFS_VALUE_SWITCH,      /* bool */
    IPTFS_VALUE_WORD,        /* bool, enum or unsigned: the value of one of `words` */
    IPTFS_VALUE_PROBABILITY, /* double */
    IPTFS_VALUE_FACTOR,      /* double, above `minimum` */
    IPTFS_VALUE_LIMIT,       /* struct iptfs_limit */
    IPTFS_VALUE_LIFETIME,    /* struct iptfs_lifetime */
    IPTFS_VALUE_SIZES,       /* struct iptfs_sizes */
    IPTFS_VALUE_BREAKER,     /* struct iptfs_breaker_limit */
    IPTFS_VALUE_MTUS,        /* struct iptfs_timed_list */
    IPTFS_VALUE_RATES,       /* struct iptfs_timed_list */
    IPTFS_VALUE_BLACKOUTS,   /* struct iptfs_timed_list */
    IPTFS_VALUE_NAME,        /* char *: letters, digits, '.', '_', '-' */
    IPTFS_VALUE_LINE,        /* char *: free text */
    IPTFS_VALUE_PATH         /* char *: a file, looked up beside the scenario file */
};

/* Which SA of a pair an option belongs to, as `ip xfrm state` asks for it. */
enum iptfs_side {
    IPTFS_SIDE_BOTH,
    IPTFS_SIDE_OUT, /* the sender's SA, dir out */
    IPTFS_SIDE_IN   /* the receiver's SA, dir in */
};

struct iptfs_option {
    enum iptfs_section section;
    const char *key;
    enum iptfs_value value;
    enum iptfs_side side;
    size_t offset; /* of the field in the section's struct */
    size_t width;  /* of the field */
    uint64_t minimum;
    uint64_t maximum;
    const struct iptfs_word *words; /* of IPTFS_VALUE_WORD */
    const char *standard;           /* the default, as one would write it; NULL for none */
    const char *standard_note;      /* without a default: what happens then */
    unsigned used_by;               /* bits 1 << kind (see iptfs_section_kind); 0 for all kinds */
    bool required;                  /* by the kinds that use it */
    const char *meaning;            /* one line */
    const char *names;              /* what Linux and YANG (RFC 9348) call it; NULL for neither */
    const char *source;             /* the standard that says it; NULL for none */
};

/* Words that are of interest beyond one key. All end with .word = NULL. */
extern const struct iptfs_word iptfs_mode_words[];
extern const struct iptfs_word iptfs_cipher_words[];
extern const struct iptfs_word iptfs_device_words[];
extern const struct iptfs_word iptfs_framing_words[];
extern const struct iptfs_word iptfs_traffic_words[];
extern const struct iptfs_word iptfs_tcp_words[];

/* "scenario", "tunnel", "link", "traffic". */
const char *iptfs_section_name(enum iptfs_section section);

/* The key that decides which other keys of a section are used: "mode" for tunnels, "type" for
 * traffic; NULL where all are. */
const char *iptfs_section_kind_key(enum iptfs_section section);

/* The options of a section in their order, NULL behind the last. */
const struct iptfs_option *iptfs_option_at(enum iptfs_section section, size_t index);

/* The option of that key, its position in *index (may be NULL); NULL when there is none. */
const struct iptfs_option *iptfs_option_find(enum iptfs_section section, const char *key,
                                             size_t *index);

/* Whether a section of this kind (the value of its kind key) uses the option. */
bool iptfs_option_used(const struct iptfs_option *option, unsigned kind);

/* The value of a WORD field. */
unsigned iptfs_option_word(const struct iptfs_option *option, const void *base);

/* Reads a value into the field of the struct at `base`, which changes only on success. Texts are
 * copied and belong to the struct. IPTFS_E_INVALID with "found '...', allowed: ...",
 * IPTFS_E_NO_MEMORY. */
int iptfs_option_set(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error);

/* Sets the field as it is in the struct at `from`. IPTFS_E_NO_MEMORY. */
int iptfs_option_copy(const struct iptfs_option *option, void *base, const void *from);

/* Frees the text of a field, if it is one. */
void iptfs_option_clear(const struct iptfs_option *option, void *base);

/* Whether the field holds a text of no characters (or none at all). */
bool iptfs_option_empty(const struct iptfs_option *option, const void *base);

/* Writes the field's value so that iptfs_option_set takes it back to the same. */
void iptfs_option_print(const struct iptfs_option *option, const void *base, FILE *out);

/* Writes what is allowed, "68B to 65535B" or "ethernet, ppp, none", cut to `size`; returns buffer.
 */
char *iptfs_option_allowed(const struct iptfs_option *option, char *buffer, size_t size);

#endif
