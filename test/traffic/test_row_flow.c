/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flow of rows: once or again and again, with what a row does not say from its section. */
#include "traffic/row_flow.h"

#include "base/units.h"
#include "support/check.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

/* A flow from 10 ms to `stop_ps` with three rows. */
static void begin(struct iptfs_row_flow *rows, int64_t period_ps, int64_t stop_ps)
{
    static const struct iptfs_traffic_row list[] = {
        {.time_ps = 0, .octets = 100, .tos = -1},
        {.time_ps = 2 * MS, .octets = 200, .tos = 0x20, .ip_version = 6},
        {.time_ps = 2 * MS, .octets = 300, .tos = 0, .ip_version = 4},
    };
    memset(rows, 0, sizeof *rows);
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(iptfs_traffic_list_append(&rows->list, &list[i]), IPTFS_OK);
    rows->flow.start_ps = 10 * MS;
    rows->flow.stop_ps = stop_ps;
    rows->flow.left = UINT64_MAX;
    rows->flow.next = (struct iptfs_arrival){.tos = 0xB8, .ip_version = 4, .flow = 5};
    rows->period_ps = period_ps;
    iptfs_row_flow_start(rows);
}

static void check_next(struct iptfs_row_flow *rows, int64_t at_ps, uint32_t octets, uint8_t tos,
                       uint8_t ip_version)
{
    struct iptfs_arrival arrival = {0};
    CHECK_INT(rows->flow.next.at_ps, at_ps);
    iptfs_row_flow_take((struct iptfs_source *)rows, &arrival);
    CHECK_INT(arrival.at_ps, at_ps);
    CHECK_U64(arrival.octets, octets);
    CHECK_U64(arrival.tos, tos);
    CHECK_U64(arrival.ip_version, ip_version);
    CHECK_U64(arrival.flow, 5);
}

static void test_once(void)
{
    struct iptfs_row_flow rows;
    begin(&rows, 0, IPTFS_PS_PER_S);
    check_next(&rows, 10 * MS, 100, 0xB8, 4);
    check_next(&rows, 12 * MS, 200, 0x20, 6);
    check_next(&rows, 12 * MS, 300, 0, 4);
    CHECK_INT(rows.flow.next.at_ps, IPTFS_NEVER);
    iptfs_row_flow_release(&rows.flow);
    CHECK_U64(rows.list.count, 0);
}

/* The second time has the same distances, and ends at the stop. */
static void test_again_and_again(void)
{
    struct iptfs_row_flow rows;
    begin(&rows, 5 * MS, 22 * MS);
    for (int64_t from_ps = 10 * MS; from_ps < 20 * MS; from_ps += 5 * MS) {
        check_next(&rows, from_ps, 100, 0xB8, 4);
        check_next(&rows, from_ps + 2 * MS, 200, 0x20, 6);
        check_next(&rows, from_ps + 2 * MS, 300, 0, 4);
    }
    check_next(&rows, 20 * MS, 100, 0xB8, 4);
    CHECK_INT(rows.flow.next.at_ps, IPTFS_NEVER); /* 22 ms is not before the stop */
    iptfs_row_flow_release(&rows.flow);
}

const CU_TestInfo iptfs_tests_row_flow[] = {
    {"once", test_once},
    {"again and again", test_again_and_again},
    CU_TEST_INFO_NULL,
};
