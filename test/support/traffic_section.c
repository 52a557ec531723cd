/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/traffic_section.h"

#include "base/units.h"
#include "support/check.h"
#include "traffic/types.h"

#include <stdlib.h>
#include <string.h>

/* All sections made, so that a leak checker still sees what they hold. */
static struct made {
    struct iptfs_traffic_options options;
    struct made *next;
} * all;

struct iptfs_sizes test_fixed(uint32_t octets)
{
    return (struct iptfs_sizes){IPTFS_SIZES_FIXED, octets, octets};
}

struct iptfs_sizes test_uniform(uint32_t low_octets, uint32_t high_octets)
{
    return (struct iptfs_sizes){IPTFS_SIZES_UNIFORM, low_octets, high_octets};
}

struct iptfs_sizes test_imix(void)
{
    return (struct iptfs_sizes){IPTFS_SIZES_IMIX, 40, 1500};
}

void test_set(struct iptfs_traffic_options *options, const char *key, const char *value)
{
    const struct iptfs_section *section = &iptfs_section_traffic;
    const struct iptfs_option *option = iptfs_section_find(section, key, NULL);
    struct iptfs_error error = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(option);
    CHECK_INT(iptfs_option_set(option, iptfs_section_base(section, options, option), value, &error),
              0);
    CHECK_STR(error.text, "");
}

struct iptfs_traffic_options test_section(const char *type)
{
    const struct iptfs_section *section = &iptfs_section_traffic;
    const struct iptfs_option *option;
    struct made *made = calloc(1, sizeof *made);
    CU_ASSERT_FATAL(made != NULL && iptfs_traffic_options_init(&made->options, "test") == IPTFS_OK);
    test_set(&made->options, "type", type);
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++)
        if (option->standard != NULL && iptfs_section_uses(section, option, made->options.type))
            test_set(&made->options, option->key, option->standard);
    made->options.stop_ps = IPTFS_TIME_MAX_PS;
    made->options.phase_ps = 0;
    made->next = all;
    all = made;
    return made->options;
}

struct iptfs_traffic_options test_sized(const char *type, struct iptfs_sizes size,
                                        uint64_t rate_bps)
{
    struct iptfs_traffic_options options = test_section(type);
    options.size = size;
    options.rate_bps = rate_bps;
    return options;
}

struct iptfs_source *test_source(const struct iptfs_traffic_options *options, uint64_t seed,
                                 uint16_t flow, uint32_t window_octets)
{
    const struct iptfs_traffic_setup setup = {
        .options = options, .seed = seed, .run = 1, .window_octets = window_octets, .flow = flow};
    struct iptfs_source *source = NULL;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), 0);
    CHECK_STR(error.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    return source;
}

int64_t test_next_ps(const struct iptfs_source *source)
{
    return source->ops->next_ps(source);
}

struct iptfs_arrival test_take(struct iptfs_source *source)
{
    struct iptfs_arrival arrival = {.at_ps = -1};
    int64_t at_ps = test_next_ps(source);
    if (at_ps == IPTFS_NEVER) {
        CHECK_TRUE(at_ps != IPTFS_NEVER);
        return arrival;
    }
    source->ops->take(source, &arrival);
    if (arrival.at_ps != at_ps)
        CHECK_INT(arrival.at_ps, at_ps);
    return arrival;
}

uint64_t test_count_packets(struct iptfs_source *source)
{
    struct iptfs_arrival arrival;
    uint64_t count = 0;
    for (; test_next_ps(source) != IPTFS_NEVER; count++)
        source->ops->take(source, &arrival);
    return count;
}

void test_check_refused(const struct iptfs_traffic_options *options, const char *key,
                        const char *allowed)
{
    const struct iptfs_traffic_path path = {.link_section = "link", .link_rate_bps = 1};
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_type_of(options)->check(options, &path, &error), IPTFS_E_INVALID);
    CHECK_STR(error.origin.section, "traffic.test");
    CHECK_STR(error.origin.key, key);
    CHECK_STR(error.text, allowed);
}
