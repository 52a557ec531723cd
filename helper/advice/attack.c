/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/attack.h"

#include "advice/attack_results.h"
#include "advice/trials.h"
#include "files/interrupt.h"
#include "files/outfile.h"
#include "files/textfile.h"
#include "sweep/grid.h"
#include "text/json_build.h"
#include "text/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct attack {
    const struct iptfs_attack_request *request;
    struct iptfs_sweep sweep;
    struct iptfs_classes classes;
    struct iptfs_trials trials;
    char *directory;
    size_t runs; /* of each class: points with the same values but the seed */
    json_t *rows;
};

/* ------------------------------------------------------------------------------------ checking */

/* Seeds span the grid fastest: the points of one tunnel follow each other. */
static int find_runs(struct attack *attack, struct iptfs_error *error)
{
    const struct iptfs_sweep *sweep = &attack->sweep;
    attack->runs = 1;
    for (size_t i = 0; i < sweep->n_axes; i++)
        if (strcmp(sweep->axes[i].tracks[0].column, "seed") == 0)
            attack->runs = sweep->axes[i].n_steps;
    if (attack->runs >= IPTFS_ATTACK_RUNS_MIN)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: [sweep] seed: found %zu of them, allowed: %d or more, such as "
                      "'seed = 1 .. 30', the runs of each class",
                      iptfs_quoted_path(sweep->path).text, attack->runs, IPTFS_ATTACK_RUNS_MIN);
}

/* All scenarios are read before any runs; the classes are those of the first. */
static int check_points(struct attack *attack, struct iptfs_error *error)
{
    int code = find_runs(attack, error);
    for (size_t i = 1; i <= attack->sweep.n_points && code == IPTFS_OK; i++) {
        struct iptfs_scenario scenario;
        code = iptfs_sweep_scenario(&attack->sweep, i, &scenario, error);
        if (code != IPTFS_OK)
            return code;
        if (i == 1) {
            code = iptfs_classes_init(&attack->classes, &scenario, error);
            attack->directory = attack->request->out_dir != NULL
                                    ? strdup(attack->request->out_dir)
                                    : iptfs_path_join("out", scenario.name);
            if (attack->directory == NULL)
                code = iptfs_fail_no_memory(error);
        }
        iptfs_scenario_free(&scenario);
    }
    return code;
}

/* --------------------------------------------------------------------------------- classifying */

struct costs {
    double outer_octets, inner_octets, seconds;
    double delay_s; /* sum of means */
    size_t delays;
};

static struct costs costs_of(const struct attack *attack, size_t tunnel)
{
    struct costs costs = {0};
    for (size_t run = 0; run < attack->runs; run++)
        for (size_t c = 0; c < attack->classes.count; c++) {
            const struct iptfs_trial *trial =
                iptfs_trial_at(&attack->trials, tunnel * attack->runs + run, c);
            costs.outer_octets += trial->outer_octets;
            costs.inner_octets += trial->inner_octets;
            costs.seconds += trial->duration_s;
            if (!isnan(trial->delay_s)) {
                costs.delay_s += trial->delay_s;
                costs.delays++;
            }
        }
    return costs;
}

static int classify(const struct attack *attack, size_t tunnel, struct iptfs_accuracy *svm,
                    struct iptfs_accuracy *nearest)
{
    const size_t count = attack->runs * attack->classes.count;
    double *values = calloc(count * IPTFS_FEATURES, sizeof *values);
    int *classes = calloc(count, sizeof *classes), *groups = calloc(count, sizeof *groups);
    int code = values != NULL && classes != NULL && groups != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
    for (size_t i = 0; i < count && code == IPTFS_OK; i++) {
        size_t run = i / attack->classes.count, class = i % attack->classes.count;
        const struct iptfs_trial *trial =
            iptfs_trial_at(&attack->trials, tunnel * attack->runs + run, class);
        memcpy(values + i * IPTFS_FEATURES, trial->features, sizeof trial->features);
        classes[i] = (int)class;
        groups[i] = (int)run;
    }
    struct iptfs_samples samples = {values, classes,        groups,
                                    count,  IPTFS_FEATURES, IPTFS_ATTACK_FOLDS};
    if (code == IPTFS_OK)
        code = iptfs_classify_svm(&samples, svm);
    if (code == IPTFS_OK)
        code = iptfs_classify_nearest(&samples, nearest);
    free(values);
    free(classes);
    free(groups);
    return code;
}

/* ------------------------------------------------------------------------------------- results */

static void put_number(json_t **row, const char *name, double value)
{
    iptfs_json_put(row, name, isfinite(value) ? json_real(value) : json_null());
}

