/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets as in a capture file: times, sizes, TOS octets and IP versions. */
#include "files/textfile.h"
#include "traffic/pcap_file.h"
#include "traffic/row_flow.h"

struct pcap_config {
    bool loop;
    double speed; /* times of the capture are divided by it */
    char *filter; /* libpcap's; "" for none */
};

#define FIELD(member) IPTFS_OPTION_FIELD(pcap_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "loop",
        .kind = &iptfs_kind_switch,
        FIELD(loop),
        .standard = "off",
        .meaning = "repeat the capture, one mean gap after its last packet",
    },
    {
        .key = "speed",
        .kind = &iptfs_kind_factor,
        FIELD(speed),
        .maximum = 1000000,
        .standard = "1",
        .meaning = "how many times as fast as it was captured",
    },
    {
        .key = "filter",
        .kind = &iptfs_kind_line,
        FIELD(filter),
        .maximum = IPTFS_OPTION_LINE_MAX,
        .standard = "",
        .meaning = "packets to take, as for tcpdump but without names of hosts: udp port 5004",
        .source = "pcap-filter(7)",
    },
};

const struct iptfs_traffic_keys iptfs_keys_pcap = {IPTFS_TRAFFIC_ROWS(rows),
                                                   .config_octets = sizeof(struct pcap_config)};

static void scale_times(struct iptfs_traffic_list *list, double speed)
{
    for (size_t i = 0; i < list->count; i++)
        list->rows[i].time_ps = iptfs_flow_round_ps((double)list->rows[i].time_ps / speed);
}

/* One mean gap from the last packet to the first of the next pass, so that the mean rate stays. */
static int set_period(struct iptfs_row_flow *flow, const char *path, struct iptfs_error *error)
{
    const struct iptfs_traffic_list *list = &flow->list;
    int64_t last_ps = list->rows[list->count - 1].time_ps;
    if (last_ps == 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: found packets of one time only, allowed with loop: several times",
                          iptfs_quoted_path(path).text);
    int64_t gap_ps = iptfs_later(last_ps / (int64_t)(list->count - 1), 1);
    flow->period_ps = iptfs_earlier(last_ps + gap_ps, IPTFS_TIME_MAX_PS);
    return IPTFS_OK;
}

static int pcap_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    const struct pcap_config *config = iptfs_traffic_config(options, &iptfs_keys_pcap);
    struct iptfs_row_flow *row_flow = (struct iptfs_row_flow *)flow;
    struct iptfs_pcap_file file;
    int code = iptfs_pcap_file_load(&file, options->file_path, config->filter, error);
    if (code != IPTFS_OK)
        return code;
    row_flow->list = file.list;
    flow->skipped_pkts = file.skipped_pkts;
    flow->notes = file.notes;
    if (config->speed != 1)
        scale_times(&row_flow->list, config->speed);
    if (config->loop)
        code = set_period(row_flow, options->file_path, error);
    if (code == IPTFS_OK)
        iptfs_row_flow_start(row_flow);
    return code;
}

const struct iptfs_traffic_type iptfs_traffic_pcap = {
    .name = "pcap",
    .meaning = "times, sizes, TOS and IP versions from a capture file",
    .source = "libpcap",
    .captured = true,
    .keys = {&iptfs_keys_file, &iptfs_keys_pcap, &iptfs_keys_count, &iptfs_keys_origin},
    .ops = {iptfs_flow_next_ps, iptfs_row_flow_take, NULL},
    .state_octets = sizeof(struct iptfs_row_flow),
    .start = pcap_start,
    .release = iptfs_row_flow_release,
};
