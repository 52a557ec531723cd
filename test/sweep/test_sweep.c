/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sweeps: the grid that a file spans, and the command that runs it, killed and resumed. */
#include "support/check.h"
#include "support/fixture.h"
#include "sweep/grid.h"
#include "sweep/sweep.h"

#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE                                                                                       \
    "[scenario]\nname = base\nduration = 100ms\n[link]\nrate = 10Mbps\ndelay = 1ms\n"              \
    "[traffic.a]\ntype = poisson\nsize = 200B\nrate = 1Mbps\n"

/* ---------------------------------------------------------------------------------------- grid */

/* Parses lines of [sweep] and compares the points' texts, joined by '/'. */
static void check_points(const char *lines, const char *expected, int line)
{
    struct iptfs_sweep sweep;
    struct iptfs_error error = {0};
    char text[2048], found[4096] = "";
    snprintf(text, sizeof text, BASE "[sweep]\n%s", lines);
    if (iptfs_sweep_parse_text(&sweep, text, "f.ini", &error) != 0) {
        check_fail(__FILE__, line, "%s", error.text);
        return;
    }
    for (size_t i = 1; i <= sweep.n_points; i++) {
        struct iptfs_sweep_point point = iptfs_sweep_point(&sweep, i);
        struct iptfs_scenario scenario;
        char *label = iptfs_sweep_point_text(&point);
        size_t length = strlen(found);
        snprintf(found + length, sizeof found - length, "%s%s", i > 1 ? " / " : "", label);
        free(label);
        if (iptfs_sweep_scenario(&sweep, i, &scenario, &error) != 0)
            check_fail(__FILE__, line, "%s", error.text);
        else
            iptfs_scenario_free(&scenario);
    }
    check_str(found, expected, lines, __FILE__, line);
    iptfs_sweep_free(&sweep);
}
#define CHECK_POINTS(lines, expected) check_points((lines), (expected), __LINE__)

static void lists_and_ranges(void)
{
    CHECK_POINTS("tunnel.pkt-size = 256, 576, 1500\n",
                 "tunnel.pkt-size=256 / tunnel.pkt-size=576 / tunnel.pkt-size=1500");
    CHECK_POINTS("link.loss = 0 : 0.05 : 0.025\n",
                 "link.loss=0 / link.loss=0.025 / link.loss=0.05");
    CHECK_POINTS("link.loss = 0.1% : 0.3% : 0.1%\n",
                 "link.loss=0.1% / link.loss=0.2% / link.loss=0.3%");
    CHECK_POINTS("link.loss = log(1e-4, 1e-1, 4)\n",
                 "link.loss=1e-4 / link.loss=0.001 / link.loss=0.01 / link.loss=1e-1");
    CHECK_POINTS("tunnel.pkt-size = log(100, 1500, 3)\n",
                 "tunnel.pkt-size=100 / tunnel.pkt-size=387 / tunnel.pkt-size=1500");
    CHECK_POINTS("tunnel.init-delay = 0 : 20ms : 10ms\n",
                 "tunnel.init-delay=0ms / tunnel.init-delay=10ms / tunnel.init-delay=20ms");
    CHECK_POINTS("tunnel.reorder-window = 0, 2 .. 4, 9\n",
                 "tunnel.reorder-window=0 / tunnel.reorder-window=2 / tunnel.reorder-window=3 / "
                 "tunnel.reorder-window=4 / tunnel.reorder-window=9");
    CHECK_POINTS("traffic.a.size = uniform(40, 100), imix\n",
                 "traffic.a.size=uniform(40, 100) / traffic.a.size=imix");
    CHECK_POINTS("link.mtu-changes = 2ms 1400, 5ms 1500 | none\n",
                 "link.mtu-changes=2ms 1400, 5ms 1500 / link.mtu-changes=none");
    CHECK_POINTS("link.rate-changes = none | 2ms 5Mbps, 5ms 1Gbps\n",
                 "link.rate-changes=none / link.rate-changes=2ms 5Mbps, 5ms 1Gbps");
    CHECK_POINTS("link.blackouts = 3ms 1ms, 9ms 2ms | none\n",
                 "link.blackouts=3ms 1ms, 9ms 2ms / link.blackouts=none");
    CHECK_POINTS("", "");
}

