/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/time_or_word.h"

#include "base/units.h"
#include "option/option.h"
#include "support/check.h"

#include <string.h>

struct config {
    int64_t phase_ps;
    int64_t warm_up_ps;
};

static const struct iptfs_option phase = {.key = "phase",
                                          .kind = &iptfs_kind_phase,
                                          IPTFS_OPTION_FIELD(config, phase_ps),
                                          .maximum = IPTFS_PS_PER_S};
static const struct iptfs_option warm_up = {.key = "warm-up",
                                            .kind = &iptfs_kind_warm_up,
                                            IPTFS_OPTION_FIELD(config, warm_up_ps),
                                            .maximum = IPTFS_PS_PER_S};

static void test_reads_a_word_or_a_time(void)
{
    struct config config = {7, 7};
    CHECK_INT(iptfs_option_set(&phase, &config, "3ms", NULL), IPTFS_OK);
    CHECK_INT(config.phase_ps, 3 * IPTFS_PS_PER_MS);
    CHECK_INT(iptfs_option_set(&phase, &config, "0", NULL), IPTFS_OK);
    CHECK_INT(config.phase_ps, 0);
    CHECK_INT(iptfs_option_set(&phase, &config, "random", NULL), IPTFS_OK);
    CHECK_INT(config.phase_ps, IPTFS_TIME_BY_WORD);
    CHECK_INT(iptfs_option_set(&warm_up, &config, "auto", NULL), IPTFS_OK);
    CHECK_INT(config.warm_up_ps, IPTFS_TIME_BY_WORD);
}

static void test_refuses_other_values(void)
{
    static const char *const wrong[] = {"auto", "2s", "-1ms", "", "randomly"};
    struct config config = {7, 7};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct iptfs_error error = {0};
        CHECK_INT(iptfs_option_set(&phase, &config, wrong[i], &error), IPTFS_E_INVALID);
        CHECK_TRUE(strstr(error.text, "allowed: random, or 0 to 1s") != NULL);
        CHECK_INT(config.phase_ps, 7);
    }
}

static void test_numbers_are_seconds(void)
{
    double number;
    CHECK_TRUE(iptfs_option_number(&phase, "20ms", &number) && number == 0.02);
    CHECK_TRUE(!iptfs_option_number(&phase, "random", &number));
}

const CU_TestInfo iptfs_tests_time_or_word[] = {
    {"reads a word or a time", test_reads_a_word_or_a_time},
    {"refuses other values", test_refuses_other_values},
    {"numbers are seconds", test_numbers_are_seconds},
    CU_TEST_INFO_NULL,
};
