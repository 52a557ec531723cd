/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does not go together in [link]. */
#include "ns3/p2p.h"
#include "scenario/check.h"
#include "text/quantity.h"

/* Keys that refine another key which is not given. The other key may be given as 0: a sweep may
 * have a point in which it is off. The reverse direction takes its values from the forward one, so
 * both keys may be meant for it. */
static int check_idle_keys(struct iptfs_settings *settings, size_t direction)
{
    static const struct {
        const char *key, *of;
    } rows[] = {
        {"gemodel-r", "gemodel-p"},         {"gemodel-bad", "gemodel-p"},
        {"reorder-correlation", "reorder"}, {"duplicate-correlation", "duplicate"},
        {"jitter-distribution", "jitter"},  {"jitter-correlation", "jitter"},
        {"jitter-keeps-order", "jitter"},
    };
    size_t target = IPTFS_TARGET_LINK + direction;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (iptfs_settings_gives(settings, target, rows[i].key) &&
            !iptfs_settings_gives(settings, IPTFS_TARGET_LINK + IPTFS_REVERSE, rows[i].of))
            return iptfs_settings_refuse(settings, target, rows[i].key, IPTFS_E_INVALID,
                                         "nothing without %s (%s = 0 switches it off)", rows[i].of,
                                         rows[i].of);
    return 0;
}

int iptfs_check_impairments(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_link_options *link = &settings->scenario->link[direction];
    int code = check_idle_keys(settings, direction);
    if (code != 0)
        return code;
    if (link->config.impairments.ce.probability > 0 &&
        !iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + direction, "ecn"))
        return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "ce", IPTFS_E_INVALID,
                                     "0 (without tunnel.ecn no outer packet is ECN-capable)");
    if (link->config.impairments.gemodel.p == 0.0 || link->config.impairments.gemodel.r > 0)
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "gemodel-r",
                                 IPTFS_E_INVALID,
                                 "above 0 with gemodel-p above 0, or the first bad state never "
                                 "ends");
}

/* What ns-3's own link cannot do. */
int iptfs_check_p2p(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_link_options *link = &settings->scenario->link[direction];
    size_t target = IPTFS_TARGET_LINK + direction;
    if (link->device != IPTFS_DEVICE_P2P)
        return 0;
    if (link->config.framing == IPTFS_FRAMING_NONE)
        return iptfs_settings_refuse(settings, target, "framing", IPTFS_E_INVALID,
                                     "ethernet, ppp with device p2p");
    if (link->config.rate_bps < IPTFS_NS3_RATE_MIN_BPS ||
        link->config.rate_bps > IPTFS_NS3_RATE_MAX_BPS)
        return iptfs_settings_refuse(settings, target, "rate", IPTFS_E_INVALID,
                                     "%s to %s with device p2p",
                                     iptfs_exact_rate(IPTFS_NS3_RATE_MIN_BPS).text,
                                     iptfs_exact_rate(IPTFS_NS3_RATE_MAX_BPS).text);
    if (link->rate_changes.count > 0)
        return iptfs_settings_refuse(settings, target, "rate-changes", IPTFS_E_INVALID,
                                     "none with device p2p, whose rate stays");
    if (link->config.delay_ps > IPTFS_NS3_DELAY_MAX_PS)
        return iptfs_settings_refuse(settings, target, "delay", IPTFS_E_INVALID,
                                     "0 to %s with device p2p",
                                     iptfs_exact_time(IPTFS_NS3_DELAY_MAX_PS).text);
    if (link->queue.count == 0 || link->queue.count > IPTFS_NS3_QUEUE_MAX)
        return iptfs_settings_refuse(settings, target, "queue", IPTFS_E_INVALID,
                                     "1p to %up, or 1B to %uB, with device p2p",
                                     IPTFS_NS3_QUEUE_MAX, IPTFS_NS3_QUEUE_MAX);
    return 0;
}
