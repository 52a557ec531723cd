/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots of sweeps: the files that are drawn. */
#include "plot/plot.h"

#include "support/check.h"
#include "support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 50ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define SWEEP "[sweep]\nlink.loss = 0, 1%, 5%\ntunnel.init-delay = 0, 1ms\nseed = 1 .. 3\n"

#define PLOTS                                                                                      \
    "[plot.lines]\nx = tunnel.init-delay\ny = inner.offered.pkts\nby = link.loss\nlogx = on\n"     \
    "[plot.heat]\nkind = heatmap\nx = tunnel.init-delay\ny = delay_s.mean\nby = link.loss\n"       \
    "[plot.cdf]\nkind = cdf\ny = delay_s.mean\nby = link.loss\n"                                   \
    "[plot.boxes]\nkind = boxes\nx = tunnel.init-delay\ny = delay_s.mean\nby = link.loss\n"        \
    "[plot.one]\nx = outer.overhead\ny = delay_s.p99\nlogy = on\nwhere = link.loss=1%\n"

/* A folder with a sweep in "o"; false, and no folder, where GNU parallel is missing. */
static bool make_sweep(void)
{
    if (!folder_have("parallel") || !folder_have("gnuplot"))
        return false;
    folder_make();
    folder_write("s.ini", BASE SWEEP PLOTS);
    CHECK_INT(folder_script("sim sweep s.ini --out o"), 0);
    return true;
}

/* Packets offered depend only on the seed, not on losses: 32, 31, 34 (`show`). By hand: mean 97/3,
 * s^2 = 7/3, t(0.975; 2) = 4.3026527, half = 4.3026527 * sqrt(7/9) = 3.794583. */
#define HEAD                                                                                       \
    "# lines: inner.offered.pkts over tunnel.init-delay\n"                                         \
    "# units: inner.offered.pkts packets, tunnel.init-delay s, link.loss parts of 1\n"             \
    "# n: runs; ci95: half the 95 % confidence interval of the mean (Student's t)\n"               \
    "# x,mean,ci95,n,link.loss\n"
#define CURVE(loss)                                                                                \
    "0,32.3333333333,3.7945830336,3," loss "\n0.001,32.3333333333,3.7945830336,3," loss "\n"

static void all_kinds_are_drawn(void)
{
    static const char *const names[] = {"lines", "heat", "cdf", "boxes", "one"};
    if (!make_sweep())
        return;
    for (size_t i = 0; i < 5; i++) {
        char path[64];
        snprintf(path, sizeof path, "o/plots/%s.svg", names[i]);
        CHECK_HAS(path, "</svg>");
        snprintf(path, sizeof path, "o/plots/%s.png", names[i]);
        CHECK_HAS(path, "\x89PNG");
    }
    CHECK_HAS("o/plots/lines.svg", "loss of outer packets");
    CHECK_HAS("o/plots/lines.svg", ">5 %<");
    char *csv = folder_read("o/plots/lines.csv", NULL);
    CHECK_STR(csv, HEAD CURVE("0") "\n\n" CURVE("0.01") "\n\n" CURVE("0.05"));
    free(csv);
    CHECK_INT(folder_script("sim plot o lines --terminal"), 0);
    CHECK_HAS("stdout", "5 %");
    /* The curves are equal, and the last one hides the others: gnuplot 5.4 and 6.0 draw it so. */
    char *drawing = folder_read("stdout", NULL);
    if (drawing == NULL || (strstr(drawing, "####") == NULL && strstr(drawing, "$$$$") == NULL))
        CHECK_FAIL("no curve in \"%s\"", drawing == NULL ? "" : drawing);
    free(drawing);
    folder_remove();
}

/* Two curves stand within half the least distance, 1 us: 0.125 us either way. */
static void marks_stay_at_their_x(void)
{
    if (!make_sweep())
        return;
    folder_write("near.ini", BASE "[sweep]\nlink.loss = 0, 5%\ntunnel.init-delay = 0, 1us, 1ms\n"
                                  "seed = 1, 2\n[plot.near]\nx = tunnel.init-delay\n"
                                  "y = delay_s.mean\nby = link.loss\n"
                                  "[plot.zero]\nx = tunnel.init-delay\n"
                                  "y = inner.dropped.link-loss\nby = link.loss\n");
    CHECK_INT(folder_script("sim sweep near.ini --out near"), 0);
    CHECK_HAS("near/plots/zero.gp", "set yrange [0:*]"); /* bars end there */
    CHECK_HAS("near/plots/near.gp", "data index 0 using (($1 + -1.25e-07) * xunit)");
    CHECK_HAS("near/plots/near.gp", "data index 1 using (($1 + 1.25e-07) * xunit)");
    /* Less than a decade has labels too. */
    folder_write("near.ini", BASE "[sweep]\nlink.delay = 4ms, 5ms\n[plot.log]\nx = link.delay\n"
                                  "y = delay_s.min\nlogy = on\n");
    CHECK_INT(folder_script("sim sweep near.ini --out log && grep -c \"'4' 4, '5' 5, '6' 6\" "
                            "log/plots/log.gp"),
              0);
    folder_remove();
}

