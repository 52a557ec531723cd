/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3 behind a C interface: a clock, events, reusable timers and point-to-point links.
 *
 * One simulation exists at a time in a process, and one thread uses it. Times are picoseconds since
 * its start, sizes octets, rates bits per second. ns-3 aborts the process or goes on silently when
 * it is misused, so every argument is checked here first. Functions that return int give 0 or a
 * negative IPTFS_NS3_E... code; nothing has changed when they fail, but for IPTFS_NS3_ENOMEM and
 * IPTFS_NS3_EENGINE out of ns-3 itself, which cannot undo half a step: report them and end.
 */
#ifndef IPTFS_NS3_SIM_H
#define IPTFS_NS3_SIM_H

#include "ns3/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What iptfs_ns3_run_until returns when iptfs_ns3_stop ended it. */
#define IPTFS_NS3_STOPPED 1

/* Latest time of an event or of the end of a run: 46 days. A link may deliver after it. */
#define IPTFS_NS3_TIME_MAX_PS INT64_C(4000000000000000000)

/* Limits of a link. */
#define IPTFS_NS3_RATE_MIN_BPS UINT64_C(1000)
#define IPTFS_NS3_RATE_MAX_BPS UINT64_C(1000000000000)
#define IPTFS_NS3_DELAY_MAX_PS INT64_C(1000000000000000)
#define IPTFS_NS3_MTU_MAX_OCTETS UINT32_C(65535)
#define IPTFS_NS3_QUEUE_MAX UINT32_C(1000000000)

/* Octets of the PPP header that ns-3 puts in front of each packet of a point-to-point link. */
#define IPTFS_NS3_PPP_OCTETS UINT32_C(2)

/* Seeds from 1 to this are valid. */
#define IPTFS_NS3_SEED_MAX UINT32_C(4294944442)

/*
 * A sentence for an error code, or for 0 and IPTFS_NS3_STOPPED; never NULL. The text is static.
 */
const char *iptfs_ns3_strerror(int code);

/*
 * Starts an empty simulation at time 0, with the random seed 1 and run 1. Whatever ns-3 held before
 * in this process is destroyed. The first call sets the resolution of ns-3's time for the whole
 * process, so nothing else may have run ns-3 before it. ESTATE if a simulation is open; ENOMEM or
 * EENGINE if ns-3 failed, after which every later call gives EENGINE; EENGINE too if a simulation
 * that iptfs_ns3_attach joined has given ns-3 another resolution, which cannot be undone.
 */
int iptfs_ns3_open(void);

/*
 * Joins the simulation that the caller's own C++ code has begun, or is about to fill, with whatever
 * engine, scheduler and resolution it chose; 0 also when a simulation is open already. The caller
 * runs it, and its ns3::Simulator::Destroy ends it here too, as iptfs_ns3_close does. Until then
 * iptfs_ns3_close, iptfs_ns3_run_until and links of iptfs_ns3_p2p_new give ESTATE, the latter
 * unless the resolution is picoseconds. Where it is coarser, as ns-3's nanoseconds are, every time
 * given here is rounded up to it: nothing comes early, and time never goes back. ENOMEM or EENGINE
 * if ns-3 failed, or has a resolution coarser than seconds.
 */
int iptfs_ns3_attach(void);

/*
 * Ends the simulation. Every event that has not run is destroyed, its drop callback called; in
 * there the simulation is already closed. Timers are disarmed and can be set again in a later
 * simulation. Packets inside links vanish silently. ESTATE inside iptfs_ns3_run_until; 0 if nothing
 * is open.
 */
int iptfs_ns3_close(void);

/*
 * Chooses ns-3's random seed (1 to IPTFS_NS3_SEED_MAX) and run, for random streams made after it.
 * EINVAL, ESTATE if no simulation is open.
 */
int iptfs_ns3_seed(uint32_t seed, uint64_t run);

/*
 * Has ns-3's IPv4, TCP and UDP write their checksums, and look at them, until this simulation ends;
 * else they leave 0. ESTATE if no simulation is open, or an attached one, which is its owner's.
 */
int iptfs_ns3_checksums(void);

/* Whether the clock of the open simulation counts picoseconds, as links of iptfs_ns3_p2p_new need
 * it to. */
bool iptfs_ns3_counts_ps(void);

/* The time now, or ESTATE (negative) if no simulation is open. */
int64_t iptfs_ns3_now_ps(void);

/*
 * Runs every event up to and at stop_ps, also those that events at stop_ps add at stop_ps, then
 * leaves the clock at stop_ps even if the last event was earlier. May be called again with the same
 * or a later time. Returns IPTFS_NS3_STOPPED if iptfs_ns3_stop ended it, the clock then being at
 * the last event. EINVAL if stop_ps is before now or over IPTFS_NS3_TIME_MAX_PS; ESTATE if called
 * from a callback or if no simulation is open. After ENOMEM or EENGINE only closing is defined.
 */
int iptfs_ns3_run_until(int64_t stop_ps);

/*
 * Makes iptfs_ns3_run_until, or the ns3::Simulator::Run of an attached simulation, return after the
 * event being run. Nothing happens outside of a run.
 */
