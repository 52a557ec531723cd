/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plot is made of: the points that it takes, its curves and marks, and what is refused,
 * before a sweep where that can be known, else when it is drawn. */
#include "plot/data.h"

#include "support/check.h"
#include "support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 20ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define HEAD "# n: runs; ci95: half the 95 % confidence interval of the mean (Student's t)\n"

static void write_file(const char *sweep, const char *plot)
{
    char text[2048];
    snprintf(text, sizeof text, BASE "[sweep]\n%s[plot.a]\n%s", sweep, plot);
    folder_write("s.ini", text);
}

/* Each is refused before any point runs. */
static void refused_before_the_run(void)
{
    static const struct {
        const char *sweep, *plot, *message;
    } rows[] = {
        {"link.loss = 0 : 0.5 : 0.01\n", "x = link.loss\ny = delay_s.mean\nby = link.loss\n",
         "s.ini:16: [plot.a] by: found more than 16 values, allowed: that many; where = KEY=VALUE "
         "leaves some out"},
        {"tunnel.reorder-window = 1 .. 201\n",
         "kind = heatmap\nx = tunnel.reorder-window\ny = delay_s.mean\nby = link.loss\n",
         "s.ini:15: [plot.a] x: found more than 200 values, allowed: that many with even steps"},
        {"link.loss = 0, 1%\n",
         "kind = heatmap\nx = outer.overhead\ny = delay_s.mean\nby = link.loss\n",
         "s.ini:15: [plot.a] x: found 'outer.overhead', allowed: a key of the sweep or its "
         "scenario; a value of the summary only with kind = lines"},
        {"link.loss = 0, 1%\n", "x = link.loss\ny = link.delay\n",
         "s.ini:15: [plot.a] y: found 'link.delay', allowed: a value of the summary, as "
         "delay_s.p99"},
        {"link.loss = 0, 1%\n", "kind = cdf\ny = delay_s.mean\nlogy = on\n",
         "s.ini:16: [plot.a] logy: found 'on', allowed: off with kind = cdf, whose y is a share"},
        {"link.loss = 0, 1%\n",
         "x = link.loss\ny = delay_s.mean\nby = link.ce, link.mtu, seed, link.rate, link.delay\n",
         "s.ini:16: [plot.a] by: found one more key, allowed: at most 4"},
        {"link.loss = 0, 1%\n",
         "x = link.loss\ny = delay_s.mean\nwhere = a=1;b=2;c=3;d=4;e=5;f=6;g=7;h=8;i=9\n",
         "s.ini:16: [plot.a] where: found one more value, allowed: at most 8"},
        {"link.loss = 0, 1%\n", "x = link.loss\ny = delay_s.mean\nwhere = link.loss=2%\n",
         "s.ini:16: [plot.a] where: found link.loss = '2%', allowed: a value that points have: "},
    };
    folder_make();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_file(rows[i].sweep, rows[i].plot);
        CHECK_INT(folder_script("sim sweep s.ini --out o --dry-run"), 2);
        CHECK_HAS("stderr", rows[i].message);
        CHECK_INT(folder_shell("[ ! -e o ]"), 0);
    }
    /* Values of the summary are not known yet. */
    write_file("link.loss = 0, 1%\n",
               "x = link.loss\ny = loss_amplification\nwhere = inner.offered.pkts=7\n");
    CHECK_INT(folder_script("sim sweep s.ini --out o --dry-run"), 0);
    folder_remove();
}

/* Eight points, half of them with losses; false, and no folder, where a program is missing. */
static bool make_sweep(void)
{
    if (!folder_have("parallel") || !folder_have("gnuplot"))
        return false;
    folder_make();
    folder_write("r.ini", BASE "[sweep]\nlink.loss = 0, 20%\ntunnel.mode = on-demand, esp\n"
                               "tunnel.init-delay = 1ms, 2ms\nseed = 1, 2\n");
    CHECK_INT(folder_script("sim sweep r.ini --out r --quiet"), 0);
    return true;
}

static int draw(const char *plot)
{
    char text[1024];
    snprintf(text, sizeof text, "[plot.a]\n%s", plot);
    folder_write("p.ini", text);
    return folder_script("rm -rf r/plots; sim plot r --file p.ini");
}

static void refused_with_the_results(void)
{
    static const char *const rows[][2] = {
        {"x = link.loss\ny = name\n",
         "p.ini:3: [plot.a] y: found 'name', whose values are words, allowed: numbers"},
        {"x = name\ny = delay_s.mean\n",
         "p.ini:2: [plot.a] x: found 'name', whose values are words, allowed: numbers"},
        {"x = link.loss\ny = loss_amplification\nwhere = link.loss=0; tunnel.mode=esp; "
         "tunnel.init-delay=1ms\n",
         "p.ini:3: [plot.a] y: found no number in loss_amplification at any of the points, "
         "allowed: one at least"},
        {"x = loss_amplification\ny = delay_s.mean\nwhere = link.loss=0; tunnel.mode=esp\n",
         "p.ini:2: [plot.a] x: found no number in loss_amplification at any of the points, "
         "allowed: one at least"},
        {"x = tunnel.init-delay\ny = outer.lost.pkts\nby = tunnel.mode\nlogy = on\n"
         "where = link.loss=0\n",
         "p.ini:5: [plot.a] logy: found 'on' and no outer.lost.pkts above 0, allowed: off"},
        {"x = link.loss\ny = delay_s.mean\nwhere = inner.offered.pkts=999\n",
         "p.ini:4: [plot.a] where: found inner.offered.pkts = '999', allowed: a value that points "
         "have: "},
        {"x = outer.overhead\ny = delay_s.mean\n",
         "p.ini:1: [plot.a]: found points that differ in "},
    };
    if (!make_sweep())
        return;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_INT(draw(rows[i][0]), 2);
        CHECK_HAS("stderr", rows[i][1]);
        CHECK_INT(folder_shell("[ $(wc -l <stderr) = 1 ] && [ ! -e r/plots/a.svg ]"), 0);
    }
    folder_remove();
}

