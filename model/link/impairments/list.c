/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/list.h"

#include "base/asserts.h"
#include "base/error.h"

#include <stdlib.h>

struct list {
    struct iptfs_impairment common;
    struct iptfs_impair_item *items; /* sorted by seq, in their given order where equal */
    size_t count;
};

/* An item and its place in the given list: qsort does not keep the order of equal ones. */
struct placed {
    struct iptfs_impair_item item;
    size_t place;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *first = a, *second = b;
    if (first->item.seq != second->item.seq)
        return first->item.seq < second->item.seq ? -1 : 1;
    return first->place < second->place ? -1 : 1;
}

/* A sorted copy of the items; NULL when memory ran out. */
static struct iptfs_impair_item *sorted(const struct iptfs_impair_item *items, size_t count)
{
    struct iptfs_impair_item *copy = malloc(count * sizeof *copy);
    struct placed *placed = malloc(count * sizeof *placed);
    for (size_t i = 0; placed != NULL && i < count; i++)
        placed[i] = (struct placed){items[i], i};
    if (copy != NULL && placed != NULL) {
        qsort(placed, count, sizeof *placed, compare_placed);
        for (size_t i = 0; i < count; i++)
            copy[i] = placed[i].item;
    } else {
        free(copy);
        copy = NULL;
    }
    free(placed);
    return copy;
}

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_list_config *)config)->count > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    const struct iptfs_impair_list_config *given = config;
    struct list *list = (struct list *)impairment;
    list->items = sorted(given->items, given->count);
    list->count = given->count;
    return list->items != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

/* The index of the first item that names this packet or a later one. */
static size_t first_item(const struct list *list, uint64_t seq)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    IPTFS_ASSERT(low == 0 || list->items[low - 1].seq < seq);
    return low;
}

static void apply_item(struct iptfs_impairment *impairment, const struct iptfs_impair_item *item,
                       struct iptfs_impair_effect *effect)
{
    switch (item->action) {
    case IPTFS_IMPAIR_DROP:
        iptfs_impair_lose(impairment, effect);
        break;
    case IPTFS_IMPAIR_DELAY:
        effect->extra_ps = item->extra_ps;
        break;
    case IPTFS_IMPAIR_DUPLICATE:
        effect->duplicate = true;
        effect->duplicate_extra_ps = item->extra_ps;
        break;
    case IPTFS_IMPAIR_CE:
        effect->ce = true;
        break;
    }
}

static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    const struct list *list = (const struct list *)impairment;
    (void)depart_ps;
    for (size_t i = first_item(list, outer->number);
         i < list->count && list->items[i].seq == outer->number; i++)
        apply_item(impairment, &list->items[i], effect);
}

static void deinit(struct iptfs_impairment *impairment)
{
    free(((struct list *)impairment)->items);
}

const struct iptfs_impair_kind iptfs_impair_list = {
    .state_octets = sizeof(struct list),
    .drop_cause = IPTFS_DROP_LINK_LOSS,
    .is_on = is_on,
    .init = init,
    .apply = apply,
    .deinit = deinit,
};
