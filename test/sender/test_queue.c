/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The octet limit and the 95 % mark, by Linux's arithmetic. */
#include "sender/queue.h"
#include "support/check.h"
#include "support/samples.h"

static void drop_rest(struct iptfs_store *store, struct iptfs_queue *queue)
{
    struct iptfs_inner *inner;
    while ((inner = iptfs_queue_pop(queue)) != NULL) {
        iptfs_inner_set_drop_cause(inner, IPTFS_DROP_NO_QUEUE_SPACE);
        iptfs_inner_unref(store, inner);
    }
    CHECK_U64(queue->octets, 0);
    CHECK_U64(queue->pkts, 0);
}

static struct iptfs_inner *with_tos(struct iptfs_store *store, uint32_t octets, uint8_t tos)
{
    struct iptfs_inner *inner = sample_hollow(store, octets, 0);
    inner->tos = tos;
    return inner;
}

static void test_order_is_kept(void)
{
    struct iptfs_store store;
    struct iptfs_queue queue;
    iptfs_store_init(&store);
    iptfs_queue_init(&queue, 100000);
    CHECK_TRUE(iptfs_queue_pop(&queue) == NULL);
    for (uint32_t id = 1; id <= 3; id++)
        CHECK_TRUE(iptfs_queue_push(&queue, sample_hollow(&store, 100 * id, id)));
    CHECK_U64(queue.octets, 600);
    CHECK_U64(queue.pkts, 3);
    struct iptfs_inner *first = iptfs_queue_pop(&queue);
    CHECK_INT(first->id, 1);
    CHECK_INT(first->next->id, 2); /* the outer packet finds its slices by this */
    CHECK_U64(queue.octets, 500);
    iptfs_inner_deliver(&store, first);
    iptfs_inner_unref(&store, first);
    drop_rest(&store, &queue);
    CHECK_TRUE(iptfs_queue_push(&queue, sample_hollow(&store, 50, 9))); /* empty, then used again */
    CHECK_INT(queue.head->id, 9);
    drop_rest(&store, &queue);
    CLOSE_STORE(&store);
}

static void test_limit_is_in_octets_and_inclusive(void)
{
    struct iptfs_store store;
    struct iptfs_queue queue;
    iptfs_store_init(&store);
    iptfs_queue_init(&queue, 1000);
    CHECK_TRUE(iptfs_queue_push(&queue, sample_hollow(&store, 600, 1)));
    struct iptfs_inner *over = with_tos(&store, 401, 2);
    CHECK_TRUE(!iptfs_queue_push(&queue, over));
    CHECK_INT(over->tos, 2); /* refused packets are not marked */
    CHECK_INT(over->refs, 1);
    CHECK_U64(queue.octets, 600);
    CHECK_U64(queue.pkts, 1);
    CHECK_U64(queue.marked_pkts, 0);
    CHECK_TRUE(queue.head == queue.tail);
    CHECK_TRUE(iptfs_queue_push(&queue, sample_hollow(&store, 400, 2)));
    CHECK_U64(queue.octets, 1000);
    iptfs_inner_set_drop_cause(over, IPTFS_DROP_NO_QUEUE_SPACE);
    iptfs_inner_unref(&store, over);
    drop_rest(&store, &queue);
    CLOSE_STORE(&store);
}

