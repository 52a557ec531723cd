/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP fragments of inner packets: sizes, octets, and where the ledger counts them. */
#include "packet/ip_fragment.h"

#include "packet/ip_octets.h"
#include "support/check.h"
#include "support/samples.h"

#include <string.h>

enum {
    FRAGMENTS_MAX = 16
};

struct cut {
    struct iptfs_inner *fragment[FRAGMENTS_MAX];
    uint32_t count;
};

/* Cuts the packet, and takes over its reference. */
static void cut(struct iptfs_store *store, struct iptfs_inner *inner, uint32_t most,
                struct cut *into)
{
    struct iptfs_inner *last = NULL, *at = iptfs_ip_fragment_cut(store, inner, most, &last);
    into->count = 0;
    for (; at != NULL && into->count < FRAGMENTS_MAX; at = at->next)
        into->fragment[into->count++] = at;
    CHECK_TRUE(into->count > 0 && into->fragment[into->count - 1] == last);
}

static struct iptfs_inner *deliver(struct iptfs_store *store, struct iptfs_inner *fragment)
{
    CHECK_INT(iptfs_inner_deliver(store, fragment), IPTFS_DELIVERY_FIRST);
    return iptfs_ip_fragment_delivered(store, fragment);
}

/* 1380 octets of payload at 576: twice 552 (69 units of 8), and 276. */
static void test_sizes(void)
{
    static const uint32_t octets[] = {572, 572, 296}, from[] = {0, 552, 1104};
    struct iptfs_store store;
    struct cut into;
    iptfs_store_init(&store);
    cut(&store, sample_hollow(&store, 1400, 1), 576, &into);
    CHECK_INT(into.count, 3);
    for (uint32_t i = 0; i < into.count; i++) {
        CHECK_INT(into.fragment[i]->octets, octets[i]);
        CHECK_INT(into.fragment[i]->from, from[i]);
    }
    CHECK_U64(store.ledger.offered.pkts, 1);
    CHECK_U64(store.ledger.offered.octets, 1400);
    struct iptfs_inner *whole = NULL;
    for (uint32_t i = 3; i-- > 0;) {
        CHECK_TRUE(whole == NULL);
        whole = deliver(&store, into.fragment[i]);
    }
    CHECK_TRUE(whole != NULL && whole->octets == 1400);
    for (uint32_t i = 0; i < into.count; i++)
        iptfs_inner_unref(&store, into.fragment[i]);
    CHECK_U64(store.ledger.delivered.pkts, 1);
    CHECK_U64(store.ledger.delivered.octets, 1400);
    CLOSE_STORE(&store);
}

/* The packet is dropped for the first cause of a fragment, and is counted once. */
static void test_one_is_lost(void)
{
    struct iptfs_store store;
    struct cut into;
    iptfs_store_init(&store);
    cut(&store, sample_hollow(&store, 1400, 1), 576, &into);
    CHECK_TRUE(deliver(&store, into.fragment[0]) == NULL);
    iptfs_inner_set_drop_cause(into.fragment[2], IPTFS_DROP_LINK_LOSS);
    iptfs_inner_set_drop_cause(into.fragment[1], IPTFS_DROP_LATE);
    iptfs_inner_unref(&store, into.fragment[2]);
    iptfs_inner_unref(&store, into.fragment[1]);
    CHECK_U64(iptfs_ledger_dropped(&store.ledger).pkts, 0);
    iptfs_inner_unref(&store, into.fragment[0]);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].pkts, 1);
    CHECK_U64(store.ledger.dropped[IPTFS_DROP_LINK_LOSS].octets, 1400);
    CHECK_U64(iptfs_ledger_dropped(&store.ledger).pkts, 1);
    CLOSE_STORE(&store);
}

static void test_a_mark_reaches_the_whole(void)
{
    struct iptfs_store store;
    struct cut into;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = sample_hollow(&store, 1400, 1);
    inner->tos = 0xBA; /* EF and ECT(0) */
    cut(&store, inner, 1000, &into);
    CHECK_INT(into.count, 2);
    CHECK_INT(into.fragment[1]->tos, 0xBA);
    iptfs_inner_decap_ecn(&store, into.fragment[0], 3, IPTFS_ECN_DECAP_RFC6040);
    deliver(&store, into.fragment[0]);
    struct iptfs_inner *whole = deliver(&store, into.fragment[1]);
    CHECK_TRUE(whole != NULL && whole->tos == 0xBB);
    iptfs_inner_unref(&store, into.fragment[0]);
    iptfs_inner_unref(&store, into.fragment[1]);
    CLOSE_STORE(&store);
}

