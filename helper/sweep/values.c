/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/values.h"

#include "files/textfile.h"
#include "sweep/key.h"
#include "sweep/piece.h"
#include "sweep/repeated.h"
#include "text/quantity.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number and the unit behind it. */
struct measure {
    double number;
    char unit[16];
};

static bool read_measure(struct iptfs_piece piece, struct measure *measure)
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

/* Whether all have the same unit; 0 needs none. */
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

/* A line of values and the runs it is made into. */
struct line {
    struct iptfs_sweep_reader *reader;
    struct iptfs_sweep_track track;
};

/* "KEY=VALUE" as the scenario takes it. */
static char *set_text(struct iptfs_sweep *sweep, const char *key, const char *value)
{
    size_t size = strlen(key) + strlen(value) + 2;
    char *text = iptfs_arena_alloc(&sweep->arena, size);
    if (text != NULL)
        snprintf(text, size, "%s=%s", key, value);
    return text;
}

static int refuse(const struct line *line, const char *found, const char *allowed)
{
    return iptfs_sweep_refuse(line->reader, line->track.line, line->track.column, found, allowed);
}

/* Adds values; `found` is what the file has for them. */
static int add_run(struct line *line, struct iptfs_sweep_run run, const char *found)
{
    struct iptfs_sweep_track *track = &line->track;
    struct iptfs_arena *arena = &line->reader->sweep->arena;
    if (run.count > IPTFS_SWEEP_POINTS_MAX - track->count)
        return refuse(line, found, "at most 1000000 values");
    run.begin = track->count;
    struct iptfs_sweep_run *runs =
        iptfs_arena_grow(arena, track->runs, track->n_runs, sizeof *track->runs);
    if (runs == NULL)
        return iptfs_sweep_no_memory(line->reader);
    track->runs = runs;
    track->runs[track->n_runs++] = run;
    track->count += run.count;
    return 0;
}

static int add_value(struct line *line, const char *value)
{
    struct iptfs_sweep *sweep = line->reader->sweep;
    struct iptfs_sweep_run run = {
        .rule = IPTFS_SWEEP_WRITTEN,
        .count = 1,
        .written = {.text = set_text(sweep, line->track.key, value),
                    .key = line->track.key,
                    .value = iptfs_arena_copy(&sweep->arena, value, strlen(value)),
                    .line = line->track.line}};
    if (run.written.text == NULL || run.written.value == NULL)
        return iptfs_sweep_no_memory(line->reader);
    return add_run(line, run, value);
}

static int add_piece(struct line *line, struct iptfs_piece piece)
{
    char value[256];
    snprintf(value, sizeof value, "%.*s", (int)piece.length, piece.begin);
    return add_value(line, value);
}

/* A unit that outlives the parsing. */
static const char *kept_unit(struct line *line, const char *unit)
{
    return iptfs_arena_copy(&line->reader->sweep->arena, unit, strlen(unit));
}

static int refuse_piece(struct line *line, struct iptfs_piece piece, const char *allowed)
{
    char found[256];
    snprintf(found, sizeof found, "%.*s", (int)piece.length, piece.begin);
    return refuse(line, found, allowed);
}

/* "0 : 5% : 0.5%" */
static int add_range(struct line *line, struct iptfs_piece piece, const char *text)
{
    static const char allowed[] = "FROM : TO : STEP, numbers with the same unit, FROM up to TO, "
                                  "STEP above 0";
    struct measure part[3];
    struct iptfs_piece one;
    const char *unit;
    size_t count = 0;
    while (iptfs_piece_next(&text, ':', &one)) {
        if (count == 3 || !read_measure(one, &part[count]))
            return refuse_piece(line, piece, allowed);
        count++;
    }
    double step = count == 3 ? part[2].number : 0.0;
    if (step <= 0.0 || part[0].number > part[1].number || !same_units(part, count, &unit))
        return refuse_piece(line, piece, allowed);
    double last = floor((part[1].number - part[0].number) / step + 1e-9);
    if (last >= IPTFS_SWEEP_POINTS_MAX)
        return refuse_piece(line, piece, "at most 1000000 values");
    const struct iptfs_sweep_run run = {.rule = IPTFS_SWEEP_EVEN,
                                        .count = (size_t)last + 1,
                                        .from = part[0].number,
                                        .step = step,
                                        .digits = 12,
                                        .unit = kept_unit(line, unit)};
    return run.unit != NULL ? add_run(line, run, text) : iptfs_sweep_no_memory(line->reader);
}

/* "1 .. 20" */
static int add_whole_numbers(struct line *line, struct iptfs_piece piece, const char *text)
{
    static const char allowed[] = "FIRST .. LAST, whole numbers, FIRST up to LAST";
    const char *dots = strstr(text, "..");
    char from[32], to[32];
    uint64_t first = 0, last = 0;
    struct iptfs_piece begin = iptfs_piece_trim(text, dots),
                       end = iptfs_piece_trim(dots + 2, text + strlen(text));
    if (begin.length >= sizeof from || end.length >= sizeof to)
        return refuse_piece(line, piece, allowed);
    snprintf(from, sizeof from, "%.*s", (int)begin.length, begin.begin);
    snprintf(to, sizeof to, "%.*s", (int)end.length, end.begin);
    if (iptfs_parse_number(from, &first, NULL) != 0 || iptfs_parse_number(to, &last, NULL) != 0 ||
        first > last)
        return refuse_piece(line, piece, allowed);
    if (last - first >= IPTFS_SWEEP_POINTS_MAX)
        return refuse_piece(line, piece, "at most 1000000 values");
    return add_run(line,
                   (struct iptfs_sweep_run){.rule = IPTFS_SWEEP_WHOLE,
                                            .count = (size_t)(last - first) + 1,
                                            .first = first},
                   text);
}

