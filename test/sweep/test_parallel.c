/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine of GNU parallel: what it is given is data, and it ends when the sweep ends, however
 * that is. */
#include "support/check.h"
#include "support/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 50ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define SWEEP "[sweep]\nlink.loss = 0, 1%\nseed = 1, 2\n"

/* Points that take a while, so that signals come between them. */
#define SLOW                                                                                       \
    "[scenario]\nname = base\nduration = 60s\n[link]\nrate = 10Mbps\n"                             \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 8Mbps\n[sweep]\nseed = 1 .. 6\n"

static void check_file(const char *name, const char *expected)
{
    char *text = folder_read(name, NULL);
    CHECK_STR(text, expected);
    free(text);
}

/* Program, sweep and results have the name, each in a folder of this name. */
static void sweep_under(const char *name)
{
    CHECK_TRUE(setenv("NAME", name, 1) == 0);
    CHECK_INT(folder_shell("mkdir \"./$NAME\" && cp s.ini \"./$NAME/$NAME\" && "
                           "cp \"$SIM\" \"./$NAME/sim $NAME\""),
              0);
    CHECK_INT(folder_script("\"./$NAME/sim $NAME\" sweep \"./$NAME/$NAME\" --out "
                            "\"./$NAME/out $NAME\" --quiet --jobs 2"),
              0);
    check_file("stderr", "");
    CHECK_INT(folder_shell("cmp \"./$NAME/out $NAME/results.db\" whole/results.db && ! ls pwned* "
                           "\"./$NAME\"/pwned* 2>/dev/null"),
              0);
    CHECK_INT(folder_script("eval \"$(sim show \"./$NAME/out $NAME\" --point 4 | "
                            "sed '1s/^iptfs-sim/sim/')\" --quiet --out one"),
              0); /* the command of a point is one for the shell */
    check_file("stderr", "");
    CHECK_SAME("one/summary.json", "fourth/summary.json");
    unsetenv("NAME");
}

static void names_are_data(void)
{
    static const char *const names[] = {
        "p{= system(\"touch\",\"pwned\"); =}",
        "a{}b",
        "{#}{%}{1}{2}{3}{4}{.}{+}{-1}",
        "`touch pwned`$(touch pwned);touch pwned&|<>",
        "it's \"q\" \\ \t~!*?[x] $HOME %j",
        "line\nline {}",
        "-x",
        "\xff\xaf<\xaf>\xaf\xae \xc3\xa9",
    };
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole --quiet"), 0);
        CHECK_INT(folder_run("run s.ini --set link.loss=1%% --seed 2 --out fourth --quiet"), 0);
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            sweep_under(names[i]);
    }
    folder_remove();
}

static void settings_of_the_user_change_nothing(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole --quiet"), 0);
        CHECK_INT(
            folder_script("mkdir -p home/.parallel && echo --dry-run >home/.parallel/config\n"
                          "export HOME=$PWD/home PARALLEL=--dry-run PARALLEL_SHELL=/bin/false "
                          "PARALLEL_HOME=$PWD/home/.parallel PARALLEL_SSH=false\n"
                          "sim sweep s.ini --out mine --quiet"),
            0);
        check_file("stderr", "");
        CHECK_SAME("mine/results.db", "whole/results.db");
        CHECK_INT(folder_script("unset HOME; sim sweep s.ini --out nohome --quiet"), 0);
        check_file("stderr", "");
        CHECK_SAME("nohome/results.db", "whole/results.db");
    }
    folder_remove();
}

/* A program `parallel` in place of the real one; its lines follow. */
static int sweep_with(const char *lines)
{
    folder_write("bin/parallel", lines);
    return folder_script("chmod +x bin/parallel; PATH=$PWD/bin:$PATH; sim sweep s.ini --out o");
}

static void failing_engines_are_one_line(void)
{
    folder_make();
    folder_write("s.ini", BASE "[sweep]\nseed = 1 .. 200\n");
    CHECK_INT(folder_shell("mkdir bin"), 0);
    CHECK_INT(sweep_with("#!/bin/sh\nkill -9 $$\n"), 1);
    check_file("stderr", "GNU parallel was killed by signal 9 (Killed)\n"
                         "failed: 200 of points 1 to 200 were not run\n"
                         "iptfs-sim: 200 of 200 points failed; --resume tries them again\n");
    CHECK_INT(folder_shell("rm -r o"), 0);
    CHECK_INT(sweep_with("#!/bin/sh\nfor i in 1 2 3 4 5; do echo no host >&2; done\nexit 5\n"), 1);
    check_file("stderr", "no host\n(and 4 more lines like these)\n"
                         "failed: 200 of points 1 to 200 were not run\n"
                         "iptfs-sim: 200 of 200 points failed; --resume tries them again\n");
    folder_remove();
}

