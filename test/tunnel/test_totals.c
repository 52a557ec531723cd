/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tunnel counted after a time. */
#include "tunnel/totals.h"

#include "support/check.h"

static void every_count_is_subtracted(void)
{
    union {
        struct iptfs_totals totals;
        uint64_t counts[sizeof(struct iptfs_totals) / sizeof(uint64_t)];
    } now, before, since;
    const size_t count = sizeof now.counts / sizeof now.counts[0];
    for (size_t i = 0; i < count; i++) {
        now.counts[i] = 1000 + 7 * i;
        before.counts[i] = 3 * i;
    }
    since.totals = iptfs_totals_since(&now.totals, &before.totals);
    for (size_t i = 0; i < count; i++)
        CHECK_U64(since.counts[i], 1000 + 4 * i);
    CHECK_U64(since.totals.ledger.offered.pkts, 1000);
}

/* Five were in flight; of these and seven new ones nine were delivered and one dropped. */
static void the_ledger_balances_after_a_time(void)
{
    struct iptfs_totals before = {.ledger = {.offered = {20, 2000}, .delivered = {15, 1500}}};
    struct iptfs_totals now = {.ledger = {.offered = {27, 2700}, .delivered = {24, 2400}}};
    now.ledger.dropped[IPTFS_DROP_LATE].pkts = 1;
    struct iptfs_totals since = iptfs_totals_since(&now, &before);
    CHECK_TRUE(iptfs_totals_balanced(&since, &before, 2));
    CHECK_TRUE(!iptfs_totals_balanced(&since, &before, 1));
    CHECK_TRUE(!iptfs_totals_balanced(&since, &before, 3));
    since.ledger.unexplained = 1;
    CHECK_TRUE(!iptfs_totals_balanced(&since, &before, 2));
}

const CU_TestInfo iptfs_tests_totals[] = {
    {"every count is subtracted", every_count_is_subtracted},
    {"the ledger balances after a time", the_ledger_balances_after_a_time},
    CU_TEST_INFO_NULL,
};
