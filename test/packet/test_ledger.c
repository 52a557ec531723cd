/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sums and the balance of the ledger. */
#include "packet/ledger.h"

#include "support/check.h"

static void test_the_sum_of_the_drops(void)
{
    struct iptfs_ledger ledger = {.offered = {30, 3000}, .delivered = {7, 700}};
    ledger.dropped[IPTFS_DROP_NO_QUEUE_SPACE] = (struct iptfs_tally){1, 100};
    ledger.dropped[IPTFS_DROP_LINK_LOSS] = (struct iptfs_tally){2, 300};
    iptfs_tally_add(&ledger.dropped[IPTFS_DROP_BAD_HEADER], 60);
    CHECK_U64(iptfs_ledger_dropped(&ledger).pkts, 4);
    CHECK_U64(iptfs_ledger_dropped(&ledger).octets, 460);
    CHECK_U64(iptfs_ledger_in_flight(&ledger), 30 - 7 - 4);
}

static void test_it_balances_only_when_all_is_found(void)
{
    struct iptfs_ledger ledger = {.offered = {10, 1000}, .delivered = {5, 500}};
    ledger.dropped[IPTFS_DROP_BAD_HEADER].pkts = 2;
    CHECK_U64(iptfs_ledger_in_flight(&ledger), 3);
    CHECK_TRUE(iptfs_ledger_balanced(&ledger, 3));
    CHECK_TRUE(!iptfs_ledger_balanced(&ledger, 2));
    CHECK_TRUE(!iptfs_ledger_balanced(&ledger, 4));
    ledger.unexplained = 1;
    CHECK_TRUE(!iptfs_ledger_balanced(&ledger, 3));
}

const CU_TestInfo iptfs_tests_ledger[] = {
    {"the sum of the drops", test_the_sum_of_the_drops},
    {"it balances only when all is found", test_it_balances_only_when_all_is_found},
    CU_TEST_INFO_NULL,
};
