/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack.h"

#include "advice/attack_plots.h"
#include "advice/attack_results.h"
#include "advice/attack_table.h"
#include "advice/classifier.h"
#include "advice/trials.h"
#include "files/textfile.h"
#include "sweep/grid.h"
#include "text/json_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct attack {
    const struct iptfs_sweep_request *request;
    FILE *out;
    struct iptfs_trials trials;
    json_t *rows;
};

/* The runs through one tunnel. */
struct tunnel {
    size_t count; /* of samples: classes * runs */
    double *values;
    int *classes;
    int *groups; /* numbers of runs */
    struct iptfs_guesses guesses;
    double outer_octets, offered_octets, inner_octets, duration_s; /* sums */
    double delay_s;
    size_t delays; /* how many runs it is the sum of */
};

static int new_tunnel(struct tunnel *tunnel, size_t count)
{
    *tunnel = (struct tunnel){
        .count = count,
        .values = calloc(count, IPTFS_FEATURES * sizeof *tunnel->values),
        .classes = calloc(count, sizeof(int)),
        .groups = calloc(count, sizeof(int)),
        .guesses = {calloc(count, sizeof(int)), calloc(count, sizeof(int)),
                    calloc(count, sizeof(int))},
    };
    const struct iptfs_guesses *guesses = &tunnel->guesses;
    return tunnel->values != NULL && tunnel->classes != NULL && tunnel->groups != NULL &&
                   guesses->svm != NULL && guesses->nearest != NULL && guesses->better != NULL
               ? IPTFS_OK
               : IPTFS_E_NO_MEMORY;
}

static void free_tunnel(struct tunnel *tunnel)
{
    free(tunnel->values);
    free(tunnel->classes);
    free(tunnel->groups);
    free(tunnel->guesses.svm);
    free(tunnel->guesses.nearest);
    free(tunnel->guesses.better);
}

static void add_trial(struct tunnel *tunnel, size_t sample, const struct iptfs_trial *trial)
{
    memcpy(tunnel->values + sample * IPTFS_FEATURES, trial->features, sizeof trial->features);
    tunnel->outer_octets += trial->outer_octets;
    tunnel->offered_octets += trial->offered_octets;
    tunnel->inner_octets += trial->inner_octets;
    tunnel->duration_s += trial->duration_s;
    if (!isnan(trial->delay_s)) {
        tunnel->delay_s += trial->delay_s;
        tunnel->delays++;
    }
}

static int read_trials(const struct attack *attack, size_t number, struct tunnel *tunnel,
                       const struct iptfs_sweep_outcomes *outcomes, const char *directory,
                       struct iptfs_error *error)
{
    int code = IPTFS_OK;
    for (size_t i = 0; i < tunnel->count && code == IPTFS_OK; i++) {
        struct iptfs_trial trial;
        size_t class = i % attack->trials.classes.count, run = i / attack->trials.classes.count;
        size_t point = iptfs_trial_point(&attack->trials, number, class, run);
        code = iptfs_trial_read(&trial, directory, &outcomes->points[point - 1], error);
        tunnel->classes[i] = (int)class;
        tunnel->groups[i] = (int)run;
        if (code == IPTFS_OK)
            add_trial(tunnel, i, &trial);
    }
    return code;
}

/* ----------------------------------------------------------------------------------------- rows */

/* What cannot be computed is null. */
static void put_number(json_t **row, const char *name, double value)
{
    iptfs_json_put(row, name, isfinite(value) ? json_real(value) : json_null());
}

static void put_accuracy(json_t **row, const char *name, struct iptfs_accuracy accuracy)
{
    char end[32];
    put_number(row, name, accuracy.part);
    snprintf(end, sizeof end, "%s_low", name);
    put_number(row, end, accuracy.low);
    snprintf(end, sizeof end, "%s_high", name);
    put_number(row, end, accuracy.high);
}

static json_t *confusion_of(const struct tunnel *tunnel, size_t n_classes)
{
    json_t *matrix = json_array();
    for (size_t class = 0; class < n_classes; class ++) {
        json_t *line = json_array();
        for (size_t guess = 0; guess < n_classes; guess++) {
            json_int_t runs = 0;
            for (size_t i = 0; i < tunnel->count; i++)
                runs += tunnel->classes[i] == (int)class && tunnel->guesses.better[i] == (int)guess;
            iptfs_json_append(&line, json_integer(runs));
        }
        iptfs_json_append(&matrix, line);
    }
    return matrix;
}

static json_t *sets_of(const struct iptfs_sweep_point *point)
{
    json_t *sets = json_array();
    for (size_t i = 0; i < point->n_sets; i++)
        if (!iptfs_trials_set(point->sets[i].text))
            iptfs_json_append(&sets, json_string(point->sets[i].text));
    return sets;
}

