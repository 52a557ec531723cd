/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impair.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

static size_t first_item(const struct iptfs_impair *impair, uint64_t seq)
{
    size_t low = 0, high = impair->item_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (impair->items[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Insertion keeps the given order of items for the same packet, which qsort does not promise; lists
 * are short and mostly sorted. */
static void sort_items(struct iptfs_impair_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct iptfs_impair_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].seq > item.seq; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

int iptfs_impair_init(struct iptfs_impair *impair, double loss, struct iptfs_random *loss_stream,
                      const struct iptfs_impair_item *items, size_t item_count)
{
    *impair = (struct iptfs_impair){.loss = loss, .loss_stream = loss_stream};
    if (item_count == 0)
        return IPTFS_OK;
    impair->items = malloc(item_count * sizeof *items);
    if (impair->items == NULL) {
        iptfs_impair_free(impair);
        return IPTFS_E_NO_MEMORY;
    }
    memcpy(impair->items, items, item_count * sizeof *items);
    impair->item_count = item_count;
    sort_items(impair->items, item_count);
    return IPTFS_OK;
}

void iptfs_impair_set_ce(struct iptfs_impair *impair, double ce, struct iptfs_random *ce_stream)
{
    impair->ce = ce;
    impair->ce_stream = ce_stream;
}

void iptfs_impair_free(struct iptfs_impair *impair)
{
    iptfs_random_free(impair->loss_stream);
    iptfs_random_free(impair->ce_stream);
    impair->ce_stream = NULL;
    free(impair->items);
    impair->loss_stream = NULL;
    impair->items = NULL;
    impair->item_count = 0;
}

static void apply(const struct iptfs_impair_item *item, struct iptfs_verdict *verdict)
{
    switch (item->action) {
    case IPTFS_IMPAIR_DROP:
        verdict->lost = true;
        break;
    case IPTFS_IMPAIR_DELAY:
        verdict->extra_ps = item->extra_ps;
        break;
    case IPTFS_IMPAIR_DUPLICATE:
        verdict->duplicate = true;
        verdict->duplicate_extra_ps = item->extra_ps;
        break;
    case IPTFS_IMPAIR_CE:
        verdict->ce = true;
        break;
    }
}

static void count(struct iptfs_impair *impair, const struct iptfs_verdict *verdict)
{
    impair->lost_by_list += verdict->lost;
    impair->delayed += !verdict->lost && verdict->extra_ps > 0;
    impair->duplicated += verdict->duplicate;
}

struct iptfs_verdict iptfs_impair_judge(struct iptfs_impair *impair, uint64_t seq)
{
    struct iptfs_verdict verdict = {0};
    if (impair->item_count > 0) {
        for (size_t i = first_item(impair, seq);
             i < impair->item_count && impair->items[i].seq == seq; i++)
            apply(&impair->items[i], &verdict);
        count(impair, &verdict);
    }
    if (impair->loss > 0 && iptfs_random_uniform(impair->loss_stream) < impair->loss) {
        impair->lost_by_chance += !verdict.lost;
        verdict.lost = true;
    }
    if (impair->ce > 0 && iptfs_random_uniform(impair->ce_stream) < impair->ce)
        verdict.ce_if_capable = true;
    return verdict;
}