static void grids_zips_and_cases(void)
{
    CHECK_POINTS("seed = 1 .. 2\nlink.loss = 0, 1%\n",
                 "link.loss=0 seed=1 / link.loss=0 seed=2 / link.loss=1% seed=1 / "
                 "link.loss=1% seed=2");
    CHECK_POINTS("link.loss = 0, 1%\nlink.delay = 1ms, 2ms\nzip = link.loss, link.delay\n",
                 "link.loss=0 link.delay=1ms / link.loss=1% link.delay=2ms");
    CHECK_POINTS("case.esp = tunnel.mode=esp\ncase.slow = tunnel.init-delay=1ms; link.rate=5Mbps\n"
                 "seed = 7, 8\n",
                 "case=esp seed=7 / case=esp seed=8 / case=slow seed=7 / case=slow seed=8");
    struct iptfs_sweep sweep;
    struct iptfs_scenario scenario;
    CHECK_INT(iptfs_sweep_parse_text(&sweep,
                                     BASE "[sweep]\ncase.a = link.loss=1%; link.ce=2%\n"
                                          "case.a = link.delay=9ms; tunnel.ecn=on\n",
                                     "f.ini", NULL),
              0);
    CHECK_U64(sweep.n_points, 1);
    struct iptfs_error error;
    if (CHECK_INT(iptfs_sweep_scenario(&sweep, 1, &scenario, &error), 0)) {
        CHECK_NEAR(scenario.link[0].impairments.loss.probability, 0.01, 0);
        CHECK_NEAR(scenario.link[0].impairments.ce.probability, 0.02, 0);
        CHECK_INT(scenario.link[0].delay_ps, INT64_C(9000000000));
        iptfs_scenario_free(&scenario);
    }
    iptfs_sweep_free(&sweep);
}

/* A mistake gives one line with file, line and what was found. */
static void mistakes_name_their_line(void)
{
    static const struct {
        const char *lines, *expected;
    } bad[] = {
        {"tunnel.pkt-siez = 3\n", "f.ini:12: [sweep] tunnel.pkt-siez: found an unknown key"},
        {"tunnel.pkt-siez = 3\n", "did you mean 'pkt-size'?"},
        {"link.loss = 0 : 1\n", "f.ini:12: [sweep] link.loss: found '0 : 1', allowed: FROM"},
        {"link.loss = 1 : 0 : 0.1\n", "FROM : TO : STEP"},
        {"link.loss = 0 : 1 : 0\n", "FROM : TO : STEP"},
        {"link.delay = 1ms : 2s : 1ms\n", "same unit"},
        {"link.loss = log(0, 1, 3)\n", "log(FROM, TO, COUNT)"},
        {"link.loss = log(0.1, 1)\n", "log(FROM, TO, COUNT)"},
        {"link.loss = 1%,, 2%\n", "a value between the commas"},
        {"link.loss = 1%, 1%\n", "each value once"},
        {"seed = 5 .. 2\n", "FIRST .. LAST"},
        {"seed = 1 .. 9999999\n", "at most 100000 values"},
        {"seed = 1 .. 9999\ntunnel.reorder-window = 0 .. 255\n", "at most 1000000"},
        {"link.loss = 1%\nlink.loss = 2%\n", "f.ini:13: [sweep] link.loss: found the key again"},
        {"link.loss = 1%\ncase.a = link.loss=2%\n", "in one line or in cases"},
        {"link.loss = 1%, 2%\nlink.delay = 1ms\nzip = link.loss, link.delay\n",
         "f.ini:14: [sweep] zip: found 'link.loss with 2 and link.delay with 1'"},
        {"link.loss = 1%\nzip = link.loss, link.dealy\n", "'link.dealy'"},
        {"link.loss = 1%\nzip = link.loss\n", "two keys or more"},
        {"case.a = nonsense\n", "section.key=value"},
    };
    struct iptfs_sweep sweep;
    struct iptfs_error error;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        snprintf(text, sizeof text, BASE "[sweep]\n%s", bad[i].lines);
        CHECK_INT(iptfs_sweep_parse_text(&sweep, text, "f.ini", &error), IPTFS_E_INVALID);
        if (strstr(error.text, bad[i].expected) == NULL)
            CHECK_FAIL("\"%s\" is not in \"%s\"", bad[i].expected, error.text);
    }
    CHECK_INT(iptfs_sweep_parse_text(&sweep, BASE, "f.ini", &error), IPTFS_E_INVALID);
    CHECK_TRUE(strstr(error.text, "no section [sweep]") != NULL);
}

