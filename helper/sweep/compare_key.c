/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/compare_key.h"

#include "sweep/cases.h"
#include "sweep/key.h"
#include "sweep/piece.h"
#include "text/suggest.h"

#include <stdio.h>
#include <string.h>

/* A line while it is read. */
struct compare {
    struct iptfs_sweep_reader *reader;
    unsigned line;
    char column[128]; /* "case" or "section.key"; "" while it is not known */
    bool keyed;       /* the line has "KEY:" before its values */
    size_t axis;
    const struct iptfs_sweep_track *track;
};

static int refuse(const struct compare *compare, const char *found, const char *allowed)
{
    return iptfs_sweep_refuse(compare->reader, compare->line, "compare", found, allowed);
}

static const char form[] = "case.A, case.B or KEY: VALUE, VALUE, of lines in this section";

/* The name of a case, or the value of a line. */
static const char *label_of(const struct iptfs_sweep_track *track, size_t step,
                            char buffer[IPTFS_SWEEP_VALUE_MAX])
{
    return iptfs_sweep_has_cases(track) ? track->cases[step].name
                                        : iptfs_sweep_value(track, step, buffer);
}

/* Whether two values are the same, however they are written: 1% and 0.01. */
static bool is_same(const struct iptfs_sweep_track *track, const char *a, const char *b)
{
    double x, y;
    const char *unit;
    if (strcmp(a, b) == 0)
        return true;
    return !iptfs_sweep_has_cases(track) && iptfs_sweep_number(track->key, a, &x, &unit) &&
           iptfs_sweep_number(track->key, b, &y, &unit) && x == y;
}

static int refuse_unknown(const struct compare *compare, const char *found)
{
    const struct iptfs_sweep_track *track = compare->track;
    char near[IPTFS_SWEEP_VALUE_MAX] = "", allowed[300] = "", buffer[IPTFS_SWEEP_VALUE_MAX];
    struct iptfs_suggest nearest = {.found = found};
    size_t least = SIZE_MAX, length = 0;
    for (size_t i = 0; i < track->count && i < 1000; i++) {
        const char *label = label_of(track, i, buffer);
        size_t distance = iptfs_word_distance(found, label);
        if (length < 160)
            length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%.40s",
                                       i > 0 ? ", " : "", label);
        if (distance < least)
            snprintf(near, sizeof near, "%s", label);
        least = distance < least ? distance : least;
    }
    iptfs_suggest_offer(&nearest, near);
    snprintf(allowed + length, sizeof allowed - length, "%s", iptfs_suggest_hint(&nearest).text);
    return refuse(compare, found, allowed);
}

/* Finds the line or the cases that a column names. */
static int find_track(struct compare *compare)
{
    struct iptfs_sweep *sweep = compare->reader->sweep;
    if (strcmp(compare->column, IPTFS_SWEEP_SEED) == 0 ||
        strcmp(compare->column, IPTFS_SWEEP_SEED_KEY) == 0)
        return refuse(compare, compare->column, "cases or values whose seeds are the same");
    if (!iptfs_sweep_find_column(sweep, compare->column, &compare->axis)) {
        struct iptfs_suggest nearest = {.found = compare->column};
        char allowed[200];
        for (size_t i = 0; i < sweep->n_axes; i++)
            for (size_t j = 0; j < sweep->axes[i].n_tracks; j++)
                iptfs_suggest_offer(&nearest, sweep->axes[i].tracks[j].column);
        snprintf(allowed, sizeof allowed, "%s%s", form, iptfs_suggest_hint(&nearest).text);
        return refuse(compare, compare->column, allowed);
    }
    const struct iptfs_sweep_axis *axis = &sweep->axes[compare->axis];
    for (size_t i = 0; i < axis->n_tracks; i++) {
        if (strcmp(axis->tracks[i].column, compare->column) == 0)
            compare->track = &axis->tracks[i];
        if (strcmp(axis->tracks[i].column, IPTFS_SWEEP_SEED) == 0)
            return refuse(compare, "values that move with the seed",
                          "cases or values whose seeds are the same");
    }
    return 0;
}

