/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweeprun.h"

#include "collect.h"
#include "outfile.h"
#include "plot.h"
#include "results.h"
#include "run.h"
#include "sweep.h"
#include "textfile.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a point's process says of itself by its exit status, when it could say it. */
enum {
    POINT_TOLD = 0,
    POINT_CANNOT_WRITE = 9
};

static int out_of_memory(struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
}

/* -------------------------------------------------------------------------------------- points */

/* One line at once, so that lines of several processes do not mix. */
static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
    char line[1200];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    size_t size = (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    line[size] = '\n';
    if (write(STDOUT_FILENO, line, size + 1) < 0)
        _exit(POINT_CANNOT_WRITE); /* nobody listens */
}

static int write_point(const json_t *summary, const char *path, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    int code = iptfs_outfile_open(&file, path, error);
    if (code != 0)
        return code;
    iptfs_results_write_json(summary, file.file);
    return iptfs_outfile_commit(&file, error);
}

static int exit_status_of(int code)
{
    return code == IPTFS_E_INVALID || code == IPTFS_E_IO ? 2 : 1;
}

/* A point, in a process of its own. */
static int run_point(const struct iptfs_sweep *sweep, size_t index, const char *directory)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0, ""};
    struct iptfs_text id;
    json_t *summary = NULL;
    int code = iptfs_sweep_scenario(sweep, index, &scenario, &error);
    if (code == 0) {
        code = iptfs_sweep_id(&scenario, &id, &error);
        if (code == 0)
            code = iptfs_run_summary(&scenario, &summary, &error);
        iptfs_scenario_free(&scenario);
    }
    if (code != 0) {
        tell("- %zu %d %s", index, exit_status_of(code),
             error.text[0] != '\0' ? error.text : iptfs_error_name(code));
        return POINT_TOLD;
    }
    char *path = iptfs_point_path(directory, &id);
    code = path != NULL ? write_point(summary, path, &error) : out_of_memory(&error);
    free(path);
    json_decref(summary);
    if (code == 0)
        tell("+ %zu", index);
    else
        tell("! %s", error.text);
    return code == 0 ? POINT_TOLD : POINT_CANNOT_WRITE;
}

/* Runs a point in a child, whose crash is the point's alone. Gives whether to go on. */
static bool fork_point(const struct iptfs_sweep *sweep, size_t index, const char *directory)
{
    int status;
    pid_t parent = getpid(), child = fork();
    if (child < 0) {
        tell("- %zu 1 no process: %s", index, strerror(errno));
        return true;
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(getppid() == parent ? run_point(sweep, index, directory) : POINT_CANNOT_WRITE);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == POINT_CANNOT_WRITE)
        return false;
    if (WIFSIGNALED(status))
        tell("- %zu %d killed by signal %d (%s)", index, 128 + WTERMSIG(status), WTERMSIG(status),
             strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != POINT_TOLD)
        tell("- %zu %d the process ended early", index, WEXITSTATUS(status));
    return true;
}

static int refuse_indices(const struct iptfs_sweep *sweep, const char *indices,
                          struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID, "--index: found '%s', allowed: 1 to %zu, as 3,5-9",
                      iptfs_quoted(indices).text, sweep->n_points);
}

int iptfs_point_command(const char *path, const char *directory, const char *indices,
                        struct iptfs_error *error)
{
    struct iptfs_sweep sweep;
    int code = iptfs_sweep_load(&sweep, path, error);
    if (code != 0)
        return code;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    const char *rest = indices;
    bool go_on = true;
    while (code == 0 && go_on) {
        char *end;
        unsigned long first = strtoul(rest, &end, 10);
        unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        if (first < 1 || last < first || last > sweep.n_points || (*end != ',' && *end != '\0'))
            code = refuse_indices(&sweep, indices, error);
        for (unsigned long i = first; code == 0 && i <= last && go_on; i++)
            go_on = fork_point(&sweep, i, directory);
        if (*end == '\0')
            break;
        rest = end + 1;
    }
    iptfs_sweep_free(&sweep);
    if (code == 0 && !go_on)
        code = iptfs_fail(error, IPTFS_E_IO, "%s: results cannot be written",
                          iptfs_quoted_path(directory).text);
    return code;
}

