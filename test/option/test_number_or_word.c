/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/kind.h"
#include "option/option.h"
#include "support/check.h"
#include "wire/outer_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config {
    uint32_t label;
};

static const struct iptfs_option label = {.key = "flow-label",
                                          .kind = &iptfs_kind_flow_label,
                                          IPTFS_OPTION_FIELD(config, label),
                                          .maximum = IPTFS_FLOW_LABEL_RANDOM - 1};

static void check_reads(const char *text, uint32_t value, const char *printed)
{
    struct config config = {7};
    char *found = NULL;
    size_t size;
    CHECK_INT(iptfs_option_set(&label, &config, text, NULL), IPTFS_OK);
    CHECK_U64(config.label, value);
    FILE *out = open_memstream(&found, &size);
    iptfs_option_print(&label, &config, out);
    fclose(out);
    CHECK_STR(found, printed);
    free(found);
}

static void test_reads_a_word_or_a_number(void)
{
    check_reads("random", IPTFS_FLOW_LABEL_RANDOM, "random");
    check_reads(" random", IPTFS_FLOW_LABEL_RANDOM, "random");
    check_reads("0", 0, "0");
    check_reads("0xfffff", 0xFFFFF, "1048575");
}

static void test_refuses_other_values(void)
{
    static const char *const wrong[] = {"1048576", "-1", "", "randomly", "auto", "5B"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct config config = {7};
        struct iptfs_error error = {0};
        CHECK_INT(iptfs_option_set(&label, &config, wrong[i], &error), IPTFS_E_INVALID);
        CHECK_TRUE(strstr(error.text, "allowed: random, or 0 to 1048575") != NULL);
        CHECK_U64(config.label, 7);
    }
}

static void test_numbers_are_numbers(void)
{
    double number;
    CHECK_TRUE(iptfs_option_number(&label, "12", &number) && number == 12);
    CHECK_TRUE(!iptfs_option_number(&label, "random", &number));
}

const CU_TestInfo iptfs_tests_number_or_word[] = {
    {"reads a word or a number", test_reads_a_word_or_a_number},
    {"refuses other values", test_refuses_other_values},
    {"numbers are numbers", test_numbers_are_numbers},
    CU_TEST_INFO_NULL,
};
