/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/option.h"

#include "base/units.h"
#include "esp/esp.h"
#include "packet/packet.h"
#include "scenario/scenario.h"
#include "tunnel/use_aggfrag.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- words */

/* Values are indices for iptfs_mode_at, where the meanings are. */
const struct iptfs_word iptfs_mode_words[] = {
    {"on-demand", 0, "aggregate and fragment what is queued, as soon as there is any", "Linux"},
    {"fixed-rate", 1, "packets of one size at a constant rate, padding when idle",
     "RFC 9347, 2.4.1"},
    {"min-rate", 2, "packets of one size at this rate, and more when the queue asks", "VPP"},
    {"congestion-controlled", 3, "packets of one size at the rate that TFRC allows",
     "RFC 9347, 2.4.2"},
    {"none", 4, "no tunnel: the inner packets themselves", "RFC 9347, Appendix C"},
    {"esp", 5, "plain ESP in tunnel mode, one inner packet in each", "RFC 4303, 3.1.2"},
    {"esp-transport", 6, "plain ESP in transport mode: the IP header stays in front",
     "RFC 4303, 3.1.1"},
    {"esp-pad", 7, "plain ESP padded to one size; at a rate, if given", "RFC 4303, 2.7"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word fill_words[] = {
    {"usual", IPTFS_FILL_USUAL, "whole on demand, full in packets of one size", NULL},
    {"whole", IPTFS_FILL_WHOLE, "append only what fits whole", "Linux"},
    {"full", IPTFS_FILL_FULL, "begin a packet in the rest of an outer one", "RFC 9347, 2.2.3"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word receive_words[] = {
    {"in-order", IPTFS_RECEIVE_IN_ORDER, "hold outer packets until those before them are there",
     "RFC 9347, 2.5"},
    {"immediate", IPTFS_RECEIVE_IMMEDIATE, "whole inner packets leave at once, only fragments wait",
     "RFC 9347, 2.5"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word jitter_words[] = {
    {"uniform", IPTFS_JITTER_UNIFORM, "evenly within jitter of delay", "netem"},
    {"normal", IPTFS_JITTER_NORMAL, "deviation jitter", "netem"},
    {"pareto", IPTFS_JITTER_PARETO, "shape 3, deviation jitter: few are very late", "netem"},
    {NULL, 0, NULL, NULL},
};

/* Values are indices for iptfs_cipher_at. */
const struct iptfs_word iptfs_cipher_words[] = {
    {"null", 0, "no encryption: no IV, no ICV", "RFC 2410"},
    {"aes-gcm-16", 1, "AES-GCM with an IV of 8 and an ICV of 16 octets", "RFC 4106"},
    {NULL, 0, NULL, NULL},
};

const struct iptfs_word iptfs_device_words[] = {
    {"direct", IPTFS_DEVICE_DIRECT, "the model's own link on ns-3's events", NULL},
    {"p2p", IPTFS_DEVICE_P2P, "an ns-3 PointToPointNetDevice and its channel", "ns-3"},
    {NULL, 0, NULL, NULL},
};

const struct iptfs_word iptfs_framing_words[] = {
    {"ethernet", IPTFS_FRAMING_ETHERNET, "38 octets a packet, least payload 46", "IEEE 802.3"},
    {"ppp", IPTFS_FRAMING_PPP, "2 octets a packet", "ns-3"},
    {"none", IPTFS_FRAMING_NONE, "the IP packet alone", NULL},
    {NULL, 0, NULL, NULL},
};

const struct iptfs_word iptfs_traffic_words[] = {
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

const struct iptfs_word iptfs_tcp_words[] = {
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

static const struct iptfs_word ip_words[] = {
    {"4", 4, "IPv4", NULL},  {"6", 6, "IPv6", NULL}, {"ipv4", 4, NULL, NULL},
    {"ipv6", 6, NULL, NULL}, {NULL, 0, NULL, NULL},
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

/* --------------------------------------------------------------------------------- the table */

/* Rates stay below one octet a picosecond, far above any link; see also iptfs_tx_time_ps. */
#define RATE_MAX_BPS UINT64_C(10000000000000)
#define NAME_MAX_CHAR 64
#define LINE_MAX_CHAR 160
#define TALKERS_MAX 10000

#define FIELD(type, member)                                                                        \
    .offset = offsetof(struct type, member), .width = sizeof(((struct type *)NULL)->member)

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

static const struct iptfs_option scenario_options[] = {
    {
        .section = IPTFS_SECTION_SCENARIO,
        .key = "name",
        .value = IPTFS_VALUE_NAME,
        FIELD(iptfs_scenario, name),
        .maximum = NAME_MAX_CHAR,
        .standard_note = "the file's",
        .meaning = "what results are called, and their folder",
    },
    {
        .section = IPTFS_SECTION_SCENARIO,
        .key = "description",
        .value = IPTFS_VALUE_LINE,
        FIELD(iptfs_scenario, description),
        .maximum = LINE_MAX_CHAR,
        .standard = "",
        .meaning = "free text for the summary",
    },
    {
        .section = IPTFS_SECTION_SCENARIO,
        .key = "duration",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_scenario, duration_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1s",
        .meaning = "simulated time",
    },
    {
        .section = IPTFS_SECTION_SCENARIO,
        .key = "seed",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_scenario, seed),
        .minimum = 1,
        .maximum = UINT32_MAX,
        .standard = "1",
        .meaning = "start of all random streams: the same seed gives the same run",
    },
    {
        .section = IPTFS_SECTION_SCENARIO,
        .key = "leak",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_scenario, leak),
        .standard = "off",
        .meaning = "measure what the outer packets tell about the inner ones, for the summary",
        .source = "RFC 9347, 1",
    },
    {
        .section = IPTFS_SECTION_SCENARIO,
        .key = "leak-interval",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_scenario, leak_interval_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "10ms",
        .meaning = "with leak: inner load and outer packets are compared over such intervals",
    },
};

static const struct iptfs_option tunnel_options[] = {
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "mode",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_tunnel_options, mode),
        .words = iptfs_mode_words,
        .standard = "on-demand",
        .meaning = "when outer packets are sent, and how they are filled",
        .names = "Linux mode iptfs",
        .source = "RFC 9347, 2.4",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "pkt-size",
        .value = IPTFS_VALUE_OCTETS,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, pkt_size_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning =
            "outer IP packet, on demand without ESP trailer and ICV as in Linux; 0: path MTU",
        .names = "Linux pkt-size, YANG outer-packet-size",
        .source = "RFC 9347, 4.2",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "init-delay",
        .value = IPTFS_VALUE_TIME,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, init_delay_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning = "wait after the first queued packet, so that more can share its outer packet",
        .names = "Linux init-delay (in us)",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "max-queue-size",
        .value = IPTFS_VALUE_OCTETS,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, max_queue_octets),
        .maximum = UINT32_MAX,
        .standard = "1MiB",
        .meaning = "inner octets the sender queues; above 95 % of it packets get a CE mark",
        .names = "Linux max-queue-size (default 10MiB since 7.2)",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "dont-frag",
        .value = IPTFS_VALUE_SWITCH,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, dont_frag),
        .standard = "off",
        .meaning = "never spread an inner packet over outer packets: refuse those that are too big",
        .names = "Linux dont-frag, YANG dont-fragment",
        .source = "RFC 9347, 2.2.7",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "l3-fixed-rate",
        .value = IPTFS_VALUE_RATE,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, l3_fixed_rate_bps),
        .maximum = RATE_MAX_BPS,
        .standard = "0",
        .meaning = "rate of outer IP packets in fixed-rate, min-rate, esp-pad",
        .names = "YANG l3-fixed-rate",
        .source = "RFC 9347, 4.1",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "l2-fixed-rate",
        .value = IPTFS_VALUE_RATE,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, l2_fixed_rate_bps),
        .maximum = RATE_MAX_BPS,
        .standard = "0",
        .meaning = "the same rate, framing included",
        .names = "YANG l2-fixed-rate",
        .source = "RFC 9347, 4.1",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "pps",
        .value = IPTFS_VALUE_NUMBER,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, pps),
        .maximum = 1000000000,
        .standard = "0",
        .meaning = "the same rate in outer packets per second",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "max-rate",
        .value = IPTFS_VALUE_RATE,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, max_rate_bps),
        .maximum = RATE_MAX_BPS,
        .standard = "0",
        .meaning = "most that congestion control may send, in outer IP packets; 0: no limit",
        .names = "YANG congestion-control",
        .source = "RFC 9347, 2.4.2",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "min-rate",
        .value = IPTFS_VALUE_RATE,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, min_rate_bps),
        .maximum = RATE_MAX_BPS,
        .standard = "0",
        .meaning = "least that congestion control sends (TFRC alone: a packet in 64 s)",
        .source = "RFC 5348, 4.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "initial-rtt",
        .value = IPTFS_VALUE_TIME,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, initial_rtt_ps),
        .maximum = 100 * IPTFS_PS_PER_S,
        .standard = "0",
        .meaning = "round trip known beforehand, say from IKE; 0: unknown",
        .source = "RFC 5348, 4.2",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "ecn",
        .value = IPTFS_VALUE_SWITCH,
        .side = IPTFS_SIDE_BOTH,
        FIELD(iptfs_tunnel_options, ecn),
        .standard = "off",
        .meaning = "outer packets are ECN-capable: CE counts as loss, and goes to inner packets",
        .source = "RFC 9347, 3.1; RFC 6040",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "rekey-after",
        .value = IPTFS_VALUE_LIFETIME,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, rekey_after),
        .standard = "0",
        .meaning = "a new SA takes over after so many outer packets, or so much time; 0: never",
        .names = "Linux limit packet-soft, time-soft",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "max-aggregation-time",
        .value = IPTFS_VALUE_TIME,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, max_aggregation_time_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning = "drop a packet that has waited longer in the queue; 0: no limit",
        .names = "YANG max-aggregation-time",
        .source = "RFC 9348",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "fill",
        .value = IPTFS_VALUE_WORD,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, fill),
        .words = fill_words,
        .standard = "usual",
        .meaning = "what may follow in an outer packet",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "min-fragment",
        .value = IPTFS_VALUE_OCTETS,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, min_fragment_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "with fill full: fewest octets to begin a packet with",
        .source = "RFC 9347, 2.2.3.1",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "pad-to-avoid-fragment",
        .value = IPTFS_VALUE_SWITCH,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, pad_to_avoid_fragment),
        .standard = "off",
        .meaning = "with fill full: pad, rather than cut a packet that fits into the next",
        .source = "RFC 9347, 2.2.3.1",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "all-pad-every",
        .value = IPTFS_VALUE_NUMBER,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, all_pad_every),
        .maximum = UINT32_MAX,
        .standard = "0",
        .meaning = "with AGGFRAG of one size: each so manieth is padding alone; 0: only when idle",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "tfc-pad",
        .value = IPTFS_VALUE_OCTETS,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, tfc_pad_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "in mode esp: pad shorter payloads up to this",
        .names = "Linux tfcpad",
        .source = "RFC 4303, 2.7",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "ip-fragment-headers",
        .value = IPTFS_VALUE_SWITCH,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, ip_fragment_headers),
        .standard = "on",
        .meaning =
            "without AGGFRAG: IP fragments have headers of their own (RFC 9347 leaves them out)",
        .source = "RFC 791; RFC 9347, C.1.2",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "receive",
        .value = IPTFS_VALUE_WORD,
        .side = IPTFS_SIDE_IN,
        FIELD(iptfs_tunnel_options, receive),
        .words = receive_words,
        .standard = "in-order",
        .meaning = "when inner packets leave: in the order of outer numbers, or as they come",
        .names = "YANG send-immediately",
        .source = "RFC 9347, 2.5",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "reorder-window",
        .value = IPTFS_VALUE_NUMBER,
        .side = IPTFS_SIDE_IN,
        FIELD(iptfs_tunnel_options, reorder_window),
        .maximum = UINT16_MAX,
        .standard = "3",
        .meaning = "outer packets held while one before them is missing; 0: take them as they come",
        .names = "Linux reorder-window, YANG window-size",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "drop-time",
        .value = IPTFS_VALUE_TIME,
        .side = IPTFS_SIDE_IN,
        FIELD(iptfs_tunnel_options, drop_time_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1s",
        .meaning = "how long to wait for a missing outer packet before it is given up",
        .names = "Linux drop-time (in us), YANG lost-packet-timer-interval",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "replay-window",
        .value = IPTFS_VALUE_NUMBER,
        .side = IPTFS_SIDE_IN,
        FIELD(iptfs_tunnel_options, replay_window),
        .maximum = IPTFS_REPLAY_MAX,
        .standard = "0",
        .meaning = "ESP's check against replayed packets, in packets; 0: off",
        .names = "Linux replay-window",
        .source = "RFC 4303, 3.4.3",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "circuit-breaker",
        .value = IPTFS_VALUE_BREAKER,
        .side = IPTFS_SIDE_IN,
        FIELD(iptfs_tunnel_options, circuit_breaker),
        .standard = "off",
        .meaning = "LOSS, TIME: stop when outer loss stays at or above LOSS for TIME",
        .source = "RFC 9347, 2.4.2.1; RFC 8084",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "require-cc",
        .value = IPTFS_VALUE_SWITCH,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, require_cc),
        .standard_note = "as mode",
        .meaning = "the sender asks its peer for congestion information (flag C of USE_AGGFRAG)",
        .source = "RFC 9347, 5.1 and 6.1.4",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "unknown-flags",
        .value = IPTFS_VALUE_NUMBER,
        .side = IPTFS_SIDE_OUT,
        FIELD(iptfs_tunnel_options, unknown_flags),
        .maximum = UINT8_MAX & ~IPTFS_FLAGS_KNOWN,
        .standard = "0",
        .meaning = "other flags that the sender sets in USE_AGGFRAG: any makes its peer refuse",
        .source = "RFC 9347, 5.1",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "accept-fragments",
        .value = IPTFS_VALUE_SWITCH,
        .side = IPTFS_SIDE_IN,
        FIELD(iptfs_tunnel_options, accept_fragments),
        .standard = "on",
        .meaning = "off: the receiver forbids fragments (flag D), so the sender acts as dont-frag",
        .source = "RFC 9347, 5.1 and 6.1.4",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "cipher",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_tunnel_options, cipher),
        .words = iptfs_cipher_words,
        .standard = "aes-gcm-16",
        .meaning = "what ESP encrypts with; only its sizes matter here",
        .names = "Linux enc, aead",
        .source = "RFC 4303",
    },
    {
        .section = IPTFS_SECTION_TUNNEL,
        .key = "outer",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_tunnel_options, outer_version),
        .words = ip_words,
        .standard = "4",
        .meaning = "IP version of the outer packets",
        .source = "RFC 4303",
    },
};

