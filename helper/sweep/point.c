/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/point.h"

#include "files/outfile.h"
#include "files/textfile.h"
#include "run/run.h"
#include "summary/summary.h"
#include "sweep/collect.h"
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

/* What a point's process says of itself by its exit status, when it could say it. */
enum {
    POINT_TOLD = 0,
    POINT_CANNOT_WRITE = 9
};

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
    iptfs_summary_write_json(summary, file.file);
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
    code = path != NULL ? write_point(summary, path, &error)
                        : iptfs_fail(&error, IPTFS_E_NO_MEMORY, "out of memory");
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
