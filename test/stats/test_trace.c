/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace points: their names, and what a record holds. */
#include "stats/trace.h"

#include "support/check.h"
#include "support/samples.h"

#include <string.h>

static void test_every_point_has_a_name_of_its_own(void)
{
    for (int i = 0; i < IPTFS_TRACE_POINT_COUNT; i++) {
        const char *name = iptfs_trace_point_name((enum iptfs_trace_point)i);
        CHECK_TRUE(strncmp(name, "iptfs_", 6) == 0);
        CHECK_TRUE(iptfs_trace_value_name((enum iptfs_trace_point)i)[0] != '\0');
        for (int other = 0; other < i; other++)
            CHECK_TRUE(strcmp(name, iptfs_trace_point_name((enum iptfs_trace_point)other)) != 0);
    }
    CHECK_STR(iptfs_trace_point_name(IPTFS_TRACE_NTH_PEEK), "iptfs_ingress_nth_peek");
}

static void keep(void *ctx, const struct iptfs_trace_record *record)
{
    *(struct iptfs_trace_record *)ctx = *record;
}

static void test_records(void)
{
    struct iptfs_trace_record record;
    const struct iptfs_trace none = {NULL, NULL}, trace = {keep, &record};
    const struct iptfs_inner inner = {.id = 17, .octets = 100};
    const struct iptfs_outer outer = {.seq = 5, .ip_octets = 1500};
    iptfs_trace_inner(&none, 1, IPTFS_TRACE_ENQUEUE, &inner, 0, 0); /* does nothing */
    iptfs_trace_inner(&trace, 1, IPTFS_TRACE_NTH_ADD, &inner, 5, 900);
    CHECK_TRUE(record.at_ps == 1 && record.point == IPTFS_TRACE_NTH_ADD && record.inner_id == 17 &&
               record.octets == 100 && record.seq == 5 && record.value == 900);
    iptfs_trace_outer(&trace, 2, IPTFS_TRACE_EGRESS_RECV, &outer, 12);
    CHECK_TRUE(record.at_ps == 2 && record.inner_id == 0 && record.octets == 1500 &&
               record.seq == 5 && record.value == 12);
    iptfs_trace_timer(&trace, 3, IPTFS_TRACE_TIMER_START, 77);
    CHECK_TRUE(record.at_ps == 3 && record.octets == 0 && record.seq == 0 && record.value == 77);
}

const CU_TestInfo iptfs_tests_trace[] = {
    {"every point has a name of its own", test_every_point_has_a_name_of_its_own},
    {"records", test_records},
    CU_TEST_INFO_NULL,
};
