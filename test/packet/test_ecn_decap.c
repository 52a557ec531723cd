/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of RFC 6040, 4.2, written here as the RFC has it. */
#include "packet/ecn_decap.h"

#include "base/octets.h"
#include "packet/packet.h"
#include "support/check.h"

#include <string.h>

/* The columns of figure 4, and its rows. */
static const uint8_t order[] = {IPTFS_ECN_NOT_ECT, IPTFS_ECN_ECT0, IPTFS_ECN_ECT1, IPTFS_ECN_CE};
static const char *const figure_4[4][4] = {
    {"Not-ECT", "Not-ECT(!!!)", "Not-ECT(!!!)", "<drop>(!!!)"},
    {"ECT(0)", "ECT(0)", "ECT(1)", "CE"},
    {"ECT(1)", "ECT(1) (!)", "ECT(1)", "CE"},
    {"CE", "CE", "CE(!!!)", "CE"},
};

static uint8_t field_of(const char *cell)
{
    if (strncmp(cell, "ECT(0)", 6) == 0)
        return IPTFS_ECN_ECT0;
    if (strncmp(cell, "ECT(1)", 6) == 0)
        return IPTFS_ECN_ECT1;
    return strncmp(cell, "CE", 2) == 0 ? IPTFS_ECN_CE : IPTFS_ECN_NOT_ECT;
}

static uint8_t alarm_of(const char *cell)
{
    if (strstr(cell, "(!!!)") != NULL)
        return IPTFS_ECN_DANGEROUS;
    return strstr(cell, "(!)") != NULL ? IPTFS_ECN_POSSIBLY_DANGEROUS : IPTFS_ECN_USED;
}

static void test_the_table_of_rfc_6040(void)
{
    for (int row = 0; row < 4; row++)
        for (int column = 0; column < 4; column++) {
            const char *cell = figure_4[row][column];
            struct iptfs_ecn_outcome outcome =
                iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_RFC6040, order[row], order[column]);
            CHECK_INT(outcome.ecn, field_of(cell));
            CHECK_INT(outcome.drop, strstr(cell, "<drop>") != NULL);
            CHECK_INT(outcome.alarm, alarm_of(cell));
        }
}

static void test_the_other_two_ways(void)
{
    for (uint8_t inner = 0; inner < 4; inner++)
        for (uint8_t outer = 0; outer < 4; outer++) {
            struct iptfs_ecn_outcome mark =
                iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_MARK, inner, outer);
            struct iptfs_ecn_outcome nothing =
                iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_NOTHING, inner, outer);
            CHECK_INT(mark.ecn, outer == 3 && inner != 0 ? 3 : inner);
            CHECK_INT(nothing.ecn, inner);
            CHECK_TRUE(!mark.drop && !nothing.drop && mark.alarm == 0 && nothing.alarm == 0);
        }
}

/* Two outer packets brought the packet: the more severe field counts, in whichever order they
 * came, and the packet counts for one alarm at most. */
static void test_the_most_severe_counts(void)
{
    static const uint8_t rank[] = {0, 2, 1, 3}; /* of Not-ECT, ECT(1), ECT(0), CE */
    for (uint8_t inner = 0; inner < 4; inner++)
        for (uint8_t one = 0; one < 4; one++)
            for (uint8_t other = 0; other < 4; other++) {
                struct iptfs_store store = {.error = 0};
                struct iptfs_inner packet = {.tos = (uint8_t)(0xB8 | inner)};
                iptfs_inner_decap_ecn(&store, &packet, one, IPTFS_ECN_DECAP_RFC6040);
                iptfs_inner_decap_ecn(&store, &packet, other, IPTFS_ECN_DECAP_RFC6040);
                uint8_t outer = rank[one] > rank[other] ? one : other;
                uint8_t expected = inner == 0 || rank[inner] > rank[outer] ? inner : outer;
                CHECK_INT(packet.tos, 0xB8 | expected);
                CHECK_INT(iptfs_inner_sent_tos(&packet), 0xB8 | inner);
                CHECK_INT(packet.ce_refused, inner == 0 && outer == 3);
                bool alarm =
                    iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_RFC6040, inner, one).alarm != 0 ||
                    iptfs_ecn_decapsulate(IPTFS_ECN_DECAP_RFC6040, inner, other).alarm != 0;
                CHECK_U64(store.ecn_alarms[1] + store.ecn_alarms[2], alarm);
            }
}

const CU_TestInfo iptfs_tests_ecn_decap[] = {
    {"the table of RFC 6040", test_the_table_of_rfc_6040},
    {"the other two ways", test_the_other_two_ways},
    {"the most severe counts", test_the_most_severe_counts},
    CU_TEST_INFO_NULL,
};
