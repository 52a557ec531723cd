/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Full disks, limits of sizes, closed descriptors, killed commands: files are complete or not
 * there, and the command says so. Gaps of a day take no memory. */
#include "base/units.h"
#include "run/run.h"
#include "scenario/scenario.h"
#include "support/check.h"
#include "support/folder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 50ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"               \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"
#define SWEEP                                                                                      \
    "[sweep]\nlink.loss = 0, 1%\nseed = 1, 2\n[plot.lines]\nx = link.loss\n"                       \
    "y = inner.offered.pkts\n[plot.box]\nkind = boxes\nx = link.loss\ny = delay_s.mean\n"

/* check DIR STATUS: every file of the folder is complete, and a failure has a line of text. */
static const char check_files[] =
    "check() {\n"
    "  for f in $(find $1 -type f); do\n"
    "    case $f in\n"
    "    *.svg) tail -c 20 $f | grep -q '</svg>' || { echo \"$f is cut\"; return 1; } ;;\n"
    "    *.png) tail -c 12 $f | grep -q IEND || { echo \"$f is cut\"; return 1; } ;;\n"
    "    *.json) tail -c 2 $f | grep -q '}' || { echo \"$f is cut\"; return 1; } ;;\n"
    "    *.csv|*.pcap) [ -s $f ] || { echo \"$f is empty\"; return 1; } ;;\n"
    "    *tmp*) echo \"$f is left\"; return 1 ;;\n"
    "    esac\n"
    "  done\n"
    "  [ $2 = 0 ] || grep -q . stderr || { echo 'no message'; return 1; }\n"
    "}\n";

/* Runs $COMMAND with DIR = small/o on file systems with 4 to $LAST KiB free. Files in `want` exist
 * when it ends with 0; it must fail with the least room, and not with the most. */
static const char on_small_disks[] =
    "set -u; . ./check.sh\n"
    "mount -t tmpfs -o size=2m none small\n"
    "first= last=\n"
    "for free in $(seq 4 $STEP $LAST) 2000; do\n"
    "  mount -o remount,size=9m small; rm -rf small/*; mkdir small/o\n"
    "  [ -d plotted ] && cp plotted/sweep.ini plotted/results.db plotted/manifest.json small/o\n"
    "  used=$(df -k --output=used small | tail -1)\n"
    "  mount -o remount,size=$((used + free))k small\n"
    "  \"$SIM\" $COMMAND >stdout 2>stderr; status=$?\n"
    "  check small $status || { echo \"$free KiB free, status $status\"; exit 41; }\n"
    "  if [ $status = 0 ]; then\n"
    "    for f in $WANT; do [ -s small/$f ] || { echo \"no $f, $free KiB\"; exit 42; }; done\n"
    "  else grep -q 'No space left on device' stderr || { cat stderr; exit 43; }; fi\n"
    "  [ ! -e small/p-inner-in.pcap ] || [ -e small/o/summary.json ] || { echo some; exit 44; }\n"
    "  first=${first:-$status} last=$status\n"
    "done\n"
    "[ $first != 0 ] && [ $last = 0 ]\n";

static bool may_mount(const char *what)
{
    if (folder_shell("unshare -rm true 2>/dev/null") == 0)
        return true;
    check_skip(what, "this user may not mount a file system of its own");
    return false;
}

static void write_scripts(void)
{
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("check.sh", check_files);
    folder_write("small.sh", on_small_disks);
    CHECK_INT(folder_shell("mkdir small"), 0);
}

static void check_small_disks(const char *line)
{
    char *said = NULL;
    int status = folder_shell(line);
    said = folder_read("said", NULL);
    if (status != 0)
        CHECK_FAIL("small.sh ended with %d: %s", status, said);
    free(said);
}

/* gnuplot ends with 0 when it cannot write. */
static void plots_are_complete_or_not_there(void)
{
    if (!folder_have("gnuplot") || !folder_have("parallel"))
        return;
    write_scripts();
    if (may_mount("plots on full disks")) {
        CHECK_INT(folder_run("sweep s.ini --out plotted"), 0);
        check_small_disks(
            "export SIM STEP=28 LAST=130 COMMAND='plot small/o' "
            "WANT='o/plots/lines.svg o/plots/box.png'; unshare -rm sh small.sh >said");
    }
    folder_remove();
}