/* What only the scenario can tell is told of the sweep's line too. */
static void scenarios_blame_the_sweep(void)
{
    struct iptfs_sweep sweep;
    struct iptfs_scenario scenario;
    struct iptfs_error error;
    CHECK_INT(iptfs_sweep_parse_text(&sweep, BASE "[sweep]\nseed = 1\nlink.loss = 1%, 2\n", "f.ini",
                                     &error),
              0);
    CHECK_INT(iptfs_sweep_scenario(&sweep, 1, &scenario, &error), 0);
    iptfs_scenario_free(&scenario);
    CHECK_INT(iptfs_sweep_scenario(&sweep, 2, &scenario, &error), IPTFS_E_INVALID);
    if (strstr(error.text, "f.ini:13: [sweep] link.loss=2: [link] loss: found '2'") == NULL)
        CHECK_FAIL("%s", error.text);
    iptfs_sweep_free(&sweep);
}

/* --------------------------------------------------------------------------------- the command */

static char folder[64];

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void new_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/iptfs-test-XXXXXX");
    CHECK_TRUE(mkdtemp(folder) != NULL);
}

static void remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *program(void)
{
    const char *path = getenv("IPTFS_SIM");
    return path != NULL ? path : "build/iptfs-sim";
}

static bool have_parallel(void)
{
    static int known = -1;
    if (known < 0)
        known = system("command -v parallel >/dev/null") == 0;
    return known == 1;
}

static char *read_file(const char *name, size_t *size)
{
    char path[256], *text = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r"), *memory = open_memstream(&text, size);
    for (int c; file != NULL && (c = fgetc(file)) != EOF;)
        fputc(c, memory);
    fclose(memory);
    if (file != NULL)
        fclose(file);
    return text;
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

/* Runs "iptfs-sim ARGUMENTS" in our folder; its output is in the files stdout and stderr. */
static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int run(const char *format, ...)
{
    char arguments[512], command[1024], here[512];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    const char *path = program();
    char *absolute = realpath(path, here);
    snprintf(command, sizeof command, "cd %s && '%s' %s >stdout 2>stderr", folder,
             absolute != NULL ? absolute : path, arguments);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_output(const char *name, const char *part, int line)
{
    size_t size;
    char *text = read_file(name, &size);
    if (strstr(text, part) == NULL)
        check_fail(__FILE__, line, "\"%s\" is not in \"%s\"", part, text);
    free(text);
}
#define CHECK_OUTPUT(name, part) check_output((name), (part), __LINE__)

static void check_same(const char *a, const char *b, int line)
{
    size_t one, two;
    char *first = read_file(a, &one), *second = read_file(b, &two);
    if (!check_true(one == two && one > 0 && memcmp(first, second, one) == 0, "same octets",
                    __FILE__, line))
        check_fail(__FILE__, line, "%s and %s differ", a, b);
    free(first);
    free(second);
}
#define CHECK_SAME(a, b) check_same((a), (b), __LINE__)

#define SWEEP "[sweep]\nlink.loss = 0, 1%, 5%\nseed = 1 .. 8\n"

static void jobs_give_the_same_bytes(void)
{
    new_folder();
    write_file("s.ini", BASE SWEEP);
    CHECK_INT(run("sweep s.ini --dry-run"), 0);
    CHECK_OUTPUT("stdout", "24 link.loss=5% seed=8\n");
    CHECK_INT(run("run s.ini --quiet --out base"), 0); /* without the sweep */
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --jobs 1 --out one"), 0);
        CHECK_OUTPUT("stdout", "24: 0 there before, 24 run, 0 failed");
        CHECK_INT(run("sweep s.ini --jobs 2 --engine parallel --out two"), 0);
        CHECK_SAME("one/results.db", "two/results.db");
        CHECK_SAME("one/results.csv", "two/results.csv");
        CHECK_OUTPUT("one/manifest.json", "\"points\": 24");
        CHECK_INT(run("sweep s.ini --out one"), 2);
        CHECK_OUTPUT("stderr", "--resume");
        CHECK_INT(run("show one --by link.loss --columns inner.offered.pkts --csv"), 0);
        CHECK_OUTPUT("stdout", "link.loss,points,inner.offered.pkts\n0,8,");
        CHECK_INT(run("show one --columns inner.ofered.pkts"), 2);
        CHECK_OUTPUT("stderr", "did you mean 'inner.offered.pkts'?");
        CHECK_INT(run("show one --point 24"), 0);
        CHECK_OUTPUT("stdout", " --set link.loss=5% --set scenario.seed=8\n");
        CHECK_INT(run("show one --point 25"), 2);
    }
    CHECK_INT(run("show nowhere"), 2);
    remove_tree(folder);
}

/* The point that is shown, run alone, gives the point's result. */
static void points_can_be_repeated(void)
{
    new_folder();
    write_file("s.ini", BASE SWEEP);
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --out o"), 0);
        CHECK_INT(run("show o --point 20"), 0);
        size_t size;
        char *command = read_file("stdout", &size), *id;
        command[strcspn(command, "\n")] = '\0';
        CHECK_INT(run("%s --out alone --quiet", command + strlen("iptfs-sim ")), 0);
        CHECK_INT(run("show o --columns id --csv | sed -n s/^20,//p"), 0);
        id = read_file("stdout", &size);
        id[strcspn(id, "\n")] = '\0';
        char path[128];
        snprintf(path, sizeof path, "o/points/%s.json", id);
        CHECK_SAME(path, "alone/summary.json");
        free(command);
        free(id);
    }
    remove_tree(folder);
}

