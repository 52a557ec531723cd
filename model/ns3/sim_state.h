/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: the one simulation, its clock, and how events enter it. */
#ifndef IPTFS_NS3_SIM_STATE_H
#define IPTFS_NS3_SIM_STATE_H

#include "ns3/error.h"
#include "ns3/events.h"
#include "ns3/sim.h"

#include <ns3/event-impl.h>
#include <ns3/nstime.h>
#include <ns3/simulator-impl.h>
#include <ns3/simulator.h>

#include <cstdint>

namespace iptfs
{

static_assert(IPTFS_NS3_NO_NODE == ns3::Simulator::NO_CONTEXT, "ns-3's own value");

/* ns-3 keeps its own state in globals, so a global here is no further restriction. */
struct SimState {
    ns3::SimulatorImpl *impl; /* NULL: closed. Calling it is cheaper than calling ns3::Simulator */
    uint64_t epoch;           /* number of this simulation; objects of an earlier one are stale */
    int64_t ps_per_step;      /* a step of ns-3's clock; 1 except in an attached simulation */
    int64_t steps_per_ps;
};

extern SimState sim; /* written by sim.cc only */

/* The time now. Where a step is shorter than a picosecond, the beginning of the present picosecond,
 * so that what is due in it is not in the past. */
inline int64_t now_ps()
{
    int64_t steps = sim.impl->Now().GetTimeStep();

    if (sim.steps_per_ps > 1) /* rare, and a division is slow */
        steps /= sim.steps_per_ps;
    return steps * sim.ps_per_step;
}

/* The first time on ns-3's clock that is not before at_ps. */
inline int64_t on_clock(int64_t at_ps)
{
    if (sim.ps_per_step == 1)
        return at_ps;
    return (at_ps + sim.ps_per_step - 1) / sim.ps_per_step * sim.ps_per_step;
}

/* 0 when an event may be added at at_ps, else IPTFS_NS3_ESTATE or IPTFS_NS3_EINVAL. */
inline int check_time(int64_t at_ps)
{
    if (sim.impl == nullptr)
        return IPTFS_NS3_ESTATE;
    if (at_ps > IPTFS_NS3_TIME_MAX_PS / sim.steps_per_ps || at_ps < now_ps())
        return IPTFS_NS3_EINVAL;
    return 0;
}

/* From now to the first time on ns-3's clock that is not before at_ps. */
inline ns3::Time delay_until(int64_t at_ps)
{
    int64_t steps = on_clock(at_ps);

    if (sim.ps_per_step > 1)
        steps /= sim.ps_per_step;
    int64_t delay = steps * sim.steps_per_ps - sim.impl->Now().GetTimeStep();

    return ns3::Time(delay > 0 ? delay : 0);
}

/* Adds the event to ns-3's queue, which holds a reference of its own, in the context of this node.
 * Nothing has changed if this throws. */
inline void enqueue(int64_t at_ps, ns3::EventImpl *event, uint32_t node_id = IPTFS_NS3_NO_NODE)
{
    event->Ref();
    try {
        /* With a context ns-3 makes no EventId, which would be unused. */
        sim.impl->ScheduleWithContext(node_id, delay_until(at_ps), event);
    } catch (...) {
        event->Unref();
        throw;
    }
}

} // namespace iptfs

#endif
