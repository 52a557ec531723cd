/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons of a sweep in pairs of runs with the same seed: what the pairs have in common, and
 * what is written about their differences. */
#include "sweep/comparison.h"

#include "support/check.h"
#include "support/folder.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 100ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"              \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define CASES                                                                                      \
    "case.esp = tunnel.mode=esp\ncase.now = tunnel.init-delay=0\n"                                 \
    "case.wait = tunnel.init-delay=2ms\n"

/* ------------------------------------------------------------------------- common random numbers
 */

/* All types of traffic that draw random numbers, both ways, over a path that does too. */
#define ALL_RANDOM                                                                                 \
    "[scenario]\nduration = 3s\nseed = 5\n"                                                        \
    "[link]\nrate = 20Mbps\ndelay = 5ms\nqueue = 50p\nloss = 3%\njitter = 2ms\n"                   \
    "reorder = 1%\nduplicate = 1%\n"                                                               \
    "[traffic.a]\ntype = poisson\nsize = imix\nrate = 1Mbps\n"                                     \
    "[traffic.b]\ntype = on-off\nsize = uniform(100B,900B)\nrate = 2Mbps\non = 30ms\noff = 70ms\n" \
    "periods = pareto\nshape = 1.5\n"                                                              \
    "[traffic.c]\ntype = voice\ncalls = 5\nvad = on\n"                                             \
    "[traffic.d]\ntype = games\nplayers = 4\nside = client\ndirection = reverse\n"                 \
    "[traffic.e]\ntype = self-similar\nsize = 500B\nrate = 1Mbps\n"                                \
    "[traffic.f]\ntype = video\nrate = 1Mbps\n"                                                    \
    "[traffic.g]\ntype = web\nweight = 100kB\nobjects = 10\nrate = 8Mbps\nreading = 300ms\n"       \
    "[traffic.h]\ntype = cbr\nsize = 300B\nrate = 100kbps\n"

/* The inner packets of modes that send other numbers of outer packets, and so draw other numbers of
 * losses, jitters and phases of slots, arrive at the same picoseconds with the same sizes. */
static void arrivals_are_the_same_in_all_modes(void)
{
    static const char *const modes[] = {
        "--set tunnel.mode=on-demand",
        "--set tunnel.mode=on-demand --set tunnel.init-delay=3ms",
        "--set tunnel.mode=fixed-rate --set tunnel.l3-fixed-rate=8Mbps",
        "--set tunnel.mode=none --set link.loss=20% --set link.jitter=0",
    };
    folder_make();
    folder_write("s.ini", ALL_RANDOM);
    CHECK_INT(folder_run("run s.ini --quiet --set tunnel.mode=esp --pcap esp"), 0);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        CHECK_INT(folder_run("run s.ini --quiet %s --pcap other", modes[i]), 0);
        CHECK_SAME("esp-inner-in.pcap", "other-inner-in.pcap");
        CHECK_SAME("esp-reverse-inner-in.pcap", "other-reverse-inner-in.pcap");
    }
    CHECK_INT(folder_run("run s.ini --quiet --seed 6 --pcap other"), 0);
    CHECK_INT(folder_shell("! cmp -s esp-inner-in.pcap other-inner-in.pcap"), 0);
    folder_remove();
}

/* The n-th outer packet is lost or arrives alike in two cases whose other numbers differ: the draws
 * of loss, of marks and of order stay with the number of the packet, whatever the others decide. (A
 * duplicate of a lost packet arrives, so duplicates are not here.) */
