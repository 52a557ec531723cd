/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine for Slurm with programs in place of Slurm's, which answer, refuse and hang as a test
 * wants: on any machine, and what a healthy Slurm never does. With Slurm itself: slurm.sh. */
#include "sweep/engine.h"

#include "support/check.h"
#include "support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 10ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"

#define SWEEP "[sweep]\nlink.loss = 0, 5%\nseed = 1, 2\n"

/* All four commands. $FAKE names what goes wrong; jobs run in sbatch itself, or with "later" when
 * the file `later` is run, or with "queued" never. */
static const char fake[] =
    "#!/bin/sh\n"
    "name=${0##*/}\n"
    "echo \"$name $*\" >>\"$STATE/calls\"\n"
    "case \" $FAKE \" in *\" $name-fails \"*)\n"
    "    echo \"$name: error: no controller\" >&2; exit 1;;\n"
    "esac\n"
    "case $name in\n"
    "scontrol) printf 'Configuration data\\n%s\\nEnd\\n' \"${LIMIT:-MaxArraySize = 1001}\";;\n"
    "squeue) cat \"$STATE/queue\" 2>/dev/null; exit 0;;\n"
    "scancel) : >\"$STATE/queue\";;\n"
    "sed) printf \"$NOISE\" >&2; PATH=${PATH#*:} exec sed \"$@\";;\n" /* in a task */
    "sbatch)\n"
    "    job=$(($(cat \"$STATE/job\" 2>/dev/null || echo 100) + 1))\n"
    "    echo $job >\"$STATE/job\"\n"
    "    array=\n"
    "    for word; do\n"
    "        case $word in\n"
    "        --array=*) array=${word#--array=1-};;\n"
    "        --*) ;;\n"
    "        *) break;;\n"
    "        esac\n"
    "        shift\n"
    "    done\n"
    "    case \" $FAKE \" in *\" collector-fails \"*)\n"
    "        [ -n \"$array\" ] || { echo 'sbatch: error: no dependencies' >&2; exit 1; };;\n"
    "    esac\n"
    "    case \" $FAKE \" in\n"
    "    *\" no-number \"*) echo 'Submitted, with pleasure'; exit 0;;\n"
    "    *\" queued \"*) echo $job >>\"$STATE/queue\";;\n"
    "    *\" later \"*) printf 'sh \"%s\" \"%s\" \"%s\" \"%s\" \"%s\" \"%s\"\\n' \"$@\" "
    ">\"$STATE/later\"\n"
    "        [ -z \"$array\" ] || sed -i \"s/^/SLURM_ARRAY_TASK_ID=1 /\" \"$STATE/later\"\n"
    "        cat \"$STATE/later\" >>\"$STATE/all\";;\n"
    "    *) for task in $(seq ${array%%%*}); do\n"
    "           SLURM_ARRAY_TASK_ID=$task sh \"$@\" </dev/null\n"
    "       done;;\n"
    "    esac\n"
    "    echo 'sbatch: warning: the cluster is busy'\n"
    "    echo \"$job;cluster\";;\n"
    "esac\n";

static void open_cluster(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("fake", fake);
    CHECK_INT(folder_shell("chmod +x fake && mkdir bin state && for name in scontrol sbatch squeue "
                           "scancel sed; do ln -s ../fake bin/$name; done"),
              0);
}

/* Runs a line of shell in which `slurm` is a sweep on the cluster. */
static int on_cluster(const char *setting, const char *line)
{
    char script[1024];
    snprintf(script, sizeof script,
             "export PATH=\"$PWD/bin:$PATH\" STATE=\"$PWD/state\" %s\n"
             "slurm() { sim sweep s.ini --engine slurm \"$@\"; }\n%s",
             setting, line);
    return folder_script(script);
}

static void check_gone(const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "[ ! -e %s ]", name);
    if (folder_shell(line) != 0)
        CHECK_FAIL("%s is there", name);
}

static void an_array_runs_all_points(void)
{
    open_cluster();
    CHECK_INT(on_cluster("", "slurm --out o --shard 2 --jobs 1 --sbatch --partition=main"), 0);
    CHECK_HAS("stdout", "4: 0 there before, 4 run, 0 failed");
    CHECK_HAS("state/calls", "sbatch --partition=main --parsable --job-name=iptfs-sim "
                             "--array=1-2%1 --output=/dev/null ");
    check_gone("o/slurm");
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out local"), 0);
        CHECK_SAME("o/results.csv", "local/results.csv");
    }
    folder_remove();
}

/* A cluster takes arrays up to a size: a task then runs more points. */
static void arrays_keep_to_the_limit(void)
{
    static const char *const limits[][2] = {
        {"LIMIT='MaxArraySize            = 3'", "--array=1-2 "},
        {"LIMIT='MaxArraySize            = 2'", "--array=1-1 "},
        {"LIMIT='MaxArraySize            = 9999999'", "--array=1-4 "},
        {"LIMIT='MaxJobCount             = 10'", "--array=1-4 "},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        open_cluster();
        CHECK_INT(on_cluster(limits[i][0], "slurm --out o --shard 1"), 0);
        CHECK_HAS("stdout", "4 run, 0 failed");
        CHECK_HAS("state/calls", limits[i][1]);
        folder_remove();
    }
}

