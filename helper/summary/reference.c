/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/reference.h"

#include "summary/table.h"
#include "text/json_build.h"

#include <stdbool.h>
#include <string.h>

/* The two files whose columns are described. */
enum file {
    SUMMARY,
    SERIES
};

static bool is_in(const struct iptfs_summary_row *row, enum file file)
{
    return file == SUMMARY ? row->get != NULL : row->series.kind != IPTFS_SERIES_NONE;
}

static bool has_rows(const struct iptfs_summary_group *group, enum file file)
{
    for (size_t i = 0; i < group->count; i++)
        if (is_in(&group->rows[i], file))
            return true;
    return false;
}

/* "flows.NAME.delay_s.STATISTIC"; a column of the series begins with its direction. */
static char *full_name(const struct iptfs_summary_group *group, const struct iptfs_summary_row *row,
                       enum file file, char *buffer, size_t size)
{
    const char *member = group->scope == IPTFS_SUMMARY_FLOW  ? ".NAME."
                         : group->scope == IPTFS_SUMMARY_END ? ".END."
                                                             : "";
    const char *direction =
        file == SERIES && group->scope == IPTFS_SUMMARY_DIRECTION ? "DIRECTION." : "";
    snprintf(buffer, size, "%s%s%s%s%s%s", direction, group->prefix, member, row->name,
             row->parts != NULL ? "." : "", row->parts != NULL ? row->parts->placeholder : "");
    return buffer;
}

/* The condition of a row, else that of its group; NULL: always. */
static const char *condition_of(const struct iptfs_summary_group *group,
                                const struct iptfs_summary_row *row, enum file file)
{
    const struct iptfs_summary_condition *when = file == SERIES ? row->series.when : row->when;
    if (when == NULL && file == SUMMARY)
        when = group->when;
    return when != NULL ? when->text : NULL;
}

/* In the series an octet counter becomes a rate and a total becomes an increase. */
static const char *series_note(const struct iptfs_summary_row *row)
{
    static const char *const notes[] = {
        [IPTFS_SERIES_NONE] = "",
        [IPTFS_SERIES_LEVEL] = "At the end of the interval.",
        [IPTFS_SERIES_INCREASE] = "In the interval.",
        [IPTFS_SERIES_RATE] = "Mean over the interval.",
    };
    return notes[row->series.kind];
}

static const char *meaning_of(const struct iptfs_summary_row *row, enum file file)
{
    return file == SERIES && row->series.meaning != NULL ? row->series.meaning : row->meaning;
}

/* Whether a warm-up is left out, where a reader might be wrong about that. */
static const char *span_note(const struct iptfs_summary_row *row)
{
    return row->span == IPTFS_SPAN_WHOLE ? " A warm-up is included." : "";
}

/* Parts of a row may have units of their own. */
static const char *unit_of(const struct iptfs_summary_row *row)
{
    return row->parts != NULL && row->parts->unit != NULL ? "see below" : row->unit;
}

/* ------------------------------------------------------------------------------------ Markdown */

static void write_rows(const struct iptfs_summary_group *group, enum file file, FILE *out)
{
    fputs("| name | unit | meaning |\n| --- | --- | --- |\n", out);
    for (size_t i = 0; i < group->count; i++) {
        const struct iptfs_summary_row *row = &group->rows[i];
        const char *condition = condition_of(group, row, file);
        char name[160];
        if (!is_in(row, file))
            continue;
        fprintf(out, "| `%s` | %s | %s%s%s", full_name(group, row, file, name, sizeof name),
                unit_of(row), meaning_of(row, file), file == SERIES ? " " : "",
                file == SERIES ? series_note(row) : "");
        if (file == SUMMARY)
            fputs(span_note(row), out);
        if (condition != NULL && (file == SERIES || row->when != NULL))
            fprintf(out, " Present %s.", condition);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

/* Whether an earlier row of the group has the same parts. */
static bool is_repeated(const struct iptfs_summary_group *group, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (group->rows[i].parts == group->rows[index].parts)
            return true;
    return false;
}

static void write_parts(const struct iptfs_summary_group *group, FILE *out)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct iptfs_summary_parts *parts = group->rows[i].parts;
        const char *name;
        if (parts == NULL || is_repeated(group, i))
            continue;
        fprintf(out, "| `%s` of `%s` | meaning |\n| --- | --- |\n", parts->placeholder,
                group->rows[i].name);
        for (size_t part = 0; (name = parts->name(part)) != NULL; part++)
            fprintf(out, "| `%s` | %s%s%s |\n", name, parts->meaning(part),
                    parts->unit != NULL ? "; " : "", parts->unit != NULL ? parts->unit(part) : "");
        fputc('\n', out);
    }
}

static void write_groups(enum file file, FILE *out)
{
    for (size_t i = 0; i < iptfs_summary_group_count; i++) {
        const struct iptfs_summary_group *group = iptfs_summary_groups[i];
        if (!has_rows(group, file))
            continue;
        fprintf(out, "### %s\n\n", group->title);
        if (file == SUMMARY && group->when != NULL)
            fprintf(out, "Present %s.\n\n", group->when->text);
        write_rows(group, file, out);
        if (file == SUMMARY)
            write_parts(group, out);
    }
}

