/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/point.h"

#include "files/process.h"
#include "files/program.h"
#include "files/textfile.h"
#include "run/run.h"
#include "sweep/compared.h"
#include "sweep/grid.h"
#include "sweep/point_file.h"
#include "sweep/sweep.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Exit status of a point's process. */
enum {
    POINT_REPORTED = 0, /* how it ended has been written */
    POINT_ENDS_ALL = 9  /* no more may be run; why has been written, if it could be */
};

/* The points that a process runs. */
struct batch {
    struct iptfs_sweep sweep;
    const char *directory;
    int out; /* where lines are written */
};

/* Writes one line by one call, so that lines of several processes do not mix. */
static void report(const struct batch *batch, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void report(const struct batch *batch, const char *format, ...)
{
    char line[1200];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    size_t size = (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    line[size] = '\n';
    if (write(batch->out, line, size + 1) < 0)
        _exit(POINT_ENDS_ALL); /* the reader has ended */
}

static int exit_status_of(int code)
{
    return code == IPTFS_E_INVALID || code == IPTFS_E_IO ? 2 : 1;
}

static void report_failure(const struct batch *batch, size_t index, int code,
                           const struct iptfs_error *error)
{
    report(batch, "- %zu %d %s", index, exit_status_of(code),
           error->text[0] != '\0' ? error->text : iptfs_error_name(code));
}

/* ------------------------------------------------------------------------------------- changes */

/* The files that a scenario reads, "a.csv, b.csv". */
struct file_names {
    size_t count;
    char text[600]; /* cut */
};

static void add_file(struct file_names *names, const char *path)
{
    size_t length = strlen(names->text);
    if (path == NULL || *path == '\0')
        return;
    snprintf(names->text + length, sizeof names->text - length, "%s%s",
             names->count > 0 ? ", " : "", iptfs_quoted_path(path).text);
    names->count++;
}

static struct file_names files_of(const struct iptfs_scenario *scenario)
{
    struct file_names names = {.count = 0};
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++)
        add_file(&names, scenario->link[i].impair_path);
    for (size_t i = 0; i < scenario->traffic_count; i++)
        add_file(&names, scenario->traffic[i].file_path);
    return names;
}

/* An error that was not there when the sweep was planned. */
static void report_start(const struct batch *batch, const struct iptfs_error *error)
{
    report(batch, "! %s (changed since the sweep was started)", error->text);
}

/* The scenario of a point must be the one that was planned, down to the contents of its files. */
static bool is_planned(const struct batch *batch, const struct iptfs_planned_point *point,
                       const struct iptfs_scenario *scenario)
{
    struct iptfs_error error = {0};
    struct iptfs_sweep_identity identity;
    int code = iptfs_sweep_identify_point(&batch->sweep, point->index, scenario, &identity, &error);
    if (code == 0 && strcmp(iptfs_sweep_id_of_seed(&identity, scenario->seed).text, point->id) == 0)
        return true;
    struct file_names names = files_of(scenario);
    if (code != 0)
        report_start(batch, &error);
    else if (names.count == 0)
        report(batch, "! %s/" IPTFS_SWEEP_COPY ": has changed since the sweep was started",
               iptfs_quoted_path(batch->directory).text);
    else
        report(batch, "! %s: %s changed since the sweep was started", names.text,
               names.count == 1 ? "has" : "one of them has");
    return false;
}

/* --------------------------------------------------------------------------------------- points */

static int write_result(const struct batch *batch, const struct iptfs_planned_point *point,
                        const json_t *summary)
{
    struct iptfs_error error = {0};
    struct iptfs_text id;
    snprintf(id.text, sizeof id.text, "%s", point->id);
    int code = iptfs_point_file_write(summary, batch->directory, &id, &error);
    if (code == 0)
        report(batch, "+ %zu", point->index);
    else
        report(batch, "! %s", error.text);
    return code == 0 ? POINT_REPORTED : POINT_ENDS_ALL;
}

/* Runs a point whose scenario was read. The files that it reads are looked at before and after. */
static int run_scenario(const struct batch *batch, const struct iptfs_planned_point *point,
                        const struct iptfs_scenario *scenario)
{
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    if (!is_planned(batch, point, scenario))
        return POINT_ENDS_ALL;
    struct iptfs_warm_up warm_up;
    int code = iptfs_sweep_warm_up(&batch->sweep, point->index, scenario, &warm_up, &error);
    if (code == 0)
        code = iptfs_run_summary_after(scenario, &warm_up, &summary, &error);
    int status = POINT_REPORTED;
    if (files_of(scenario).count > 0 && !is_planned(batch, point, scenario))
        status = POINT_ENDS_ALL;
    else if (code == 0)
        status = write_result(batch, point, summary);
    else
        report_failure(batch, point->index, code, &error);
    json_decref(summary);
    return status;
}

/* Runs a point, in a process of its own; its exit status. */
static int run_point(const struct batch *batch, const struct iptfs_planned_point *point)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    int code = iptfs_sweep_scenario(&batch->sweep, point->index, &scenario, &error);
    if (code == IPTFS_E_INVALID || code == IPTFS_E_IO)
        report_start(batch, &error);
    else if (code != 0)
        report_failure(batch, point->index, code, &error);
    if (code != 0)
        return code == IPTFS_E_INVALID || code == IPTFS_E_IO ? POINT_ENDS_ALL : POINT_REPORTED;
    int status = run_scenario(batch, point, &scenario);
    iptfs_scenario_free(&scenario);
    return status;
}

