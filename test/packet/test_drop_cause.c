/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of drop causes. */
#include "packet/drop_cause.h"

#include "support/check.h"

#include <string.h>

static void test_the_walk_meets_every_cause_once(void)
{
    bool met[IPTFS_DROP_COUNT] = {false};
    size_t count = 0;
    enum iptfs_drop_cause cause;
    for (; (cause = iptfs_drop_cause_at(count)) != IPTFS_DROP_NONE; count++) {
        CHECK_TRUE(cause < IPTFS_DROP_COUNT && !met[cause]);
        met[cause] = true;
    }
    CHECK_U64(count + 1, IPTFS_DROP_COUNT);
    CHECK_INT(iptfs_drop_cause_at(count + 1), IPTFS_DROP_NONE);
}

static void test_every_cause_has_a_name_of_its_own_and_a_meaning(void)
{
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++) {
        const char *name = iptfs_drop_cause_name(cause);
        CHECK_TRUE(name[0] != '\0' && strchr(name, ' ') == NULL);
        CHECK_TRUE(iptfs_drop_cause_meaning(cause)[0] != '\0');
        for (size_t other = 0; other < i; other++)
            CHECK_TRUE(strcmp(name, iptfs_drop_cause_name(iptfs_drop_cause_at(other))) != 0);
    }
    CHECK_STR(iptfs_drop_cause_name(IPTFS_DROP_NO_QUEUE_SPACE), "no-queue-space");
    CHECK_STR(iptfs_drop_cause_name(IPTFS_DROP_NONE), "none");
    CHECK_STR(iptfs_drop_cause_name(IPTFS_DROP_COUNT), "unknown");
    CHECK_STR(iptfs_drop_cause_meaning(IPTFS_DROP_COUNT), "unknown");
}

static void test_places(void)
{
    CHECK_INT(iptfs_drop_cause_place(IPTFS_DROP_NO_QUEUE_SPACE), IPTFS_DROP_AT_SENDER);
    CHECK_INT(iptfs_drop_cause_place(IPTFS_DROP_TUNNEL_STOPPED), IPTFS_DROP_AT_SENDER);
    CHECK_INT(iptfs_drop_cause_place(IPTFS_DROP_LINK_MTU), IPTFS_DROP_AT_LINK);
    CHECK_INT(iptfs_drop_cause_place(IPTFS_DROP_BLACKOUT), IPTFS_DROP_AT_LINK);
    CHECK_INT(iptfs_drop_cause_place(IPTFS_DROP_REPLAY), IPTFS_DROP_AT_RECEIVER);
    CHECK_INT(iptfs_drop_cause_place(IPTFS_DROP_BAD_HEADER), IPTFS_DROP_AT_RECEIVER);
}

const CU_TestInfo iptfs_tests_drop_cause[] = {
    {"the walk meets every cause once", test_the_walk_meets_every_cause_once},
    {"every cause has a name of its own and a meaning",
     test_every_cause_has_a_name_of_its_own_and_a_meaning},
    {"places", test_places},
    CU_TEST_INFO_NULL,
};
