/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "support/check.h"
#include "text/quantity.h"

#include <CUnit/TestDB.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A value and what it is read as, or for bad ones the whole message. */
struct good {
    const char *text;
    uint64_t value;
};
struct bad {
    const char *text;
    const char *message;
};

typedef int (*reader)(const char *text, uint64_t *value, struct iptfs_error *error);

static int read_time(const char *text, uint64_t *value, struct iptfs_error *error)
{
    int64_t time_ps = (int64_t)*value;
    int code = iptfs_parse_time(text, &time_ps, error);
    *value = (uint64_t)time_ps;
    return code;
}

static void check_good(reader read, const struct good *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct iptfs_error error = {0};
        uint64_t value = 77;
        int code = read(table[i].text, &value, &error);
        if (code != 0 || value != table[i].value)
            CHECK_FAIL("'%s' was read as %" PRIu64 ", code %d, '%s'", table[i].text, value, code,
                       error.text);
    }
}

/* A refused value leaves the variable unchanged. */
static void check_bad(reader read, const struct bad *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct iptfs_error error = {0};
        uint64_t value = 77;
        CHECK_INT(read(table[i].text, &value, &error), IPTFS_E_INVALID);
        CHECK_STR(error.text, table[i].message);
        CHECK_U64(value, 77);
        CHECK_INT(read(table[i].text, &value, NULL), IPTFS_E_INVALID);
    }
}

#define TIME_ALLOWED "allowed: a time with a unit (ps, ns, us, ms, s, min, h), such as 10ms"

static void test_time(void)
{
    static const struct good good[] = {
        {"0", 0},
        {"0.0", 0},
        {"1ps", 1},
        {"51.2ns", 51200},
        {"0.001ns", 1},
        {"0.0010000000000000000000ns", 1},
        {" 10 ms ", UINT64_C(10000000000)},
        {".5us", 500000},
        {"1s", UINT64_C(1000000000000)},
        {"1.5min", UINT64_C(90000000000000)},
        {"0.25h", UINT64_C(900000000000000)},
        {"1000h", (uint64_t)IPTFS_TIME_MAX_PS},
        {"9223372036854775806ps", INT64_MAX - 1},
        {"0.000000000001s", 1},
        {"007ns", 7000},
    };
    static const struct bad bad[] = {
        {"10", "found '10', " TIME_ALLOWED},
        {"", "found '', " TIME_ALLOWED},
        {"ms", "found 'ms', " TIME_ALLOWED},
        {"-5ms", "found '-5ms', " TIME_ALLOWED},
        {"+5ms", "found '+5ms', " TIME_ALLOWED},
        {"5.ms", "found '5.ms', " TIME_ALLOWED},
        {"1e3ms", "found '1e3ms', " TIME_ALLOWED},
        {"5 ms 3", "found '5 ms 3', " TIME_ALLOWED},
        {"nan", "found 'nan', " TIME_ALLOWED},
        {"inf", "found 'inf', " TIME_ALLOWED},
        {"0x10ns", "found '0x10ns', " TIME_ALLOWED},
        {"5Ms", "found '5Ms', " TIME_ALLOWED "; did you mean 'ms'?"},
        {"5 mins", "found '5 mins', " TIME_ALLOWED "; did you mean 'min'?"},
        {"0.5ps", "found '0.5ps', allowed: whole picoseconds"},
        {"1.0000000000000000001s", "found '1.0000000000000000001s', allowed: whole picoseconds"},
        {"9223372036854775807ps", "found '9223372036854775807ps', allowed: at most 2562h"},
        {"3000000h", "found '3000000h', allowed: at most 2562h"},
        {"99999999999999999999999s", "found '99999999999999999999999s', allowed: at most 2562h"},
    };
    check_good(read_time, good, COUNT(good));
    check_bad(read_time, bad, COUNT(bad));
}

#define RATE_ALLOWED "allowed: a rate with a unit (bps, kbps, Mbps, Gbps, Tbps), such as 10Mbps"

static void test_rate(void)
{
    static const struct good good[] = {
        {"0", 0},
        {"1bps", 1},
        {"64kbps", 64000},
        {"1.544Mbps", 1544000},
        {"1.5 Gb/s", UINT64_C(1500000000)},
        {"10Mb/s", 10000000},
        {"10Gbps", UINT64_C(10000000000)},
        {"1.000000000001Tbps", UINT64_C(1000000000001)},
    };
    static const struct bad bad[] = {
        {"1000", "found '1000', " RATE_ALLOWED},
        {"10mbps", "found '10mbps', " RATE_ALLOWED "; did you mean 'Mbps'?"},
        {"10Mbs", "found '10Mbs', " RATE_ALLOWED "; did you mean 'Mbps'?"},
        {"10MB", "found '10MB', " RATE_ALLOWED},
        {"0.5bps", "found '0.5bps', allowed: whole bits per second"},
        {"20000000Tbps", "found '20000000Tbps', allowed: at most 18446744Tbps"},
    };
    check_good(iptfs_parse_rate, good, COUNT(good));
    check_bad(iptfs_parse_rate, bad, COUNT(bad));
}

#define OCTETS_ALLOWED "allowed: octets, also in B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)"

