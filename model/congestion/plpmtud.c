/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "congestion/plpmtud.h"

#include "base/asserts.h"
#include "base/units.h"

enum {
    LOST_RTTS = 3,       /* one without TVal, one for the echo, and one to spare */
    BLACK_HOLE_RTTS = 6, /* without an echo; a probe holds them back for two */
    BLACK_HOLE_PKTS = 6  /* ... while so many were sent */
};

static const int64_t unknown_rtt_ps = 500 * IPTFS_PS_PER_MS;

static uint32_t at_most(uint32_t octets, uint32_t most)
{
    return octets < most ? octets : most;
}

static void search(struct iptfs_plpmtud *plpmtud)
{
    plpmtud->limit_octets = plpmtud->config.max_octets + plpmtud->config.step_octets;
    plpmtud->lost_tries = 0;
    plpmtud->raise_ps = IPTFS_NEVER;
}

void iptfs_plpmtud_init(struct iptfs_plpmtud *plpmtud, const struct iptfs_plpmtud_config *config)
{
    *plpmtud = (struct iptfs_plpmtud){
        .config = *config,
        .sent_ps = -1,
        .echoed_ps = -1,
        .rtt_ps = unknown_rtt_ps,
    };
    plpmtud->config.base_octets = at_most(config->base_octets, config->max_octets);
    plpmtud->config.min_octets = at_most(config->min_octets, plpmtud->config.base_octets);
    plpmtud->octets = plpmtud->config.base_octets;
    search(plpmtud);
}

/* The next size to try, 0 when the largest has been found: first the maximum, then halves. */
static uint32_t candidate(const struct iptfs_plpmtud *plpmtud)
{
    uint32_t step = plpmtud->config.step_octets;
    IPTFS_ASSERT(plpmtud->limit_octets > plpmtud->octets);
    if (plpmtud->limit_octets > plpmtud->config.max_octets)
        return plpmtud->octets < plpmtud->config.max_octets ? plpmtud->config.max_octets : 0;
    uint32_t steps = (plpmtud->limit_octets - plpmtud->octets) / step;
    return steps > 1 ? plpmtud->octets + steps / 2 * step : 0;
}

bool iptfs_plpmtud_probing(const struct iptfs_plpmtud *plpmtud)
{
    return plpmtud->probe_octets > 0 || (plpmtud->raise_ps == IPTFS_NEVER && plpmtud->confirmed);
}

bool iptfs_plpmtud_silent(const struct iptfs_plpmtud *plpmtud, int64_t now_ps)
{
    return plpmtud->probe_octets > 0 && now_ps - plpmtud->probe_ps < plpmtud->rtt_ps;
}

static void probe_arrived(struct iptfs_plpmtud *plpmtud)
{
    plpmtud->octets = plpmtud->probe_octets;
    plpmtud->probe_octets = 0;
    plpmtud->lost_tries = 0;
}

static void probe_lost(struct iptfs_plpmtud *plpmtud)
{
    plpmtud->probes_lost++;
    plpmtud->lost_tries++;
    if (plpmtud->lost_tries == IPTFS_PLPMTUD_TRIES) {
        plpmtud->limit_octets = plpmtud->probe_octets;
        plpmtud->lost_tries = 0;
    }
    plpmtud->probe_octets = 0;
}

static void take_echo(struct iptfs_plpmtud *plpmtud, int64_t now_ps, int64_t echoed_ps)
{
    plpmtud->echoed_ps = echoed_ps;
    plpmtud->progress_ps = now_ps;
    plpmtud->unechoed_pkts = 0;
    plpmtud->confirmed = true;
    /* Echoes are in microseconds. */
    int64_t probe_us = plpmtud->probe_ps / IPTFS_PS_PER_US;
    if (plpmtud->probe_octets == 0 || echoed_ps / IPTFS_PS_PER_US < probe_us)
        return;
    if (echoed_ps / IPTFS_PS_PER_US == probe_us)
        probe_arrived(plpmtud);
    else
        probe_lost(plpmtud);
}

/* Nothing comes through any more: perhaps because packets are too large. */
static void leave_black_hole(struct iptfs_plpmtud *plpmtud, int64_t now_ps)
{
    const struct iptfs_plpmtud_config *config = &plpmtud->config;
    plpmtud->progress_ps = now_ps;
    plpmtud->unechoed_pkts = 0;
    plpmtud->probe_octets = 0;
    plpmtud->confirmed = false;
    plpmtud->announced = false;
    if (plpmtud->octets == config->min_octets)
        return;
    plpmtud->black_holes++;
    plpmtud->octets =
        plpmtud->octets > config->base_octets ? config->base_octets : config->min_octets;
    search(plpmtud);
}

static bool may_probe(struct iptfs_plpmtud *plpmtud, int64_t now_ps, int64_t before_ps)
{
    if (plpmtud->probe_octets > 0 || !plpmtud->confirmed)
        return false;
    if (plpmtud->raise_ps <= now_ps)
        search(plpmtud);
    if (plpmtud->raise_ps != IPTFS_NEVER)
        return false;
    if (candidate(plpmtud) == 0) {
        plpmtud->raise_ps = iptfs_time_after(now_ps, IPTFS_PLPMTUD_RAISE_S * IPTFS_PS_PER_S);
        return false;
    }
    /* The peer must know by P that a packet of this number may be a probe. */
    if (!plpmtud->announced) {
        plpmtud->announced = true;
        return false;
    }
    return now_ps / IPTFS_PS_PER_US > before_ps / IPTFS_PS_PER_US; /* a TVal of its own */
}

uint32_t iptfs_plpmtud_next(struct iptfs_plpmtud *plpmtud, int64_t now_ps, int64_t echoed_ps,
                            int64_t rtt_ps, bool between)
{
    int64_t before_ps = plpmtud->sent_ps;
    plpmtud->sent_ps = now_ps;
    if (plpmtud->unechoed_pkts++ == 0) /* nothing was sent that could have been echoed before */
        plpmtud->progress_ps = now_ps;
    if (rtt_ps > 0)
        plpmtud->rtt_ps = rtt_ps;
    if (echoed_ps > plpmtud->echoed_ps)
        take_echo(plpmtud, now_ps, echoed_ps);
    if (plpmtud->probe_octets > 0 && now_ps - plpmtud->probe_ps > LOST_RTTS * plpmtud->rtt_ps)
        probe_lost(plpmtud);
    if (now_ps - plpmtud->progress_ps > BLACK_HOLE_RTTS * plpmtud->rtt_ps &&
        plpmtud->unechoed_pkts > BLACK_HOLE_PKTS)
        leave_black_hole(plpmtud, now_ps);
    if (!may_probe(plpmtud, now_ps, before_ps) || !between)
        return 0;
    plpmtud->probe_octets = candidate(plpmtud);
    plpmtud->probe_ps = now_ps;
    plpmtud->announced = false;
    plpmtud->probes++;
    return plpmtud->probe_octets;
}
