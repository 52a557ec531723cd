/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lifetime of an outgoing SA (RFC 4301, 4.4.2.1) and the end of its sequence numbers (RFC 4303,
 * 3.3.3). At the soft lifetime a rekey starts; when it is done, another SA takes over. At the hard
 * lifetime, or when the numbers are used up, the SA may send nothing more. The end of the numbers
 * starts a rekey too, where SAs are rekeyed at all: where they have a soft lifetime. */
#ifndef IPTFS_SENDER_SA_LIFE_H
#define IPTFS_SENDER_SA_LIFE_H

#include <stdbool.h>
#include <stdint.h>

/* Whichever comes first; 0: no limit. */
struct iptfs_sa_lifetime {
    uint64_t pkts;   /* outer packets */
    uint64_t octets; /* that are encrypted: without headers, IV and ICV */
    int64_t time_ps;
};

struct iptfs_sa_life_config {
    struct iptfs_sa_lifetime soft;
    struct iptfs_sa_lifetime hard;
    int64_t rekey_time_ps; /* from the soft lifetime to the next SA */
    bool esn;              /* sequence numbers of 64 bits, else of 32 */
    uint64_t oseq;         /* the number before the first one of the first SA */
};

/* What a sender does with its SA. */
enum iptfs_sa_state {
    IPTFS_SA_USED,    /* it sends */
    IPTFS_SA_DUE,     /* it sends the rest of an inner packet, then the next SA takes over */
    IPTFS_SA_OVER,    /* it sends nothing more, and the next SA takes over */
    IPTFS_SA_AWAITED, /* it sends nothing more, and the rekey goes on until rekey_ps */
    IPTFS_SA_ENDED    /* it sends nothing more, and no other SA will come */
};

struct iptfs_sa_life {
    struct iptfs_sa_life_config config;
    bool rekeys;      /* there is a soft lifetime */
    bool limited;     /* there is a soft or a hard one */
    uint64_t numbers; /* the last sequence number that may be sent */
    /* of the present SA */
    int64_t start_ps;
    int64_t rekey_ps; /* when the next SA is ready; IPTFS_NEVER: no rekey has started */
    uint64_t pkts;
    uint64_t octets;
    bool exhausted; /* its numbers are used up */
};

/* The first SA starts at time 0. */
void iptfs_sa_life_init(struct iptfs_sa_life *life, const struct iptfs_sa_life_config *config);

/* The next SA takes over. */
void iptfs_sa_life_next(struct iptfs_sa_life *life, int64_t now_ps);

/* Before a packet is sent, the last one having had number `seq`: what becomes of the SA. Starts a
 * rekey when it is due. */
enum iptfs_sa_state iptfs_sa_life_check(struct iptfs_sa_life *life, int64_t now_ps, uint64_t seq);

/* Whether iptfs_sa_life_check can say anything but IPTFS_SA_USED now. */
static inline bool iptfs_sa_life_matters(const struct iptfs_sa_life *life, uint64_t seq)
{
    return life->limited || seq >= life->numbers;
}

/* A packet was sent, with so many encrypted octets. */
static inline void iptfs_sa_life_sent(struct iptfs_sa_life *life, uint32_t octets)
{
    life->pkts++;
    life->octets += octets;
}

#endif
