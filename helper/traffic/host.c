/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/host.h"

#include "base/octets.h"
#include "base/units.h"
#include "text/quantity.h"

/* With timestamps, as ns-3 sends them. */
#define TCP_HEADER_OCTETS 32u

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_host_config, member)

static const struct iptfs_option host_rows[] = {
    {
        .key = "tunnel",
        .kind = &iptfs_kind_switch,
        FIELD(through_tunnel),
        .standard = "on",
        .meaning = "off: beside the tunnel, as it is, over the same link and its queue",
    },
    {
        .key = "flows",
        .kind = &iptfs_kind_number,
        FIELD(ns3.flows),
        .minimum = 1,
        .maximum = IPTFS_NS3_HOSTS_FLOWS_MAX,
        .standard = "1",
        .meaning = "flows between the two hosts of the section",
    },
    {
        .key = "stagger",
        .kind = &iptfs_kind_time,
        FIELD(ns3.stagger_ps),
        .maximum = IPTFS_NS3_DELAY_MAX_PS,
        .standard = "0",
        .meaning = "each flow starts this much later than the one before it",
    },
};

const struct iptfs_traffic_keys iptfs_keys_host = {
    IPTFS_TRAFFIC_ROWS(host_rows), .config_octets = sizeof(struct iptfs_host_config)};