static void plots_can_be_drawn_again(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(folder_script(
                  "cp -r o/plots first && rm -r o/plots o/points && sim plot o && diff -r o/plots "
                  "first"),
              0);
    CHECK_INT(folder_script("cd first && rm *.svg *.png && gnuplot lines.gp && cmp lines.svg "
                            "../o/plots/lines.svg && cmp lines.png ../o/plots/lines.png"),
              0);
    folder_write("more.ini", "[plot.more]\ny = goodput_bps\nkind = cdf\n");
    CHECK_INT(folder_script("sim plot o --file more.ini && test -s o/plots/more.png"), 0);
    CHECK_INT(folder_script("sim plot o lins"), 2);
    CHECK_HAS("stderr", "found plot 'lins', allowed: those of o/sweep.ini; did you mean 'lines'?");
    CHECK_INT(folder_script("sim plot ."), 2);
    CHECK_HAS("stderr", ".: found no sweep.ini");
    folder_write("bad.ini", "[plot.more]\ny = goodput_pbs\nkind = cdf\n");
    CHECK_INT(folder_script("sim plot o --file bad.ini"), 2);
    CHECK_HAS("stderr", "did you mean 'goodput_bps'?");
    folder_remove();
}

static void plots_are_no_part_of_a_sweep(void)
{
    if (!make_sweep())
        return;
    folder_write("s.ini", BASE SWEEP "[plot.new]\nkind = cdf\ny = goodput_bps\n");
    CHECK_INT(folder_script("cp o/plots/heat.gp o/plots/mine.gp && touch o/plots/heat.txt"), 0);
    CHECK_INT(folder_script("cp o/results.db old.db && sim sweep s.ini --out o --resume"), 0);
    CHECK_INT(folder_script("test $(ls o/plots | wc -l) = 6 && ls o/plots"), 0);
    CHECK_HAS("stdout", "heat.txt\nmine.gp\nnew.csv\nnew.gp\nnew.png\nnew.svg\n");
    CHECK_INT(folder_script("sim sweep s.ini --out o --resume"), 0);
    CHECK_HAS("stdout", "18: 18 there before, 0 run");
    CHECK_HAS("o/plots/new.svg", "</svg>");
    CHECK_INT(folder_script("cmp old.db o/results.db"), 0);
    folder_write("s.ini", BASE SWEEP "[plot.new]\nkind = cdf\ny = goodput\n");
    CHECK_INT(folder_script("sim sweep s.ini --dry-run"), 2);
    CHECK_HAS("stderr", "[plot.new] y: found an unknown key 'goodput'");
    CHECK_INT(folder_script("sim run s.ini --quiet --out alone"), 0);
    folder_remove();
}

static void a_missing_gnuplot_is_reported(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(folder_script("PATH=/nonexistent; sim plot o lines"), 2);
    CHECK_HAS("stderr", "iptfs-sim: gnuplot cannot be started: is the package 'gnuplot-nox' "
                        "installed?\n");
    CHECK_HAS("o/plots/lines.svg", "</svg>"); /* the old one */
    folder_remove();
}

/* Texts that would be commands of gnuplot or of a shell, were they not quoted. */
static void texts_cannot_be_commands(void)
{
    static const char *const hostile[] = {
        "'; system(\"touch pwned\"); '",
        "`touch pwned`",
        "\"; !touch pwned",
        "' `touch pwned` '",
        "$x @y %s %d %n \\n {/Bold x} <b>&amp;",
        "\\",
        "'",
        "''",
        "x\\' ; !touch pwned",
    };
    if (!make_sweep())
        return;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "[plot.h]\nx = tunnel.init-delay\ny = delay_s.mean\nby = link.loss\ntitle = %s\n"
                 "xlabel = %s\nylabel = %s\n",
                 hostile[i], hostile[i], hostile[i]);
        folder_write("h.ini", text);
        if (!CHECK_INT(folder_script("rm -f o/plots/h.*; sim plot o --file h.ini"), 0))
            CHECK_HAS("stderr", hostile[i]);
        CHECK_HAS("o/plots/h.svg", "</svg>");
    }
    CHECK_INT(folder_script("test -z \"$(find . -name 'pwned*')\""), 0);
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_plot[];
const CU_TestInfo iptfs_tests_plot[] = {
    {"all kinds are drawn", all_kinds_are_drawn},
    {"marks stay at their x", marks_stay_at_their_x},
    {"plots can be drawn again", plots_can_be_drawn_again},
    {"plots are no part of a sweep", plots_are_no_part_of_a_sweep},
    {"a missing gnuplot is reported", a_missing_gnuplot_is_reported},
    {"texts cannot be commands", texts_cannot_be_commands},
    CU_TEST_INFO_NULL,
};
