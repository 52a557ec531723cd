/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program as a user meets it: examples, files, mistakes, exit statuses. */
#include "support/check.h"
#include "support/fixture.h"

#include <ftw.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a command printed and how it ended. */
struct outcome {
    int status;
    char *out;
    char *err;
};

static char folder[64]; /* for what the commands write; made anew by each test */

static char *in_folder(const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static char *read_in_folder(const char *name)
{
    char *path = in_folder(name);
    char *text = fixture_text(path);
    free(path);
    return text;
}

static bool exists(const char *name)
{
    struct stat status;
    char *path = in_folder(name);
    bool there = stat(path, &status) == 0;
    free(path);
    return there;
}

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

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *program(void)
{
    const char *path = getenv("IPTFS_SIM");
    return path != NULL ? path : "build/iptfs-sim";
}

/* Runs "iptfs-sim ARGUMENTS" in a shell; %s arguments are file names of ours, without blanks. */
static struct outcome run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static struct outcome run(const char *format, ...)
{
    char arguments[1024], command[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(command, sizeof command, "%s %s >%s/stdout 2>%s/stderr", program(), arguments, folder,
             folder);
    int status = system(command);
    return (struct outcome){
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .out = read_in_folder("stdout"),
        .err = read_in_folder("stderr"),
    };
}

static void free_outcome(struct outcome *outcome)
{
    free(outcome->out);
    free(outcome->err);
}

static void check_contains(const char *text, const char *part, int line)
{
    if (text == NULL || strstr(text, part) == NULL)
        check_fail(__FILE__, line, "\"%s\" is not in \"%s\"", part, text != NULL ? text : "");
}
#define CHECK_CONTAINS(text, part) check_contains((text), (part), __LINE__)

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

static void write_in_folder(const char *name, const char *text)
{
    char *path = in_folder(name);
    FILE *file = fopen(path, "w");
    if (CHECK_TRUE(file != NULL)) {
        fputs(text, file);
        fclose(file);
    }
    free(path);
}

/* An example must run, balance, deliver something, and say where its files are. */
static void run_example(const char *name)
{
    new_folder();
    struct outcome outcome = run("run examples/%s.ini --out %s/out", name, folder);
    CHECK_INT(outcome.status, 0);
    CHECK_STR(outcome.err, "");
    CHECK_CONTAINS(outcome.out, "Goodput");
    CHECK_CONTAINS(outcome.out, "summary.json");
    char *text = read_in_folder("out/summary.json");
    json_t *summary = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (CHECK_TRUE(summary != NULL)) {
        const json_t *delivered = json_object_get(json_object_get(summary, "inner"), "delivered");
        CHECK_STR(json_string_value(json_object_get(summary, "name")), name);
        CHECK_TRUE(json_is_true(json_object_get(summary, "ledger_balanced")));
        CHECK_TRUE(json_integer_value(json_object_get(delivered, "pkts")) > 0);
    }
    json_decref(summary);
    free(text);
    free_outcome(&outcome);
    remove_folder();
}

static void example_demo(void)
{
    run_example("demo");
}

static void example_voice_wan(void)
{
    run_example("voice-wan");
}

static void example_imix_1g(void)
{
    run_example("imix-1g");
}

static void example_large_into_1500(void)
{
    run_example("large-into-1500");
}

static void example_what_leaks(void)
{
    run_example("what-leaks");
}

static void example_tcp_cubic(void)
{
    run_example("tcp-cubic");
}

static void example_tcp_beside_tunnel(void)
{
    run_example("tcp-beside-tunnel");
}

static void example_mixed_office(void)
{
    run_example("mixed-office");
}

/* The capture is what its script makes. */
static void example_capture(void)
{
    new_folder();
    char command[256];
    snprintf(
        command, sizeof command,
        "python3 examples/office.py >%s/office.pcap && cmp %s/office.pcap examples/office.pcap",
        folder, folder);
    CHECK_INT(system(command), 0);
    remove_folder();
}

static void example_octets(void)
{
    run_example("octets");
}

static void example_bad_radio(void)
{
    run_example("bad-radio");
}

static void example_list(void)
{
    run_example("list");
}

static void json_and_csv_are_the_files(void)
{
    new_folder();
    struct outcome json = run("run examples/list.ini --out %s/out --json", folder);
    struct outcome csv = run("run examples/list.ini --out %s/out --csv", folder);
    char *json_file = read_in_folder("out/summary.json");
    char *csv_file = read_in_folder("out/summary.csv");
    CHECK_INT(json.status, 0);
    CHECK_INT(csv.status, 0);
    CHECK_STR(json.out, json_file);
    CHECK_STR(csv.out, csv_file);
    struct outcome quiet = run("run examples/list.ini --out %s/out --quiet", folder);
    CHECK_INT(quiet.status, 0);
    CHECK_STR(quiet.out, "");
    CHECK_STR(quiet.err, "");
    free(json_file);
    free(csv_file);
    free_outcome(&json);
    free_outcome(&csv);
    free_outcome(&quiet);
    remove_folder();
}

static void check_same_file(const char *a, const char *b)
{
    char *first = read_in_folder(a), *second = read_in_folder(b);
    if (!CHECK_TRUE(first != NULL && second != NULL && strcmp(first, second) == 0))
        CHECK_FAIL("%s and %s differ, or are not there", a, b);
    free(first);
    free(second);
}

/* A series is in the output, and changes nothing in the run. */
static void a_series_is_written(void)
{
    static const char sets[] = "--set scenario.duration=1s";
    new_folder();
    struct outcome plain = run("run examples/tcp-beside-tunnel.ini %s --out %s/a", sets, folder);
    struct outcome series =
        run("run examples/tcp-beside-tunnel.ini %s --out %s/b --series 30ms", sets, folder);
    CHECK_INT(plain.status, 0);
    CHECK_INT(series.status, 0);
    check_same_file("a/summary.json", "b/summary.json");
    char *csv = read_in_folder("b/series.csv");
    if (CHECK_TRUE(csv != NULL)) {
        CHECK_INT(count_lines(csv), 1 + 34); /* the last interval ends with the run */
        CHECK_CONTAINS(csv, "time_s,forward.outer_bps,forward.inner_bps,forward.queue_octets,"
                            "forward.link_wait_s,forward.allowed_bps,reverse.outer_bps");
        CHECK_CONTAINS(csv, ",flows.inside.goodput_bps,flows.beside.goodput_bps,"
                            "flows.beside.cwnd_octets,flows.beside.retransmissions\n0.03,");
        CHECK_CONTAINS(csv, "\n0.99,");
        CHECK_CONTAINS(csv, "\n1,");
    }
    free(csv);
    const char *const plots[] = {"b/series-rates.svg", "b/series-wait.svg", "b/series-cwnd.svg"};
    for (size_t i = 0; i < sizeof plots / sizeof plots[0]; i++) {
        char *svg = read_in_folder(plots[i]);
        if (CHECK_TRUE(svg != NULL))
            CHECK_CONTAINS(svg, i == 1 ? "forward link_wait" : "beside");
        free(svg);
    }
    struct outcome refused =
        run("run examples/tcp-beside-tunnel.ini %s --out %s/c --series 1us", sets, folder);
    CHECK_INT(refused.status, 2);
    CHECK_CONTAINS(refused.err, "--series: found '1us', allowed: above 1us (1000000 lines");
    free_outcome(&plain);
    free_outcome(&series);
    free_outcome(&refused);
    remove_folder();
}

static void runs_and_links_give_the_same_bytes(void)
{
    new_folder();
    static const char sets[] = "--set scenario.duration=300ms --set link.loss=2%";
    struct outcome a =
        run("run examples/demo.ini %s --out %s/a --trace %s/a.txt", sets, folder, folder);
    struct outcome b =
        run("run examples/demo.ini %s --out %s/b --trace %s/b.txt", sets, folder, folder);
    struct outcome c = run("run examples/demo.ini %s --set link.device=p2p --out %s/c "
                           "--trace %s/c.txt",
                           sets, folder, folder);
    struct outcome d = run("run examples/demo.ini %s --out %s/d", sets, folder);
    CHECK_INT(a.status + b.status + c.status + d.status, 0);
    check_same_file("b/summary.json", "a/summary.json");
    check_same_file("c/summary.json", "a/summary.json");
    check_same_file("d/summary.json", "a/summary.json"); /* tracing changes nothing */
    check_same_file("b/summary.csv", "a/summary.csv");
    check_same_file("b.txt", "a.txt");
    check_same_file("c.txt", "a.txt");
    free_outcome(&a);
    free_outcome(&b);
    free_outcome(&c);
    free_outcome(&d);
    remove_folder();
}

static void seed_and_run_change_the_draws(void)
{
    new_folder();
    char *json[4];
    static const char *const options[] = {"", "--seed 2", "--run 1", "--set scenario.seed=2"};
    for (size_t i = 0; i < 4; i++) {
        struct outcome outcome =
            run("run examples/voice-wan.ini --set scenario.duration=1s --out %s/out --json %s",
                folder, options[i]);
        CHECK_INT(outcome.status, 0);
        json[i] = strdup(outcome.out);
        free_outcome(&outcome);
    }
    CHECK_TRUE(strcmp(json[0], json[1]) != 0);
    CHECK_TRUE(strcmp(json[0], json[2]) != 0);
    CHECK_STR(json[3], json[1]);
    for (size_t i = 0; i < 4; i++)
        free(json[i]);
    remove_folder();
}

static bool ordered_by_time(const char *trace)
{
    double before = 0;
    for (const char *line = trace; line != NULL && *line != '\0';) {
        double now = strtod(line, NULL);
        if (now < before)
            return false;
        before = now;
        line = strchr(line, '\n');
        line += line != NULL;
    }
    return true;
}

static void trace_has_linux_points(void)
{
    new_folder();
    struct outcome text =
        run("run examples/list.ini --out %s/out --trace %s/t.txt", folder, folder);
    struct outcome csv = run("run examples/list.ini --out %s/out --trace %s/t.csv", folder, folder);
    char *lines = read_in_folder("t.txt"), *rows = read_in_folder("t.csv");
    static const char *const points[] = {
        "iptfs_egress_recv",          "iptfs_enqueue",          "iptfs_first_dequeue",
        "iptfs_first_fragmenting",    "iptfs_timer_start",      "iptfs_timer_expire",
        "iptfs_first_final_fragment", "iptfs_ingress_nth_peek", "iptfs_ingress_nth_add",
    };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        CHECK_CONTAINS(lines, points[i]);
        CHECK_CONTAINS(rows, points[i]);
    }
    CHECK_TRUE(ordered_by_time(lines));
    CHECK_U64(count_lines(rows), count_lines(lines) + 1);
    free(lines);
    free(rows);
    free_outcome(&text);
    free_outcome(&csv);
    remove_folder();
}

/* Results are written, and the status says that the tunnel stopped. */
static void circuit_breaker_stops(void)
{
    new_folder();
    write_in_folder("lossy.ini",
                    "[scenario]\nduration = 5s\n[tunnel]\nmode = fixed-rate\npps = 500\n"
                    "circuit-breaker = 10%, 1s\n[link]\nloss = 30%\n");
    struct outcome outcome = run("run %s/lossy.ini --json --out %s/out", folder, folder);
    CHECK_INT(outcome.status, 3);
    CHECK_U64(count_lines(outcome.err), 1);
    CHECK_CONTAINS(outcome.err, "circuit breaker");
    json_t *summary = json_loads(outcome.out, 0, NULL);
    json_t *breaker = json_object_get(summary, "breaker");
    CHECK_TRUE(json_is_true(json_object_get(breaker, "tripped")));
    CHECK_NEAR(json_real_value(json_object_get(breaker, "at_s")), 1.01, 0.01);
    CHECK_NEAR(json_real_value(json_object_get(breaker, "loss")), 0.3, 0.1);
    json_decref(summary);
    free_outcome(&outcome);
    char *written = read_in_folder("out/summary.json");
    CHECK_CONTAINS(written, "tunnel-stopped");
    free(written);
    outcome =
        run("run %s/lossy.ini --set tunnel.circuit-breaker=60%%,1s --out %s/out", folder, folder);
    CHECK_INT(outcome.status, 0);
    CHECK_CONTAINS(outcome.out, "did not trip");
    free_outcome(&outcome);
    remove_folder();
}

static const char good[] = "[traffic.a]\ntype = cbr\nsize = 100\nrate = 80kbps\ncount = 3\n";

/* A mistake: exit 2, one line that names the place and what was found, and nothing written. */
static void check_refused(const char *text, const char *sets, const char *expected)
{
    new_folder();
    write_in_folder("bad.ini", text);
    struct outcome outcome = run("run %s/bad.ini %s --out %s/out", folder, sets, folder);
    CHECK_INT(outcome.status, 2);
    CHECK_STR(outcome.out, "");
    CHECK_U64(count_lines(outcome.err), 1);
    CHECK_CONTAINS(outcome.err, expected);
    if (!CHECK_TRUE(!exists("out")))
        CHECK_FAIL("something was written for: %s %s", text, sets);
    free_outcome(&outcome);
    remove_folder();
}

static void mistakes_are_refused(void)
{
    char text[512];
    static const struct {
        const char *lines; /* behind a good scenario */
        const char *expected;
    } bad[] = {
        {"[tunel]\nmode = on-demand\n", "did you mean 'tunnel'?"},
        {"[tunnel]\npkt-siez = 1400\n", "did you mean 'pkt-size'?"},
        {"[tunnel]\ninit-delay = 5 parsecs\n", "init-delay"},
        {"[tunnel]\npkt-size = 40\n", "pkt-size"},
        {"[tunnel.out]\nreorder-window = 3\n", "reorder-window"},
        {"[link]\nloss = 1.5\n", "loss"},
        {"[tunnel]\ncircuit-breaker = 10%\n", "LOSS, TIME"},
        {"[tunnel]\ncircuit-breaker = 0, 1s\n", "LOSS, TIME"},
        {"[tunnel]\ncircuit-breaker = 1%, 0\n", "LOSS, TIME"},
        {"[tunnel]\nmode = fixed-rate\npps = 10\ncircuit-breaker = 1%, 499ms\n", "500ms"},
        {"[link]\nimpair-list = nowhere.csv\n", "nowhere.csv"},
        {"[traffic.b]\ntype = list\nfile = nowhere.csv\n", "nowhere.csv"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "%s%s", good, bad[i].lines);
        check_refused(text, "", bad[i].expected);
        check_refused(text, "", "bad.ini:");
    }
    check_refused(good, "--set tunnel.pkt-siez=3", "did you mean 'pkt-size'?");
    check_refused(good, "--set nonsense", "--set");
    check_refused(good, "--seed 0", "seed");
}

static void unusable_files_are_refused(void)
{
    new_folder();
    write_in_folder("good.ini", good);
    write_in_folder("taken", "a file where a directory should be");
    struct outcome missing = run("run %s/nowhere.ini", folder);
    CHECK_INT(missing.status, 2);
    CHECK_CONTAINS(missing.err, "nowhere.ini");
    struct outcome taken = run("run %s/good.ini --out %s/taken", folder, folder);
    CHECK_INT(taken.status, 2);
    CHECK_CONTAINS(taken.err, "taken");
    struct outcome below = run("run %s/good.ini --out %s/taken/below", folder, folder);
    CHECK_INT(below.status, 2);
    struct outcome trace =
        run("run %s/good.ini --out %s/out --trace %s/no/t.txt", folder, folder, folder);
    CHECK_INT(trace.status, 2);
    CHECK_TRUE(!exists("out/summary.json"));
    struct outcome odd = run("run %s/good.ini --out \"$(printf '/proc/a\\nb')\"", folder);
    CHECK_INT(odd.status, 2);
    CHECK_U64(count_lines(odd.err), 1);
    struct outcome empty = run("run %s/good.ini --out ''", folder);
    CHECK_INT(empty.status, 2);
    CHECK_CONTAINS(empty.err, "No such file");
    free_outcome(&odd);
    free_outcome(&empty);
    free_outcome(&missing);
    free_outcome(&taken);
    free_outcome(&below);
    free_outcome(&trace);
    remove_folder();
}

/* A file renamed to the name of a pipe, a device or a link would put itself in their place. */
static void pipes_and_links_stay_what_they_are(void)
{
    struct stat status;
    char command[512];
    new_folder();
    snprintf(command, sizeof command,
             "cd %s && mkfifo pipe && echo old >real.txt && ln -s real.txt link", folder);
    CHECK_INT(system(command), 0);
    struct outcome link = run("run examples/list.ini --out %s/out --trace %s/link", folder, folder);
    CHECK_INT(link.status, 0);
    snprintf(command, sizeof command, "cat %s/pipe >%s/read.txt &", folder, folder);
    CHECK_INT(system(command), 0);
    struct outcome pipe = run("run examples/list.ini --out %s/out --trace %s/pipe", folder, folder);
    CHECK_INT(pipe.status, 0);
    char *path = in_folder("link"), *fifo = in_folder("pipe");
    CHECK_TRUE(lstat(path, &status) == 0 && S_ISLNK(status.st_mode));
    CHECK_TRUE(lstat(fifo, &status) == 0 && S_ISFIFO(status.st_mode));
    char *written = read_in_folder("real.txt");
    CHECK_CONTAINS(written, "iptfs_enqueue");
    free(path);
    free(fifo);
    free(written);
    free_outcome(&link);
    free_outcome(&pipe);
    remove_folder();
}

static void full_output_is_an_error(void)
{
    new_folder();
    char command[512];
    snprintf(command, sizeof command,
             "%s run examples/list.ini --out %s/out >/dev/full 2>%s/stderr", program(), folder,
             folder);
    int status = system(command);
    CHECK_INT(WEXITSTATUS(status), 1);
    char *text = read_in_folder("stderr");
    CHECK_CONTAINS(text, "iptfs-sim: ");
    free(text);
    remove_folder();
}

static void help_version_and_list(void)
{
    new_folder();
    static const struct {
        const char *arguments;
        int status;
        const char *part;
    } calls[] = {
        {"--help", 0, "replay"},      {"--version", 0, IPTFS_VERSION},
        {"run --help", 0, "--trace"}, {"replay --help", 0, "FILE.scn"},
        {"list --help", 0, "list"},   {"list", 0, "reorder-window"},
        {"list", 0, "on-demand"},     {"list", 0, "saturate"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct outcome outcome = run("%s", calls[i].arguments);
        CHECK_INT(outcome.status, calls[i].status);
        CHECK_CONTAINS(outcome.out, calls[i].part);
        free_outcome(&outcome);
    }
    static const char *const wrong[] = {"",       "rnu x.ini",    "run", "run --nonsense x.ini",
                                        "replay", "list nonsense"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct outcome outcome = run("%s", wrong[i]);
        if (!CHECK_INT(outcome.status, 2))
            CHECK_FAIL("iptfs-sim %s", wrong[i]);
        CHECK_CONTAINS(outcome.err, "iptfs-sim");
        free_outcome(&outcome);
    }
    remove_folder();
}

static void replay_prints_what_was_recorded(void)
{
    new_folder();
    struct outcome outcome = run("replay test/golden/linux/a-fit-boundary.scn");
    CHECK_INT(outcome.status, 0);
    CHECK_STR(outcome.err, "");
    CHECK_CONTAINS(outcome.out, " seq=1 len=");
    struct outcome missing = run("replay %s/nowhere.scn", folder);
    CHECK_INT(missing.status, 2);
    CHECK_CONTAINS(missing.err, "nowhere.scn");
    free_outcome(&outcome);
    free_outcome(&missing);
    remove_folder();
}

const CU_TestInfo iptfs_tests_command[] = {
    {"example demo", example_demo},
    {"example voice-wan", example_voice_wan},
    {"example imix-1g", example_imix_1g},
    {"example large-into-1500", example_large_into_1500},
    {"example what-leaks", example_what_leaks},
    {"example list", example_list},
    {"example tcp-cubic", example_tcp_cubic},
    {"example tcp-beside-tunnel", example_tcp_beside_tunnel},
    {"example mixed-office", example_mixed_office},
    {"the capture of mixed-office", example_capture},
    {"example bad-radio", example_bad_radio},
    {"example octets", example_octets},
    {"--json and --csv print the files", json_and_csv_are_the_files},
    {"a series is written", a_series_is_written},
    {"runs and links give the same bytes", runs_and_links_give_the_same_bytes},
    {"seed and run change the draws", seed_and_run_change_the_draws},
    {"a trace has Linux's points", trace_has_linux_points},
    {"a circuit breaker stops", circuit_breaker_stops},
    {"mistakes are refused", mistakes_are_refused},
    {"unusable files are refused", unusable_files_are_refused},
    {"pipes and links stay what they are", pipes_and_links_stay_what_they_are},
    {"full output is an error", full_output_is_an_error},
    {"help, version and list", help_version_and_list},
    {"replay prints what was recorded", replay_prints_what_was_recorded},
    CU_TEST_INFO_NULL,
};
