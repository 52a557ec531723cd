/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * The simulation of ns-3 behind a C interface: its start and end, its clock, its runs.
 *
 * One simulation exists at a time in a process, and one thread uses it. Times are picoseconds since
 * its start. ns-3 aborts the process or continues silently when it is misused, so every argument is
 * checked here first. Functions that return int return 0 or a negative code of enum
 * iptfs_ns3_error. Nothing has changed when they fail, except after IPTFS_NS3_ENOMEM and
 * IPTFS_NS3_EENGINE that come out of ns-3 itself, which cannot undo half a step: report them and
 * end.
 *
 * Events and timers are in ns3/events.h, links in ns3/p2p.h. */
#ifndef IPTFS_NS3_SIM_H
#define IPTFS_NS3_SIM_H

#include "ns3/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What iptfs_ns3_run_until returns when iptfs_ns3_stop ended it. */
#define IPTFS_NS3_STOPPED 1

/** Latest time of an event or of the end of a run: 46 days. A link may deliver after it. */
#define IPTFS_NS3_TIME_MAX_PS INT64_C(4000000000000000000)

/** Seeds from 1 to this are valid. */
#define IPTFS_NS3_SEED_MAX UINT32_C(4294944442)

/** Describes an error code in one sentence.
 *
 * @param code a code of enum iptfs_ns3_error, 0 or IPTFS_NS3_STOPPED; others are "unknown error"
 * @return a static text, never NULL */
const char *iptfs_ns3_strerror(int code);

/** Starts an empty simulation at time 0, with the random seed 1 and run 1.
 *
 * Whatever ns-3 held before in this process is destroyed. The first call sets the resolution of
 * ns-3's time for the whole process, so ns-3 must not have run before it.
 *
 * @return 0; IPTFS_NS3_ESTATE if a simulation is open; IPTFS_NS3_ENOMEM or IPTFS_NS3_EENGINE if
 * ns-3 failed, after which every later call returns IPTFS_NS3_EENGINE; IPTFS_NS3_EENGINE also if a
 * simulation that iptfs_ns3_attach joined has set another resolution, which cannot be undone */
int iptfs_ns3_open(void);

/** Joins the simulation that the caller's own C++ code has started, or is about to fill.
 *
 * The engine, scheduler and resolution are the caller's. The caller runs it, and its
 * ns3::Simulator::Destroy ends it here too, as iptfs_ns3_close does. Until then iptfs_ns3_close and
 * iptfs_ns3_run_until return IPTFS_NS3_ESTATE, and iptfs_ns3_p2p_new does unless the resolution is
 * picoseconds. Where the resolution is coarser, as ns-3's default of nanoseconds is, every time
 * given here is rounded up to it: no event comes early, and time never goes back.
 *
 * @return 0, also when a simulation is open already; IPTFS_NS3_ENOMEM or IPTFS_NS3_EENGINE if ns-3
 * failed, or has a resolution coarser than seconds */
int iptfs_ns3_attach(void);

/** Ends the simulation.
 *
 * Every event that has not run is destroyed and its drop callback called; the simulation is already
 * closed then. Timers are disarmed and can be set again in a later simulation. Packets inside links
 * vanish silently.
 *
 * @return 0, also if no simulation is open; IPTFS_NS3_ESTATE during iptfs_ns3_run_until or in an
 * attached simulation; IPTFS_NS3_ENOMEM, IPTFS_NS3_EENGINE */
int iptfs_ns3_close(void);

/** Chooses ns-3's random seed and run, for random streams made after it.
 *
 * @param seed 1 to IPTFS_NS3_SEED_MAX
 * @param run any number
 * @return 0; IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE if no simulation is open */
int iptfs_ns3_seed(uint32_t seed, uint64_t run);

/** Makes ns-3's IPv4, TCP and UDP compute and verify checksums until this simulation ends.
 *
 * Without it the checksum fields are 0.
 *
 * @return 0; IPTFS_NS3_ESTATE if no simulation is open, or an attached one */
int iptfs_ns3_checksums(void);

/** Whether a simulation is open whose clock counts picoseconds, as iptfs_ns3_p2p_new needs it.
 *
 * @return true when it is so */
bool iptfs_ns3_counts_ps(void);

/** The time now.
 *
 * @return picoseconds; IPTFS_NS3_ESTATE (negative) if no simulation is open */
int64_t iptfs_ns3_now_ps(void);

/** Runs every event up to and at stop_ps, including those that events at stop_ps add at stop_ps.
 *
 * Then the clock stands at stop_ps even if the last event was earlier. It may be called again with
 * the same or a later time.
 *
 * @param stop_ps the end, from now to IPTFS_NS3_TIME_MAX_PS
 * @return 0; IPTFS_NS3_STOPPED if iptfs_ns3_stop ended it: the clock is at the last event then;
 * IPTFS_NS3_EINVAL; IPTFS_NS3_ESTATE if called from a callback, if no simulation is open, or in an
 * attached one; IPTFS_NS3_ENOMEM or IPTFS_NS3_EENGINE, after which only closing is defined */
int iptfs_ns3_run_until(int64_t stop_ps);

/** Makes iptfs_ns3_run_until, or the ns3::Simulator::Run of an attached simulation, return after
 * the present event. It has no effect outside of a run. */
void iptfs_ns3_stop(void);

/** The number of events that ns-3 has run since iptfs_ns3_open.
 *
 * It counts ns-3's own events of links and the wake-ups of timers that were moved, but not the
 * events that end a run: the number does not depend on how a run is divided.
 *
 * @return the number; 0 if no simulation is open; in an attached simulation ns-3's own count */
uint64_t iptfs_ns3_event_count(void);

#ifdef __cplusplus
}
#endif

#endif