/* ------------------------------------------------------------------------------------- signals */

/* Starts the program in a process group of its own, as a terminal does; returns its number. */
static pid_t start(const char *arguments)
{
    char line[256];
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        snprintf(line, sizeof line, "exec \"$IPTFS_SIM\" %s >stdout 2>stderr", arguments);
        setpgid(0, 0);
        if (chdir(folder_path()) == 0)
            execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(126);
    }
    setpgid(child, child);
    return child;
}

static int end_of(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int count_points(const char *name)
{
    int count = 0;
    DIR *folder = opendir(folder_file(name));
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        count += strstr(entry->d_name, ".json") != NULL;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void wait_for_points(const char *name)
{
    for (int i = 0; i < 600 && count_points(name) < 1; i++)
        usleep(50000);
    CHECK_TRUE(count_points(name) > 0);
}

/* The lock of a folder is free when all processes that may write there have ended. */
static void wait_for_end(const char *name)
{
    int fd = open(folder_file(name), O_RDWR | O_CLOEXEC), i = 0;
    while (i < 100 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        usleep(50000);
        i++;
    }
    CHECK_TRUE(fd >= 0 && i < 100);
    close(fd);
}

/* Sends the signal to the program, or to its whole group. */
static void interrupt(int number, bool group, int expected)
{
    int done = 0, all = 0, end = 0, status = 0;
    /* On a busy machine the sweep may have ended before this process runs again. */
    for (int attempt = 0; attempt < 5 && status == 0; attempt++) {
        folder_remove_tree("o");
        pid_t child = start("sweep s.ini --jobs 1 --out o");
        wait_for_points("o/points");
        kill(group ? -child : child, number);
        status = end_of(child);
    }
    CHECK_INT(status, expected);
    char *text = folder_read("stderr", NULL);
    if (sscanf(text, "iptfs-sim: interrupted: %d of %d points are done; --resume goes on\n%n",
               &done, &all, &end) != 2 ||
        text[end] != '\0' || done != count_points("o/points") || all != 6)
        CHECK_FAIL("%d points, but the message is \"%s\"", count_points("o/points"), text);
    free(text);
    wait_for_end("o/.lock");
    CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
    CHECK_SAME("o/results.db", "whole/results.db");
    folder_remove_tree("o");
}

static void interrupted_sweeps_say_how_to_go_on(void)
{
    folder_make();
    folder_write("s.ini", SLOW);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        interrupt(SIGINT, true, 130);
        interrupt(SIGINT, false, 130);
        interrupt(SIGTERM, false, 143);
        interrupt(SIGHUP, true, 129);
    }
    folder_remove();
}

/* As of a job that a script starts with "&", or of nohup. */
static void ignored_signals_stay_ignored(void)
{
    folder_make();
    folder_write("s.ini", SLOW);
    if (folder_have("parallel")) {
        struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
        sigaction(SIGINT, &ignore, &old);
        pid_t child = start("sweep s.ini --jobs 2 --out o");
        wait_for_points("o/points");
        kill(-child, SIGINT);
        CHECK_INT(end_of(child), 0);
        sigaction(SIGINT, &old, NULL);
        CHECK_HAS("stdout", "6: 0 there before, 6 run, 0 failed");
        check_file("stderr", "");
    }
    folder_remove();
}

static void no_point_outlives_a_killed_sweep(void)
{
    folder_make();
    folder_write("s.ini", SLOW);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        int kills = 0;
        for (useconds_t wait_us = 0; wait_us < 500000; wait_us += 100000) {
            pid_t child = start("sweep s.ini --jobs 2 --out o --resume");
            while (access(folder_file("o/sweep.ini"), F_OK) != 0)
                usleep(1000);
            usleep(wait_us);
            kill(child, SIGKILL);
            int end = end_of(child);
            if (end != 0) /* the last ones may find nothing left to do on a fast machine */
                CHECK_INT(end, -SIGKILL);
            kills += end != 0;
            wait_for_end("o/.lock");
        }
        CHECK_TRUE(kills > 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_SAME("o/results.db", "whole/results.db");
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_parallel[];
const CU_TestInfo iptfs_tests_parallel[] = {
    {"names are data", names_are_data},
    {"settings of the user change nothing", settings_of_the_user_change_nothing},
    {"failing engines are one line", failing_engines_are_one_line},
    {"interrupted sweeps say how to go on", interrupted_sweeps_say_how_to_go_on},
    {"ignored signals stay ignored", ignored_signals_stay_ignored},
    {"no point outlives a killed sweep", no_point_outlives_a_killed_sweep},
    CU_TEST_INFO_NULL,
};