void iptfs_reference_write_markdown(FILE *out)
{
    fputs("# Results\n\n"
          "<!-- Made by `iptfs-sim list results --markdown`; do not edit. -->\n\n"
          "`run` writes the summary of a run as `summary.json` and `summary.csv`, and a sweep "
          "writes the\n"
          "same values of all its points into `results.db` and `results.csv`. In JSON the parts of "
          "a name are\n"
          "nested objects; elsewhere they are joined by dots. With a second direction its values "
          "have the\n"
          "prefix `reverse.`; those without it are of the forward direction. A value that is not "
          "known is\n"
          "`null` in JSON and an empty field in CSV.\n\n"
          "With `warm-up` (of `[scenario]`) values are about what happened after it, and rates are "
          "per second of\n"
          "the time that is left, where a row does not say otherwise. A packet counts when it is "
          "sent, delivered\n"
          "or dropped, also when it had arrived before: the packets `in_flight_before` and those "
          "offered are\n"
          "the ones delivered, dropped and in flight at the end.\n\n"
          "Units: `s`, `bit/s`, `octets`, `packets`, `segments`, `packets/s` and `bits` (of "
          "entropy) are what\n"
          "they say; a `share` is a part of a whole (0.05 is 5 %); `1` is a number without a unit; "
          "`text` and\n"
          "`boolean` are no numbers.\n\n"
          "## The summary\n\n",
          out);
    write_groups(SUMMARY, out);
    fputs("## The series\n\n"
          "With `--series INTERVAL`, `run` also writes `series.csv`, one line for each interval. "
          "The column\n"
          "`time_s` is the end of the interval; DIRECTION is `forward` or `reverse`.\n\n",
          out);
    write_groups(SERIES, out);
}

/* ---------------------------------------------------------------------------------------- text */

enum {
    COLUMNS = 99, /* a comma or a full stop may follow */
    INDENT = 4
};

/* Writes words in lines of COLUMNS. `column` is where the first one begins; returns where the last
 * one ends. */
static size_t write_words(const char *text, size_t column, FILE *out)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > INDENT && column + 1 + length > COLUMNS) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            fputc(' ', out);
            column++;
        }
        fwrite(text, 1, length, out);
        column += length;
        text += length + strspn(text + length, " ");
    }
    return column;
}

static void write_row_text(const struct iptfs_summary_group *group,
                           const struct iptfs_summary_row *row, enum file file, FILE *out)
{
    const char *condition = condition_of(group, row, file);
    char name[160];
    fprintf(out, "  %s  [%s]\n%*s", full_name(group, row, file, name, sizeof name), row->unit,
            INDENT, "");
    size_t column = write_words(meaning_of(row, file), INDENT, out);
    if (file == SERIES)
        column = write_words(series_note(row), column, out);
    else
        column = write_words(span_note(row), column, out);
    if (condition != NULL) {
        column = write_words("Present", column, out);
        column = write_words(condition, column, out);
        fputc('.', out);
    }
    const char *part;
    for (size_t i = 0; row->parts != NULL && (part = row->parts->name(i)) != NULL; i++) {
        if (i == 0) {
            column = write_words(row->parts->placeholder, column, out);
            column = write_words("is", column, out);
        }
        column = write_words(part, column, out);
        fputs(row->parts->name(i + 1) != NULL ? "," : ".", out);
        column++;
    }
    fputc('\n', out);
}

static void write_file_text(enum file file, const char *title, FILE *out)
{
    fprintf(out, "%s\n", title);
    for (size_t i = 0; i < iptfs_summary_group_count; i++) {
        const struct iptfs_summary_group *group = iptfs_summary_groups[i];
        if (!has_rows(group, file))
            continue;
        fprintf(out, "\n%s\n", group->title);
        for (size_t j = 0; j < group->count; j++)
            if (is_in(&group->rows[j], file))
                write_row_text(group, &group->rows[j], file, out);
    }
}

void iptfs_reference_write_text(FILE *out)
{
    write_file_text(SUMMARY, "Values of summary.json, summary.csv and the results of sweeps", out);
    fputc('\n', out);
    write_file_text(SERIES, "Columns of series.csv (run --series INTERVAL)", out);
}

/* ---------------------------------------------------------------------------------------- JSON */

static json_t *json_of(const struct iptfs_summary_group *group, const struct iptfs_summary_row *row,
                       enum file file)
{
    char name[160];
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:b}", "group", group->title, "name",
                               full_name(group, row, file, name, sizeof name), "unit", row->unit,
                               "meaning", meaning_of(row, file), "present",
                               condition_of(group, row, file), "series", file == SERIES);
    json_t *parts = row->parts != NULL ? json_object() : NULL;
    const char *part;
    for (size_t i = 0; parts != NULL && (part = row->parts->name(i)) != NULL; i++)
        iptfs_json_put(&parts, part, json_string(row->parts->meaning(i)));
    if (row->parts != NULL)
        iptfs_json_put(&object, "parts", parts);
    return object;
}

json_t *iptfs_reference_json(void)
{
    json_t *all = json_array();
    for (int file = SUMMARY; file <= SERIES; file++)
        for (size_t i = 0; i < iptfs_summary_group_count; i++) {
            const struct iptfs_summary_group *group = iptfs_summary_groups[i];
            for (size_t j = 0; j < group->count; j++)
                if (is_in(&group->rows[j], (enum file)file))
                    iptfs_json_append(&all, json_of(group, &group->rows[j], (enum file)file));
        }
    return all;
}
