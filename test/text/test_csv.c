/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of CSV, and the walk over the values of nested JSON objects. */
#include "support/check.h"
#include "text/csv.h"
#include "text/json_walk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fields_are_separated_and_quoted(void)
{
    char *text = NULL;
    size_t size = 0;
    struct iptfs_csv csv = {.out = open_memstream(&text, &size)};
    iptfs_csv_text(&csv, "plain");
    iptfs_csv_text(&csv, "a,b");
    iptfs_csv_text(&csv, "say \"x\"");
    iptfs_csv_text(&csv, " blank");
    iptfs_csv_text(&csv, NULL);
    iptfs_csv_integer(&csv, -5);
    iptfs_csv_end(&csv);
    iptfs_csv_real(&csv, 0.1, 15);
    iptfs_csv_real(&csv, 1.0 / 3, 3);
    iptfs_csv_real(&csv, (double)NAN, 15);
    iptfs_csv_end(&csv);
    fclose(csv.out);
    CHECK_STR(text, "plain,\"a,b\",\"say \"\"x\"\"\",\" blank\",,-5\n0.1,0.333,\n");
    free(text);
}

static void json_values_are_fields(void)
{
    char *text = NULL;
    size_t size = 0;
    struct iptfs_csv csv = {.out = open_memstream(&text, &size)};
    json_t *values = json_pack("[s, I, f, b, n]", "a,b", (json_int_t)7, 0.25, 1);
    const json_t *value;
    for (size_t i = 0; (value = json_array_get(values, i)) != NULL; i++)
        iptfs_csv_json(&csv, value);
    iptfs_csv_json(&csv, NULL);
    iptfs_csv_end(&csv);
    fclose(csv.out);
    CHECK_STR(text, "\"a,b\",7,0.25,true,,\n");
    free(text);
    json_decref(values);
}

static void take_name(void *ctx, const char *name, const json_t *value)
{
    fprintf(ctx, "%s=%d ", name, (int)json_integer_value(value));
}

static void the_walk_joins_names_with_dots(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    json_t *object = json_pack("{s:i, s:{s:i, s:{s:i}}, s:{}, s:i}", "a", 1, "b", "c", 2, "d", "e",
                               3, "f", "g", 4);
    iptfs_json_walk(object, take_name, out);
    fclose(out);
    CHECK_STR(text, "a=1 b.c=2 b.d.e=3 g=4 ");
    free(text);
    json_decref(object);
}

const CU_TestInfo iptfs_tests_csv[] = {
    {"fields are separated and quoted", fields_are_separated_and_quoted},
    {"JSON values are fields", json_values_are_fields},
    {"the walk joins names with dots", the_walk_joins_names_with_dots},
    CU_TEST_INFO_NULL,
};