/* Reassembles the octets of the fragments as a host does, and compares them with the packet's. */
static void check_octets(struct iptfs_store *store, struct iptfs_inner *inner, uint32_t most,
                         uint32_t again)
{
    static const struct iptfs_octets source = {NULL, NULL};
    static uint8_t expected[3000], bytes[3000], piece[3000];
    uint32_t octets = inner->octets, header = iptfs_ip_fragment_header_octets(inner);
    struct cut into, twice = {.count = 0};
    iptfs_inner_copy(&source, inner, inner->tos, 0, octets, expected);
    cut(store, inner, most, &into);
    if (again > 0) { /* the second fragment is cut once more */
        cut(store, into.fragment[1], again, &twice);
        into.fragment[1] = twice.fragment[0];
        for (uint32_t i = 1; i < twice.count; i++)
            into.fragment[into.count++] = twice.fragment[i];
    }
    uint32_t got = header, ends = 0;
    for (uint32_t i = 0; i < into.count; i++) {
        struct iptfs_inner *fragment = into.fragment[i];
        CHECK_TRUE(fragment->octets <= most);
        /* In two parts, as the rest of a buffer may ask for it. */
        iptfs_inner_copy(&source, fragment, fragment->tos, 0, 7, piece);
        iptfs_inner_copy(&source, fragment, fragment->tos, 7, fragment->octets - 7, piece + 7);
        uint32_t flags = iptfs_get16(piece + 6), at = header + (flags & 0x1FFF) * 8;
        CHECK_INT((piece[0] & 0xF) * 4, header);
        CHECK_U64(iptfs_get16(piece + 2), fragment->octets);
        CHECK_U64(iptfs_get16(piece + 4), iptfs_get16(expected + 4));
        CHECK_U64(iptfs_checksum_add(0, piece, header), 0xFFFF);
        ends += (flags & 0x2000) == 0;
        CHECK_INT(at + fragment->octets - header == octets, (flags & 0x2000) == 0);
        memcpy(bytes + at, piece + header, fragment->octets - header);
        got += fragment->octets - header;
        deliver(store, fragment);
        iptfs_inner_unref(store, fragment);
    }
    CHECK_INT(got, octets);
    CHECK_INT(ends, 1);
    CHECK_TRUE(memcmp(bytes + header, expected + header, octets - header) == 0);
}

static void test_octets(void)
{
    static uint8_t own[2000];
    struct iptfs_store store;
    iptfs_store_init(&store);
    for (uint32_t octets = 600; octets <= 2000; octets += 13)
        check_octets(&store, sample_hollow(&store, octets, octets), 500, octets > 1000 ? 100 : 0);
    sample_ip(own, 4, 2000, 7);
    own[6] = own[7] = 0; /* not a fragment */
    iptfs_ipv4_seal(own, 20);
    check_octets(&store, sample_inner(&store, own, 2000), 576, 300);
    CHECK_U64(store.ledger.delivered.pkts, store.ledger.offered.pkts);
    CLOSE_STORE(&store);
}

/* RFC 791, 3.1: later fragments carry only options whose copied flag is set. */
static void test_options(void)
{
    static const struct iptfs_octets source = {NULL, NULL};
    static const uint8_t options[] = {0x07, 7, 4, 1, 2, 3, 4, 0x94, 4, 0, 0, 0};
    static const uint8_t later[] = {1, 1, 1, 1, 1, 1, 1, 0x94, 4, 0, 0, 0};
    static uint8_t own[1000];
    uint8_t header[32];
    struct iptfs_store store;
    struct cut into;
    iptfs_store_init(&store);
    sample_ip(own, 4, 1000, 7);
    own[0] = 0x48;
    memcpy(own + 20, options, sizeof options);
    iptfs_ipv4_seal(own, 32);
    cut(&store, sample_inner(&store, own, 1000), 576, &into);
    CHECK_INT(into.count, 2);
    for (uint32_t i = 0; i < into.count; i++) {
        iptfs_inner_copy(&source, into.fragment[i], 0, 0, 32, header);
        CHECK_TRUE(memcmp(header + 20, i == 0 ? options : later, sizeof options) == 0);
        CHECK_U64(iptfs_checksum_add(0, header, 32), 0xFFFF);
        deliver(&store, into.fragment[i]);
        iptfs_inner_unref(&store, into.fragment[i]);
    }
    CLOSE_STORE(&store);
}

static void test_no_place(void)
{
    struct iptfs_store store;
    struct iptfs_inner *last = NULL;
    iptfs_store_init(&store);
    struct iptfs_inner *inner = sample_hollow(&store, 100, 1);
    CHECK_TRUE(iptfs_ip_fragment_cut(&store, inner, 27, &last) == NULL);
    store.max_octets = store.octets;
    inner->octets = 20000;
    CHECK_TRUE(iptfs_ip_fragment_cut(&store, inner, 28, &last) == NULL);
    CHECK_INT(inner->refs, 1);
    store.error = 0; /* as it should be */
    inner->octets = 100;
    iptfs_inner_deliver(&store, inner);
    iptfs_inner_unref(&store, inner);
    CLOSE_STORE(&store);
}

static void test_what_ip_allows(void)
{
    CHECK_TRUE(iptfs_ip_fragment_allowed(4, false));
    CHECK_TRUE(!iptfs_ip_fragment_allowed(4, true));
    CHECK_TRUE(!iptfs_ip_fragment_allowed(6, false));
}

const CU_TestInfo iptfs_tests_ip_fragment[] = {
    {"sizes", test_sizes},
    {"one is lost", test_one_is_lost},
    {"a mark reaches the whole", test_a_mark_reaches_the_whole},
    {"octets", test_octets},
    {"options", test_options},
    {"no place", test_no_place},
    {"what IP allows", test_what_ip_allows},
    CU_TEST_INFO_NULL,
};
