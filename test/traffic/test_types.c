/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of traffic types, the groups of their keys, and sections made from both. */
#include "traffic/types.h"

#include "support/check.h"
#include "support/traffic_section.h"
#include "traffic/flow.h"
#include "traffic/host.h"

#include <string.h>

static void test_types_are_complete(void)
{
    const struct iptfs_traffic_type *type, *other;
    for (size_t i = 0; (type = iptfs_traffic_type_at(i)) != NULL; i++) {
        CHECK_TRUE(type->name != NULL && type->meaning != NULL);
        for (size_t j = 0; j < i && (other = iptfs_traffic_type_at(j)) != NULL; j++)
            CHECK_TRUE(strcmp(type->name, other->name) != 0);
        CHECK_TRUE(type->hosted == (type->to_model != NULL));
        CHECK_TRUE(type->hosted != (type->start != NULL && type->ops.take != NULL));
        CHECK_TRUE(type->hosted || type->state_octets >= sizeof(struct iptfs_traffic_flow));
    }
}

/* A key in no group of the table could not be given. */
static void test_keys_of_types_are_in_the_table(void)
{
    const struct iptfs_traffic_type *type;
    const struct iptfs_traffic_keys *keys;
    for (size_t i = 0; (type = iptfs_traffic_type_at(i)) != NULL; i++)
        for (size_t k = 0; type->keys[k] != NULL; k++) {
            size_t at = 0;
            while ((keys = iptfs_traffic_keys_at(at)) != NULL && keys != type->keys[k])
                at++;
            CHECK_TRUE(keys != NULL);
        }
}

static void test_key_names_are_unique(void)
{
    const struct iptfs_option *option;
    size_t index;
    for (size_t i = 0; (option = iptfs_section_traffic.option_at(i)) != NULL; i++)
        CHECK_TRUE(iptfs_section_find(&iptfs_section_traffic, option->key, &index) == option &&
                   index == i);
}

/* Keys of different types are kept apart, whatever the type of the section. */
static void test_config_structs_do_not_overlap(void)
{
    const struct iptfs_traffic_keys *keys;
    struct iptfs_traffic_options options = test_section("voice");
    const char *end = options.configs;
    for (size_t i = 0; (keys = iptfs_traffic_keys_at(i)) != NULL; i++) {
        const char *config = iptfs_traffic_config(&options, keys);
        if (keys->shares != NULL)
            CHECK_TRUE(config == iptfs_traffic_config(&options, keys->shares));
        if (keys->config_octets == 0)
            continue;
        CHECK_TRUE(config >= end);
        end = config + keys->config_octets;
    }
}

static void test_keys_used(void)
{
    const struct iptfs_section *section = &iptfs_section_traffic;
    const struct iptfs_traffic_options cbr = test_section("cbr"), bulk = test_section("tcp-bulk");
    const struct iptfs_option *rate = iptfs_section_find(section, "rate", NULL);
    const struct iptfs_option *codec = iptfs_section_find(section, "codec", NULL);
    const struct iptfs_option *start = iptfs_section_find(section, "start", NULL);
    const struct iptfs_option *octets = iptfs_section_find(section, "octets", NULL);
    CHECK_TRUE(iptfs_section_uses(section, rate, cbr.type));
    CHECK_TRUE(!iptfs_section_uses(section, codec, cbr.type));
    CHECK_TRUE(iptfs_section_uses(section, start, cbr.type));
    CHECK_TRUE(iptfs_section_uses(section, start, bulk.type));
    CHECK_TRUE(iptfs_section_uses(section, octets, bulk.type));
    CHECK_TRUE(!iptfs_section_uses(section, rate, bulk.type));
}

static void test_sizes_must_suit_the_ip_version(void)
{
    struct iptfs_traffic_options options = test_sized("poisson", test_fixed(39), 1000);
    options.ip_version = 6;
    test_check_refused(&options, "size", "40B to 65575B with ip 6");
    options = test_sized("cbr", test_uniform(20, 65536), 1000);
    test_check_refused(&options, "size", "20B to 65535B with ip 4");
}

static void test_saturate_needs_a_link_with_a_rate(void)
{
    const struct iptfs_traffic_options options = test_sized("saturate", test_fixed(100), 0);
    const struct iptfs_traffic_type *type = iptfs_traffic_type_of(&options);
    struct iptfs_traffic_path path = {.link_section = "link.reverse", .outer_octets = 1538};
    struct iptfs_error error = {0};
    CHECK_INT(type->check(&options, &path, &error), IPTFS_E_INVALID);
    CHECK_STR(error.origin.section, "link.reverse");
    CHECK_STR(error.origin.key, "rate");
    CHECK_STR(error.text, "above 0, for [traffic.test] saturates the link");
    path.link_rate_bps = 1000;
    path.queue_octets = 1537;
    CHECK_INT(type->check(&options, &path, &error), IPTFS_E_INVALID);
    CHECK_STR(error.origin.key, "queue");
    path.queue_octets = 1538;
    CHECK_INT(type->check(&options, &path, &error), IPTFS_OK);
}

static void test_hosts(void)
{
    struct iptfs_traffic_options options = test_section("tcp-request");
    struct iptfs_traffic_path path = {.link_section = "link", .direct = true};
    struct iptfs_error error = {0};
    test_set(&options, "access-queue", "64kB");
    test_set(&options, "tunnel", "off");
    iptfs_traffic_type_of(&options)->complete(&options);
    CHECK_TRUE(iptfs_traffic_hosted(&options) && iptfs_traffic_beside(&options));
    CHECK_INT(iptfs_traffic_type_of(&options)->check(&options, &path, &error), IPTFS_OK);
    struct iptfs_ns3_hosts_traffic ns3 = iptfs_host_to_model(&options);
    CHECK_INT(ns3.type, IPTFS_NS3_HOSTS_REQUEST);
    CHECK_U64(ns3.segment_octets, 1500 - 20 - 32);
    CHECK_U64(ns3.access.queue_octets, 64000);
    CHECK_U64(ns3.access.queue_packets, 0);
    path.direct = false;
    CHECK_INT(iptfs_traffic_type_of(&options)->check(&options, &path, &error), IPTFS_E_INVALID);
    CHECK_STR(error.origin.key, "tunnel");
}

const CU_TestInfo iptfs_tests_traffic_types[] = {
    {"types are complete", test_types_are_complete},
    {"keys of types are in the table", test_keys_of_types_are_in_the_table},
    {"key names are unique", test_key_names_are_unique},
    {"config structs do not overlap", test_config_structs_do_not_overlap},
    {"which keys a type uses", test_keys_used},
    {"sizes must suit the IP version", test_sizes_must_suit_the_ip_version},
    {"saturate needs a link with a rate", test_saturate_needs_a_link_with_a_rate},
    {"hosts", test_hosts},
    CU_TEST_INFO_NULL,
};
