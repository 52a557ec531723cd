/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/sweep.h"

#include "base/units.h"
#include "files/ini.h"
#include "files/textfile.h"
#include "text/suggest.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SEED_KEY "scenario.seed"
#define CASE_PREFIX "case."

/* Most values on one line. */
enum {
    STEPS_MAX = 100000
};

struct iptfs_sweep_note {
    struct iptfs_sweep_note *next;
    alignas(max_align_t) char memory[];
};

/* What is being filled while a file is read. */
struct reading {
    struct iptfs_sweep *sweep;
    struct iptfs_error *error;
    bool inside;   /* in [sweep] */
    unsigned line; /* of [sweep]; 0: not yet */
    size_t cases;  /* index of the axis of cases + 1; 0: none */
};

/* ------------------------------------------------------------------------------------- memory */

/* Memory that lives as long as the sweep; NULL when there is none. */
static void *keep(struct iptfs_sweep *sweep, size_t size)
{
    struct iptfs_sweep_note *note = calloc(1, sizeof *note + size);
    if (note == NULL)
        return NULL;
    note->next = sweep->notes;
    sweep->notes = note;
    return note->memory;
}

static char *keep_text(struct iptfs_sweep *sweep, const char *text, size_t length)
{
    char *copy = keep(sweep, length + 1);
    return copy != NULL ? memcpy(copy, text, length) : NULL;
}

