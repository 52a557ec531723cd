/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of a sweep and the copy of its file: what made the results is known even when the
 * manifest is damaged, and results are on the disk before they are collected. */
#include "support/check.h"
#include "support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 20ms\n[traffic.a]\ntype = cbr\nsize = 200B\nrate = "      \
    "1Mbps\n"
#define SWEEP "[sweep]\nseed = 1 .. 4\n"

static void damaged_manifests_are_recovered(void)
{
    static const char *const damages[] = {
        ": >o/manifest.json",
        "head -c 100 o/manifest.json >cut; mv cut o/manifest.json",
        "echo '{}' >o/manifest.json",
        "head -c 3000 /dev/zero >o/manifest.json",
    };
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
        CHECK_INT(folder_shell("cp o/results.db before.db"), 0);
        for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
            CHECK_INT(folder_shell(damages[i]), 0);
            CHECK_INT(folder_run("sweep s.ini --out o --resume"), 0);
            CHECK_HAS("stderr", "o/manifest.json is damaged: recovered from sweep.ini\n");
            CHECK_HAS("stdout", "4: 4 there before, 0 run");
            CHECK_SAME("o/results.db", "before.db");
            CHECK_INT(folder_run("sweep s.ini --out o --resume --quiet"), 0);
            CHECK_INT(folder_shell("[ ! -s stderr ] && grep -q '\"sources\"' o/manifest.json"), 0);
        }
    }
    folder_remove();
}

static void recovered_manifests_refuse_changes(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
        folder_write("s.ini", BASE "[tunnel]\ninit-delay = 1ms\n" SWEEP);
        CHECK_INT(folder_shell(": >o/manifest.json"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "tunnel.init-delay was '(nothing)' and is '1ms'");
        folder_write("s.ini", BASE SWEEP);
        CHECK_INT(folder_shell("sed -i 's/, sources .*/, sources feed/' o/sweep.ini"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "the hash of the program's sources was 'feed' and is '");
        CHECK_INT(folder_shell("sed -i '$d' o/sweep.ini"), 0);
        CHECK_INT(folder_run("sweep s.ini --out o --resume"), 2);
        CHECK_HAS("stderr", "o: holds results, but no manifest.json");
    }
    folder_remove();
}

static void a_copy_may_be_copied(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel")) {
        CHECK_INT(folder_run("sweep s.ini --out o --quiet"), 0);
        CHECK_INT(folder_run("sweep o/sweep.ini --out p --quiet"), 0);
        CHECK_SAME("p/sweep.ini", "o/sweep.ini");
        CHECK_SAME("p/results.db", "o/results.db");
        CHECK_INT(folder_shell("head -n -1 o/sweep.ini | cmp - s.ini"), 0);
    }
    folder_remove();
}

/* In the order of system calls: files before their names, names before results.db. */
static void files_are_on_the_disk_in_order(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    if (folder_have("parallel") && folder_have("strace") &&
        folder_shell("strace -o trace -e trace=fsync,syncfs,rename,linkat,renameat,renameat2 "
                     "\"$SIM\" sweep s.ini --out o --quiet 2>strace.err") == 0) {
        CHECK_INT(
            folder_shell(
                "sed -n 's/^fsync.*/F/p; s/^syncfs.*/S/p; s/^rename.*manifest.*/M/p; "
                "s/^link.*manifest.*/M/p; s/^link.*sweep.ini.*/I/p; s/^rename.*results.db\".*/"
                "D/p; s/^link.*results.db\".*/D/p' trace | tr -d '\\n' >order; "
                "grep -q '^FMFFIF*S.*F*DF.*FM*F$' order"),
            0);
        char *order = folder_read("order", NULL);
        if (strstr(order, "S") == NULL || strstr(order, "D") == NULL)
            CHECK_FAIL("the order is %s", order);
        free(order);
    } else {
        check_skip("the order of writes", "there is no strace here");
    }
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_manifest[];
const CU_TestInfo iptfs_tests_manifest[] = {
    {"damaged manifests are recovered", damaged_manifests_are_recovered},
    {"recovered manifests refuse changes", recovered_manifests_refuse_changes},
    {"a copy may be copied", a_copy_may_be_copied},
    {"files are on the disk in order", files_are_on_the_disk_in_order},
    CU_TEST_INFO_NULL,
};
