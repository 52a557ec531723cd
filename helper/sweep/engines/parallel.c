/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine on many cores, and by ssh on many machines: GNU parallel. It ends with this process.
 *
 * GNU parallel expands replacement strings ({}, {#}, and {= =} with Perl code) in the words of its
 * command line, but not in the arguments that it reads. So its command line holds fixed words only;
 * the names of program, file and folder are read, ended by zero octets. */
#include "sweep/engine.h"

#include "files/interrupt.h"
#include "files/process.h"
#include "files/supervisor.h"
#include "files/wall_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ----------------------------------------------------------------------------------- arguments */

/* Few processes cost little to start, but all cores should have work to the end. A login on another
 * machine costs more than a start here. */
static size_t points_in_process(const struct iptfs_engine_work *work)
{
    enum {
        STARTS_HERE = 16,
        STARTS_THERE = 4,
        MOST = 64
    };
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = work->options.jobs > 0 ? (size_t)work->options.jobs
                  : cores > 0            ? (size_t)cores
                                         : 1;
    size_t hosts = work->options.n_sshlogins;
    size_t starts = jobs * (hosts > 0 ? hosts * STARTS_THERE : STARTS_HERE);
    size_t share = work->n_points / starts;
    return share < 1 ? 1 : share > MOST ? MOST : share;
}

/* The words of a process of points; the numbers are places of the arguments that are read. The
 * shell of GNU parallel becomes the process, which then ends with GNU parallel. */
static const char *const point_words[] = {"exec", "{1}",       "point", "{2}",     "--out",
                                          "{3}",  "--sources", "{4}",   "--shard", "{5}"};

/* Writes the arguments of all processes. */
static void write_arguments(const struct iptfs_engine_work *work, FILE *file)
{
    const struct iptfs_point_call *call = &work->call;
    size_t most = points_in_process(work);
    for (size_t i = 0; i < work->n_points; fputc('\0', file)) {
        fprintf(file, "%s%c%s%c%s%c%s%c", call->program, '\0', call->file, '\0', call->directory,
                '\0', call->sources, '\0');
        i = iptfs_engine_write_shard(work, i, most, file);
    }
}

/* --------------------------------------------------------------------------------------- start */

struct pipes {
    int out[2];
    int errors[2];
};

static bool open_pipes(struct pipes *pipes)
{
    if (pipe2(pipes->out, O_CLOEXEC) != 0)
        return false;
    if (pipe2(pipes->errors, O_CLOEXEC) == 0)
        return true;
    close(pipes->out[0]);
    close(pipes->out[1]);
    return false;
}

/* The user's options, profiles and shell of GNU parallel must not change a sweep. Without a HOME it
 * would read what others may have written into /tmp. */
static void set_environment(const struct iptfs_engine_work *work)
{
    const char *home = getenv("HOME");
    if (!iptfs_process_forget("PARALLEL") || setenv("PARALLEL_SHELL", "/bin/sh", 1) != 0)
        _exit(126);
    if ((home == NULL || *home == '\0') && setenv("HOME", work->call.directory, 1) != 0)
        _exit(126);
}

static _Noreturn void exec_parallel(const struct iptfs_engine_work *work)
{
    static const char *const head[] = {"parallel", "--plain", "--will-cite",         "--ungroup",
                                       "-q",       "--null",  "--max-replace-args=5"};
    enum {
        HEAD = sizeof head / sizeof head[0],
        WORDS = sizeof point_words / sizeof point_words[0]
    };
    char jobs[40];
    const struct iptfs_engine_options *options = &work->options;
    const char **argv = calloc(HEAD + WORDS + 2 + 2 * options->n_sshlogins, sizeof *argv);
    size_t n = 0;
    if (argv == NULL)
        _exit(126);
    for (size_t i = 0; i < HEAD; i++)
        argv[n++] = head[i];
    snprintf(jobs, sizeof jobs, "--jobs=%" PRIu64, options->jobs);
    if (options->jobs > 0)
        argv[n++] = jobs;
    for (size_t i = 0; i < options->n_sshlogins; i++) {
        argv[n++] = "--sshlogin";
        argv[n++] = options->sshlogins[i];
    }
    for (size_t i = 0; i < WORDS; i++)
        argv[n++] = point_words[i];
    iptfs_process_exec(argv);
}

/* What the process of GNU parallel is given. */
struct setup {
    const struct iptfs_engine_work *work;
    const struct pipes *pipes;
    int arguments; /* a file that it reads */
};

/* Replaces this process by GNU parallel. */
static void become_parallel(const void *ctx)
{
    const struct setup *setup = ctx;
    if (setup->work->lock >= 0)
        fcntl(setup->work->lock, F_SETFD, 0);
    dup2(setup->arguments, STDIN_FILENO);
    dup2(setup->pipes->out[1], STDOUT_FILENO);
    dup2(setup->pipes->errors[1], STDERR_FILENO);
    set_environment(setup->work);
    exec_parallel(setup->work);
}

/* -------------------------------------------------------------------------------------- follow */

/* An output of GNU parallel and of all its processes, read line by line. */
struct output {
    int fd;
    size_t length;
    char text[4096];
};

/* Lines that were written on standard error. Those of many processes are often the same. */
struct messages {
    char *lines[20];
    size_t n_lines;
    size_t n_more; /* not shown */
};

/* GNU parallel while it runs. */
struct engine {
    const struct iptfs_engine_work *work;
    struct iptfs_supervisor supervisor;
    struct output out, errors;
    struct messages messages;
    bool stopped;
    double stop_s; /* when; of iptfs_wall_s */
};

static void take_message(struct engine *engine, const char *line)
{
    struct messages *messages = &engine->messages;
    size_t i = 0;
    if (engine->stopped || iptfs_interrupt_signal() != 0 || *line == '\0')
        return; /* it writes that it was stopped */
    while (i < messages->n_lines && strcmp(messages->lines[i], line) != 0)
        i++;
    char *copy = i == messages->n_lines && i < sizeof messages->lines / sizeof messages->lines[0]
                     ? strdup(line)
                     : NULL;
    messages->n_more += copy == NULL;
    if (copy == NULL)
        return;
    messages->lines[messages->n_lines++] = copy;
    engine->work->listener(engine->work->ctx, line);
}

static void free_messages(struct messages *messages)
{
    for (size_t i = 0; i < messages->n_lines; i++)
        free(messages->lines[i]);
}

static void stop(struct engine *engine)
{
    if (engine->stopped)
        return;
    iptfs_supervisor_stop(&engine->supervisor);
    engine->stopped = true;
    engine->stop_s = iptfs_wall_s();
}

static void take_line(struct engine *engine, const struct output *output, const char *line)
{
    if (output == &engine->errors)
        take_message(engine, line);
    else if (engine->work->listener(engine->work->ctx, line) == IPTFS_POINTS_STOP)
        stop(engine);
}

/* Takes the complete lines; a line longer than the buffer is taken in parts. */
static void take_lines(struct engine *engine, struct output *output, bool ended)
{
    char *line = output->text, *end;
    output->text[output->length] = '\0';
    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        take_line(engine, output, line);
        line = end + 1;
    }
    output->length -= (size_t)(line - output->text);
    memmove(output->text, line, output->length + 1);
    if (output->length == 0 || (!ended && output->length < sizeof output->text - 1))
        return;
    take_line(engine, output, output->text);
    output->length = 0;
}

static void read_output(struct engine *engine, struct output *output)
{
    ssize_t got =
        read(output->fd, output->text + output->length, sizeof output->text - 1 - output->length);
    if (got < 0 && errno == EINTR)
        return;
    for (ssize_t i = 0; i < got; i++) /* a zero octet would end the text */
        if (output->text[output->length + (size_t)i] == '\0')
            output->text[output->length + (size_t)i] = '?';
    output->length += got > 0 ? (size_t)got : 0;
    take_lines(engine, output, got <= 0);
    if (got > 0)
        return;
    close(output->fd);
    output->fd = -1;
}

/* Reads what is there, waiting at most `wait_ms` for it; false when there is nothing. */
static bool read_outputs(struct engine *engine, int wait_ms)
{
    struct pollfd fds[] = {{.fd = engine->out.fd, .events = POLLIN},
                           {.fd = engine->errors.fd, .events = POLLIN}};
    int ready = poll(fds, 2, wait_ms);
    if (ready > 0 && fds[0].revents != 0)
        read_output(engine, &engine->out);
    if (ready > 0 && fds[1].revents != 0)
        read_output(engine, &engine->errors);
    return ready > 0;
}

/* Reads what the processes write until the last of them has ended. A shared connection of ssh may
 * hold standard error open longer. */
static void follow(struct engine *engine)
{
    enum {
        TICK_MS = 100
    };
    const double give_up_s = 10.0; /* after a stop */
    while (engine->out.fd >= 0 &&
           (!engine->stopped || iptfs_wall_s() < engine->stop_s + give_up_s)) {
        read_outputs(engine, TICK_MS);
        if (iptfs_interrupt_signal() != 0)
            stop(engine);
    }
    while (engine->errors.fd >= 0 && read_outputs(engine, 0))
        ;
    if (engine->out.fd >= 0)
        close(engine->out.fd);
    if (engine->errors.fd >= 0)
        close(engine->errors.fd);
}

/* How GNU parallel ended. Its exit status counts processes that failed, which have said why. */
static int check_end(struct engine *engine, int status, struct iptfs_error *error)
{
    const struct iptfs_engine_work *work = engine->work;
    char line[160];
    if (iptfs_interrupt_signal() != 0)
        return iptfs_fail(error, IPTFS_E_INTERRUPTED, "%s", "");
    if (status == IPTFS_PROCESS_NOT_STARTED)
        return iptfs_fail(error, IPTFS_E_IO,
                          "GNU parallel cannot be started: is the package 'parallel' installed?");
    if (engine->messages.n_more > 0) {
        snprintf(line, sizeof line, "(and %zu more lines like these)", engine->messages.n_more);
        work->listener(work->ctx, line);
    }
    if (status > 128 && status < 255 && !engine->stopped) {
        snprintf(line, sizeof line, "GNU parallel was killed by signal %d (%s)", status - 128,
                 strsignal(status - 128));
        work->listener(work->ctx, line);
    }
    return 0;
}

/* --------------------------------------------------------------------------------------- run */

static int follow_to_end(struct engine *engine, struct iptfs_error *error)
{
    follow(engine);
    int code = check_end(engine, iptfs_supervisor_wait(&engine->supervisor), error);
    free_messages(&engine->messages);
    return code;
}

static int start(const struct iptfs_engine_work *work, FILE *arguments, struct iptfs_error *error)
{
    struct pipes pipes;
    if (!open_pipes(&pipes))
        return iptfs_fail(error, IPTFS_E_IO, "no pipe for GNU parallel: %s", strerror(errno));
    const int ends[] = {pipes.out[0], pipes.out[1], pipes.errors[0], pipes.errors[1]};
    const struct setup setup = {work, &pipes, fileno(arguments)};
    const struct iptfs_supervision supervision = {become_parallel, &setup, ends, 4};
    struct engine engine = {
        .work = work, .out = {.fd = pipes.out[0]}, .errors = {.fd = pipes.errors[0]}};
    bool started = iptfs_supervisor_start(&engine.supervisor, &supervision);
    int failure = errno;
    close(pipes.out[1]);
    close(pipes.errors[1]);
    if (started)
        return follow_to_end(&engine, error);
    close(pipes.out[0]);
    close(pipes.errors[0]);
    return iptfs_fail(error, IPTFS_E_IO, "no process for GNU parallel: %s", strerror(failure));
}

static int run(const struct iptfs_engine_work *work, struct iptfs_error *error)
{
    FILE *arguments = tmpfile();
    int code = 0;
    if (arguments != NULL)
        write_arguments(work, arguments);
    if (arguments == NULL || fflush(arguments) != 0 || ferror(arguments))
        code = iptfs_fail(error, IPTFS_E_IO, "the list of points cannot be written: %s",
                          strerror(errno));
    if (code == 0) {
        rewind(arguments);
        code = start(work, arguments, error);
    }
    if (arguments != NULL)
        fclose(arguments);
    return code;
}

const struct iptfs_sweep_engine iptfs_engine_parallel = {
    .name = "parallel",
    .meaning = "GNU parallel, on the cores of this machine and of others by ssh",
    .uses = IPTFS_ENGINE_SSHLOGIN,
    .run = run,
};
