/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequential stopping: the rule, how honest its intervals are, and sweeps that use it. */
#include "sweep/until.h"

#include "base/random.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/folder.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------------- rule */

static struct iptfs_sweep_until until_of(double share, size_t least, size_t most)
{
    return (struct iptfs_sweep_until){1, "goodput_bps", share, least, most};
}

/* By hand: 98 to 102 have s^2 = 2.5, so half of the interval is t(0.975; 4) sqrt(2.5 / 5) = 1.963,
 * 1.963 % of 100. */
static void the_rule_by_hand(void)
{
    static const double values[] = {98, 99, 100, 101, 102, 98, 102};
    struct iptfs_sweep_until until = until_of(0.0197, 5, 7);
    struct iptfs_until_step step = iptfs_until_step(&until, values, 5);
    CHECK_INT(step.state, IPTFS_UNTIL_REACHED);
    CHECK_NEAR(step.mean, 100.0, 1e-12);
    CHECK_NEAR(step.half, 2.776445 * sqrt(0.5), 1e-6);
    until.share = 0.0196;
    step = iptfs_until_step(&until, values, 5);
    CHECK_INT(step.state, IPTFS_UNTIL_RUNNING);
    CHECK_U64(step.next, 7); /* 5 and a quarter, rounded up */
    until.share = 0.001;
    CHECK_U64(iptfs_until_step(&until, values, 5).next, 7); /* at most */
    CHECK_INT(iptfs_until_step(&until, values, 7).state, IPTFS_UNTIL_MISSED);
    until.most = 100;
    CHECK_U64(iptfs_until_step(&until, values, 5).next, 10); /* twice as many */
    until.share = 0.015;                                     /* t(0.975; 6) sqrt(2.5 / 7) = 1.462 */
    CHECK_U64(iptfs_until_step(&until, values, 5).next, 7);
}

static void means_without_parts_are_named(void)
{
    static const double zero[] = {0, 0, 0, 0, 0}, none[] = {1, 2, (double)NAN, 1, 1};
    static const double around[] = {-1, 1, -2, 2, 0};
    struct iptfs_sweep_until until = until_of(0.5, 5, 100);
    CHECK_INT(iptfs_until_step(&until, zero, 5).state, IPTFS_UNTIL_ZERO);
    CHECK_INT(iptfs_until_step(&until, none, 5).state, IPTFS_UNTIL_NO_VALUE);
    CHECK_INT(iptfs_until_step(&until, around, 5).state, IPTFS_UNTIL_RUNNING);
    until.most = 5;
    CHECK_INT(iptfs_until_step(&until, around, 5).state, IPTFS_UNTIL_MISSED);
}

/* The part of the intervals that hold the true mean 1, and the mean number of replications. */
static double coverage(double deviation, size_t least, bool skewed, double *replications)
{
    enum {
        REPETITIONS = 4000,
        MOST = 400
    };
    struct iptfs_random *random = iptfs_random_new(1, 0, IPTFS_RANDOM_ARRIVAL, least);
    const struct iptfs_sweep_until until = until_of(0.02, least, MOST);
    size_t covered = 0, all = 0;
    for (int i = 0; i < REPETITIONS; i++) {
        double values[MOST];
        size_t count = 0;
        struct iptfs_until_step step = {.next = least};
        while (step.state == IPTFS_UNTIL_RUNNING) {
            for (size_t end = step.next; count < end; count++)
                values[count] = 1 + deviation * (skewed ? iptfs_random_exponential(random, 1) - 1
                                                        : iptfs_random_normal(random));
            step = iptfs_until_step(&until, values, count);
        }
        covered += fabs(step.mean - 1) <= step.half;
        all += count;
    }
    iptfs_random_free(random);
    *replications = (double)all / REPETITIONS;
    return (double)covered / REPETITIONS;
}

/* What doc/sweeps.md says. The worst case is a target that needs about 20 replications: there a
 * deviation that is small by chance ends some combinations early. */