static void a_job_collects(void)
{
    open_cluster();
    CHECK_INT(on_cluster("FAKE=later", "slurm --out o --no-wait"), 0);
    CHECK_HAS("stdout", "job 101 runs 4 points, then job 102 collects them");
    CHECK_HAS("state/calls", "--dependency=afterany:101 --output=");
    CHECK_HAS("o/slurm/jobs", "101 102");
    check_gone("o/results.csv");
    CHECK_INT(on_cluster("", "sh state/all"), 0);
    CHECK_HAS("o/results.csv", "inner.delivered.pkts");
    check_gone("o/slurm");
    folder_remove();
}

/* What Slurm answers is shown, and nothing is left behind. */
static void refusals_are_shown(void)
{
    static const struct {
        const char *setting, *options, *part;
    } rows[] = {
        {"FAKE=scontrol-fails", "", "Slurm refuses the sweep: scontrol: error: no controller"},
        {"FAKE=sbatch-fails", "", "Slurm refuses the sweep: sbatch: error: no controller"},
        {"FAKE=no-number", "", "Slurm refuses the sweep: Submitted, with pleasure"},
        {"FAKE=sbatch-fails", "--no-wait", "sbatch: error: no controller"},
        {"FAKE='later collector-fails'", "--no-wait", "sbatch: error: no dependencies"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[128];
        open_cluster();
        snprintf(line, sizeof line, "slurm --out o %s", rows[i].options);
        CHECK_INT(on_cluster(rows[i].setting, line), 2);
        CHECK_HAS("stderr", rows[i].part);
        CHECK_INT(folder_shell("[ $(wc -l <stderr) = 1 ]"), 0);
        check_gone("o/results.csv");
        if (strstr(rows[i].setting, "collector") != NULL) { /* the array would never be collected */
            CHECK_HAS("state/calls", "squeue");
            CHECK_INT(folder_shell("grep -q 'afterany:101' state/calls"), 0);
        }
        CHECK_INT(on_cluster("", "slurm --out o --resume"), 0);
        CHECK_HAS("stdout", "4 run, 0 failed");
        folder_remove();
    }
}

/* The jobs of a sweep that was killed are cancelled before another one starts; when Slurm does not
 * say that they are gone, none starts. */
static void jobs_of_before_are_cancelled(void)
{
    open_cluster();
    CHECK_INT(on_cluster("FAKE=queued", "slurm --out o --no-wait"), 0);
    CHECK_INT(on_cluster("FAKE=squeue-fails", "slurm --out o --resume"), 2);
    CHECK_HAS("stderr", "o: job 101 of an earlier sweep may still run, and Slurm does not cancel "
                        "it; if you know that it has ended, remove o/slurm/jobs");
    CHECK_HAS("o/slurm/jobs", "101 102");
    CHECK_INT(on_cluster("", "slurm --out o --resume"), 0);
    CHECK_HAS("state/calls", "scancel 101");
    CHECK_HAS("stdout", "4: 0 there before, 4 run, 0 failed");
    folder_remove();
}

/* Interrupted while its jobs wait, a sweep cancels them, or says that it could not. */
static void interrupted_sweeps_cancel(void)
{
    static const char stop[] =
        "(exec \"$SIM\" sweep s.ini --engine slurm --out o) 2>err & sweep=$!\n"
        "for i in $(seq 100); do [ -s o/slurm/jobs ] && break; sleep 0.05; done\n"
        "%s; kill -TERM $sweep; wait $sweep; [ $? -ne 0 ]";
    static const char *const rows[][2] = {
        {":", "points are done, job 101 is cancelled"},
        {"export FAKE; printf '#!/bin/sh\\nexit 1\\n' >fake",
         "job 101 could not be cancelled, which --resume tries again"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[512];
        open_cluster();
        snprintf(line, sizeof line, stop, rows[i][0]);
        CHECK_INT(on_cluster("FAKE=queued", line), 0);
        CHECK_HAS("err", rows[i][1]);
        CHECK_HAS("err", "--resume");
        folder_remove();
    }
}

/* A job that is gone without a word leaves failed points, which --resume tries again. */
static void lost_jobs_are_reported(void)
{
    open_cluster();
    CHECK_INT(on_cluster("FAKE=later", "slurm --out o"), 1);
    CHECK_HAS("stderr", "4 of 4 points failed; --resume tries them again");
    CHECK_INT(on_cluster("", "slurm --out o --resume"), 0);
    CHECK_HAS("stdout", "4: 0 there before, 4 run, 0 failed");
    folder_remove();
}

/* What else a task writes, such as a message of slurmstepd, does not hide its points. */
static void noise_is_skipped(void)
{
    open_cluster();
    CHECK_INT(on_cluster("NOISE='slurmstepd: a word\\n'", "slurm --out o --shard 1"), 0);
    CHECK_HAS("stdout", "4 run, 0 failed");
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_slurm[];
const CU_TestInfo iptfs_tests_slurm[] = {
    {"an array runs all points", an_array_runs_all_points},
    {"arrays keep to the cluster's limit", arrays_keep_to_the_limit},
    {"a job collects", a_job_collects},
    {"refusals are shown", refusals_are_shown},
    {"jobs of before are cancelled", jobs_of_before_are_cancelled},
    {"interrupted sweeps cancel their jobs", interrupted_sweeps_cancel},
    {"lost jobs are reported", lost_jobs_are_reported},
    {"noise is skipped", noise_is_skipped},
    CU_TEST_INFO_NULL,
};
