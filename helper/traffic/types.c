/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/types.h"

#include "option/refuse.h"

#include <stdarg.h>
#include <stdio.h>

/* Each is defined in the file of its name. */
extern const struct iptfs_traffic_type iptfs_traffic_cbr, iptfs_traffic_poisson,
    iptfs_traffic_saturate, iptfs_traffic_list, iptfs_traffic_on_off, iptfs_traffic_voice,
    iptfs_traffic_games, iptfs_traffic_self_similar, iptfs_traffic_video, iptfs_traffic_web,
    iptfs_traffic_pcap, iptfs_traffic_tcp_bulk, iptfs_traffic_tcp_request, iptfs_traffic_udp_onoff;

static const struct iptfs_traffic_type *const types[] = {
    &iptfs_traffic_cbr,         &iptfs_traffic_poisson,      &iptfs_traffic_saturate,
    &iptfs_traffic_list,        &iptfs_traffic_on_off,       &iptfs_traffic_voice,
    &iptfs_traffic_games,       &iptfs_traffic_self_similar, &iptfs_traffic_video,
    &iptfs_traffic_web,         &iptfs_traffic_pcap,         &iptfs_traffic_tcp_bulk,
    &iptfs_traffic_tcp_request, &iptfs_traffic_udp_onoff,
};

/* Likewise. */
extern const struct iptfs_traffic_keys iptfs_keys_periods, iptfs_keys_voice, iptfs_keys_games,
    iptfs_keys_self_similar, iptfs_keys_video, iptfs_keys_web, iptfs_keys_pcap, iptfs_keys_host,
    iptfs_keys_tcp, iptfs_keys_tcp_bulk, iptfs_keys_tcp_request, iptfs_keys_access;

/* In the order of lists and printed scenarios. */
static const struct iptfs_traffic_keys *const keys_of_types[] = {
    &iptfs_keys_type,     &iptfs_keys_size,        &iptfs_keys_rate,         &iptfs_keys_periods,
    &iptfs_keys_voice,    &iptfs_keys_games,       &iptfs_keys_self_similar, &iptfs_keys_video,
    &iptfs_keys_web,      &iptfs_keys_file,        &iptfs_keys_pcap,         &iptfs_keys_time,
    &iptfs_keys_count,    &iptfs_keys_ip,          &iptfs_keys_tos,          &iptfs_keys_df,
    &iptfs_keys_origin,   &iptfs_keys_direction,   &iptfs_keys_host,         &iptfs_keys_tcp,
    &iptfs_keys_tcp_bulk, &iptfs_keys_tcp_request, &iptfs_keys_access,
};

/* Used by every type. */
static const struct iptfs_traffic_keys *const keys_of_all[] = {
    &iptfs_keys_type,
    &iptfs_keys_time,
    &iptfs_keys_direction,
};

const struct iptfs_traffic_type *iptfs_traffic_type_at(size_t index)
{
    return index < sizeof types / sizeof types[0] ? types[index] : NULL;
}

const struct iptfs_traffic_type *iptfs_traffic_type_of(const struct iptfs_traffic_options *options)
{
    return iptfs_traffic_type_at(options->type);
}

const struct iptfs_traffic_keys *iptfs_traffic_keys_at(size_t index)
{
    return index < sizeof keys_of_types / sizeof keys_of_types[0] ? keys_of_types[index] : NULL;
}

bool iptfs_traffic_type_uses(const struct iptfs_traffic_type *type,
                             const struct iptfs_traffic_keys *keys)
{
    for (size_t i = 0; i < sizeof keys_of_all / sizeof keys_of_all[0]; i++)
        if (keys_of_all[i] == keys)
            return true;
    for (size_t i = 0; type->keys[i] != NULL; i++)
        if (type->keys[i] == keys)
            return true;
    return false;
}

int iptfs_traffic_refuse(const struct iptfs_traffic_options *options, struct iptfs_error *error,
                         const char *key, const char *allowed, ...)
{
    char section[64], text[256];
    va_list args;
    va_start(args, allowed);
    vsnprintf(text, sizeof text, allowed, args);
    va_end(args);
    snprintf(section, sizeof section, "traffic.%.50s", options->name);
    return iptfs_refuse_key(error, section, key, IPTFS_E_INVALID, "%s", text);
}
