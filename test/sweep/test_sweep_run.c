/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim sweep` and `show`: a sweep run, killed and resumed, changed, and refused. */
#include "sweep/sweep_run.h"

#include "support/check.h"
#include "support/fixture.h"
#include "support/folder.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 100ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"              \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"

#define SWEEP "[sweep]\nlink.loss = 0, 1%, 5%\nseed = 1 .. 8\n"

static void jobs_give_the_same_bytes(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    CHECK_INT(folder_run("sweep s.ini --dry-run"), 0);
    CHECK_HAS("stdout", "24 link.loss=5% seed=8\n");
    CHECK_INT(folder_run("run s.ini --quiet --out base"), 0); /* without the sweep */
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --jobs 1 --out one"), 0);
        CHECK_HAS("stdout", "24: 0 there before, 24 run, 0 failed");
        CHECK_INT(folder_run("sweep s.ini --jobs 2 --engine parallel --out two"), 0);
        CHECK_SAME("one/results.db", "two/results.db");
        CHECK_SAME("one/results.csv", "two/results.csv");
        CHECK_HAS("one/manifest.json", "\"points\": 24");
        CHECK_INT(folder_run("sweep s.ini --out one"), 2);
        CHECK_HAS("stderr", "--resume");
        CHECK_INT(folder_run("show one --by link.loss --columns inner.offered.pkts --csv"), 0);
        CHECK_HAS("stdout", "link.loss,points,inner.offered.pkts\n0,8,");
        CHECK_INT(folder_run("show one --columns seed --json"), 0);
        CHECK_HAS("stdout", "\"point\": 24,\n    \"seed\": 8\n");
        CHECK_INT(folder_run("show one --columns inner.ofered.pkts"), 2);
        CHECK_HAS("stderr", "did you mean 'inner.offered.pkts'?");
        CHECK_INT(folder_run("show one --point 24"), 0);
        CHECK_HAS("stdout", " --set link.loss=5% --set scenario.seed=8\n");
        CHECK_INT(folder_run("show one --point 25"), 2);
    }
    CHECK_INT(folder_run("show nowhere"), 2);
    folder_remove();
}

/* The command that is shown for a point gives the point's result. */
static void points_can_be_repeated(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_INT(folder_run("show o --point 20"), 0);
        size_t size;
        char *command = folder_read("stdout", &size), *id;
        command[strcspn(command, "\n")] = '\0';
        CHECK_INT(folder_run("%s --out alone --quiet", command + strlen("iptfs-sim ")), 0);
        CHECK_INT(folder_run("show o --columns id --csv | sed -n s/^20,//p"), 0);
        id = folder_read("stdout", &size);
        id[strcspn(id, "\n")] = '\0';
        char path[128];
        snprintf(path, sizeof path, "o/points/%s.json", id);
        CHECK_INT(folder_script("sed -i '/^  \"id\"/d; /^  \"hash\"/d' o/points/*.json"), 0);
        CHECK_SAME(path, "alone/summary.json");
        free(command);
        free(id);
    }
    folder_remove();
}

static void sweeps_grow_and_do_not_mix(void)
{
    folder_make();
    folder_write("s.ini", BASE "[sweep]\nlink.loss = 0, 1%\nseed = 1 .. 3\n");
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        folder_write("s.ini", "# grown\n" BASE "[sweep]\nlink.loss = 0, 0.5%, 1%\nseed = 1 .. 4\n");
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_HAS("stdout", "12: 6 there before, 6 run");
        CHECK_INT(folder_run("sweep s.ini --out fresh"), 0);
        CHECK_SAME("o/results.db", "fresh/results.db");
        CHECK_SAME("o/results.csv", "fresh/results.csv");
        folder_write("s.ini", BASE "[tunnel]\ninit-delay = 1ms\n"
                                   "[sweep]\nlink.loss = 0, 0.5%, 1%\nseed = 1 .. 4\n");
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "tunnel.init-delay was '(nothing)' and is '1ms'");
        CHECK_SAME("o/results.db", "fresh/results.db");
        CHECK_INT(folder_run("sweep s.ini --out o --resume --force"), 0);
        CHECK_HAS("stdout", "12: 0 there before, 12 run");
        CHECK_INT(folder_run("sweep s.ini --out other"), 0);
        CHECK_SAME("o/results.db", "other/results.db");
        CHECK_INT(folder_shell("sed -i 's/\"version\": \"/&0.0.1-/' o/manifest.json"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "the program's version was '0.0.1-");
    }
    folder_remove();
}

#define FLOW(name) "[traffic." name "]\ntype = cbr\nsize = 200B\nrate = 1Mbps\nphase = 0\n"

/* Values that SQLite has no column for are reported, and are in results.csv; names of flows make no
 * unit. */
static void columns_may_be_too_many(void)
{
    folder_make();
    if (folder_have("parallel")) {
        folder_write("s.ini", BASE FLOW("calls_s") FLOW("Calls_s") "[sweep]\nlink.loss = 0, 1%\n");
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_HAS("stderr", "o/results.db: skips 15 values from flows.Calls_s.offered.pkts "
                            "on (results.csv has them)");
        CHECK_HAS("o/results.csv", ",flows.Calls_s.delay_s.p99,");
        CHECK_INT(folder_run("show o --columns flows.calls_s.offered.octets,link.loss --csv"), 0);
        CHECK_HAS("stdout", "\n1,12600,0\n2,12600,0.01\n");
        CHECK_INT(folder_run("show o --list --csv"), 0);
        CHECK_HAS("stdout", "flows.calls_s.loss,value,share\n");
        CHECK_HAS("stdout", "link.loss,parameter,share\n");
        CHECK_HAS("stdout", "flows.calls_s.delay_s.p99,value,s\n");
        char text[32768] = BASE;
        for (int i = 0; i < 200; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text),
                     "[traffic.f%d]\ntype = cbr\nsize = 200B\nrate = 10kbps\n", i);
        strcat(text, "[sweep]\nlink.loss = 0, 1%\n");
        folder_write("s.ini", text);
        CHECK_INT(folder_run("sweep s.ini --out many"), 0);
        CHECK_HAS("stderr", "values from flows.f1");
        CHECK_HAS("many/results.csv", ",flows.f199.delay_s.p99,");
        CHECK_INT(folder_run("show many --columns goodput_bps"), 0);
    }
    folder_remove();
}

static void failures_are_listed(void)
{
    folder_make();
    folder_write("bad.csv", "nonsense\n");
    folder_write("good.csv", "time,size\n1ms,100\n2ms,200\n");
    folder_write("s.ini", "[scenario]\nduration = 10ms\n[traffic.a]\ntype = list\nfile = good.csv\n"
                          "[sweep]\ntraffic.a.file = good.csv, bad.csv\nseed = 1, 2\n");
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o"), 1);
        CHECK_HAS("stderr", "failed: point 3 (traffic.a.file=bad.csv seed=1), status 2: ");
        CHECK_HAS("stderr", "2 of 4 points failed");
        CHECK_INT(folder_run("show o --columns inner.offered.pkts --csv"), 0);
        CHECK_HAS("stdout", "point,inner.offered.pkts\n1,2\n2,2\n");
        folder_write("bad.csv", "time,size\n1ms,100\n");
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_HAS("stdout", "4: 2 there before, 2 run, 0 failed");
    }
    folder_remove();
}

static void unusable_folders_are_refused(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("taken", "a file\n");
    CHECK_INT(folder_run("sweep s.ini --out taken"), 2);
    CHECK_HAS("stderr", "taken: ");
    folder_write("bad.ini", BASE "[sweep]\nlink.loss = 0, 7\n");
    CHECK_INT(folder_run("sweep bad.ini --out o"), 2);
    CHECK_HAS("stderr", "bad.ini:12: [sweep] link.loss=7: [link] loss: found '7'");
    CHECK_TRUE(access(folder_file("o"), F_OK) != 0);
    folder_remove();
}

/* Starts a sweep in a group of its own and kills the group after a while. */
static void kill_after(const char *arguments, uint64_t wait_us)
{
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        folder_run("%s", arguments);
        _exit(0);
    }
    setpgid(child, child);
    usleep((useconds_t)wait_us);
    kill(-child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void killed_sweeps_resume(void)
{
    struct dice dice = {42};
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --jobs 2 --out whole"), 0);
        for (int i = 0; i < 20; i++) {
            kill_after("sweep s.ini --jobs 2 --out o", dice_between(&dice, 5000, 900000));
            CHECK_INT(folder_run("sweep s.ini --jobs 1 --out o --resume"), 0);
            CHECK_SAME("o/results.db", "whole/results.db");
            CHECK_SAME("o/results.csv", "whole/results.csv");
            folder_remove_tree("o");
        }
    }
    folder_remove();
}

static void the_example_sweeps(void)
{
    folder_make();
    if (folder_have("parallel")) {
        char *example = realpath("examples/sweep-delay.ini", NULL);
        CHECK_INT(folder_run("sweep %s --quiet --out o", example), 0);
        free(example);
        CHECK_HAS("o/results.csv", "point,id,tunnel.init-delay,link.loss,seed,name,");
        CHECK_HAS("o/plots/delay.svg", "</svg>");
        CHECK_HAS("o/plots/delay-p99.svg", "</svg>");
        CHECK_INT(folder_run("show o --by tunnel.init-delay --columns delay_s.mean"), 0);
        CHECK_HAS("stdout", "0.008");
        example = realpath("examples/sweep-pairs.ini", NULL);
        CHECK_INT(folder_run("sweep %s --out p", example), 0);
        free(example);
        CHECK_HAS("stdout", "5 % of delay_s.p99: reached in 4 of 4 combinations, with 10 to ");
        CHECK_INT(folder_run("show p --compare"), 0);
        CHECK_HAS("stdout", "at-once  waits ");
    }
    folder_remove();
}

static void one_sweep_at_a_time_has_a_folder(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_INT(folder_shell("cp o/results.db before.db"), 0);
        int fd = open(folder_file("o/.lock"), O_RDWR | O_CLOEXEC); /* as a running sweep has it */
        CHECK_INT(flock(fd, LOCK_EX | LOCK_NB), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume --force"), 2);
        CHECK_HAS("stderr", "o: another sweep is running here (process ");
        CHECK_SAME("o/results.db", "before.db");
        close(fd);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_HAS("stdout", "24: 24 there before, 0 run");
        /* Both start at the same time: one locks the folder, or starts when the other has ended. */
        CHECK_INT(folder_shell("$SIM sweep s.ini --out p --quiet 2>1.err & "
                               "$SIM sweep s.ini --out p --quiet 2>2.err; a=$?; wait $!; b=$?; "
                               "test $a = 0 -a $b = 2 -o $a = 2 -a $b = 0"),
                  0);
        CHECK_SAME("p/results.csv", "o/results.csv");
    }
    folder_remove();
}

static void changed_programs_are_noticed(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o"), 0);
        CHECK_INT(folder_shell(
                      "cp o/results.db before.db; $SIM --version | "
                      "grep \"($(sed -n 's/.*\"commit\": \"\\(.*\\)\".*/\\1/p' o/manifest.json), "
                      "sources $(sed -n 's/.*\"sources\": \"\\(.*\\)\".*/\\1/p' "
                      "o/manifest.json))\" >/dev/null"),
                  0);
        /* A commit that changes no source of the results, but not one that does. */
        CHECK_INT(folder_shell("sed -i 's/\"commit\": \"/&x/' o/manifest.json"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_INT(
            folder_shell("sed -i 's/\"sources\": \".*\"/\"sources\": \"feed\"/' o/manifest.json"),
            0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "the hash of the program's sources was 'feed' and is '");
        CHECK_INT(folder_run("sweep s.ini --out o --force"), 0);
        CHECK_HAS("stdout", "24: 0 there before, 24 run");
        CHECK_INT(folder_shell("rm o/manifest.json"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "o: holds results, but no manifest.json");
        CHECK_SAME("o/results.db", "before.db");
    }
    folder_remove();
}

static bool have_terminals(void)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    bool have = terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0 &&
                ptsname(terminal) != NULL && access(ptsname(terminal), R_OK | W_OK) == 0;
    if (terminal >= 0)
        close(terminal);
    if (!have)
        check_skip("bars on terminals", "there are no pseudo-terminals here");
    return have;
}

/* Runs the program with a terminal of its own, and keeps what comes there. */
static void run_on_terminal(const char *arguments, char *screen, size_t size)
{
    int terminal, status = 0;
    struct winsize window = {.ws_row = 24, .ws_col = 60};
    size_t length = 0;
    ssize_t got;
    fflush(NULL);
    pid_t child = forkpty(&terminal, NULL, NULL, &window);
    if (child == 0) {
        char command[256];
        snprintf(command, sizeof command, "$SIM %s", arguments);
        _exit(folder_shell(command));
    }
    while ((got = read(terminal, screen + length, size - 1 - length)) > 0)
        length += (size_t)got;
    screen[length] = '\0';
    close(terminal);
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}

/* Its engine waits for a second, so that the sweep takes longer on any machine. */
static void bars_are_for_terminals(void)
{
    static char screen[65536];
    size_t size;
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    CHECK_INT(folder_shell("mkdir bin && printf '#!/bin/sh\\nsleep 1.1\\nexec %s \"$@\"\\n' "
                           "\"$(command -v parallel)\" >bin/parallel && chmod +x bin/parallel"),
              0);
    char *old = strdup(getenv("PATH")), *path = NULL;
    CHECK_TRUE(asprintf(&path, "%s/bin:%s", folder_path(), old) > 0);
    if (folder_have("parallel") && have_terminals()) {
        setenv("PATH", path, 1);
        run_on_terminal("sweep s.ini --jobs 1 --out o", screen, sizeof screen);
        const char *bar = strstr(screen, "\r\033[K["), *end = strstr(screen, "\r\033[KPoints ");
        CHECK_TRUE(bar != NULL && end != NULL && bar < end);
        if (bar != NULL)
            CHECK_TRUE(strcspn(bar + strlen("\r\033[K"), "\r") < 60); /* in one line */
        if (strstr(screen, " of 24 points, ") == NULL)
            CHECK_FAIL("no points in \"%s\"", screen);
        run_on_terminal("sweep s.ini --jobs 1 --out p 2>stderr", screen, sizeof screen);
        CHECK_TRUE(strstr(screen, "\r\033[K") == NULL);
        char *text = folder_read("stderr", &size);
        CHECK_STR(text, "");
        free(text);
        setenv("PATH", old, 1);
    }
    free(old);
    free(path);
    folder_remove();
}

/* A small file system fills up, and one becomes read-only; only this test sees it. */
static void full_disks_lose_nothing(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("disk.sh", "set -eu\n"
                            "mount -t tmpfs -o size=60k none small\n"
                            "! $SIM sweep s.ini --out small/o --jobs 2 2>full.err || exit 41\n"
                            "ls small/o/points >few\n"
                            "mount -o remount,size=10m small\n"
                            "$SIM sweep s.ini --out small/o --resume >resumed\n"
                            "cp small/o/results.* .\n"
                            "rm small/o/points/*1*\n"
                            "mount -o remount,ro small\n"
                            "! $SIM sweep s.ini --out small/o --resume 2>ro.err || exit 42\n");
    if (folder_have("parallel") && folder_shell("mkdir small && unshare -rm true 2>/dev/null") != 0)
        check_skip("sweeps on full disks", "this user may not mount a file system of its own");
    else if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        CHECK_INT(folder_shell("export SIM; unshare -rm sh disk.sh"), 0);
        CHECK_HAS("full.err", "No space left on device; finished points stay, --resume goes on");
        CHECK_HAS("few", ".json\n");
        CHECK_INT(folder_shell("grep ' there before, ' resumed | grep -qv ' 0 there before'"), 0);
        CHECK_SAME("results.db", "whole/results.db");
        CHECK_SAME("results.csv", "whole/results.csv");
        CHECK_HAS("ro.err", "small/o: cannot write into the directory: Read-only file system");
    }
    folder_remove();
}

/* With Slurm itself: test/sweep/slurm.sh. */
static void a_missing_slurm_is_reported(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    CHECK_INT(
        folder_shell("mkdir bin && PATH=$PWD/bin $SIM sweep s.ini --engine slurm --out o 2>stderr"),
        2);
    CHECK_HAS("stderr", "Slurm's scontrol cannot be started: is the package 'slurm-client'");
    CHECK_INT(folder_run("sweep s.ini --sbatch --time=1 --out o"), 2);
    CHECK_HAS("stderr", "allowed: with --engine slurm");
    CHECK_INT(folder_run("sweep s.ini --engine slrum --out o"), 2);
    CHECK_HAS("stderr", "--engine: found 'slrum', allowed: parallel, slurm");
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_sweep[];
const CU_TestInfo iptfs_tests_sweep[] = {
    {"one job and two give the same bytes", jobs_give_the_same_bytes},
    {"points can be repeated", points_can_be_repeated},
    {"sweeps grow and do not mix", sweeps_grow_and_do_not_mix},
    {"columns may be too many", columns_may_be_too_many},
    {"failures are listed", failures_are_listed},
    {"unusable folders are refused", unusable_folders_are_refused},
    {"killed sweeps resume", killed_sweeps_resume},
    {"the example sweeps", the_example_sweeps},
    {"one sweep at a time has a folder", one_sweep_at_a_time_has_a_folder},
    {"changed programs are noticed", changed_programs_are_noticed},
    {"bars are for terminals", bars_are_for_terminals},
    {"full disks lose nothing", full_disks_lose_nothing},
    {"a missing Slurm is reported", a_missing_slurm_is_reported},
    CU_TEST_INFO_NULL,
};
