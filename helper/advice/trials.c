/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/trials.h"

#include "files/interrupt.h"
#include "files/process.h"
#include "run/run.h"
#include "summary/measures.h"
#include "summary/summary.h"
#include "sweep/grid.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct iptfs_trial *iptfs_trial_at(const struct iptfs_trials *trials, size_t point, size_t class)
{
    return &trials->all[point * trials->n_classes + class];
}

static size_t count_of(const struct iptfs_trials *trials)
{
    return trials->n_points * trials->n_classes;
}

static size_t octets_of(const struct iptfs_trials *trials)
{
    return count_of(trials) * sizeof *trials->all;
}

void iptfs_trials_free(struct iptfs_trials *trials)
{
    if (trials->all != NULL)
        munmap(trials->all, octets_of(trials));
    *trials = (struct iptfs_trials){.n_points = 0};
}

/* ----------------------------------------------------------------------------------- one trial */

static void sent_forward(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    iptfs_seen_add(ctx, now_ps, outer->ip_octets, false);
}

static void sent_reverse(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    iptfs_seen_add(ctx, now_ps, outer->ip_octets, true);
}

/* A value "a.b.c" of a summary; NaN when it is not there. */
static double value_of(const json_t *summary, const char *a, const char *b, const char *c)
{
    const json_t *value = json_object_get(json_object_get(summary, a), b);
    if (c != NULL)
        value = json_object_get(value, c);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static void take_costs(struct iptfs_trial *trial, const json_t *summary, int64_t duration_ps)
{
    const json_t *reverse = json_object_get(summary, "reverse");
    trial->outer_octets = or_zero(value_of(summary, "outer", "sent", "octets")) +
                          or_zero(value_of(reverse, "outer", "sent", "octets"));
    trial->inner_octets = or_zero(value_of(summary, "inner", "delivered", "octets")) +
                          or_zero(value_of(reverse, "inner", "delivered", "octets"));
    trial->delay_s = value_of(summary, "delay_s", "mean", NULL);
    trial->duration_s = (double)duration_ps / 1e12;
}

/* The attacker sees what is measured: nothing of the warm-up. */
static int finish_trial(struct iptfs_run *run, struct iptfs_seen_packets *seen,
                        struct iptfs_trial *trial, struct iptfs_error *error)
{
    struct iptfs_summary_view view = iptfs_run_view(run, run->end_ps);
    int64_t measured_ps = iptfs_summary_measured_ps(&view);
    json_t *summary = iptfs_summary_json(&view);
    iptfs_seen_from(seen, view.start_ps);
    if (summary == NULL || seen->failed ||
        iptfs_features(seen, measured_ps, trial->features) != IPTFS_OK) {
        json_decref(summary);
        return iptfs_fail_no_memory(error);
    }
    take_costs(trial, summary, measured_ps);
    json_decref(summary);
    return IPTFS_OK;
}

static int run_trial(const struct iptfs_scenario *scenario, uint64_t number,
                     struct iptfs_trial *trial, struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and ns-3 allows one at a time */
    struct iptfs_seen_packets seen = {.count = 0};
    struct iptfs_observer observers[IPTFS_DIRECTIONS] = {
        [IPTFS_FORWARD] = {.sent = sent_forward, .ctx = &seen},
        [IPTFS_REVERSE] = {.sent = sent_reverse, .ctx = &seen},
    };
    int code = iptfs_run_init(&run, scenario, scenario->seed, number, error);
    for (int i = 0; i < IPTFS_DIRECTIONS && code == IPTFS_OK; i++)
        if (run.direction[i].used)
            iptfs_tunnel_observe(&run.direction[i].tunnel, &observers[i]);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&run, scenario->duration_ps, error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, error);
    if (code == IPTFS_OK)
        code = finish_trial(&run, &seen, trial, error);
    iptfs_run_free(&run);
    iptfs_seen_free(&seen);
    return code;
}

/* ---------------------------------------------------------------------------------- processes */

