/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections [plot.NAME] of a sweep file: read, and checked before anything runs. */
#include "plot/sections.h"

#include "plot/kind.h"
#include "plot/plot.h"
#include "support/check.h"
#include "sweep/sweep.h"

#include <stdio.h>
#include <string.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 50ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define SWEEP "[sweep]\nlink.loss = 0, 1%, 5%\ntunnel.init-delay = 0, 1ms\nseed = 1 .. 3\n"

#define CASES "case.esp = tunnel.mode=esp\ncase.hasty = tunnel.drop-time=9ms\n"

static void sections_are_read(void)
{
    static const char text[] =
        "[plot.one]\nx = tunnel.init-delay\ny = delay_s.p99\nby = link.loss, case\n"
        "where = link.rate=2Mbps; seed = 1\ntitle = It's 5 % \\n\nlogx = on\n"
        "[sweep]\nseed = 1\n[plot.two]\nkind = cdf\ny = goodput_bps\n";
    struct iptfs_plots plots;
    struct iptfs_error error = {0};
    if (!CHECK_INT(iptfs_plots_parse(&plots, text, "f.ini", &error), 0))
        return;
    if (CHECK_U64(plots.count, 2)) {
        const struct iptfs_plot *one = &plots.plots[0];
        CHECK_STR(one->name, "one");
        CHECK_U64(one->n_by, 2);
        CHECK_STR(one->by[1].text, "case");
        CHECK_U64(one->n_where, 2);
        CHECK_STR(one->where_key[1].text, "seed");
        CHECK_STR(one->where_value[0].text, "2Mbps");
        CHECK_STR(one->title.text, "It's 5 % \\n");
        CHECK_TRUE(one->logx && !one->logy);
        CHECK_STR(plots.plots[1].kind->name, "cdf");
    }
    iptfs_plots_free(&plots);
}

/* A sweep with these plots is refused before it runs, or (expected NULL) is not. */
static void check_refused(const char *lines, const char *expected, int line)
{
    struct iptfs_sweep sweep;
    struct iptfs_error error = {0};
    char text[2048];
    snprintf(text, sizeof text, "%s%s", BASE SWEEP CASES, lines);
    if (iptfs_sweep_parse_text(&sweep, text, "f.ini", &error) != 0) {
        check_fail(__FILE__, line, "%s", error.text);
        return;
    }
    int code = iptfs_plot_check(&sweep, &error);
    if (code != (expected != NULL ? IPTFS_E_INVALID : 0))
        check_fail(__FILE__, line, "%d: %s", code, error.text);
    if (expected != NULL && strstr(error.text, expected) == NULL)
        check_fail(__FILE__, line, "\"%s\" is not in \"%s\"", expected, error.text);
    iptfs_sweep_free(&sweep);
}
#define CHECK_REFUSED(lines, expected) check_refused((lines), (expected), __LINE__)
#define P "[plot.p]\n"

static void mistakes_name_their_line(void)
{
    CHECK_REFUSED("[plot.]\n", "f.ini:17: [plot.]: found '', allowed: a name of 1 to 40 letters");
    CHECK_REFUSED("[plot.a/b]\n", "found 'a/b', allowed: a name");
    CHECK_REFUSED("[plot.-x]\n", "found '-x', allowed: a name");
    CHECK_REFUSED(P "y = goodput_bps\nkind = cdf\n" P,
                  "f.ini:20: [plot.p]: found the section again");
    CHECK_REFUSED(P "yy = 3\n", "f.ini:18: [plot.p] yy: found an unknown key");
    CHECK_REFUSED(P "titel = 3\n", "did you mean 'title'?");
    CHECK_REFUSED(P "x = case\nx = case\n", "f.ini:19: [plot.p] x: found the key again (first in");
    CHECK_REFUSED(P "kind = line\n", "f.ini:18: [plot.p] kind: found 'line', allowed: lines, ");
    CHECK_REFUSED(P "logx = maybe\n", "f.ini:18: [plot.p] logx: found 'maybe'");
    CHECK_REFUSED(P "by = case,,seed\n", "a key between the commas");
    CHECK_REFUSED(P "where = case\n", "[plot.p] where: found 'case', allowed: key=value");
    CHECK_REFUSED(P "x = case\n", "f.ini:17: [plot.p] y: found nothing");
    CHECK_REFUSED(P "y = goodput_bps\n", "f.ini:17: [plot.p] x: found nothing");
    CHECK_REFUSED(P "kind = cdf\nx = case\ny = goodput_bps\n", "[plot.p] x: found 'case'");
    CHECK_REFUSED(P "kind = heatmap\nx = case\ny = goodput_bps\n", "found 0 keys, allowed: one");
    CHECK_REFUSED(P "kind = boxes\nlogx = on\nx = case\ny = goodput_bps\n", "logx: found 'on'");
}