static void sweeps_grow_and_do_not_mix(void)
{
    new_folder();
    write_file("s.ini", BASE "[sweep]\nlink.loss = 0, 1%\nseed = 1 .. 3\n");
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --out o"), 0);
        write_file("s.ini", "# grown\n" BASE "[sweep]\nlink.loss = 0, 0.5%, 1%\nseed = 1 .. 4\n");
        CHECK_INT(run("sweep s.ini --out o --resume"), 0);
        CHECK_OUTPUT("stdout", "12: 6 there before, 6 run");
        CHECK_INT(run("sweep s.ini --out fresh"), 0);
        CHECK_SAME("o/results.db", "fresh/results.db");
        CHECK_SAME("o/results.csv", "fresh/results.csv");
        write_file("s.ini", BASE "[tunnel]\ninit-delay = 1ms\n"
                                 "[sweep]\nlink.loss = 0, 0.5%, 1%\nseed = 1 .. 4\n");
        CHECK_INT(run("sweep s.ini --out o --resume"), 2);
        CHECK_OUTPUT("stderr", "tunnel.init-delay was '(nothing)' and is '1ms'");
        CHECK_SAME("o/results.db", "fresh/results.db");
        CHECK_INT(run("sweep s.ini --out o --resume --force"), 0);
        CHECK_OUTPUT("stdout", "12: 0 there before, 12 run");
        CHECK_INT(run("sweep s.ini --out other"), 0);
        CHECK_SAME("o/results.db", "other/results.db");
        char command[256];
        snprintf(command, sizeof command, "sed -i 's/\"version\": \"/&0.0.1-/' %s/o/manifest.json",
                 folder);
        CHECK_INT(system(command), 0);
        CHECK_INT(run("sweep s.ini --out o --resume"), 2);
        CHECK_OUTPUT("stderr", "the program's version was '0.0.1-");
    }
    remove_tree(folder);
}

#define FLOW(name) "[traffic." name "]\ntype = cbr\nsize = 200B\nrate = 1Mbps\n"

/* What SQLite has no column for is told, and is in the other file; units are not of flows' names.
 */
