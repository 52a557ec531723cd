/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/key.h"

#include "base/units.h"
#include "text/quantity.h"

#include <string.h>

const struct iptfs_option *iptfs_sweep_option(const char *key)
{
    static const enum iptfs_section sections[] = {IPTFS_SECTION_SCENARIO, IPTFS_SECTION_TUNNEL,
                                                  IPTFS_SECTION_LINK, IPTFS_SECTION_TRAFFIC};
    const char *dot = strchr(key, '.'), *last = strrchr(key, '.');
    for (size_t i = 0; dot != NULL && i < sizeof sections / sizeof sections[0]; i++) {
        const char *name = iptfs_section_name(sections[i]);
        if (strlen(name) == (size_t)(dot - key) && strncmp(name, key, strlen(name)) == 0)
            return iptfs_option_find(sections[i], last + 1, NULL);
    }
    return NULL;
}

static bool sizes_number(const char *value, double *number)
{
    struct iptfs_sizes sizes;
    if (iptfs_parse_sizes(value, &sizes, NULL) != 0 || sizes.kind != IPTFS_SIZES_FIXED)
        return false;
    *number = sizes.low_octets;
    return true;
}

bool iptfs_sweep_number(const char *key, const char *value, double *number, const char **unit)
{
    const struct iptfs_option *option =
        iptfs_sweep_option(strcmp(key, "seed") == 0 ? IPTFS_SWEEP_SEED_KEY : key);
    uint64_t whole = 0;
    int64_t time_ps = 0;
    bool known = false;
    *unit = "";
    if (option == NULL)
        return false;
    switch (option->value) {
    case IPTFS_VALUE_TIME:
        *unit = "s";
        known = iptfs_parse_time(value, &time_ps, NULL) == 0;
        *number = iptfs_seconds(time_ps);
        return known;
    case IPTFS_VALUE_PROBABILITY:
        return iptfs_parse_probability(value, number, NULL) == 0;
    case IPTFS_VALUE_SIZES:
        *unit = "octets";
        return sizes_number(value, number);
    case IPTFS_VALUE_RATE:
        *unit = "bit/s";
        known = iptfs_parse_rate(value, &whole, NULL) == 0;
        break;
    case IPTFS_VALUE_OCTETS:
        *unit = "octets";
        known = iptfs_parse_octets(value, &whole, NULL) == 0;
        break;
    case IPTFS_VALUE_NUMBER:
        known = iptfs_parse_number(value, &whole, NULL) == 0;
        break;
    default:
        return false;
    }
    *number = (double)whole;
    return known;
}
