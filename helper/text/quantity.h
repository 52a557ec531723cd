/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times, rates, octets and whole numbers as people write them, read without rounding ("51.2ns" is
 * 51200 ps) and written back. */
#ifndef IPTFS_TEXT_QUANTITY_H
#define IPTFS_TEXT_QUANTITY_H

#include "base/error.h"
#include "base/units.h"
#include "text/quoted.h"

#include <stdint.h>

/* Each reader takes one whole value, blanks around it allowed, and returns 0, or IPTFS_E_INVALID
 * with the text "found '...', allowed: ..." and, where a unit is nearly right, "; did you mean
 * '...'?". A value that does not fit the type, is finer than its unit or is negative is refused.
 * On failure the result keeps what it had. */

/* "10ms": ps, ns, us, ms, s, min, h. A number without a unit is refused, except 0. */
int iptfs_parse_time(const char *text, int64_t *time_ps, struct iptfs_error *error);

/* "1.5Gbps" or "1.5Gb/s": bps, kbps, Mbps, Gbps, Tbps, by 1000. A number without a unit is refused,
 * except 0. */
int iptfs_parse_rate(const char *text, uint64_t *rate_bps, struct iptfs_error *error);

/* "1500", "1500B", "9kB" (kB, MB, GB: by 1000), "1MiB" (KiB, MiB, GiB: by 1024). */
int iptfs_parse_octets(const char *text, uint64_t *octets, struct iptfs_error *error);

/* "184" or "0xb8". */
int iptfs_parse_number(const char *text, uint64_t *number, struct iptfs_error *error);

/* The shortest text that the readers take back to the very same value. */
struct iptfs_text iptfs_exact_time(int64_t time_ps);
struct iptfs_text iptfs_exact_rate(uint64_t rate_bps);
struct iptfs_text iptfs_exact_octets(uint64_t octets);
struct iptfs_text iptfs_exact_number(uint64_t number);

/* For people, rounded to three digits: "20.3 us", "1.5 Gbps". IPTFS_NEVER is "never"; times may be
 * negative. */
struct iptfs_text iptfs_show_time(int64_t time_ps);
struct iptfs_text iptfs_show_rate(uint64_t rate_bps);
struct iptfs_text iptfs_show_octets(uint64_t octets); /* by 1000 */

#endif