#define ALL "by = case, link.loss\n"

static void keys_and_values_are_checked(void)
{
    CHECK_REFUSED(P "x = tunnel.init-delay\ny = delay_s.p99\n" ALL, NULL);
    CHECK_REFUSED(P "x = outer.overhead\ny = delay_s.p99\n" ALL, NULL);
    CHECK_REFUSED(P "x = tunnel.drop-time\nby = tunnel.mode\ny = delay_s.p99\n"
                    "where = link.loss=0.01; tunnel.init-delay=1000us\n",
                  NULL);
    CHECK_REFUSED(
        P "x = tunnel.init-delay\ny = dely_s.p99\n" ALL,
        "f.ini:19: [plot.p] y: found an unknown key 'dely_s.p99', allowed: a value of the "
        "summary; did you mean 'delay_s.p99'?");
    CHECK_REFUSED(P "x = tunnel.int-delay\ny = delay_s.p99\n" ALL,
                  "f.ini:18: [plot.p] x: found an unknown key 'tunnel.int-delay'");
    CHECK_REFUSED(P "x = tunnel.int-delay\ny = delay_s.p99\n" ALL,
                  "did you mean 'tunnel.init-delay'?");
    CHECK_REFUSED(P "x = case\ny = tunnel.init-delay\n" ALL, "y: found 'tunnel.init-delay'");
    CHECK_REFUSED(P "x = case\ny = goodput_bps\nby = cas\n", "by: found an unknown key 'cas'");
    CHECK_REFUSED(P "x = case\ny = goodput_bps\nby = delay_s.p99\n", "by: found 'delay_s.p99'");
    CHECK_REFUSED(P "x = case\ny = goodput_bps\nwhere = link.loss=2%\n",
                  "f.ini:20: [plot.p] where: found link.loss = '2%', allowed: a value that points "
                  "have: 0 %, 1 %, 5 %");
    CHECK_REFUSED(P "x = case\ny = goodput_bps\nwhere = case=hastey\n", "did you mean 'hasty'?");
    CHECK_REFUSED(P "x = tunnel.init-delay\ny = goodput_bps\nby = case\n",
                  "f.ini:17: [plot.p]: found points that differ in link.loss too (0 % and 1 %), "
                  "allowed: only in seed");
    CHECK_REFUSED(P "kind = cdf\ny = goodput_bps\n", NULL);
    CHECK_REFUSED(P "x = outer.overhead\ny = delay_s.p99\nby = case\n",
                  "f.ini:17: [plot.p]: found points that differ in tunnel.init-delay beside "
                  "link.loss, allowed: in one key and seed, for a line joins them");
    CHECK_REFUSED(P "x = outer.overhead\ny = delay_s.p99\nby = case\nwhere = link.loss=0\n", NULL);
}

/* Keys that move together are one for a line. */
static void keys_that_move_together_make_one_line(void)
{
    static const char text[] =
        BASE "[sweep]\nlink.loss = 0, 1%, 5%\ntunnel.init-delay = 1ms, 2ms, 4ms\n"
             "case.a = link.delay=1ms\nzip = link.loss, tunnel.init-delay\nseed = 1, 2\n" P
             "x = outer.overhead\ny = delay_s.p99\n";
    struct iptfs_sweep sweep;
    struct iptfs_error error = {0};
    if (!CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), 0))
        return;
    if (!CHECK_INT(iptfs_plot_check(&sweep, &error), 0))
        CHECK_STR(error.text, "");
    iptfs_sweep_free(&sweep);
}

extern const CU_TestInfo iptfs_tests_plot_sections[];
const CU_TestInfo iptfs_tests_plot_sections[] = {
    {"sections are read", sections_are_read},
    {"mistakes name their line", mistakes_name_their_line},
    {"keys and values are checked", keys_and_values_are_checked},
    {"keys that move together make one line", keys_that_move_together_make_one_line},
    CU_TEST_INFO_NULL,
};
