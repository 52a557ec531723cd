/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is freed together: the contents of a sweep file. */
#ifndef IPTFS_SWEEP_ARENA_H
#define IPTFS_SWEEP_ARENA_H

#include <stddef.h>

struct iptfs_arena_block;

/* An all-zero arena is empty. */
struct iptfs_arena {
    struct iptfs_arena_block *blocks;
};

/* Zeroed memory of `size` octets; NULL when there is none. */
void *iptfs_arena_alloc(struct iptfs_arena *arena, size_t size);

/* A copy of `length` octets of a text, terminated; NULL when memory ran out. */
char *iptfs_arena_copy(struct iptfs_arena *arena, const char *text, size_t length);

/* An array of this arena that has space for one more element after its `count`; the same array
 * while there is space. An array of 0 elements may be NULL. NULL when memory ran out. */
void *iptfs_arena_grow(struct iptfs_arena *arena, void *array, size_t count, size_t element_size);

/* Frees everything; the arena is empty afterwards. */
void iptfs_arena_free(struct iptfs_arena *arena);

#endif