static void intervals_are_slightly_narrow(void)
{
    double n;
    CHECK_NEAR(coverage(0.01, 5, false, &n), 0.948, 0.01); /* no look but the first */
    CHECK_NEAR(coverage(0.04, 5, false, &n), 0.922, 0.01);
    CHECK_NEAR(n, 18.8, 0.5);
    CHECK_NEAR(coverage(0.04, 10, false, &n), 0.937, 0.01);
    CHECK_NEAR(n, 19.3, 0.5);
    CHECK_NEAR(coverage(0.1, 5, false, &n), 0.945, 0.01);
    CHECK_NEAR(coverage(0.04, 5, true, &n), 0.83, 0.015);
    CHECK_NEAR(coverage(0.06, 10, true, &n), 0.86, 0.015);
}

/* -------------------------------------------------------------------------------------- sweeps */

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 100ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"              \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define UNTIL(target) BASE "[sweep]\nlink.loss = 0, 5%\nuntil = " target "\nuntil-max = 30\n"

static void wrong_keys_are_refused(void)
{
    static const struct {
        const char *lines, *error;
    } cases[] = {
        {"until = 2 of goodput_bps\n", "until: found '2 of goodput_bps', allowed: PERCENT of"},
        {"until = 0 % of goodput_bps\n", "allowed: PERCENT of MEASURE"},
        {"until = 2 %\n", "allowed: PERCENT of MEASURE"},
        {"until = 2 % of goodput_bp\n", "did you mean 'goodput_bps'?"},
        {"until = 2 % of goodput_bps\nuntil = 3 % of goodput_bps\n", "the key again"},
        {"until = 2 % of goodput_bps\nuntil-min = 4\n", "from 5 to 1000000"},
        {"until = 2 % of goodput_bps\nuntil-max = 4\n", "from 5 to 1000000"},
        {"until = 2 % of goodput_bps\nuntil-min = 9\nuntil-max = 8\n", "until-min up to until-max"},
        {"until-max = 8\n", "found 'no until', allowed: with until"},
        {"until = 2 % of goodput_bps\nseed = 1 .. 4\n", "seed: found '4 seeds', allowed: at least"},
        {"until = 2 % of goodput_bps\nseed = 1 .. 9\nuntil-max = 10\n", "at least 10"},
        {"until = 2 % of goodput_bps\nseed = 1 .. 9\nlink.ce = 1%, 2%, 3%, 4%, 5%, 6%, 7%, 8%, 9%\n"
         "zip = seed, link.ce\n",
         "found 'seeds in a zip'"},
        {"until = 2 % of goodput_bps\ncase.a = scenario.seed=4\n", "a key in one line or in cases"},
        {"until-mix = 9\n", "did you mean 'until-min'?"},
        {"link.loss = 0 : 50% : 0.001%\nuntil = 2 % of goodput_bps\n", "at most 1000000"},
    };
    folder_make();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, BASE "[sweep]\n%s", cases[i].lines);
        folder_write("s.ini", text);
        CHECK_INT(folder_run("sweep s.ini --out o"), 2);
        CHECK_HAS("stderr", cases[i].error);
        CHECK_TRUE(access(folder_file("o"), F_OK) != 0);
    }
    folder_write("s.ini", UNTIL("2 % of goodput_bps"));
    CHECK_INT(folder_run("sweep s.ini --out o --engine slurm --no-wait"), 2);
    CHECK_HAS("stderr", "s.ini:13: [sweep] until: found --no-wait, allowed: a sweep that waits");
    folder_remove();
}