/* Words are steps of the axis, in the order of the sweep. */
static void words_are_steps(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(draw("x = tunnel.mode\ny = inner.offered.pkts\nby = link.loss\n"
                   "where = tunnel.init-delay=1ms\n"),
              0);
    CHECK_HAS("r/plots/a.csv", "# x,mean,ci95,n,tunnel.mode,link.loss\n0,");
    CHECK_HAS("r/plots/a.csv", ",2,on-demand,0\n1,");
    CHECK_HAS("r/plots/a.csv", ",2,esp,0\n\n\n0,");
    CHECK_HAS("r/plots/a.gp", "set xtics ('on-demand' 0, 'esp' 1)");
    CHECK_HAS("stdout", "r/plots/a.svg");
    CHECK_INT(folder_script("sim plot r --file p.ini --quiet"), 0);
    CHECK_INT(folder_shell("[ ! -s stdout ] && [ ! -s stderr ]"), 0);
    CHECK_INT(draw("kind = heatmap\nx = tunnel.mode\ny = delay_s.mean\nby = link.loss\nlogy = on\n"
                   "ylabel = Delay of all\nwhere = tunnel.init-delay=1ms\n"),
              0);
    CHECK_HAS("r/plots/a.gp", "set logscale cb\n");
    CHECK_HAS("r/plots/a.gp", "Delay of all");
    CHECK_HAS("r/plots/a.csv", "# column,row,mean,ci95,n,tunnel.mode,link.loss\n0,0,");
    folder_remove();
}

/* A point without the value is not drawn: without a loss there is no loss amplification. */
static void points_without_a_value(void)
{
    static const char *const where = "where = tunnel.mode=esp; tunnel.init-delay=1ms\n";
    char plot[256];
    if (!make_sweep())
        return;
    snprintf(plot, sizeof plot, "x = loss_amplification\ny = delay_s.mean\n%s", where);
    CHECK_INT(draw(plot), 0);
    char *csv = folder_read("r/plots/a.csv", NULL);
    CHECK_TRUE(strstr(csv, "nan") == NULL);
    CHECK_TRUE(strstr(csv, HEAD "# x,mean,ci95,n\n1,0.00") != NULL);
    free(csv);
    snprintf(plot, sizeof plot, "kind = cdf\ny = loss_amplification\nby = link.loss\n%s", where);
    CHECK_INT(draw(plot), 0);
    CHECK_HAS("r/plots/a.csv",
              "# y,share,n,link.loss\n,,,\n\n\n1,0,0,0.2\n1,1,1,0.2"); /* a curve
                                                                    without steps */
    folder_remove();
}

/* With `where` only the points that have the value are drawn, a value of the summary too. */
static void only_some_points(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(draw("x = link.loss\ny = delay_s.mean\nby = tunnel.mode\n"
                   "where = tunnel.init-delay=1ms; inner.dropped.link-loss=0\n"),
              0);
    char *csv = folder_read("r/plots/a.csv", NULL);
    CHECK_TRUE(strstr(csv, ",2,on-demand\n") != NULL);  /* both seeds lose nothing */
    CHECK_TRUE(strstr(csv, ",,1,on-demand\n") != NULL); /* of those with losses, one */
    free(csv);
    folder_remove();
}

static void logarithmic_axes(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(draw("x = tunnel.init-delay\ny = delay_s.p99\nby = link.loss\nlogx = on\nlogy = on\n"
                   "where = tunnel.mode=esp\n"),
              0);
    CHECK_HAS("r/plots/a.gp", "set logscale x\n");
    CHECK_HAS("r/plots/a.gp", "set xtics ('1' 1, '2' 2)\n");
    CHECK_HAS("r/plots/a.gp", "set logscale y\n");
    CHECK_HAS("r/plots/a.gp", " * 0.997923)"); /* two curves stand beside each other */
    CHECK_HAS("r/plots/a.gp", " * 1.00208)");
    CHECK_INT(draw("x = outer.overhead\ny = delay_s.mean\nby = link.loss, tunnel.mode\n"
                   "logx = on\n"),
              0);
    CHECK_HAS("r/plots/a.gp", "set logscale x\n");
    char *script = folder_read("r/plots/a.gp", NULL);
    CHECK_TRUE(strstr(script, "set xtics (") == NULL); /* gnuplot's own tics */
    free(script);
    CHECK_INT(draw("kind = boxes\nx = tunnel.init-delay\ny = outer.lost.pkts\nlogy = on\n"
                   "by = link.loss\nwhere = tunnel.mode=esp\n"),
              0);
    folder_remove();
}

const CU_TestInfo iptfs_tests_plot_data[] = {
    {"refused before the run", refused_before_the_run},
    {"refused with the results", refused_with_the_results},
    {"words are steps of the axis", words_are_steps},
    {"points without a value", points_without_a_value},
    {"only some points", only_some_points},
    {"logarithmic axes", logarithmic_axes},
    CU_TEST_INFO_NULL,
};
