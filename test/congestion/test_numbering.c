/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers counted on over SAs, as a receiver can do it. */
#include "congestion/numbering.h"

#include "support/check.h"

/* The number of a packet, 0 for none. */
static uint64_t number_of(struct iptfs_numbering *numbering, uint32_t sa, uint64_t seq)
{
    uint64_t number;
    return iptfs_numbering_take(numbering, sa, seq, &number) ? number : 0;
}

static void test_one_sa_keeps_its_numbers(void)
{
    struct iptfs_numbering numbering = {0};
    CHECK_U64(number_of(&numbering, 0, 5), 5);
    CHECK_U64(number_of(&numbering, 0, 3), 3);
    CHECK_U64(number_of(&numbering, 0, UINT64_C(1) << 40), UINT64_C(1) << 40);
}

/* 8 was the highest number received, so 1 of the next SA is 9, and a gap at its start is one. */
static void test_an_sa_follows_what_was_received(void)
{
    struct iptfs_numbering numbering = {0};
    number_of(&numbering, 0, 8);
    CHECK_U64(number_of(&numbering, 1, 3), 11);
    CHECK_U64(number_of(&numbering, 1, 1), 9);
    CHECK_U64(number_of(&numbering, 0, 7), 7);  /* late, of the old SA */
    CHECK_U64(number_of(&numbering, 0, 10), 0); /* its place is that of another one */
    CHECK_U64(number_of(&numbering, 2, 1), 12);
    CHECK_U64(number_of(&numbering, 1, 3), 11);
    CHECK_U64(number_of(&numbering, 0, 7), 0);  /* removed */
    CHECK_U64(number_of(&numbering, 5, 2), 14); /* nothing came of two SAs between */
    CHECK_U64(number_of(&numbering, 2, 1), 0);
}

const CU_TestInfo iptfs_tests_numbering[] = {
    {"one SA keeps its numbers", test_one_sa_keeps_its_numbers},
    {"an SA follows what was received", test_an_sa_follows_what_was_received},
    CU_TEST_INFO_NULL,
};