static bool takes_whole_numbers(const char *key)
{
    const struct iptfs_option *option = iptfs_sweep_option(key);
    return option != NULL && option->kind->whole;
}

/* "log(1e-4, 1e-1, 10)": the ends as they are written, the values between them with four digits. */
static int add_log(struct line *line, struct iptfs_piece piece, const char *inside)
{
    static const char allowed[] = "log(FROM, TO, COUNT), above 0 with the same unit, COUNT from 2";
    struct measure part[3];
    struct iptfs_piece written[3];
    const char *unit;
    size_t count = 0;
    while (count < 3 && iptfs_piece_next(&inside, ',', &written[count])) {
        if (!read_measure(written[count], &part[count]))
            return refuse_piece(line, piece, allowed);
        count++;
    }
    if (count != 3 || inside != NULL || part[0].number <= 0.0 || part[1].number <= part[0].number ||
        part[2].number < 2.0 || part[2].number > IPTFS_SWEEP_POINTS_MAX ||
        part[2].number != floor(part[2].number) || part[2].unit[0] != '\0' ||
        !same_units(part, 2, &unit))
        return refuse_piece(line, piece, allowed);
    double ratio = log(part[1].number / part[0].number), steps = part[2].number - 1.0;
    bool round = takes_whole_numbers(line->track.key) && (*unit == '\0' || strcmp(unit, "B") == 0);
    const struct iptfs_sweep_run run = {.rule = IPTFS_SWEEP_RATIO,
                                        .count = (size_t)part[2].number - 2,
                                        .from = part[0].number,
                                        .step = ratio / steps,
                                        .digits = round ? 12 : 4,
                                        .round = round,
                                        .unit = kept_unit(line, unit)};
    int code = run.unit != NULL ? add_piece(line, written[0]) : iptfs_sweep_no_memory(line->reader);
    if (code == 0 && run.count > 0)
        code = add_run(line, run, "log");
    return code != 0 ? code : add_piece(line, written[1]);
}

/* One of the comma-separated pieces of a line. */
static int add_values(struct line *line, struct iptfs_piece piece)
{
    char text[256];
    struct iptfs_piece one;
    if (piece.length == 0)
        return refuse_piece(line, piece, "a value between the commas");
    snprintf(text, sizeof text, "%.*s", (int)piece.length, piece.begin);
    const char *rest = text;
    if (strncmp(text, "log(", 4) == 0 && text[piece.length - 1] == ')') {
        text[piece.length - 1] = '\0';
        return add_log(line, piece, text + 4);
    }
    iptfs_piece_next(&rest, ':', &one);
    if (rest != NULL)
        return add_range(line, piece, text);
    if (strstr(text, "..") != NULL && strspn(text, "0123456789. \t") == piece.length)
        return add_whole_numbers(line, piece, text);
    return add_value(line, text);
}

int iptfs_sweep_add_values(struct iptfs_sweep_reader *reader, unsigned number, const char *key,
                           const char *value)
{
    struct iptfs_sweep *sweep = reader->sweep;
    bool seed = strcmp(key, IPTFS_SWEEP_SEED) == 0 || strcmp(key, IPTFS_SWEEP_SEED_KEY) == 0;
    const char *column =
        seed ? IPTFS_SWEEP_SEED : iptfs_arena_copy(&sweep->arena, key, strlen(key));
    size_t other;
    if (column == NULL)
        return iptfs_sweep_no_memory(reader);
    if (iptfs_sweep_find_column(sweep, column, &other))
        return iptfs_fail(
            reader->error, IPTFS_E_INVALID,
            "%s:%u: [sweep] %s: found the key again (first in line %u), allowed: once",
            iptfs_quoted_path(sweep->path).text, number, iptfs_quoted(key).text,
            sweep->axes[other].line);
    struct line line = {
        reader, {.column = column, .key = seed ? IPTFS_SWEEP_SEED_KEY : column, .line = number}};
    int code = iptfs_sweep_check_key(reader, number, line.track.key);
    if (code == 0)
        code = iptfs_sweep_check_utf8(reader, number, column, value);
    struct iptfs_piece piece;
    char separator = strchr(value, '|') != NULL ? '|' : ',';
    while (code == 0 && iptfs_piece_next(&value, separator, &piece))
        code = separator == '|' ? add_piece(&line, piece) : add_values(&line, piece);
    if (code == 0 && !reader->planned)
        code = iptfs_sweep_check_values(reader, &line.track);
    return code != 0 ? code : iptfs_sweep_add_axis(reader, &line.track);
}
