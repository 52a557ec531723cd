/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of the summary found by the names of values, and their units and captions. */
#include "summary/table.h"
#include "support/check.h"

#include <string.h>

static void check_value(const char *name, const char *unit, const char *caption)
{
    struct iptfs_summary_match match;
    char buffer[160];
    if (!iptfs_summary_find(name, &match)) {
        CHECK_FAIL("%s: not found", name);
        return;
    }
    CHECK_STR(match.unit, unit);
    CHECK_STR(iptfs_summary_caption(&match, buffer, sizeof buffer), caption);
}

static void names_have_units_and_captions(void)
{
    static const char *const values[][3] = {
        {"seed", "1", "seed"},
        {"inner.offered.pkts", "packets", "inner packets offered"},
        {"inner.dropped.link-loss", "packets", "inner packets dropped, link-loss"},
        {"outer.mean_fill", "share", "mean fill of outer packets"},
        {"delay_s.p99", "s", "delay, 99th percentile"},
        {"gather_s.p99", "s", "gathering of fragments, 99th percentile"},
        {"stall_s.mean", "s", "head-of-line stall, mean"},
        {"stall_s.share", "share", "head-of-line stall, share of packets"},
        {"reverse.goodput_bps", "bit/s", "reverse: goodput"},
        {"leak.load_entropy_bits", "bits", "entropy of the load"},
        {"counters.yang.ipsec-stats.tx-octets", "octets", "counter, yang.ipsec-stats.tx-octets"},
        {"counters.linux.XfrmInHdrError", "packets", "counter, linux.XfrmInHdrError"},
        {"negotiation.responder.flags", "1", "responder: flags of USE_AGGFRAG"},
        {"flows.calls.loss", "share", "calls: loss of inner packets"},
        {"reverse.flows.calls.rtt_s.min", "s", "reverse: calls: round trip, least"},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        check_value(values[i][0], values[i][1], values[i][2]);
}

static void names_of_flows_may_hold_dots(void)
{
    check_value("flows.a.b.delay_s.p50", "s", "a.b: delay, median");
    check_value("flows.a_s.lost", "packets", "a_s: inner packets lost");
}

static void other_names_are_not_found(void)
{
    static const char *const names[] = {
        "",        "inner",       "inner.dropped",       "inner.dropped.nothing",
        "delay_s", "delay_s.p98", "reverse.seed",        "flows.calls",
        "flows.",  "outer.lost",  "outer.mean_fill.two", "inner_bps",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct iptfs_summary_match match;
        if (iptfs_summary_find(names[i], &match))
            CHECK_FAIL("%s: found", names[i]);
    }
}

static void check_row(const struct iptfs_summary_row *row)
{
    size_t length = strlen(row->meaning);
    if (*row->unit == '\0' || *row->caption == '\0' || length == 0 ||
        row->meaning[length - 1] != '.')
        CHECK_FAIL("%s: needs a unit, a caption and a sentence", row->name);
    if (row->get == NULL && row->series.kind == IPTFS_SERIES_NONE)
        CHECK_FAIL("%s: has no getter", row->name);
    if (row->series.kind != IPTFS_SERIES_NONE && row->series.get == NULL)
        CHECK_FAIL("%s: has no getter for the series", row->name);
    if (row->parts != NULL && row->parts->name(0) == NULL)
        CHECK_FAIL("%s: has no parts", row->name);
}

static void rows_are_complete(void)
{
    for (size_t i = 0; i < iptfs_summary_group_count; i++) {
        const struct iptfs_summary_group *group = iptfs_summary_groups[i];
        for (size_t j = 0; j < group->count; j++) {
            check_row(&group->rows[j]);
            for (size_t k = 0; k < j; k++)
                if (strcmp(group->rows[k].name, group->rows[j].name) == 0)
                    CHECK_FAIL("%s: two rows", group->rows[j].name);
        }
    }
}

const CU_TestInfo iptfs_tests_summary_table[] = {
    {"names have units and captions", names_have_units_and_captions},
    {"names of flows may hold dots", names_of_flows_may_hold_dots},
    {"other names are not found", other_names_are_not_found},
    {"rows are complete", rows_are_complete},
    CU_TEST_INFO_NULL,
};
