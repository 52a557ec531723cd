/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3's clock, events and links. C-like C++: classes only where ns-3 wants to be derived from.
 *
 * Only interfaces that ns-3 3.37 to 3.48 share are used. No exception leaves a function with C
 * linkage: they run their body through iptfs_ns3_guarded().
 */
#include "ns3/sim.h"

#include "ns3/guard.h"
#include "ns3/p2p_parts.h"

#include <ns3/boolean.h>
#include <ns3/data-rate.h>
#include <ns3/default-simulator-impl.h>
#include <ns3/drop-tail-queue.h>
#include <ns3/event-impl.h>
#include <ns3/global-value.h>
#include <ns3/node.h>
#include <ns3/nstime.h>
#include <ns3/object-factory.h>
#include <ns3/packet.h>
#include <ns3/point-to-point-channel.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/rng-seed-manager.h>
#include <ns3/simulator.h>
#include <ns3/tag.h>

namespace
{

const int64_t never = INT64_MAX;
const uint16_t protocol_ipv4 = 0x0800; /* ns-3's PPP header knows only IPv4 and IPv6 */

class Fence;

/* The one simulation. ns-3 keeps its own state in globals, so nothing is lost by doing it here. */
struct {
    ns3::SimulatorImpl *impl; /* NULL: closed. Asked directly, it is cheaper than ns3::Simulator */
    Fence *fence;             /* ends the present run; an older one still queued does nothing */
    uint64_t epoch;           /* number of this simulation; what was made in another one is stale */
    uint64_t fence_events;    /* events run that only served to end runs */
    int64_t ps_per_step;      /* a step of ns-3's clock; 1 but in an attached simulation */
    int64_t steps_per_ps;
    bool attached;  /* the caller's own simulation */
    bool checksums; /* switched on here */
    bool running;
    bool stopped;
    bool changing; /* open or close is at work */
    bool broken;   /* open or close failed halfway; ns-3 does not survive another try */
} sim;

/* A step shorter than a picosecond: the beginning of the present one, so that what is due in it is
 * not in the past. */
int64_t now_ps()
{
    int64_t steps = sim.impl->Now().GetTimeStep();

    if (sim.steps_per_ps > 1) /* rare, and a division is slow */
        steps /= sim.steps_per_ps;
    return steps * sim.ps_per_step;
}

/* The first time on ns-3's clock that is not before at_ps. */
int64_t on_clock(int64_t at_ps)
{
    if (sim.ps_per_step == 1)
        return at_ps;
    return (at_ps + sim.ps_per_step - 1) / sim.ps_per_step * sim.ps_per_step;
}

ns3::Time delay_until(int64_t at_ps)
{
    int64_t steps = on_clock(at_ps);

    if (sim.ps_per_step > 1)
        steps /= sim.ps_per_step;
    int64_t delay = steps * sim.steps_per_ps - sim.impl->Now().GetTimeStep();

    return ns3::Time(delay > 0 ? delay : 0);
}

/* Queues the event, with a reference for ns-3's queue; nothing has changed if this throws. */
void enqueue(int64_t at_ps, ns3::EventImpl *event)
{
    event->Ref();
    try {
        /* With a context ns-3 makes no EventId, which would only be thrown away. */
        sim.impl->ScheduleWithContext(ns3::Simulator::NO_CONTEXT, delay_until(at_ps), event);
    } catch (...) {
        event->Unref();
        throw;
    }
}

int check_time(int64_t at_ps)
{
    if (sim.impl == nullptr)
        return IPTFS_NS3_ESTATE;
    if (at_ps > IPTFS_NS3_TIME_MAX_PS / sim.steps_per_ps || at_ps < now_ps())
        return IPTFS_NS3_EINVAL;
    return 0;
}

class OneShot final : public ns3::EventImpl
{
public:
    OneShot(void (*fn)(void *), void (*drop)(void *), void *ctx) : fn_(fn), drop_(drop), ctx_(ctx)
    {
    }

