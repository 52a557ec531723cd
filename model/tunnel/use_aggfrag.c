/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tunnel/use_aggfrag.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/octets.h"

#include <string.h>

/* Offsets in the payload: the generic header of 4 octets (next payload, critical bit, length), then
 * protocol, size of the SPI, type of the notification, and its data. */
enum {
    AT_LENGTH = 2,
    AT_SPI_SIZE = 5,
    AT_TYPE = 6,
    AT_FLAGS = 8
};

int iptfs_use_aggfrag_encode(uint8_t flags, uint8_t *bytes, size_t size)
{
    if (size < IPTFS_USE_AGGFRAG_OCTETS)
        return IPTFS_E_SHORT;
    memset(bytes, 0, IPTFS_USE_AGGFRAG_OCTETS);
    iptfs_put16(bytes + AT_LENGTH, IPTFS_USE_AGGFRAG_OCTETS);
    iptfs_put16(bytes + AT_TYPE, IPTFS_USE_AGGFRAG);
    bytes[AT_FLAGS] = flags;
    return IPTFS_USE_AGGFRAG_OCTETS;
}

int iptfs_use_aggfrag_decode(uint8_t *flags, const uint8_t *bytes, size_t size)
{
    if (size < AT_FLAGS)
        return IPTFS_E_SHORT;
    if (iptfs_get16(bytes + AT_TYPE) != IPTFS_USE_AGGFRAG || bytes[AT_SPI_SIZE] != 0 ||
        iptfs_get16(bytes + AT_LENGTH) != IPTFS_USE_AGGFRAG_OCTETS)
        return IPTFS_E_INVALID;
    if (size < IPTFS_USE_AGGFRAG_OCTETS)
        return IPTFS_E_SHORT;
    *flags = bytes[AT_FLAGS];
    return IPTFS_USE_AGGFRAG_OCTETS;
}

static enum iptfs_end peer_of(enum iptfs_end end)
{
    return end == IPTFS_END_INITIATOR ? IPTFS_END_RESPONDER : IPTFS_END_INITIATOR;
}

static enum iptfs_feedback feedback_to(uint8_t flags, const struct iptfs_mode *back, bool informs)
{
    if ((flags & IPTFS_FLAG_CONGESTION) == 0)
        return IPTFS_FEEDBACK_NONE;
    if (!informs)
        return IPTFS_FEEDBACK_MISSING;
    if (back->aggfrag)
        return IPTFS_FEEDBACK_HEADER;
    bool plain_esp = back->encrypted && !back->aggfrag;
    return plain_esp ? IPTFS_FEEDBACK_EMPTY : IPTFS_FEEDBACK_MISSING;
}

struct iptfs_agreement iptfs_negotiate(const uint8_t flags[IPTFS_ENDS],
                                       const struct iptfs_mode *const modes[IPTFS_ENDS],
                                       const bool informs[IPTFS_ENDS])
{
    struct iptfs_agreement agreement = {.may_fragment = {true, true}};
    if (!modes[IPTFS_END_INITIATOR]->aggfrag && !modes[IPTFS_END_RESPONDER]->aggfrag)
        return agreement;
    agreement.outcome = IPTFS_AGGFRAG_USED;
    memcpy(agreement.flags, flags, sizeof agreement.flags);
    /* The responder reads first; when it refuses, it sends no flags of its own. */
    for (int i = IPTFS_END_INITIATOR; i < IPTFS_ENDS; i++) {
        enum iptfs_end end = (enum iptfs_end)i;
        if ((flags[end] & ~IPTFS_FLAGS_KNOWN) == 0)
            continue;
        agreement.outcome = IPTFS_AGGFRAG_REFUSED;
        agreement.refuser = peer_of(end);
        if (agreement.refuser == IPTFS_END_RESPONDER)
            agreement.flags[IPTFS_END_RESPONDER] = 0;
        return agreement;
    }
    for (int i = IPTFS_END_INITIATOR; i < IPTFS_ENDS; i++) {
        enum iptfs_end peer = peer_of((enum iptfs_end)i);
        agreement.may_fragment[i] = (flags[peer] & IPTFS_FLAG_DONT_FRAGMENT) == 0;
        agreement.feedback[i] = feedback_to(flags[i], modes[peer], informs[peer]);
    }
    return agreement;
}

const char *iptfs_end_name(enum iptfs_end end)
{
    static const char *const names[IPTFS_ENDS] = {"initiator", "responder"};
    return names[end];
}

const char *iptfs_outcome_name(enum iptfs_outcome outcome)
{
    static const char *const names[] = {"not asked for", "used", "refused"};
    IPTFS_ASSERT((size_t)outcome < sizeof names / sizeof names[0]);
    return names[outcome];
}

const char *iptfs_feedback_name(enum iptfs_feedback feedback)
{
    static const char *const names[] = {"none", "headers", "empty payloads", "missing"};
    IPTFS_ASSERT((size_t)feedback < sizeof names / sizeof names[0]);
    return names[feedback];
}