static void test_mark_begins_above_95_percent(void)
{
    static const struct {
        uint64_t limit, mark;
    } rows[] = {
        {0, 0},    {1, 0},    {19, 18},    {20, 19},          {21, 19},
        {100, 95}, {101, 95}, {1000, 950}, {1048576, 996147}, {10485760, 9961472},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_U64(iptfs_queue_mark_octets(rows[i].limit), rows[i].mark);
    for (uint64_t limit = 0; limit < 100000; limit++) {
        uint64_t mark = iptfs_queue_mark_octets(limit);
        if (mark * 100 > limit * 95 || (mark + 1) * 100 <= limit * 95)
            CHECK_FAIL("limit %llu: mark at %llu", (unsigned long long)limit,
                       (unsigned long long)mark);
    }
}

/* Which of the octets of the packet crosses the mark does not matter: the sum with it decides. */
static void test_ce_goes_to_ecn_capable_packets_above_the_mark(void)
{
    static const struct {
        uint32_t octets;
        uint8_t tos, after;
    } rows[] = {
        {950, 0x01, 0x01},                    /* just 95 %: no mark */
        {950, 0x02, 0x02}, {951, 0x00, 0x00}, /* not ECN-capable */
        {951, 0x01, 0x03}, {951, 0x02, 0x03},
        {951, 0x03, 0x03}, {951, 0xB8, 0xB8}, /* DSCP alone */
        {951, 0xB9, 0xBB},                    /* DSCP stays */
        {951, 0xFE, 0xFF}, {1000, 0x02, 0x03},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_store store;
        struct iptfs_queue queue;
        iptfs_store_init(&store);
        iptfs_queue_init(&queue, 1000);
        CHECK_TRUE(iptfs_queue_push(&queue, sample_hollow(&store, 500, 1)));
        struct iptfs_inner *inner = with_tos(&store, rows[i].octets - 500, rows[i].tos);
        CHECK_TRUE(iptfs_queue_push(&queue, inner));
        CHECK_INT(inner->tos, rows[i].after);
        if (rows[i].tos != rows[i].after)
            CHECK_U64(queue.marked_pkts, 1);
        CHECK_INT(queue.head->tos, 0); /* those before keep what they have */
        drop_rest(&store, &queue);
        CLOSE_STORE(&store);
    }
}

/* A random sequence of pushes and pops, compared with sums. */
static void test_sums_hold_over_random_use(void)
{
    struct iptfs_store store;
    struct iptfs_queue queue;
    uint64_t state = 7, octets = 0, pkts = 0, refused = 0, marked = 0;
    uint32_t in = 0, out = 0;
    iptfs_store_init(&store);
    iptfs_queue_init(&queue, 20000);
    for (int i = 0; i < 20000; i++) {
        if (sample_between(&state, 0, 99) < 55) {
            struct iptfs_inner *inner = sample_hollow(&store, sample_between(&state, 20, 1500), in);
            inner->tos = 1;
            bool fits = octets + inner->octets <= 20000;
            bool mark = fits && octets + inner->octets > 19000;
            octets += fits ? inner->octets : 0;
            pkts += fits;
            in += fits;
            marked += mark;
            CHECK_INT(iptfs_queue_push(&queue, inner), fits);
            CHECK_INT(inner->tos, mark ? 3 : 1);
            if (!fits) {
                refused++;
                iptfs_inner_set_drop_cause(inner, IPTFS_DROP_NO_QUEUE_SPACE);
                iptfs_inner_unref(&store, inner);
            }
        } else if (pkts > 0) {
            struct iptfs_inner *inner = iptfs_queue_pop(&queue);
            octets -= inner->octets;
            pkts--;
            CHECK_INT(inner->id, out++);
            iptfs_inner_deliver(&store, inner);
            iptfs_inner_unref(&store, inner);
        }
        if (queue.octets != octets || queue.pkts != pkts)
            CHECK_U64(queue.octets, octets);
    }
    CHECK_U64(queue.marked_pkts, marked);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_NO_QUEUE_SPACE].pkts, refused);
    CHECK_TRUE(refused > 100 && marked > 100);
    drop_rest(&store, &queue);
    CLOSE_STORE(&store);
}

const CU_TestInfo iptfs_tests_queue[] = {
    {"order is kept", test_order_is_kept},
    {"limit is in octets and inclusive", test_limit_is_in_octets_and_inclusive},
    {"mark begins above 95 percent", test_mark_begins_above_95_percent},
    {"CE goes to ECN-capable packets above the mark",
     test_ce_goes_to_ecn_capable_packets_above_the_mark},
    {"sums hold over random use", test_sums_hold_over_random_use},
    CU_TEST_INFO_NULL,
};