    ~OneShot() override
    {
        if (drop_ != nullptr)
            drop_(ctx_);
    }

    /* The destructor will not call drop. */
    void disown()
    {
        drop_ = nullptr;
    }

protected:
    void Notify() override
    {
        drop_ = nullptr;
        fn_(ctx_);
    }

private:
    void (*fn_)(void *);
    void (*drop_)(void *);
    void *ctx_;
};

/*
 * Ends a run at its own time. It goes to the end of the queue of that time again and again until it
 * comes twice in a row, because only then no event of that time is left.
 */
class Fence final : public ns3::EventImpl
{
protected:
    void Notify() override
    {
        uint64_t count = sim.impl->GetEventCount();

        ++sim.fence_events;
        if (this != sim.fence)
            return;
        if (seen_ && count == last_ + 1) {
            sim.impl->Stop();
            return;
        }
        seen_ = true;
        last_ = count;
        enqueue(now_ps(), this);
    }

private:
    uint64_t last_ = 0; /* event count when it came last */
    bool seen_ = false;
};

class PacketNumber final : public ns3::Tag
{
public:
    uint64_t value = 0;

    static ns3::TypeId GetTypeId()
    {
        static ns3::TypeId id =
            ns3::TypeId("iptfs::PacketNumber").SetParent<ns3::Tag>().AddConstructor<PacketNumber>();
        return id;
    }

    ns3::TypeId GetInstanceTypeId() const override
    {
        return GetTypeId();
    }

    uint32_t GetSerializedSize() const override
    {
        return sizeof(value);
    }

    void Serialize(ns3::TagBuffer buffer) const override
    {
        buffer.WriteU64(value);
    }

    void Deserialize(ns3::TagBuffer buffer) override
    {
        value = buffer.ReadU64();
    }

    void Print(std::ostream &os) const override
    {
        os << value;
    }
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
    sim.fence_events = 0;
    sim.attached = attached;
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
    sim.checksums = on;
    return 0;
}

int destroy_engine()
{
    ns3::Simulator::Destroy();
    if (sim.checksums)
        bind_checksums(false);
    return 0;
}

/* How ns-3's clock counts; false when it is too coarse for anybody's use. */
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

    enqueue(stop_ps, ns3::PeekPointer(fence));
    sim.fence = ns3::PeekPointer(fence);
    ns3::Simulator::Run();
    return sim.stopped ? IPTFS_NS3_STOPPED : 0;
}

} // namespace

bool iptfs_ns3_p2p_valid(const struct iptfs_ns3_p2p_config *c)
{
    uint32_t queue = c->queue_packets != 0 ? c->queue_packets : c->queue_octets;

    return c->rate_bps >= IPTFS_NS3_RATE_MIN_BPS && c->rate_bps <= IPTFS_NS3_RATE_MAX_BPS &&
           c->delay_ps >= 0 && c->delay_ps <= IPTFS_NS3_DELAY_MAX_PS && c->mtu_octets >= 1 &&
           c->mtu_octets <= IPTFS_NS3_MTU_MAX_OCTETS &&
           (c->queue_packets == 0) != (c->queue_octets == 0) && queue <= IPTFS_NS3_QUEUE_MAX;
}

ns3::Ptr<ns3::PointToPointChannel> iptfs_ns3_p2p_channel(const struct iptfs_ns3_p2p_config *config)
{
    ns3::Ptr<ns3::PointToPointChannel> channel = ns3::CreateObject<ns3::PointToPointChannel>();

    channel->SetAttribute("Delay", ns3::TimeValue(ns3::Time(config->delay_ps)));
    return channel;
}