void iptfs_ns3_stop(void);

/*
 * The number of events that ns-3 has run since iptfs_ns3_open, 0 if none is open. It counts ns-3's
 * own events of links and the silent wake-ups of timers that were moved, but not those that end a
 * run: cutting a run in pieces changes nothing. Attached, it is ns-3's own count.
 */
uint64_t iptfs_ns3_event_count(void);

/*
 * Calls fn(ctx) once at at_ps. If the simulation is closed before, drop(ctx) is called instead
 * (drop may be NULL), so that exactly one of them releases what ctx owns. Events of equal time run
 * in the order in which they were added. EINVAL if fn is NULL or at_ps is before now or over
 * IPTFS_NS3_TIME_MAX_PS; ESTATE; ENOMEM. When it fails neither is ever called.
 */
int iptfs_ns3_at(int64_t at_ps, void (*fn)(void *ctx), void (*drop)(void *ctx), void *ctx);

/*
 * A timer calls one function at one deadline at a time, and can be set again without allocation,
 * also inside that function. It outlives simulations.
 */
struct iptfs_ns3_timer;

/* A disarmed timer, or NULL if fn is NULL or memory ran out. Needs no open simulation. */
struct iptfs_ns3_timer *iptfs_ns3_timer_new(void (*fn)(void *ctx), void *ctx);

/*
 * Calls fn(ctx) at at_ps, in place of any deadline set before; the timer is disarmed when fn is
 * called. Where its call stands among other events of the same time is repeatable, but need not be
 * in the order of adding. A deadline moved later or cancelled leaves a silent wake-up in ns-3 at
 * the old time. EINVAL if at_ps is before now or over IPTFS_NS3_TIME_MAX_PS or timer is NULL;
 * ESTATE. ENOMEM.
 */
int iptfs_ns3_timer_set(struct iptfs_ns3_timer *timer, int64_t at_ps);

/* Disarms a timer; harmless if it is disarmed already or NULL. */
void iptfs_ns3_timer_cancel(struct iptfs_ns3_timer *timer);

/* Disarms and frees a timer at any time, also inside its own function. NULL is allowed. */
void iptfs_ns3_timer_free(struct iptfs_ns3_timer *timer);

/*
 * A link from one ns-3 PointToPointNetDevice to another, used in one direction. Exactly one of the
 * two queue limits is not 0. The queue is ns-3's drop-tail queue in front of the transmitter: every
 * packet passes through it, also when the link is idle, and leaves it when its transmission starts.
 */
struct iptfs_ns3_p2p_config {
    uint64_t rate_bps;      /* IPTFS_NS3_RATE_MIN_BPS to IPTFS_NS3_RATE_MAX_BPS */
    int64_t delay_ps;       /* propagation, 0 to IPTFS_NS3_DELAY_MAX_PS */
    uint32_t mtu_octets;    /* 1 to IPTFS_NS3_MTU_MAX_OCTETS, without the PPP header */
    uint32_t queue_packets; /* 0, or up to IPTFS_NS3_QUEUE_MAX */
    uint32_t queue_octets;  /* 0, or up to IPTFS_NS3_QUEUE_MAX; the PPP header counts */
};

struct iptfs_ns3_p2p;

/*
 * Makes a link in the open simulation. receive(ctx, tag, octets) is called when the last octet of a
 * packet arrives, with what iptfs_ns3_p2p_send was given. The caller frees *out, before or after
 * the simulation is closed. EINVAL, ESTATE, ENOMEM, EENGINE; *out is NULL after them.
 */
int iptfs_ns3_p2p_new(struct iptfs_ns3_p2p **out, const struct iptfs_ns3_p2p_config *config,
                      void (*receive)(void *ctx, uint64_t tag, uint32_t octets), void *ctx);

/*
 * Sends a packet that takes `octets` on the wire, the PPP header included: IPTFS_NS3_PPP_OCTETS + 1
 * to mtu_octets + IPTFS_NS3_PPP_OCTETS, else EINVAL. EDROP if the queue is full. ESTATE if the
 * simulation in which the link was made is closed. ENOMEM, EENGINE.
 */
int iptfs_ns3_p2p_send(struct iptfs_ns3_p2p *p2p, uint32_t octets, uint64_t tag);

/*
 * How long ns-3 transmits `octets` (1 to mtu_octets + IPTFS_NS3_PPP_OCTETS) at the rate of the
 * link, in picoseconds, or EINVAL. With q = floor(octets * 8 * 2^64 / rate) it is floor((q * 10^12
 * + 2^63) / 2^64): the nearest picosecond, where a half is mostly rounded down.
 */
int64_t iptfs_ns3_p2p_tx_time_ps(const struct iptfs_ns3_p2p *p2p, uint32_t octets);

/*
 * Frees a link at any time, also inside its own receive. Packets inside are not delivered any more;
 * ns-3 keeps them and its devices until the simulation is closed. NULL is allowed.
 */
void iptfs_ns3_p2p_free(struct iptfs_ns3_p2p *p2p);

#ifdef __cplusplus
}
#endif

#endif
