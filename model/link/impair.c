/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impair.h"

#include "base/error.h"

#include <stdlib.h>

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

/* An item and its place in the given list, for qsort does not keep the order of equal ones. */
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

/* A copy of the items by number, in their given order where equal; NULL when memory ran out. */
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

int iptfs_impair_init(struct iptfs_impair *impair, double loss, struct iptfs_random *loss_stream,
                      const struct iptfs_impair_item *items, size_t item_count)
{
    *impair = (struct iptfs_impair){.loss = loss, .loss_stream = loss_stream};
    if (item_count == 0)
        return IPTFS_OK;
    impair->items = sorted(items, item_count);
    if (impair->items == NULL) {
        iptfs_impair_free(impair);
        return IPTFS_E_NO_MEMORY;
    }
    impair->item_count = item_count;
    return IPTFS_OK;
}

void iptfs_impair_set_ce(struct iptfs_impair *impair, double ce, struct iptfs_random *ce_stream)
{
    impair->ce = ce;
    impair->ce_stream = ce_stream;
}

void iptfs_impair_set_blackouts(struct iptfs_impair *impair, const struct iptfs_timed *blackouts,
                                size_t count)
{
    impair->blackout = blackouts;
    impair->blackouts_left = count;
}

void iptfs_impair_free(struct iptfs_impair *impair)
{
    iptfs_random_free(impair->loss_stream);
    iptfs_random_free(impair->ce_stream);
    iptfs_random_free(impair->gemodel_stream);
    iptfs_random_free(impair->reorder_stream);
    iptfs_random_free(impair->jitter_stream);
    iptfs_random_free(impair->duplicate_stream);
    impair->gemodel_stream = NULL;
    impair->reorder_stream = NULL;
    impair->jitter_stream = NULL;
    impair->duplicate_stream = NULL;
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
    impair->counts.lost_by_list += verdict->lost;
    impair->counts.delayed += !verdict->lost && verdict->extra_ps > 0;
    impair->counts.duplicated += verdict->duplicate;
}

/* Chance beyond independent loss and marks. Each draws for each packet, lost or not. */
static void try_luck(struct iptfs_impair *impair, struct iptfs_verdict *verdict)
{
    if (impair->gemodel_stream != NULL &&
        iptfs_gemodel_lose(&impair->gemodel, impair->gemodel_stream)) {
        impair->counts.lost_by_gemodel += !verdict->lost;
        verdict->lost = true;
    }
    if (impair->jitter_stream != NULL) {
        verdict->extra_ps += iptfs_jitter_draw_ps(&impair->jitter, impair->jitter_stream);
        verdict->in_order = impair->keeps_order;
    }
    if (impair->reorder_stream != NULL &&
        iptfs_coin_throw(&impair->reorder, impair->reorder_stream)) {
        impair->counts.reordered++;
        verdict->at_once = true;
        verdict->in_order = false;
    }
    if (impair->duplicate_stream != NULL &&
        iptfs_coin_throw(&impair->duplicate, impair->duplicate_stream) && !verdict->duplicate) {
        impair->counts.duplicated++;
        verdict->duplicate = true;
        verdict->duplicate_extra_ps = verdict->extra_ps;
    }
}

/* Transmissions end in the order of time, so a blackout that is over does not come back. */
static bool is_dark(struct iptfs_impair *impair, int64_t depart_ps)
{
    while (impair->blackouts_left > 0 &&
           impair->blackout->at_ps + (int64_t)impair->blackout->value <= depart_ps) {
        impair->blackout++;
        impair->blackouts_left--;
    }
    return impair->blackouts_left > 0 && impair->blackout->at_ps <= depart_ps;
}

static struct iptfs_verdict judge(struct iptfs_impair *impair, uint64_t seq)
{
    struct iptfs_verdict verdict = {0};
    if (impair->item_count > 0) {
        for (size_t i = first_item(impair, seq);
             i < impair->item_count && impair->items[i].seq == seq; i++)
            apply(&impair->items[i], &verdict);
        count(impair, &verdict);
    }
    if (impair->loss > 0 && iptfs_random_uniform(impair->loss_stream) < impair->loss) {
        impair->counts.lost_by_chance += !verdict.lost;
        verdict.lost = true;
    }
    if (impair->ce > 0 && iptfs_random_uniform(impair->ce_stream) < impair->ce)
        verdict.ce_if_capable = true;
    try_luck(impair, &verdict);
    return verdict;
}

struct iptfs_verdict iptfs_impair_judge(struct iptfs_impair *impair, int64_t depart_ps,
                                        uint64_t seq)
{
    static const struct iptfs_verdict dark = {.lost = true, .blackout = true};
    if (!is_dark(impair, depart_ps))
        return judge(impair, seq);
    struct iptfs_impair_counts before = impair->counts;
    judge(impair, seq);
    impair->counts = before;
    return dark;
}
