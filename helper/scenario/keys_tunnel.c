/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of [tunnel]. */
#include "base/units.h"
#include "esp/esp.h"
#include "esp/replay_window.h"
#include "packet/packet.h"
#include "scenario/scenario.h"
#include "scenario/sections.h"
#include "sender/mode.h"
#include "tunnel/use_aggfrag.h"
#include "wire/outer_codec.h"

/* The rows of the model's modes. */
static struct iptfs_word mode_word(unsigned index)
{
    const struct iptfs_mode *mode = iptfs_mode_at(index);
    if (mode == NULL)
        return (struct iptfs_word){0};
    return (struct iptfs_word){mode->name, (int)index, mode->meaning, mode->source};
}

/* The rows of the model's ciphers. */
static struct iptfs_word cipher_word(unsigned index)
{
    const struct iptfs_cipher *cipher = iptfs_cipher_at(index);
    if (cipher == NULL)
        return (struct iptfs_word){0};
    return (struct iptfs_word){cipher->name, (int)index, cipher->meaning, cipher->source};
}

/* The rows of the model's encapsulations. */
static struct iptfs_word encap_word(unsigned index)
{
    const struct iptfs_encap *encap = iptfs_encap_at(index);
    if (encap == NULL)
        return (struct iptfs_word){0};
    return (struct iptfs_word){encap->name, (int)index, encap->meaning, encap->source};
}

