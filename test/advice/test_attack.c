/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim attack` as a user runs it. */
#include "support/check.h"
#include "support/folder.h"
#include "sweep/results_db.h"

#include <sqlite3.h>
#include <stdio.h>

/* A call, and video of nearly the same rate; the third class is the call again. */
#define HEAD                                                                                       \
    "[scenario]\nname = t\nduration = 2s\n"                                                        \
    "[link]\nrate = 10Mbps\n"                                                                      \
    "[traffic.call]\ntype = voice\n[traffic.again]\ntype = voice\n"                                \
    "[traffic.film.a]\ntype = video\nrate = 100kbps\n"                                             \
    "[traffic.film.b]\ntype = cbr\nsize = 100B\nrate = 10kbps\n"
#define MODES                                                                                      \
    "[sweep]\ncase.open = tunnel.mode=esp\n"                                                       \
    "case.hidden = tunnel.mode=fixed-rate; tunnel.l3-fixed-rate=1Mbps\n"                           \
    "seed = 1 .. 12\n"

static double read_value(const char *column, int point)
{
    struct iptfs_results_db db;
    struct iptfs_error error;
    char sql[200];
    sqlite3_stmt *statement;
    double value = -1;
    if (!CHECK_INT(iptfs_results_db_open(&db, folder_file("out"), &error), 0))
        return value;
    snprintf(sql, sizeof sql, "SELECT %s FROM points WHERE point = %d", column, point);
    if (CHECK_INT(sqlite3_prepare_v2(db.db, sql, -1, &statement, NULL), SQLITE_OK) &&
        CHECK_INT(sqlite3_step(statement), SQLITE_ROW))
        value = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    iptfs_results_db_close(&db);
    return value;
}

/* Plain ESP shows a call at once; with a constant rate all runs look alike. */
static void test_open_and_hidden_traffic(void)
{
    folder_make();
    folder_write("a.ini", HEAD MODES);
    CHECK_INT(folder_script("sed 's/^name/classes = call, film\\nname/' a.ini > t.ini"), 0);
    CHECK_INT(folder_run("attack t.ini --jobs 2 --out out"), 0);
    CHECK_HAS("stdout", "a guess is right in 0.500");
    CHECK_NEAR(read_value("accuracy", 1), 1, 0);
    CHECK_NEAR(read_value("nearest", 1), 1, 0.1);
    CHECK_NEAR(read_value("chance", 2), 0.5, 0);
    CHECK_TRUE(read_value("accuracy_low", 2) <= 0.5 && read_value("accuracy_high", 2) >= 0.5);
    CHECK_TRUE(read_value("overhead", 1) > 1 && read_value("overhead", 1) < 2);
    CHECK_NEAR(read_value("outer_bps", 2), 1e6, 2e4);
    CHECK_TRUE(read_value("delay_s", 2) > read_value("delay_s", 1));
    CHECK_HAS("out/results.csv", "point,case,classes,runs,chance,accuracy,");
    CHECK_HAS("out/sweep.ini", "case.hidden");
    CHECK_HAS("out/sweep.ini", "scenario.class = call, film");
    CHECK_INT(folder_run("show out --point 2"), 0);
    CHECK_HAS("stdout", "t.ini --set tunnel.mode=fixed-rate --set tunnel.l3-fixed-rate=1Mbps\n");
    CHECK_INT(folder_run("show out --csv"), 0);
    CHECK_HAS("stdout", "point,case,classes,runs,chance,accuracy,");
    CHECK_HAS("out/plots/accuracy.svg", "</svg>");
    CHECK_HAS("out/plots/accuracy.csv", "hidden,");
    CHECK_HAS("out/plots/classes.svg", "</svg>");
    CHECK_HAS("out/confusion.csv", "tunnel,class,guess,runs");
    CHECK_HAS("out/confusion.csv", "open,film,film,12");
    CHECK_HAS("out/confusion.csv", "open,film,call,0");
    /* The same results with another number of processes. */
    CHECK_INT(folder_run("attack t.ini --jobs 1 --out again --quiet"), 0);
    CHECK_SAME("out/results.csv", "again/results.csv");
    folder_remove();
}

/* Two classes of one kind cannot be distinguished, even in the open. Of few runs the result may
 * fall below chance: a run that is tested is missing among those that train its class. */
static void test_one_kind_twice(void)
{
    folder_make();
    folder_write("a.ini", HEAD "[sweep]\nseed = 1 .. 60\n");
    CHECK_INT(folder_script("sed 's/^name/classes = call, again\\nname/' a.ini > t.ini"), 0);
    CHECK_INT(folder_run("attack t.ini --out out"), 0);
    CHECK_TRUE(read_value("accuracy_low", 1) <= 0.5 && read_value("accuracy_high", 1) >= 0.5);
    folder_remove();
}

static void check_refused(const char *classes, const char *seeds, const char *message)
{
    char line[200];
    folder_make();
    folder_write("a.ini", HEAD "[sweep]\ntunnel.mode = esp, none\n");
    snprintf(line, sizeof line,
             "sed 's/^name/classes = %s\\nname/' a.ini > t.ini; printf '%%s\\n' '%s' >> t.ini",
             classes, seeds);
    CHECK_INT(folder_script(line), 0);
    CHECK_INT(folder_run("attack t.ini --out out"), 2);
    CHECK_HAS("stderr", message);
    CHECK_INT(folder_script("test ! -e out"), 0);
    folder_remove();
}

static void test_refused_files(void)
{
    check_refused("call, film", "seed = 1 .. 3",
                  "t.ini: [sweep] seed: found 3 of them, allowed: 10 or more");
    check_refused("call, film", "seed = 1 .. 10\nscenario.warm-up = auto",
                  "t.ini: [scenario] warm-up: found 'auto', allowed: with attack a time");
    check_refused("call, film", "until = 5 % of goodput_bps",
                  "[sweep] until: found in an attack, allowed: in a sweep");
    check_refused("call", "seed = 1 .. 10",
                  "t.ini:2: [scenario] classes: found 'call', allowed: 2");
    check_refused("call, fimm", "seed = 1 .. 10",
                  "found 'call, fimm', allowed: names of [traffic.NAME] sections, not 'fimm'");
    check_refused("", "seed = 1 .. 10",
                  "t.ini: [scenario] classes: found nothing, allowed: 2 names");
    check_refused("call, film, film.a", "seed = 1 .. 10",
                  "allowed: each section in one class, not 'film.a' in two");
}

/* Nothing is delivered: there is no overhead and no delay, and that is said. */
static void test_nothing_delivered(void)
{
    folder_make();
    folder_write("a.ini", HEAD "[sweep]\ncase.lost = link.loss=100%\nseed = 1 .. 10\n");
    CHECK_INT(folder_script("sed 's/^name/classes = call, film\\nname/' a.ini > t.ini"), 0);
    CHECK_INT(folder_run("attack t.ini --out out"), 0);
    CHECK_HAS("stdout", "0 %        -         -");
    CHECK_HAS("stdout", "-: no inner packet was delivered");
    CHECK_INT(folder_shell("! grep -q nan stdout out/results.csv out/plots/*.csv"), 0);
    CHECK_INT(folder_shell("test -e out/plots/classes.svg && ! test -e out/plots/accuracy.svg"), 0);
    folder_remove();
}

/* A signal ends all processes, with one line; finished runs stay, and --resume makes the rest. */
static void test_interruption_and_resumption(void)
{
    folder_make();
    folder_write("a.ini", HEAD MODES);
    CHECK_INT(folder_script("sed 's/^name/classes = call, film\\nname/; s/= 2s/= 400s/' a.ini > "
                            "t.ini"),
              0);
    CHECK_INT(folder_script("\"$SIM\" attack t.ini --out out --jobs 2 & p=$!; "
                            "until ls out/points 2>&1 | grep -q json; do sleep 0.01; done; "
                            "kill -TERM $p; wait $p"),
              143);
    CHECK_HAS("stderr", "iptfs-sim: interrupted: ");
    CHECK_INT(folder_shell("test `wc -l < stderr` = 1 && ls out/points | wc -l > before"), 0);
    CHECK_INT(folder_run("attack t.ini --out out"), 2);
    CHECK_HAS("stderr", "--resume");
    CHECK_INT(folder_script("sim attack t.ini --out out --resume | tee all"), 0);
    CHECK_INT(folder_shell("grep -q \"^Points *48: `cat before` there before\" all"), 0);
    CHECK_INT(folder_shell("test `cat before` -gt 0 && test `cat before` -lt 48"), 0);
    CHECK_HAS("out/results.csv", "2,hidden,2,12,0.5,");
    folder_remove();
}

/* A folder of captures is a class: each capture is a run. */
static void make_captures(unsigned count)
{
    char line[400];
    folder_make();
    snprintf(
        line, sizeof line,
        "mkdir web mail; printf '[scenario]\\nduration = 1s\\n[traffic.w]\\ntype = poisson\\nsize "
        "= 1000B\\nrate = 1Mbps\\n[traffic.m]\\ntype = poisson\\nsize = 100B\\nrate = "
        "100kbps\\ndirection = reverse\\n' > c.ini\n"
        "for i in `seq 100 %u`; do sim run c.ini --seed $i --quiet --out x --pcap x/p; "
        "mv x/p-inner-in.pcap web/$i.pcap; mv x/p-reverse-inner-in.pcap mail/$i.pcap; done; "
        "echo no capture > web/README",
        99 + count);
    CHECK_INT(folder_script(line), 0);
    folder_write("t.ini", "[scenario]\nclasses = web, mail\n"
                          "[traffic.web]\ntype = pcap\nfile = web\n"
                          "[traffic.mail.up]\ntype = pcap\nfile = mail\ndirection = reverse\n"
                          "[link]\nrate = 10Mbps\n[sweep]\ntunnel.mode = esp, on-demand\n");
}

static void test_folders_of_captures(void)
{
    make_captures(12);
    CHECK_INT(folder_run("attack t.ini --out out"), 0);
    CHECK_HAS("out/sweep.ini", "seed = 1 .. 12");
    CHECK_HAS("out/results.csv", "1,esp,2,12,0.5,1,");
    CHECK_INT(folder_script("echo 'seed = 1 .. 13' >> t.ini; sim attack t.ini --out more"), 2);
    CHECK_HAS("stderr", "file: found 'web', allowed: a folder with a capture for seed 13; it holds "
                        "12");
    /* A run of one class, and of one capture. */
    CHECK_INT(folder_run("run t.ini --set scenario.class=web --set scenario.seed=3 --json"), 0);
    folder_remove();
}

static void test_few_captures(void)
{
    make_captures(4);
    CHECK_INT(folder_run("attack t.ini --out out"), 2);
    CHECK_HAS("stderr", "t.ini: [sweep] seed: found 4 of them, allowed: 10 or more");
    CHECK_INT(folder_script("mkdir none; sed -i 's/= web$/= none/' t.ini; sim attack t.ini"), 2);
    CHECK_HAS("stderr", "t.ini:5: [traffic.web] file: found 'none', allowed: a folder that holds "
                        "captures");
    CHECK_INT(folder_shell("test ! -e out"), 0);
    folder_remove();
}

const CU_TestInfo iptfs_tests_attack[] = {
    {"open and hidden traffic", test_open_and_hidden_traffic},
    {"one kind twice", test_one_kind_twice},
    {"refused files", test_refused_files},
    {"nothing delivered", test_nothing_delivered},
    {"interruption and resumption", test_interruption_and_resumption},
    {"folders of captures", test_folders_of_captures},
    {"few captures", test_few_captures},
    CU_TEST_INFO_NULL,
};
