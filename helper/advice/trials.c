/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "advice/trials.h"

#include "advice/attack.h"
#include "files/ini.h"
#include "files/textfile.h"
#include "option/time_or_word.h"
#include "sweep/axes.h"
#include "sweep/grid.h"
#include "sweep/key.h"
#include "sweep/point_file.h"
#include "text/text_stream.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS_KEY "scenario.class"

/* ----------------------------------------------------------------------------- the sweep's text */

static const struct iptfs_sweep_axis *axis_of(const struct iptfs_sweep *sweep, const char *column)
{
    size_t axis;
    return iptfs_sweep_find_column(sweep, column, &axis) ? &sweep->axes[axis] : NULL;
}

static int refuse(const struct iptfs_sweep *sweep, const char *key, const char *found,
                  const char *allowed, struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_INVALID, "%s: %s: found %s, allowed: %s",
                      iptfs_quoted_path(sweep->path).text, key, found, allowed);
}

static int check_extendable(const struct iptfs_sweep *sweep, const struct iptfs_scenario *scenario,
                            struct iptfs_error *error)
{
    if (*scenario->classes == '\0')
        return refuse(sweep, "[scenario] classes", "nothing",
                      "2 names of [traffic.NAME] sections or more, as 'call, web'", error);
    if (axis_of(sweep, CLASS_KEY) != NULL || *scenario->class != '\0')
        return refuse(sweep, "[scenario] class", "a value", "none, attack sets it", error);
    return IPTFS_OK;
}

/* The last line of the section [sweep]. */
struct last_line {
    bool inside;
    unsigned number;
};

static int enter_section(void *ctx, unsigned line, const char *name)
{
    struct last_line *last = ctx;
    last->inside = strcmp(name, "sweep") == 0;
    if (last->inside)
        last->number = line;
    return 0;
}

static int pass_value(void *ctx, unsigned line, const char *key, const char *value)
{
    struct last_line *last = ctx;
    (void)key;
    (void)value;
    if (last->inside)
        last->number = line;
    return 0;
}

/* Behind the last line of [sweep], so that messages name the lines of the user's file. */
static void write_extended(const struct iptfs_sweep *sweep, const struct iptfs_classes *classes,
                           size_t captures, FILE *out)
{
    static const struct iptfs_ini_events events = {enter_section, pass_value};
    struct last_line last = {false, 0};
    const char *rest = sweep->text;
    iptfs_ini_parse(sweep->text, sweep->path, &events, &last, NULL);
    for (unsigned line = 0; line < last.number && *rest != '\0'; line++)
        rest += strcspn(rest, "\n") + (strchr(rest, '\n') != NULL);
    fwrite(sweep->text, 1, (size_t)(rest - sweep->text), out);
    if (rest > sweep->text && rest[-1] != '\n')
        fputc('\n', out);
    fprintf(out, CLASS_KEY " = ");
    for (size_t i = 0; i < classes->count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", classes->names[i]);
    fputc('\n', out);
    if (axis_of(sweep, IPTFS_SWEEP_SEED) == NULL && captures > 0)
        fprintf(out, "seed = 1 .. %zu\n", captures);
    fputs(rest, out);
}

static char *extended(const struct iptfs_sweep *sweep, const struct iptfs_scenario *scenario)
{
    struct iptfs_text_stream stream;
    struct iptfs_classes classes;
    FILE *out = iptfs_text_stream_open(&stream);
    if (out == NULL)
        return NULL;
    int code = iptfs_classes_init(&classes, scenario->classes);
    write_extended(sweep, &classes, scenario->captures, out);
    iptfs_classes_free(&classes);
    char *text = iptfs_text_stream_close(&stream);
    if (code == IPTFS_OK)
        return text;
    free(text);
    return NULL;
}

int iptfs_trials_extend(const struct iptfs_sweep *sweep, char **text, struct iptfs_error *error)
{
    struct iptfs_scenario scenario;
    int code = iptfs_sweep_scenario(sweep, 1, &scenario, error);
    if (code != IPTFS_OK)
        return code;
    code = check_extendable(sweep, &scenario, error);
    if (code == IPTFS_OK && (*text = extended(sweep, &scenario)) == NULL)
        code = iptfs_fail_no_memory(error);
    iptfs_scenario_free(&scenario);
    return code;
}

/* --------------------------------------------------------------------------------------- trials */

static int find_runs(struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                     struct iptfs_error *error)
{
    const struct iptfs_sweep_axis *seeds = axis_of(sweep, IPTFS_SWEEP_SEED);
    trials->runs = seeds != NULL ? seeds->n_steps : 1;
    trials->tunnels = sweep->n_points / trials->runs / trials->classes.count;
    if (seeds != NULL && seeds->n_tracks > 1)
        return refuse(sweep, "[sweep] zip", IPTFS_SWEEP_SEED,
                      "seeds that are combined with all tunnels", error);
    if (sweep->until.line != 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s:%u: [sweep] until: found in an attack, allowed: in a sweep; the runs "
                          "of an attack are those of seed",
                          iptfs_quoted_path(sweep->path).text, sweep->until.line);
    if (trials->runs >= IPTFS_ATTACK_RUNS_MIN)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: [sweep] seed: found %zu of them, allowed: %d or more, as 'seed = 1 .. "
                      "30', the runs (or captures) of each class",
                      iptfs_quoted_path(sweep->path).text, trials->runs, IPTFS_ATTACK_RUNS_MIN);
}