static char *keep_format(struct iptfs_sweep *sweep, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static char *keep_format(struct iptfs_sweep *sweep, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return keep_text(sweep, text, strlen(text));
}

/* An array with room for one more behind its `count`; the same one while there is room. */
static void *room_for_one(struct iptfs_sweep *sweep, const void *array, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return (void *)(uintptr_t)array;
    void *grown = keep(sweep, (count == 0 ? 1 : 2 * count) * size);
    if (grown != NULL && count > 0)
        memcpy(grown, array, count * size);
    return grown;
}

static int out_of_memory(struct reading *reading)
{
    return iptfs_fail(reading->error, IPTFS_E_NO_MEMORY, "out of memory");
}

void iptfs_sweep_free(struct iptfs_sweep *sweep)
{
    for (struct iptfs_sweep_note *note = sweep->notes; note != NULL;) {
        struct iptfs_sweep_note *next = note->next;
        free(note);
        note = next;
    }
    free(sweep->path);
    free(sweep->text);
    *sweep = (struct iptfs_sweep){0};
}

static int refuse(struct reading *reading, unsigned line, const char *key, const char *found,
                  const char *allowed)
{
    return iptfs_fail(reading->error, IPTFS_E_INVALID, "%s:%u: [sweep] %s: found '%s', allowed: %s",
                      iptfs_quoted_path(reading->sweep->path).text, line, iptfs_quoted(key).text,
                      iptfs_quoted(found).text, allowed);
}

/* -------------------------------------------------------------------------------------- pieces */

/* A piece of a text, not terminated. */
struct piece {
    const char *begin;
    size_t length;
};

static struct piece trimmed(const char *begin, const char *end)
{
    while (begin < end && isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    return (struct piece){begin, (size_t)(end - begin)};
}

/* The next piece before a separator that stands outside of brackets; false behind the last. */
static bool next_piece(const char **text, char separator, struct piece *piece)
{
    const char *begin = *text, *end = begin;
    int depth = 0;
    if (begin == NULL)
        return false;
    for (; *end != '\0' && (*end != separator || depth > 0); end++)
        depth += (*end == '(') - (*end == ')');
    *piece = trimmed(begin, end);
    *text = *end == '\0' ? NULL : end + 1;
    return true;
}

/* A number and the unit behind it. */
struct measure {
    double number;
    char unit[16];
};

static bool read_measure(struct piece piece, struct measure *measure)
{
    char text[64], *end;
    if (piece.length == 0 || piece.length >= sizeof text)
        return false;
    memcpy(text, piece.begin, piece.length);
    text[piece.length] = '\0';
    if (strchr("+-.0123456789", text[0]) == NULL || strpbrk(text, "xX") != NULL)
        return false;
    measure->number = strtod(text, &end);
    if (end == text || !isfinite(measure->number) || strlen(end) >= sizeof measure->unit)
        return false;
    strcpy(measure->unit, end);
    return true;
}

/* Zero needs no unit; all others must have the same. */
static bool same_units(const struct measure *measures, size_t count, const char **unit)
{
    *unit = "";
    for (size_t i = 0; i < count; i++)
        if (measures[i].unit[0] != '\0')
            *unit = measures[i].unit;
    for (size_t i = 0; i < count; i++)
        if (strcmp(measures[i].unit, *unit) != 0 &&
            (measures[i].number != 0.0 || measures[i].unit[0] != '\0'))
            return false;
    return true;
}

/* ---------------------------------------------------------------------------------------- axes */

/* What a line of values is being made into. */
struct line {
    struct reading *reading;
    unsigned number;
    const char *column;
    const char *key; /* column, but for seed */
    struct iptfs_sweep_step *steps;
    size_t count;
};

const struct iptfs_option *iptfs_sweep_option(const char *key)
{
    static const enum iptfs_section sections[] = {IPTFS_SECTION_SCENARIO, IPTFS_SECTION_TUNNEL,
                                                  IPTFS_SECTION_LINK, IPTFS_SECTION_TRAFFIC};
    const char *dot = strchr(key, '.'), *last = strrchr(key, '.');
    for (size_t i = 0; dot != NULL && i < sizeof sections / sizeof sections[0]; i++) {
        const char *name = iptfs_section_name(sections[i]);
        if (strlen(name) == (size_t)(dot - key) && strncmp(name, key, strlen(name)) == 0)
            return iptfs_option_find(sections[i], last + 1, NULL);
    }
    return NULL;
}

static int add_value(struct line *line, const char *value)
{
    struct reading *reading = line->reading;
    struct iptfs_sweep *sweep = reading->sweep;
    for (size_t i = 0; i < line->count; i++)
        if (strcmp(line->steps[i].labels[0], value) == 0)
            return refuse(reading, line->number, line->column, value, "each value once");
    if (line->count == STEPS_MAX)
        return refuse(reading, line->number, line->column, value, "at most 100000 values");
    struct iptfs_sweep_set *set = keep(sweep, sizeof *set);
    const char **label = keep(sweep, sizeof *label);
    line->steps = room_for_one(sweep, line->steps, line->count, sizeof *line->steps);
    if (set == NULL || label == NULL || line->steps == NULL)
        return out_of_memory(reading);
    *set = (struct iptfs_sweep_set){
        .text = keep_format(sweep, "%s=%s", line->key, value),
        .key = line->key,
        .value = keep_text(sweep, value, strlen(value)),
        .line = line->number,
    };
    *label = set->value;
    if (set->text == NULL || set->value == NULL)
        return out_of_memory(reading);
    line->steps[line->count++] = (struct iptfs_sweep_step){label, set, 1};
    return 0;
}

static int add_piece(struct line *line, struct piece piece)
{
    char value[256];
    snprintf(value, sizeof value, "%.*s", (int)piece.length, piece.begin);
    return add_value(line, value);
}

/* Writes a number with so many digits, so that no value shows how it was computed. */
static int add_number(struct line *line, double number, int digits, const char *unit)
{
    char value[64];
    snprintf(value, sizeof value, "%.*g%s", digits, number, unit);
    if (strpbrk(value, "eE") != NULL && fabs(number) >= 1.0)
        snprintf(value, sizeof value, "%.0f%s", number, unit);
    return add_value(line, value);
}

static int refuse_piece(struct line *line, struct piece piece, const char *allowed)
{
    char found[256];
    snprintf(found, sizeof found, "%.*s", (int)piece.length, piece.begin);
    return refuse(line->reading, line->number, line->column, found, allowed);
}

/* "0 : 5% : 0.5%" */
static int add_range(struct line *line, struct piece piece, const char *text)
{
    static const char allowed[] = "FROM : TO : STEP, numbers with the same unit, FROM up to TO, "
                                  "STEP above 0";
    struct measure part[3];
    struct piece one;
    const char *unit;
    size_t count = 0;
    while (next_piece(&text, ':', &one)) {
        if (count == 3 || !read_measure(one, &part[count]))
            return refuse_piece(line, piece, allowed);
        count++;
    }
    double step = count == 3 ? part[2].number : 0.0;
    if (step <= 0.0 || part[0].number > part[1].number || !same_units(part, count, &unit))
        return refuse_piece(line, piece, allowed);
    double last = floor((part[1].number - part[0].number) / step + 1e-9);
    if (last >= STEPS_MAX)
        return refuse_piece(line, piece, "at most 100000 values");
    int code = 0;
    for (double i = 0; i <= last && code == 0; i += 1.0)
        code = add_number(line, part[0].number + i * step, 12, unit);
    return code;
}

/* "1 .. 20" */
static int add_whole(struct line *line, struct piece piece, const char *text)
{
    static const char allowed[] = "FIRST .. LAST, whole numbers, FIRST up to LAST";
    const char *dots = strstr(text, "..");
    char from[32], to[32];
    uint64_t first = 0, last = 0;
    struct piece begin = trimmed(text, dots), end = trimmed(dots + 2, text + strlen(text));
    if (begin.length >= sizeof from || end.length >= sizeof to)
        return refuse_piece(line, piece, allowed);
    snprintf(from, sizeof from, "%.*s", (int)begin.length, begin.begin);
    snprintf(to, sizeof to, "%.*s", (int)end.length, end.begin);
    if (iptfs_parse_number(from, &first, NULL) != 0 || iptfs_parse_number(to, &last, NULL) != 0 ||
        first > last)
        return refuse_piece(line, piece, allowed);
    if (last - first >= STEPS_MAX)
        return refuse_piece(line, piece, "at most 100000 values");
    int code = 0;
    for (uint64_t i = first; i <= last && code == 0; i++) {
        char value[32];
        snprintf(value, sizeof value, "%" PRIu64, i);
        code = add_value(line, value);
    }
    return code;
}

static bool is_whole(const char *key)
{
    const struct iptfs_option *option = iptfs_sweep_option(key);
    return option != NULL &&
           (option->value == IPTFS_VALUE_OCTETS || option->value == IPTFS_VALUE_NUMBER);
}

/* "log(1e-4, 1e-1, 10)": the ends as they are written, what lies between with four digits. */
static int add_log(struct line *line, struct piece piece, const char *inside)
{
    static const char allowed[] = "log(FROM, TO, COUNT), above 0 with the same unit, COUNT from 2";
    struct measure part[3];
    struct piece written[3];
    const char *unit;
    size_t count = 0;
    while (count < 3 && next_piece(&inside, ',', &written[count])) {
        if (!read_measure(written[count], &part[count]))
            return refuse_piece(line, piece, allowed);
        count++;
    }
    if (count != 3 || inside != NULL || part[0].number <= 0.0 || part[1].number <= part[0].number ||
        part[2].number < 2.0 || part[2].number > STEPS_MAX ||
        part[2].number != floor(part[2].number) || part[2].unit[0] != '\0' ||
        !same_units(part, 2, &unit))
        return refuse_piece(line, piece, allowed);
    double ratio = log(part[1].number / part[0].number), steps = part[2].number - 1.0;
    bool round = is_whole(line->key) && (*unit == '\0' || strcmp(unit, "B") == 0);
    int code = add_piece(line, written[0]);
    for (double i = 1.0; i < steps && code == 0; i += 1.0) {
        double number = part[0].number * exp(ratio * i / steps);
        code = round ? add_number(line, nearbyint(number), 12, unit)
                     : add_number(line, number, 4, unit);
    }
    return code != 0 ? code : add_piece(line, written[1]);
}

/* One of the comma-separated pieces of a line. */
static int add_values(struct line *line, struct piece piece)
{
    char text[256];
    struct piece one;
    if (piece.length == 0)
        return refuse_piece(line, piece, "a value between the commas");
    snprintf(text, sizeof text, "%.*s", (int)piece.length, piece.begin);
    const char *rest = text;
    if (strncmp(text, "log(", 4) == 0 && text[piece.length - 1] == ')') {
        text[piece.length - 1] = '\0';
        return add_log(line, piece, text + 4);
    }
    next_piece(&rest, ':', &one);
    if (rest != NULL)
        return add_range(line, piece, text);
    if (strstr(text, "..") != NULL && strspn(text, "0123456789. \t") == piece.length)
        return add_whole(line, piece, text);
    return add_value(line, text);
}

static int add_axis(struct reading *reading, const struct iptfs_sweep_axis *axis)
{
    struct iptfs_sweep *sweep = reading->sweep;
    sweep->axes = room_for_one(sweep, sweep->axes, sweep->n_axes, sizeof *sweep->axes);
    if (sweep->axes == NULL)
        return out_of_memory(reading);
    sweep->axes[sweep->n_axes++] = *axis;
    return 0;
}

/* The axis with this column, its index in *found. */
static bool find_column(const struct iptfs_sweep *sweep, const char *column, size_t *found)
{
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < sweep->axes[i].n_columns; j++)
            if (strcmp(sweep->axes[i].columns[j], column) == 0) {
                *found = i;
                return true;
            }
    return false;
}

/* "section.key", that a scenario may have: whether that one may is seen when it is read. */
static int check_key(struct reading *reading, unsigned line, const char *key)
{
    if (iptfs_sweep_option(key) != NULL)
        return 0;
    const struct iptfs_option *option;
    const char *last = strrchr(key, '.');
    struct iptfs_suggest nearest = {.found = last != NULL ? last + 1 : key};
    for (int section = 0; section < IPTFS_SECTIONS; section++)
        for (size_t i = 0; (option = iptfs_option_at((enum iptfs_section)section, i)) != NULL; i++)
            iptfs_suggest_offer(&nearest, option->key);
    return iptfs_fail(reading->error, IPTFS_E_INVALID,
                      "%s:%u: [sweep] %s: found an unknown key, allowed: section.key of a "
                      "scenario, seed, zip, case.NAME%s%s%s",
                      iptfs_quoted_path(reading->sweep->path).text, line, iptfs_quoted(key).text,
                      nearest.best != NULL ? "; did you mean '" : "",
                      nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
}

static int take_values(struct reading *reading, unsigned number, const char *key, const char *value)
{
    struct iptfs_sweep *sweep = reading->sweep;
    bool seed = strcmp(key, "seed") == 0 || strcmp(key, SEED_KEY) == 0;
    const char **column = keep(sweep, sizeof *column);
    size_t other;
    if (column == NULL || (*column = keep_text(sweep, key, strlen(key))) == NULL)
        return out_of_memory(reading);
    if (seed)
        *column = "seed";
    if (find_column(sweep, *column, &other))
        return iptfs_fail(
            reading->error, IPTFS_E_INVALID,
            "%s:%u: [sweep] %s: found the key again (first in line %u), allowed: once",
            iptfs_quoted_path(sweep->path).text, number, iptfs_quoted(key).text,
            sweep->axes[other].line);
    struct line line = {reading, number, *column, seed ? SEED_KEY : *column, NULL, 0};
    int code = check_key(reading, number, line.key);
    struct piece piece;
    char separator = strchr(value, '|') != NULL ? '|' : ',';
    while (code == 0 && next_piece(&value, separator, &piece))
        code = separator == '|' ? add_piece(&line, piece) : add_values(&line, piece);
    if (code != 0)
        return code;
    struct iptfs_sweep_axis axis = {column, 1, line.steps, line.count, number};
    return add_axis(reading, &axis);
}

/* --------------------------------------------------------------------------------------- cases */

/* One "section.key=value" of a case. */
static int add_set(struct reading *reading, unsigned line, const char *name, struct piece piece,
                   struct iptfs_sweep_step *step)
{
    struct iptfs_sweep *sweep = reading->sweep;
    char *text = keep_text(sweep, piece.begin, piece.length);
    char *key = keep_text(sweep, piece.begin, piece.length);
    if (text == NULL || key == NULL)
        return out_of_memory(reading);
    char *equals = strchr(key, '=');
    if (equals == NULL)
        return refuse(reading, line, name, text, "section.key=value; section.key=value");
    struct piece trim = trimmed(key, equals);
    const char *value = equals + 1 + strspn(equals + 1, " \t");
    char *end = key + (trim.begin - key) + trim.length;
    *end = '\0';
    for (size_t i = 0; i < step->n_sets; i++)
        if (strcmp(step->sets[i].key, trim.begin) == 0)
            return refuse(reading, line, name, text, "each key once");
    struct iptfs_sweep_set *sets = room_for_one(sweep, step->sets, step->n_sets, sizeof *sets);
    if (sets == NULL)
        return out_of_memory(reading);
    sets[step->n_sets++] = (struct iptfs_sweep_set){text, trim.begin, value, line};
    step->sets = sets;
    return check_key(reading, line, trim.begin);
}

static struct iptfs_sweep_step *find_case(struct iptfs_sweep_axis *axis, const char *name)
{
    for (size_t i = 0; i < axis->n_steps; i++)
        if (strcmp(axis->steps[i].labels[0], name) == 0)
            return (struct iptfs_sweep_step *)(uintptr_t)&axis->steps[i];
    return NULL;
}

/* The case of that name, made where there is none: a long one may take several lines. */
static struct iptfs_sweep_step *case_of(struct reading *reading, unsigned line, const char *name)
{
    static const char *const columns[] = {"case"};
    struct iptfs_sweep *sweep = reading->sweep;
    struct iptfs_sweep_axis first = {columns, 1, NULL, 0, line};
    if (reading->cases == 0) {
        if (add_axis(reading, &first) != 0)
            return NULL;
        reading->cases = sweep->n_axes;
    }
    struct iptfs_sweep_axis *axis = &sweep->axes[reading->cases - 1];
    struct iptfs_sweep_step *step = find_case(axis, name);
    if (step != NULL)
        return step;
    struct iptfs_sweep_step *steps = room_for_one(sweep, axis->steps, axis->n_steps, sizeof *steps);
    const char **label = keep(sweep, sizeof *label);
    if (steps == NULL || label == NULL || (*label = keep_text(sweep, name, strlen(name))) == NULL)
        return NULL;
    axis->steps = steps;
    steps[axis->n_steps] = (struct iptfs_sweep_step){.labels = label};
    return &steps[axis->n_steps++];
}

static int take_case(struct reading *reading, unsigned line, const char *key, const char *value)
{
    const char *name = key + strlen(CASE_PREFIX);
    struct piece piece;
    int code = 0;
    if (*name == '\0' || strpbrk(name, ",;\"' ") != NULL)
        return refuse(reading, line, key, key, "case.NAME, without blanks, commas and quotes");
    struct iptfs_sweep_step *step = case_of(reading, line, name);
    if (step == NULL)
        return out_of_memory(reading);
    while (code == 0 && next_piece(&value, ';', &piece))
        if (piece.length > 0)
            code = add_set(reading, line, key, piece, step);
    return code;
}

/* ----------------------------------------------------------------------------------------- zip */

/* Makes one step of two. */
static int join_steps(struct reading *reading, struct iptfs_sweep_step *step,
                      const struct iptfs_sweep_step *more, size_t n_columns, size_t n_more)
{
    struct iptfs_sweep *sweep = reading->sweep;
    const char **labels = keep(sweep, (n_columns + n_more) * sizeof *labels);
    struct iptfs_sweep_set *sets = keep(sweep, (step->n_sets + more->n_sets) * sizeof *sets);
    if (labels == NULL || sets == NULL)
        return out_of_memory(reading);
    memcpy(labels, step->labels, n_columns * sizeof *labels);
    memcpy(labels + n_columns, more->labels, n_more * sizeof *labels);
    memcpy(sets, step->sets, step->n_sets * sizeof *sets);
    memcpy(sets + step->n_sets, more->sets, more->n_sets * sizeof *sets);
    *step = (struct iptfs_sweep_step){labels, sets, step->n_sets + more->n_sets};
    return 0;
}

/* Moves the axis `other` into `axis`, step by step. */
static int join_axes(struct reading *reading, unsigned line, size_t into, size_t other)
{
    struct iptfs_sweep *sweep = reading->sweep;
    struct iptfs_sweep_axis *axis = &sweep->axes[into], *more = &sweep->axes[other];
    if (axis->n_steps != more->n_steps) {
        char found[128];
        snprintf(found, sizeof found, "%.40s with %zu and %.40s with %zu", axis->columns[0],
                 axis->n_steps, more->columns[0], more->n_steps);
        return refuse(reading, line, "zip", found, "keys with as many values");
    }
    const char **columns = keep(sweep, (axis->n_columns + more->n_columns) * sizeof *columns);
    struct iptfs_sweep_step *steps = keep(sweep, axis->n_steps * sizeof *steps);
    if (columns == NULL || steps == NULL)
        return out_of_memory(reading);
    memcpy(columns, axis->columns, axis->n_columns * sizeof *columns);
    memcpy(columns + axis->n_columns, more->columns, more->n_columns * sizeof *columns);
    memcpy(steps, axis->steps, axis->n_steps * sizeof *steps);
    int code = 0;
    for (size_t i = 0; i < axis->n_steps && code == 0; i++)
        code = join_steps(reading, &steps[i], &more->steps[i], axis->n_columns, more->n_columns);
    axis->columns = columns;
    axis->n_columns += more->n_columns;
    axis->steps = steps;
    for (size_t i = other + 1; i < sweep->n_axes; i++)
        sweep->axes[i - 1] = sweep->axes[i];
    sweep->n_axes--;
    return code;
}

static int zip_keys(struct reading *reading, unsigned line, const char *keys)
{
    struct piece piece;
    char first[128] = "", name[128];
    size_t count = 0, into, other;
    int code = 0;
    for (; code == 0 && next_piece(&keys, ',', &piece); count++) {
        snprintf(name, sizeof name, "%.*s", (int)piece.length, piece.begin);
        if (!find_column(reading->sweep, name, &other))
            return refuse(reading, line, "zip", name, "keys with values in this section");
        if (count == 0)
            strcpy(first, name);
        find_column(reading->sweep, first, &into);
        if (count > 0 && into == other)
            return refuse(reading, line, "zip", name, "each key once");
        if (count > 0)
            code = other > into ? join_axes(reading, line, into, other)
                                : join_axes(reading, line, other, into);
    }
    return code != 0 || count > 1 ? code : refuse(reading, line, "zip", name, "two keys or more");
}

/* --------------------------------------------------------------------------------- the section */

static int begin_section(void *ctx, unsigned line, const char *name)
{
    struct reading *reading = ctx;
    reading->inside = strcmp(name, "sweep") == 0;
    if (reading->inside && reading->line != 0)
        return iptfs_fail(reading->error, IPTFS_E_INVALID,
                          "%s:%u: [sweep]: found the section again (first in line %u), allowed: "
                          "once",
                          iptfs_quoted_path(reading->sweep->path).text, line, reading->line);
    if (reading->inside)
        reading->line = line;
    return 0;
}

static int take_line(void *ctx, unsigned line, const char *key, const char *value)
{
    struct reading *reading = ctx;
    if (!reading->inside || strcmp(key, "zip") == 0)
        return 0;
    if (strncmp(key, CASE_PREFIX, strlen(CASE_PREFIX)) == 0)
        return take_case(reading, line, key, value);
    return take_values(reading, line, key, value);
}

/* When all keys are known. */
static int take_zip(void *ctx, unsigned line, const char *key, const char *value)
{
    struct reading *reading = ctx;
    return reading->inside && strcmp(key, "zip") == 0 ? zip_keys(reading, line, value) : 0;
}

static int begin_again(void *ctx, unsigned line, const char *name)
{
    struct reading *reading = ctx;
    (void)line;
    reading->inside = strcmp(name, "sweep") == 0;
    return 0;
}

/* Seeds last, so that what is compared has the same ones beside each other. */
static void move_seeds(struct iptfs_sweep *sweep)
{
    for (size_t i = 0; i + 1 < sweep->n_axes; i++) {
        struct iptfs_sweep_axis axis = sweep->axes[i];
        if (axis.n_columns != 1 || strcmp(axis.columns[0], "seed") != 0)
            continue;
        memmove(&sweep->axes[i], &sweep->axes[i + 1], (sweep->n_axes - i - 1) * sizeof axis);
        sweep->axes[sweep->n_axes - 1] = axis;
        return;
    }
}

/* No key may be set twice in a point. */
static int check_sets(struct reading *reading, const struct iptfs_sweep_axis *axis,
                      const struct iptfs_sweep_axis *other)
{
    for (size_t i = 0; i < axis->n_steps; i++)
        for (size_t j = 0; j < axis->steps[i].n_sets; j++)
            for (size_t k = 0; k < other->n_steps; k++)
                for (size_t l = 0; l < other->steps[k].n_sets; l++) {
                    const struct iptfs_sweep_set *a = &axis->steps[i].sets[j];
                    const struct iptfs_sweep_set *b = &other->steps[k].sets[l];
                    bool same = strcmp(a->key, b->key) == 0;
                    if (same)
                        return refuse(reading, b->line, b->key, b->text,
                                      "a key in one line or in cases, not in both");
                    if (strcmp(other->columns[0], "case") != 0)
                        break; /* further steps set the same keys */
                }
    return 0;
}

static int count_points(struct reading *reading)
{
    struct iptfs_sweep *sweep = reading->sweep;
    size_t sets = 0;
    sweep->n_points = 1;
    for (size_t i = 0; i < sweep->n_axes; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        size_t most = 0;
        for (size_t j = 0; j < axis->n_steps; j++)
            most = axis->steps[j].n_sets > most ? axis->steps[j].n_sets : most;
        sets += most;
        sweep->n_columns += axis->n_columns;
        sweep->n_points *= axis->n_steps;
        if (sweep->n_points > IPTFS_SWEEP_POINTS_MAX)
            return refuse(reading, axis->line, axis->columns[0], "more points",
                          "at most 1000000 in a sweep");
        if (sets > IPTFS_SWEEP_SETS_MAX || sweep->n_columns > IPTFS_SWEEP_SETS_MAX)
            return refuse(reading, axis->line, axis->columns[0], "more keys",
                          "at most 64 in a point");
    }
    for (size_t i = 0; i < sweep->n_axes; i++)
        for (size_t j = 0; j < i; j++) {
            const struct iptfs_sweep_axis *a = &sweep->axes[j], *b = &sweep->axes[i];
            bool cases = strcmp(a->columns[0], "case") == 0;
            int code = cases ? check_sets(reading, b, a) : check_sets(reading, a, b);
            if (code != 0)
                return code;
        }
    return 0;
}

int iptfs_sweep_parse_text(struct iptfs_sweep *sweep, const char *text, const char *path,
                           struct iptfs_error *error)
{
    static const struct iptfs_ini_events first = {begin_section, take_line};
    static const struct iptfs_ini_events second = {begin_again, take_zip};
    struct reading reading = {.sweep = sweep, .error = error};
    *sweep = (struct iptfs_sweep){.path = strdup(path), .text = strdup(text)};
    int code = sweep->path == NULL || sweep->text == NULL ? out_of_memory(&reading) : 0;
    if (code == 0)
        code = iptfs_ini_parse(text, path, &first, &reading, error);
    if (code == 0 && reading.line == 0)
        code = iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: found no section [sweep], allowed: a scenario with one",
                          iptfs_quoted_path(path).text);
    if (code == 0)
        code = iptfs_ini_parse(text, path, &second, &reading, error);
    if (code == 0)
        code = count_points(&reading);
    if (code == 0)
        move_seeds(sweep);
    if (code != 0)
        iptfs_sweep_free(sweep);
    return code;
}

int iptfs_sweep_load(struct iptfs_sweep *sweep, const char *path, struct iptfs_error *error)
{
    char *text;
    *sweep = (struct iptfs_sweep){0};
    int code = iptfs_textfile_read(path, &text, error);
    if (code != 0)
        return code;
    code = iptfs_sweep_parse_text(sweep, text, path, error);
    free(text);
    return code;
}

/* -------------------------------------------------------------------------------------- points */

struct iptfs_sweep_point iptfs_sweep_point(const struct iptfs_sweep *sweep, size_t index)
{
    struct iptfs_sweep_point point = {.index = index};
    size_t rest = index - 1, block = sweep->n_points;
    for (size_t i = 0; i < sweep->n_axes; i++) {
        const struct iptfs_sweep_axis *axis = &sweep->axes[i];
        block /= axis->n_steps;
        const struct iptfs_sweep_step *step = &axis->steps[rest / block];
        rest %= block;
        for (size_t j = 0; j < step->n_sets; j++)
            point.sets[point.n_sets++] = &step->sets[j];
        for (size_t j = 0; j < axis->n_columns; j++) {
            point.columns[point.n_columns] = axis->columns[j];
            point.labels[point.n_columns++] = step->labels[j];
        }
    }
    return point;
}

char *iptfs_sweep_point_text(const struct iptfs_sweep_point *point)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < point->n_columns; i++)
        fprintf(out, "%s%s=%s", i > 0 ? " " : "", point->columns[i], point->labels[i]);
    fclose(out);
    return text;
}

