/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sender/mode.h"

#include <stddef.h>
#include <string.h>

static const struct iptfs_mode esp_pad_at_rate = {
    .name = "esp-pad",
    .meaning = "plain ESP of one size at a constant rate, dummies in between",
    .source = "RFC 4303, 2.6 and 2.7",
    .packer = &iptfs_packer_esp_pad,
    .pacer = &iptfs_pacer_fixed_rate,
    .encrypted = true,
    .fixed_size = true,
    .paced = true,
    .rated = true,
    .oblivious = true,
};

static const struct iptfs_mode modes[] = {
    {
        .name = "on-demand",
        .meaning = "aggregate and fragment what is queued, as soon as there is any",
        .source = "Linux",
        .packer = &iptfs_packer_linux,
        .pacer = &iptfs_pacer_on_demand,
        .aggfrag = true,
        .encrypted = true,
    },
    {
        .name = "fixed-rate",
        .meaning = "packets of one size at a constant rate, padding when idle",
        .source = "RFC 9347, 2.4.1",
        .packer = &iptfs_packer_fixed,
        .pacer = &iptfs_pacer_fixed_rate,
        .aggfrag = true,
        .encrypted = true,
        .fixed_size = true,
        .paced = true,
        .rated = true,
        .oblivious = true,
        .full = true,
    },
    {
        .name = "min-rate",
        .meaning = "packets of one size at this rate, and more when the queue asks",
        .source = "VPP",
        .packer = &iptfs_packer_fixed,
        .pacer = &iptfs_pacer_min_rate,
        .aggfrag = true,
        .encrypted = true,
        .fixed_size = true,
        .paced = true,
        .rated = true,
        .full = true,
    },
    {
        .name = "congestion-controlled",
        .meaning = "packets of one size at the rate that TFRC allows",
        .source = "RFC 9347, 2.4.2",
        .packer = &iptfs_packer_fixed,
        .pacer = &iptfs_pacer_congestion,
        .aggfrag = true,
        .encrypted = true,
        .fixed_size = true,
        .paced = true,
        .congestion = true,
        .oblivious = true,
        .full = true,
    },
    {
        .name = "none",
        .meaning = "no tunnel: the inner packets themselves",
        .source = "RFC 9347, Appendix C",
        .packer = &iptfs_packer_none,
        .pacer = &iptfs_pacer_on_demand,
    },
    {
        .name = "esp",
        .meaning = "plain ESP in tunnel mode, one inner packet in each",
        .source = "RFC 4303, 3.1.2",
        .packer = &iptfs_packer_esp,
        .pacer = &iptfs_pacer_on_demand,
        .encrypted = true,
    },
    {
        .name = "esp-transport",
        .meaning = "plain ESP in transport mode: the IP header stays in front",
        .source = "RFC 4303, 3.1.1",
        .packer = &iptfs_packer_esp_transport,
        .pacer = &iptfs_pacer_on_demand,
        .encrypted = true,
        .transport = true,
    },
    {
        .name = "esp-pad",
        .meaning = "plain ESP padded to one size; at a rate, if given",
        .source = "RFC 4303, 2.7",
        .packer = &iptfs_packer_esp_pad,
        .pacer = &iptfs_pacer_on_demand,
        .encrypted = true,
        .fixed_size = true,
        .with_rate = &esp_pad_at_rate,
    },
};

const struct iptfs_mode *iptfs_mode_at(unsigned index)
{
    return index < sizeof modes / sizeof modes[0] ? &modes[index] : NULL;
}

const struct iptfs_mode *iptfs_mode_named(const char *name)
{
    const struct iptfs_mode *mode;
    for (unsigned i = 0; (mode = iptfs_mode_at(i)) != NULL; i++)
        if (strcmp(mode->name, name) == 0)
            return mode;
    return NULL;
}