static void runs_are_complete_or_not_there(void)
{
    if (!folder_have("gnuplot"))
        return;
    write_scripts();
    if (may_mount("runs on full disks"))
        check_small_disks(
            "export SIM STEP=24 LAST=100 COMMAND='run s.ini --series 5ms --out small/o --trace "
            "small/t.csv --pcap small/p' WANT='o/series-rates.png t.csv p-inner-out.pcap'; "
            "unshare -rm sh small.sh >said");
    folder_remove();
}

/* Each command that prints says when that fails; SIGPIPE may be ignored, as services have it. */
static void output_that_cannot_be_written_is_reported(void)
{
    static const char *const commands[] = {"run s.ini",
                                           "run s.ini --json",
                                           "encap in.pcap out.pcap --key $KEY",
                                           "list",
                                           "list keys",
                                           "help",
                                           "help run",
                                           "--help",
                                           "run --help",
                                           "--version",
                                           "__complete ''",
                                           "show swept",
                                           "run s.ini --csv",
                                           "replay r.txt",
                                           "decap enc.pcap out.pcap --key $KEY"};
    char line[512];
    folder_make();
    folder_write("s.ini", BASE);
    folder_write("sweep.ini", BASE SWEEP);
    folder_write("r.txt", "cfg mtu 1500\nin 50000000 300 5\nend 2500000000\n");
    folder_write("key.sh", "KEY=000102030405060708090a0b0c0d0e0fa0a1a2a3\n");
    CHECK_INT(folder_run("run s.ini --quiet --pcap x"), 0);
    CHECK_INT(folder_script(". ./key.sh; mv x-inner-in.pcap in.pcap; "
                            "sim encap in.pcap enc.pcap --key $KEY"),
              0);
    bool swept = folder_have("parallel") && folder_run("sweep sweep.ini --out swept") == 0;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i][0] == 's' && !swept)
            continue;
        snprintf(line, sizeof line, ". ./key.sh; sim %s 2>stderr >/dev/full", commands[i]);
        if (!CHECK_INT(folder_shell(line), 1))
            CHECK_FAIL("%s >/dev/full", commands[i]);
        CHECK_HAS("stderr", "iptfs-sim: standard output cannot be written");
        snprintf(line, sizeof line,
                 ". ./key.sh; mkfifo pipe; (true <pipe) & trap '' PIPE; exec 7>pipe; wait; "
                 "sim %s 2>stderr >&7; s=$?; rm pipe; exit $s",
                 commands[i]);
        if (!CHECK_INT(folder_shell(line), 1))
            CHECK_FAIL("%s into a closed pipe", commands[i]);
        CHECK_HAS("stderr", "iptfs-sim: standard output cannot be written");
    }
    folder_remove();
}

/* A file that is opened as 0, 1 or 2 would get what this program or gnuplot prints. */
static void closed_descriptors_change_no_file(void)
{
    static const char script[] =
        "for closed in '' 0 1 2 01 02 12 012; do\n"
        "  rm -rf c; mkdir c; redirect=\n"
        "  for fd in 0 1 2; do case $closed in *$fd*) redirect=\"$redirect $fd>&-\";; esac; done\n"
        "  case $closed in *1*) expected=1;; *) expected=0;; esac\n"
        "  for command in 'run s.ini --series 5ms --out c/o --trace c/t.csv --pcap c/p' $SWEEP\\\n"
        "      'encap in.pcap c/e.pcap --key '$KEY list; do\n"
        "    eval \"sim $command </dev/null >stdout 2>stderr $redirect\"; status=$?\n"
        "    [ $status = $expected ] ||\n"
        "      { echo \"$command without '$closed': $status\" >said; exit 1; }\n"
        "  done\n"
        "  (cd c; find . -type f ! -name manifest.json ! -name '.*' | sort | xargs cksum) >new\n"
        "  [ -n \"$closed\" ] || cp new sums\n"
        "  cmp -s sums new || { echo \"other files without '$closed'\" >said; exit 1; }\n"
        "done\n";
    if (!folder_have("gnuplot"))
        return;
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("key.sh", "KEY=000102030405060708090a0b0c0d0e0fa0a1a2a3\n");
    folder_write("fds.sh", script);
    CHECK_INT(folder_script("sim run s.ini --quiet --pcap x && mv x-inner-in.pcap in.pcap"), 0);
    if (folder_shell(
            folder_have("parallel")
                ? "IFS='\n' SWEEP='sweep s.ini --out c/s\nplot c/s'; . ./key.sh; . ./fds.sh"
                : "SWEEP=; . ./key.sh; . ./fds.sh") != 0) {
        char *said = folder_read("said", NULL);
        CHECK_FAIL("%s", said);
        free(said);
    }
    folder_remove();
}

