/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plots of sweeps: what a file says of them, the statistics, and the files that are drawn. */
#include "files/gnuplot.h"
#include "plot/caption.h"
#include "plot/kind.h"
#include "plot/plot.h"
#include "plot/sections.h"
#include "support/check.h"
#include "support/fixture.h"
#include "sweep/statistics.h"

#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 50ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define SWEEP "[sweep]\nlink.loss = 0, 1%, 5%\ntunnel.init-delay = 0, 1ms\nseed = 1 .. 3\n"

#define CASES "case.esp = tunnel.mode=esp\ncase.hasty = tunnel.drop-time=9ms\n"

/* ------------------------------------------------------------------------------- what is asked */

static void sections_are_read(void)
{
    static const char text[] =
        "[plot.one]\nx = tunnel.init-delay\ny = delay_s.p99\nby = link.loss, case\n"
        "where = link.rate=2Mbps; seed = 1\ntitle = It's 5 % \\n\nlogx = on\n"
        "[sweep]\nseed = 1\n[plot.two]\nkind = cdf\ny = goodput_bps\n";
    struct iptfs_plots plots;
    struct iptfs_error error = {0, ""};
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
    struct iptfs_error error = {0, ""};
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
                  "allowed: in seed alone");
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
    struct iptfs_error error = {0, ""};
    if (!CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), 0))
        return;
    if (!CHECK_INT(iptfs_plot_check(&sweep, &error), 0))
        CHECK_STR(error.text, "");
    iptfs_sweep_free(&sweep);
}

/* ----------------------------------------------------------------------------------- statistics */

/* By hand: mean 3, s^2 = 10/4, t(0.975; 4) = 2.776445, half = 2.776445 * sqrt(2.5 / 5). And for
 * two: t(0.975; 1) = 12.706205, s = sqrt(2), half = 12.706205. */
static void intervals_are_students(void)
{
    static const double five[] = {1, 2, 3, 4, 5}, two[] = {4, 6};
    double half;
    CHECK_NEAR(iptfs_statistics_mean(five, 5, &half), 3.0, 1e-12);
    CHECK_NEAR(half, 2.776445 * 0.70710678, 1e-6);
    CHECK_NEAR(iptfs_statistics_mean(two, 2, &half), 5.0, 1e-12);
    CHECK_NEAR(half, 12.706205, 1e-5);
    CHECK_NEAR(iptfs_statistics_mean(two, 1, &half), 4.0, 1e-12);
    CHECK_TRUE(isnan(half));
}

static void values_read_as_people_write_them(void)
{
    char name[128];
    CHECK_STR(iptfs_caption_value("share", 0.05).text, "5 %");
    CHECK_STR(iptfs_caption_value("share", 0.0).text, "0 %");
    CHECK_STR(iptfs_caption_value("s", 0.002).text, "2 ms");
    CHECK_STR(iptfs_caption_value("s", 1.5).text, "1.5 s");
    CHECK_STR(iptfs_caption_value("s", 1e-3).text, "1 ms");
    CHECK_STR(iptfs_caption_value("s", 0.0).text, "0");
    CHECK_STR(iptfs_caption_value("bit/s", 2e6).text, "2 Mb/s");
    CHECK_STR(iptfs_caption_value("octets", 1500).text, "1500 octets");
    CHECK_STR(iptfs_caption_value("", 3).text, "3");
    CHECK_STR(iptfs_caption_name("delay_s.p99", name, sizeof name), "delay, 99th percentile");
    CHECK_STR(iptfs_caption_name("flows.a.b.delay_s.mean", name, sizeof name), "a.b: delay, mean");
    CHECK_STR(iptfs_caption_name("reverse.goodput_bps", name, sizeof name), "reverse: goodput");
    CHECK_STR(iptfs_caption_name("flows.x.loss", name, sizeof name), "x: loss of inner packets");
    CHECK_STR(iptfs_caption_name("counters.linux.Foo", name, sizeof name), "counters.linux.Foo");
}

/* What gnuplot could take for a command, a variable or markup is a text. */
static void texts_are_quoted(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    iptfs_gnuplot_text("it's `x` $y \"5 %\" \\n _a ^b\x01 \xff", out);
    fputc('|', out);
    iptfs_gnuplot_tic("it's 5 % \xc2\xb5s", out);
    fclose(out);
    CHECK_STR(text, "'it?s `x` $y \"5 %\" \\n _a ^b? ?'|'it\xe2\x80\x99s 5 %% \xc2\xb5s'");
    free(text);
}

/* ------------------------------------------------------------------------------------- the files
 */

static char folder[64];

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (CHECK_TRUE(file != NULL)) {
        fputs(text, file);
        fclose(file);
    }
}