/* ------------------------------------------------------------------------------------ the work */

/* A sweep at work. */
struct work {
    const struct iptfs_sweep_request *request;
    struct iptfs_sweep sweep;
    struct iptfs_sweep_outcome *outcomes;
    char *directory;
    json_t *manifest;
    size_t pending; /* to be run in this call */
    size_t ran;     /* of them: ended well or not */
    size_t failed;
    double begun_s;
    double next_s; /* when the bar is drawn again */
    bool bar;
    char fatal[900]; /* why nothing more could be written; "" while it can */
};

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void clear_bar(const struct work *work)
{
    if (work->bar && work->next_s > 0)
        fprintf(stderr, "\r%78s\r", "");
}

static void show_bar(struct work *work)
{
    enum {
        WIDTH = 30
    };
    double now_s = wall_s(), spent_s = now_s - work->begun_s;
    if (!work->bar || now_s < work->next_s || spent_s < 1.0)
        return;
    int filled = (int)(WIDTH * work->ran / work->pending);
    double rate = (double)work->ran / spent_s;
    fprintf(stderr, "\r[%.*s%*s] %zu of %zu points, %.1f/s, %.0f s left   ", filled,
            "##############################", WIDTH - filled, "", work->ran, work->pending, rate,
            rate > 0 ? (double)(work->pending - work->ran) / rate : 0.0);
    work->next_s = now_s + 0.2;
}

/* Checks all points before any runs, and finds out which have a result. */
static int identify_points(struct work *work, struct iptfs_error *error)
{
    int code = 0;
    for (size_t i = 0; i < work->sweep.n_points && code == 0; i++) {
        struct iptfs_scenario scenario;
        code = iptfs_sweep_scenario(&work->sweep, i + 1, &scenario, error);
        if (code != 0)
            return code;
        code = iptfs_sweep_id(&scenario, &work->outcomes[i].id, error);
        if (work->directory == NULL && code == 0)
            work->directory = work->request->out_dir != NULL
                                  ? strdup(work->request->out_dir)
                                  : iptfs_path_join("out", scenario.name);
        iptfs_scenario_free(&scenario);
        if (code == 0 && work->directory == NULL)
            code = out_of_memory(error);
    }
    return code;
}

/* A file that is no result, of a system that crashed say, is none. */
static bool has_result(const struct work *work, size_t index)
{
    char *path = iptfs_point_path(work->directory, &work->outcomes[index].id);
    json_t *summary = path != NULL ? json_load_file(path, 0, NULL) : NULL;
    bool done = json_is_object(summary);
    json_decref(summary);
    free(path);
    return done;
}

static void find_results(struct work *work)
{
    work->pending = 0;
    for (size_t i = 0; i < work->sweep.n_points; i++) {
        work->outcomes[i].done = has_result(work, i);
        work->pending += !work->outcomes[i].done;
    }
}

/* ------------------------------------------------------------------------------------- manifest */