static void run_class(const struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                      const struct iptfs_classes *classes, size_t point, size_t class)
{
    struct iptfs_trial *trial = iptfs_trial_at(trials, point, class);
    struct iptfs_error error = {0};
    struct iptfs_scenario scenario;
    int code = iptfs_sweep_scenario(sweep, point + 1, &scenario, &error);
    if (code == IPTFS_OK) {
        iptfs_classes_keep(classes, class, &scenario);
        code = run_trial(&scenario, class, trial, &error);
        iptfs_scenario_free(&scenario);
    }
    trial->code = code;
    snprintf(trial->text, sizeof trial->text, "%s",
             error.text[0] != '\0' ? error.text : iptfs_error_name(code));
    trial->done = true;
}

static pid_t start_process(const struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                           const struct iptfs_classes *classes, size_t first, size_t jobs)
{
    pid_t parent = getpid(), child = fork();
    if (child != 0)
        return child;
    iptfs_process_end_with(parent, SIGKILL);
    for (size_t i = first; i < count_of(trials) && iptfs_interrupt_signal() == 0; i += jobs)
        run_class(trials, sweep, classes, i / trials->n_classes, i % trials->n_classes);
    _exit(0);
}

static int check_trials(const struct iptfs_trials *trials, struct iptfs_error *error)
{
    for (size_t i = 0; i < count_of(trials); i++) {
        const struct iptfs_trial *trial = &trials->all[i];
        if (!trial->done)
            return iptfs_fail(error, IPTFS_E_ENGINE, "the process of a run ended early");
        if (trial->code != IPTFS_OK)
            return iptfs_fail(error, trial->code, "%s", trial->text);
    }
    return IPTFS_OK;
}

static int prepare(struct iptfs_trials *trials, struct iptfs_error *error)
{
    void *memory =
        mmap(NULL, octets_of(trials), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    trials->all = memory != MAP_FAILED ? memory : NULL;
    if (trials->all == NULL)
        return iptfs_fail_no_memory(error);
    return IPTFS_OK;
}

static size_t count_done(const struct iptfs_trials *trials)
{
    size_t done = 0;
    for (size_t i = 0; i < count_of(trials); i++)
        done += trials->all[i].done;
    return done;
}

/* Waits for all processes, or ends them when a signal asks for it. */
static void wait_for(const struct iptfs_trials *trials, pid_t *children, size_t count,
                     const struct iptfs_progress *progress)
{
    const struct timespec pause = {.tv_nsec = 50000000};
    for (size_t i = 0; i < count;) {
        iptfs_progress_update(progress, (double)count_done(trials), (double)count_of(trials),
                              "runs");
        if (iptfs_interrupt_signal() != 0)
            kill(children[i], SIGKILL);
        pid_t ended = waitpid(children[i], NULL, WNOHANG);
        if (ended == children[i] || (ended < 0 && errno == ECHILD))
            i++;
        else
            nanosleep(&pause, NULL);
    }
    iptfs_progress_end(progress);
}

int iptfs_trials_run(struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                     const struct iptfs_classes *classes, size_t jobs,
                     const struct iptfs_progress *progress, struct iptfs_error *error)
{
    *trials = (struct iptfs_trials){.n_points = sweep->n_points, .n_classes = classes->count};
    pid_t *children = calloc(jobs, sizeof *children);
    int code = children != NULL ? prepare(trials, error) : iptfs_fail_no_memory(error);
    size_t started = 0;
    while (started < jobs && code == IPTFS_OK) {
        children[started] = start_process(trials, sweep, classes, started, jobs);
        if (children[started] < 0)
            code = iptfs_fail(error, IPTFS_E_ENGINE, "no process: %s", strerror(errno));
        else
            started++;
    }
    wait_for(trials, children, started, progress);
    free(children);
    if (code == IPTFS_OK && iptfs_interrupt_signal() != 0)
        return iptfs_fail(error, IPTFS_E_INTERRUPTED,
                          "interrupted: %zu of %zu runs were done; nothing is written",
                          count_done(trials), count_of(trials));
    return code == IPTFS_OK ? check_trials(trials, error) : code;
}
