/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [traffic.NAME]. */
#include "base/units.h"
#include "ns3/hosts/hosts.h"
#include "ns3/sim.h"
#include "option/section.h"
#include "packet/packet.h"
#include "traffic/options.h"

#define TALKERS_MAX 10000

static const struct iptfs_word type_words[] = {
    {"cbr", IPTFS_TRAFFIC_CBR, "constant bit rate: even gaps", NULL},
    {"poisson", IPTFS_TRAFFIC_POISSON, "exponential gaps", NULL},
    {"saturate", IPTFS_TRAFFIC_SATURATE, "always something to send", NULL},
    {"list", IPTFS_TRAFFIC_LIST, "times and sizes from a CSV file", NULL},
    {"on-off", IPTFS_TRAFFIC_ON_OFF, "cbr in on periods of random length, silent between",
     "Willinger et al. 1997"},
    {"voice", IPTFS_TRAFFIC_VOICE, "telephone calls: RTP packets of 20 ms of speech each",
     "RFC 3551"},
    {"games", IPTFS_TRAFFIC_GAMES, "a first-person game: small UDP packets, one side of it",
     "NGMN 2008, annex A"},
    {"pcap", IPTFS_TRAFFIC_PCAP, "times, sizes, TOS and IP versions from a capture file",
     "libpcap"},
    {"tcp-bulk", IPTFS_TRAFFIC_TCP_BULK, "ns-3's TCP, sending as much as it can", "ns-3"},
    {"tcp-request", IPTFS_TRAFFIC_TCP_REQUEST, "ns-3's TCP, asking and answering as for web pages",
     "ns-3"},
    {"udp-onoff", IPTFS_TRAFFIC_UDP_ONOFF, "ns-3's OnOffApplication over UDP", "ns-3"},
    {NULL, 0, NULL, NULL},
};

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
    {"veno", IPTFS_NS3_TCP_VENO, "tells losses by chance from a full queue by the delay", NULL},
    {"yeah", IPTFS_NS3_TCP_YEAH, "grows fast while the delay is short", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word periods_words[] = {
    {"exponential", IPTFS_PERIODS_EXPONENTIAL, "exponential lengths", NULL},
    {"pareto", IPTFS_PERIODS_PARETO, "Pareto lengths: many short ones, few very long ones",
     "Willinger et al. 1997"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word codec_words[] = {
    {"g711", IPTFS_CODEC_G711, "160 octets of speech a packet: 200 in all with IPv4",
     "ITU-T G.711"},
    {"g729", IPTFS_CODEC_G729, "20 octets of speech a packet: 60 in all with IPv4", "ITU-T G.729"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word side_words[] = {
    {"client", IPTFS_GAMES_CLIENT, "each player's machine to the server", NULL},
    {"server", IPTFS_GAMES_SERVER, "the server, a packet for each player at a time", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word origin_words[] = {
    {"forwarded", false, "came from a network behind the gateway", NULL},
    {"local", true, "sent by the gateway itself", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word direction_words[] = {
    {"forward", IPTFS_FORWARD, "through [tunnel] and [link]", NULL},
    {"reverse", IPTFS_REVERSE, "through [tunnel.reverse] and [link.reverse]", NULL},
    {NULL, 0, NULL, NULL},
};

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_traffic_options, member)

#define KIND(kind) (1u << (kind))
#define TCP (KIND(IPTFS_TRAFFIC_TCP_BULK) | KIND(IPTFS_TRAFFIC_TCP_REQUEST))
#define HOSTED (TCP | KIND(IPTFS_TRAFFIC_UDP_ONOFF))
#define PERIODIC (KIND(IPTFS_TRAFFIC_ON_OFF) | KIND(IPTFS_TRAFFIC_UDP_ONOFF))
#define TIMED (KIND(IPTFS_TRAFFIC_CBR) | KIND(IPTFS_TRAFFIC_POISSON) | KIND(IPTFS_TRAFFIC_ON_OFF))
#define SIZED (TIMED | KIND(IPTFS_TRAFFIC_SATURATE))
/* A capture says itself what its packets are. */
#define SYNTHETIC                                                                                  \
    (SIZED | KIND(IPTFS_TRAFFIC_LIST) | KIND(IPTFS_TRAFFIC_VOICE) | KIND(IPTFS_TRAFFIC_GAMES))
#define PULLED (SYNTHETIC | KIND(IPTFS_TRAFFIC_PCAP))

/* A row, and the types that use it. */
struct row {
    struct iptfs_option option;
    unsigned used_by; /* bits 1 << type; 0 for all */
};

static const struct row rows[] = {
    {
        .option =
            {
                .key = "type",
                .kind = &iptfs_kind_word,
                FIELD(type),
                .words = type_words,
                .standard_note = "required",
                .required = true,
                .meaning = "when packets arrive",
            },
    },
    {
        .option =
            {
                .key = "size",
                .kind = &iptfs_kind_sizes,
                FIELD(size),
                .minimum = IPTFS_IPV4_HEADER_OCTETS,
                .maximum = IPTFS_PACKET_MAX_OCTETS,
                .standard_note = "required",
                .required = true,
                .meaning =
                    "inner IP packet, header included; imix: 40, 576 and 1500 octets as 7:4:1",
            },
        .used_by = SIZED | KIND(IPTFS_TRAFFIC_UDP_ONOFF),
    },
    {
        .option =
            {
                .key = "rate",
                .kind = &iptfs_kind_rate,
                FIELD(rate_bps),
                .minimum = 1,
                .maximum = IPTFS_OPTION_RATE_MAX_BPS,
                .standard_note = "required",
                .required = true,
                .meaning = "mean rate, counting inner IP octets (on-off: within on periods)",
            },
        .used_by = TIMED | KIND(IPTFS_TRAFFIC_UDP_ONOFF),
    },
    {
        .option =
            {
                .key = "on",
                .kind = &iptfs_kind_time,
                FIELD(on_ps),
                .minimum = IPTFS_PS_PER_US,
                .maximum = IPTFS_TIME_MAX_PS,
                .standard_note = "required",
                .required = true,
                .meaning =
                    "mean length of an on period; the long-run rate is rate * on / (on + off)",
            },
        .used_by = PERIODIC,
    },
    {
        .option =
            {
                .key = "off",
                .kind = &iptfs_kind_time,
                FIELD(off_ps),
                .minimum = IPTFS_PS_PER_US,
                .maximum = IPTFS_TIME_MAX_PS,
                .standard_note = "required",
                .required = true,
                .meaning = "mean length of an off period",
            },
        .used_by = PERIODIC,
    },
    {
        .option =
            {
                .key = "periods",
                .kind = &iptfs_kind_word,
                FIELD(periods),
                .words = periods_words,
                .standard = "exponential",
                .meaning = "how the lengths of on and off periods are distributed",
            },
        .used_by = PERIODIC,
    },
    {
        .option =
            {
                .key = "shape",
                .kind = &iptfs_kind_factor,
                FIELD(shape),
                .minimum = 1,
                .maximum = 100,
                .standard = "1.5",
                .meaning = "tail index with periods pareto; up to 2 the variance is infinite",
                .names = "ns-2 shape_",
                .source = "Willinger et al. 1997",
            },
        .used_by = PERIODIC,
    },
    {
        .option =
            {
                .key = "codec",
                .kind = &iptfs_kind_word,
                FIELD(codec),
                .words = codec_words,
                .standard = "g711",
                .meaning = "what codes the speech: 50 packets a second of 20 ms each",
                .source = "RFC 3551, 4.5",
            },
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
    },
    {
        .option =
            {
                .key = "calls",
                .kind = &iptfs_kind_number,
                FIELD(calls),
                .minimum = 1,
                .maximum = TALKERS_MAX,
                .standard = "1",
                .meaning = "calls at the same time, each with a random phase of its own",
            },
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
    },
    {
        .option =
            {
                .key = "vad",
                .kind = &iptfs_kind_switch,
                FIELD(vad),
                .standard = "off",
                .meaning = "voice activity detection: no packets in pauses of speech",
                .source = "RFC 3551, 4.1",
            },
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
    },
    {
        .option =
            {
                .key = "talk",
                .kind = &iptfs_kind_time,
                FIELD(talk_ps),
                .minimum = IPTFS_PS_PER_MS,
                .maximum = IPTFS_TIME_MAX_PS,
                .standard = "1s",
                .meaning = "with vad: mean of the exponential talk spurts",
                .source = "after Brady 1969; ITU-T P.59 has 1.004 s",
            },
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
    },
    {
        .option =
            {
                .key = "pause",
                .kind = &iptfs_kind_time,
                FIELD(pause_ps),
                .minimum = IPTFS_PS_PER_MS,
                .maximum = IPTFS_TIME_MAX_PS,
                .standard = "1.35s",
                .meaning = "with vad: mean of the exponential pauses",
                .source = "after Brady 1969; ITU-T P.59 has 1.587 s",
            },
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
    },
    {
        .option =
            {
                .key = "side",
                .kind = &iptfs_kind_word,
                FIELD(side),
                .words = side_words,
                .standard = "client",
                .meaning = "who sends",
                .source = "NGMN 2008, annex A: uplink, downlink",
            },
        .used_by = KIND(IPTFS_TRAFFIC_GAMES),
    },
    {
        .option =
            {
                .key = "players",
                .kind = &iptfs_kind_number,
                FIELD(players),
                .minimum = 1,
                .maximum = TALKERS_MAX,
                .standard = "1",
                .meaning = "players behind the tunnel",
            },
        .used_by = KIND(IPTFS_TRAFFIC_GAMES),
    },
    {
        .option =
            {
                .key = "file",
                .kind = &iptfs_kind_path,
                FIELD(file_path),
                .standard_note = "required",
                .required = true,
                .meaning = "CSV (time, size and, if wanted, tos, ip), or a capture; times count "
                           "from start",
            },
        .used_by = KIND(IPTFS_TRAFFIC_LIST) | KIND(IPTFS_TRAFFIC_PCAP),
    },
    {
        .option =
            {
                .key = "loop",
                .kind = &iptfs_kind_switch,
                FIELD(loop),
                .standard = "off",
                .meaning = "begin the capture again, its mean gap after its last packet",
            },
        .used_by = KIND(IPTFS_TRAFFIC_PCAP),
    },
    {
        .option =
            {
                .key = "speed",
                .kind = &iptfs_kind_factor,
                FIELD(speed),
                .maximum = 1000000,
                .standard = "1",
                .meaning = "how many times as fast as it was captured",
            },
        .used_by = KIND(IPTFS_TRAFFIC_PCAP),
    },
    {
        .option =
            {
                .key = "filter",
                .kind = &iptfs_kind_line,
                FIELD(filter),
                .maximum = IPTFS_OPTION_LINE_MAX,
                .standard = "",
                .meaning = "which packets of the capture, as tcpdump takes it: udp port 5004",
                .source = "pcap-filter(7)",
            },
        .used_by = KIND(IPTFS_TRAFFIC_PCAP),
    },
    {
        .option =
            {
                .key = "start",
                .kind = &iptfs_kind_time,
                FIELD(start_ps),
                .maximum = IPTFS_TIME_MAX_PS,
                .standard = "0",
                .meaning = "no packet before this time",
            },
    },
    {
        .option =
            {
                .key = "stop",
                .kind = &iptfs_kind_time,
                FIELD(stop_ps),
                .minimum = 1,
                .maximum = IPTFS_TIME_MAX_PS,
                .standard_note = "duration",
                .meaning = "no packet at or after this time (TCP: nothing given to a socket)",
            },
    },
    {
        .option =
            {
                .key = "count",
                .kind = &iptfs_kind_number,
                FIELD(count),
                .maximum = UINT64_MAX,
                .standard = "0",
                .meaning = "most packets to send; 0: no limit",
            },
        .used_by = PULLED,
    },
    {
        .option =
            {
                .key = "ip",
                .kind = &iptfs_kind_word,
                FIELD(ip_version),
                .words = iptfs_ip_words,
                .standard = "4",
                .meaning = "IP version of the inner packets",
            },
        .used_by = SYNTHETIC | HOSTED,
    },
    {
        .option =
            {
                .key = "tos",
                .kind = &iptfs_kind_number,
                FIELD(tos),
                .maximum = UINT8_MAX,
                .standard = "0",
                .meaning = "TOS or traffic class octet of the inner packets: DSCP * 4 + ECN",
                .source = "RFC 2474, RFC 3168",
            },
        .used_by = SYNTHETIC,
    },
    {
        .option =
            {
                .key = "origin",
                .kind = &iptfs_kind_word,
                FIELD(local),
                .words = origin_words,
                .standard = "forwarded",
                .meaning =
                    "who is told of a packet too big: its sender by ICMP, or the local socket",
            },
        .used_by = PULLED,
    },
    {
        .option =
            {
                .key = "direction",
                .kind = &iptfs_kind_word,
                FIELD(direction),
                .words = direction_words,
                .standard = "forward",
                .meaning = "which way through the tunnel",
            },
    },
    {
        .option =
            {
                .key = "tunnel",
                .kind = &iptfs_kind_switch,
                FIELD(through_tunnel),
                .standard = "on",
                .meaning = "off: beside the tunnel, as it is, over the same link and its queue",
            },
        .used_by = HOSTED,
    },
    {
        .option =
            {
                .key = "flows",
                .kind = &iptfs_kind_number,
                FIELD(flows),
                .minimum = 1,
                .maximum = IPTFS_NS3_HOSTS_FLOWS_MAX,
                .standard = "1",
                .meaning = "flows between the two hosts of the section",
            },
        .used_by = HOSTED,
    },
    {
        .option =
            {
                .key = "stagger",
                .kind = &iptfs_kind_time,
                FIELD(stagger_ps),
                .maximum = IPTFS_NS3_DELAY_MAX_PS,
                .standard = "0",
                .meaning = "each flow starts so much later than the one before it",
            },
        .used_by = HOSTED,
    },
    {
        .option =
            {
                .key = "tcp",
                .kind = &iptfs_kind_word,
                FIELD(tcp),
                .words = tcp_words,
                .standard = "cubic",
                .meaning = "congestion control of both hosts; slow start has no threshold at first",
                .names = "ns-3 TcpCubic and others",
            },
        .used_by = TCP,
    },
    {
        .option =
            {
                .key = "sack",
                .kind = &iptfs_kind_switch,
                FIELD(sack),
                .standard = "on",
                .meaning = "selective acknowledgements",
                .names = "ns-3 Sack",
                .source = "RFC 2018",
            },
        .used_by = TCP,
    },
    {
        .option =
            {
                .key = "ecn",
                .kind = &iptfs_kind_switch,
                FIELD(tcp_ecn),
                .standard = "off",
                .meaning = "the hosts agree on ECN and slow down at CE marks",
                .names = "ns-3 UseEcn",
                .source = "RFC 3168",
            },
        .used_by = TCP,
    },
    {
        .option =
            {
                .key = "segment",
                .kind = &iptfs_kind_octets,
                FIELD(segment_octets),
                .maximum = UINT16_MAX,
                .standard = "0",
                .meaning = "most data in a segment, options not counted; 0: as access-mtu allows",
                .names = "ns-3 SegmentSize",
            },
        .used_by = TCP,
    },
    {
        .option =
            {
                .key = "buffer",
                .kind = &iptfs_kind_octets,
                FIELD(buffer_octets),
                .minimum = IPTFS_NS3_HOSTS_BUFFER_MIN,
                .maximum = IPTFS_NS3_HOSTS_BUFFER_MAX,
                .standard = "8MiB",
                .meaning = "of each socket, to send and to receive: bounds the window",
                .names = "ns-3 SndBufSize, RcvBufSize",
            },
        .used_by = TCP,
    },
    {
        .option =
            {
                .key = "min-rto",
                .kind = &iptfs_kind_time,
                FIELD(min_rto_ps),
                .minimum = IPTFS_PS_PER_MS,
                .maximum = 60 * IPTFS_PS_PER_S,
                .standard = "1s",
                .meaning = "least retransmission timeout (Linux: 200ms)",
                .names = "ns-3 MinRto",
                .source = "RFC 6298, 2.4",
            },
        .used_by = TCP,
    },
    {
        .option =
            {
                .key = "octets",
                .kind = &iptfs_kind_octets,
                FIELD(octets),
                .maximum = UINT64_MAX / 2,
                .standard = "0",
                .meaning = "what each flow sends, then it closes; 0: until stop",
            },
        .used_by = KIND(IPTFS_TRAFFIC_TCP_BULK),
    },
    {
        .option =
            {
                .key = "request",
                .kind = &iptfs_kind_octets,
                FIELD(request_octets),
                .minimum = 1,
                .maximum = 1000000000,
                .standard = "300B",
                .meaning = "what a client asks with, in the direction of the section",
            },
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
    },
    {
        .option =
            {
                .key = "response",
                .kind = &iptfs_kind_octets,
                FIELD(response_octets),
                .minimum = 1,
                .maximum = 1000000000,
                .standard = "100kB",
                .meaning = "what the server answers, the other way",
            },
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
    },
    {
        .option =
            {
                .key = "think",
                .kind = &iptfs_kind_time,
                FIELD(think_ps),
                .maximum = IPTFS_NS3_DELAY_MAX_PS,
                .standard = "1s",
                .meaning = "mean of the exponential time from a response to the next request",
            },
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
    },
    {
        .option =
            {
                .key = "requests",
                .kind = &iptfs_kind_number,
                FIELD(requests),
                .maximum = UINT64_MAX,
                .standard = "0",
                .meaning = "requests of each flow, one after the other; 0: until stop",
            },
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
    },
    {
        .option =
            {
                .key = "access-rate",
                .kind = &iptfs_kind_rate,
                FIELD(access_rate_bps),
                .minimum = IPTFS_NS3_RATE_MIN_BPS,
                .maximum = IPTFS_NS3_RATE_MAX_BPS,
                .standard = "1Gbps",
                .meaning = "of the links between the hosts of the section and the gateways",
            },
        .used_by = HOSTED,
    },
    {
        .option =
            {
                .key = "access-delay",
                .kind = &iptfs_kind_time,
                FIELD(access_delay_ps),
                .maximum = IPTFS_NS3_DELAY_MAX_PS,
                .standard = "0",
                .meaning = "of each of these two links, one way",
            },
        .used_by = HOSTED,
    },
    {
        .option =
            {
                .key = "access-queue",
                .kind = &iptfs_kind_limit,
                FIELD(access_queue),
                .minimum = 1,
                .maximum = IPTFS_NS3_QUEUE_MAX,
                .standard = "10000p",
                .meaning = "queue before each of these links, in packets or octets",
            },
        .used_by = HOSTED,
    },
    {
        .option =
            {
                .key = "access-mtu",
                .kind = &iptfs_kind_octets,
                FIELD(access_mtu_octets),
                .minimum = IPTFS_NS3_HOSTS_MTU_MIN,
                .maximum = UINT16_MAX,
                .standard = "1500B",
                .meaning = "largest IP packet of the hosts",
            },
        .used_by = HOSTED,
    },
};

static const struct iptfs_option *option_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index].option : NULL;
}

static bool uses(const struct iptfs_option *option, unsigned kind)
{
    const struct row *row = (const struct row *)option;
    return row->used_by == 0 || (row->used_by & KIND(kind)) != 0;
}

const struct iptfs_section iptfs_section_traffic = {
    .name = "traffic",
    .title = "traffic.NAME",
    .kind_key = "type",
    .option_at = option_at,
    .uses = uses,
};
