/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets as in a capture file: times, sizes, TOS octets and IP versions. */
#include "files/textfile.h"
#include "scenario/scenario.h"
#include "traffic/pcap_file.h"
#include "traffic/row_flow.h"

static void scale_times(struct iptfs_traffic_list *list, double speed)
{
    for (size_t i = 0; i < list->count; i++)
        list->rows[i].time_ps = iptfs_flow_round_ps((double)list->rows[i].time_ps / speed);
}

/* One mean gap from the last packet to the first of the next pass, so that the mean rate stays. */
static int set_period(struct iptfs_row_flow *rows, const char *path, struct iptfs_error *error)
{
    const struct iptfs_traffic_list *list = &rows->list;
    int64_t last_ps = list->rows[list->count - 1].time_ps;
    if (last_ps == 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: found packets of one time only, allowed with loop: several times",
                          iptfs_quoted_path(path).text);
    int64_t gap_ps = iptfs_later(last_ps / (int64_t)(list->count - 1), 1);
    rows->period_ps = iptfs_earlier(last_ps + gap_ps, IPTFS_TIME_MAX_PS);
    return IPTFS_OK;
}

static int pcap_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    struct iptfs_row_flow *rows = (struct iptfs_row_flow *)flow;
    struct iptfs_pcap_file file;
    int code = iptfs_pcap_file_load(&file, options->file_path, options->filter, error);
    if (code != IPTFS_OK)
        return code;
    rows->list = file.list;
    flow->skipped_pkts = file.skipped_pkts;
    if (options->speed != 1)
        scale_times(&rows->list, options->speed);
    if (options->loop)
        code = set_period(rows, options->file_path, error);
    if (code == IPTFS_OK)
        iptfs_row_flow_start(rows);
    return code;
}

const struct iptfs_traffic_type iptfs_traffic_pcap = {
    .name = "pcap",
    .meaning = "times, sizes, TOS and IP versions from a capture file",
    .source = "libpcap",
    .ops = {iptfs_flow_next_ps, iptfs_row_flow_take, NULL},
    .state_octets = sizeof(struct iptfs_row_flow),
    .start = pcap_start,
    .release = iptfs_row_flow_release,
};
