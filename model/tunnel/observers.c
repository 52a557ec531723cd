/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tunnel/observers.h"

#include "base/asserts.h"

static bool wants(const struct iptfs_observer *observer, enum iptfs_observed event)
{
    switch (event) {
    case IPTFS_OBSERVED_ARRIVED:
        return observer->arrived != NULL;
    case IPTFS_OBSERVED_SENT:
        return observer->sent != NULL;
    case IPTFS_OBSERVED_RECEIVED:
        return observer->received != NULL;
    case IPTFS_OBSERVED_DELIVERED:
        return observer->delivered != NULL;
    case IPTFS_OBSERVED_ENDED:
        return observer->ended != NULL;
    case IPTFS_OBSERVED_ICMP:
    case IPTFS_OBSERVED_EVENTS: /* how many there are: never asked for */
        break;
    }
    return observer->icmp != NULL;
}

void iptfs_observers_add(struct iptfs_observers *observers, struct iptfs_observer *observer)
{
    for (int event = 0; event < IPTFS_OBSERVED_EVENTS; event++) {
        struct iptfs_observer **at = &observers->first[event];
        if (!wants(observer, (enum iptfs_observed)event))
            continue;
        while (*at != NULL && (observer->takes_handle || !(*at)->takes_handle)) {
            IPTFS_ASSERT(*at != observer);
            at = &(*at)->next[event];
        }
        observer->next[event] = *at;
        *at = observer;
    }
}

static void leak_arrived(void *ctx, struct iptfs_inner *inner)
{
    iptfs_leak_arrived(ctx, inner->arrived_ps, inner->octets);
}

static void leak_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    int64_t waited_ps = outer->first != NULL ? now_ps - outer->first->arrived_ps : 0;
    iptfs_leak_sent(ctx, now_ps, outer->ip_octets, (uint8_t)(outer->dscp << 2 | outer->ecn),
                    waited_ps);
}

struct iptfs_observer iptfs_leak_observer(struct iptfs_leak *leak)
{
    return (struct iptfs_observer){.arrived = leak_arrived, .sent = leak_sent, .ctx = leak};
}
