/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * The C interface for programs of others: a tunnel between two nodes of ns-3, with options,
 * counters and callbacks, without scenario files and command line.
 *
 *     struct iptfs_setting settings[] = {{"pkt-size", "1400"}, {"rate", "10Mbps"}};
 *     struct iptfs_pair *pair;
 *     char error[IPTFS_PAIR_ERROR_SIZE];
 *     if (iptfs_pair_new(&pair, a, b, settings, 2, NULL, error) != 0)
 *         puts(error);
 *     ... addresses for the devices, routes, the run ...
 *     iptfs_pair_finish(pair, error);
 *     iptfs_pair_free(pair);
 *
 * This header includes no other of the project. C++ scripts have IptfsHelper of ns3/iptfs_helper.h
 * on top of it. ns3/sim.h and ns3/hosts/hosts.h help programs in C to run ns-3 and to add hosts.
 * examples/api.c is a whole program, and says how to build it.
 *
 * One thread uses the interface. Functions that return int return 0, or a negative code and one
 * line of text in `error`. Times are picoseconds since the start of the simulation. */
#ifndef IPTFS_IPTFS_H
#define IPTFS_IPTFS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the interface that this header describes. It grows when something is added;
 * programs built with an older one continue to work. Version 2 added iptfs_pair_payload_octets. */
#define IPTFS_API_VERSION 2

/** The version of the interface in the library, which may be newer than the header.
 *
 * @return a number like IPTFS_API_VERSION */
int iptfs_api_version(void);

/** The release of the library.
 *
 * @return a static text such as "0.2.0" */
const char *iptfs_release(void);

enum {
    IPTFS_PAIR_ERROR_SIZE = 1024, /**< characters of `error`, with the final 0 */
    IPTFS_PAIR_NAME_SIZE = 64     /**< characters of a counter's name, with the final 0 */
};

/** An option by its name in scenario files, and its value as it is written there, with its unit.
 *
 * `iptfs-sim list keys` lists the options. Allowed are
 * - a key of [tunnel] or [link] for both directions, such as "pkt-size" or "delay",
 * - the same with a section, such as "tunnel.reverse.pkt-size" or "link.forward.loss",
 * - "seed", "run" and "stream": whole numbers, by default 1, 1 and 0. Two tunnels have independent
 *   random numbers when one of these differs,
 * - "device-mtu": the MTU of both devices as IP sees it, 68B to 65535B, by default 65535B, because
 *   the tunnel fragments packets itself. */
struct iptfs_setting {
    const char *name;  /**< such as "pkt-size" */
    const char *value; /**< such as "1400B" */
};

/** Functions that are called for single packets; each may be NULL.
 *
 * `end` is the end that sent: 0 for the first node, 1 for the second. `packet` is the ns3::Packet
 * of an inner packet with its IP header, to be read during the call. The functions must neither
 * send packets nor free the pair. */
struct iptfs_pair_watch {
    int version; /**< IPTFS_API_VERSION */
    void *ctx;   /**< passed to each function */
    /** An outer packet leaves: its octets with the outer IP header, and the number of inner packets
     * and fragments of them that it carries. */
    void (*sent)(void *ctx, int end, int64_t now_ps, uint32_t octets, uint32_t pieces);
    /** An outer packet arrives from the link. */
    void (*received)(void *ctx, int end, int64_t now_ps, uint32_t octets, uint32_t pieces);
    /** An inner packet is delivered to the other node. */
    void (*delivered)(void *ctx, int end, int64_t now_ps, const void *packet, int64_t delay_ps);
    /** An inner packet is dropped. `cause` is one of those that `iptfs-sim list causes` lists, such
     * as "link-loss", or "inside" for packets that iptfs_pair_finish finds in the tunnel. */
    void (*dropped)(void *ctx, int end, const void *packet, const char *cause);
};

/** Two devices, and the tunnel in both directions between them. */
struct iptfs_pair;

