/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many users of a section: the phases of their clocks, and their order. */
#include "traffic/users.h"

#include "base/units.h"
#include "support/check.h"

#include <string.h>

enum {
    USERS = 100
};

static const struct iptfs_traffic_setup setup = {.seed = 7, .run = 1, .flow = 3};

static void begin(struct iptfs_users *users, size_t count, size_t clocks)
{
    memset(users, 0, sizeof *users);
    users->flow.start_ps = IPTFS_PS_PER_S;
    users->flow.stop_ps = IPTFS_NEVER;
    users->flow.left = UINT64_MAX;
    CHECK_INT(iptfs_users_start(users, &setup, count, clocks, 20 * IPTFS_PS_PER_MS), IPTFS_OK);
}

/* Each clock has a phase of its own, within the period after the start. */
static void test_phases(void)
{
    struct iptfs_users users;
    begin(&users, USERS, USERS);
    for (size_t i = 0; i < USERS; i++) {
        CHECK_U64(users.heap[i].index, i);
        CHECK_TRUE(users.heap[i].at_ps >= IPTFS_PS_PER_S);
        CHECK_TRUE(users.heap[i].at_ps < IPTFS_PS_PER_S + 20 * IPTFS_PS_PER_MS);
        for (size_t j = 0; j < i; j++)
            CHECK_TRUE(users.heap[i].at_ps != users.heap[j].at_ps);
    }
    iptfs_users_release(&users.flow);
}

/* One user more leaves the phases and the random numbers of the others as they are. */
static void test_one_user_more(void)
{
    struct iptfs_users few, more;
    begin(&few, 10, 10);
    begin(&more, 11, 11);
    for (size_t i = 0; i < 10; i++)
        CHECK_INT(more.heap[i].at_ps, few.heap[i].at_ps);
    for (size_t user = 0; user < 3; user++) {
        struct iptfs_random *a = iptfs_users_stream(&setup, IPTFS_RANDOM_SIZE, user);
        struct iptfs_random *b = iptfs_users_stream(&setup, IPTFS_RANDOM_SIZE, user);
        struct iptfs_random *next = iptfs_users_stream(&setup, IPTFS_RANDOM_SIZE, user + 1);
        double first = iptfs_random_uniform(a);
        CHECK_NEAR(iptfs_random_uniform(b), first, 0);
        CHECK_TRUE(iptfs_random_uniform(next) != first);
        iptfs_random_free(a);
        iptfs_random_free(b);
        iptfs_random_free(next);
    }
    iptfs_users_release(&few.flow);
    iptfs_users_release(&more.flow);
}

/* Packets of all clocks are in the order of time. */
static void test_order(void)
{
    struct iptfs_users users;
    int64_t last_ps = 0;
    uint32_t sent[USERS] = {0};
    begin(&users, USERS, USERS);
    iptfs_users_schedule_first(&users);
    for (int i = 0; i < 10 * USERS; i++) {
        CHECK_INT(users.flow.next.at_ps, users.heap[0].at_ps);
        CHECK_TRUE(users.heap[0].at_ps >= last_ps);
        last_ps = users.heap[0].at_ps;
        sent[users.heap[0].index]++;
        iptfs_users_schedule(&users, last_ps + 20 * IPTFS_PS_PER_MS);
    }
    for (size_t i = 0; i < USERS; i++)
        CHECK_U64(sent[i], 10);
    iptfs_users_release(&users.flow);
}

static void test_one_clock_for_all(void)
{
    struct iptfs_users users;
    begin(&users, USERS, 1);
    CHECK_U64(users.clocks, 1);
    iptfs_users_schedule_first(&users);
    int64_t first_ps = users.flow.next.at_ps;
    iptfs_users_schedule(&users, first_ps + 5);
    CHECK_INT(users.flow.next.at_ps, first_ps + 5);
    iptfs_users_release(&users.flow);
    CHECK_U64(iptfs_users_udp_ip_octets(4), 28);
    CHECK_U64(iptfs_users_udp_ip_octets(6), 48);
}

const CU_TestInfo iptfs_tests_users[] = {
    {"phases", test_phases},
    {"one user more", test_one_user_more},
    {"packets in the order of time", test_order},
    {"one clock for all", test_one_clock_for_all},
    CU_TEST_INFO_NULL,
};
