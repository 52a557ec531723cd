/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/traffic.h"

#include "base/units.h"
#include "scenario/scenario.h"
#include "text/quantity.h"
#include "traffic/flow.h"

static int check_options(const struct iptfs_traffic_options *options, struct iptfs_error *error)
{
    if (options->ip_version != 4 && options->ip_version != 6 && options->type != IPTFS_TRAFFIC_PCAP)
        return iptfs_fail(error, IPTFS_E_INVALID, "[traffic.%s] ip: found '%u', allowed: 4, 6",
                          options->name, options->ip_version);
    if (options->start_ps < 0 || options->start_ps > IPTFS_TIME_MAX_PS)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "[traffic.%s] start: found '%s', allowed: 0 to %s", options->name,
                          iptfs_exact_time(options->start_ps).text,
                          iptfs_exact_time(IPTFS_TIME_MAX_PS).text);
    return IPTFS_OK;
}

int iptfs_traffic_new(struct iptfs_source **source, const struct iptfs_traffic_setup *setup,
                      struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    const struct iptfs_traffic_type *type = iptfs_traffic_type_at(options->type);
    struct iptfs_traffic_flow *flow = NULL;
    *source = NULL;
    int code = check_options(options, error);
    if (code == IPTFS_OK && type == NULL)
        code = iptfs_fail(error, IPTFS_E_INVALID,
                          "[traffic.%s] type: found number %d, allowed: 0 to 7", options->name,
                          (int)options->type);
    if (code == IPTFS_OK && type->check != NULL)
        code = type->check(options, error);
    if (code == IPTFS_OK)
        code = iptfs_flow_new(&flow, type, setup, error);
    if (code == IPTFS_OK)
        *source = &flow->base.source;
    return code;
}
