/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface for programs of others: a tunnel between two nodes of ns-3, with options,
 * counters and callbacks, without scenario files and command line. It stands alone: nothing else of
 * this project need be included. Its body is helper/api/api.c; examples/api.c uses it, and C++
 * scripts have ns3/iptfshelper.h on top of it.
 *
 *   struct iptfs_setting settings[] = {{"pkt-size", "1400"}, {"rate", "10Mbps"}};
 *   struct iptfs_pair *pair;
 *   char error[IPTFS_PAIR_ERROR_SIZE];
 *   if (iptfs_pair_new(&pair, a, b, settings, 2, NULL, error) != 0)
 *       puts(error);
 *   ... addresses for the devices, routes, the run ...
 *   iptfs_pair_finish(pair, error);
 *   iptfs_pair_free(pair);
 *
 * One thread uses it. Functions that return int give 0, or a negative code and one line of text in
 * `error`. Times are picoseconds since the beginning of the simulation. */
#ifndef IPTFS_IPTFS_H
#define IPTFS_IPTFS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What this header describes. It grows when something is added; programs built with an older one go
 * on to work. */
#define IPTFS_API_VERSION 1

/* What the library describes, and its release, such as "0.1.0". */
int iptfs_api_version(void);
const char *iptfs_release(void);

enum {
    IPTFS_PAIR_ERROR_SIZE = 1024, /* of `error` */
    IPTFS_PAIR_NAME_SIZE = 64
};

/* An option by its name in scenario files, and its value as one writes it there, unit included
 * (`iptfs-sim list options` tells them all): a key of [tunnel] or [link], as "pkt-size" or "delay",
 * or with a section before it, as "tunnel reverse.pkt-size" or "link.forward.loss"; "seed",
 * and "run" and "stream", whole numbers: tunnels of one seed draw their chances apart where one of
 * these differs (by default 1 and 0); and "device-mtu", the MTU of both devices as IP sees it (by
 * default 65535B: the tunnel cuts packets itself). Without a section an option holds for both
 * directions. */
struct iptfs_setting {
    const char *name;
    const char *value;
};

/* Who wants to see single packets; each hook may be NULL. `end` is the end that sent: 0 for the
 * first node, 1 for the second. `packet` is the ns3::Packet of an inner packet, header and all, to
 * be looked at during the call. A hook may neither send nor free the pair. */
struct iptfs_pair_watch {
    int version; /* IPTFS_API_VERSION */
    void *ctx;
    /* An outer packet leaves: its octets, outer IP header and all, and how many inner packets or
     * pieces of them it carries; and it comes out of the link. */
    void (*sent)(void *ctx, int end, int64_t now_ps, uint32_t octets, uint32_t pieces);
    void (*received)(void *ctx, int end, int64_t now_ps, uint32_t octets, uint32_t pieces);
    /* An inner packet reaches the other node. */
    void (*delivered)(void *ctx, int end, int64_t now_ps, const void *packet, int64_t delay_ps);
    /* An inner packet ends otherwise: `cause` as `iptfs-sim list causes` has it, or "inside" for
     * those that iptfs_pair_finish finds. */
    void (*dropped)(void *ctx, int end, const void *packet, const char *cause);
};

struct iptfs_pair;

/* Puts a device on each of two ns3::Node and a tunnel between them, in the simulation that the
 * program has begun (through ns-3's C++, with whatever resolution, or through iptfs_ns3_open),
 * before its time has left 0. The devices have no IP addresses yet. The watch is copied; NULL:
 * nobody watches. The caller frees *out; NULL on failure. */
int iptfs_pair_new(struct iptfs_pair **out, void *node_0, void *node_1,
                   const struct iptfs_setting *settings, size_t count,
                   const struct iptfs_pair_watch *watch, char error[IPTFS_PAIR_ERROR_SIZE]);

/* The device at an end (0 or 1): its index for ns3::Node::GetDevice, and the ns3::NetDevice itself,
 * NULL once the simulation has ended. */
uint32_t iptfs_pair_index(const struct iptfs_pair *pair, int end);
void *iptfs_pair_device(const struct iptfs_pair *pair, int end);

/* Inner octets that an outer packet sent by an end has space for. */
uint32_t iptfs_pair_space(const struct iptfs_pair *pair, int end);

/* A counter of what an end has sent, by name: Linux's as "XfrmOutError", RFC 9348's as
 * "ipsec-stats/tx-pkts", "offered" and every end of an inner packet as "delivered", "link-loss" or
 * "inside". */
int iptfs_pair_counter(const struct iptfs_pair *pair, int end, const char *name, uint64_t *value,
                       char error[IPTFS_PAIR_ERROR_SIZE]);

/* The counters in a row: writes the name of the one at `index`, from 0; 0 behind the last, else 1.
 */
int iptfs_pair_counter_name(size_t index, char name[IPTFS_PAIR_NAME_SIZE]);

/* Ends the tunnel now, or after the simulation, and lets go of the packets inside. Fails when
 * something went wrong in the run, or a packet is missing or was given back twice. The devices drop
 * what comes from then on, and counters can still be read. */
int iptfs_pair_finish(struct iptfs_pair *pair, char error[IPTFS_PAIR_ERROR_SIZE]);

/* Frees it all, before or after the simulation has ended. NULL is allowed. */
void iptfs_pair_free(struct iptfs_pair *pair);

#ifdef __cplusplus
}
#endif

#endif
