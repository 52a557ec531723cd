/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured: cases, and the two systems that carry the packets of each. */
#ifndef IPTFS_BENCH_H
#define IPTFS_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The same link for both systems; both read quantities in this spelling. */
#define BENCH_LINK_DELAY "100us"

enum {
    BENCH_MIX_MAX = 4,
    BENCH_MIX_WHOLE = 12
};

/* Inner packets of one size, and how many of BENCH_MIX_WHOLE have it. */
struct bench_part {
    uint32_t octets;
    uint32_t share;
};

struct bench_case {
    const char *name;
    const char *title;
    const char *link_rate;
    const char *size;                     /* as in a scenario; NULL for TCP */
    struct bench_part mix[BENCH_MIX_MAX]; /* the same in numbers, ends with share 0 */
    unsigned first_system;                /* of two, the tunnel before what it is compared with */
};

/* One run. CPU time is only that of the simulation, from its first event to its last. */
struct bench_result {
    uint64_t inner_pkts; /* delivered; with ns-3's UDP, packets received; TCP: segments */
    uint64_t outer_pkts; /* sent on the link */
    uint64_t events;     /* of ns-3 */
    int64_t cpu_ns;
};

/* Carries `pkts` (a multiple of BENCH_MIX_WHOLE) packets over a saturated link; once in a process.
 * False, with a line on stderr, when not all of them arrived. */
typedef bool (*bench_system)(const struct bench_case *what, uint64_t pkts,
                             struct bench_result *result);

/* Our tunnel, from a scenario, as `iptfs-sim run` does. */
bool bench_tunnel(const struct bench_case *what, uint64_t pkts, struct bench_result *result);

/* ns-3's UdpClient -> PacketSink over PointToPoint. */
bool bench_udp(const struct bench_case *what, uint64_t pkts, struct bench_result *result);

/* A TCP transfer of `pkts` segments between hosts behind gateways: through our tunnel, and with
 * ns-3's PointToPoint in its place. */
bool bench_tcp_tunnel(const struct bench_case *what, uint64_t pkts, struct bench_result *result);
bool bench_tcp_link(const struct bench_case *what, uint64_t pkts, struct bench_result *result);

/* CPU time of this process. */
int64_t bench_cpu_ns(void);

#ifdef __cplusplus
}
#endif

#endif
