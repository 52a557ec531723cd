/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ECN fields of inner and outer header become at the end of a tunnel (RFC 6040, 4.2). */
#ifndef IPTFS_PACKET_ECN_DECAP_H
#define IPTFS_PACKET_ECN_DECAP_H

#include <stdbool.h>
#include <stdint.h>

/* What the inner packets of an outer packet get of its ECN field (RFC 9347, 2.2.5.2 and 3.1). */
enum iptfs_ecn_decap {
    IPTFS_ECN_DECAP_NOTHING, /* they stay as they are */
    IPTFS_ECN_DECAP_RFC6040, /* the table of RFC 6040, 4.2 */
    IPTFS_ECN_DECAP_MARK     /* CE where they are ECN-capable; the others stay as they are */
};

/* Combinations that no tunnel makes by the standards, which RFC 6040 asks to log. */
enum iptfs_ecn_alarm {
    IPTFS_ECN_USED,
    IPTFS_ECN_POSSIBLY_DANGEROUS, /* (!) */
    IPTFS_ECN_DANGEROUS,          /* (!!!) */
    IPTFS_ECN_ALARMS              /* how many there are */
};

struct iptfs_ecn_outcome {
    uint8_t ecn; /* of the packet that leaves */
    bool drop;   /* it does not leave */
    uint8_t alarm;
};

/* `inner` and `outer` are ECN fields, 0 to 3. Only RFC6040 raises alarms. */
struct iptfs_ecn_outcome iptfs_ecn_decapsulate(enum iptfs_ecn_decap decap, uint8_t inner,
                                               uint8_t outer);

#endif
