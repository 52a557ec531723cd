/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"

__extension__ typedef unsigned __int128 uint128;

/* ns-3 divides in 64.64 fixed point, cuts off, and rounds the product with 10^12 to the nearest:
 * the nearest picosecond, where a half may go down. */
int64_t iptfs_tx_time_ps(uint64_t octets, uint64_t rate_bps)
{
    if (rate_bps == 0)
        return 0;
    uint128 seconds = ((uint128)octets * 8 << 64) / rate_bps;
    if (seconds >> 64 >= (uint128)(IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S))
        return IPTFS_TIME_MAX_PS;
    uint64_t whole = (uint64_t)(seconds >> 64);
    uint128 rest_ps = ((uint128)(uint64_t)seconds * IPTFS_PS_PER_S + ((uint128)1 << 63)) >> 64;
    return (int64_t)whole * IPTFS_PS_PER_S + (int64_t)rest_ps;
}

double iptfs_seconds(int64_t span_ps)
{
    return (double)span_ps / (double)IPTFS_PS_PER_S;
}