/* Waits until the child has ended. Kills it, and returns false, when nobody reads the output any
 * more: the sweep was killed. A file as the output has no reader. */
static bool wait_with_reader(const struct batch *batch, pid_t child)
{
    int process = (int)syscall(SYS_pidfd_open, child, 0);
    if (process < 0)
        return true; /* before Linux 5.3 */
    struct pollfd fds[] = {{.fd = process, .events = POLLIN}, {.fd = batch->out}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    close(process);
    if ((fds[1].revents & POLLERR) == 0)
        return true;
    kill(child, SIGKILL);
    iptfs_process_wait(child);
    return false;
}

/* Runs a point in a child process, so that a crash ends this point only. False when no more may be
 * run. */
static bool fork_point(const struct batch *batch, const struct iptfs_planned_point *point)
{
    size_t index = point->index;
    pid_t parent = getpid(), child = fork();
    if (child < 0) {
        report(batch, "- %zu 1 no process: %s", index, strerror(errno));
        return true;
    }
    if (child == 0) {
        iptfs_process_end_with(parent, SIGKILL);
        _exit(run_point(batch, point));
    }
    if (!wait_with_reader(batch, child))
        return false;
    int status = iptfs_process_wait(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == POINT_ENDS_ALL)
        return false;
    if (WIFSIGNALED(status))
        report(batch, "- %zu %d killed by signal %d (%s)", index, 128 + WTERMSIG(status),
               WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != POINT_REPORTED)
        report(batch, "- %zu %d the process ended early", index, WEXITSTATUS(status));
    return true;
}

/* ---------------------------------------------------------------------------------------- shard */

static int refuse_shard(const struct iptfs_sweep *sweep, const char *shard,
                        struct iptfs_error *error)
{
    return iptfs_fail(
        error, IPTFS_E_INVALID,
        "--shard: found '%s', allowed: points 1 to %zu, each with its id, as 3:ID,4:ID",
        iptfs_quoted(shard).text, sweep->n_points);
}

/* Runs the points of a list until one ends all. The list is cut into words. */
static int run_list(const struct batch *batch, char *list, struct iptfs_error *error)
{
    char *word;
    while ((word = strsep(&list, ",")) != NULL) {
        char *end;
        struct iptfs_planned_point point = {.index = strtoul(word, &end, 10)};
        point.id = end + 1;
        if (point.index < 1 || point.index > batch->sweep.n_points || *end != ':')
            return refuse_shard(&batch->sweep, word, error);
        if (!fork_point(batch, &point))
            return iptfs_fail(error, IPTFS_E_ENGINE, "%s: no more points may be run",
                              iptfs_quoted_path(batch->directory).text);
    }
    return 0;
}

/* The shard as a new string, from standard input for "-". */
static char *read_shard(const char *shard)
{
    char *line = NULL;
    size_t size = 0;
    if (strcmp(shard, "-") != 0)
        return strdup(shard);
    if (getline(&line, &size, stdin) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        return line;
    }
    free(line);
    return strdup("");
}

static int run_shard(struct batch *batch, const struct iptfs_point_call *call, const char *shard,
                     struct iptfs_error *error)
{
    int code = iptfs_sweep_load_copy(&batch->sweep, call->directory, call->file, error);
    if (code != 0)
        return code;
    char *list = read_shard(shard);
    code = list != NULL ? run_list(batch, list, error) : iptfs_fail_no_memory(error);
    free(list);
    iptfs_sweep_free(&batch->sweep);
    return code;
}

int iptfs_point_command(const struct iptfs_point_call *call, const char *shard, FILE *out,
                        struct iptfs_error *error)
{
    struct batch batch = {.directory = call->directory, .out = fileno(out)};
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (strcmp(call->sources, iptfs_program_sources()) == 0)
        return run_shard(&batch, call, shard, error);
    report(&batch,
           "! the program was replaced since the sweep was started (the hash of its sources was "
           "%.40s and is %s)",
           iptfs_quoted(call->sources).text, iptfs_program_sources());
    return iptfs_fail(error, IPTFS_E_ENGINE, "%s: no more points may be run",
                      iptfs_quoted_path(call->directory).text);
}