static int write_manifest(struct work *work, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    char *path = iptfs_path_join(work->directory, "manifest.json");
    int code = path != NULL ? iptfs_outfile_open(&file, path, error) : out_of_memory(error);
    if (code == 0) {
        iptfs_results_write_json(work->manifest, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    free(path);
    return code;
}

/* The sweep's file as it is now, so that its plots can be drawn again from the folder alone. */
static int copy_file(struct work *work, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    char *path = iptfs_path_join(work->directory, "sweep.ini");
    int code = path != NULL ? iptfs_outfile_open(&file, path, error) : out_of_memory(error);
    if (code == 0) {
        fputs(work->sweep.text, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    free(path);
    return code;
}

static int draw_plots(const struct work *work, FILE *out, struct iptfs_error *error)
{
    const struct iptfs_plot_request request = {
        .directory = work->directory, .quiet = work->request->quiet, .may_be_none = true};
    return iptfs_plot_command(&request, out, error);
}

static json_t *seeds_of(const struct iptfs_sweep *sweep)
{
    json_t *seeds = json_array();
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_columns; j++)
            for (size_t k = 0; k < sweep->axes[i].n_steps; k++)
                if (strcmp(sweep->axes[i].columns[j], "seed") == 0)
                    json_array_append_new(seeds, json_string(sweep->axes[i].steps[k].labels[j]));
    return seeds;
}

static json_t *new_manifest(const struct work *work)
{
    char host[256] = "", start[64];
    time_t now = time(NULL);
    struct tm utc;
    gethostname(host, sizeof host - 1);
    strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    char *file = realpath(work->request->path, NULL);
    json_t *manifest =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "version", IPTFS_VERSION, "command",
                  work->request->command, "file", file != NULL ? file : work->request->path, "host",
                  host, "start", start, "points", (json_int_t)work->sweep.n_points, "seeds",
                  seeds_of(&work->sweep), "base", iptfs_sweep_base(&work->sweep));
    free(file);
    return manifest;
}

static int refuse_change(const struct work *work, const char *what, const char *was, const char *is,
                         struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: holds results of another sweep: %s was '%s' and is '%s'; --force runs "
                      "all points again, --out DIR puts them elsewhere",
                      iptfs_quoted_path(work->directory).text, what, iptfs_quoted(was).text,
                      iptfs_quoted(is).text);
}

/* What must be the same for old results to stand beside new ones. */
static int compare_base(const struct work *work, json_t *old, struct iptfs_error *error)
{
    const json_t *new = json_object_get(work->manifest, "base");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t) new, key, value)
    {
        const char *was = json_string_value(json_object_get(old, key));
        if (was == NULL || strcmp(was, json_string_value(value)) != 0)
            return refuse_change(work, key, was != NULL ? was : "(nothing)",
                                 json_string_value(value), error);
    }
    json_object_foreach(old, key, value)
    {
        if (json_object_get(new, key) == NULL)
            return refuse_change(work, key, json_string_value(value), "(nothing)", error);
    }
    return 0;
}

static int check_manifest(const struct work *work, struct iptfs_error *error)
{
    char *path = iptfs_path_join(work->directory, "manifest.json");
    json_t *old = path != NULL ? json_load_file(path, 0, NULL) : NULL;
    int code = 0;
    free(path);
    if (old == NULL || work->request->force) {
        json_decref(old);
        return 0;
    }
    const char *version = json_string_value(json_object_get(old, "version"));
    if (version == NULL || strcmp(version, IPTFS_VERSION) != 0)
        code = refuse_change(work, "the program's version", version != NULL ? version : "unknown",
                             IPTFS_VERSION, error);
    if (code == 0)
        code = compare_base(work, json_object_get(old, "base"), error);
    if (code == 0 && !work->request->resume)
        code = iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: holds a sweep already; --resume runs what it lacks, --out DIR puts "
                          "results elsewhere",
                          iptfs_quoted_path(work->directory).text);
    json_decref(old);
    return code;
}

/* ------------------------------------------------------------------------------- GNU parallel */

/* Points in one process, so that starting it costs little, but all cores have work to the end. */
static size_t points_at_once(const struct work *work)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = work->request->jobs > 0 ? (size_t)work->request->jobs
                  : cores > 0             ? (size_t)cores
                                          : 1;
    size_t hosts = work->request->n_sshlogins > 0 ? work->request->n_sshlogins : 1;
    size_t share = work->pending / (jobs * hosts * 16);
    return share < 1 ? 1 : share > 64 ? 64 : share;
}

/* A file without a name that holds one line of point numbers for each process. */
static FILE *write_chunks(const struct work *work)
{
    FILE *file = tmpfile();
    size_t most = points_at_once(work), count = 0;
    for (size_t i = 0; file != NULL && i < work->sweep.n_points; i++) {
        if (work->outcomes[i].done)
            continue;
        fprintf(file, "%s%zu", count == 0 ? "" : count % most == 0 ? "\n" : ",", i + 1);
        count++;
    }
    if (file != NULL && (fputc('\n', file) == EOF || fflush(file) != 0)) {
        fclose(file);
        return NULL;
    }
    if (file != NULL)
        rewind(file);
    return file;
}