static const struct iptfs_option link_options[] = {
    {
        .section = IPTFS_SECTION_LINK,
        .key = "device",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_link_options, device),
        .words = iptfs_device_words,
        .standard = "direct",
        .meaning = "what carries the outer packets",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "framing",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_link_options, framing),
        .words = iptfs_framing_words,
        .standard = "ethernet",
        .meaning = "what the link adds to each outer packet",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "rate",
        .value = IPTFS_VALUE_RATE,
        FIELD(iptfs_link_options, rate_bps),
        .maximum = RATE_MAX_BPS,
        .standard = "1Gbps",
        .meaning = "transmission rate, framing included; 0: no limit",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "rate-changes",
        .value = IPTFS_VALUE_RATES,
        FIELD(iptfs_link_options, rate_changes),
        .minimum = 1,
        .maximum = RATE_MAX_BPS,
        .standard = "none",
        .meaning = "the rate from these times on, for packets whose transmission begins then",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "delay",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_link_options, delay_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1ms",
        .meaning = "propagation delay, one way",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "mtu",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_link_options, mtu_octets),
        .minimum = 68,
        .maximum = UINT16_MAX,
        .standard = "1500",
        .meaning = "largest outer IP packet",
        .source = "RFC 791",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "mtu-changes",
        .value = IPTFS_VALUE_MTUS,
        FIELD(iptfs_link_options, mtu_changes),
        .minimum = 68,
        .maximum = UINT16_MAX,
        .standard = "none",
        .meaning = "the MTU from these times on; the sender knows at once",
        .names = "YANG use-path-mtu-discovery",
        .source = "RFC 9347, 4.2; RFC 9348",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "queue",
        .value = IPTFS_VALUE_LIMIT,
        FIELD(iptfs_link_options, queue),
        .maximum = UINT32_MAX,
        .standard = "1000p",
        .meaning = "drop-tail queue before the transmitter; 0: no limit",
        .names = "Linux txqueuelen",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "loss",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, loss),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that an outer packet is lost, each for itself",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "gemodel-p",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, gemodel_p),
        .maximum = 1,
        .standard = "0",
        .meaning = "Gilbert-Elliott loss in bursts: probability to go from good to bad; 0: off",
        .names = "netem loss gemodel p",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "gemodel-r",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, gemodel_r),
        .maximum = 1,
        .standard = "1",
        .meaning = "probability to go from bad to good: 1 / r packets are a mean burst",
        .names = "netem loss gemodel r",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "gemodel-bad",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, gemodel_bad),
        .maximum = 1,
        .standard = "1",
        .meaning = "probability of loss in the bad state",
        .names = "netem loss gemodel 1-h",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "gemodel-good",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, gemodel_good),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability of loss in the good state",
        .names = "netem loss gemodel 1-k",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "reorder",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, reorder),
        .maximum = 1,
        .standard = "0",
        .meaning = "part of the outer packets that arrives without the delay, before others",
        .names = "netem reorder",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "reorder-correlation",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, reorder_correlation),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that a packet does as the one before",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "duplicate",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, duplicate),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that an outer packet arrives twice",
        .names = "netem duplicate",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "duplicate-correlation",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, duplicate_correlation),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that a packet does as the one before",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "jitter",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_link_options, jitter_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning = "how far the delay of each packet strays from delay, never below 0",
        .names = "netem delay TIME JITTER",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "jitter-distribution",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_link_options, jitter_kind),
        .words = jitter_words,
        .standard = "uniform",
        .meaning = "how the delays are distributed",
        .names = "netem distribution",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "jitter-correlation",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, jitter_correlation),
        .maximum = 1,
        .standard = "0",
        .meaning = "how much a delay depends on the one before",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "jitter-keeps-order",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_link_options, jitter_keeps_order),
        .standard = "off",
        .meaning = "packets wait for late ones before them, rather than overtake",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "blackouts",
        .value = IPTFS_VALUE_BLACKOUTS,
        FIELD(iptfs_link_options, blackouts),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "none",
        .meaning = "periods: outer packets whose transmission ends in one are lost",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "ce",
        .value = IPTFS_VALUE_PROBABILITY,
        FIELD(iptfs_link_options, ce),
        .maximum = 1,
        .standard = "0",
        .meaning = "probability that an ECN-capable outer packet gets a CE mark",
        .source = "RFC 3168",
    },
    {
        .section = IPTFS_SECTION_LINK,
        .key = "impair-list",
        .value = IPTFS_VALUE_PATH,
        FIELD(iptfs_link_options, impair_path),
        .standard = "",
        .meaning = "CSV of drop,SEQ  delay,SEQ,TIME  dup,SEQ,TIME  ce,SEQ by outer number",
    },
};

