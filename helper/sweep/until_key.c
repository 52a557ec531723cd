/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/until_key.h"

#include "base/asserts.h"
#include "summary/reference.h"
#include "summary/table.h"
#include "sweep/key.h"
#include "sweep/piece.h"
#include "text/quantity.h"
#include "text/real.h"
#include "text/suggest.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------------- reading */

/* Refuses a measure that no summary has. */
static int refuse_measure(struct iptfs_sweep_reader *reader, unsigned line, const char *measure)
{
    struct iptfs_suggest nearest = {.found = measure};
    char allowed[160];
    json_t *rows = iptfs_reference_json(), *row;
    size_t i;
    json_array_foreach(rows, i, row)
        iptfs_suggest_offer(&nearest, json_string_value(json_object_get(row, "name")));
    snprintf(allowed, sizeof allowed, "a value of the summary ('iptfs-sim list results')%s",
             iptfs_suggest_hint(&nearest).text);
    json_decref(rows);
    return iptfs_sweep_refuse(reader, line, "until", measure, allowed);
}

static int check_measure(struct iptfs_sweep_reader *reader, unsigned line, const char *measure)
{
    struct iptfs_summary_match match;
    if (strlen(measure) < IPTFS_UNTIL_NAME_MAX && iptfs_summary_find(measure, &match) &&
        match.row->get != NULL)
        return 0;
    return refuse_measure(reader, line, measure);
}

/* "2 %", with or without a blank before the sign. */
static bool read_share(struct iptfs_piece piece, double *share)
{
    char text[32];
    size_t length = 0;
    for (size_t i = 0; i < piece.length; i++)
        if (!isspace((unsigned char)piece.begin[i]) || i == 0 || piece.begin[i + 1] != '%') {
            if (length + 1 == sizeof text)
                return false;
            text[length++] = piece.begin[i];
        }
    text[length] = '\0';
    return iptfs_parse_probability(text, share, NULL) == 0 && *share > 0.0;
}

static int read_target(struct iptfs_sweep_reader *reader, unsigned line, const char *value)
{
    static const char allowed[] =
        "PERCENT of MEASURE, as 2 % of goodput_bps, above 0 % up to 100 %";
    struct iptfs_sweep_until *until = &reader->sweep->until;
    const char *of = strstr(value, " of ");
    if (of == NULL || !read_share(iptfs_piece_trim(value, of), &until->share))
        return iptfs_sweep_refuse(reader, line, "until", value, allowed);
    of += strlen(" of ");
    of += strspn(of, " \t");
    int code = check_measure(reader, line, of);
    if (code == 0)
        strcpy(until->measure, of);
    until->line = line;
    return code;
}

static int read_count(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                      const char *value, size_t *count)
{
    char allowed[80];
    uint64_t number = 0;
    snprintf(allowed, sizeof allowed, "a number of replications from %d to %u", IPTFS_UNTIL_LEAST,
             IPTFS_SWEEP_POINTS_MAX);
    if (iptfs_parse_number(value, &number, NULL) != 0 || number < IPTFS_UNTIL_LEAST ||
        number > IPTFS_SWEEP_POINTS_MAX)
        return iptfs_sweep_refuse(reader, line, key, value, allowed);
    *count = (size_t)number;
    return 0;
}

int iptfs_sweep_read_until(struct iptfs_sweep_reader *reader, unsigned line, const char *key,
                           const char *value)
{
    struct iptfs_sweep_until *until = &reader->sweep->until;
    bool target = strcmp(key, "until") == 0, least = strcmp(key, "until-min") == 0;
    if (target ? until->line != 0 : least ? until->least != 0 : until->most != 0)
        return iptfs_sweep_refuse(reader, line, key, "the key again", "once");
    if (target)
        return read_target(reader, line, value);
    reader->until_line = line;
    return read_count(reader, line, key, value, least ? &until->least : &until->most);
}

/* --------------------------------------------------------------------------------------- seeds */

