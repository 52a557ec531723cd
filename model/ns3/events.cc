/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/events.h"

#include "ns3/guard.h"
#include "ns3/sim_state.h"

#include "base/asserts.h"

namespace
{

const int64_t never = INT64_MAX;

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

} // namespace

/*
 * The event object itself is queued in ns-3, once for each wake-up. wake_[] holds the times of the
 * wake-ups, the next one last: a new one is added only if it is before all others, so the list is
 * always in order. When it is full the latest is removed and has no effect.
 */
struct iptfs_ns3_timer final : public ns3::EventImpl {
public:
    iptfs_ns3_timer(void (*fn)(void *), void *ctx) : fn_(fn), ctx_(ctx)
    {
    }

    void set(int64_t at_ps)
    {
        int64_t clock_ps = iptfs::on_clock(at_ps);

        if (epoch_ != iptfs::sim.epoch) {
            epoch_ = iptfs::sim.epoch;
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

    uint32_t node_id = IPTFS_NS3_NO_NODE;

protected:
    void Notify() override
    {
        int64_t now = iptfs::now_ps();

        if (epoch_ != iptfs::sim.epoch || count_ == 0 || wake_[count_ - 1] != now)
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
        iptfs::enqueue(at_ps, this, node_id);
        if (count_ == capacity)
            remove_latest();
        IPTFS_ASSERT(count_ < capacity);
        wake_[count_++] = at_ps;
    }

    void remove_latest()
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

int iptfs_ns3_at(int64_t at_ps, void (*fn)(void *ctx), void (*drop)(void *ctx), void *ctx)
{
    return iptfs_ns3_at_node(IPTFS_NS3_NO_NODE, at_ps, fn, drop, ctx);
}

int iptfs_ns3_at_node(uint32_t node_id, int64_t at_ps, void (*fn)(void *ctx),
                      void (*drop)(void *ctx), void *ctx)
{
    int rc = fn != nullptr ? iptfs::check_time(at_ps) : IPTFS_NS3_EINVAL;
    OneShot *event;

    if (rc != 0)
        return rc;
    event = new (std::nothrow) OneShot(fn, drop, ctx);
    if (event == nullptr)
        return IPTFS_NS3_ENOMEM;
    rc = iptfs::guarded([node_id, at_ps, event]() {
        iptfs::enqueue(at_ps, event, node_id);
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

void iptfs_ns3_timer_at_node(struct iptfs_ns3_timer *timer, uint32_t node_id)
{
    timer->node_id = node_id;
}

int iptfs_ns3_timer_set(struct iptfs_ns3_timer *timer, int64_t at_ps)
{
    int rc = timer != nullptr ? iptfs::check_time(at_ps) : IPTFS_NS3_EINVAL;

    if (rc != 0)
        return rc;
    return iptfs::guarded([timer, at_ps]() {
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