static void test_octets(void)
{
    static const struct good good[] = {
        {"0", 0},
        {"1500", 1500},
        {"1500B", 1500},
        {"9kB", 9000},
        {"1.5kB", 1500},
        {"1KiB", 1024},
        {"0.5KiB", 512},
        {"1MiB", 1048576},
        {"2.5 GiB", UINT64_C(2684354560)},
        {"18446744073709551615", UINT64_MAX},
    };
    static const struct bad bad[] = {
        {"1500b", "found '1500b', " OCTETS_ALLOWED "; did you mean 'B'?"},
        {"1mib", "found '1mib', " OCTETS_ALLOWED "; did you mean 'MiB'?"},
        {"-1", "found '-1', " OCTETS_ALLOWED},
        {"1000p", "found '1000p', " OCTETS_ALLOWED},
        {"1.5B", "found '1.5B', allowed: whole octets"},
        {"1.1KiB", "found '1.1KiB', allowed: whole octets"},
        {"18446744073709551616", "found '18446744073709551616', allowed: at most 17179869183GiB"},
    };
    check_good(iptfs_parse_octets, good, COUNT(good));
    check_bad(iptfs_parse_octets, bad, COUNT(bad));
}

static void test_number(void)
{
    static const struct good good[] = {
        {"0", 0},      {"184", 184}, {"0xb8", 184},
        {"0XB8", 184}, {" 0x0 ", 0}, {"0xffffffffffffffff", UINT64_MAX},
        {"010", 10},   {"1.0", 1},
    };
    static const struct bad bad[] = {
        {"0x", "found '0x', allowed: a whole number, decimal or 0x..."},
        {"0xfg", "found '0xfg', allowed: a whole number, decimal or 0x..."},
        {"1.5", "found '1.5', allowed: a whole number, decimal or 0x..."},
        {"many", "found 'many', allowed: a whole number, decimal or 0x..."},
        {"0x10000000000000000",
         "found '0x10000000000000000', allowed: at most 18446744073709551615"},
    };
    check_good(iptfs_parse_number, good, COUNT(good));
    check_bad(iptfs_parse_number, bad, COUNT(bad));
}

static void test_exact(void)
{
    CHECK_STR(iptfs_exact_time(0).text, "0");
    CHECK_STR(iptfs_exact_time(51200).text, "51.2ns");
    CHECK_STR(iptfs_exact_time(1).text, "1ps");
    CHECK_STR(iptfs_exact_time(IPTFS_PS_PER_S).text, "1s");
    CHECK_STR(iptfs_exact_time(90 * IPTFS_PS_PER_S).text, "90s");
    CHECK_STR(iptfs_exact_time(IPTFS_TIME_MAX_PS).text, "1000h");
    CHECK_STR(iptfs_exact_rate(0).text, "0");
    CHECK_STR(iptfs_exact_rate(UINT64_C(1500000000)).text, "1.5Gbps");
    CHECK_STR(iptfs_exact_rate(UINT64_C(100000000)).text, "100Mbps");
    CHECK_STR(iptfs_exact_octets(0).text, "0");
    CHECK_STR(iptfs_exact_octets(1500).text, "1500B");
    CHECK_STR(iptfs_exact_octets(1048576).text, "1MiB");
    CHECK_STR(iptfs_exact_octets(65535).text, "65535B");
}

/* Every value comes back to the bit; multiples of the units and of odd numbers make them up. */
static void test_round_trip(void)
{
    uint64_t value = 1;
    for (int i = 0; i < 4000; i++) {
        value = value * UINT64_C(6364136223846793005) + 12345;
        uint64_t number = (value >> 1) % (UINT64_C(1) << (1 + i % 62));
        if (i % 3 == 0)
            number = number / 1000000 * 1000000;
        int64_t time_ps = -1;
        uint64_t rate_bps = 0, octets = 0;
        iptfs_parse_time(iptfs_exact_time((int64_t)number).text, &time_ps, NULL);
        iptfs_parse_rate(iptfs_exact_rate(number).text, &rate_bps, NULL);
        iptfs_parse_octets(iptfs_exact_octets(number).text, &octets, NULL);
        CHECK_INT(time_ps, number);
        CHECK_U64(rate_bps, number);
        CHECK_U64(octets, number);
    }
}

static void test_show(void)
{
    CHECK_STR(iptfs_show_time(0).text, "0 s");
    CHECK_STR(iptfs_show_time(1).text, "1 ps");
    CHECK_STR(iptfs_show_time(20300000).text, "20.3 us");
    CHECK_STR(iptfs_show_time(999600).text, "1 us");
    CHECK_STR(iptfs_show_time(999400).text, "999 ns");
    CHECK_STR(iptfs_show_time(1234 * IPTFS_PS_PER_MS).text, "1.23 s");
    CHECK_STR(iptfs_show_time(7200 * IPTFS_PS_PER_S).text, "7200 s");
    CHECK_STR(iptfs_show_time(-1500).text, "-1.5 ns");
    CHECK_STR(iptfs_show_time(IPTFS_NEVER).text, "never");
    CHECK_STR(iptfs_show_rate(0).text, "0 bps");
    CHECK_STR(iptfs_show_rate(UINT64_C(1500000000)).text, "1.5 Gbps");
    CHECK_STR(iptfs_show_rate(UINT64_C(999999999)).text, "1 Gbps");
    CHECK_STR(iptfs_show_rate(UINT64_C(943201234)).text, "943 Mbps");
    CHECK_STR(iptfs_show_rate(12345).text, "12.3 kbps");
}

const CU_TestInfo iptfs_tests_quantity[] = {
    {"times", test_time},
    {"rates", test_rate},
    {"octets", test_octets},
    {"numbers", test_number},
    {"exact spelling", test_exact},
    {"exact spelling reads back", test_round_trip},
    {"spelling for people", test_show},
    CU_TEST_INFO_NULL,
};