static char *read_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *text = fixture_text(path);
    return text != NULL ? text : strdup("");
}

/* Runs a shell's line in our folder, `sim` being the program. */
static int run(const char *line)
{
    char command[2048], absolute[1024];
    const char *path = getenv("IPTFS_SIM");
    if (realpath(path != NULL ? path : "build/iptfs-sim", absolute) == NULL)
        return -1;
    snprintf(command, sizeof command,
             "cd %s && exec >stdout 2>stderr; sim() { %s%s%s \"$@\"; }; %s", folder, "'", absolute,
             "'", line);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_file(const char *name, const char *part, int line)
{
    char *text = read_file(name);
    if (strstr(text, part) == NULL)
        check_fail(__FILE__, line, "\"%s\" is not in %s: \"%s\"", part, name, text);
    free(text);
}
#define CHECK_FILE(name, part) check_file((name), (part), __LINE__)

#define PLOTS                                                                                      \
    "[plot.lines]\nx = tunnel.init-delay\ny = inner.offered.pkts\nby = link.loss\nlogx = on\n"     \
    "[plot.heat]\nkind = heatmap\nx = tunnel.init-delay\ny = delay_s.mean\nby = link.loss\n"       \
    "[plot.cdf]\nkind = cdf\ny = delay_s.mean\nby = link.loss\n"                                   \
    "[plot.boxes]\nkind = boxes\nx = tunnel.init-delay\ny = delay_s.mean\nby = link.loss\n"        \
    "[plot.one]\nx = outer.overhead\ny = delay_s.p99\nlogy = on\nwhere = link.loss=1%\n"

/* A folder with a sweep in "o"; false, and no folder, where GNU parallel is missing. */
static bool make_sweep(void)
{
    if (system("command -v parallel gnuplot >/dev/null") != 0)
        return false;
    strcpy(folder, "/tmp/iptfs-test-XXXXXX");
    CHECK_TRUE(mkdtemp(folder) != NULL);
    write_file("s.ini", BASE SWEEP PLOTS);
    CHECK_INT(run("sim sweep s.ini --out o"), 0);
    return true;
}

/* Packets offered are those of the seeds alone, whatever is lost: 32, 31, 34 (`show`). By hand:
 * mean 97/3, s^2 = 7/3, t(0.975; 2) = 4.3026527, half = 4.3026527 * sqrt(7/9) = 3.794583. */
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
        CHECK_FILE(path, "</svg>");
        snprintf(path, sizeof path, "o/plots/%s.png", names[i]);
        CHECK_FILE(path, "\x89PNG");
    }
    CHECK_FILE("o/plots/lines.svg", "loss of outer packets");
    CHECK_FILE("o/plots/lines.svg", ">5 %<");
    char *csv = read_file("o/plots/lines.csv");
    CHECK_STR(csv, HEAD CURVE("0") "\n\n" CURVE("0.01") "\n\n" CURVE("0.05"));
    free(csv);
    CHECK_INT(run("sim plot o lines --terminal"), 0);
    CHECK_FILE("stdout", "5 %");
    /* The curves are equal, and the last one hides the others: gnuplot 5.4 and 6.0 draw it so. */
    char *drawing = read_file("stdout");
    if (drawing == NULL || (strstr(drawing, "####") == NULL && strstr(drawing, "$$$$") == NULL))
        CHECK_FAIL("no curve in \"%s\"", drawing == NULL ? "" : drawing);
    free(drawing);
    remove_folder();
}

/* Two curves stand within half the least distance, 1 us: 0.125 us either way. */
static void marks_stay_at_their_x(void)
{
    if (!make_sweep())
        return;
    write_file("near.ini", BASE "[sweep]\nlink.loss = 0, 5%\ntunnel.init-delay = 0, 1us, 1ms\n"
                                "seed = 1, 2\n[plot.near]\nx = tunnel.init-delay\n"
                                "y = delay_s.mean\nby = link.loss\n"
                                "[plot.zero]\nx = tunnel.init-delay\n"
                                "y = inner.dropped.link-loss\nby = link.loss\n");
    CHECK_INT(run("sim sweep near.ini --out near"), 0);
    CHECK_FILE("near/plots/zero.gp", "set yrange [0:*]"); /* bars end there */
    CHECK_FILE("near/plots/near.gp", "data index 0 using (($1 + -1.25e-07) * xunit)");
    CHECK_FILE("near/plots/near.gp", "data index 1 using (($1 + 1.25e-07) * xunit)");
    /* Less than a decade has labels all the same. */
    write_file("near.ini", BASE "[sweep]\nlink.delay = 4ms, 5ms\n[plot.log]\nx = link.delay\n"
                                "y = delay_s.min\nlogy = on\n");
    CHECK_INT(run("sim sweep near.ini --out log && grep -c \"'4' 4, '5' 5, '6' 6\" "
                  "log/plots/log.gp"),
              0);
    remove_folder();
}