/* An error that blames an override tells which line of the sweep made it. */
static int blame_line(const struct iptfs_sweep *sweep, const struct iptfs_sweep_point *point,
                      struct iptfs_error *error)
{
    static const char set[] = "--set ";
    struct iptfs_error found = *error;
    for (size_t i = 0; i < point->n_sets; i++) {
        char place[128];
        snprintf(place, sizeof place, "%s%s: ", set, iptfs_quoted(point->sets[i]->text).text);
        if (strncmp(found.text, place, strlen(place)) == 0)
            return iptfs_fail(error, found.code, "%s:%u: [sweep] %s (point %zu)",
                              iptfs_quoted_path(sweep->path).text, point->sets[i]->line,
                              found.text + strlen(set), point->index);
    }
    return iptfs_fail(error, found.code, "%s (point %zu of the sweep)", found.text, point->index);
}

int iptfs_sweep_scenario(const struct iptfs_sweep *sweep, size_t index,
                         struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    struct iptfs_sweep_point point = iptfs_sweep_point(sweep, index);
    const char *sets[IPTFS_SWEEP_SETS_MAX];
    for (size_t i = 0; i < point.n_sets; i++)
        sets[i] = point.sets[i]->text;
    int code =
        iptfs_scenario_parse_text(scenario, sweep->text, sweep->path, sets, point.n_sets, error);
    if (code == 0)
        return 0;
    error->code = code;
    return blame_line(sweep, &point, error);
}