/** Puts a device on each of two nodes and a tunnel between them.
 *
 * The simulation must have been started, through ns-3's C++ with any time resolution or through
 * iptfs_ns3_open, and its time must still be 0. The devices have no IP addresses yet.
 *
 * @param out the pair, to be freed with iptfs_pair_free; NULL on failure
 * @param node_0 an ns3::Node
 * @param node_1 another ns3::Node
 * @param settings options, which are copied
 * @param count number of options
 * @param watch is copied; NULL when no packet is to be watched
 * @param error receives a line that says what is wrong and what is allowed
 * @return 0 or a negative code */
int iptfs_pair_new(struct iptfs_pair **out, void *node_0, void *node_1,
                   const struct iptfs_setting *settings, size_t count,
                   const struct iptfs_pair_watch *watch, char error[IPTFS_PAIR_ERROR_SIZE]);

/** Gives the tunnel another random stream, in place of the option "stream".
 *
 * The time of the simulation must still be 0, and no packet may have entered the tunnel.
 *
 * @param pair not NULL
 * @param stream any number below 2^32
 * @param error receives a line that says what is wrong
 * @return 0 or a negative code: before any change, or, when memory ran out, with a tunnel that can
 * only be freed */
int iptfs_pair_set_stream(struct iptfs_pair *pair, uint64_t stream,
                          char error[IPTFS_PAIR_ERROR_SIZE]);

/** The index of the device at an end.
 *
 * @param pair not NULL
 * @param end 0 or 1
 * @return as ns3::Node::GetDevice takes it; UINT32_MAX when `end` is neither 0 nor 1 */
uint32_t iptfs_pair_index(const struct iptfs_pair *pair, int end);

/** The device at an end.
 *
 * @param pair not NULL
 * @param end 0 or 1
 * @return the ns3::NetDevice, which its node owns; NULL once the simulation or the tunnel has
 * ended, or when `end` is neither 0 nor 1 */
void *iptfs_pair_device(const struct iptfs_pair *pair, int end);

/** How many inner octets an outer packet that an end sends can carry.
 *
 * @param pair not NULL
 * @param end 0 or 1
 * @return octets of data blocks; 0 when `end` is neither 0 nor 1 */
uint32_t iptfs_pair_payload_octets(const struct iptfs_pair *pair, int end);

/** The name of iptfs_pair_payload_octets in version 1.
 *
 * @deprecated Programs built with version 1 continue to work with it.
 * @param pair not NULL
 * @param end 0 or 1
 * @return as iptfs_pair_payload_octets */
uint32_t iptfs_pair_space(const struct iptfs_pair *pair, int end);

/** Reads a counter of what an end has sent.
 *
 * @param pair not NULL
 * @param end 0 or 1
 * @param name Linux's counters such as "XfrmOutError"; those of RFC 9348 such as
 * "ipsec-stats/tx-pkts"; "offered"; and where inner packets ended: "delivered", a cause such as
 * "link-loss", or "inside" for packets that are still in the tunnel
 * @param value receives the counter
 * @param error receives a line that suggests a similar name
 * @return 0; a negative code when there is no such counter or end */
int iptfs_pair_counter(const struct iptfs_pair *pair, int end, const char *name, uint64_t *value,
                       char error[IPTFS_PAIR_ERROR_SIZE]);

/** Lists the counters: the name of the one at an index.
 *
 * @param index from 0
 * @param name receives the name
 * @return 1; 0 behind the last counter */
int iptfs_pair_counter_name(size_t index, char name[IPTFS_PAIR_NAME_SIZE]);

/** Ends the tunnel, during or after the simulation, and releases the packets inside.
 *
 * From then on the devices drop what their nodes send. Counters can still be read. A second call
 * has no effect and returns the same.
 *
 * @param pair not NULL
 * @param error receives a line of text
 * @return 0; a negative code when something failed during the run, or packets do not add up */
int iptfs_pair_finish(struct iptfs_pair *pair, char error[IPTFS_PAIR_ERROR_SIZE]);

/** Ends the tunnel if that has not been done, and frees everything, before or after the simulation
 * has ended.
 *
 * @param pair may be NULL */
void iptfs_pair_free(struct iptfs_pair *pair);

#ifdef __cplusplus
}
#endif

#endif