static void a_dry_run_says_least_and_most(void)
{
    folder_make();
    folder_write("s.ini", UNTIL("5 % of goodput_bps"));
    CHECK_INT(folder_run("sweep s.ini --dry-run"), 0);
    CHECK_HAS("stdout", "5 link.loss=0 seed=5\n31 link.loss=5% seed=1\n");
    CHECK_HAS("stdout", "at least these 10 points, at most 60: 5 to 30 replications of each of 2");
    folder_write("s.ini", "# seeds from that of the scenario on\n[scenario]\nseed = 7\n"
                          "duration = 10ms\n[traffic.a]\ntype = saturate\nsize = "
                          "200B\n[sweep]\nuntil=5% of goodput_bps\n");
    CHECK_INT(folder_run("sweep s.ini --dry-run"), 0);
    CHECK_HAS("stdout", "1 seed=7\n2 seed=8\n");
    CHECK_HAS("stdout", "at most 100: 5 to 100 replications");
    folder_write("s.ini", BASE "[sweep]\nseed = 3, 11 .. 20\nuntil = 5% of goodput_bps\n"
                               "until-max = 8\n");
    CHECK_INT(folder_run("sweep s.ini --dry-run"), 0);
    CHECK_HAS("stdout", "1 seed=3\n2 seed=11\n");
    CHECK_HAS("stdout", "at most 8: 5 to 8 replications");
    folder_remove();
}

/* The replications are the same for any number of jobs, and in a folder that had more. */
static void jobs_do_not_change_replications(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", UNTIL("5 % of goodput_bps"));
        CHECK_INT(folder_run("sweep s.ini --jobs 1 --out one"), 0);
        CHECK_HAS("stdout",
                  "Until                5 % of goodput_bps: reached in 2 of 2 combinatio");
        CHECK_INT(folder_run("sweep s.ini --jobs 3 --out three"), 0);
        CHECK_SAME("one/results.db", "three/results.db");
        CHECK_SAME("one/results.csv", "three/results.csv");
        CHECK_INT(folder_run("show one --until --csv"), 0);
        CHECK_HAS("stdout",
                  "link.loss,measure,mean,low,high,relative,target,replications,state\n0,goodput");
        CHECK_HAS("stdout", ",0.05,");
        CHECK_HAS("stdout", ",reached\n");
        CHECK_INT(folder_run("show one --until --json"), 0);
        CHECK_HAS("stdout", "\"state\": \"reached\"");
        folder_write("s.ini", UNTIL("4 % of goodput_bps"));
        CHECK_INT(folder_run("sweep s.ini --out one --resume"), 0); /* adds replications */
        CHECK_INT(folder_shell("! grep -q ' 0 there before' stdout"), 0);
        CHECK_INT(folder_run("sweep s.ini --out fresh"), 0);
        CHECK_SAME("one/results.db", "fresh/results.db");
        folder_write("s.ini", UNTIL("5 % of goodput_bps"));
        CHECK_INT(folder_run("sweep s.ini --out one --resume"), 0); /* and takes them back */
        CHECK_HAS("stdout", " 0 run, 0 failed");
        CHECK_SAME("one/results.db", "three/results.db");
    }
    folder_remove();
}

/* Each combination stops for itself; what is not reached is named. */
static void combinations_end_on_their_own(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 100%\nuntil = 9% of delay_s.mean\n");
        CHECK_INT(folder_run("sweep s.ini --out null"), 0);
        CHECK_HAS("stderr",
                  "until delay_s.mean: link.loss=100%: stopped with 5 replications: there "
                  "is no number (null) for seed=1\n");
        CHECK_HAS("stdout", "10: 0 there before, 10 run, 0 failed");
        CHECK_HAS("null/manifest.json", "\"points\": 10");
        CHECK_INT(folder_run("show null --until --csv"), 0);
        CHECK_HAS("stdout", "1,delay_s.mean,,,,,0.09,5,no value\n");
        folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 1\nuntil = 9% of outer.lost.pkts\n");
        CHECK_INT(folder_run("sweep s.ini --out zero"), 0);
        CHECK_HAS("stderr", "until outer.lost.pkts: link.loss=0: stopped: the mean is 0, of which "
                            "there is no part (all 5 values are 0)\n");
        folder_write("s.ini", BASE "[sweep]\nuntil-max=7\nuntil = 0.1% of goodput_bps\n");
        CHECK_INT(folder_run("sweep s.ini --out missed"), 0);
        CHECK_HAS("stderr", "until goodput_bps: not reached with 7 replications: half of the ");
        CHECK_HAS("stdout", "reached in 0 of 1 combinations, with 7 to 7 replications");
        CHECK_INT(folder_run("show missed --until"), 0);
        CHECK_HAS("stdout", "not reached");
        folder_write("s.ini", BASE "[sweep]\nseed = 1 .. 2\n");
        CHECK_INT(folder_run("sweep s.ini --out plain"), 0);
        CHECK_INT(folder_run("show plain --until"), 2);
        CHECK_HAS("stderr", "--until: found results without until");
    }
    folder_remove();
}

