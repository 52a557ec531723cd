/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kind of section of a scenario: its rows, whatever struct they fill. */
#ifndef IPTFS_OPTION_SECTION_H
#define IPTFS_OPTION_SECTION_H

#include "option/option.h"

#include <stdbool.h>
#include <stddef.h>

struct iptfs_suggest; /* text/suggest.h */

struct iptfs_section {
    const char *name;  /* "tunnel"; the beginning of "tunnel.pkt-size" */
    const char *title; /* as lists write it: "traffic.NAME" */
    const char *note;  /* behind the title in lists; NULL for none */
    bool sided;        /* options belong to the sender's or the receiver's SA, or to both */
    /* The key that decides which other keys are used: "mode", "type"; NULL where all are. */
    const char *kind_key;
    /* The rows in their order, NULL behind the last. */
    const struct iptfs_option *(*option_at)(size_t index);
    /* Whether a section whose kind key has this value uses the option; NULL: each uses all. */
    bool (*uses)(const struct iptfs_option *option, unsigned kind);
    /* For sections whose options fill several structs: the one of this option, to which the
     * section's struct points, or NULL for the section's struct itself. */
    void *(*part_of)(const void *section, const struct iptfs_option *option);
};

/* The option of that key, its position in *index (may be NULL); NULL when there is none. */
const struct iptfs_option *iptfs_section_find(const struct iptfs_section *section, const char *key,
                                              size_t *index);

/* The option of the kind key; NULL when the section has none. */
const struct iptfs_option *iptfs_section_kind_option(const struct iptfs_section *section);

/* Whether a section of this kind (the value of its kind key) uses the option. */
bool iptfs_section_uses(const struct iptfs_section *section, const struct iptfs_option *option,
                        unsigned kind);

/* The kind of a section's struct: the value of its kind key, 0 for sections without one. */
unsigned iptfs_section_kind(const struct iptfs_section *section, const void *base);

/* The struct that holds the field of an option, given the section's struct. */
void *iptfs_section_base(const struct iptfs_section *section, void *base,
                         const struct iptfs_option *option);
const void *iptfs_section_const_base(const struct iptfs_section *section, const void *base,
                                     const struct iptfs_option *option);

/* Offers all keys of a section as candidates for a word that is nearly one of them. */
void iptfs_section_suggest(const struct iptfs_section *section, struct iptfs_suggest *nearest);

/* A row of a table, NULL behind the last: the body of an `option_at`. */
static inline const struct iptfs_option *iptfs_option_row(const struct iptfs_option *rows,
                                                          size_t count, size_t index)
{
    return index < count ? &rows[index] : NULL;
}

#endif
