/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/refusing_scheduler.h"

#include <ns3/object-factory.h>
#include <ns3/priority-queue-scheduler.h>
#include <ns3/simulator.h>

#include <new>
#include <stdexcept>
#include <vector>

namespace
{

enum refusal refused = REFUSE_NOTHING;

class RefusingScheduler : public ns3::PriorityQueueScheduler
{
public:
    static ns3::TypeId GetTypeId()
    {
        static ns3::TypeId id = ns3::TypeId("iptfs::test::RefusingScheduler")
                                    .SetParent<ns3::PriorityQueueScheduler>()
                                    .AddConstructor<RefusingScheduler>();
        return id;
    }

    void Insert(const ns3::Scheduler::Event &event) override
    {
        /* ns-3 loses events of its own that are refused; a leak check finds them here. */
        static std::vector<ns3::EventImpl *> *lost = new std::vector<ns3::EventImpl *>;
        if (refused != REFUSE_NOTHING)
            lost->push_back(event.impl);
        if (refused == REFUSE_FOR_MEMORY)
            throw std::bad_alloc();
        if (refused == REFUSE_OTHERWISE)
            throw std::runtime_error("refused");
        ns3::PriorityQueueScheduler::Insert(event);
    }
};

} // namespace

void refuse_events(enum refusal refusal)
{
    ns3::ObjectFactory factory;

    refused = REFUSE_NOTHING; /* the events of the list before go into the new one */
    factory.SetTypeId(RefusingScheduler::GetTypeId());
    ns3::Simulator::SetScheduler(factory);
    refused = refusal;
}
