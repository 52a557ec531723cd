/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heap of times: the earliest on top and, at the same time, the lowest index. */
#include "traffic/time_heap.h"

#include "support/check.h"
#include "support/samples.h"

enum {
    MOST = 40,
    CHANGES = 2000
};

/* The entry that must be on top, found by looking at all. */
static size_t earliest(const struct iptfs_time_heap_entry *heap, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (heap[i].at_ps < heap[best].at_ps ||
            (heap[i].at_ps == heap[best].at_ps && heap[i].index < heap[best].index))
            best = i;
    return heap[best].index;
}

static void check_all_there(const struct iptfs_time_heap_entry *heap, size_t count)
{
    size_t seen[MOST] = {0};
    for (size_t i = 0; i < count; i++)
        if (CHECK_TRUE(heap[i].index < count))
            seen[heap[i].index]++;
    for (size_t i = 0; i < count; i++)
        CHECK_U64(seen[i], 1);
}

/* Few times, so that many are equal. */
static void test_the_earliest_is_on_top(void)
{
    uint64_t random = 3;
    for (size_t count = 1; count <= MOST; count++) {
        struct iptfs_time_heap_entry heap[MOST];
        for (size_t i = 0; i < count; i++)
            heap[i] = (struct iptfs_time_heap_entry){sample_between(&random, 0, 9), i};
        iptfs_time_heap_build(heap, count);
        CHECK_U64(heap[0].index, earliest(heap, count));
        for (int i = 0; i < CHANGES / MOST; i++) {
            heap[0].at_ps += sample_between(&random, 0, 5);
            iptfs_time_heap_top_changed(heap, count);
            if (!CHECK_U64(heap[0].index, earliest(heap, count)))
                return;
        }
        check_all_there(heap, count);
    }
}

/* Clocks of one period take turns in the order of their indices. */
static void test_equal_times_take_turns(void)
{
    struct iptfs_time_heap_entry heap[5];
    for (size_t i = 0; i < 5; i++)
        heap[i] = (struct iptfs_time_heap_entry){100, 4 - i};
    iptfs_time_heap_build(heap, 5);
    for (size_t turn = 0; turn < 20; turn++) {
        CHECK_U64(heap[0].index, turn % 5);
        heap[0].at_ps += 100;
        iptfs_time_heap_top_changed(heap, 5);
    }
}

const CU_TestInfo iptfs_tests_time_heap[] = {
    {"the earliest is on top", test_the_earliest_is_on_top},
    {"equal times take turns", test_equal_times_take_turns},
    CU_TEST_INFO_NULL,
};
