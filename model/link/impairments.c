/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments.h"

#include "base/asserts.h"
#include "base/error.h"

#include <stdlib.h>

#define ROW(name) {&iptfs_impair_##name, offsetof(struct iptfs_impairments_config, name)},
static const struct {
    const struct iptfs_impair_kind *kind;
    size_t config_offset;
} kinds[IPTFS_IMPAIR_KINDS_COUNT] = {IPTFS_IMPAIR_KINDS(ROW)};
#undef ROW

static void free_one(struct iptfs_impairment *impairment)
{
    if (impairment->kind->deinit != NULL)
        impairment->kind->deinit(impairment);
    iptfs_random_free(impairment->stream);
    free(impairment);
}

static struct iptfs_impairment *new_one(const struct iptfs_impair_kind *kind, const void *config,
                                        const struct iptfs_random_streams *streams)
{
    IPTFS_ASSERT(kind->state_octets >= sizeof(struct iptfs_impairment));
    struct iptfs_impairment *impairment = calloc(1, kind->state_octets);
    if (impairment == NULL)
        return NULL;
    impairment->kind = kind;
    if (kind->stream != 0)
        impairment->stream = iptfs_random_new(streams->seed, streams->run,
                                              (enum iptfs_random_use)kind->stream, streams->index);
    bool has_stream = kind->stream == 0 || impairment->stream != NULL;
    if (has_stream && kind->init(impairment, config) == IPTFS_OK)
        return impairment;
    iptfs_random_free(impairment->stream);
    free(impairment);
    return NULL;
}

int iptfs_impairments_init(struct iptfs_impairments *impairments,
                           const struct iptfs_impairments_config *config,
                           const struct iptfs_random_streams *streams)
{
    *impairments = (struct iptfs_impairments){.count = 0};
    for (size_t i = 0; i < IPTFS_IMPAIR_KINDS_COUNT; i++) {
        const void *own = (const char *)config + kinds[i].config_offset;
        if (!kinds[i].kind->is_on(own))
            continue;
        struct iptfs_impairment *impairment = new_one(kinds[i].kind, own, streams);
        if (impairment == NULL) {
            iptfs_impairments_free(impairments);
            return IPTFS_E_NO_MEMORY;
        }
        impairments->active[impairments->count++] = impairment;
    }
    return IPTFS_OK;
}

void iptfs_impairments_free(struct iptfs_impairments *impairments)
{
    while (impairments->count > 0)
        free_one(impairments->active[--impairments->count]);
}

void iptfs_impairments_apply(struct iptfs_impairments *impairments, const struct iptfs_outer *outer,
                             int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    *effect = (struct iptfs_impair_effect){.lost_by = NULL};
    for (size_t i = 0; i < impairments->count; i++) {
        struct iptfs_impairment *impairment = impairments->active[i];
        impairment->kind->apply(impairment, outer, depart_ps, effect);
    }
    if (effect->lost_by != NULL)
        effect->lost_by->lost_pkts++;
}

bool iptfs_impairments_shorten_delay(const struct iptfs_impairments *impairments)
{
    for (size_t i = 0; i < impairments->count; i++)
        if (impairments->active[i]->kind->shortens_delay)
            return true;
    return false;
}

uint64_t iptfs_impairments_lost_pkts(const struct iptfs_impairments *impairments,
                                     const struct iptfs_impair_kind *kind)
{
    for (size_t i = 0; i < impairments->count; i++)
        if (impairments->active[i]->kind == kind)
            return impairments->active[i]->lost_pkts;
    return 0;
}
