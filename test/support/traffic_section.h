/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic sections and their sources for tests. */
#ifndef IPTFS_SUPPORT_TRAFFIC_SECTION_H
#define IPTFS_SUPPORT_TRAFFIC_SECTION_H

#include "traffic/options.h"
#include "traffic/traffic.h"

#include <stdint.h>

struct iptfs_sizes test_fixed(uint32_t octets);
struct iptfs_sizes test_uniform(uint32_t low_octets, uint32_t high_octets);
struct iptfs_sizes test_imix(void);

/* A section [traffic.test] of this type with all defaults but phase = 0, that does not stop. Fields
 * may be changed, but not freed: its memory is kept until the program ends. */
struct iptfs_traffic_options test_section(const char *type);

/* Likewise, with sizes and a rate. */
struct iptfs_traffic_options test_sized(const char *type, struct iptfs_sizes size,
                                        uint64_t rate_bps);

/* Sets a key of the section, as a scenario file would. */
void test_set(struct iptfs_traffic_options *options, const char *key, const char *value);

/* The source of the section, which must be made without an error. */
struct iptfs_source *test_source(const struct iptfs_traffic_options *options, uint64_t seed,
                                 uint16_t flow, uint32_t window_octets);

/* Its next_ps. */
int64_t test_next_ps(const struct iptfs_source *source);

/* Takes a packet that must be there, and arrive at the time announced. */
struct iptfs_arrival test_take(struct iptfs_source *source);

/* How many packets a source sends in all. */
uint64_t test_count_packets(struct iptfs_source *source);

/* The type refuses a key of the section on a path without limits. */
void test_check_refused(const struct iptfs_traffic_options *options, const char *key,
                        const char *allowed);

#endif