static json_t *row_of(const struct attack *attack, size_t tunnel, const struct iptfs_accuracy *svm,
                      const struct iptfs_accuracy *nearest)
{
    struct iptfs_sweep_point point;
    struct costs costs = costs_of(attack, tunnel);
    json_t *row = json_pack("{s:I}", "point", (json_int_t)(tunnel + 1));
    iptfs_sweep_point_at(&attack->sweep, tunnel * attack->runs + 1, &point);
    for (size_t i = 0; i < point.n_columns; i++)
        if (strcmp(point.columns[i], "seed") != 0)
            iptfs_json_put(&row, point.columns[i], json_string(point.labels[i]));
    iptfs_json_put(&row, "classes", json_integer((json_int_t)attack->classes.count));
    iptfs_json_put(&row, "runs", json_integer((json_int_t)attack->runs));
    put_number(&row, "chance", 1 / (double)attack->classes.count);
    put_number(&row, "accuracy", svm->part);
    put_number(&row, "accuracy_low", svm->low);
    put_number(&row, "accuracy_high", svm->high);
    put_number(&row, "nearest", nearest->part);
    put_number(&row, "nearest_low", nearest->low);
    put_number(&row, "nearest_high", nearest->high);
    put_number(&row, "overhead", costs.outer_octets / costs.inner_octets);
    put_number(&row, "outer_bps", costs.outer_octets * 8 / costs.seconds);
    put_number(&row, "delay_s", costs.delay_s / (double)costs.delays);
    return row;
}

static int classify_all(struct attack *attack, struct iptfs_error *error)
{
    const size_t tunnels = attack->sweep.n_points / attack->runs;
    attack->rows = json_array();
    for (size_t i = 0; i < tunnels; i++) {
        struct iptfs_accuracy svm, nearest;
        iptfs_progress_update(attack->request->progress, (double)i, (double)tunnels, "tunnels");
        if (iptfs_interrupt_signal() != 0)
            return iptfs_fail(error, IPTFS_E_INTERRUPTED,
                              "interrupted: %zu of %zu tunnels are classified; nothing is written",
                              i, tunnels);
        if (classify(attack, i, &svm, &nearest) != IPTFS_OK)
            return iptfs_fail_no_memory(error);
        iptfs_json_append(&attack->rows, row_of(attack, i, &svm, &nearest));
    }
    iptfs_progress_end(attack->request->progress);
    return attack->rows != NULL ? IPTFS_OK : iptfs_fail_no_memory(error);
}

static double number_of(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void print_table(const struct attack *attack, FILE *out)
{
    size_t i;
    const json_t *row;
    fprintf(out, "Classes              %zu, %zu runs of each; a guess is right in %.3f\n",
            attack->classes.count, attack->runs, 1 / (double)attack->classes.count);
    fprintf(out, "%-40s %-24s %-8s %-10s %s\n", "Tunnel", "recognised (95 %)", "nearest",
            "overhead", "delay");
    json_array_foreach(attack->rows, i, row)
    {
        struct iptfs_sweep_point point;
        iptfs_sweep_point_at(&attack->sweep, i * attack->runs + 1, &point);
        char label[41] = "";
        for (size_t c = 0; c < point.n_columns; c++) {
            size_t length = strlen(label);
            if (strcmp(point.columns[c], "seed") != 0)
                snprintf(label + length, sizeof label - length, "%s%s", length > 0 ? ", " : "",
                         point.labels[c]);
        }
        fprintf(out, "%-40s %.3f (%.3f to %.3f)   %.3f    %-10.3g %.3g ms\n",
                *label != '\0' ? label : "as in the file", number_of(row, "accuracy"),
                number_of(row, "accuracy_low"), number_of(row, "accuracy_high"),
                number_of(row, "nearest"), number_of(row, "overhead"),
                1e3 * number_of(row, "delay_s"));
    }
    fprintf(out, "Written              %s/results.db, %s/results.csv, %s/plots/accuracy.svg\n",
            attack->directory, attack->directory, attack->directory);
}

static int write_copy(const struct attack *attack, struct iptfs_error *error)
{
    struct iptfs_outfile file = {0};
    int code = iptfs_outfile_open_in(&file, attack->directory, "attack.ini", error);
    if (code == IPTFS_OK) {
        fputs(attack->sweep.text, file.file);
        code = iptfs_outfile_commit(&file, error);
    }
    iptfs_outfile_discard(&file);
    return code;
}

static int run_attack(struct attack *attack, FILE *out, struct iptfs_error *error)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs =
        attack->request->jobs != 0 ? attack->request->jobs : (size_t)(cores > 0 ? cores : 1);
    int code = iptfs_trials_run(&attack->trials, &attack->sweep, &attack->classes, jobs,
                                attack->request->progress, error);
    if (code == IPTFS_OK)
        code = classify_all(attack, error);
    if (code == IPTFS_OK)
        code = iptfs_attack_write(attack->directory, attack->rows, error);
    if (code == IPTFS_OK)
        code = write_copy(attack, error);
    if (code == IPTFS_OK)
        code = iptfs_attack_plot(attack->directory, attack->rows, error);
    if (code == IPTFS_OK && !attack->request->quiet)
        print_table(attack, out);
    return code;
}

int iptfs_attack_command(const struct iptfs_attack_request *request, FILE *out,
                         struct iptfs_error *error)
{
    struct attack attack = {.request = request};
    int code = iptfs_sweep_load(&attack.sweep, request->path, error);
    if (code != IPTFS_OK)
        return code;
    iptfs_interrupt_catch();
    code = check_points(&attack, error);
    if (code == IPTFS_OK)
        code = run_attack(&attack, out, error);
    iptfs_trials_free(&attack.trials);
    iptfs_classes_free(&attack.classes);
    json_decref(attack.rows);
    free(attack.directory);
    iptfs_sweep_free(&attack.sweep);
    return code;
}
