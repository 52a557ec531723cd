/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start, end and runs of the simulation. C-like C++: classes only where ns-3 requires a derived
 * one.
 *
 * The sources of this folder use only interfaces that ns-3 3.37 to 3.48 share. No exception leaves
 * a function with C linkage: they run their body through iptfs::guarded().
 */
#include "ns3/sim.h"

#include "ns3/guard.h"
#include "ns3/sim_state.h"

#include <ns3/boolean.h>
#include <ns3/default-simulator-impl.h>
#include <ns3/global-value.h>
#include <ns3/object-factory.h>
#include <ns3/rng-seed-manager.h>

namespace iptfs
{

SimState sim;

}

namespace
{

using iptfs::sim;

class Fence;

/* What only this file needs to know of the simulation. */
struct {
    Fence *fence;          /* ends the present run; an older one still queued has no effect */
    uint64_t fence_events; /* events run that only served to end runs */
    bool attached;         /* the caller's own simulation */
    bool checksums;        /* switched on here */
    bool running;
    bool stopped;
    int failure;   /* of the present run, by fail_run */
    bool changing; /* open or close is in progress */
    bool broken;   /* open or close failed halfway; ns-3 does not survive another try */
} control;

/*
 * Ends a run at its own time. It goes to the end of the queue of that time again and again until it
 * runs twice in a row: only then no event of that time is left.
 */
class Fence final : public ns3::EventImpl
{
protected:
    void Notify() override
    {
        uint64_t count = sim.impl->GetEventCount();

        ++control.fence_events;
        if (this != control.fence)
            return;
        if (seen_ && count == last_ + 1) {
            sim.impl->Stop();
            return;
        }
        seen_ = true;
        last_ = count;
        iptfs::enqueue(iptfs::now_ps(), this);
    }

private:
    uint64_t last_ = 0; /* event count when it ran last */
    bool seen_ = false;
};

void set_resolution_once()
{
    static bool done = false;

    /* ns-3 crashes if the resolution is set again after a run. */
    if (!done && ns3::Time::GetResolution() != ns3::Time::PS)
        ns3::Time::SetResolution(ns3::Time::PS);
    done = true;
}

/* The simulation is open from now on. */
void opened(bool attached)
{
    ++sim.epoch;
    control.fence_events = 0;
    control.attached = attached;
    sim.impl = ns3::PeekPointer(ns3::Simulator::GetImplementation());
}

int start_engine()
{
    ns3::ObjectFactory scheduler;

    ns3::Simulator::Destroy();
    set_resolution_once();
    sim.ps_per_step = 1;
    sim.steps_per_ps = 1;
    /* Named here, so that ns-3's environment variables cannot choose another engine. */
    ns3::Simulator::SetImplementation(ns3::CreateObject<ns3::DefaultSimulatorImpl>());
    scheduler.SetTypeId("ns3::PriorityQueueScheduler");
    ns3::Simulator::SetScheduler(scheduler);
    ns3::RngSeedManager::SetSeed(1);
    ns3::RngSeedManager::SetRun(1);
    return 0;
}

int bind_checksums(bool on)
{
    ns3::GlobalValue::Bind("ChecksumEnabled", ns3::BooleanValue(on));
    control.checksums = on;
    return 0;
}

int destroy_engine()
{
    ns3::Simulator::Destroy();
    if (control.checksums)
        bind_checksums(false);
    return 0;
}

/* Reads how ns-3's clock counts; false when a step is longer than a second. */
bool learn_resolution()
{
    static const struct {
        ns3::Time::Unit unit;
        int64_t ps_per_step;
        int64_t steps_per_ps;
    } clocks[] = {
        {ns3::Time::FS, 1, 1000},       {ns3::Time::PS, 1, 1},
        {ns3::Time::NS, 1000, 1},       {ns3::Time::US, 1000000, 1},
        {ns3::Time::MS, 1000000000, 1}, {ns3::Time::S, 1000000000000, 1},
    };

    for (const auto &clock : clocks) {
        if (clock.unit != ns3::Time::GetResolution())
            continue;
        sim.ps_per_step = clock.ps_per_step;
        sim.steps_per_ps = clock.steps_per_ps;
        return true;
    }
    return false;
}

/* The caller's ns3::Simulator::Destroy runs this before all else. */
void detach()
{
    sim.impl = nullptr;
}

int join_engine()
{
    if (!learn_resolution())
        return IPTFS_NS3_EENGINE;
    ns3::Simulator::ScheduleDestroy(&detach);
    opened(true);
    return 0;
}

int run_with_fence(int64_t stop_ps)
{
    ns3::Ptr<Fence> fence = ns3::Create<Fence>();

    iptfs::enqueue(stop_ps, ns3::PeekPointer(fence));
    control.fence = ns3::PeekPointer(fence);
    ns3::Simulator::Run();
    return control.stopped ? IPTFS_NS3_STOPPED : 0;
}

} // namespace

