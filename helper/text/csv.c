/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static void begin_field(struct iptfs_csv *csv)
{
    if (csv->fields++ > 0)
        fputc(',', csv->out);
}

static bool needs_quotes(const char *text)
{
    size_t length = strlen(text);
    return strpbrk(text, ",\"\r\n") != NULL ||
           (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));
}

void iptfs_csv_text(struct iptfs_csv *csv, const char *text)
{
    begin_field(csv);
    if (text == NULL)
        return;
    bool quoted = needs_quotes(text);
    if (quoted)
        fputc('"', csv->out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', csv->out);
        fputc(*text, csv->out);
    }
    if (quoted)
        fputc('"', csv->out);
}

void iptfs_csv_integer(struct iptfs_csv *csv, int64_t value)
{
    begin_field(csv);
    fprintf(csv->out, "%" PRId64, value);
}

void iptfs_csv_real(struct iptfs_csv *csv, double value, int digits)
{
    begin_field(csv);
    if (!isnan(value))
        fprintf(csv->out, "%.*g", digits, value);
}

void iptfs_csv_json(struct iptfs_csv *csv, const json_t *value)
{
    if (json_is_integer(value))
        iptfs_csv_integer(csv, json_integer_value(value));
    else if (json_is_real(value))
        iptfs_csv_real(csv, json_real_value(value), IPTFS_CSV_DIGITS);
    else if (json_is_boolean(value))
        iptfs_csv_text(csv, json_is_true(value) ? "true" : "false");
    else
        iptfs_csv_text(csv, json_string_value(value));
}

void iptfs_csv_end(struct iptfs_csv *csv)
{
    fputc('\n', csv->out);
    csv->fields = 0;
}