static const struct iptfs_option traffic_options[] = {
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "type",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, type),
        .words = iptfs_traffic_words,
        .standard_note = "required",
        .required = true,
        .meaning = "when packets arrive",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "size",
        .value = IPTFS_VALUE_SIZES,
        FIELD(iptfs_traffic_options, size),
        .minimum = IPTFS_IPV4_HEADER_OCTETS,
        .maximum = IPTFS_PACKET_MAX_OCTETS,
        .standard_note = "required",
        .used_by = SIZED | KIND(IPTFS_TRAFFIC_UDP_ONOFF),
        .required = true,
        .meaning = "inner IP packet, header included; imix: 40, 576 and 1500 octets as 7:4:1",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "rate",
        .value = IPTFS_VALUE_RATE,
        FIELD(iptfs_traffic_options, rate_bps),
        .minimum = 1,
        .maximum = RATE_MAX_BPS,
        .standard_note = "required",
        .used_by = TIMED | KIND(IPTFS_TRAFFIC_UDP_ONOFF),
        .required = true,
        .meaning = "mean rate, counting inner IP octets (on-off: within on periods)",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "on",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, on_ps),
        .minimum = IPTFS_PS_PER_US,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard_note = "required",
        .used_by = PERIODIC,
        .required = true,
        .meaning = "mean length of an on period; the long-run rate is rate * on / (on + off)",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "off",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, off_ps),
        .minimum = IPTFS_PS_PER_US,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard_note = "required",
        .used_by = PERIODIC,
        .required = true,
        .meaning = "mean length of an off period",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "periods",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, periods),
        .words = periods_words,
        .standard = "exponential",
        .used_by = PERIODIC,
        .meaning = "how the lengths of on and off periods are distributed",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "shape",
        .value = IPTFS_VALUE_FACTOR,
        FIELD(iptfs_traffic_options, shape),
        .minimum = 1,
        .maximum = 100,
        .standard = "1.5",
        .used_by = PERIODIC,
        .meaning = "tail index with periods pareto; up to 2 the variance is infinite",
        .names = "ns-2 shape_",
        .source = "Willinger et al. 1997",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "codec",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, codec),
        .words = codec_words,
        .standard = "g711",
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
        .meaning = "what codes the speech: 50 packets a second of 20 ms each",
        .source = "RFC 3551, 4.5",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "calls",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_traffic_options, calls),
        .minimum = 1,
        .maximum = TALKERS_MAX,
        .standard = "1",
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
        .meaning = "calls at the same time, each with a random phase of its own",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "vad",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_traffic_options, vad),
        .standard = "off",
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
        .meaning = "voice activity detection: no packets in pauses of speech",
        .source = "RFC 3551, 4.1",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "talk",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, talk_ps),
        .minimum = IPTFS_PS_PER_MS,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1s",
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
        .meaning = "with vad: mean of the exponential talk spurts",
        .source = "after Brady 1969; ITU-T P.59 has 1.004 s",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "pause",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, pause_ps),
        .minimum = IPTFS_PS_PER_MS,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1.35s",
        .used_by = KIND(IPTFS_TRAFFIC_VOICE),
        .meaning = "with vad: mean of the exponential pauses",
        .source = "after Brady 1969; ITU-T P.59 has 1.587 s",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "side",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, side),
        .words = side_words,
        .standard = "client",
        .used_by = KIND(IPTFS_TRAFFIC_GAMES),
        .meaning = "who sends",
        .source = "NGMN 2008, annex A: uplink, downlink",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "players",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_traffic_options, players),
        .minimum = 1,
        .maximum = TALKERS_MAX,
        .standard = "1",
        .used_by = KIND(IPTFS_TRAFFIC_GAMES),
        .meaning = "players behind the tunnel",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "file",
        .value = IPTFS_VALUE_PATH,
        FIELD(iptfs_traffic_options, file_path),
        .standard_note = "required",
        .used_by = KIND(IPTFS_TRAFFIC_LIST) | KIND(IPTFS_TRAFFIC_PCAP),
        .required = true,
        .meaning = "CSV (time, size and, if wanted, tos, ip), or a capture; times count from start",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "loop",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_traffic_options, loop),
        .standard = "off",
        .used_by = KIND(IPTFS_TRAFFIC_PCAP),
        .meaning = "begin the capture again, its mean gap after its last packet",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "speed",
        .value = IPTFS_VALUE_FACTOR,
        FIELD(iptfs_traffic_options, speed),
        .maximum = 1000000,
        .standard = "1",
        .used_by = KIND(IPTFS_TRAFFIC_PCAP),
        .meaning = "how many times as fast as it was captured",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "filter",
        .value = IPTFS_VALUE_LINE,
        FIELD(iptfs_traffic_options, filter),
        .maximum = LINE_MAX_CHAR,
        .standard = "",
        .used_by = KIND(IPTFS_TRAFFIC_PCAP),
        .meaning = "which packets of the capture, as tcpdump takes it: udp port 5004",
        .source = "pcap-filter(7)",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "start",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, start_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning = "no packet before this time",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "stop",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, stop_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard_note = "duration",
        .meaning = "no packet at or after this time (TCP: nothing given to a socket)",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "count",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_traffic_options, count),
        .maximum = UINT64_MAX,
        .standard = "0",
        .used_by = PULLED,
        .meaning = "most packets to send; 0: no limit",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "ip",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, ip_version),
        .words = ip_words,
        .standard = "4",
        .used_by = SYNTHETIC | HOSTED,
        .meaning = "IP version of the inner packets",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "tos",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_traffic_options, tos),
        .maximum = UINT8_MAX,
        .standard = "0",
        .used_by = SYNTHETIC,
        .meaning = "TOS or traffic class octet of the inner packets: DSCP * 4 + ECN",
        .source = "RFC 2474, RFC 3168",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "origin",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, local),
        .words = origin_words,
        .standard = "forwarded",
        .used_by = PULLED,
        .meaning = "who is told of a packet too big: its sender by ICMP, or the local socket",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "direction",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, direction),
        .words = direction_words,
        .standard = "forward",
        .meaning = "which way through the tunnel",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "tunnel",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_traffic_options, through_tunnel),
        .standard = "on",
        .used_by = HOSTED,
        .meaning = "off: beside the tunnel, as it is, over the same link and its queue",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "flows",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_traffic_options, flows),
        .minimum = 1,
        .maximum = IPTFS_NS3_HOSTS_FLOWS_MAX,
        .standard = "1",
        .used_by = HOSTED,
        .meaning = "flows between the two hosts of the section",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "stagger",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, stagger_ps),
        .maximum = IPTFS_NS3_DELAY_MAX_PS,
        .standard = "0",
        .used_by = HOSTED,
        .meaning = "each flow starts so much later than the one before it",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "tcp",
        .value = IPTFS_VALUE_WORD,
        FIELD(iptfs_traffic_options, tcp),
        .words = iptfs_tcp_words,
        .standard = "cubic",
        .used_by = TCP,
        .meaning = "congestion control of both hosts; slow start has no threshold at first",
        .names = "ns-3 TcpCubic and others",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "sack",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_traffic_options, sack),
        .standard = "on",
        .used_by = TCP,
        .meaning = "selective acknowledgements",
        .names = "ns-3 Sack",
        .source = "RFC 2018",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "ecn",
        .value = IPTFS_VALUE_SWITCH,
        FIELD(iptfs_traffic_options, tcp_ecn),
        .standard = "off",
        .used_by = TCP,
        .meaning = "the hosts agree on ECN and slow down at CE marks",
        .names = "ns-3 UseEcn",
        .source = "RFC 3168",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "segment",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_traffic_options, segment_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .used_by = TCP,
        .meaning = "most data in a segment, options not counted; 0: as access-mtu allows",
        .names = "ns-3 SegmentSize",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "buffer",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_traffic_options, buffer_octets),
        .minimum = IPTFS_NS3_HOSTS_BUFFER_MIN,
        .maximum = IPTFS_NS3_HOSTS_BUFFER_MAX,
        .standard = "8MiB",
        .used_by = TCP,
        .meaning = "of each socket, to send and to receive: bounds the window",
        .names = "ns-3 SndBufSize, RcvBufSize",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "min-rto",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, min_rto_ps),
        .minimum = IPTFS_PS_PER_MS,
        .maximum = 60 * IPTFS_PS_PER_S,
        .standard = "1s",
        .used_by = TCP,
        .meaning = "least retransmission timeout (Linux: 200ms)",
        .names = "ns-3 MinRto",
        .source = "RFC 6298, 2.4",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "octets",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_traffic_options, octets),
        .maximum = UINT64_MAX / 2,
        .standard = "0",
        .used_by = KIND(IPTFS_TRAFFIC_TCP_BULK),
        .meaning = "what each flow sends, then it closes; 0: until stop",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "request",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_traffic_options, request_octets),
        .minimum = 1,
        .maximum = 1000000000,
        .standard = "300B",
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
        .meaning = "what a client asks with, in the direction of the section",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "response",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_traffic_options, response_octets),
        .minimum = 1,
        .maximum = 1000000000,
        .standard = "100kB",
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
        .meaning = "what the server answers, the other way",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "think",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, think_ps),
        .maximum = IPTFS_NS3_DELAY_MAX_PS,
        .standard = "1s",
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
        .meaning = "mean of the exponential time from a response to the next request",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "requests",
        .value = IPTFS_VALUE_NUMBER,
        FIELD(iptfs_traffic_options, requests),
        .maximum = UINT64_MAX,
        .standard = "0",
        .used_by = KIND(IPTFS_TRAFFIC_TCP_REQUEST),
        .meaning = "requests of each flow, one after the other; 0: until stop",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "access-rate",
        .value = IPTFS_VALUE_RATE,
        FIELD(iptfs_traffic_options, access_rate_bps),
        .minimum = IPTFS_NS3_RATE_MIN_BPS,
        .maximum = IPTFS_NS3_RATE_MAX_BPS,
        .standard = "1Gbps",
        .used_by = HOSTED,
        .meaning = "of the links between the hosts of the section and the gateways",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "access-delay",
        .value = IPTFS_VALUE_TIME,
        FIELD(iptfs_traffic_options, access_delay_ps),
        .maximum = IPTFS_NS3_DELAY_MAX_PS,
        .standard = "0",
        .used_by = HOSTED,
        .meaning = "of each of these two links, one way",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "access-queue",
        .value = IPTFS_VALUE_LIMIT,
        FIELD(iptfs_traffic_options, access_queue),
        .minimum = 1,
        .maximum = IPTFS_NS3_QUEUE_MAX,
        .standard = "10000p",
        .used_by = HOSTED,
        .meaning = "queue before each of these links, in packets or octets",
    },
    {
        .section = IPTFS_SECTION_TRAFFIC,
        .key = "access-mtu",
        .value = IPTFS_VALUE_OCTETS,
        FIELD(iptfs_traffic_options, access_mtu_octets),
        .minimum = IPTFS_NS3_HOSTS_MTU_MIN,
        .maximum = UINT16_MAX,
        .standard = "1500B",
        .used_by = HOSTED,
        .meaning = "largest IP packet of the hosts",
    },
};

