/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/quantity.h"

#include "base/units.h"
#include "text/blanks.h"
#include "text/measure.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct iptfs_unit time_units[] = {
    {"ps", 1, false},
    {"ns", UINT64_C(1000), false},
    {"us", UINT64_C(1000000), false},
    {"ms", UINT64_C(1000000000), false},
    {"s", UINT64_C(1000000000000), false},
    {"min", UINT64_C(60000000000000), false},
    {"h", UINT64_C(3600000000000000), false},
    {NULL, 0, false},
};

static const struct iptfs_unit rate_units[] = {
    {"bps", 1, false},
    {"kbps", UINT64_C(1000), false},
    {"Mbps", UINT64_C(1000000), false},
    {"Gbps", UINT64_C(1000000000), false},
    {"Tbps", UINT64_C(1000000000000), false},
    {"b/s", 1, true},
    {"kb/s", UINT64_C(1000), true},
    {"Mb/s", UINT64_C(1000000), true},
    {"Gb/s", UINT64_C(1000000000), true},
    {"Tb/s", UINT64_C(1000000000000), true},
    {NULL, 0, false},
};

static const struct iptfs_unit octet_units[] = {IPTFS_OCTET_UNITS, {NULL, 0, false}};

static const struct iptfs_unit no_units[] = {{NULL, 0, false}};

static const struct iptfs_measure times = {
    time_units, "a time with a unit (ps, ns, us, ms, s, min, h), such as 10ms", "picoseconds",
    INT64_MAX - 1, false};
static const struct iptfs_measure rates = {
    rate_units, "a rate with a unit (bps, kbps, Mbps, Gbps, Tbps), such as 10Mbps",
    "bits per second", UINT64_MAX, false};
static const struct iptfs_measure octet_counts = {
    octet_units, "octets, also in B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)", "octets",
    UINT64_MAX, true};
static const struct iptfs_measure numbers = {no_units, "a whole number, decimal or 0x...", NULL,
                                             UINT64_MAX, true};

int iptfs_parse_time(const char *text, int64_t *time_ps, struct iptfs_error *error)
{
    const struct iptfs_unit *unit;
    uint64_t value;
    int code = iptfs_measure_read(text, &times, &value, &unit, error);
    if (code == 0)
        *time_ps = (int64_t)value;
    return code;
}

int iptfs_parse_rate(const char *text, uint64_t *rate_bps, struct iptfs_error *error)
{
    const struct iptfs_unit *unit;
    return iptfs_measure_read(text, &rates, rate_bps, &unit, error);
}

int iptfs_parse_octets(const char *text, uint64_t *octets, struct iptfs_error *error)
{
    const struct iptfs_unit *unit;
    return iptfs_measure_read(text, &octet_counts, octets, &unit, error);
}

int iptfs_parse_number(const char *text, uint64_t *number, struct iptfs_error *error)
{
    const char *begin = iptfs_skip_blanks(text);
    if (begin[0] == '0' && (begin[1] == 'x' || begin[1] == 'X'))
        return iptfs_measure_read_hexadecimal(text, begin + 2, &numbers, number, error);
    const struct iptfs_unit *unit;
    return iptfs_measure_read(text, &numbers, number, &unit, error);
}

struct iptfs_text iptfs_exact_time(int64_t time_ps)
{
    return iptfs_measure_exact(time_ps > 0 ? (uint64_t)time_ps : 0, time_units);
}

struct iptfs_text iptfs_exact_rate(uint64_t rate_bps)
{
    return iptfs_measure_exact(rate_bps, rate_units);
}

struct iptfs_text iptfs_exact_octets(uint64_t octets)
{
    return iptfs_measure_exact(octets, octet_units);
}

struct iptfs_text iptfs_exact_number(uint64_t number)
{
    struct iptfs_text text;
    snprintf(text.text, sizeof text.text, "%" PRIu64, number);
    return text;
}

struct iptfs_text iptfs_show_time(int64_t time_ps)
{
    struct iptfs_text text = {"never"};
    if (time_ps == IPTFS_NEVER)
        return text;
    double magnitude = fabs((double)time_ps);
    if (magnitude < 1)
        return (struct iptfs_text){"0 s"};
    struct iptfs_text shown = iptfs_measure_rounded(magnitude, time_units, 5); /* up to seconds */
    if (magnitude >= 100.0 * (double)IPTFS_PS_PER_S)
        snprintf(shown.text, sizeof shown.text, "%.0f s", magnitude / (double)IPTFS_PS_PER_S);
    if (time_ps >= 0)
        return shown;
    snprintf(text.text, sizeof text.text, "-%.60s", shown.text);
    return text;
}

struct iptfs_text iptfs_show_rate(uint64_t rate_bps)
{
    return iptfs_measure_rounded((double)rate_bps, rate_units, 5);
}

struct iptfs_text iptfs_show_octets(uint64_t octets)
{
    return iptfs_measure_rounded((double)octets, octet_units, 4); /* up to GB */
}
