/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and values as people read them on a plot. */
#include "plot/caption.h"

#include "support/check.h"

static void values_read_as_people_write_them(void)
{
    char name[128];
    CHECK_STR(iptfs_caption_value("share", 0.05).text, "5 %");
    CHECK_STR(iptfs_caption_value("share", 0.0).text, "0 %");
    CHECK_STR(iptfs_caption_value("s", 0.002).text, "2 ms");
    CHECK_STR(iptfs_caption_value("s", 1.5).text, "1.5 s");
    CHECK_STR(iptfs_caption_value("s", 1e-3).text, "1 ms");
    CHECK_STR(iptfs_caption_value("s", 0.0).text, "0");
    CHECK_STR(iptfs_caption_value("bit/s", 2e6).text, "2 Mb/s");
    CHECK_STR(iptfs_caption_value("octets", 1500).text, "1500 octets");
    CHECK_STR(iptfs_caption_value("", 3).text, "3");
    CHECK_STR(iptfs_caption_name("delay_s.p99", name, sizeof name), "delay, 99th percentile");
    CHECK_STR(iptfs_caption_name("flows.a.b.delay_s.mean", name, sizeof name), "a.b: delay, mean");
    CHECK_STR(iptfs_caption_name("reverse.goodput_bps", name, sizeof name), "reverse: goodput");
    CHECK_STR(iptfs_caption_name("flows.x.loss", name, sizeof name), "x: loss of inner packets");
    CHECK_STR(iptfs_caption_name("counters.linux.Foo", name, sizeof name), "counters.linux.Foo");
}

extern const CU_TestInfo iptfs_tests_caption[];
const CU_TestInfo iptfs_tests_caption[] = {
    {"values read as people write them", values_read_as_people_write_them},
    CU_TEST_INFO_NULL,
};