static void columns_may_be_too_many(void)
{
    new_folder();
    if (have_parallel()) {
        write_file("s.ini", BASE FLOW("calls_s") FLOW("Calls_s") "[sweep]\nlink.loss = 0, 1%\n");
        CHECK_INT(run("sweep s.ini --out o"), 0);
        CHECK_OUTPUT("stderr", "o/results.db: leaves out 15 values from flows.Calls_s.offered.pkts "
                               "on (results.csv has them)");
        CHECK_OUTPUT("o/results.csv", ",flows.Calls_s.delay_s.p99,");
        CHECK_INT(run("show o --columns flows.calls_s.offered.octets,link.loss --csv"), 0);
        CHECK_OUTPUT("stdout", "\n1,12600,0\n2,12600,0.01\n");
        CHECK_INT(run("show o --list --csv"), 0);
        CHECK_OUTPUT("stdout", "flows.calls_s.loss,value,\n");
        CHECK_OUTPUT("stdout", "flows.calls_s.delay_s.p99,value,s\n");
        char text[32768] = BASE;
        for (int i = 0; i < 200; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text),
                     "[traffic.f%d]\ntype = cbr\nsize = 200B\nrate = 10kbps\n", i);
        strcat(text, "[sweep]\nlink.loss = 0, 1%\n");
        write_file("s.ini", text);
        CHECK_INT(run("sweep s.ini --out many"), 0);
        CHECK_OUTPUT("stderr", "values from flows.f1");
        CHECK_OUTPUT("many/results.csv", ",flows.f199.delay_s.p99,");
        CHECK_INT(run("show many --columns goodput_bps"), 0);
    }
    remove_tree(folder);
}

static void failures_are_listed(void)
{
    new_folder();
    write_file("bad.csv", "nonsense\n");
    write_file("good.csv", "time,size\n1ms,100\n2ms,200\n");
    write_file("s.ini", "[scenario]\nduration = 10ms\n[traffic.a]\ntype = list\nfile = good.csv\n"
                        "[sweep]\ntraffic.a.file = good.csv, bad.csv\nseed = 1, 2\n");
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --out o"), 1);
        CHECK_OUTPUT("stderr", "failed: point 3 (traffic.a.file=bad.csv seed=1), status 2: ");
        CHECK_OUTPUT("stderr", "2 of 4 points failed");
        CHECK_INT(run("show o --columns inner.offered.pkts --csv"), 0);
        CHECK_OUTPUT("stdout", "point,inner.offered.pkts\n1,2\n2,2\n");
        write_file("bad.csv", "time,size\n1ms,100\n");
        CHECK_INT(run("sweep s.ini --out o --resume"), 0);
        CHECK_OUTPUT("stdout", "4: 2 there before, 2 run, 0 failed");
    }
    remove_tree(folder);
}

static void unusable_folders_are_refused(void)
{
    new_folder();
    write_file("s.ini", BASE SWEEP);
    write_file("taken", "a file\n");
    CHECK_INT(run("sweep s.ini --out taken"), 2);
    CHECK_OUTPUT("stderr", "taken: ");
    write_file("bad.ini", BASE "[sweep]\nlink.loss = 0, 7\n");
    CHECK_INT(run("sweep bad.ini --out o"), 2);
    CHECK_OUTPUT("stderr", "bad.ini:12: [sweep] link.loss=7: [link] loss: found '7'");
    char path[128];
    snprintf(path, sizeof path, "%s/o", folder);
    CHECK_TRUE(access(path, F_OK) != 0);
    remove_tree(folder);
}

/* Starts a sweep in a group of its own and kills the group after a while. */
static void kill_after(const char *arguments, uint64_t wait_us)
{
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        run("%s", arguments);
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
    new_folder();
    write_file("s.ini", BASE SWEEP);
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --jobs 2 --out whole"), 0);
        for (int i = 0; i < 20; i++) {
            kill_after("sweep s.ini --jobs 2 --out o", dice_between(&dice, 5000, 900000));
            CHECK_INT(run("sweep s.ini --jobs 1 --out o --resume"), 0);
            CHECK_SAME("o/results.db", "whole/results.db");
            CHECK_SAME("o/results.csv", "whole/results.csv");
            char path[128];
            snprintf(path, sizeof path, "%s/o", folder);
            remove_tree(path);
        }
    }
    remove_tree(folder);
}

static void the_example_sweeps(void)
{
    char command[1024];
    new_folder();
    if (have_parallel()) {
        snprintf(command, sizeof command,
                 "%s sweep examples/sweep-delay.ini --quiet --out %s/o >%s/stdout 2>%s/stderr",
                 program(), folder, folder, folder);
        CHECK_INT(system(command), 0);
        CHECK_OUTPUT("o/results.csv", "point,id,tunnel.init-delay,link.loss,seed,name,");
        CHECK_OUTPUT("o/plots/delay.svg", "</svg>");
        CHECK_OUTPUT("o/plots/delay-p99.svg", "</svg>");
        CHECK_INT(run("show o --by tunnel.init-delay --columns delay_s.mean"), 0);
        CHECK_OUTPUT("stdout", "0.008");
    }
    remove_tree(folder);
}