#define ROWS(table) table, sizeof(table) / sizeof(table)[0]

static const struct {
    const char *name;
    const char *kind_key;
    const struct iptfs_option *options;
    size_t count;
} sections[IPTFS_SECTIONS] = {
    [IPTFS_SECTION_SCENARIO] = {"scenario", NULL, ROWS(scenario_options)},
    [IPTFS_SECTION_TUNNEL] = {"tunnel", "mode", ROWS(tunnel_options)},
    [IPTFS_SECTION_LINK] = {"link", NULL, ROWS(link_options)},
    [IPTFS_SECTION_TRAFFIC] = {"traffic", "type", ROWS(traffic_options)},
};

const char *iptfs_section_name(enum iptfs_section section)
{
    return sections[section].name;
}

const char *iptfs_section_kind_key(enum iptfs_section section)
{
    return sections[section].kind_key;
}

const struct iptfs_option *iptfs_option_at(enum iptfs_section section, size_t index)
{
    return index < sections[section].count ? &sections[section].options[index] : NULL;
}

const struct iptfs_option *iptfs_option_find(enum iptfs_section section, const char *key,
                                             size_t *index)
{
    const struct iptfs_option *option;
    for (size_t i = 0; (option = iptfs_option_at(section, i)) != NULL; i++) {
        if (strcmp(option->key, key) != 0)
            continue;
        if (index != NULL)
            *index = i;
        return option;
    }
    return NULL;
}