/* Cases with seeds of their own have no random numbers in common. */
static int check_seeds(const struct compare *compare, size_t step)
{
    if (!iptfs_sweep_has_cases(compare->track))
        return 0;
    const struct iptfs_sweep_case *one = &compare->track->cases[step];
    for (size_t i = 0; i < one->n_sets; i++)
        if (strcmp(one->sets[i].key, IPTFS_SWEEP_SEED_KEY) == 0)
            return refuse(compare, one->name, "cases that set no seed");
    return 0;
}

/* Finds a case or value by its name. */
static int find_step(struct compare *compare, const char *label, size_t *step)
{
    char buffer[IPTFS_SWEEP_VALUE_MAX];
    for (*step = 0; *step < compare->track->count; ++*step)
        if (is_same(compare->track, label_of(compare->track, *step, buffer), label))
            return check_seeds(compare, *step);
    return refuse_unknown(compare, label);
}

/* Takes "case.NAME", "KEY=VALUE", what stands behind "KEY:", or the name of a case alone. */
static int take_piece(struct compare *compare, const char *text, size_t *step)
{
    char column[sizeof compare->column] = "case";
    const char *label = text, *equals = strchr(text, '=');
    if (strncmp(text, IPTFS_SWEEP_CASE_PREFIX, strlen(IPTFS_SWEEP_CASE_PREFIX)) == 0) {
        label = text + strlen(IPTFS_SWEEP_CASE_PREFIX);
    } else if (equals != NULL && !compare->keyed) {
        struct iptfs_piece key = iptfs_piece_trim(text, equals);
        snprintf(column, sizeof column, "%.*s", (int)key.length, key.begin);
        label = equals + 1 + strspn(equals + 1, " \t");
    } else if (compare->column[0] != '\0') {
        snprintf(column, sizeof column, "%s", compare->column);
    } else if (!iptfs_sweep_find_column(compare->reader->sweep, "case", &compare->axis)) {
        return refuse(compare, text, form);
    }
    if (*label == '\0')
        return refuse(compare, text, form);
    if (compare->column[0] != '\0' && strcmp(column, compare->column) != 0)
        return refuse(compare, text, "two values of the same line, or two cases");
    strcpy(compare->column, column);
    int code = compare->track == NULL ? find_track(compare) : 0;
    return code != 0 ? code : find_step(compare, label, step);
}

/* Takes "KEY:" before the values; returns what follows it. */
static const char *take_key(struct compare *compare, const char *value)
{
    size_t length = strcspn(value, ":=,|");
    if (value[length] != ':' ||
        strncmp(value, IPTFS_SWEEP_CASE_PREFIX, strlen(IPTFS_SWEEP_CASE_PREFIX)) == 0)
        return value;
    struct iptfs_piece key = iptfs_piece_trim(value, value + length);
    snprintf(compare->column, sizeof compare->column, "%.*s", (int)key.length, key.begin);
    compare->keyed = true;
    return value + length + 1;
}

static int add(struct compare *compare, const size_t steps[2])
{
    struct iptfs_sweep *sweep = compare->reader->sweep;
    struct iptfs_sweep_comparison *all = iptfs_arena_grow(
        &sweep->arena, sweep->comparisons, sweep->n_comparisons, sizeof *sweep->comparisons);
    if (all == NULL)
        return iptfs_sweep_no_memory(compare->reader);
    sweep->comparisons = all;
    all[sweep->n_comparisons++] = (struct iptfs_sweep_comparison){
        compare->line, compare->axis, compare->track, {steps[0], steps[1]}};
    return 0;
}

int iptfs_sweep_read_compare(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                             const char *value)
{
    struct compare compare = {.reader = reader, .line = line};
    struct iptfs_piece piece;
    size_t steps[2] = {0, 0}, count = 0;
    const char *rest = take_key(&compare, value);
    char separator = strchr(rest, '|') != NULL ? '|' : ',';
    int code = 0;
    (void)key;
    for (; code == 0 && iptfs_piece_next(&rest, separator, &piece); count++) {
        char text[256];
        snprintf(text, sizeof text, "%.*s", (int)piece.length, piece.begin);
        if (count == 2)
            return refuse(&compare, value,
                          "two cases or values; compare others in a line of their "
                          "own");
        code = take_piece(&compare, text, &steps[count]);
    }
    if (code == 0 && count != 2)
        return refuse(&compare, value, form);
    if (code == 0 && steps[0] == steps[1])
        return refuse(&compare, value, "two that differ");
    return code != 0 ? code : add(&compare, steps);
}