/* Becomes GNU parallel. */
static void exec_parallel(const struct work *work, int in, int out)
{
    char program[4096], jobs[32];
    const struct iptfs_sweep_request *request = work->request;
    const char **argv = calloc(32 + 2 * request->n_sshlogins, sizeof *argv);
    char *file = realpath(request->path, NULL), *directory = realpath(work->directory, NULL);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    size_t n = 0;
    if (argv == NULL || file == NULL || directory == NULL || length < 0)
        _exit(126);
    program[length] = '\0';
    snprintf(jobs, sizeof jobs, "%" PRIu64, request->jobs);
    const char *const head[] = {"parallel", "--will-cite", "--ungroup", "-q"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        argv[n++] = head[i];
    if (request->jobs > 0) {
        argv[n++] = "--jobs";
        argv[n++] = jobs;
    }
    for (size_t i = 0; i < request->n_sshlogins; i++) {
        argv[n++] = "--sshlogin";
        argv[n++] = request->sshlogins[i];
    }
    const char *const tail[] = {program, "point", file, "--out", directory, "--index", "{}"};
    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        argv[n++] = tail[i];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    execvp(argv[0], (char **)(uintptr_t)argv);
    _exit(127);
}

/* One line of a point's process. */
static void take_line(struct work *work, char *line, pid_t engine)
{
    size_t index = 0;
    int status = 0, at = 0;
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '!') {
        if (work->fatal[0] == '\0') {
            snprintf(work->fatal, sizeof work->fatal, "%.880s", line + 2);
            kill(engine, SIGTERM); /* starts no more */
        }
        return;
    }
    if (sscanf(line, "+ %zu", &index) != 1 &&
        sscanf(line, "- %zu %d %n", &index, &status, &at) != 2) {
        fprintf(stderr, "%s\n", line); /* of GNU parallel itself */
        return;
    }
    if (index < 1 || index > work->sweep.n_points)
        return;
    work->ran++;
    if (line[0] == '-') {
        struct iptfs_sweep_outcome *outcome = &work->outcomes[index - 1];
        free(outcome->message);
        outcome->status = status;
        outcome->message = strdup(line + at);
    }
    show_bar(work);
}

/* Reads what the points say until the last of them has ended. */
static int follow(struct work *work, int from, pid_t engine, struct iptfs_error *error)
{
    char line[2048];
    int status = 0;
    FILE *in = fdopen(from, "r");
    if (in == NULL)
        return out_of_memory(error);
    while (fgets(line, sizeof line, in) != NULL)
        take_line(work, line, engine);
    fclose(in);
    while (waitpid(engine, &status, 0) < 0 && errno == EINTR)
        ;
    clear_bar(work);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return iptfs_fail(error, IPTFS_E_IO,
                          "GNU parallel cannot be started: is the package 'parallel' installed?");
    if (work->fatal[0] != '\0')
        return iptfs_fail(error, IPTFS_E_IO, "%s; finished points stay, --resume goes on",
                          work->fatal);
    return 0;
}

static int run_points(struct work *work, struct iptfs_error *error)
{
    int ends[2];
    FILE *chunks = write_chunks(work);
    if (chunks == NULL || pipe(ends) != 0)
        return iptfs_fail(error, IPTFS_E_IO, "the list of points cannot be written: %s",
                          strerror(errno));
    fflush(NULL);
    pid_t engine = fork();
    if (engine == 0) {
        close(ends[0]);
        exec_parallel(work, fileno(chunks), ends[1]);
    }
    close(ends[1]);
    fclose(chunks);
    if (engine > 0)
        return follow(work, ends[0], engine, error);
    close(ends[0]);
    return iptfs_fail(error, IPTFS_E_IO, "no process for GNU parallel: %s", strerror(errno));
}

/* ------------------------------------------------------------------------------------- the end */