void iptfs_sweep_list(const struct iptfs_sweep *sweep, FILE *out)
{
    for (size_t i = 1; i <= sweep->n_points; i++) {
        struct iptfs_sweep_point point = iptfs_sweep_point(sweep, i);
        char *text = iptfs_sweep_point_text(&point);
        fprintf(out, "%zu %s\n", i, text != NULL ? text : "");
        free(text);
    }
}

/* ------------------------------------------------------------------------------------ identity */

/* FNV-1a of 64 bits. */
static uint64_t hash(uint64_t state, const void *data, size_t length)
{
    const unsigned char *octets = data;
    for (size_t i = 0; i < length; i++)
        state = (state ^ octets[i]) * UINT64_C(0x100000001b3);
    return state;
}

/* Takes in what is in a file in place of its name, so that results may move with their files. */
static int hash_file(uint64_t *state, const char *path, struct iptfs_error *error)
{
    char buffer[16384];
    size_t length;
    if (*path == '\0')
        return 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be read", iptfs_quoted_path(path).text);
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0)
        *state = hash(*state, buffer, length);
    *state = hash(*state, "", 1);
    fclose(file);
    return 0;
}

int iptfs_sweep_id(const struct iptfs_scenario *scenario, struct iptfs_text *id,
                   struct iptfs_error *error)
{
    static const char version[] = IPTFS_VERSION "\n";
    uint64_t state = hash(UINT64_C(0xcbf29ce484222325), version, strlen(version));
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    iptfs_scenario_print(scenario, out);
    fclose(out);
    struct iptfs_lines lines;
    size_t length;
    const char *line;
    iptfs_lines_begin(&lines, text);
    while ((line = iptfs_lines_next(&lines, &length)) != NULL) {
        bool path = strncmp(line, "impair-list =", 13) == 0 || strncmp(line, "file =", 6) == 0;
        if (!path && strncmp(line, "description =", 13) != 0)
            state = hash(state, line, length + 1);
    }
    free(text);
    int code = 0;
    for (size_t i = 0; i < IPTFS_DIRECTIONS && code == 0; i++)
        code = hash_file(&state, scenario->link[i].impair_path, error);
    for (size_t i = 0; i < scenario->traffic_count && code == 0; i++)
        code = hash_file(&state, scenario->traffic[i].file_path, error);
    snprintf(id->text, sizeof id->text, "%016" PRIx64, state);
    return code;
}

