/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of hosts. */
#include "ns3/hosts/hosts.h"

#include "base/units.h"
#include "ns3/hosts/site.h"
#include "support/check.h"

#include <string.h>

static void test_section_by_addresses(void)
{
    uint8_t head[40] = {0x45};
    const uint8_t left[4] = {10, 0, 17, 1}, right[4] = {10, 1, 17, 1};
    const uint8_t gateway[4] = {192, 168, 255, 1};
    memcpy(head + 12, left, 4);
    memcpy(head + 16, right, 4);
    CHECK_INT(iptfs_ns3_hosts_number(head, 20), 17);
    CHECK_INT(iptfs_ns3_hosts_number(head, 19), -1);
    CHECK_INT(iptfs_ns3_hosts_number(NULL, 20), -1);
    memcpy(head + 12, gateway, 4);
    CHECK_INT(iptfs_ns3_hosts_number(head, 20), 17);
    memcpy(head + 16, gateway, 4);
    CHECK_INT(iptfs_ns3_hosts_number(head, 20), -1);
    memset(head, 0, sizeof head);
    head[0] = 0x60;
    head[8] = head[24] = 0xfd;
    head[13] = 0;
    head[29] = 1;
    head[15] = head[31] = 200;
    CHECK_INT(iptfs_ns3_hosts_number(head, 40), 200);
    head[29] = 0xff; /* to a gateway */
    CHECK_INT(iptfs_ns3_hosts_number(head, 40), 200);
}

const CU_TestInfo iptfs_tests_topology[] = {
    {"the section is found by addresses", test_section_by_addresses},
    CU_TEST_INFO_NULL,
};