bool iptfs_option_used(const struct iptfs_option *option, unsigned kind)
{
    return option->used_by == 0 || (option->used_by & KIND(kind)) != 0;
}

/* ------------------------------------------------------------------------------------- fields */

static void *field_of(const struct iptfs_option *option, void *base)
{
    return (char *)base + option->offset;
}

static const void *const_field_of(const struct iptfs_option *option, const void *base)
{
    return (const char *)base + option->offset;
}

/* The fields are of many types, but of three widths. */
static void store_whole(const struct iptfs_option *option, void *base, uint64_t value)
{
    uint8_t narrow = (uint8_t)value;
    uint32_t middle = (uint32_t)value;
    const void *bytes = option->width == sizeof narrow   ? (const void *)&narrow
                        : option->width == sizeof middle ? (const void *)&middle
                                                         : (const void *)&value;
    memcpy(field_of(option, base), bytes, option->width);
}

static uint64_t load_whole(const struct iptfs_option *option, const void *base)
{
    uint8_t narrow;
    uint32_t middle;
    uint64_t wide;
    const void *field = const_field_of(option, base);
    if (option->width == sizeof narrow)
        return memcpy(&narrow, field, sizeof narrow), narrow;
    if (option->width == sizeof middle)
        return memcpy(&middle, field, sizeof middle), middle;
    return memcpy(&wide, field, sizeof wide), wide;
}