static void plots_can_be_drawn_again(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(run("cp -r o/plots first && rm -r o/plots o/points && sim plot o && diff -r o/plots "
                  "first"),
              0);
    CHECK_INT(run("cd first && rm *.svg *.png && gnuplot lines.gp && cmp lines.svg "
                  "../o/plots/lines.svg && cmp lines.png ../o/plots/lines.png"),
              0);
    write_file("more.ini", "[plot.more]\ny = goodput_bps\nkind = cdf\n");
    CHECK_INT(run("sim plot o --file more.ini && test -s o/plots/more.png"), 0);
    CHECK_INT(run("sim plot o lins"), 2);
    CHECK_FILE("stderr", "found plot 'lins', allowed: those of o/sweep.ini; did you mean 'lines'?");
    CHECK_INT(run("sim plot ."), 2);
    CHECK_FILE("stderr", ".: found no sweep.ini");
    write_file("bad.ini", "[plot.more]\ny = goodput_pbs\nkind = cdf\n");
    CHECK_INT(run("sim plot o --file bad.ini"), 2);
    CHECK_FILE("stderr", "did you mean 'goodput_bps'?");
    remove_folder();
}

static void plots_are_no_part_of_a_sweep(void)
{
    if (!make_sweep())
        return;
    write_file("s.ini", BASE SWEEP "[plot.new]\nkind = cdf\ny = goodput_bps\n");
    CHECK_INT(run("cp o/plots/heat.gp o/plots/mine.gp && touch o/plots/heat.txt"), 0);
    CHECK_INT(run("cp o/results.db old.db && sim sweep s.ini --out o --resume"), 0);
    CHECK_INT(run("test $(ls o/plots | wc -l) = 6 && ls o/plots"), 0);
    CHECK_FILE("stdout", "heat.txt\nmine.gp\nnew.csv\nnew.gp\nnew.png\nnew.svg\n");
    CHECK_INT(run("sim sweep s.ini --out o --resume"), 0);
    CHECK_FILE("stdout", "18: 18 there before, 0 run");
    CHECK_FILE("o/plots/new.svg", "</svg>");
    CHECK_INT(run("cmp old.db o/results.db"), 0);
    write_file("s.ini", BASE SWEEP "[plot.new]\nkind = cdf\ny = goodput\n");
    CHECK_INT(run("sim sweep s.ini --dry-run"), 2);
    CHECK_FILE("stderr", "[plot.new] y: found an unknown key 'goodput'");
    CHECK_INT(run("sim run s.ini --quiet --out alone"), 0);
    remove_folder();
}

static void a_missing_gnuplot_is_told(void)
{
    if (!make_sweep())
        return;
    CHECK_INT(run("PATH=/nonexistent; sim plot o lines"), 2);
    CHECK_FILE("stderr", "iptfs-sim: gnuplot cannot be started: is the package 'gnuplot-nox' "
                         "installed?\n");
    CHECK_FILE("o/plots/lines.svg", "</svg>"); /* the old one */
    remove_folder();
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
        write_file("h.ini", text);
        if (!CHECK_INT(run("rm -f o/plots/h.*; sim plot o --file h.ini"), 0))
            CHECK_FILE("stderr", hostile[i]);
        CHECK_FILE("o/plots/h.svg", "</svg>");
    }
    CHECK_INT(run("test -z \"$(find . -name 'pwned*')\""), 0);
    remove_folder();
}

extern const CU_TestInfo iptfs_tests_plot[];
const CU_TestInfo iptfs_tests_plot[] = {
    {"sections are read", sections_are_read},
    {"mistakes name their line", mistakes_name_their_line},
    {"keys and values are checked", keys_and_values_are_checked},
    {"keys that move together make one line", keys_that_move_together_make_one_line},
    {"intervals are Student's", intervals_are_students},
    {"values read as people write them", values_read_as_people_write_them},
    {"texts are quoted", texts_are_quoted},
    {"all kinds are drawn", all_kinds_are_drawn},
    {"marks stay at their x", marks_stay_at_their_x},
    {"plots can be drawn again", plots_can_be_drawn_again},
    {"plots are no part of a sweep", plots_are_no_part_of_a_sweep},
    {"a missing gnuplot is told", a_missing_gnuplot_is_told},
    {"texts cannot be commands", texts_cannot_be_commands},
    CU_TEST_INFO_NULL,
};
