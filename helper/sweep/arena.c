/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct iptfs_arena_block {
    struct iptfs_arena_block *next;
    alignas(max_align_t) char memory[];
};

void *iptfs_arena_alloc(struct iptfs_arena *arena, size_t size)
{
    struct iptfs_arena_block *block = calloc(1, sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->next = arena->blocks;
    arena->blocks = block;
    return block->memory;
}

char *iptfs_arena_copy(struct iptfs_arena *arena, const char *text, size_t length)
{
    char *copy = iptfs_arena_alloc(arena, length + 1);
    return copy != NULL ? memcpy(copy, text, length) : NULL;
}

/* The capacity is the next power of two, so it need not be stored. */
void *iptfs_arena_grow(struct iptfs_arena *arena, void *array, size_t count, size_t element_size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return array;
    void *grown = iptfs_arena_alloc(arena, (count == 0 ? 1 : 2 * count) * element_size);
    if (grown != NULL && count > 0)
        memcpy(grown, array, count * element_size);
    return grown;
}

void iptfs_arena_free(struct iptfs_arena *arena)
{
    while (arena->blocks != NULL) {
        struct iptfs_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