static void losses_stay_with_the_number_of_the_packet(void)
{
    static const char *const others[] = {
        "--set link.reorder=30%",    "--set link.jitter=4ms",
        "--set link.delay=3ms",      "--set link.ce=40% --set tunnel.ecn=on",
        "--set tunnel.mode=esp-pad", "--set tunnel.cipher=chacha20-poly1305",
    };
    static const char numbers[] = "sed -n 's/^[0-9]*,forward,iptfs_egress_recv,\\([0-9]*\\),.*/"
                                  "\\1/p' %s.csv | sort -nu | awk '$1 <= 60' >%s.seqs";
    char line[256];
    folder_make();
    folder_write("s.ini", BASE "[tunnel]\nmode = esp\n");
    CHECK_INT(folder_run("run s.ini --quiet --set link.loss=10%% --trace a.csv"), 0);
    snprintf(line, sizeof line, numbers, "a", "a");
    CHECK_INT(folder_shell(line), 0);
    CHECK_INT(folder_shell("n=$(wc -l <a.seqs); test $n -gt 40 -a $n -lt 60"), 0);
    snprintf(line, sizeof line, numbers, "b", "b");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK_INT(folder_run("run s.ini --quiet --set link.loss=10%% --trace b.csv %s", others[i]),
                  0);
        CHECK_INT(folder_shell(line), 0);
        CHECK_SAME("a.seqs", "b.seqs");
    }
    folder_remove();
}

/* ---------------------------------------------------------------------------------------- keys */

static void wrong_comparisons_are_refused(void)
{
    static const struct {
        const char *value, *error;
    } cases[] = {
        {"case.esp, case.wiat", "found 'wiat', allowed: esp, now, wait; did you mean 'wait'?"},
        {"case.esp", "found 'case.esp', allowed: case.A, case.B or KEY: VALUE, VALUE"},
        {"", "allowed: case.A, case.B or KEY: VALUE, VALUE"},
        {"case.esp, case.esp", "allowed: two that differ"},
        {"link.loss: 5%, 0.05", "allowed: two that differ"},
        {"case.esp, case.now, case.wait", "allowed: two cases or values; compare others in a line"},
        {"link.los: 0, 5%", "did you mean 'link.loss'?"},
        {"link.loss: 0, 4%", "found '4%', allowed: 0, 5%"},
        {"link.loss: 0, case.esp", "allowed: two values of the same line, or two cases"},
        {"link.loss=0, link.ce=0", "allowed: two values of the same line, or two cases"},
        {"seed: 1, 2", "allowed: cases or values whose seeds are the same"},
        {"case.esp, case.seeds", "found 'seeds', allowed: cases that set no seed"},
    };
    folder_make();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, BASE "[sweep]\nlink.loss = 0, 5%%\n" CASES "%scompare = %s\n",
                 strstr(cases[i].value, "seeds") != NULL ? "case.seeds = scenario.seed=9\n" : "",
                 cases[i].value);
        folder_write("s.ini", text);
        CHECK_INT(folder_run("sweep s.ini --out o"), 2);
        CHECK_HAS("stderr", cases[i].error);
        CHECK_HAS("stderr", "[sweep] compare: ");
        CHECK_TRUE(access(folder_file("o"), F_OK) != 0);
    }
    folder_remove();
}

/* ------------------------------------------------------------------------------------- results */

