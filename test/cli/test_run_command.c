/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim run`: its files, its output, mistakes and exit statuses. */
#include "support/check.h"
#include "support/program.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void json_and_csv_are_the_files(void)
{
    program_new_folder();
    struct outcome json =
        program_run("run examples/list.ini --out %s/out --json", program_folder());
    struct outcome csv = program_run("run examples/list.ini --out %s/out --csv", program_folder());
    char *json_file = program_read("out/summary.json");
    char *csv_file = program_read("out/summary.csv");
    CHECK_INT(json.status, 0);
    CHECK_INT(csv.status, 0);
    CHECK_STR(json.out, json_file);
    CHECK_STR(csv.out, csv_file);
    struct outcome quiet =
        program_run("run examples/list.ini --out %s/out --quiet", program_folder());
    CHECK_INT(quiet.status, 0);
    CHECK_STR(quiet.out, "");
    CHECK_STR(quiet.err, "");
    free(json_file);
    free(csv_file);
    program_free(&json);
    program_free(&csv);
    program_free(&quiet);
    program_remove_folder();
}

static void check_same_file(const char *a, const char *b)
{
    char *first = program_read(a), *second = program_read(b);
    if (!CHECK_TRUE(first != NULL && second != NULL && strcmp(first, second) == 0))
        CHECK_FAIL("%s and %s differ, or are not there", a, b);
    free(first);
    free(second);
}

/* A series is in the output, and changes nothing in the run. */
static void a_series_is_written(void)
{
    static const char sets[] = "--set scenario.duration=1s";
    program_new_folder();
    struct outcome plain =
        program_run("run examples/tcp-beside-tunnel.ini %s --out %s/a", sets, program_folder());
    struct outcome series = program_run(
        "run examples/tcp-beside-tunnel.ini %s --out %s/b --series 30ms", sets, program_folder());
    CHECK_INT(plain.status, 0);
    CHECK_INT(series.status, 0);
    check_same_file("a/summary.json", "b/summary.json");
    char *csv = program_read("b/series.csv");
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
        char *svg = program_read(plots[i]);
        if (CHECK_TRUE(svg != NULL))
            CHECK_CONTAINS(svg, i == 1 ? "forward link_wait" : "beside");
        free(svg);
    }
    struct outcome refused = program_run(
        "run examples/tcp-beside-tunnel.ini %s --out %s/c --series 1us", sets, program_folder());
    CHECK_INT(refused.status, 2);
    CHECK_CONTAINS(refused.err, "--series: found '1us', allowed: above 1us (1000000 lines");
    program_free(&plain);
    program_free(&series);
    program_free(&refused);
    program_remove_folder();
}

/* Without TCP there is no congestion window to draw. */
static void a_series_draws_what_it_has(void)
{
    program_new_folder();
    struct outcome run =
        program_run("run examples/list.ini --out %s/e --series 30ms", program_folder());
    CHECK_INT(run.status, 0);
    CHECK_TRUE(program_wrote("e/series-rates.svg"));
    CHECK_TRUE(program_wrote("e/series-wait.svg"));
    CHECK_TRUE(!program_wrote("e/series-cwnd.gp") && !program_wrote("e/series-cwnd.svg"));
    program_free(&run);
    program_remove_folder();
}

static void runs_and_links_give_the_same_bytes(void)
{
    program_new_folder();
    static const char sets[] = "--set scenario.duration=300ms --set link.loss=2%";
    struct outcome a = program_run("run examples/demo.ini %s --out %s/a --trace %s/a.txt", sets,
                                   program_folder(), program_folder());
    struct outcome b = program_run("run examples/demo.ini %s --out %s/b --trace %s/b.txt", sets,
                                   program_folder(), program_folder());
    struct outcome c = program_run("run examples/demo.ini %s --set link.device=p2p --out %s/c "
                                   "--trace %s/c.txt",
                                   sets, program_folder(), program_folder());
    struct outcome d = program_run("run examples/demo.ini %s --out %s/d", sets, program_folder());
    CHECK_INT(a.status + b.status + c.status + d.status, 0);
    check_same_file("b/summary.json", "a/summary.json");
    check_same_file("c/summary.json", "a/summary.json");
    check_same_file("d/summary.json", "a/summary.json"); /* tracing changes nothing */
    check_same_file("b/summary.csv", "a/summary.csv");
    check_same_file("b.txt", "a.txt");
    check_same_file("c.txt", "a.txt");
    program_free(&a);
    program_free(&b);
    program_free(&c);
    program_free(&d);
    program_remove_folder();
}

static void seed_and_run_change_the_draws(void)
{
    program_new_folder();
    char *json[4];
    static const char *const options[] = {"", "--seed 2", "--run 1", "--set scenario.seed=2"};
    for (size_t i = 0; i < 4; i++) {
        struct outcome outcome = program_run(
            "run examples/voice-wan.ini --set scenario.duration=1s --out %s/out --json %s",
            program_folder(), options[i]);
        CHECK_INT(outcome.status, 0);
        json[i] = strdup(outcome.out);
        program_free(&outcome);
    }
    CHECK_TRUE(strcmp(json[0], json[1]) != 0);
    CHECK_TRUE(strcmp(json[0], json[2]) != 0);
    CHECK_STR(json[3], json[1]);
    for (size_t i = 0; i < 4; i++)
        free(json[i]);
    program_remove_folder();
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
    program_new_folder();
    struct outcome text = program_run("run examples/list.ini --out %s/out --trace %s/t.txt",
                                      program_folder(), program_folder());
    struct outcome csv = program_run("run examples/list.ini --out %s/out --trace %s/t.csv",
                                     program_folder(), program_folder());
    char *lines = program_read("t.txt"), *rows = program_read("t.csv");
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
    program_free(&text);
    program_free(&csv);
    program_remove_folder();
}

/* Results are written, and the exit status reports that the tunnel stopped. */
static void circuit_breaker_stops(void)
{
    program_new_folder();
    program_write("lossy.ini", "[scenario]\nduration = 5s\n[tunnel]\nmode = fixed-rate\npps = 500\n"
                               "circuit-breaker = 10%, 1s\n[link]\nloss = 30%\n");
    struct outcome outcome =
        program_run("run %s/lossy.ini --json --out %s/out", program_folder(), program_folder());
    CHECK_INT(outcome.status, 3);
    CHECK_U64(count_lines(outcome.err), 1);
    CHECK_CONTAINS(outcome.err, "circuit breaker");
    json_t *summary = json_loads(outcome.out, 0, NULL);
    json_t *breaker = json_object_get(summary, "breaker");
    CHECK_TRUE(json_is_true(json_object_get(breaker, "tripped")));
    CHECK_NEAR(json_real_value(json_object_get(breaker, "at_s")), 1.01, 0.01);
    CHECK_NEAR(json_real_value(json_object_get(breaker, "loss")), 0.3, 0.1);
    json_decref(summary);
    program_free(&outcome);
    char *written = program_read("out/summary.json");
    CHECK_CONTAINS(written, "tunnel-stopped");
    free(written);
    outcome = program_run("run %s/lossy.ini --set tunnel.circuit-breaker=60%%,1s --out %s/out",
                          program_folder(), program_folder());
    CHECK_INT(outcome.status, 0);
    CHECK_CONTAINS(outcome.out, "did not trip");
    program_free(&outcome);
    /* A name is data: the line stays one line. */
    outcome = program_run("run \"$(cp %s/lossy.ini \"$(printf '%s/a\\nb')\"; printf '%s/a\\nb')\" "
                          "--json --out %s/odd",
                          program_folder(), program_folder(), program_folder(), program_folder());
    CHECK_INT(outcome.status, 3);
    CHECK_U64(count_lines(outcome.err), 1);
    program_free(&outcome);
    program_remove_folder();
}

static const char good[] =
    "[traffic.a]\ntype = cbr\nphase = 0\nsize = 100\nrate = 80kbps\ncount = 3\n";

/* A mistake: exit 2, one line that names the place and what was found, and nothing written. */
static void check_refused(const char *text, const char *sets, const char *expected)
{
    program_new_folder();
    program_write("bad.ini", text);
    struct outcome outcome =
        program_run("run %s/bad.ini %s --out %s/out", program_folder(), sets, program_folder());
    CHECK_INT(outcome.status, 2);
    CHECK_STR(outcome.out, "");
    CHECK_U64(count_lines(outcome.err), 1);
    CHECK_CONTAINS(outcome.err, expected);
    if (!CHECK_TRUE(!program_wrote("out")))
        CHECK_FAIL("something was written for: %s %s", text, sets);
    program_free(&outcome);
    program_remove_folder();
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
    program_new_folder();
    program_write("good.ini", good);
    program_write("taken", "a file where a directory should be");
    struct outcome missing = program_run("run %s/nowhere.ini", program_folder());
    CHECK_INT(missing.status, 2);
    CHECK_CONTAINS(missing.err, "nowhere.ini");
    struct outcome taken =
        program_run("run %s/good.ini --out %s/taken", program_folder(), program_folder());
    CHECK_INT(taken.status, 2);
    CHECK_CONTAINS(taken.err, "taken");
    struct outcome below =
        program_run("run %s/good.ini --out %s/taken/below", program_folder(), program_folder());
    CHECK_INT(below.status, 2);
    struct outcome trace = program_run("run %s/good.ini --out %s/out --trace %s/no/t.txt",
                                       program_folder(), program_folder(), program_folder());
    CHECK_INT(trace.status, 2);
    CHECK_TRUE(!program_wrote("out/summary.json"));
    struct outcome odd =
        program_run("run %s/good.ini --out \"$(printf '/proc/a\\nb')\"", program_folder());
    CHECK_INT(odd.status, 2);
    CHECK_U64(count_lines(odd.err), 1);
    struct outcome empty = program_run("run %s/good.ini --out ''", program_folder());
    CHECK_INT(empty.status, 2);
    CHECK_CONTAINS(empty.err, "No such file");
    program_free(&odd);
    program_free(&empty);
    program_free(&missing);
    program_free(&taken);
    program_free(&below);
    program_free(&trace);
    program_remove_folder();
}

/* A file renamed to the name of a pipe, a device or a link would put itself in their place. */
static void pipes_and_links_stay_what_they_are(void)
{
    struct stat status;
    char command[512];
    program_new_folder();
    snprintf(command, sizeof command,
             "cd %s && mkfifo pipe && echo old >real.txt && ln -s real.txt link", program_folder());
    CHECK_INT(system(command), 0);
    struct outcome link = program_run("run examples/list.ini --out %s/out --trace %s/link",
                                      program_folder(), program_folder());
    CHECK_INT(link.status, 0);
    snprintf(command, sizeof command, "cat %s/pipe >%s/read.txt &", program_folder(),
             program_folder());
    CHECK_INT(system(command), 0);
    struct outcome pipe = program_run("run examples/list.ini --out %s/out --trace %s/pipe",
                                      program_folder(), program_folder());
    CHECK_INT(pipe.status, 0);
    char *path = program_file("link"), *fifo = program_file("pipe");
    CHECK_TRUE(lstat(path, &status) == 0 && S_ISLNK(status.st_mode));
    CHECK_TRUE(lstat(fifo, &status) == 0 && S_ISFIFO(status.st_mode));
    char *written = program_read("real.txt");
    CHECK_CONTAINS(written, "iptfs_enqueue");
    free(path);
    free(fifo);
    free(written);
    program_free(&link);
    program_free(&pipe);
    program_remove_folder();
}

static void full_output_is_an_error(void)
{
    program_new_folder();
    char command[512];
    snprintf(command, sizeof command,
             "%s run examples/list.ini --out %s/out >/dev/full 2>%s/stderr", program_path(),
             program_folder(), program_folder());
    int status = system(command);
    CHECK_INT(WEXITSTATUS(status), 1);
    char *text = program_read("stderr");
    CHECK_CONTAINS(text, "iptfs-sim: ");
    free(text);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_run_command[] = {
    {"--json and --csv print the files", json_and_csv_are_the_files},
    {"a series is written", a_series_is_written},
    {"a series draws what it has", a_series_draws_what_it_has},
    {"runs and links give the same bytes", runs_and_links_give_the_same_bytes},
    {"seed and run change the draws", seed_and_run_change_the_draws},
    {"a trace has Linux's points", trace_has_linux_points},
    {"a circuit breaker stops", circuit_breaker_stops},
    {"mistakes are refused", mistakes_are_refused},
    {"unusable files are refused", unusable_files_are_refused},
    {"pipes and links stay what they are", pipes_and_links_stay_what_they_are},
    {"full output is an error", full_output_is_an_error},
    CU_TEST_INFO_NULL,
};
