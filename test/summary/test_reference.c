/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference of summary values names each row, in each form. */
#include "summary/reference.h"
#include "summary/table.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *written(void (*write)(FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    write(out);
    fclose(out);
    return text;
}

static void check_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        CHECK_FAIL("\"%s\" is not in the reference", part);
}

static void markdown_is_a_document(void)
{
    char *text = written(iptfs_reference_write_markdown);
    CHECK_TRUE(strncmp(text, "# Results\n", 10) == 0);
    check_has(text, "\n| `outer.mean_fill` | share | Inner octets carried, divided by");
    check_has(text, "\n| `inner.dropped.CAUSE` | packets | ");
    check_has(text, "\n| `link-loss` | ");
    check_has(text, "\n| `flows.NAME.rtt_s.STATISTIC` | s | ");
    check_has(text, "Present for ns-3's TCP applications. |\n");
    check_has(text, "### What an observer learns\n\nPresent with leak = on.\n");
    check_has(text, "\n| `DIRECTION.queue_octets` | octets | ");
    free(text);
}

static void text_has_lines_of_a_terminal(void)
{
    char *text = written(iptfs_reference_write_text);
    check_has(text, "\n  delay_s.STATISTIC  [s]\n");
    check_has(text, " STATISTIC is mean, min, p50, p90, p99, max.\n");
    check_has(text, "\n  flows.NAME.cwnd_octets  [octets]\n");
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 100)
            CHECK_FAIL("a line of %zu characters: %.40s", strcspn(line, "\n"), line);
    free(text);
}

static void json_has_a_row_for_each(void)
{
    json_t *all = iptfs_reference_json();
    size_t rows = 0;
    for (size_t i = 0; i < iptfs_summary_group_count; i++)
        for (size_t j = 0; j < iptfs_summary_groups[i]->count; j++) {
            const struct iptfs_summary_row *row = &iptfs_summary_groups[i]->rows[j];
            rows += row->get != NULL ? 1 : 0;
            rows += row->series.kind != IPTFS_SERIES_NONE ? 1 : 0;
        }
    CHECK_U64(json_array_size(all), rows);
    const json_t *first = json_array_get(all, 0);
    CHECK_STR(json_string_value(json_object_get(first, "name")), "name");
    CHECK_STR(json_string_value(json_object_get(first, "unit")), "text");
    CHECK_TRUE(json_is_null(json_object_get(first, "present")));
    json_decref(all);
}

const CU_TestInfo iptfs_tests_reference[] = {
    {"Markdown is a document", markdown_is_a_document},
    {"text has lines of a terminal", text_has_lines_of_a_terminal},
    {"JSON has a row for each", json_has_a_row_for_each},
    CU_TEST_INFO_NULL,
};