/* The first number of a query in o/results.db; NAN for none. */
static double number_of(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    double number = (double)NAN;
    CHECK_INT(sqlite3_open_v2(folder_file("o/results.db"), &db, SQLITE_OPEN_READONLY, NULL), 0);
    if (CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK) &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        number = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

#define PAIRS                                                                                      \
    " FROM points a JOIN points b ON a.seed = b.seed AND a.\"link.loss\" = b.\"link.loss\" "       \
    "WHERE a.\"case\" = 'esp' AND b.\"case\" = 'wait' AND a.\"link.loss\" = 0.05"
#define ROW                                                                                        \
    " FROM comparison WHERE a = 'esp' AND b = 'wait' AND \"link.loss\" = 0.05 "                    \
    "AND measure = 'delay_s.mean'"

/* The differences are those of the points with the same seed and the same loss, which the table of
 * points gives too. */
static void differences_are_those_of_the_points(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 5%\n" CASES "seed = 1 .. 8\n"
                                   "compare = case.esp, case.wait\n");
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_HAS("stdout",
                  "Compared             'iptfs-sim show DIR --compare' lists the differences\n");
        double mean = number_of("SELECT avg(b.\"delay_s.mean\" - a.\"delay_s.mean\")" PAIRS);
        double square = number_of("SELECT avg((b.\"delay_s.mean\" - a.\"delay_s.mean\") * "
                                  "(b.\"delay_s.mean\" - a.\"delay_s.mean\"))" PAIRS);
        double half = 2.364624 * sqrt((square - mean * mean) / 7); /* t(0.975; 7) */
        CHECK_NEAR(number_of("SELECT pairs" ROW), 8, 0);
        CHECK_NEAR(number_of("SELECT mean_a" ROW),
                   number_of("SELECT avg(a.\"delay_s.mean\")" PAIRS), 1e-12);
        CHECK_NEAR(number_of("SELECT mean_b" ROW),
                   number_of("SELECT avg(b.\"delay_s.mean\")" PAIRS), 1e-12);
        CHECK_NEAR(number_of("SELECT difference" ROW), mean, 1e-12);
        CHECK_NEAR(number_of("SELECT high - difference" ROW), half, 1e-8);
        CHECK_NEAR(number_of("SELECT difference - low" ROW), half, 1e-8);
        CHECK_NEAR(number_of("SELECT difference FROM comparison WHERE measure = "
                             "'inner.offered.pkts' AND \"link.loss\" = 0"),
                   0, 0); /* the same arrivals */
        CHECK_NEAR(number_of("SELECT count(*) FROM comparison WHERE measure IN ('name', 'seed')"),
                   0, 0);
        CHECK_INT(folder_run("show o --compare --csv --columns goodput_bps"), 0);
        CHECK_HAS("stdout", "compare,a,b,link.loss,measure,unit,pairs,mean_a,mean_b,difference,low,"
                            "high,correlation,gain,note\ncase,esp,wait,0,goodput_bps,bit/s,8,");
        CHECK_INT(folder_run("show o --compare --json --columns goodput_bps"), 0);
        CHECK_HAS("stdout", "\"b\": \"wait\",\n    \"link.loss\": 0.0,\n");
        CHECK_INT(folder_run("show o --compare"), 0);
        CHECK_HAS("stdout", "delay_s.p99");
        CHECK_INT(folder_run("show o --compare --columns goodput_bp"), 2);
        CHECK_HAS("stderr", "did you mean 'goodput_bps'?");
        CHECK_INT(folder_run("show o --compare --list"), 2);
        CHECK_INT(folder_run("show o --compare --by link.loss"), 2);
    }
    folder_remove();
}

/* A line of its own for each comparison, changed without running a point again. */
static void comparisons_may_be_several(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 5%\n" CASES "seed = 1 .. 3\n");
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_INT(folder_run("show o --compare"), 2);
        CHECK_HAS("stderr", "--compare: found results without compare, allowed: those of a sweep "
                            "with 'compare' in [sweep]; add it and use --resume");
        folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 5%\n" CASES "seed = 1 .. 3\n"
                                   "compare = esp, now\ncompare = link.loss: 0.05, 0\n");
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_HAS("stdout", "18: 18 there before, 0 run");
        CHECK_INT(folder_run("show o --compare --csv --columns goodput_bps"), 0);
        CHECK_HAS("stdout", "compare,a,b,link.loss,case,measure,");
        CHECK_HAS("stdout", "\ncase,esp,now,0,,goodput_bps,bit/s,3,");
        CHECK_HAS("stdout", "\nlink.loss,5%,0,,wait,goodput_bps,bit/s,3,");
    }
    folder_remove();
}

