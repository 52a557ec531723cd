/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [link]. */
#include "base/units.h"
#include "link/link.h"
#include "scenario/scenario.h"
#include "scenario/sections.h"

static const struct iptfs_word device_words[] = {
    {"direct", IPTFS_DEVICE_DIRECT, "the model's own link on ns-3's events", NULL},
    {"p2p", IPTFS_DEVICE_P2P, "an ns-3 PointToPointNetDevice and its channel", "ns-3"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word framing_words[] = {
    {"ethernet", IPTFS_FRAMING_ETHERNET, "38 octets a packet, least payload 46", "IEEE 802.3"},
    {"ppp", IPTFS_FRAMING_PPP, "2 octets a packet", "ns-3"},
    {"none", IPTFS_FRAMING_NONE, "only the IP packet", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word jitter_words[] = {
    {"uniform", IPTFS_JITTER_UNIFORM, "evenly within jitter of delay", "netem"},
    {"normal", IPTFS_JITTER_NORMAL, "deviation jitter", "netem"},
    {"pareto", IPTFS_JITTER_PARETO, "shape 3, deviation jitter: few are very late", "netem"},
    {NULL, 0, NULL, NULL},
};

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_link_options, member)

static const struct iptfs_option rows[] = {
    {
        .key = "device",
        .kind = &iptfs_kind_word,
        FIELD(device),
        .words = device_words,
        .standard = "direct",
        .meaning = "what carries the outer packets",
    },
    {
        .key = "framing",
        .kind = &iptfs_kind_word,
        FIELD(config.framing),
        .words = framing_words,
        .standard = "ethernet",
        .meaning = "what the link adds to each outer packet",
    },
    {
        .key = "rate",
        .kind = &iptfs_kind_rate,
        FIELD(config.rate_bps),
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "1Gbps",
        .caption = "link rate",
        .meaning = "transmission rate, framing included; 0: no limit",
    },
    {
        .key = "rate-changes",
        .kind = &iptfs_kind_rates,
        FIELD(rate_changes),
        .minimum = 1,
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "none",
        .meaning = "new rates: a packet under transmission continues at the new rate",
    },
    {
        .key = "delay",
        .kind = &iptfs_kind_time,
        FIELD(config.delay_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1ms",
        .caption = "link delay",
        .meaning = "propagation delay, one way",
    },
    {
        .key = "mtu",
        .kind = &iptfs_kind_octets,
        FIELD(config.mtu_octets),
        .minimum = 68,
        .maximum = UINT16_MAX,
        .standard = "1500",
        .caption = "link MTU",
        .meaning = "largest outer IP packet",
        .source = "RFC 791",
    },
    {
        .key = "mtu-changes",
        .kind = &iptfs_kind_mtus,
        FIELD(mtu_changes),
        .minimum = 68,
        .maximum = UINT16_MAX,
        .standard = "none",
        .meaning = "new MTUs: each applies from its time on, and the sender learns it immediately",
        .names = "YANG use-path-mtu-discovery",
        .source = "RFC 9347, 4.2; RFC 9348",
    },
    {
        .key = "queue",
        .kind = &iptfs_kind_limit,
        FIELD(queue),
        .maximum = UINT32_MAX,
        .standard = "1000p",
        .caption = "link queue",
        .meaning = "drop-tail queue before the transmitter; 0: no limit",
        .names = "Linux txqueuelen",
    },
    {
        .key = "loss",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.loss.probability),
        .maximum = 1,
        .standard = "0",
        .caption = "loss of outer packets",
        .meaning = "probability that an outer packet is lost, independent of other packets",
    },
    {
        .key = "gemodel-p",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.gemodel.p),
        .maximum = 1,
        .standard = "0",
        .meaning = "Gilbert-Elliott loss in bursts: probability to go from good to bad; 0: off",
        .names = "netem loss gemodel p",
    },
    {
        .key = "gemodel-r",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.gemodel.r),
        .maximum = 1,
        .standard = "1",
        .meaning = "probability to go from bad to good; the mean burst has 1 / r packets",
        .names = "netem loss gemodel r",
    },
    {
        .key = "gemodel-bad",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.gemodel.bad),
        .maximum = 1,
        .standard = "1",
        .meaning = "probability of loss in the bad state",
        .names = "netem loss gemodel 1-h",
    },
    {
        .key = "gemodel-good",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.gemodel.good),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability of loss in the good state",
        .names = "netem loss gemodel 1-k",
    },
    {
        .key = "reorder",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.reorder.probability),
        .maximum = 1,
        .standard = "0",
        .caption = "share reordered",
        .meaning = "share of outer packets that are sent without delay, and so overtake others",
        .names = "netem reorder",
    },
    {
        .key = "reorder-correlation",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.reorder.correlation),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that a packet is treated like the one before",
    },
    {
        .key = "duplicate",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.duplicate.probability),
        .maximum = 1,
        .standard = "0",
        .caption = "share duplicated",
        .meaning = "probability that an outer packet arrives twice",
        .names = "netem duplicate",
    },
    {
        .key = "duplicate-correlation",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.duplicate.correlation),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that a packet is treated like the one before",
    },
    {
        .key = "jitter",
        .kind = &iptfs_kind_time,
        FIELD(config.impairments.jitter.spread_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .caption = "link jitter",
        .meaning = "variation of the delay of each packet; a delay is never below 0",
        .names = "netem delay TIME JITTER",
    },
    {
        .key = "jitter-distribution",
        .kind = &iptfs_kind_word,
        FIELD(config.impairments.jitter.kind),
        .words = jitter_words,
        .standard = "uniform",
        .meaning = "distribution of the delays",
        .names = "netem distribution",
    },
    {
        .key = "jitter-correlation",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.jitter.correlation),
        .maximum = 1,
        .standard = "0",
        .meaning = "correlation of a delay with the one before",
    },
    {
        .key = "jitter-keeps-order",
        .kind = &iptfs_kind_switch,
        FIELD(config.impairments.jitter.keeps_order),
        .standard = "off",
        .meaning = "packets do not overtake: they wait for delayed packets before them",
    },
    {
        .key = "blackouts",
        .kind = &iptfs_kind_blackouts,
        FIELD(blackouts),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "none",
        .meaning = "periods without a link: outer packets whose transmission ends in one are lost",
    },
    {
        .key = "ce",
        .kind = &iptfs_kind_probability,
        FIELD(config.impairments.ce.probability),
        .maximum = 1,
        .standard = "0",
        .caption = "share of CE marks",
        .meaning = "probability that an ECN-capable outer packet gets a CE mark",
        .source = "RFC 3168",
    },
    {
        .key = "impair-list",
        .kind = &iptfs_kind_path,
        FIELD(impair_path),
        .standard = "",
        .meaning =
            "CSV file: drop,SEQ  delay,SEQ,TIME  dup,SEQ,TIME  ce,SEQ (outer sequence numbers)",
    },
};

static const struct iptfs_option *row_at(size_t index)
{
    return iptfs_option_row(rows, sizeof rows / sizeof rows[0], index);
}

const struct iptfs_section iptfs_section_link = {
    .name = "link",
    .title = "link",
    .note = "other direction: [link.reverse]",
    .option_at = row_at,
};
