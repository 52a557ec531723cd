/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/point.h"

#include "files/outfile.h"
#include "files/process.h"
#include "files/textfile.h"
#include "run/run.h"
#include "summary/summary.h"
#include "sweep/grid.h"
#include "sweep/identity.h"
#include "sweep/sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

char *iptfs_point_path(const char *directory, const struct iptfs_text *id)
{
    char *path = NULL;
    return asprintf(&path, "%s/points/%s.json", directory, id->text) < 0 ? NULL : path;
}

/* Exit status of a point's process. */
enum {
    POINT_REPORTED = 0, /* how it ended has been written */
    POINT_CANNOT_WRITE = 9
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
        _exit(POINT_CANNOT_WRITE); /* the reader has ended */
}

static int write_point(const json_t *summary, const char *path, struct iptfs_error *error)
{
    struct iptfs_outfile file;
    int code = iptfs_outfile_open(&file, path, error);
    if (code != 0)
        return code;
    if (iptfs_summary_write_json(summary, file.file) == IPTFS_E_NO_MEMORY) {
        iptfs_outfile_discard(&file);
        return iptfs_fail_no_memory(error);
    }
    return iptfs_outfile_commit(&file, error);
}

static int exit_status_of(int code)
{
    return code == IPTFS_E_INVALID || code == IPTFS_E_IO ? 2 : 1;
}

/* Runs a point, in a process of its own; its exit status. */
static int run_point(const struct batch *batch, size_t index)
{
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    struct iptfs_text id;
    json_t *summary = NULL;
    int code = iptfs_sweep_scenario(&batch->sweep, index, &scenario, &error);
    if (code == 0) {
        code = iptfs_sweep_id(&scenario, &id, &error);
        if (code == 0)
            code = iptfs_run_summary(&scenario, &summary, &error);
        iptfs_scenario_free(&scenario);
    }
    if (code != 0) {
        report(batch, "- %zu %d %s", index, exit_status_of(code),
               error.text[0] != '\0' ? error.text : iptfs_error_name(code));
        return POINT_REPORTED;
    }
    char *path = iptfs_point_path(batch->directory, &id);
    code = path != NULL ? write_point(summary, path, &error) : iptfs_fail_no_memory(&error);
    free(path);
    json_decref(summary);
    if (code == 0)
        report(batch, "+ %zu", index);
    else
        report(batch, "! %s", error.text);
    return code == 0 ? POINT_REPORTED : POINT_CANNOT_WRITE;
}

/* Runs a point in a child process, so that a crash ends this point only. False when no more results
 * can be written. */
static bool fork_point(const struct batch *batch, size_t index)
{
    pid_t parent = getpid(), child = fork();
    if (child < 0) {
        report(batch, "- %zu 1 no process: %s", index, strerror(errno));
        return true;
    }
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(getppid() == parent ? run_point(batch, index) : POINT_CANNOT_WRITE);
    }
    int status = iptfs_process_wait(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == POINT_CANNOT_WRITE)
        return false;
    if (WIFSIGNALED(status))
        report(batch, "- %zu %d killed by signal %d (%s)", index, 128 + WTERMSIG(status),
               WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != POINT_REPORTED)
        report(batch, "- %zu %d the process ended early", index, WEXITSTATUS(status));
    return true;
}

static int refuse_indices(const struct iptfs_sweep *sweep, const char *indices,
                          struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID, "--index: found '%s', allowed: 1 to %zu, as 3,5-9",
                      iptfs_quoted(indices).text, sweep->n_points);
}

/* Runs the points of a list, "3,5-9", until no more results can be written. */
static int run_list(const struct batch *batch, const char *indices, struct iptfs_error *error)
{
    for (const char *rest = indices; rest != NULL;) {
        char *end;
        unsigned long first = strtoul(rest, &end, 10);
        unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        if (first < 1 || last < first || last > batch->sweep.n_points ||
            (*end != ',' && *end != '\0'))
            return refuse_indices(&batch->sweep, indices, error);
        for (unsigned long i = first; i <= last; i++)
            if (!fork_point(batch, i))
                return iptfs_fail(error, IPTFS_E_IO, "%s: results cannot be written",
                                  iptfs_quoted_path(batch->directory).text);
        rest = *end == ',' ? end + 1 : NULL;
    }
    return 0;
}

int iptfs_point_command(const char *path, const char *directory, const char *indices, FILE *out,
                        struct iptfs_error *error)
{
    struct batch batch = {.directory = directory, .out = fileno(out)};
    int code = iptfs_sweep_load(&batch.sweep, path, error);
    if (code != 0)
        return code;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    code = run_list(&batch, indices, error);
    iptfs_sweep_free(&batch.sweep);
    return code;
}