/* Fewer than two pairs, runs that failed, and values that are null. */
static void missing_pairs_are_named(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 100%\ncompare = link.loss: 0, 100%\n");
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_HAS("stderr",
                  "compare link.loss: 1 of 1 combinations have fewer than 2 pairs, and so "
                  "no interval; seed = 1 .. 10 in [sweep] gives 10 pairs\n");
        CHECK_INT(folder_run("show o --compare --csv --columns goodput_bps,delay_s.mean"), 0);
        CHECK_HAS("stdout", ",goodput_bps,bit/s,1,");
        CHECK_HAS("stdout", ",,,,,an interval needs 2 pairs\n");
        CHECK_HAS("stdout", "delay_s.mean,s,0,,,,,,,,an interval needs 2 pairs; no number in 1 of "
                            "1 pairs\n");
        folder_write("bad.csv", "nonsense\n");
        folder_write("good.csv", "time,size\n1ms,100\n2ms,200\n");
        folder_write("s.ini", "[scenario]\nduration = 10ms\n[traffic.a]\ntype = list\n"
                              "file = good.csv\n[sweep]\ntraffic.a.file = good.csv, bad.csv\n"
                              "seed = 1 .. 3\ncompare = traffic.a.file: good.csv, bad.csv\n");
        CHECK_INT(folder_run("sweep s.ini --out o --force"), 1);
        CHECK_HAS("stderr", "failed: point 4 (traffic.a.file=bad.csv seed=1)");
        CHECK_HAS("stderr", "compare traffic.a.file: 3 pairs are left out, since a run has no ");
        CHECK_HAS("stderr", "have fewer than 2 pairs, and so no interval\n");
    }
    folder_remove();
}

/* With `until` the sides may have other numbers of runs: the pairs are those that both have. */
static void until_may_leave_runs_alone(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE "[sweep]\ncase.none = link.loss=0\ncase.half = link.loss=50%\n"
                                   "until = 9 % of goodput_bps\ncompare = none, half\n");
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        double none = number_of("SELECT replications FROM stopping WHERE \"case\" = 'none'");
        double half = number_of("SELECT replications FROM stopping WHERE \"case\" = 'half'");
        CHECK_TRUE(none < half);
        CHECK_NEAR(number_of("SELECT pairs FROM comparison WHERE measure = 'goodput_bps'"), none,
                   0);
        CHECK_INT(folder_run("show o --compare --csv --columns goodput_bps"), 0);
        CHECK_HAS("stdout", " runs of one side alone\n");
    }
    folder_remove();
}

/* Fixed warm-ups that differ are named; compared runs with warm-up = auto take the latest cut. */
static void different_warm_ups_are_named(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE "[sweep]\ncase.a = scenario.warm-up=10ms\n"
                                   "case.b = scenario.warm-up=20ms\nseed = 1 .. 2\n"
                                   "compare = a, b\n");
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_HAS("stderr",
                  "compare case: warm_up_s differs, up to 0.01 s and 0.02 s: the measures "
                  "are of different times; warm-up = 0.02s, the latest cut, makes them");
        folder_write("s.ini", BASE "[sweep]\ncase.a = scenario.warm-up=auto\n"
                                   "case.b = scenario.warm-up=auto; tunnel.init-delay=3ms\n"
                                   "seed = 1 .. 2\ncompare = a, b\n");
        CHECK_INT(folder_run("sweep s.ini --out o --force"), 0);
        CHECK_INT(folder_shell("! grep -q warm_up_s stderr"), 0);
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_comparison[];
const CU_TestInfo iptfs_tests_comparison[] = {
    {"arrivals are the same in all modes", arrivals_are_the_same_in_all_modes},
    {"losses stay with the number of the packet", losses_stay_with_the_number_of_the_packet},
    {"wrong comparisons are refused", wrong_comparisons_are_refused},
    {"differences are those of the points", differences_are_those_of_the_points},
    {"comparisons may be several", comparisons_may_be_several},
    {"missing pairs are named", missing_pairs_are_named},
    {"until may leave runs alone", until_may_leave_runs_alone},
    {"different warm-ups are named", different_warm_ups_are_named},
    CU_TEST_INFO_NULL,
};
