/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of received numbers: short runs with literal numbers, and random ones beside a plain
 * list. */
#include "receiver/received.h"

#include "base/error.h"
#include "support/check.h"
#include "support/samples.h"

#include <stdlib.h>

static void test_second_copies(void)
{
    struct iptfs_received received;
    CHECK_INT(iptfs_received_init(&received, 3), IPTFS_OK);
    static const struct {
        uint64_t seq;
        bool again;
    } rows[] = {
        {5, false},
        {5, true},
        {4, false},
        {0, false},
        {0, true},
        {64, false},
        {5, true},
        {63, false},
        {64, true},
        {1000, false},
        {64, true},
        {999, false},
        {UINT64_MAX, false},
        {UINT64_MAX, true},
        {1000, false}, /* forgotten */
        {UINT64_MAX - 65536, false},
        {UINT64_MAX - 65536, true},
        {UINT64_MAX, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!CHECK_INT(iptfs_received_again(&received, rows[i].seq), rows[i].again))
            CHECK_FAIL("... in row %zu", i);
    iptfs_received_free(&received);
    iptfs_received_free(&received); /* harmless */
}

/* At least IPTFS_RECEIVED_NUMBERS below the window are remembered, at any window and any start. */
static void test_how_far_back(void)
{
    static const uint32_t windows[] = {0, 1, 63, 64, 255, 65535};
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        for (uint64_t first = 1; first < 130; first += 43) {
            struct iptfs_received received;
            CHECK_INT(iptfs_received_init(&received, windows[i]), IPTFS_OK);
            CHECK_TRUE(!iptfs_received_again(&received, first));
            uint64_t top = first + windows[i] + IPTFS_RECEIVED_NUMBERS;
            CHECK_TRUE(!iptfs_received_again(&received, top));
            CHECK_TRUE(iptfs_received_again(&received, first));
            CHECK_TRUE(!iptfs_received_again(&received, top + 4 * (received.mask + 1) * 64));
            CHECK_TRUE(!iptfs_received_again(&received, top));
            iptfs_received_free(&received);
        }
}

/* Steps forward and back, short and long: every number that is still remembered is known. */
static void test_random_numbers(void)
{
    enum {
        NUMBERS = 400000
    };
    uint8_t *seen = calloc(NUMBERS, 1);
    struct iptfs_received received;
    uint64_t state = 1, top = 0;
    CHECK_INT(iptfs_received_init(&received, 0), IPTFS_OK);
    for (int i = 0; i < 100000; i++) {
        bool jump = sample_between(&state, 0, 9999) == 0;
        uint64_t seq = top + sample_between(&state, 0, jump ? 70000 : 5);
        uint32_t back = sample_between(&state, 0, IPTFS_RECEIVED_NUMBERS);
        if (sample_between(&state, 0, 3) == 0)
            seq = top > back ? top - back : 0;
        if (seq >= NUMBERS)
            break;
        if (!CHECK_INT(iptfs_received_again(&received, seq), seen[seq]))
            break;
        seen[seq] = 1;
        top = seq > top ? seq : top;
    }
    CHECK_TRUE(top > 200000);
    iptfs_received_free(&received);
    free(seen);
}

const CU_TestInfo iptfs_tests_received[] = {
    {"second copies", test_second_copies},
    {"how far back", test_how_far_back},
    {"random numbers", test_random_numbers},
    CU_TEST_INFO_NULL,
};