/* A combination with a failed replication ends; the others go on, and so does --resume. */
static void failed_replications_end_a_combination(void)
{
    folder_make();
    folder_write("bad.csv", "nonsense\n");
    folder_write("good.csv", "time,size\n1ms,100\n2ms,200\n");
    folder_write("s.ini", "[scenario]\nduration = 10ms\n[traffic.a]\ntype = list\nfile = good.csv\n"
                          "[sweep]\ntraffic.a.file = good.csv, bad.csv\n"
                          "until = 2 % of goodput_bps\n");
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o"), 1);
        CHECK_HAS("stderr", "until goodput_bps: traffic.a.file=bad.csv: stopped: one of 5 ");
        CHECK_HAS("stderr", "5 of 10 points failed");
        folder_write("bad.csv", "time,size\n1ms,100\n");
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_HAS("stdout", "10: 5 there before, 5 run, 0 failed");
    }
    folder_remove();
}

/* Starts a sweep in a group of its own and sends a signal to the group after a while. */
static void end_after(const char *arguments, uint64_t wait_us, int signal_number)
{
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        folder_run("%s", arguments);
        _exit(0);
    }
    setpgid(child, child);
    usleep((useconds_t)wait_us);
    kill(-child, signal_number);
    waitpid(child, NULL, 0);
}

static void killed_sweeps_go_on(void)
{
    struct dice dice = {7};
    folder_make();
    folder_write("s.ini", UNTIL("6 % of goodput_bps"));
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --jobs 2 --out whole"), 0);
        for (int i = 0; i < 4; i++) {
            end_after("sweep s.ini --jobs 2 --out o", dice_between(&dice, 100000, 2500000),
                      i % 2 == 0 ? SIGKILL : SIGINT);
            CHECK_INT(folder_run("sweep s.ini --jobs 1 --out o --resume"), 0);
            CHECK_SAME("o/results.db", "whole/results.db");
            CHECK_SAME("o/results.csv", "whole/results.csv");
            CHECK_INT(folder_shell("test $(ls o/points | wc -l) = $(ls whole/points | wc -l)"), 0);
            folder_remove_tree("o");
        }
    }
    folder_remove();
}

/* Results of another program do not decide which replications are run again. */
static void forced_sweeps_plan_anew(void)
{
    folder_make();
    folder_write("s.ini", UNTIL("5 % of goodput_bps"));
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        folder_write("s.ini", UNTIL("5 % of inner.offered.pkts"));
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        folder_write("s.ini", UNTIL("5 % of goodput_bps"));
        CHECK_INT(folder_run("sweep s.ini --out o --force"), 0);
        CHECK_HAS("stdout", ": 0 there before, ");
        CHECK_SAME("o/results.db", "whole/results.db");
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_until[];
const CU_TestInfo iptfs_tests_until[] = {
    {"the rule by hand", the_rule_by_hand},
    {"means without parts are named", means_without_parts_are_named},
    {"intervals are slightly narrow", intervals_are_slightly_narrow},
    {"wrong keys are refused", wrong_keys_are_refused},
    {"a dry run says least and most", a_dry_run_says_least_and_most},
    {"jobs do not change replications", jobs_do_not_change_replications},
    {"combinations end on their own", combinations_end_on_their_own},
    {"failed replications end a combination", failed_replications_end_a_combination},
    {"killed sweeps go on", killed_sweeps_go_on},
    {"forced sweeps plan anew", forced_sweeps_plan_anew},
    CU_TEST_INFO_NULL,
};
