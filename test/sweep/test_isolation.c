/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep that runs does not see changes of its file; changes of other files that it reads, and of
 * the program, end it with one line. */
#include "support/check.h"
#include "support/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Points that take a while, so that changes come between them. */
#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 40s\n[link]\nrate = 10Mbps\n"                             \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 8Mbps\n"
#define LIST "[traffic.b]\ntype = list\nfile = list.csv\n"
#define SWEEP "[sweep]\nseed = 1 .. 6\n"

/* Runs a sweep of s.ini and, when it has a point, a line of the shell; its exit status. */
static int sweep_while(const char *program, const char *change)
{
    int status = 0;
    char line[256];
    snprintf(line, sizeof line,
             "SIM=${SIM:-$IPTFS_SIM}; exec %s sweep s.ini --jobs 1 --out o "
             ">stdout 2>stderr",
             program);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder_path()) == 0)
            execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(126);
    }
    CHECK_INT(folder_shell("i=0; until ls o/points/*.json >/dev/null 2>&1 || [ $i = 600 ]; do "
                           "sleep 0.05; i=$((i + 1)); done"),
              0);
    CHECK_INT(folder_shell(change), 0);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The one line of an ended sweep. */
static void check_line(const char *expected)
{
    char *text = folder_read("stderr", NULL);
    char *found = strstr(text, expected);
    size_t lines = 0;
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    if (found == NULL || lines != 1)
        CHECK_FAIL("not one line with \"%s\": \"%s\"", expected, text);
    free(text);
}

static void changes_of_the_sweep_do_not_reach_it(void)
{
    static const char *const changes[] = {
        "rm s.ini",
        "sed -i 's/8Mbps/4Mbps/; s/6/4/' s.ini",
        "echo nonsense >s.ini",
    };
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            CHECK_INT(sweep_while("\"$SIM\"", changes[i]), 0);
            CHECK_HAS("stdout", "6: 0 there before, 6 run, 0 failed");
            CHECK_SAME("o/results.db", "whole/results.db");
            folder_write("s.ini", BASE SWEEP);
            CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
            CHECK_HAS("stdout", "6: 6 there before, 0 run");
            folder_remove_tree("o");
        }
    }
    folder_remove();
}

static void changed_files_end_it(void)
{
    folder_make();
    folder_write("s.ini", BASE LIST SWEEP);
    folder_write("list.csv", "time,size\n1ms,100\n2ms,200\n");
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        CHECK_INT(sweep_while("\"$SIM\"", "cp list.csv was.csv; echo 3ms,300 >>list.csv"), 2);
        check_line("/list.csv: has changed since the sweep was started; finished points stay");
        CHECK_INT(folder_shell("mv was.csv list.csv"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_INT(folder_shell("grep -q ': [1-9] there before' stdout"), 0);
        CHECK_SAME("o/results.db", "whole/results.db");
        folder_remove_tree("o");
        CHECK_INT(sweep_while("\"$SIM\"", "mv list.csv was.csv"), 2);
        check_line("(changed since the sweep was started); finished points stay");
        CHECK_INT(folder_shell("mv was.csv list.csv"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_SAME("o/results.db", "whole/results.db");
    }
    folder_remove();
}

/* A script that says that its sources are others takes the place of the program. */
static void a_replaced_program_ends_it(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out whole"), 0);
        CHECK_INT(folder_shell("cp \"$SIM\" program\n"
                               "printf '#!/bin/sh\\nexec \"%s\" \"$1\" \"$2\" \"$3\" \"$4\" "
                               "\"$5\" feed \"$7\" \"$8\"\\n' \"$SIM\" >other; chmod +x other"),
                  0);
        CHECK_INT(sweep_while("./program", "mv other program"), 2);
        check_line("the program was replaced since the sweep was started (the hash of its sources "
                   "was feed and is ");
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
        CHECK_SAME("o/results.db", "whole/results.db");
    }
    folder_remove();
}

static void points_are_those_that_were_planned(void)
{
    folder_make();
    folder_write("s.ini", "[scenario]\nduration = 1ms\n[traffic.a]\ntype = cbr\nsize = 200B\n"
                          "rate = 1Mbps\n" SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
        CHECK_INT(
            folder_script("sources=$(sim --version | sed 's/.*sources \\(.*\\))/\\1/')\n"
                          "rm o/points/*\n"
                          "sim point s.ini --out o --sources $sources --shard 2:00000000\n"
                          "[ $? = 1 ] || exit 41\n"
                          "sim point s.ini --out o --sources $sources --shard 7:0 && exit 42\n"
                          "sim point s.ini --out o --sources $sources --shard 3 && exit 43\n"
                          "[ -z \"$(ls o/points)\" ]"),
            0);
        CHECK_HAS("stdout", "! o/sweep.ini: has changed since the sweep was started\n");
        CHECK_HAS("stderr", "--shard: found '7:0', allowed: points 1 to 6, each with its id");
        CHECK_HAS("stderr", "--shard: found '3', allowed: points 1 to 6, each with its id");
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_isolation[];
const CU_TestInfo iptfs_tests_isolation[] = {
    {"changes of the sweep do not reach it", changes_of_the_sweep_do_not_reach_it},
    {"changed files end it", changed_files_end_it},
    {"a replaced program ends it", a_replaced_program_ends_it},
    {"points are those that were planned", points_are_those_that_were_planned},
    CU_TEST_INFO_NULL,
};
