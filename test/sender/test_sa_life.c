/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Soft and hard lifetimes of an SA, and its sequence numbers. */
#include "sender/sa_life.h"

#include "base/units.h"
#include "support/check.h"

#define S IPTFS_PS_PER_S

/* Sends packets of 100 encrypted octets, one a second from 0 on, until the SA is in this state;
 * returns how many. */
static uint64_t sent_until(const struct iptfs_sa_life_config *config, enum iptfs_sa_state state)
{
    struct iptfs_sa_life life;
    uint64_t seq = config->oseq;
    iptfs_sa_life_init(&life, config);
    for (uint64_t sent = 0; sent < 1000; sent++) {
        int64_t now_ps = (int64_t)sent * S;
        enum iptfs_sa_state found = iptfs_sa_life_check(&life, now_ps, seq);
        CHECK_TRUE(iptfs_sa_life_matters(&life, seq) || found == IPTFS_SA_USED);
        if (found == state)
            return sent;
        seq++;
        iptfs_sa_life_sent(&life, 100);
    }
    return 1000;
}

static void test_the_first_limit_counts(void)
{
    const struct iptfs_sa_life_config none = {.esn = false};
    CHECK_U64(sent_until(&none, IPTFS_SA_DUE), 1000);
    const struct iptfs_sa_lifetime limits[] = {
        {7, 0, 0},   {0, 700, 0},       {0, 0, 7 * S},     {7, 9999, 99 * S},
        {0, 650, 0}, {99, 700, 99 * S}, {99, 9999, 7 * S},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        const struct iptfs_sa_life_config soft = {.soft = limits[i]}, hard = {.hard = limits[i]};
        CHECK_U64(sent_until(&soft, IPTFS_SA_DUE), 7);
        CHECK_U64(sent_until(&hard, IPTFS_SA_ENDED), 7);
    }
}

/* The rekey takes 3 s from the soft lifetime of 5 packets; the SA may send 10, or 6. */
static void test_a_rekey_takes_time(void)
{
    struct iptfs_sa_life_config config = {.soft.pkts = 5, .hard.pkts = 10, .rekey_time_ps = 3 * S};
    CHECK_U64(sent_until(&config, IPTFS_SA_DUE), 8);
    config.hard.pkts = 6;
    CHECK_U64(sent_until(&config, IPTFS_SA_AWAITED), 6);
    config.hard.pkts = 8;
    CHECK_U64(sent_until(&config, IPTFS_SA_OVER), 8);
    config.hard.pkts = 4; /* before the soft one: then it starts the rekey */
    CHECK_U64(sent_until(&config, IPTFS_SA_AWAITED), 4);
}

/* RFC 4303, 3.3.3: the counter does not cycle. The last number is 2^32 - 1, with ESN 2^64 - 1. */
static void test_numbers_are_used_up(void)
{
    struct iptfs_sa_life_config config = {.oseq = UINT32_MAX - 9u};
    CHECK_U64(sent_until(&config, IPTFS_SA_ENDED), 9);
    config.soft.pkts = 500;
    CHECK_U64(sent_until(&config, IPTFS_SA_OVER), 9);
    config.rekey_time_ps = S;
    CHECK_U64(sent_until(&config, IPTFS_SA_AWAITED), 9);
    config.soft.pkts = 0;
    config.esn = true;
    CHECK_U64(sent_until(&config, IPTFS_SA_ENDED), 1000);
    config.oseq = UINT64_MAX - 9u;
    CHECK_U64(sent_until(&config, IPTFS_SA_ENDED), 9);
}

static void test_the_next_sa_starts_anew(void)
{
    const struct iptfs_sa_life_config config = {.soft = {5, 500, 5 * S}};
    struct iptfs_sa_life life;
    iptfs_sa_life_init(&life, &config);
    for (int i = 0; i < 5; i++)
        iptfs_sa_life_sent(&life, 100);
    CHECK_INT(iptfs_sa_life_check(&life, 5 * S, 5), IPTFS_SA_DUE);
    iptfs_sa_life_next(&life, 6 * S);
    CHECK_INT(iptfs_sa_life_check(&life, 10 * S, 0), IPTFS_SA_USED);
    CHECK_INT(iptfs_sa_life_check(&life, 11 * S, 0), IPTFS_SA_DUE);
}

const CU_TestInfo iptfs_tests_sa_life[] = {
    {"the first limit counts", test_the_first_limit_counts},
    {"a rekey takes time", test_a_rekey_takes_time},
    {"numbers are used up", test_numbers_are_used_up},
    {"the next SA starts anew", test_the_next_sa_starts_anew},
    CU_TEST_INFO_NULL,
};
