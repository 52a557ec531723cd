/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The negotiation of AGGFRAG between the two ends of a tunnel (RFC 9347, 5.1): each sends an IKEv2
 * notification USE_AGGFRAG, whose flags state what it requests from its peer. */
#ifndef IPTFS_TUNNEL_USE_AGGFRAG_H
#define IPTFS_TUNNEL_USE_AGGFRAG_H

#include "sender/mode.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IPTFS_USE_AGGFRAG = 16442,   /* the notification's type (6.1.4) */
    IPTFS_USE_AGGFRAG_OCTETS = 9 /* a whole notify payload of IKEv2 (RFC 7296, 3.10) */
};

/* Its flags. All other bits are reserved. */
enum {
    IPTFS_FLAG_DONT_FRAGMENT = 0x01, /* D: send me no fragments of inner packets */
    IPTFS_FLAG_CONGESTION = 0x02,    /* C: return congestion information to me */
    IPTFS_FLAGS_KNOWN = 0x03
};

/* Writes the notify payload as the last of its message. Returns its octets, or IPTFS_E_SHORT when
 * `size` is too small. */
int iptfs_use_aggfrag_encode(uint8_t flags, uint8_t *bytes, size_t size);

/* Reads a notify payload; reserved bits, the next payload's type and, without an SPI, the protocol
 * are ignored (RFC 7296). Returns its octets; IPTFS_E_SHORT; IPTFS_E_INVALID when it is another
 * notification, or has an SPI or other than one octet of flags. *flags are all
 * flags received, unknown ones too. */
int iptfs_use_aggfrag_decode(uint8_t *flags, const uint8_t *bytes, size_t size);

/* The ends: the initiator sends into the first direction, the responder into the second. */
enum iptfs_end {
    IPTFS_END_INITIATOR,
    IPTFS_END_RESPONDER,
    IPTFS_ENDS
};

enum iptfs_outcome {
    IPTFS_AGGFRAG_NOT_ASKED, /* neither end sends AGGFRAG */
    IPTFS_AGGFRAG_USED,
    IPTFS_AGGFRAG_REFUSED /* an end received a flag that it does not know: plain ESP is used */
};

/* How an end learns of the congestion on the path to its peer. */
enum iptfs_feedback {
    IPTFS_FEEDBACK_NONE,   /* it does not request it */
    IPTFS_FEEDBACK_HEADER, /* in the AGGFRAG headers of the reverse direction */
    IPTFS_FEEDBACK_EMPTY,  /* in AGGFRAG payloads without data, over an SA of plain ESP (2.2.4) */
    IPTFS_FEEDBACK_MISSING /* it requests it, but the SA of the reverse direction cannot carry the
                            * answer
                            */
};

struct iptfs_agreement {
    enum iptfs_outcome outcome;
    enum iptfs_end refuser; /* when refused: the end that received the unknown flag */
    uint8_t flags[IPTFS_ENDS];
    bool may_fragment[IPTFS_ENDS]; /* whether the end may send fragments: the peer accepts them */
    enum iptfs_feedback feedback[IPTFS_ENDS];
};

/* The outcome of the negotiation, from both ends' flags, the modes in which they send, and whether
 * they return congestion information. */
struct iptfs_agreement iptfs_negotiate(const uint8_t flags[IPTFS_ENDS],
                                       const struct iptfs_mode *const modes[IPTFS_ENDS],
                                       const bool informs[IPTFS_ENDS]);

/* "initiator", "responder". */
const char *iptfs_end_name(enum iptfs_end end);

/* "not asked for", "used", "refused"; and "none", "headers", "empty payloads", "missing". */
const char *iptfs_outcome_name(enum iptfs_outcome outcome);
const char *iptfs_feedback_name(enum iptfs_feedback feedback);

#endif