static const struct iptfs_word fill_words[] = {
    {"usual", IPTFS_FILL_USUAL, "whole in mode on-demand, full in packets of one size", NULL},
    {"whole", IPTFS_FILL_WHOLE, "append only what fits whole", "Linux"},
    {"full", IPTFS_FILL_FULL, "start a packet in the rest of an outer packet", "RFC 9347, 2.2.3"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word receive_rate_words[] = {
    {"arrivals", IPTFS_RECEIVE_RATE_ARRIVALS,
     "the sender's rate, less what echoes show that packets arrive more slowly than sent", NULL},
    {"sent", IPTFS_RECEIVE_RATE_SENT, "the sender's own rate", "RFC 9347, appendix B"},
    {"measured", IPTFS_RECEIVE_RATE_MEASURED,
     "what the receiver measured, which no header carries: in simulations, to compare", "RFC 5348"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word loss_history_words[] = {
    {"continue", false, "it goes on: a rekey is no loss event, and no end of one", NULL},
    {"restart", true, "it starts anew with each SA, as one that is kept with the SA does", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word ip_fragment_words[] = {
    {"usual", IPTFS_IP_FRAGMENT_USUAL,
     "on with tunnel-mtu and in AGGFRAG modes with packets of one size, else off", NULL},
    {"off", IPTFS_IP_FRAGMENT_OFF, "refuse them, with an ICMP error", "Linux; RFC 9348"},
    {"on", IPTFS_IP_FRAGMENT_ON, "cut them into IP fragments", "RFC 9347, 2.2.6"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word receive_words[] = {
    {"in-order", false, "hold outer packets until earlier ones have arrived", "RFC 9347, 2.5"},
    {"immediate", true, "deliver whole inner packets immediately; only fragments wait",
     "RFC 9347, 2.5"},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_word ecn_decap_words[] = {
    {"nothing", IPTFS_ECN_DECAP_NOTHING, "inner packets stay as they are",
     "Linux; RFC 9347, 2.2.5.2"},
    {"rfc6040", IPTFS_ECN_DECAP_RFC6040,
     "the more severe of both fields; CE drops what is not ECN-capable (ce-not-ect)",
     "RFC 6040, 4.2"},
    {"mark", IPTFS_ECN_DECAP_MARK, "CE on ECN-capable inner packets; the others stay as they are",
     "RFC 4301, 5.1.2.1"},
    {NULL, 0, NULL, NULL},
};

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_tunnel_options, member)

static const struct iptfs_option rows[] = {
    {
        .key = "mode",
        .kind = &iptfs_kind_word,
        FIELD(mode),
        .word_at = mode_word,
        .standard = "on-demand",
        .caption = "mode",
        .meaning = "when outer packets are sent, and how they are filled",
        .names = "Linux mode iptfs",
        .source = "RFC 9347, 2.4",
    },
    {
        .key = "pkt-size",
        .kind = &iptfs_kind_octets,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.pkt_size_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .caption = "pkt-size: outer packet",
        .meaning =
            "outer IP packet; on demand without ESP trailer and ICV, as in Linux; 0: path MTU",
        .names = "Linux pkt-size, YANG outer-packet-size",
        .source = "RFC 9347, 4.2",
    },
    {
        .key = "use-path-mtu-discovery",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.use_path_mtu_discovery),
        .standard = "on",
        .meaning = "packets of one size: a pkt-size above the path MTU is lowered; off: lost",
        .names = "YANG use-path-mtu-discovery",
        .source = "RFC 9347, 4.2; RFC 9348",
    },
    {
        .key = "plpmtud",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.plpmtud),
        .standard = "off",
        .meaning = "with require-cc = on: find the path MTU by probes; off: the path reports it",
        .source = "RFC 8899; RFC 9347, 4.2 and 6.1.2",
    },
    {
        .key = "init-delay",
        .kind = &iptfs_kind_time,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.init_delay_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .caption = "init-delay: output delay",
        .meaning =
            "delay after the first queued packet, so that more packets share its outer packet",
        .names = "Linux init-delay (in us)",
    },
    {
        .key = "max-queue-size",
        .kind = &iptfs_kind_octets,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.max_queue_size_octets),
        .maximum = UINT32_MAX,
        .standard = "1MiB",
        .caption = "max-queue-size: sender's queue",
        .meaning = "size of the inner queue; above 95 % of it packets get a CE mark",
        .names = "Linux max-queue-size (default 10MiB since 7.2)",
    },
    {
        .key = "tunnel-mtu",
        .kind = &iptfs_kind_octets,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.tunnel_mtu_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "longest inner packet, as the MTU of a link; 0: any, or by dont-frag",
        .source = "RFC 9347, 2.2.7; RFC 4301, 8.2",
    },
    {
        .key = "dont-frag",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.dont_frag),
        .standard = "off",
        .meaning = "never fragment an inner packet: refuse packets that are too big",
        .names = "Linux dont-frag, YANG dont-fragment",
        .source = "RFC 9347, 2.2.7",
    },
    {
        .key = "ip-fragment",
        .kind = &iptfs_kind_word,
        .side = IPTFS_SIDE_OUT,
        FIELD(ip_fragment),
        .words = ip_fragment_words,
        .standard = "usual",
        .meaning =
            "with dont-frag, tunnel-mtu: what becomes of IPv4 packets without DF that are too big",
        .source = "RFC 9347, 2.2.6",
    },
    {
        .key = "l3-fixed-rate",
        .kind = &iptfs_kind_rate,
        .side = IPTFS_SIDE_OUT,
        FIELD(l3_fixed_rate_bps),
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "0",
        .caption = "rate of outer packets",
        .meaning = "rate of outer IP packets in fixed-rate, min-rate, esp-pad",
        .names = "YANG l3-fixed-rate",
        .source = "RFC 9347, 4.1",
    },
    {
        .key = "l2-fixed-rate",
        .kind = &iptfs_kind_rate,
        .side = IPTFS_SIDE_OUT,
        FIELD(l2_fixed_rate_bps),
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "0",
        .caption = "rate on the link",
        .meaning = "the same rate, framing included",
        .names = "YANG l2-fixed-rate",
        .source = "RFC 9347, 4.1",
    },
    {
        .key = "pps",
        .kind = &iptfs_kind_number,
        .side = IPTFS_SIDE_OUT,
        FIELD(pps),
        .maximum = 1000000000,
        .standard = "0",
        .caption = "outer packets per second",
        .meaning = "the same rate in outer packets per second",
    },
    {
        .key = "phase",
        .kind = &iptfs_kind_phase,
        .side = IPTFS_SIDE_OUT,
        FIELD(slot_phase_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "random",
        .meaning = "time of the first packet in fixed-rate, min-rate; random: within one gap",
    },
    {
        .key = "max-rate",
        .kind = &iptfs_kind_rate,
        .side = IPTFS_SIDE_OUT,
        FIELD(max_rate_bps),
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "0",
        .meaning = "highest rate of outer IP packets under congestion control; 0: no limit",
        .names = "YANG congestion-control",
        .source = "RFC 9347, 2.4.2",
    },
    {
        .key = "min-rate",
        .kind = &iptfs_kind_rate,
        .side = IPTFS_SIDE_OUT,
        FIELD(min_rate_bps),
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "0",
        .meaning =
            "lowest rate under congestion control, whatever is lost (TFRC: a packet in 64 s)",
        .source = "RFC 5348, 4.3",
    },
    {
        .key = "initial-rtt",
        .kind = &iptfs_kind_time,
        .side = IPTFS_SIDE_OUT,
        FIELD(tfrc.rtt_ps),
        .maximum = 100 * IPTFS_PS_PER_S,
        .standard = "0",
        .meaning = "round-trip time that is known at the start, such as from IKE; 0: unknown",
        .source = "RFC 5348, 4.2",
    },
    {
        .key = "oscillation-reduction",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(tfrc.oscillation_reduction),
        .standard = "on",
        .meaning =
            "sends less while the RTT is above its mean (q2 = 0.9): a steadier rate, less loss",
        .source = "RFC 5348, 4.5",
    },
    {
        .key = "rtt-weight",
        .kind = &iptfs_kind_probability,
        .side = IPTFS_SIDE_OUT,
        FIELD(tfrc.rtt_weight),
        .standard = "0",
        .meaning = "weight of a new RTT sample in R, 1 - q; 0: 10 % (2 % lags, 50 % swings)",
        .source = "RFC 5348, 4.3, 4.5",
    },
    {
        .key = "history-discounting",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_IN,
        FIELD(tfrc.history_discounting),
        .standard = "on",
        .meaning =
            "old loss intervals count less (to 0.25) in long times without loss: recovers sooner",
        .source = "RFC 5348, 5.5",
    },
    {
        .key = "receive-rate",
        .kind = &iptfs_kind_word,
        .side = IPTFS_SIDE_OUT,
        FIELD(tfrc.receive_rate),
        .words = receive_rate_words,
        .standard = "arrivals",
        .meaning = "how the sender finds X_recv: from times of arrival, or the rate it sent at",
        .source = "RFC 5348, 4.3; RFC 9347, appendix B",
    },
    {
        .key = "ecn",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_BOTH,
        FIELD(ecn),
        .standard = "off",
        .meaning = "outer packets are ECN-capable (AGGFRAG: ECT(0)), CE counts as loss; off: "
                   "Not-ECT",
        .names = "Linux mode iptfs: off",
        .source = "RFC 9347, 3.1; RFC 6040, 4.1",
    },
    {
        .key = "dscp",
        .kind = &iptfs_kind_dscp,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.dscp),
        .standard_note = "copy without AGGFRAG, else 0",
        .meaning = "DSCP of outer packets; copy: that of the first inner packet in each",
        .names = "Linux extra-flag dont-encap-dscp (0)",
        .source = "RFC 4301, 5.1.2; RFC 9347, 2.2.5.3",
    },
    {
        .key = "flow-label",
        .kind = &iptfs_kind_flow_label,
        .side = IPTFS_SIDE_OUT,
        FIELD(flow_label),
        .maximum = IPTFS_FLOW_LABEL_RANDOM - 1,
        .standard = "random",
        .meaning =
            "flow label of outer IPv6 packets; random: one for each SA, never of inner flows",
        .names = "Linux mode iptfs: 0",
        .source = "RFC 6437, 3; RFC 6438, 3",
    },
    {
        .key = "ecn-decap",
        .kind = &iptfs_kind_word,
        .side = IPTFS_SIDE_IN,
        FIELD(receiver.ecn_decap),
        .words = ecn_decap_words,
        .standard_note = "as mode and ecn",
        .meaning = "what inner packets get of the ECN field that their outer packet arrives with",
        .source = "RFC 9347, 2.2.5.2; RFC 6040, 4.2",
    },
    {
        .key = "rekey-after",
        .kind = &iptfs_kind_lifetime,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.sa_life.soft),
        .standard = "0",
        .meaning =
            "soft lifetime: replace the SA after it, or when its numbers are used up; 0: never",
        .names = "Linux limit *-soft, YANG sa-lifetime-soft",
        .source = "RFC 4301, 4.4.2.1; RFC 9061; RFC 9347, 2.2.3",
    },
    {
        .key = "rekey-time",
        .kind = &iptfs_kind_time,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.sa_life.rekey_time_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning =
            "how long a rekey takes, from the soft lifetime to the first packet of the next SA",
        .source = "RFC 4301, 4.4.2.1",
    },
    {
        .key = "expire-after",
        .kind = &iptfs_kind_lifetime,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.sa_life.hard),
        .standard = "0",
        .meaning = "hard lifetime: the SA sends nothing more after it; 0: no limit",
        .names = "Linux limit *-hard, YANG sa-lifetime-hard",
        .source = "RFC 4301, 4.4.2.1; RFC 9061",
    },
    {
        .key = "esn",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.sa_life.esn),
        .standard = "off",
        .meaning =
            "sequence numbers of 64 bits, of which 32 are sent; off: an SA ends after 2^32 - 1",
        .names = "Linux flag esn",
        .source = "RFC 4303, 2.2.1 and 3.3.3",
    },
    {
        .key = "oseq",
        .kind = &iptfs_kind_number,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.sa_life.oseq),
        .maximum = UINT64_MAX - 1,
        .standard = "0",
        .meaning = "sequence number before that of the first packet, as if so many had been sent",
        .names = "Linux replay-oseq, replay-oseq-hi",
        .source = "RFC 4303, 3.3.3",
    },
    {
        .key = "loss-history",
        .kind = &iptfs_kind_word,
        .side = IPTFS_SIDE_IN,
        FIELD(receiver.restarts_history),
        .words = loss_history_words,
        .standard = "continue",
        .meaning = "what becomes of the receiver's loss history when another SA takes over",
        .source = "RFC 5348, 5; RFC 9347, 3",
    },
    {
        .key = "max-aggregation-time",
        .kind = &iptfs_kind_time,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.max_aggregation_time_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning = "drop a packet that has waited longer in the queue; 0: no limit",
        .names = "YANG max-aggregation-time",
        .source = "RFC 9348",
    },
    {
        .key = "fill",
        .kind = &iptfs_kind_word,
        .side = IPTFS_SIDE_OUT,
        FIELD(fill),
        .words = fill_words,
        .standard = "usual",
        .meaning = "which inner packets may be added to an outer packet",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .key = "min-fragment",
        .kind = &iptfs_kind_octets,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.min_fragment_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "with fill full: smallest first fragment of an inner packet",
        .source = "RFC 9347, 2.2.3.1",
    },
    {
        .key = "pad-to-avoid-fragment",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.pad_to_avoid_fragment),
        .standard = "off",
        .meaning =
            "with fill full: pad instead of fragmenting a packet that fits into the next one",
        .source = "RFC 9347, 2.2.3.1",
    },
    {
        .key = "all-pad-every",
        .kind = &iptfs_kind_number,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.all_pad_every),
        .maximum = UINT32_MAX,
        .standard = "0",
        .meaning = "with AGGFRAG of one size: every Nth packet is all padding; 0: only when idle",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .key = "tfc-pad",
        .kind = &iptfs_kind_octets,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.tfc_pad_octets),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "in mode esp: pad shorter payloads to this size",
        .names = "Linux tfcpad",
        .source = "RFC 4303, 2.7",
    },
    {
        .key = "ip-fragment-headers",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(sender.ip_fragment_headers),
        .standard = "on",
        .meaning = "without AGGFRAG: count the headers of IP fragments (RFC 9347 does not)",
        .source = "RFC 791; RFC 9347, C.1.2",
    },
    {
        .key = "receive",
        .kind = &iptfs_kind_word,
        .side = IPTFS_SIDE_IN,
        FIELD(receiver.immediate),
        .words = receive_words,
        .standard = "in-order",
        .meaning =
            "deliver inner packets in the order of outer sequence numbers, or as they arrive",
        .names = "YANG send-immediately",
        .source = "RFC 9347, 2.5",
    },
    {
        .key = "reorder-window",
        .kind = &iptfs_kind_reorder_window,
        .side = IPTFS_SIDE_IN,
        FIELD(receiver.reorder_window),
        .maximum = UINT16_MAX,
        .standard = "3",
        .caption = "reorder-window, packets",
        .meaning = "outer packets held while one is missing; adaptive: by what is seen, 3 to 1024",
        .names = "Linux reorder-window, YANG window-size",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .key = "drop-time",
        .kind = &iptfs_kind_time,
        .side = IPTFS_SIDE_IN,
        FIELD(receiver.drop_time_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1s",
        .caption = "drop-time: wait for lost packets",
        .meaning = "how long to wait for a missing outer packet",
        .names = "Linux drop-time (in us), YANG lost-packet-timer-interval",
        .source = "RFC 9347, 2.2.3",
    },
    {
        .key = "replay-window",
        .kind = &iptfs_kind_number,
        .side = IPTFS_SIDE_IN,
        FIELD(receiver.replay_window),
        .maximum = IPTFS_REPLAY_WINDOW_MAX,
        .standard = "0",
        .caption = "replay-window, packets",
        .meaning = "anti-replay window of ESP in packets; 0: off",
        .names = "Linux replay-window",
        .source = "RFC 4303, 3.4.3",
    },
    {
        .key = "circuit-breaker",
        .kind = &iptfs_kind_breaker,
        .side = IPTFS_SIDE_IN,
        FIELD(circuit_breaker),
        .standard = "off",
        .meaning = "LOSS, TIME: stop when outer loss stays at or above LOSS for TIME",
        .source = "RFC 9347, 2.4.2.1; RFC 8084",
    },
    {
        .key = "loss-event-breaker",
        .kind = &iptfs_kind_breaker,
        .side = IPTFS_SIDE_OUT,
        FIELD(event_breaker),
        .standard = "off",
        .meaning =
            "RATE, TIME: stop at this reported loss event rate, or without reports, for TIME",
        .source = "RFC 9347, 2.4.2.1; RFC 8084",
    },
    {
        .key = "congestion-info",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(congestion_info),
        .standard_note = "as mode and require-cc",
        .meaning =
            "return congestion information: AGGFRAG headers of sub-type 1 (Linux: sub-type 0)",
        .source = "RFC 9347, 3 and 6.1.2",
    },
    {
        .key = "require-cc",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_OUT,
        FIELD(require_cc),
        .standard_note = "as mode",
        .meaning =
            "the sender requests congestion information from its peer (flag C of USE_AGGFRAG)",
        .source = "RFC 9347, 5.1 and 6.1.4",
    },
    {
        .key = "unknown-flags",
        .kind = &iptfs_kind_number,
        .side = IPTFS_SIDE_OUT,
        FIELD(unknown_flags),
        .maximum = UINT8_MAX & ~IPTFS_FLAGS_KNOWN,
        .standard = "0",
        .meaning =
            "other flags that the sender sets in USE_AGGFRAG; its peer refuses if any is set",
        .source = "RFC 9347, 5.1",
    },
    {
        .key = "accept-fragments",
        .kind = &iptfs_kind_switch,
        .side = IPTFS_SIDE_IN,
        FIELD(accept_fragments),
        .standard = "on",
        .meaning = "off: the receiver forbids fragments (flag D), so the sender acts as dont-frag",
        .source = "RFC 9347, 5.1 and 6.1.4",
    },
    {
        .key = "cipher",
        .kind = &iptfs_kind_word,
        FIELD(cipher),
        .word_at = cipher_word,
        .standard = "aes-gcm-16",
        .meaning = "cipher of ESP; a run without captures uses only its sizes",
        .names = "Linux enc, aead",
        .source = "RFC 4303",
    },
    {
        .key = "encap",
        .kind = &iptfs_kind_word,
        FIELD(encap),
        .word_at = encap_word,
        .standard = "none",
        .meaning = "what stands between the outer IP header and ESP; captures need none or udp",
        .names = "Linux encap espinudp, espintcp",
        .source = "RFC 3948; RFC 9329",
    },
    {
        .key = "outer",
        .kind = &iptfs_kind_word,
        FIELD(outer_version),
        .words = iptfs_ip_words,
        .standard = "4",
        .meaning = "IP version of the outer packets",
        .source = "RFC 4303",
    },
};

static const struct iptfs_option *row_at(size_t index)
{
    return iptfs_option_row(rows, sizeof rows / sizeof rows[0], index);
}

const struct iptfs_section iptfs_section_tunnel = {
    .name = "tunnel",
    .title = "tunnel",
    .note = "other direction: [tunnel.reverse]; a single SA: [tunnel.out], [tunnel.in]",
    .sided = true,
    .kind_key = "mode",
    .option_at = row_at,
};
