/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

__extension__ typedef unsigned __int128 uint128;

static void check_cbr_times(uint64_t rate_bps, uint32_t octets, unsigned packets)
{
    struct iptfs_traffic_options options = test_sized("cbr", test_fixed(octets), rate_bps);
    options.start_ps = 12345;
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    unsigned bad = 0;
    for (uint64_t n = 0; n < packets; n++) {
        struct iptfs_arrival arrival;
        uint128 due_ps = (uint128)n * octets * 8 * (uint128)IPTFS_PS_PER_S / rate_bps + 12345;
        source->ops->take(source, &arrival);
        bad += (uint128)arrival.at_ps != due_ps || arrival.octets != octets ||
               arrival.id != (uint32_t)(n + 1);
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_cbr_never_drifts(void)
{
    check_cbr_times(7000000, 1500, 1000000);
    check_cbr_times(1234567, 200, 1000000);
    check_cbr_times(UINT64_C(10000000000), 64, 10000);
    check_cbr_times(UINT64_C(999999999999999989), 40, 10000); /* many packets a picosecond */
    check_cbr_times(1, 65535, 6);
}

static void test_cbr_with_random_sizes_keeps_its_rate(void)
{
    struct iptfs_traffic_options options = test_sized("cbr", test_imix(), 1234567);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    uint64_t octets = 0;
    unsigned bad = 0;
    for (int n = 0; n < 100000; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        /* All octets before this packet have had their time, to the picosecond. */
        bad += (uint128)arrival.at_ps != (uint128)octets * 8 * (uint128)IPTFS_PS_PER_S / 1234567;
        octets += arrival.octets;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

const CU_TestInfo iptfs_tests_cbr[] = {
    {"times never drift", test_cbr_never_drifts},
    {"random sizes keep the rate", test_cbr_with_random_sizes_keeps_its_rate},
    CU_TEST_INFO_NULL,
};