const char *iptfs_ns3_strerror(int code)
{
    switch (code) {
    case 0:
        return "no error";
    case IPTFS_NS3_STOPPED:
        return "the run was stopped";
    case IPTFS_NS3_EINVAL:
        return "an argument is out of range";
    case IPTFS_NS3_ESTATE:
        return "not possible in this state of the simulation";
    case IPTFS_NS3_ENOMEM:
        return "out of memory";
    case IPTFS_NS3_EDROP:
        return "the queue of the link is full";
    case IPTFS_NS3_EENGINE:
        return "ns-3 failed";
    default:
        return "unknown error";
    }
}

void iptfs::fail_run(int code)
{
    if (!control.running || control.failure != 0)
        return;
    control.failure = code;
    sim.impl->Stop();
}

int iptfs_ns3_open(void)
{
    int rc;

    if (sim.impl != nullptr || control.changing)
        return IPTFS_NS3_ESTATE;
    if (control.broken || (control.attached && ns3::Time::GetResolution() != ns3::Time::PS))
        return IPTFS_NS3_EENGINE;
    control.changing = true;
    rc = iptfs::guarded(start_engine);
    control.changing = false;
    control.broken = rc != 0;
    if (rc == 0)
        opened(false);
    return rc;
}

int iptfs_ns3_attach(void)
{
    if (sim.impl != nullptr)
        return 0;
    if (control.changing)
        return IPTFS_NS3_ESTATE;
    if (control.broken)
        return IPTFS_NS3_EENGINE;
    return iptfs::guarded(join_engine);
}

int iptfs_ns3_close(void)
{
    int rc;

    if (control.running || control.changing)
        return IPTFS_NS3_ESTATE;
    if (sim.impl == nullptr)
        return 0;
    if (control.attached)
        return IPTFS_NS3_ESTATE;
    sim.impl = nullptr; /* first, so that drop callbacks find the simulation closed */
    control.changing = true;
    rc = iptfs::guarded(destroy_engine);
    control.changing = false;
    control.broken = rc != 0;
    return rc;
}

int iptfs_ns3_seed(uint32_t seed, uint64_t run)
{
    if (seed == 0 || seed > IPTFS_NS3_SEED_MAX)
        return IPTFS_NS3_EINVAL;
    if (sim.impl == nullptr)
        return IPTFS_NS3_ESTATE;
    return iptfs::guarded([seed, run]() {
        ns3::RngSeedManager::SetSeed(seed);
        ns3::RngSeedManager::SetRun(run);
        return 0;
    });
}

int iptfs_ns3_checksums(void)
{
    if (sim.impl == nullptr || control.attached)
        return IPTFS_NS3_ESTATE;
    return iptfs::guarded([]() { return bind_checksums(true); });
}

bool iptfs_ns3_counts_ps(void)
{
    return sim.impl != nullptr && sim.ps_per_step == 1 && sim.steps_per_ps == 1;
}

int64_t iptfs_ns3_now_ps(void)
{
    return sim.impl != nullptr ? iptfs::now_ps() : int64_t{IPTFS_NS3_ESTATE};
}

int iptfs_ns3_run_until(int64_t stop_ps)
{
    int rc = iptfs::check_time(stop_ps);

    if (rc != 0)
        return rc;
    if (control.running || control.attached)
        return IPTFS_NS3_ESTATE;
    control.running = true;
    control.stopped = false;
    control.failure = 0;
    rc = iptfs::guarded([stop_ps]() { return run_with_fence(stop_ps); });
    rc = control.failure != 0 ? control.failure : rc;
    control.running = false;
    control.fence = nullptr;
    return rc;
}

void iptfs_ns3_stop(void)
{
    if (control.running)
        control.stopped = true;
    if (control.running || (control.attached && sim.impl != nullptr))
        sim.impl->Stop();
}

uint64_t iptfs_ns3_event_count(void)
{
    return sim.impl != nullptr ? sim.impl->GetEventCount() - control.fence_events : 0;
}