/* Runs a shell command in our folder, where $SIM is the program. */
static int shell(const char *command)
{
    char here[4096], *absolute = realpath(program(), here);
    char *line = NULL;
    int length = asprintf(&line, "cd '%s' || exit; SIM='%s'\n%s", folder,
                          absolute != NULL ? absolute : program(), command);
    int status = length > 0 ? system(line) : -1;
    free(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_folder_is_of_one_sweep(void)
{
    char path[128];
    new_folder();
    write_file("s.ini", BASE SWEEP);
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --out o"), 0);
        CHECK_INT(shell("cp o/results.db before.db"), 0);
        snprintf(path, sizeof path, "%s/o/.lock", folder);
        int fd = open(path, O_RDWR | O_CLOEXEC); /* as a sweep at work has it */
        CHECK_INT(flock(fd, LOCK_EX | LOCK_NB), 0);
        CHECK_INT(run("sweep s.ini --out o --resume --force"), 2);
        CHECK_OUTPUT("stderr", "o: another sweep is at work here (process ");
        CHECK_SAME("o/results.db", "before.db");
        close(fd);
        CHECK_INT(run("sweep s.ini --out o --resume"), 0);
        CHECK_OUTPUT("stdout", "24: 24 there before, 0 run");
        /* Both start at once: one has the folder, or comes when the other has done. */
        CHECK_INT(shell("$SIM sweep s.ini --out p --quiet 2>1.err & "
                        "$SIM sweep s.ini --out p --quiet 2>2.err; a=$?; wait $!; b=$?; "
                        "test $a = 0 -a $b = 2 -o $a = 2 -a $b = 0"),
                  0);
        CHECK_SAME("p/results.csv", "o/results.csv");
    }
    remove_tree(folder);
}

static void changed_programs_are_noticed(void)
{
    new_folder();
    write_file("s.ini", BASE SWEEP);
    if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --out o"), 0);
        CHECK_INT(shell("cp o/results.db before.db; $SIM --version | "
                        "grep \"($(sed -n 's/.*\"commit\": \"\\(.*\\)\".*/\\1/p' o/manifest.json), "
                        "sources $(sed -n 's/.*\"sources\": \"\\(.*\\)\".*/\\1/p' "
                        "o/manifest.json))\" >/dev/null"),
                  0);
        /* A commit that changes no source of the results, but not one that does. */
        CHECK_INT(shell("sed -i 's/\"commit\": \"/&x/' o/manifest.json"), 0);
        CHECK_INT(run("sweep s.ini --out o --resume"), 0);
        CHECK_INT(shell("sed -i 's/\"sources\": \".*\"/\"sources\": \"feed\"/' o/manifest.json"),
                  0);
        CHECK_INT(run("sweep s.ini --out o --resume"), 2);
        CHECK_OUTPUT("stderr", "the hash of the program's sources was 'feed' and is '");
        CHECK_INT(run("sweep s.ini --out o --force"), 0);
        CHECK_OUTPUT("stdout", "24: 0 there before, 24 run");
        CHECK_INT(shell("rm o/manifest.json"), 0);
        CHECK_INT(run("sweep s.ini --out o --resume"), 2);
        CHECK_OUTPUT("stderr", "o: holds results, but no manifest.json");
        CHECK_SAME("o/results.db", "before.db");
    }
    remove_tree(folder);
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
        _exit(shell(command));
    }
    while ((got = read(terminal, screen + length, size - 1 - length)) > 0)
        length += (size_t)got;
    screen[length] = '\0';
    close(terminal);
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}

