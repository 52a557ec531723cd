/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packetization layer path MTU discovery (RFC 8899) by congestion information (RFC 9347, 3.1).
 *
 * A probe is an outer packet that is all padding, with a TVal of its own. Packets behind it carry
 * no TVal (sub-type 0) for a round trip, so that the peer echoes that of the probe for as long. The
 * probe has arrived when it is echoed, and is lost when a later one is, or after three round trips.
 *
 * A search starts at the base size, tries the largest first, and halves the rest. A size is too
 * large when IPTFS_PLPMTUD_TRIES probes of it are lost (MAX_PROBES, 5.1.2). Later the search is
 * repeated (PMTU_RAISE_TIMER). When echoes stop while packets are sent, the path is taken for a
 * black hole (4.3): the size falls to the base, then to the minimum, and a new search follows. */
#ifndef IPTFS_CONGESTION_PLPMTUD_H
#define IPTFS_CONGESTION_PLPMTUD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    IPTFS_PLPMTUD_BASE_OCTETS = 1200, /* BASE_PLPMTU (5.1.2) */
    IPTFS_PLPMTUD_MIN_OCTETS = 576,   /* below the base, in a black hole; 1280 for IPv6 */
    IPTFS_PLPMTUD_MIN_IPV6_OCTETS = 1280,
    IPTFS_PLPMTUD_TRIES = 3,
    IPTFS_PLPMTUD_RAISE_S = 600 /* PMTU_RAISE_TIMER (5.1.1) */
};

/* Sizes are those of outer IP packets. */
struct iptfs_plpmtud_config {
    uint32_t min_octets;
    uint32_t base_octets;
    uint32_t max_octets;
    uint32_t step_octets; /* packets may differ by multiples of this */
};

struct iptfs_plpmtud {
    struct iptfs_plpmtud_config config;
    uint32_t octets;        /* PLPMTU: the size of packets */
    uint32_t limit_octets;  /* from this size on packets are too large */
    uint32_t probe_octets;  /* of the probe whose echo is awaited; 0: none */
    uint32_t lost_tries;    /* probes of that size that were lost */
    bool confirmed;         /* packets of the present size have been echoed */
    bool announced;         /* a packet with P was sent since the last probe */
    int64_t probe_ps;       /* when it was sent */
    int64_t sent_ps;        /* when the last packet was */
    int64_t echoed_ps;      /* when the packet that was last echoed had been sent */
    int64_t progress_ps;    /* when that became known */
    uint64_t unechoed_pkts; /* packets sent since then */
    int64_t rtt_ps;         /* in use */
    int64_t raise_ps;       /* when the next search starts; IPTFS_NEVER: one is under way */
    uint64_t probes;        /* sent */
    uint64_t probes_lost;
    uint64_t black_holes; /* found */
};

/* Base and minimum are lowered to the maximum. The search starts with the first echo. */
void iptfs_plpmtud_init(struct iptfs_plpmtud *plpmtud, const struct iptfs_plpmtud_config *config);

/* A packet is to be sent now; to be called once for each. `echoed_ps` as in struct
 * iptfs_congestion, `rtt_ps` 0 while it is not known. Returns the size of the probe that the packet
 * should be, or 0 when it should be none; always 0 where `between` is false: a probe that is lost
 * within an inner packet would end the reassembly of that packet. */
uint32_t iptfs_plpmtud_next(struct iptfs_plpmtud *plpmtud, int64_t now_ps, int64_t echoed_ps,
                            int64_t rtt_ps, bool between);

/* Whether the next packet may be a probe: then no inner packet should be started that ends in
 * another outer packet. */
static inline bool iptfs_plpmtud_due(const struct iptfs_plpmtud *plpmtud)
{
    return plpmtud->announced;
}

/* Whether probing is in progress: the P bit (RFC 9347, 6.1.2). */
bool iptfs_plpmtud_probing(const struct iptfs_plpmtud *plpmtud);

/* Whether packets that are sent now, the probe left out, carry no TVal. */
bool iptfs_plpmtud_silent(const struct iptfs_plpmtud *plpmtud, int64_t now_ps);

#endif
