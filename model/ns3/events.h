/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * Events of ns-3 for C: calls at a time, and timers that can be set again without allocation.
 *
 * As ns3/sim.h: times are picoseconds, arguments are checked, and functions that return int return
 * 0 or a negative code of enum iptfs_ns3_error. */
#ifndef IPTFS_NS3_EVENTS_H
#define IPTFS_NS3_EVENTS_H

#include "ns3/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The id of no node, as the context of events that belong to none. */
#define IPTFS_NS3_NO_NODE UINT32_MAX

/** Calls fn(ctx) once at at_ps, outside of the context of any node.
 *
 * If the simulation is closed before, drop(ctx) is called instead, so that exactly one of them
 * releases what ctx owns. When this function fails neither is ever called. Events of equal time run
 * in the order in which they were added.
 *
 * @param at_ps from now to IPTFS_NS3_TIME_MAX_PS
 * @param fn not NULL
 * @param drop may be NULL
 * @param ctx passed to both
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE if no simulation is open; IPTFS_NS3_ENOMEM;
 * IPTFS_NS3_EENGINE */
int iptfs_ns3_at(int64_t at_ps, void (*fn)(void *ctx), void (*drop)(void *ctx), void *ctx);

/** As iptfs_ns3_at, in the context of a node: what happens to a node's devices and sockets must
 * happen in it, and ns-3's log names the node.
 *
 * @param node_id as ns3::Node::GetId returns it, or IPTFS_NS3_NO_NODE
 * @param at_ps,fn,drop,ctx as for iptfs_ns3_at
 * @return as iptfs_ns3_at */
int iptfs_ns3_at_node(uint32_t node_id, int64_t at_ps, void (*fn)(void *ctx),
                      void (*drop)(void *ctx), void *ctx);

/** A timer calls one function at one deadline at a time. It can be set again without allocation,
 * also inside that function, and outlives simulations. */
struct iptfs_ns3_timer;

/** Makes a disarmed timer. It needs no open simulation.
 *
 * @param fn not NULL
 * @param ctx passed to fn
 * @return the timer, to be freed with iptfs_ns3_timer_free; NULL if fn is NULL or memory ran out */
struct iptfs_ns3_timer *iptfs_ns3_timer_new(void (*fn)(void *ctx), void *ctx);

/** Chooses the node in whose context the timer calls its function from the next deadline on.
 *
 * @param timer not NULL, disarmed
 * @param node_id as for iptfs_ns3_at_node */
void iptfs_ns3_timer_at_node(struct iptfs_ns3_timer *timer, uint32_t node_id);

/** Makes the timer call its function at at_ps, in place of any deadline set before.
 *
 * The timer is disarmed when its function is called. Its place among other events of the same time
 * is repeatable, but need not be in the order of adding. A deadline moved later or cancelled leaves
 * a wake-up without effect in ns-3 at the old time.
 *
 * @param timer not NULL
 * @param at_ps from now to IPTFS_NS3_TIME_MAX_PS
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE if no simulation is open; IPTFS_NS3_ENOMEM;
 * IPTFS_NS3_EENGINE */
int iptfs_ns3_timer_set(struct iptfs_ns3_timer *timer, int64_t at_ps);

/** Disarms a timer.
 *
 * @param timer may be disarmed already, or NULL */
void iptfs_ns3_timer_cancel(struct iptfs_ns3_timer *timer);

/** Disarms and frees a timer at any time, also inside its own function.
 *
 * @param timer may be NULL */
void iptfs_ns3_timer_free(struct iptfs_ns3_timer *timer);

#ifdef __cplusplus
}
#endif

#endif