struct base {
    json_t *values;
    char section[IPTFS_INI_SECTION_MAX + 1];
};

static int base_section(void *ctx, unsigned line, const char *name)
{
    struct base *base = ctx;
    (void)line;
    snprintf(base->section, sizeof base->section, "%s", name);
    return 0;
}

static int base_value(void *ctx, unsigned line, const char *key, const char *value)
{
    struct base *base = ctx;
    char name[256];
    (void)line;
    snprintf(name, sizeof name, "%s.%s", base->section, key);
    if (strcmp(base->section, "sweep") != 0 && strncmp(base->section, "plot.", 5) != 0 &&
        strcmp(name, "scenario.description") != 0)
        json_object_set_new(base->values, name, json_string(value));
    return 0;
}

json_t *iptfs_sweep_base(const struct iptfs_sweep *sweep)
{
    static const struct iptfs_ini_events events = {base_section, base_value};
    struct base base = {.values = json_object()};
    if (base.values != NULL)
        iptfs_ini_parse(sweep->text, sweep->path, &events, &base, NULL);
    return base.values;
}

static bool sizes_number(const char *value, double *number)
{
    struct iptfs_sizes sizes;
    if (iptfs_parse_sizes(value, &sizes, NULL) != 0 || sizes.kind != IPTFS_SIZES_FIXED)
        return false;
    *number = sizes.low_octets;
    return true;
}