static const struct iptfs_word tcp_words[] = {
    {"newreno", IPTFS_NS3_TCP_NEWRENO, "halves its window at a loss", "RFC 6582"},
    {"linux-reno", IPTFS_NS3_TCP_LINUXRENO, "the same as Linux counts it", "Linux"},
    {"cubic", IPTFS_NS3_TCP_CUBIC, "grows by time, not by round trips", "RFC 9438"},
    {"bbr", IPTFS_NS3_TCP_BBR, "paces at the bandwidth it measures, version 1", NULL},
    {"bic", IPTFS_NS3_TCP_BIC, "searches for the window before the last loss", NULL},
    {"dctcp", IPTFS_NS3_TCP_DCTCP, "follows the share of CE marks (needs ecn)", "RFC 8257"},
    {"highspeed", IPTFS_NS3_TCP_HIGHSPEED, "grows and falls by the size of its window", "RFC 3649"},
    {"htcp", IPTFS_NS3_TCP_HTCP, "grows by the time since the last loss", NULL},
    {"hybla", IPTFS_NS3_TCP_HYBLA, "for long round trips", NULL},
    {"illinois", IPTFS_NS3_TCP_ILLINOIS, "loss decides, delay says how much", NULL},
    {"ledbat", IPTFS_NS3_TCP_LEDBAT, "gives way to others", "RFC 6817"},
    {"lp", IPTFS_NS3_TCP_LP, "gives way to others", NULL},
    {"scalable", IPTFS_NS3_TCP_SCALABLE, "grows by a share of its window", NULL},
    {"vegas", IPTFS_NS3_TCP_VEGAS, "follows the delay", NULL},
    {"veno", IPTFS_NS3_TCP_VENO, "distinguishes random loss from a full queue by the delay", NULL},
    {"yeah", IPTFS_NS3_TCP_YEAH, "grows fast while the delay is short", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_option tcp_rows[] = {
    {
        .key = "tcp",
        .kind = &iptfs_kind_word,
        FIELD(ns3.tcp),
        .words = tcp_words,
        .standard = "cubic",
        .meaning = "congestion control of both hosts; slow start has no threshold at first",
        .names = "ns-3 TcpCubic and others",
    },
    {
        .key = "sack",
        .kind = &iptfs_kind_switch,
        FIELD(ns3.sack),
        .standard = "on",
        .meaning = "selective acknowledgements",
        .names = "ns-3 Sack",
        .source = "RFC 2018",
    },
    {
        .key = "ecn",
        .kind = &iptfs_kind_switch,
        FIELD(ns3.ecn),
        .standard = "off",
        .meaning = "the hosts agree on ECN and slow down at CE marks",
        .names = "ns-3 UseEcn",
        .source = "RFC 3168",
    },
    {
        .key = "segment",
        .kind = &iptfs_kind_octets,
        FIELD(ns3.segment_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "most data in a segment, options not counted; 0: as access-mtu allows",
        .names = "ns-3 SegmentSize",
    },
    {
        .key = "buffer",
        .kind = &iptfs_kind_octets,
        FIELD(ns3.buffer_octets),
        .minimum = IPTFS_NS3_HOSTS_BUFFER_MIN,
        .maximum = IPTFS_NS3_HOSTS_BUFFER_MAX,
        .standard = "8MiB",
        .meaning = "of each socket, to send and to receive: bounds the window",
        .names = "ns-3 SndBufSize, RcvBufSize",
    },
    {
        .key = "min-rto",
        .kind = &iptfs_kind_time,
        FIELD(ns3.min_rto_ps),
        .minimum = IPTFS_PS_PER_MS,
        .maximum = 60 * IPTFS_PS_PER_S,
        .standard = "1s",
        .meaning = "least retransmission timeout (Linux: 200ms)",
        .names = "ns-3 MinRto",
        .source = "RFC 6298, 2.4",
    },
};

const struct iptfs_traffic_keys iptfs_keys_tcp = {IPTFS_TRAFFIC_ROWS(tcp_rows),
                                                  .shares = &iptfs_keys_host};

static const struct iptfs_option access_rows[] = {
    {
        .key = "access-rate",
        .kind = &iptfs_kind_rate,
        FIELD(ns3.access.rate_bps),
        .minimum = IPTFS_NS3_RATE_MIN_BPS,
        .maximum = IPTFS_NS3_RATE_MAX_BPS,
        .standard = "1Gbps",
        .meaning = "of the links between the hosts of the section and the gateways",
    },
    {
        .key = "access-delay",
        .kind = &iptfs_kind_time,
        FIELD(ns3.access.delay_ps),
        .maximum = IPTFS_NS3_DELAY_MAX_PS,
        .standard = "0",
        .meaning = "of each of these two links, one way",
    },
    {
        .key = "access-queue",
        .kind = &iptfs_kind_limit,
        FIELD(access_queue),
        .minimum = 1,
        .maximum = IPTFS_NS3_QUEUE_MAX,
        .standard = "10000p",
        .meaning = "queue before each of these links, in packets or octets",
    },
    {
        .key = "access-mtu",
        .kind = &iptfs_kind_octets,
        FIELD(ns3.access.mtu_octets),
        .minimum = IPTFS_NS3_HOSTS_MTU_MIN,
        .maximum = UINT16_MAX,
        .standard = "1500B",
        .meaning = "largest IP packet of the hosts",
    },
};

const struct iptfs_traffic_keys iptfs_keys_access = {IPTFS_TRAFFIC_ROWS(access_rows),
                                                     .shares = &iptfs_keys_host};

struct iptfs_host_config *iptfs_host_config_of(const struct iptfs_traffic_options *options)
{
    return iptfs_traffic_config(options, &iptfs_keys_host);
}

bool iptfs_traffic_hosted(const struct iptfs_traffic_options *options)
{
    return iptfs_traffic_type_of(options)->hosted;
}

bool iptfs_traffic_beside(const struct iptfs_traffic_options *options)
{
    return iptfs_traffic_hosted(options) && !iptfs_host_config_of(options)->through_tunnel;
}

static uint32_t headers_octets(const struct iptfs_traffic_options *options)
{
    return TCP_HEADER_OCTETS + iptfs_ip_header_octets(options->ip_version);
}

void iptfs_host_complete_tcp(struct iptfs_traffic_options *options)
{
    struct iptfs_ns3_hosts_traffic *ns3 = &iptfs_host_config_of(options)->ns3;
    if (ns3->segment_octets == 0)
        ns3->segment_octets = ns3->access.mtu_octets - headers_octets(options);
}

int iptfs_host_check(const struct iptfs_traffic_options *options,
                     const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    const struct iptfs_host_config *config = iptfs_host_config_of(options);
    const struct iptfs_ns3_hosts_traffic *ns3 = &config->ns3;
    _Static_assert(IPTFS_TIME_MAX_PS <= IPTFS_NS3_TIME_MAX_PS, "ns-3 counts to any stop");
    if (ns3->stagger_ps > 0 &&
        (options->stop_ps - options->start_ps - 1) / ns3->stagger_ps < ns3->flows - 1)
        return iptfs_traffic_refuse(options, error, "stagger",
                                    "a time with which the last of %u flows starts before %s",
                                    ns3->flows, iptfs_exact_time(options->stop_ps).text);
    if (!config->through_tunnel && !path->direct)
        return iptfs_traffic_refuse(options, error, "tunnel",
                                    "on; off needs device direct, whose link others can share");
    return IPTFS_OK;
}

int iptfs_host_check_tcp(const struct iptfs_traffic_options *options,
                         const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    const struct iptfs_ns3_hosts_traffic *ns3 = &iptfs_host_config_of(options)->ns3;
    uint32_t most = ns3->access.mtu_octets - headers_octets(options);
    int code = iptfs_host_check(options, path, error);
    if (code != IPTFS_OK)
        return code;
    if (ns3->segment_octets < IPTFS_NS3_HOSTS_SEGMENT_MIN || ns3->segment_octets > most)
        return iptfs_traffic_refuse(options, error, "segment",
                                    "%uB to %uB (with headers, access-mtu is %uB), or 0",
                                    IPTFS_NS3_HOSTS_SEGMENT_MIN, most, ns3->access.mtu_octets);
    if (ns3->buffer_octets < 2 * ns3->segment_octets)
        return iptfs_traffic_refuse(options, error, "buffer", "%uB (two segments) or more",
                                    2 * ns3->segment_octets);
    return IPTFS_OK;
}

struct iptfs_ns3_hosts_traffic iptfs_host_to_model(const struct iptfs_traffic_options *options)
{
    const struct iptfs_host_config *config = iptfs_host_config_of(options);
    const struct iptfs_limit *queue = &config->access_queue;
    struct iptfs_ns3_hosts_traffic ns3 = config->ns3;
    ns3.from = options->direction;
    ns3.ip_version = (int)options->ip_version;
    ns3.start_ps = options->start_ps;
    ns3.stop_ps = options->stop_ps;
    ns3.access.queue_packets = queue->in_pkts ? (uint32_t)queue->count : 0;
    ns3.access.queue_octets = queue->in_pkts ? 0 : (uint32_t)queue->count;
    iptfs_traffic_type_of(options)->to_model(options, &ns3);
    return ns3;
}