static void list_failures(struct work *work)
{
    for (size_t i = 0; i < work->sweep.n_points; i++) {
        struct iptfs_sweep_outcome *outcome = &work->outcomes[i];
        if (outcome->done)
            continue;
        struct iptfs_sweep_point point = iptfs_sweep_point(&work->sweep, i + 1);
        char *text = iptfs_sweep_point_text(&point);
        if (outcome->message == NULL)
            outcome->status = 1;
        fprintf(stderr, "failed: point %zu (%s), status %d: %s\n", i + 1, text != NULL ? text : "",
                outcome->status, outcome->message != NULL ? outcome->message : "it was not run");
        free(text);
        work->failed++;
    }
}

static int finish(struct work *work, size_t had, FILE *out, struct iptfs_error *error)
{
    double spent_s = wall_s() - work->begun_s;
    size_t asked = work->pending;
    find_results(work);
    list_failures(work);
    int code = iptfs_collect(&work->sweep, work->outcomes, work->directory, error);
    json_object_set_new(work->manifest, "time_s", json_real(spent_s));
    json_object_set_new(work->manifest, "failed", json_integer((json_int_t)work->failed));
    if (code == 0)
        code = write_manifest(work, error);
    if (code != 0)
        return code;
    if (!work->request->quiet)
        fprintf(out,
                "Points               %zu: %zu there before, %zu run, %zu failed; %.1f s, %.1f "
                "points/s\nWritten              %s/results.db, %s/results.csv\n",
                work->sweep.n_points, had, asked, work->failed, spent_s,
                spent_s > 0 ? (double)asked / spent_s : 0.0, work->directory, work->directory);
    if (work->failed < work->sweep.n_points)
        code = draw_plots(work, out, error);
    if (code != 0)
        return code;
    if (work->failed > 0)
        return iptfs_fail(error, IPTFS_E_ENGINE,
                          "%zu of %zu points failed; --resume tries them again", work->failed,
                          work->sweep.n_points);
    return 0;
}

static int make_directories(struct work *work, struct iptfs_error *error)
{
    char *points = iptfs_path_join(work->directory, "points");
    int code = points != NULL ? iptfs_make_directory(work->directory, error) : out_of_memory(error);
    if (code == 0)
        code = check_manifest(work, error);
    if (code == 0)
        code = iptfs_make_directory(points, error);
    free(points);
    return code;
}

static int run_sweep(struct work *work, FILE *out, struct iptfs_error *error)
{
    work->begun_s = wall_s();
    work->manifest = new_manifest(work);
    int code = work->manifest != NULL ? make_directories(work, error) : out_of_memory(error);
    if (code == 0)
        code = write_manifest(work, error);
    if (code == 0)
        code = copy_file(work, error);
    if (code != 0)
        return code;
    find_results(work);
    size_t had = work->sweep.n_points - work->pending;
    if (work->pending > 0)
        code = run_points(work, error);
    return code != 0 ? code : finish(work, had, out, error);
}

int iptfs_sweep_command(const struct iptfs_sweep_request *request, FILE *out,
                        struct iptfs_error *error)
{
    struct work work = {.request = request, .bar = !request->quiet && isatty(STDERR_FILENO)};
    int code = iptfs_sweep_load(&work.sweep, request->path, error);
    if (code != 0)
        return code;
    work.outcomes = calloc(work.sweep.n_points, sizeof *work.outcomes);
    code = work.outcomes != NULL ? identify_points(&work, error) : out_of_memory(error);
    if (code == 0)
        code = iptfs_plot_check(&work.sweep, error);
    if (code == 0 && request->dry_run)
        iptfs_sweep_list(&work.sweep, out);
    else if (code == 0)
        code = run_sweep(&work, out, error);
    for (size_t i = 0; work.outcomes != NULL && i < work.sweep.n_points; i++)
        free(work.outcomes[i].message);
    free(work.outcomes);
    free(work.directory);
    json_decref(work.manifest);
    iptfs_sweep_free(&work.sweep);
    return code;
}