/* ulimit -f: a write fails and is reported, instead of a signal that ends the process. */
static void file_size_limits_are_reported(void)
{
    static const char script[] =
        ". ./check.sh\n"
        "for limit in 0 1 8 16 40; do\n" /* of 512 octets */
        "  rm -rf u; mkdir u\n"
        "  for command in 'run s.ini --series 5ms --out u/o --trace u/t.csv --pcap u/p' $SWEEP; "
        "do\n"
        "    (ulimit -f $limit; eval exec '\"$SIM\"' $command 2>&1 >/dev/null; ) | cat >stderr\n"
        "    case $command$limit in\n"
        "    run*p[018]) grep -q ': File too large' stderr ;;\n"
        "    *) true ;;\n"
        "    esac ||\n"
        "      { echo \"$command at $limit: $(cat stderr)\" >said; exit 1; }\n"
        "    check u 1 >said || exit 1\n"
        "  done\n"
        "done\n"
        "ls /tmp/iptfs-plot-* 2>/dev/null >said && exit 1 || exit 0\n";
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("check.sh", check_files);
    folder_write("limit.sh", script);
    if (folder_shell(folder_have("parallel")
                         ? "IFS='\n' SWEEP='sweep s.ini --out u/s'; . ./limit.sh"
                         : "SWEEP=; . ./limit.sh") != 0) {
        char *said = folder_read("said", NULL);
        CHECK_FAIL("%s", said);
        free(said);
    }
    folder_remove();
}

/* gnuplot stands still, and the command is killed meanwhile. */
static void killed_plots_leave_nothing(void)
{
    if (!folder_have("gnuplot") || !folder_have("parallel"))
        return;
    folder_make();
    folder_write("s.ini", BASE SWEEP);
    folder_write("gnuplot", "#!/bin/sh\necho $$ >started\nexec sleep 20\n");
    CHECK_INT(folder_run("sweep s.ini --out o"), 0);
    CHECK_INT(folder_script("mkdir bin t; chmod +x gnuplot; mv gnuplot bin; ls -A o/plots >before; "
                            "TMPDIR=$PWD/t PATH=$PWD/bin:$PATH \"$SIM\" plot o lines --terminal & "
                            "while [ ! -s started ]; do sleep 0.05; done; "
                            "kill -9 $!; kill $(cat started); wait; ls -A t /tmp >found; "
                            "! grep iptfs-plot found"),
              0);
    CHECK_INT(folder_script("rm started; PATH=$PWD/bin:$PATH \"$SIM\" plot o & "
                            "while [ ! -s o/plots/started ]; do sleep 0.05; done; kill -9 $!; "
                            "kill $(cat o/plots/started); rm o/plots/started; wait; "
                            "ls -A o/plots >after; cmp before after"),
              0);
    folder_remove();
}

