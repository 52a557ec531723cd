/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/impairments/blackouts.h"

#include "base/asserts.h"
#include "base/error.h"

struct blackouts {
    struct iptfs_impairment common;
    const struct iptfs_timed *next; /* the next period to end */
    size_t left;
    int64_t latest_ps; /* when the last packet was sent */
};

static bool is_on(const void *config)
{
    return ((const struct iptfs_impair_blackouts_config *)config)->count > 0;
}

static int init(struct iptfs_impairment *impairment, const void *config)
{
    const struct iptfs_impair_blackouts_config *given = config;
    struct blackouts *blackouts = (struct blackouts *)impairment;
    blackouts->next = given->periods;
    blackouts->left = given->count;
    return IPTFS_OK;
}

/* Transmissions end in the order of time, so a period that is over does not come back. */
static bool in_blackout(struct blackouts *blackouts, int64_t depart_ps)
{
    while (blackouts->left > 0 &&
           blackouts->next->at_ps + (int64_t)blackouts->next->value <= depart_ps) {
        blackouts->next++;
        blackouts->left--;
    }
    return blackouts->left > 0 && blackouts->next->at_ps <= depart_ps;
}

/* The last kind of the table: a packet in a blackout is lost by it only, and the effects of the
 * impairments before it are cancelled. */
static void apply(struct iptfs_impairment *impairment, const struct iptfs_outer *outer,
                  int64_t depart_ps, struct iptfs_impair_effect *effect)
{
    struct blackouts *blackouts = (struct blackouts *)impairment;
    (void)outer;
    IPTFS_ASSERT(depart_ps >= blackouts->latest_ps);
    blackouts->latest_ps = depart_ps;
    if (in_blackout(blackouts, depart_ps))
        *effect = (struct iptfs_impair_effect){.lost_by = impairment};
}

const struct iptfs_impair_kind iptfs_impair_blackouts = {
    .state_octets = sizeof(struct blackouts),
    .drop_cause = IPTFS_DROP_BLACKOUT,
    .is_on = is_on,
    .init = init,
    .apply = apply,
};