static json_t *row_of(const struct attack *attack, const struct iptfs_sweep *sweep, size_t number,
                      const struct tunnel *tunnel, const struct iptfs_samples *samples)
{
    struct iptfs_sweep_point point;
    const struct iptfs_trials *trials = &attack->trials;
    json_t *row = json_pack("{s:I}", "point", (json_int_t)(number + 1));
    iptfs_sweep_point_at(sweep, iptfs_trial_point(trials, number, 0, 0), &point);
    for (size_t i = 0; i < point.n_columns; i++)
        if (!iptfs_trials_column(point.columns[i]))
            iptfs_json_put(&row, point.columns[i], json_string(point.labels[i]));
    iptfs_json_put(&row, "classes", json_integer((json_int_t)trials->classes.count));
    iptfs_json_put(&row, "runs", json_integer((json_int_t)trials->runs));
    put_number(&row, "chance", 1 / (double)trials->classes.count);
    put_accuracy(&row, "accuracy", iptfs_accuracy_of_guesses(samples, tunnel->guesses.better));
    put_accuracy(&row, "svm", iptfs_accuracy_of_guesses(samples, tunnel->guesses.svm));
    put_accuracy(&row, "nearest", iptfs_accuracy_of_guesses(samples, tunnel->guesses.nearest));
    put_number(&row, "delivered", tunnel->inner_octets / tunnel->offered_octets);
    put_number(&row, "overhead", tunnel->outer_octets / tunnel->inner_octets);
    put_number(&row, "outer_bps", tunnel->outer_octets * 8 / tunnel->duration_s);
    put_number(&row, "delay_s", tunnel->delay_s / (double)tunnel->delays);
    iptfs_json_put(&row, "sets", sets_of(&point));
    iptfs_json_put(&row, "confusion", confusion_of(tunnel, trials->classes.count));
    return row;
}

/* ---------------------------------------------------------------------------------- classifying */

static int classify(struct attack *attack, size_t number,
                    const struct iptfs_sweep_outcomes *outcomes, const char *directory,
                    struct iptfs_error *error)
{
    struct tunnel tunnel;
    const size_t count = attack->trials.runs * attack->trials.classes.count;
    int code = new_tunnel(&tunnel, count);
    if (code != IPTFS_OK)
        iptfs_fail_no_memory(error);
    if (code == IPTFS_OK)
        code = read_trials(attack, number, &tunnel, outcomes, directory, error);
    if (code == IPTFS_OK) {
        const struct iptfs_samples samples = {tunnel.values, tunnel.classes, tunnel.groups,
                                              count,         IPTFS_FEATURES, IPTFS_ATTACK_FOLDS};
        code = iptfs_classify(&samples, &tunnel.guesses);
        if (code == IPTFS_OK)
            iptfs_json_append(&attack->rows,
                              row_of(attack, outcomes->sweep, number, &tunnel, &samples));
        else
            iptfs_fail(error, code, "%s", iptfs_error_name(code));
    }
    free_tunnel(&tunnel);
    return code;
}

static int classify_all(struct attack *attack, const struct iptfs_sweep_outcomes *outcomes,
                        const char *directory, struct iptfs_error *error)
{
    const struct iptfs_progress *progress = attack->request->progress;
    const size_t tunnels = attack->trials.tunnels;
    size_t incomplete = 0;
    int code = IPTFS_OK;
    attack->rows = json_array();
    for (size_t i = 0; i < tunnels && code == IPTFS_OK; i++) {
        iptfs_progress_update(progress, (double)i, (double)tunnels, "tunnels classified");
        if (iptfs_trials_done(&attack->trials, i, outcomes))
            code = classify(attack, i, outcomes, directory, error);
        else
            incomplete++;
    }
    iptfs_progress_end(progress);
    if (incomplete > 0 && code == IPTFS_OK)
        iptfs_progress_message(progress, "%zu of %zu tunnels lack runs and are not classified",
                               incomplete, tunnels);
    return code == IPTFS_OK && attack->rows == NULL ? iptfs_fail_no_memory(error) : code;
}

/* ---------------------------------------------------------------------------------------- hooks */

static int extend(void *context, const struct iptfs_sweep *sweep, char **text,
                  struct iptfs_error *error)
{
    (void)context;
    return iptfs_trials_extend(sweep, text, error);
}

static int check(void *context, const struct iptfs_sweep *sweep, struct iptfs_error *error)
{
    struct attack *attack = context;
    return iptfs_trials_init(&attack->trials, sweep, error);
}

/* Without a complete tunnel there are no columns: older results stay. */
static int collect(void *context, const struct iptfs_sweep_outcomes *outcomes,
                   const char *directory, struct iptfs_error *error)
{
    struct attack *attack = context;
    int code = classify_all(attack, outcomes, directory, error);
    if (code != IPTFS_OK || json_array_size(attack->rows) == 0)
        return code;
    return iptfs_attack_write(directory, attack->rows, &attack->trials.classes, error);
}

static int finish(void *context, const char *directory, struct iptfs_error *error)
{
    const struct attack *attack = context;
    if (json_array_size(attack->rows) == 0)
        return IPTFS_OK;
    if (!attack->request->quiet)
        iptfs_attack_print(attack->rows, &attack->trials.classes, attack->out);
    return iptfs_attack_plot(directory, attack->rows, &attack->trials.classes, error);
}

int iptfs_attack_command(struct iptfs_sweep_request *request, FILE *out, struct iptfs_error *error)
{
    struct attack attack = {.request = request, .out = out};
    request->hooks = (struct iptfs_sweep_hooks){
        .context = &attack, .extend = extend, .check = check, .collect = collect, .finish = finish};
    request->collector = "attack";
    int code = iptfs_sweep_command(request, out, error);
    iptfs_trials_free(&attack.trials);
    json_decref(attack.rows);
    return code;
}