/* A sweep that takes longer than a second, whatever the machine: its points wait for a second. */
static void bars_are_for_terminals(void)
{
    static char screen[65536];
    size_t size;
    new_folder();
    write_file("s.ini", BASE SWEEP);
    CHECK_INT(shell("mkdir bin && printf '#!/bin/sh\\nsleep 1.1\\nexec %s \"$@\"\\n' "
                    "\"$(command -v parallel)\" >bin/parallel && chmod +x bin/parallel"),
              0);
    char *old = strdup(getenv("PATH")), *path = NULL;
    CHECK_TRUE(asprintf(&path, "%s/bin:%s", folder, old) > 0);
    if (have_parallel() && have_terminals()) {
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
        char *text = read_file("stderr", &size);
        CHECK_STR(text, "");
        free(text);
        setenv("PATH", old, 1);
    }
    free(old);
    free(path);
    remove_tree(folder);
}

/* A small file system fills up, and one becomes read-only; it is seen by this test alone. */
static void full_disks_lose_nothing(void)
{
    new_folder();
    write_file("s.ini", BASE SWEEP);
    write_file("disk.sh", "set -eu\n"
                          "mount -t tmpfs -o size=60k none small\n"
                          "! $SIM sweep s.ini --out small/o --jobs 2 2>full.err || exit 41\n"
                          "ls small/o/points >few\n"
                          "mount -o remount,size=10m small\n"
                          "$SIM sweep s.ini --out small/o --resume >resumed\n"
                          "cp small/o/results.* .\n"
                          "rm small/o/points/*1*\n"
                          "mount -o remount,ro small\n"
                          "! $SIM sweep s.ini --out small/o --resume 2>ro.err || exit 42\n");
    if (have_parallel() && shell("mkdir small && unshare -rm true 2>/dev/null") != 0)
        check_skip("sweeps on full disks", "this user may not mount a file system of its own");
    else if (have_parallel()) {
        CHECK_INT(run("sweep s.ini --out whole"), 0);
        CHECK_INT(shell("export SIM; unshare -rm sh disk.sh"), 0);
        CHECK_OUTPUT("full.err", "No space left on device; finished points stay, --resume goes on");
        CHECK_OUTPUT("few", ".json\n");
        CHECK_INT(shell("grep ' there before, ' resumed | grep -qv ' 0 there before'"), 0);
        CHECK_SAME("results.db", "whole/results.db");
        CHECK_SAME("results.csv", "whole/results.csv");
        CHECK_OUTPUT("ro.err", "small/o: cannot write into the directory: Read-only file system");
    }
    remove_tree(folder);
}

/* With Slurm itself: test/sweep/slurm.sh. */
static void slurm_has_to_be_there(void)
{
    new_folder();
    write_file("s.ini", BASE SWEEP);
    CHECK_INT(shell("mkdir bin && PATH=$PWD/bin $SIM sweep s.ini --engine slurm --out o 2>stderr"),
              2);
    CHECK_OUTPUT("stderr", "Slurm's scontrol cannot be started: is the package 'slurm-client'");
    CHECK_INT(run("sweep s.ini --sbatch --time=1 --out o"), 2);
    CHECK_OUTPUT("stderr", "allowed: with --engine slurm");
    CHECK_INT(run("sweep s.ini --engine slrum --out o"), 2);
    CHECK_OUTPUT("stderr", "--engine: found 'slrum', allowed: parallel, slurm");
    remove_tree(folder);
}

extern const CU_TestInfo iptfs_tests_sweep[];
const CU_TestInfo iptfs_tests_sweep[] = {
    {"lists and ranges", lists_and_ranges},
    {"grids, zips and cases", grids_zips_and_cases},
    {"mistakes name their line", mistakes_name_their_line},
    {"scenarios blame the sweep", scenarios_blame_the_sweep},
    {"one job and two give the same bytes", jobs_give_the_same_bytes},
    {"points can be repeated", points_can_be_repeated},
    {"sweeps grow and do not mix", sweeps_grow_and_do_not_mix},
    {"columns may be too many", columns_may_be_too_many},
    {"failures are listed", failures_are_listed},
    {"unusable folders are refused", unusable_folders_are_refused},
    {"killed sweeps resume", killed_sweeps_resume},
    {"the example sweeps", the_example_sweeps},
    {"a folder is of one sweep", a_folder_is_of_one_sweep},
    {"changed programs are noticed", changed_programs_are_noticed},
    {"bars are for terminals", bars_are_for_terminals},
    {"full disks lose nothing", full_disks_lose_nothing},
    {"Slurm has to be there", slurm_has_to_be_there},
    CU_TEST_INFO_NULL,
};