bool iptfs_sweep_number(const char *key, const char *value, double *number, const char **unit)
{
    const struct iptfs_option *option =
        iptfs_sweep_option(strcmp(key, "seed") == 0 ? SEED_KEY : key);
    uint64_t whole = 0;
    int64_t time_ps = 0;
    bool known = false;
    *unit = "";
    if (option == NULL)
        return false;
    switch (option->value) {
    case IPTFS_VALUE_TIME:
        *unit = "s";
        known = iptfs_parse_time(value, &time_ps, NULL) == 0;
        *number = iptfs_seconds(time_ps);
        return known;
    case IPTFS_VALUE_PROBABILITY:
        return iptfs_parse_probability(value, number, NULL) == 0;
    case IPTFS_VALUE_SIZES:
        *unit = "octets";
        return sizes_number(value, number);
    case IPTFS_VALUE_RATE:
        *unit = "bit/s";
        known = iptfs_parse_rate(value, &whole, NULL) == 0;
        break;
    case IPTFS_VALUE_OCTETS:
        *unit = "octets";
        known = iptfs_parse_octets(value, &whole, NULL) == 0;
        break;
    case IPTFS_VALUE_NUMBER:
        known = iptfs_parse_number(value, &whole, NULL) == 0;
        break;
    default:
        return false;
    }
    *number = (double)whole;
    return known;
}