/* The seed of the scenario as the file has it. */
static uint64_t first_seed(const struct iptfs_sweep *sweep)
{
    uint64_t seed = 1;
    json_t *base = iptfs_sweep_base(sweep);
    const char *text = json_string_value(json_object_get(base, IPTFS_SWEEP_SEED_KEY));
    if (text != NULL && iptfs_parse_number(text, &seed, NULL) != 0)
        seed = 1; /* the scenario is refused when it is read */
    json_decref(base);
    return seed;
}

/* Seeds one after the other, from that of the scenario on. */
static int add_seeds(struct iptfs_sweep_reader *reader)
{
    struct iptfs_sweep_until *until = &reader->sweep->until;
    uint64_t first = first_seed(reader->sweep);
    if (first > UINT64_MAX - until->most)
        return iptfs_sweep_refuse(
            reader, until->line, "until", "the greatest seed",
            "a seed of the scenario that has greater ones, or a line of seeds");
    struct iptfs_sweep_run *run = iptfs_arena_alloc(&reader->sweep->arena, sizeof *run);
    if (run == NULL)
        return iptfs_sweep_no_memory(reader);
    *run =
        (struct iptfs_sweep_run){.rule = IPTFS_SWEEP_WHOLE, .count = until->most, .first = first};
    const struct iptfs_sweep_track track = {.column = IPTFS_SWEEP_SEED,
                                            .key = IPTFS_SWEEP_SEED_KEY,
                                            .line = until->line,
                                            .count = until->most,
                                            .runs = run,
                                            .n_runs = 1};
    return iptfs_sweep_add_axis(reader, &track);
}

/* Keeps the first seeds of a line. */
static void cut_seeds(struct iptfs_sweep_axis *axis, size_t count)
{
    struct iptfs_sweep_track *track = axis->tracks;
    axis->n_steps = count;
    track->count = count;
    while (track->runs[track->n_runs - 1].begin >= count)
        track->n_runs--;
    struct iptfs_sweep_run *last = &track->runs[track->n_runs - 1];
    last->count = count - last->begin;
}

/* The seeds of the line, in its order, are those of the replications. */
static int take_seeds(struct iptfs_sweep_reader *reader, struct iptfs_sweep_axis *axis)
{
    struct iptfs_sweep_until *until = &reader->sweep->until;
    char found[64], allowed[96];
    if (axis->n_tracks > 1)
        return iptfs_sweep_refuse(reader, until->line, "until", "seeds in a zip",
                                  "seeds that move alone");
    size_t needed = until->most != 0 ? until->most : until->least;
    if (axis->n_steps >= needed) {
        until->most = until->most != 0 ? until->most : axis->n_steps;
        cut_seeds(axis, until->most);
        return 0;
    }
    snprintf(found, sizeof found, "%zu seeds", axis->n_steps);
    snprintf(allowed, sizeof allowed, "at least %zu, as many as %s needs, or no line of seeds",
             needed, until->most != 0 ? "until-max" : "until");
    return iptfs_sweep_refuse(reader, axis->line, IPTFS_SWEEP_SEED, found, allowed);
}

int iptfs_sweep_finish_until(struct iptfs_sweep_reader *reader)
{
    struct iptfs_sweep *sweep = reader->sweep;
    struct iptfs_sweep_until *until = &sweep->until;
    size_t axis;
    bool has_seeds = iptfs_sweep_find_column(sweep, IPTFS_SWEEP_SEED, &axis);
    if (until->line == 0)
        return reader->until_line == 0
                   ? 0
                   : iptfs_sweep_refuse(reader, reader->until_line, "until-min, until-max",
                                        "no until", "with until = PERCENT of MEASURE");
    until->least = until->least != 0 ? until->least : IPTFS_UNTIL_LEAST;
    if (until->most == 0 && !has_seeds)
        until->most = until->least > IPTFS_UNTIL_MOST ? until->least : IPTFS_UNTIL_MOST;
    if (until->most != 0 && until->most < until->least)
        return iptfs_sweep_refuse(reader, reader->until_line, "until-min, until-max",
                                  "a minimum above the maximum", "until-min up to until-max");
    int code = has_seeds ? take_seeds(reader, &sweep->axes[axis]) : add_seeds(reader);
    IPTFS_ASSERT(code != 0 || until->most >= until->least);
    return code;
}