ns3::Ptr<ns3::PointToPointNetDevice>
iptfs_ns3_p2p_device(const struct iptfs_ns3_p2p_config *config,
                     ns3::Ptr<ns3::PointToPointChannel> channel, ns3::Ptr<ns3::Node> node)
{
    bool in_packets = config->queue_packets != 0;
    ns3::QueueSize limit(in_packets ? ns3::QueueSizeUnit::PACKETS : ns3::QueueSizeUnit::BYTES,
                         in_packets ? config->queue_packets : config->queue_octets);
    ns3::Ptr<ns3::DropTailQueue<ns3::Packet>> queue =
        ns3::CreateObject<ns3::DropTailQueue<ns3::Packet>>();
    ns3::Ptr<ns3::PointToPointNetDevice> device = ns3::CreateObject<ns3::PointToPointNetDevice>();

    queue->SetMaxSize(limit);
    device->SetQueue(queue);
    device->SetDataRate(ns3::DataRate(config->rate_bps));
    device->SetInterframeGap(ns3::Time(0));
    device->SetMtu(static_cast<uint16_t>(config->mtu_octets));
    node->AddDevice(device);
    device->Attach(channel);
    return device;
}

/*
 * The event object itself is queued in ns-3, once for each wake-up. wake_[] holds the times of the
 * wake-ups, the next one last: a new one is added only if it is before all others, so the list is
 * always in order. When it is full the latest is forgotten and will do nothing.
 */
struct iptfs_ns3_timer final : public ns3::EventImpl {
public:
    iptfs_ns3_timer(void (*fn)(void *), void *ctx) : fn_(fn), ctx_(ctx)
    {
    }

    void set(int64_t at_ps)
    {
        int64_t clock_ps = on_clock(at_ps);

        if (epoch_ != sim.epoch) {
            epoch_ = sim.epoch;
            count_ = 0;
            deadline_ = never;
        }
        wake_by(clock_ps);
        deadline_ = clock_ps;
    }

    void cancel()
    {
        deadline_ = never;
    }

protected:
    void Notify() override
    {
        int64_t now = now_ps();

        if (epoch_ != sim.epoch || count_ == 0 || wake_[count_ - 1] != now)
            return;
        --count_;
        if (deadline_ == now) {
            deadline_ = never;
            fn_(ctx_);
        } else if (deadline_ != never) {
            wake_by(deadline_);
        }
    }

private:
    static const unsigned capacity = 4;

    void wake_by(int64_t at_ps)
    {
        if (count_ > 0 && wake_[count_ - 1] <= at_ps)
            return;
        enqueue(at_ps, this);
        if (count_ == capacity)
            forget_latest();
        wake_[count_++] = at_ps;
    }

    void forget_latest()
    {
        for (unsigned i = 1; i < count_; i++)
            wake_[i - 1] = wake_[i];
        --count_;
    }

    void (*fn_)(void *);
    void *ctx_;
    int64_t deadline_ = never;
    int64_t wake_[capacity] = {};
    unsigned count_ = 0;
    uint64_t epoch_ = 0; /* the simulation in which the wake-ups are queued */
};

/* Reference counted, because the callback in the receiving device lives until the close. */
struct iptfs_ns3_p2p final : public ns3::SimpleRefCount<iptfs_ns3_p2p> {
    ns3::Ptr<ns3::PointToPointNetDevice> sender;
    ns3::Address broadcast;
    ns3::DataRate rate;
    uint32_t octets_max = 0; /* on the wire */
    uint64_t epoch = 0;
    void (*receive)(void *ctx, uint64_t tag, uint32_t octets) = nullptr; /* NULL: freed */
    void *ctx = nullptr;
};

