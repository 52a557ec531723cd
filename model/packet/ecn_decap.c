/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packet/ecn_decap.h"

#include "base/octets.h"

enum {
    FIELDS = 4
};

/* RFC 6040, figure 4: inner field, then outer field, both in the order of their numbers. */
static const struct iptfs_ecn_outcome rfc6040[FIELDS][FIELDS] =
    {
        [IPTFS_ECN_NOT_ECT] =
            {
                [IPTFS_ECN_NOT_ECT] = {IPTFS_ECN_NOT_ECT, false, IPTFS_ECN_USED},
                [IPTFS_ECN_ECT0] = {IPTFS_ECN_NOT_ECT, false, IPTFS_ECN_DANGEROUS},
                [IPTFS_ECN_ECT1] = {IPTFS_ECN_NOT_ECT, false, IPTFS_ECN_DANGEROUS},
                [IPTFS_ECN_CE] = {IPTFS_ECN_NOT_ECT, true, IPTFS_ECN_DANGEROUS},
            },
        [IPTFS_ECN_ECT0] =
            {
                [IPTFS_ECN_NOT_ECT] = {IPTFS_ECN_ECT0, false, IPTFS_ECN_USED},
                [IPTFS_ECN_ECT0] = {IPTFS_ECN_ECT0, false, IPTFS_ECN_USED},
                [IPTFS_ECN_ECT1] = {IPTFS_ECN_ECT1, false, IPTFS_ECN_USED},
                [IPTFS_ECN_CE] = {IPTFS_ECN_CE, false, IPTFS_ECN_USED},
            },
        [IPTFS_ECN_ECT1] =
            {
                [IPTFS_ECN_NOT_ECT] = {IPTFS_ECN_ECT1, false, IPTFS_ECN_USED},
                [IPTFS_ECN_ECT0] = {IPTFS_ECN_ECT1, false, IPTFS_ECN_POSSIBLY_DANGEROUS},
                [IPTFS_ECN_ECT1] = {IPTFS_ECN_ECT1, false, IPTFS_ECN_USED},
                [IPTFS_ECN_CE] = {IPTFS_ECN_CE, false, IPTFS_ECN_USED},
            },
        [IPTFS_ECN_CE] =
            {
                [IPTFS_ECN_NOT_ECT] = {IPTFS_ECN_CE, false, IPTFS_ECN_USED},
                [IPTFS_ECN_ECT0] = {IPTFS_ECN_CE, false, IPTFS_ECN_USED},
                [IPTFS_ECN_ECT1] = {IPTFS_ECN_CE, false, IPTFS_ECN_DANGEROUS},
                [IPTFS_ECN_CE] = {IPTFS_ECN_CE, false, IPTFS_ECN_USED},
            },
};

struct iptfs_ecn_outcome iptfs_ecn_decapsulate(enum iptfs_ecn_decap decap, uint8_t inner,
                                               uint8_t outer)
{
    struct iptfs_ecn_outcome outcome = {.ecn = inner & IPTFS_ECN_MASK, .alarm = IPTFS_ECN_USED};
    if (decap == IPTFS_ECN_DECAP_RFC6040)
        return rfc6040[inner & IPTFS_ECN_MASK][outer & IPTFS_ECN_MASK];
    if (decap == IPTFS_ECN_DECAP_MARK && iptfs_ecn_is_ce(outer) && iptfs_ecn_capable(inner))
        outcome.ecn = IPTFS_ECN_CE;
    return outcome;
}