/* A limit ends a run, and no file of it is kept. */
static void output_is_limited(void)
{
    static const char scenario[] =
        "[scenario]\nname = long\nduration = 10h\n[tunnel]\nmode = fixed-rate\n"
        "l3-fixed-rate = 10Mbps\n[traffic.a]\ntype = cbr\nsize = 200B\nrate = 1Mbps\n";
    folder_make();
    folder_write("long.ini", scenario);
    folder_write("key.sh", "KEY=000102030405060708090a0b0c0d0e0fa0a1a2a3\n");
    folder_write("o.txt", "");
    CHECK_INT(folder_run("run long.ini --out o --pcap p --trace t --max-output 5MB"), 2);
    CHECK_HAS("stderr", "iptfs-sim: long.ini: the files of the run reached 5 MB at ");
    CHECK_HAS("stderr", " of 36000 s, and none is kept, allowed: a larger --max-output");
    CHECK_INT(folder_script("ls -A o; ls p* t* 2>/dev/null"), 2);
    char *text = folder_read("stdout", NULL);
    CHECK_STR(text, "");
    free(text);
    CHECK_INT(folder_run("run long.ini --set scenario.duration=1s --pcap p --max-output 0"), 0);
    CHECK_INT(folder_run("run long.ini --set scenario.duration=1s --out o --trace o/summary.csv"),
              2);
    CHECK_HAS("stderr", "o/summary.csv: found this name for two files of the run, allowed: one");
    CHECK_INT(folder_run("run long.ini --max-output 5km"), 2);
    CHECK_HAS("stderr", "iptfs-sim: --max-output: found '5km', allowed: octets");

    /* A gap of a day would become 121 GB. */
    CHECK_INT(
        folder_script(". ./key.sh; sim encap p-inner-in.pcap e.pcap --key $KEY --max-output 40kB"),
        2);
    CHECK_HAS("stderr", "iptfs-sim: e.pcap: reached 40 kB at packet ");
    CHECK_HAS("stderr", " of p-inner-in.pcap and is not kept, allowed: a larger --max-output");
    CHECK_INT(folder_shell("test ! -e e.pcap"), 0);
    folder_remove();
}

/* A log says once how much is ahead. */
static void much_output_is_announced(void)
{
    folder_make();
    folder_write("long.ini",
                 "[scenario]\nname = long\nduration = 40h\n[tunnel]\nmode = fixed-rate\n"
                 "l3-fixed-rate = 10Mbps\n[traffic.a]\ntype = cbr\nsize = 200B\nrate = 1Mbps\n");
    CHECK_INT(folder_script("timeout -s KILL 5 \"$SIM\" run long.ini --trace /dev/null"), 137);
    CHECK_HAS("stderr", "long.ini: ahead: ");
    CHECK_HAS("stderr", " of simulated time, about ");
    CHECK_HAS("stderr", " GB of files (--max-output 10GB), ");
    folder_remove();
}

/* The most memory that a command has used, in KiB; 0 when it failed. */
static long peak_kib(const char *arguments)
{
    char line[1024];
    struct rusage usage = {.ru_maxrss = 0};
    const char *program = getenv("IPTFS_SIM");
    char *path = realpath(program != NULL ? program : "build/iptfs-sim", NULL);
    int status = -1;
    snprintf(line, sizeof line, "cd '%s' && exec '%s' %s >stdout 2>stderr", folder_path(),
             path != NULL ? path : "", arguments);
    free(path);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
        CHECK_FAIL("%s: status %d", arguments, status);
    return status == 0 ? usage.ru_maxrss : 0;
}