static bool is_text(const struct iptfs_option *option)
{
    return option->value == IPTFS_VALUE_NAME || option->value == IPTFS_VALUE_LINE ||
           option->value == IPTFS_VALUE_PATH;
}

static char *load_text(const struct iptfs_option *option, const void *base)
{
    char *text;
    memcpy(&text, const_field_of(option, base), sizeof text);
    return text;
}

static int store_text(const struct iptfs_option *option, void *base, const char *text,
                      struct iptfs_error *error)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    free(load_text(option, base));
    memcpy(field_of(option, base), &copy, sizeof copy);
    return 0;
}

unsigned iptfs_option_word(const struct iptfs_option *option, const void *base)
{
    return (unsigned)load_whole(option, base);
}

bool iptfs_option_empty(const struct iptfs_option *option, const void *base)
{
    if (!is_text(option))
        return false;
    const char *text = load_text(option, base);
    return text == NULL || *text == '\0';
}

void iptfs_option_clear(const struct iptfs_option *option, void *base)
{
    if (!is_text(option))
        return;
    free(load_text(option, base));
    memset(field_of(option, base), 0, option->width);
}

int iptfs_option_copy(const struct iptfs_option *option, void *base, const void *from)
{
    if (is_text(option) && load_text(option, from) != NULL)
        return store_text(option, base, load_text(option, from), NULL);
    memcpy(field_of(option, base), const_field_of(option, from), option->width);
    return 0;
}

/* ------------------------------------------------------------------------------------ reading */

