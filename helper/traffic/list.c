/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets at the times and of the sizes that a CSV file lists. */
#include "base/octets.h"
#include "files/textfile.h"
#include "traffic/limits.h"
#include "traffic/list_file.h"
#include "traffic/row_flow.h"

/* Rows without an IP version of their own take that of the section, which their reader does not
 * know: so their sizes are checked here. */
static int check_rows(const struct iptfs_traffic_list *list,
                      const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct iptfs_traffic_row *row = &list->rows[i];
        unsigned ip = row->ip_version != 0 ? row->ip_version : options->ip_version;
        if (!iptfs_traffic_octets_fit(row->octets, ip))
            return iptfs_fail(error, IPTFS_E_INVALID,
                              "%s:%u: size: found '%u', allowed: %u to %u octets for IPv%u",
                              iptfs_quoted_path(options->file_path).text, row->line, row->octets,
                              iptfs_ip_header_octets(ip), iptfs_traffic_max_octets(ip), ip);
    }
    return IPTFS_OK;
}

static int list_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    struct iptfs_row_flow *rows = (struct iptfs_row_flow *)flow;
    int code = iptfs_list_file_load(&rows->list, setup->options->file_path, error);
    if (code == IPTFS_OK)
        code = check_rows(&rows->list, setup->options, error);
    if (code == IPTFS_OK)
        iptfs_row_flow_start(rows);
    return code;
}

const struct iptfs_traffic_type iptfs_traffic_list = {
    .name = "list",
    .meaning = "times and sizes from a CSV file",
    .keys = {&iptfs_keys_file, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, iptfs_row_flow_take, NULL},
    .state_octets = sizeof(struct iptfs_row_flow),
    .start = list_start,
    .release = iptfs_row_flow_release,
};