namespace
{

bool deliver(ns3::Ptr<iptfs_ns3_p2p> p2p, ns3::Ptr<ns3::NetDevice>,
             ns3::Ptr<const ns3::Packet> packet, uint16_t, const ns3::Address &)
{
    PacketNumber number;

    if (p2p->receive != nullptr && packet->PeekPacketTag(number))
        p2p->receive(p2p->ctx, number.value, packet->GetSize() + IPTFS_NS3_PPP_OCTETS);
    return true;
}

int build_link(ns3::Ptr<iptfs_ns3_p2p> p2p, const struct iptfs_ns3_p2p_config *config)
{
    ns3::Ptr<ns3::PointToPointChannel> channel = iptfs_ns3_p2p_channel(config);
    ns3::Ptr<ns3::PointToPointNetDevice> receiver;

    p2p->sender = iptfs_ns3_p2p_device(config, channel, ns3::CreateObject<ns3::Node>());
    receiver = iptfs_ns3_p2p_device(config, channel, ns3::CreateObject<ns3::Node>());
    receiver->SetReceiveCallback(ns3::MakeBoundCallback(&deliver, p2p));
    p2p->broadcast = p2p->sender->GetBroadcast();
    p2p->rate = ns3::DataRate(config->rate_bps);
    p2p->octets_max = config->mtu_octets + IPTFS_NS3_PPP_OCTETS;
    p2p->epoch = sim.epoch;
    return 0;
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

int iptfs_ns3_open(void)
{
    int rc;

    if (sim.impl != nullptr || sim.changing)
        return IPTFS_NS3_ESTATE;
    if (sim.broken || (sim.attached && ns3::Time::GetResolution() != ns3::Time::PS))
        return IPTFS_NS3_EENGINE;
    sim.changing = true;
    rc = iptfs_ns3_guarded(start_engine);
    sim.changing = false;
    sim.broken = rc != 0;
    if (rc == 0)
        opened(false);
    return rc;
}

int iptfs_ns3_attach(void)
{
    if (sim.impl != nullptr)
        return 0;
    if (sim.changing)
        return IPTFS_NS3_ESTATE;
    if (sim.broken)
        return IPTFS_NS3_EENGINE;
    return iptfs_ns3_guarded(join_engine);
}

int iptfs_ns3_close(void)
{
    int rc;

    if (sim.running || sim.changing)
        return IPTFS_NS3_ESTATE;
    if (sim.impl == nullptr)
        return 0;
    if (sim.attached)
        return IPTFS_NS3_ESTATE;
    sim.impl = nullptr; /* first, so that drop callbacks find the simulation closed */
    sim.changing = true;
    rc = iptfs_ns3_guarded(destroy_engine);
    sim.changing = false;
    sim.broken = rc != 0;
    return rc;
}

int iptfs_ns3_seed(uint32_t seed, uint64_t run)
{
    if (seed == 0 || seed > IPTFS_NS3_SEED_MAX)
        return IPTFS_NS3_EINVAL;
    if (sim.impl == nullptr)
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([seed, run]() {
        ns3::RngSeedManager::SetSeed(seed);
        ns3::RngSeedManager::SetRun(run);
        return 0;
    });
}

int iptfs_ns3_checksums(void)
{
    if (sim.impl == nullptr || sim.attached)
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([]() { return bind_checksums(true); });
}

bool iptfs_ns3_counts_ps(void)
{
    return sim.impl != nullptr && sim.ps_per_step == 1 && sim.steps_per_ps == 1;
}

int64_t iptfs_ns3_now_ps(void)
{
    return sim.impl != nullptr ? now_ps() : int64_t{IPTFS_NS3_ESTATE};
}

int iptfs_ns3_run_until(int64_t stop_ps)
{
    int rc = check_time(stop_ps);

    if (rc != 0)
        return rc;
    if (sim.running || sim.attached)
        return IPTFS_NS3_ESTATE;
    sim.running = true;
    sim.stopped = false;
    rc = iptfs_ns3_guarded([stop_ps]() { return run_with_fence(stop_ps); });
    sim.running = false;
    sim.fence = nullptr;
    return rc;
}

void iptfs_ns3_stop(void)
{
    if (sim.running)
        sim.stopped = true;
    if (sim.running || (sim.attached && sim.impl != nullptr))
        sim.impl->Stop();
}

uint64_t iptfs_ns3_event_count(void)
{
    return sim.impl != nullptr ? sim.impl->GetEventCount() - sim.fence_events : 0;
}

int iptfs_ns3_at(int64_t at_ps, void (*fn)(void *ctx), void (*drop)(void *ctx), void *ctx)
{
    int rc = fn != nullptr ? check_time(at_ps) : IPTFS_NS3_EINVAL;
    OneShot *event;

    if (rc != 0)
        return rc;
    event = new (std::nothrow) OneShot(fn, drop, ctx);
    if (event == nullptr)
        return IPTFS_NS3_ENOMEM;
    rc = iptfs_ns3_guarded([at_ps, event]() {
        enqueue(at_ps, event);
        return 0;
    });
    if (rc != 0)
        event->disown();
    event->Unref();
    return rc;
}

struct iptfs_ns3_timer *iptfs_ns3_timer_new(void (*fn)(void *ctx), void *ctx)
{
    return fn != nullptr ? new (std::nothrow) iptfs_ns3_timer(fn, ctx) : nullptr;
}

int iptfs_ns3_timer_set(struct iptfs_ns3_timer *timer, int64_t at_ps)
{
    int rc = timer != nullptr ? check_time(at_ps) : IPTFS_NS3_EINVAL;

    if (rc != 0)
        return rc;
    return iptfs_ns3_guarded([timer, at_ps]() {
        timer->set(at_ps);
        return 0;
    });
}

void iptfs_ns3_timer_cancel(struct iptfs_ns3_timer *timer)
{
    if (timer != nullptr)
        timer->cancel();
}

void iptfs_ns3_timer_free(struct iptfs_ns3_timer *timer)
{
    /* Wake-ups still in ns-3's queue hold references of their own. */
    if (timer != nullptr) {
        timer->cancel();
        timer->Unref();
    }
}

int iptfs_ns3_p2p_new(struct iptfs_ns3_p2p **out, const struct iptfs_ns3_p2p_config *config,
                      void (*receive)(void *ctx, uint64_t tag, uint32_t octets), void *ctx)
{
    if (out == nullptr)
        return IPTFS_NS3_EINVAL;
    *out = nullptr;
    if (config == nullptr || receive == nullptr || !iptfs_ns3_p2p_valid(config))
        return IPTFS_NS3_EINVAL;
    if (!iptfs_ns3_counts_ps())
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([out, config, receive, ctx]() {
        ns3::Ptr<iptfs_ns3_p2p> p2p = ns3::Create<iptfs_ns3_p2p>();
        int rc = build_link(p2p, config);

        p2p->receive = receive;
        p2p->ctx = ctx;
        *out = ns3::GetPointer(p2p);
        return rc;
    });
}

int iptfs_ns3_p2p_send(struct iptfs_ns3_p2p *p2p, uint32_t octets, uint64_t tag)
{
    if (p2p == nullptr || octets <= IPTFS_NS3_PPP_OCTETS || octets > p2p->octets_max)
        return IPTFS_NS3_EINVAL;
    if (sim.impl == nullptr || p2p->epoch != sim.epoch)
        return IPTFS_NS3_ESTATE;
    return iptfs_ns3_guarded([p2p, octets, tag]() {
        ns3::Ptr<ns3::Packet> packet = ns3::Create<ns3::Packet>(octets - IPTFS_NS3_PPP_OCTETS);
        PacketNumber number;

        number.value = tag;
        packet->AddPacketTag(number);
        return p2p->sender->Send(packet, p2p->broadcast, protocol_ipv4) ? 0 : IPTFS_NS3_EDROP;
    });
}

int64_t iptfs_ns3_p2p_tx_time_ps(const struct iptfs_ns3_p2p *p2p, uint32_t octets)
{
    if (p2p == nullptr || octets == 0 || octets > p2p->octets_max)
        return IPTFS_NS3_EINVAL;
    return p2p->rate.CalculateBytesTxTime(octets).GetTimeStep();
}

void iptfs_ns3_p2p_free(struct iptfs_ns3_p2p *p2p)
{
    if (p2p == nullptr)
        return;
    p2p->receive = nullptr;
    p2p->sender = nullptr; /* the devices hold the callback, which holds p2p */
    p2p->Unref();
}