static int out_of_range(const struct iptfs_option *option, const char *text,
                        struct iptfs_error *error)
{
    char allowed[160];
    return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: %s", iptfs_quoted(text).text,
                      iptfs_option_allowed(option, allowed, sizeof allowed));
}

static int set_whole(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error)
{
    uint64_t value = 0;
    int64_t time_ps = 0;
    int code;
    if (option->value == IPTFS_VALUE_TIME) {
        code = iptfs_parse_time(text, &time_ps, error);
        value = (uint64_t)time_ps;
    } else if (option->value == IPTFS_VALUE_RATE) {
        code = iptfs_parse_rate(text, &value, error);
    } else if (option->value == IPTFS_VALUE_OCTETS) {
        code = iptfs_parse_octets(text, &value, error);
    } else {
        code = iptfs_parse_number(text, &value, error);
    }
    if (code != 0)
        return code;
    if (value < option->minimum || value > option->maximum)
        return out_of_range(option, text, error);
    store_whole(option, base, value);
    return 0;
}

static int set_switch(const struct iptfs_option *option, void *base, const char *text,
                      struct iptfs_error *error)
{
    bool on;
    int code = iptfs_parse_bool(text, &on, error);
    if (code == 0)
        store_whole(option, base, on);
    return code;
}

static int set_word(const struct iptfs_option *option, void *base, const char *text,
                    struct iptfs_error *error)
{
    int word;
    int code = iptfs_parse_word(text, option->words, &word, error);
    if (code == 0)
        store_whole(option, base, (uint64_t)word);
    return code;
}

static int set_probability(const struct iptfs_option *option, void *base, const char *text,
                           struct iptfs_error *error)
{
    double probability;
    int code = iptfs_parse_probability(text, &probability, error);
    if (code == 0)
        memcpy(field_of(option, base), &probability, sizeof probability);
    return code;
}

static int set_factor(const struct iptfs_option *option, void *base, const char *text,
                      struct iptfs_error *error)
{
    double factor;
    if (iptfs_parse_factor(text, &factor, NULL) != 0 || factor <= (double)option->minimum ||
        factor > (double)option->maximum)
        return out_of_range(option, text, error);
    memcpy(field_of(option, base), &factor, sizeof factor);
    return 0;
}

static int set_limit(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error)
{
    struct iptfs_limit limit;
    int code = iptfs_parse_limit(text, &limit, error);
    if (code != 0)
        return code;
    if (limit.count < option->minimum || limit.count > option->maximum)
        return out_of_range(option, text, error);
    memcpy(field_of(option, base), &limit, sizeof limit);
    return 0;
}

static int set_lifetime(const struct iptfs_option *option, void *base, const char *text,
                        struct iptfs_error *error)
{
    struct iptfs_lifetime lifetime;
    int code = iptfs_parse_lifetime(text, &lifetime, error);
    if (code == 0)
        memcpy(field_of(option, base), &lifetime, sizeof lifetime);
    return code;
}

static int set_breaker(const struct iptfs_option *option, void *base, const char *text,
                       struct iptfs_error *error)
{
    struct iptfs_breaker_limit limit;
    int code = iptfs_parse_breaker(text, &limit, error);
    if (code == 0)
        memcpy(field_of(option, base), &limit, sizeof limit);
    return code;
}

static enum iptfs_timed_kind timed_kind(const struct iptfs_option *option)
{
    if (option->value == IPTFS_VALUE_MTUS)
        return IPTFS_TIMED_MTUS;
    return option->value == IPTFS_VALUE_RATES ? IPTFS_TIMED_RATES : IPTFS_TIMED_BLACKOUTS;
}

static int set_timed(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error)
{
    struct iptfs_timed_list list;
    int code =
        iptfs_parse_timed(text, timed_kind(option), option->minimum, option->maximum, &list, error);
    if (code == 0)
        memcpy(field_of(option, base), &list, sizeof list);
    return code;
}

static int set_sizes(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error)
{
    struct iptfs_sizes sizes;
    int code = iptfs_parse_sizes(text, &sizes, error);
    if (code != 0)
        return code;
    if (sizes.low_octets < option->minimum || sizes.high_octets > option->maximum)
        return out_of_range(option, text, error);
    memcpy(field_of(option, base), &sizes, sizeof sizes);
    return 0;
}

/* Fit for the name of a folder, and not to be taken for an option on a command line. */
static bool is_name(const char *text, uint64_t most)
{
    size_t length = strlen(text);
    if (length == 0 || length > most || *text == '.' || *text == '-')
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80 ||
            (!isalnum((unsigned char)*text) && !strchr("._-", *text)))
            return false;
    return true;
}

/* Whether an INI file can hold the text: ';' and '#' would begin a comment where a blank or nothing
 * is before them. */
static bool is_line(const char *text, uint64_t most)
{
    if (most != 0 && strlen(text) > most)
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) ||
            ((*c == ';' || *c == '#') && (c == text || isspace((unsigned char)c[-1]))))
            return false;
    return true;
}

static int set_text(const struct iptfs_option *option, void *base, const char *text,
                    struct iptfs_error *error)
{
    bool fits = option->value == IPTFS_VALUE_NAME ? is_name(text, option->maximum)
                                                  : is_line(text, option->maximum);
    if (!fits || (option->required && *text == '\0'))
        return out_of_range(option, text, error);
    return store_text(option, base, text, error);
}

