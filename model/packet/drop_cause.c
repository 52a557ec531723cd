/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/drop_cause.h"

#include "base/asserts.h"

static const struct {
    const char *name;
    const char *meaning;
    enum iptfs_drop_place place;
} causes[IPTFS_DROP_COUNT] = {[IPTFS_DROP_NONE] = {"none", "not dropped", IPTFS_DROP_AT_SENDER},
#define ENTRY(symbol, place, name, meaning)                                                        \
    [IPTFS_DROP_##symbol] = {name, meaning, IPTFS_DROP_AT_##place},
                              IPTFS_DROP_CAUSES(ENTRY)
#undef ENTRY
};

enum iptfs_drop_cause iptfs_drop_cause_at(size_t index)
{
    size_t cause = index + 1; /* IPTFS_DROP_NONE has no row */
    return index < IPTFS_DROP_COUNT - 1 ? (enum iptfs_drop_cause)cause : IPTFS_DROP_NONE;
}

const char *iptfs_drop_cause_name(enum iptfs_drop_cause cause)
{
    return (size_t)cause < IPTFS_DROP_COUNT ? causes[cause].name : "unknown";
}

const char *iptfs_drop_cause_meaning(enum iptfs_drop_cause cause)
{
    return (size_t)cause < IPTFS_DROP_COUNT ? causes[cause].meaning : "unknown";
}

enum iptfs_drop_place iptfs_drop_cause_place(enum iptfs_drop_cause cause)
{
    IPTFS_ASSERT(cause > IPTFS_DROP_NONE && cause < IPTFS_DROP_COUNT);
    return causes[cause].place;
}
