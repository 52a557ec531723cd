/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/sa_life.h"

#include "base/units.h"

static bool has_limit(const struct iptfs_sa_lifetime *lifetime)
{
    return lifetime->pkts > 0 || lifetime->octets > 0 || lifetime->time_ps > 0;
}

void iptfs_sa_life_init(struct iptfs_sa_life *life, const struct iptfs_sa_life_config *config)
{
    bool rekeys = has_limit(&config->soft);
    *life = (struct iptfs_sa_life){
        .config = *config,
        .rekeys = rekeys,
        .limited = rekeys || has_limit(&config->hard),
        .numbers = config->esn ? UINT64_MAX : UINT32_MAX,
        .rekey_ps = IPTFS_NEVER,
    };
}

void iptfs_sa_life_next(struct iptfs_sa_life *life, int64_t now_ps)
{
    life->start_ps = now_ps;
    life->rekey_ps = IPTFS_NEVER;
    life->pkts = 0;
    life->octets = 0;
    life->exhausted = false;
}

static bool is_over(const struct iptfs_sa_life *life, const struct iptfs_sa_lifetime *lifetime,
                    int64_t now_ps)
{
    return (lifetime->pkts > 0 && life->pkts >= lifetime->pkts) ||
           (lifetime->octets > 0 && life->octets >= lifetime->octets) ||
           (lifetime->time_ps > 0 && now_ps - life->start_ps >= lifetime->time_ps);
}

enum iptfs_sa_state iptfs_sa_life_check(struct iptfs_sa_life *life, int64_t now_ps, uint64_t seq)
{
    life->exhausted = seq >= life->numbers;
    bool soft = life->rekeys && (life->exhausted || is_over(life, &life->config.soft, now_ps));
    bool hard = life->exhausted || is_over(life, &life->config.hard, now_ps);
    if ((soft || (hard && life->rekeys)) && life->rekey_ps == IPTFS_NEVER)
        life->rekey_ps = iptfs_time_after(now_ps, life->config.rekey_time_ps);
    bool ready = life->rekey_ps <= now_ps;
    if (!hard)
        return ready ? IPTFS_SA_DUE : IPTFS_SA_USED;
    if (ready)
        return IPTFS_SA_OVER;
    return life->rekey_ps != IPTFS_NEVER ? IPTFS_SA_AWAITED : IPTFS_SA_ENDED;
}