int iptfs_option_set(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error)
{
    switch (option->value) {
    case IPTFS_VALUE_SWITCH:
        return set_switch(option, base, text, error);
    case IPTFS_VALUE_WORD:
        return set_word(option, base, text, error);
    case IPTFS_VALUE_PROBABILITY:
        return set_probability(option, base, text, error);
    case IPTFS_VALUE_FACTOR:
        return set_factor(option, base, text, error);
    case IPTFS_VALUE_LIMIT:
        return set_limit(option, base, text, error);
    case IPTFS_VALUE_LIFETIME:
        return set_lifetime(option, base, text, error);
    case IPTFS_VALUE_SIZES:
        return set_sizes(option, base, text, error);
    case IPTFS_VALUE_MTUS:
    case IPTFS_VALUE_RATES:
    case IPTFS_VALUE_BLACKOUTS:
        return set_timed(option, base, text, error);
    case IPTFS_VALUE_BREAKER:
        return set_breaker(option, base, text, error);
    case IPTFS_VALUE_NAME:
    case IPTFS_VALUE_LINE:
    case IPTFS_VALUE_PATH:
        return set_text(option, base, text, error);
    default:
        return set_whole(option, base, text, error);
    }
}

/* ------------------------------------------------------------------------------------ writing */

static struct iptfs_text exact_whole(enum iptfs_value value, uint64_t number)
{
    struct iptfs_text text;
    if (value == IPTFS_VALUE_TIME)
        return iptfs_exact_time((int64_t)number);
    if (value == IPTFS_VALUE_RATE)
        return iptfs_exact_rate(number);
    if (value == IPTFS_VALUE_OCTETS || value == IPTFS_VALUE_LIMIT || value == IPTFS_VALUE_SIZES)
        return iptfs_exact_octets(number);
    snprintf(text.text, sizeof text.text, "%" PRIu64, number);
    return text;
}

static struct iptfs_text exact_field(const struct iptfs_option *option, const void *base)
{
    const void *field = const_field_of(option, base);
    double probability, factor;
    struct iptfs_limit limit;
    struct iptfs_sizes sizes;
    struct iptfs_lifetime lifetime;
    struct iptfs_breaker_limit breaker;
    switch (option->value) {
    case IPTFS_VALUE_LIFETIME:
        memcpy(&lifetime, field, sizeof lifetime);
        return iptfs_exact_lifetime(lifetime);
    case IPTFS_VALUE_BREAKER:
        memcpy(&breaker, field, sizeof breaker);
        return iptfs_exact_breaker(breaker);
    case IPTFS_VALUE_PROBABILITY:
        memcpy(&probability, field, sizeof probability);
        return iptfs_exact_probability(probability);
    case IPTFS_VALUE_FACTOR:
        memcpy(&factor, field, sizeof factor);
        return iptfs_exact_factor(factor);
    case IPTFS_VALUE_LIMIT:
        memcpy(&limit, field, sizeof limit);
        return iptfs_exact_limit(limit);
    case IPTFS_VALUE_SIZES:
        memcpy(&sizes, field, sizeof sizes);
        return iptfs_exact_sizes(sizes);
    default:
        return exact_whole(option->value, load_whole(option, base));
    }
}

static bool is_timed(const struct iptfs_option *option)
{
    return option->value == IPTFS_VALUE_MTUS || option->value == IPTFS_VALUE_RATES ||
           option->value == IPTFS_VALUE_BLACKOUTS;
}

static void print_timed(const struct iptfs_option *option, const void *base, FILE *out)
{
    struct iptfs_timed_list list;
    memcpy(&list, const_field_of(option, base), sizeof list);
    if (list.count == 0)
        fputs("none", out);
    for (uint64_t i = 0; i < list.count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "",
                iptfs_exact_timed(timed_kind(option), &list.item[i]).text);
}

void iptfs_option_print(const struct iptfs_option *option, const void *base, FILE *out)
{
    if (is_text(option))
        fputs(iptfs_option_empty(option, base) ? "" : load_text(option, base), out);
    else if (is_timed(option))
        print_timed(option, base, out);
    else if (option->value == IPTFS_VALUE_WORD)
        fputs(iptfs_word_of(option->words, (int)load_whole(option, base)), out);
    else if (option->value == IPTFS_VALUE_SWITCH)
        fputs(load_whole(option, base) != 0 ? "on" : "off", out);
    else
        fputs(exact_field(option, base).text, out);
}

char *iptfs_option_allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    struct iptfs_text low = exact_whole(option->value, option->minimum);
    struct iptfs_text high = exact_whole(option->value, option->maximum);
    switch (option->value) {
    case IPTFS_VALUE_WORD:
        return iptfs_list_words(option->words, buffer, size);
    case IPTFS_VALUE_SWITCH:
        snprintf(buffer, size, "on, off");
        break;
    case IPTFS_VALUE_NAME:
        snprintf(buffer, size,
                 "1 to %" PRIu64 " letters, digits, '.', '_', '-', the first no '.' or '-'",
                 option->maximum);
        break;
    case IPTFS_VALUE_LINE:
        snprintf(buffer, size, "one line of up to %" PRIu64 " octets, without ' ;' and ' #'",
                 option->maximum);
        break;
    case IPTFS_VALUE_PATH:
        snprintf(buffer, size, "a file%s", option->required ? "" : ", or nothing");
        break;
    case IPTFS_VALUE_FACTOR:
        snprintf(buffer, size, "above %s, up to %s", low.text, high.text);
        break;
    case IPTFS_VALUE_LIMIT:
        snprintf(buffer, size, "%s to %s, or to %" PRIu64 "p", low.text, high.text,
                 option->maximum);
        break;
    case IPTFS_VALUE_LIFETIME:
        snprintf(buffer, size, "packets (100000p), a time (30s), or 0");
        break;
    case IPTFS_VALUE_SIZES:
        snprintf(buffer, size, "%s to %s, uniform(LOW,HIGH), imix", low.text, high.text);
        break;
    case IPTFS_VALUE_MTUS:
    case IPTFS_VALUE_RATES:
    case IPTFS_VALUE_BLACKOUTS:
        snprintf(buffer, size, "none, or %s", iptfs_timed_form(timed_kind(option)));
        break;
    case IPTFS_VALUE_BREAKER:
        snprintf(buffer, size, "off, or LOSS, TIME such as '10%%, 2s'");
        break;
    default:
        snprintf(buffer, size, "%s to %s", low.text, high.text);
    }
    return buffer;
}
