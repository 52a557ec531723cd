/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/keys.h"

#include "base/units.h"
#include "packet/packet.h"
#include "traffic/options.h"
#include "traffic/types.h"

#define FIELD(member) IPTFS_OPTION_FIELD(iptfs_traffic_options, member)

static struct iptfs_word type_word(unsigned index)
{
    const struct iptfs_traffic_type *type = iptfs_traffic_type_at(index);
    if (type == NULL)
        return (struct iptfs_word){NULL, 0, NULL, NULL};
    return (struct iptfs_word){type->name, (int)index, type->meaning, type->source};
}

static const struct iptfs_option type_rows[] = {{
    .key = "type",
    .kind = &iptfs_kind_word,
    FIELD(type),
    .word_at = type_word,
    .standard_note = "required",
    .required = true,
    .meaning = "when packets arrive",
}};
const struct iptfs_traffic_keys iptfs_keys_type = {IPTFS_TRAFFIC_ROWS(type_rows)};

static const struct iptfs_option size_rows[] = {{
    .key = "size",
    .kind = &iptfs_kind_sizes,
    FIELD(size),
    .minimum = IPTFS_IPV4_HEADER_OCTETS,
    .maximum = IPTFS_PACKET_MAX_OCTETS,
    .standard_note = "required",
    .required = true,
    .meaning = "inner IP packet, header included; imix: 40, 576 and 1500 octets as 7:4:1",
}};
const struct iptfs_traffic_keys iptfs_keys_size = {IPTFS_TRAFFIC_ROWS(size_rows)};

static const struct iptfs_option rate_rows[] = {{
    .key = "rate",
    .kind = &iptfs_kind_rate,
    FIELD(rate_bps),
    .minimum = 1,
    .maximum = IPTFS_OPTION_RATE_MAX_BPS,
    .standard_note = "required",
    .required = true,
    .meaning = "mean rate of inner IP octets (on-off: in on periods; web: of the servers)",
}};
const struct iptfs_traffic_keys iptfs_keys_rate = {IPTFS_TRAFFIC_ROWS(rate_rows)};

static const struct iptfs_option file_rows[] = {{
    .key = "file",
    .kind = &iptfs_kind_path,
    FIELD(file_path),
    .standard_note = "required",
    .required = true,
    .meaning = "CSV (time, size, maybe tos, ip) or capture, from start; folder: the Nth for seed N",
}};
const struct iptfs_traffic_keys iptfs_keys_file = {IPTFS_TRAFFIC_ROWS(file_rows)};

static const struct iptfs_option time_rows[] = {
    {
        .key = "start",
        .kind = &iptfs_kind_time,
        FIELD(start_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "0",
        .meaning = "no packet before this time",
    },
    {
        .key = "stop",
        .kind = &iptfs_kind_time,
        FIELD(stop_ps),
        .minimum = 1,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard_note = "duration",
        .meaning = "no packet at or after this time (TCP: nothing given to a socket)",
    },
};
const struct iptfs_traffic_keys iptfs_keys_time = {IPTFS_TRAFFIC_ROWS(time_rows)};

static const struct iptfs_option phase_rows[] = {{
    .key = "phase",
    .kind = &iptfs_kind_phase,
    FIELD(phase_ps),
    .maximum = IPTFS_TIME_MAX_PS,
    .standard = "random",
    .meaning = "first packet after start (on-off: of on time); random: within the first gap",
}};
const struct iptfs_traffic_keys iptfs_keys_phase = {IPTFS_TRAFFIC_ROWS(phase_rows)};

static const struct iptfs_option count_rows[] = {{
    .key = "count",
    .kind = &iptfs_kind_number,
    FIELD(count),
    .maximum = UINT64_MAX,
    .standard = "0",
    .meaning = "most packets to send; 0: no limit",
}};
const struct iptfs_traffic_keys iptfs_keys_count = {IPTFS_TRAFFIC_ROWS(count_rows)};

static const struct iptfs_option ip_rows[] = {{
    .key = "ip",
    .kind = &iptfs_kind_word,
    FIELD(ip_version),
    .words = iptfs_ip_words,
    .standard = "4",
    .meaning = "IP version of the inner packets",
}};
const struct iptfs_traffic_keys iptfs_keys_ip = {IPTFS_TRAFFIC_ROWS(ip_rows)};

static const struct iptfs_option tos_rows[] = {{
    .key = "tos",
    .kind = &iptfs_kind_number,
    FIELD(tos),
    .maximum = UINT8_MAX,
    .standard = "0",
    .meaning = "TOS or traffic class octet of the inner packets: DSCP * 4 + ECN",
    .source = "RFC 2474, RFC 3168",
}};
const struct iptfs_traffic_keys iptfs_keys_tos = {IPTFS_TRAFFIC_ROWS(tos_rows)};

static const struct iptfs_option df_rows[] = {{
    .key = "df",
    .kind = &iptfs_kind_switch,
    FIELD(df),
    .standard = "off",
    .meaning = "IPv4 packets have Don't Fragment: too big a one is refused, not IP-fragmented",
    .source = "RFC 791; RFC 9347, 2.2.6",
}};
const struct iptfs_traffic_keys iptfs_keys_df = {IPTFS_TRAFFIC_ROWS(df_rows)};

static const struct iptfs_word origin_words[] = {
    {"forwarded", false, "came from a network behind the gateway", NULL},
    {"local", true, "sent by the gateway itself", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_option origin_rows[] = {{
    .key = "origin",
    .kind = &iptfs_kind_word,
    FIELD(local),
    .words = origin_words,
    .standard = "forwarded",
    .meaning = "where packets come from: one too big is reported by ICMP, or to the local socket",
}};
const struct iptfs_traffic_keys iptfs_keys_origin = {IPTFS_TRAFFIC_ROWS(origin_rows)};

static const struct iptfs_word direction_words[] = {
    {"forward", IPTFS_FORWARD, "through [tunnel] and [link]", NULL},
    {"reverse", IPTFS_REVERSE, "through [tunnel.reverse] and [link.reverse]", NULL},
    {NULL, 0, NULL, NULL},
};

static const struct iptfs_option direction_rows[] = {{
    .key = "direction",
    .kind = &iptfs_kind_word,
    FIELD(direction),
    .words = direction_words,
    .standard = "forward",
    .meaning = "direction through the tunnel",
}};
const struct iptfs_traffic_keys iptfs_keys_direction = {IPTFS_TRAFFIC_ROWS(direction_rows)};
