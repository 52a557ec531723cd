/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/caption.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --------------------------------------------------------------------------------------- units */

/* Scales of a unit, the largest first; the last is for all that is smaller. */
static const struct {
    const char *unit;
    double from; /* fits numbers from here on */
    struct iptfs_scale scale;
} scales[] = {
    {"s", 1.0, {1.0, "s"}},
    {"s", 1e-3, {1e3, "ms"}},
    {"s", 1e-6, {1e6, "\xc2\xb5s"}},
    {"s", 0.0, {1e9, "ns"}},
    {"bit/s", 1e9, {1e-9, "Gb/s"}},
    {"bit/s", 1e6, {1e-6, "Mb/s"}},
    {"bit/s", 1e3, {1e-3, "kb/s"}},
    {"bit/s", 0.0, {1.0, "b/s"}},
    {"octets", 1e7, {1e-6, "million octets"}},
    {"octets", 0.0, {1.0, "octets"}},
    {"packets", 1e7, {1e-6, "million packets"}},
    {"packets", 1e5, {1e-3, "thousand packets"}},
    {"packets", 0.0, {1.0, "packets"}},
    {"bit", 0.0, {1.0, "bits"}},
    {"share", 0.0, {100.0, "%"}},
};

struct iptfs_scale iptfs_caption_scale(const char *unit, double most)
{
    struct iptfs_scale plain = {1.0, unit};
    size_t i = 0;
    while (i < LENGTH(scales) && strcmp(scales[i].unit, unit) != 0)
        i++;
    if (i < LENGTH(scales) && most <= 0.0)
        return strcmp(unit, "share") == 0 ? scales[i].scale : plain;
    for (; i < LENGTH(scales) && strcmp(scales[i].unit, unit) == 0; i++)
        if (most >= scales[i].from * (1.0 - 1e-9))
            return scales[i].scale;
    return plain;
}

struct iptfs_text iptfs_caption_value(const char *unit, double number)
{
    struct iptfs_text text;
    struct iptfs_scale scale = iptfs_caption_scale(unit, fabs(number));
    snprintf(text.text, sizeof text.text, "%.4g%s%s", number * scale.factor,
             *scale.unit != '\0' && number != 0.0 ? " " : "", number != 0.0 ? scale.unit : "");
    if (number == 0.0 && strcmp(unit, "share") == 0)
        snprintf(text.text, sizeof text.text, "0 %%");
    return text;
}

/* --------------------------------------------------------------------------------------- names */

struct name {
    const char *key;
    const char *caption;
};

/* Whole names. */
static const struct name names[] = {
    {"seed", "seed"},
    {"case", "case"},
    {"scenario.duration", "simulated time"},
    {"tunnel.mode", "mode"},
    {"tunnel.pkt-size", "pkt-size: outer packet"},
    {"tunnel.init-delay", "init-delay: output delay"},
    {"tunnel.max-queue-size", "max-queue-size: sender's queue"},
    {"tunnel.reorder-window", "reorder-window, packets"},
    {"tunnel.drop-time", "drop-time: wait for lost packets"},
    {"tunnel.replay-window", "replay-window, packets"},
    {"tunnel.l3-fixed-rate", "rate of outer packets"},
    {"tunnel.l2-fixed-rate", "rate on the link"},
    {"tunnel.pps", "outer packets per second"},
    {"link.rate", "link rate"},
    {"link.delay", "link delay"},
    {"link.mtu", "link MTU"},
    {"link.queue", "link queue"},
    {"link.loss", "loss of outer packets"},
    {"link.ce", "share of CE marks"},
    {"link.reorder", "share reordered"},
    {"link.duplicate", "share duplicated"},
    {"link.jitter", "link jitter"},
    {"loss_amplification", "inner packets lost per outer packet lost"},
    {"goodput_bps", "goodput"},
    {"outer_bps", "rate of outer packets"},
    {"loss", "loss of inner packets"},
    {"lost", "inner packets lost"},
    {"in_flight", "inner packets in flight"},
    {"outer.mean_fill", "mean fill of outer packets"},
    {"outer.overhead", "overhead"},
    {"outer.padding_share", "share of padding"},
    {"outer.gap_cv", "variation of gaps between outer packets"},
    {"outer.dispersion", "dispersion of outer packets"},
    {"outer.rekeys", "rekeyings"},
    {"outer.late", "late outer packets"},
    {"outer.held_max", "most outer packets held"},
    {"inner.ce_marked", "inner packets marked CE"},
    {"outer.ce_marked", "outer packets marked CE"},
    {"inner.offered.pkts", "inner packets offered"},
    {"inner.delivered.pkts", "inner packets delivered"},
    {"inner.offered.octets", "inner octets offered"},
    {"inner.delivered.octets", "inner octets delivered"},
    {"offered.pkts", "packets offered"},
    {"delivered.pkts", "packets delivered"},
    {"outer.sent.pkts", "outer packets sent"},
    {"outer.received.pkts", "outer packets received"},
    {"outer.lost.pkts", "outer packets lost"},
    {"congestion.rtt_s", "round trip"},
    {"congestion.loss_event_rate", "loss event rate"},
    {"congestion.allowed_pps", "allowed packets per second"},
};

/* Beginnings of names; an ending follows. */
static const struct name families[] = {
    {"delay_s.", "delay"},
    {"jitter_s.", "jitter"},
    {"stall_s.", "head-of-line stall"},
    {"gather_s.", "gathering of fragments"},
    {"inner.dropped.", "inner packets dropped"},
};

static const struct name endings[] = {
    {"mean", "mean"},
    {"min", "least"},
    {"max", "most"},
    {"p50", "median"},
    {"p90", "90th percentile"},
    {"p99", "99th percentile"},
    {"p99_p50", "99th percentile less median"},
    {"share", "share of packets"},
};

static const char *find(const struct name *list, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].key, key) == 0)
            return list[i].caption;
    return NULL;
}

static char *family_name(const char *before, const char *key, char *buffer, size_t size)
{
    for (size_t i = 0; i < LENGTH(families); i++) {
        size_t length = strlen(families[i].key);
        if (strncmp(key, families[i].key, length) != 0)
            continue;
        const char *ending = find(endings, LENGTH(endings), key + length);
        snprintf(buffer, size, "%s%s, %s", before, families[i].caption,
                 ending != NULL ? ending : key + length);
        return buffer;
    }
    snprintf(buffer, size, "%s%s", before, key);
    return buffer;
}

char *iptfs_caption_name(const char *key, char *buffer, size_t size)
{
    char before[128] = "";
    if (strncmp(key, "reverse.", 8) == 0) {
        snprintf(before, sizeof before, "reverse: ");
        key += 8;
    }
    const char *caption = find(names, LENGTH(names), key);
    const char *flow = strncmp(key, "flows.", 6) == 0 ? key + 6 : NULL;
    /* Names of flows may hold dots: what follows is known by its own. */
    for (const char *dot = flow; caption == NULL && dot != NULL && (dot = strchr(dot, '.'));
         dot++) {
        caption = find(names, LENGTH(names), dot + 1);
        bool family = false;
        for (size_t i = 0; i < LENGTH(families); i++)
            family = family || strncmp(dot + 1, families[i].key, strlen(families[i].key)) == 0;
        if (caption == NULL && !family)
            continue;
        size_t length = strlen(before);
        snprintf(before + length, sizeof before - length, "%.*s: ", (int)(dot - flow), flow);
        key = dot + 1;
        break;
    }
    if (caption == NULL)
        return family_name(before, key, buffer, size);
    snprintf(buffer, size, "%s%s", before, caption);
    return buffer;
}