/* A cut that depends on the traffic would show its class. */
static int check_warm_up(const struct iptfs_sweep *sweep, const struct iptfs_scenario *scenario,
                         struct iptfs_error *error)
{
    if (scenario->warm_up_ps != IPTFS_TIME_BY_WORD)
        return IPTFS_OK;
    return refuse(sweep, "[scenario] warm-up", "'auto'", "with attack a time", error);
}

static int check_tunnels(const struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                         struct iptfs_error *error)
{
    int code = IPTFS_OK;
    for (size_t i = 0; i < trials->tunnels && code == IPTFS_OK; i++) {
        struct iptfs_scenario scenario;
        code = iptfs_sweep_scenario(sweep, iptfs_trial_point(trials, i, 0, 0), &scenario, error);
        if (code != IPTFS_OK)
            return code;
        code = check_warm_up(sweep, &scenario, error);
        iptfs_scenario_free(&scenario);
    }
    return code;
}

int iptfs_trials_init(struct iptfs_trials *trials, const struct iptfs_sweep *sweep,
                      struct iptfs_error *error)
{
    struct iptfs_scenario scenario;
    *trials = (struct iptfs_trials){.runs = 0};
    int code = iptfs_sweep_scenario(sweep, 1, &scenario, error);
    if (code != IPTFS_OK)
        return code;
    code = iptfs_classes_init(&trials->classes, scenario.classes);
    iptfs_scenario_free(&scenario);
    if (code != IPTFS_OK)
        return iptfs_fail_no_memory(error);
    code = find_runs(trials, sweep, error);
    return code == IPTFS_OK ? check_tunnels(trials, sweep, error) : code;
}

void iptfs_trials_free(struct iptfs_trials *trials)
{
    iptfs_classes_free(&trials->classes);
}

bool iptfs_trials_column(const char *column)
{
    return strcmp(column, CLASS_KEY) == 0 || strcmp(column, IPTFS_SWEEP_SEED) == 0;
}

bool iptfs_trials_set(const char *text)
{
    static const char class[] = CLASS_KEY "=", seed[] = IPTFS_SWEEP_SEED_KEY "=";
    return strncmp(text, class, strlen(class)) == 0 || strncmp(text, seed, strlen(seed)) == 0;
}

size_t iptfs_trial_point(const struct iptfs_trials *trials, size_t tunnel, size_t class, size_t run)
{
    return (tunnel * trials->classes.count + class) * trials->runs + run + 1;
}

bool iptfs_trials_done(const struct iptfs_trials *trials, size_t tunnel,
                       const struct iptfs_sweep_outcomes *outcomes)
{
    size_t first = iptfs_trial_point(trials, tunnel, 0, 0) - 1;
    for (size_t i = 0; i < trials->runs * trials->classes.count; i++)
        if (!outcomes->points[first + i].done)
            return false;
    return true;
}

/* -------------------------------------------------------------------------------------- results */

/* A value "a.b.c" of a summary; NaN when it is not there. */
static double value_of(const json_t *summary, const char *a, const char *b, const char *c)
{
    const json_t *value = json_object_get(json_object_get(summary, a), b);
    if (c != NULL)
        value = json_object_get(value, c);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static double octets_of(const json_t *summary, const char *a, const char *b)
{
    double forward = value_of(summary, a, b, "octets");
    double reverse = value_of(json_object_get(summary, "reverse"), a, b, "octets");
    return (isnan(forward) ? 0 : forward) + (isnan(reverse) ? 0 : reverse);
}

static bool take(struct iptfs_trial *trial, const json_t *summary)
{
    const json_t *features = json_object_get(summary, "observed");
    for (size_t i = 0; i < IPTFS_FEATURES; i++)
        trial->features[i] = json_number_value(json_array_get(features, i));
    trial->outer_octets = octets_of(summary, "outer", "sent");
    trial->offered_octets = octets_of(summary, "inner", "offered");
    trial->inner_octets = octets_of(summary, "inner", "delivered");
    trial->delay_s = value_of(summary, "delay_s", "mean", NULL);
    trial->duration_s = json_number_value(json_object_get(summary, "simulated_s")) -
                        json_number_value(json_object_get(summary, "warm_up_s"));
    return json_array_size(features) == IPTFS_FEATURES;
}

int iptfs_trial_read(struct iptfs_trial *trial, const char *directory,
                     const struct iptfs_sweep_outcome *outcome, struct iptfs_error *error)
{
    json_t *summary;
    int code = iptfs_point_file_load(directory, &outcome->id, &summary, error);
    if (code == IPTFS_OK && !take(trial, summary))
        code = iptfs_fail(error, IPTFS_E_IO, "%s/points/%s.json: holds no features of an attack",
                          iptfs_quoted_path(directory).text, outcome->id.text);
    json_decref(summary);
    return code;
}