/* A day without traffic takes no memory: all-pad packets are not kept. */
static void gaps_take_no_memory(void)
{
#define RATE(mode) "--set tunnel.mode=" mode " --set tunnel.pps=8 --set tunnel.pkt-size=600 "
#define KEY "--key 000102030405060708090a0b0c0d0e0fa0a1a2a3 --quiet "
    static const char *const commands[] = {
        "run gap.ini --quiet ",
        "run gap.ini --quiet " RATE("fixed-rate"),
        "run gap.ini --quiet " RATE("min-rate"),
        "run gap.ini --quiet " RATE("esp-pad"),
        "run gap.ini --quiet " RATE("fixed-rate") "--set link.device=p2p ",
        "run gap.ini --quiet " RATE("fixed-rate") "--set tunnel.receive=immediate ",
        "run gap.ini --quiet " RATE(
            "fixed-rate") "--set link.loss=5% --set link.duplicate=5% --set "
                          "link.reorder=5% --set link.jitter=5ms ",
        "run gap.ini --quiet --set tunnel.mode=congestion-controlled --set "
        "tunnel.reverse.mode=congestion-controlled --set tunnel.max-rate=8kbps --set "
        "tunnel.reverse.max-rate=8kbps ",
        "run tcp.ini --quiet " RATE("fixed-rate"),
    };
    static const char scenario[] = "[scenario]\nname = gap\nduration = 24h\n[link]\n"
                                   "rate = 10Mbps\ndelay = 10ms\n[tunnel.reverse]\n";
    char text[1024], line[512];
    folder_make();
    snprintf(text, sizeof text,
             "%s[traffic.a]\ntype = list\nfile = l.csv\n[traffic.b]\ntype = list\nfile = l.csv\n"
             "direction = reverse\n",
             scenario);
    folder_write("gap.ini", text);
    snprintf(text, sizeof text, "%s[traffic.a]\ntype = tcp-bulk\nstart = 82800s\nstop = 82801s\n",
             scenario);
    folder_write("tcp.ini", text);
    folder_write("l.csv", "time,size\n0,500\n1s,500\n82800s,500\n");
    folder_write("s.csv", "time,size\n0,500\n1s,500\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        bool tcp = strstr(commands[i], "tcp.ini") != NULL;
        snprintf(line, sizeof line, "%s --set scenario.duration=2s %s", commands[i],
                 tcp ? "--set traffic.a.start=0 --set traffic.a.stop=1s"
                     : "--set traffic.a.file=s.csv --set traffic.b.file=s.csv");
        long before = peak_kib(line), after = peak_kib(commands[i]);
        if (after > before + 8 * 1024)
            CHECK_FAIL("%s: %ld KiB, without a gap %ld KiB", commands[i], after, before);
    }
    CHECK_INT(folder_run("run gap.ini --quiet --pcap x"), 0);
    long one = peak_kib("encap x-inner-in.pcap one.pcap " KEY);
    long many = peak_kib("encap x-inner-in.pcap many.pcap " RATE("fixed-rate") KEY);
    long back = peak_kib("decap many.pcap back.pcap " KEY);
    CHECK_SAME("back.pcap", "x-inner-in.pcap");
    if (many > one + 8 * 1024 || back > one + 8 * 1024)
        CHECK_FAIL("encap: %ld KiB, with padding %ld KiB, decap %ld KiB", one, many, back);
    folder_remove();
}

/* A queue without a limit grows as long as the run lasts: all memory of the machine in the end. */
static void packets_of_a_run_are_limited(void)
{
    static const char text[] =
        "[scenario]\nduration = 1000s\n[tunnel]\nmode = fixed-rate\nl3-fixed-rate = "
        "20Mbps\n[link]\n"
        "rate = 10Mbps\nqueue = 0\n[traffic.a]\ntype = cbr\nsize = 200B\nrate = 1Mbps\n";
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&scenario, text, "t.ini", NULL, 0, &error), 0);
    CHECK_INT(iptfs_run_init(&run, &scenario, 1, 0, &error), 0);
    CHECK_U64(run.direction[IPTFS_FORWARD].tunnel.store.max_octets, 4000000000u);
    run.direction[IPTFS_FORWARD].tunnel.store.max_octets = 1000000;
    CHECK_INT(iptfs_run_until(&run, 1000 * IPTFS_PS_PER_S, &error), IPTFS_E_NO_MEMORY);
    if (strncmp(error.text, "t.ini: found ", 13) != 0 ||
        strstr(error.text, " in the tunnel at the same time, allowed: as many as 1 MB hold; limit "
                           "link.queue, or") == NULL)
        CHECK_FAIL("\"%s\"", error.text);
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
}

extern const CU_TestInfo iptfs_tests_disk[];
const CU_TestInfo iptfs_tests_disk[] = {
    {"plots are complete or not there", plots_are_complete_or_not_there},
    {"runs are complete or not there", runs_are_complete_or_not_there},
    {"output that cannot be written is reported", output_that_cannot_be_written_is_reported},
    {"closed descriptors change no file", closed_descriptors_change_no_file},
    {"file size limits are reported", file_size_limits_are_reported},
    {"killed plots leave nothing", killed_plots_leave_nothing},
    {"output is limited", output_is_limited},
    {"much output is announced", much_output_is_announced},
    {"gaps take no memory", gaps_take_no_memory},
    {"packets of a run are limited", packets_of_a_run_are_limited},
    CU_TEST_INFO_NULL,
};
