/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim list`: each topic in each form. */
#include "cli/list.h"
#include "packet/drop_cause.h"
#include "support/check.h"
#include "support/program.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char *listed(const char *topic, enum iptfs_list_form form)
{
    char *text = NULL;
    size_t size = 0;
    struct iptfs_error error = {0};
    FILE *out = open_memstream(&text, &size);
    CHECK_INT(iptfs_list(topic, form, out, &error), IPTFS_OK);
    fclose(out);
    return text;
}

static void test_each_topic_has_each_form(void)
{
    const char *name;
    for (size_t i = 0; (name = iptfs_list_topic_at(i)) != NULL; i++) {
        char *text = listed(name, IPTFS_LIST_TEXT), *csv = listed(name, IPTFS_LIST_CSV);
        char *markdown = listed(name, IPTFS_LIST_MARKDOWN), *json = listed(name, IPTFS_LIST_JSON);
        json_t *rows = json_loads(json, 0, NULL);
        CHECK_TRUE(count_lines(text) > 2);
        CHECK_TRUE(json_array_size(rows) > 1);
        CHECK_TRUE(count_lines(csv) >= json_array_size(rows) + 1);
        CHECK_CONTAINS(markdown, "| --- | --- |");
        json_decref(rows);
        free(text);
        free(csv);
        free(markdown);
        free(json);
    }
}

/* What it was before it had more topics: what a scenario may contain. */
static void test_without_a_topic(void)
{
    char *text = listed(NULL, IPTFS_LIST_TEXT), *keys = listed("keys", IPTFS_LIST_TEXT);
    CHECK_TRUE(strncmp(text, "Modes (", 7) == 0);
    CHECK_CONTAINS(text, "\nCiphers (");
    CHECK_CONTAINS(text, keys);
    CHECK_TRUE(strstr(text, "no-queue-space") == NULL);
    free(text);
    free(keys);
    char *json = listed(NULL, IPTFS_LIST_JSON);
    json_t *all = json_loads(json, 0, NULL);
    const char *name;
    for (size_t i = 0; (name = iptfs_list_topic_at(i)) != NULL; i++)
        CHECK_TRUE(json_is_array(json_object_get(all, name)));
    json_decref(all);
    free(json);
}

/* The row of that name in a JSON list. */
static const json_t *row_of(const json_t *rows, const char *column, const char *name)
{
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)rows, i,
                       row) if (strcmp(json_string_value(json_object_get(row, column)), name) ==
                                0) return row;
    return NULL;
}

static void test_a_key_as_json(void)
{
    char *json = listed("keys", IPTFS_LIST_JSON);
    json_t *rows = json_loads(json, 0, NULL);
    const json_t *row = row_of(rows, "key", "reorder-window");
    CHECK_STR(json_string_value(json_object_get(row, "section")), "tunnel");
    CHECK_STR(json_string_value(json_object_get(row, "kind")), "number");
    CHECK_STR(json_string_value(json_object_get(row, "direction")), "in");
    CHECK_STR(json_string_value(json_object_get(row, "default")), "3");
    CHECK_TRUE(json_is_string(json_object_get(row, "allowed")));
    CHECK_TRUE(json_is_string(json_object_get(row, "meaning")));
    CHECK_TRUE(json_is_false(json_object_get(row, "required")));
    row = row_of(rows, "key", "mode");
    CHECK_TRUE(json_array_size(json_object_get(row, "words")) > 3);
    CHECK_TRUE(json_is_null(json_object_get(row, "used_by")));
    row = row_of(rows, "key", "size");
    CHECK_TRUE(json_array_size(json_object_get(row, "used_by")) > 0);
    json_decref(rows);
    free(json);
}

static void test_causes_are_those_of_the_table(void)
{
    char *json = listed("causes", IPTFS_LIST_JSON);
    json_t *rows = json_loads(json, 0, NULL);
    size_t count = 0;
    for (enum iptfs_drop_cause cause; (cause = iptfs_drop_cause_at(count)) != IPTFS_DROP_NONE;
         count++)
        CHECK_TRUE(row_of(rows, "word", iptfs_drop_cause_name(cause)) != NULL);
    CHECK_U64(json_array_size(rows), count);
    json_decref(rows);
    free(json);
}

/* The name that model/iptfs.h uses. */
static void test_options_are_the_keys(void)
{
    char *options = listed("options", IPTFS_LIST_TEXT), *keys = listed("keys", IPTFS_LIST_TEXT);
    CHECK_STR(options, keys);
    free(options);
    free(keys);
}

/* The options of the command choose the form; the same twice is no mistake. */
static void test_options_choose_the_form(void)
{
    static const struct {
        const char *option;
        enum iptfs_list_form form;
    } rows[] = {{"", IPTFS_LIST_TEXT},
                {"--csv", IPTFS_LIST_CSV},
                {"--json", IPTFS_LIST_JSON},
                {"--markdown", IPTFS_LIST_MARKDOWN},
                {"--csv --csv", IPTFS_LIST_CSV}};
    program_new_folder();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *expected = listed("causes", rows[i].form);
        struct outcome outcome = program_run("list causes %s", rows[i].option);
        CHECK_INT(outcome.status, 0);
        CHECK_STR(outcome.out, expected);
        CHECK_STR(outcome.err, "");
        program_free(&outcome);
        free(expected);
    }
    program_remove_folder();
}

static void test_an_unknown_topic_is_refused(void)
{
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_list("enginse", IPTFS_LIST_TEXT, stdout, &error), IPTFS_E_INVALID);
    CHECK_CONTAINS(error.text, "list: found 'enginse', allowed: modes, traffic");
    CHECK_CONTAINS(error.text, "did you mean 'engines'?");
}

const CU_TestInfo iptfs_tests_list_command[] = {
    {"each topic has each form", test_each_topic_has_each_form},
    {"without a topic", test_without_a_topic},
    {"a key as JSON", test_a_key_as_json},
    {"causes are those of the table", test_causes_are_those_of_the_table},
    {"options are the keys", test_options_are_the_keys},
    {"options choose the form", test_options_choose_the_form},
    {"an unknown topic is refused", test_an_unknown_topic_is_refused},
    CU_TEST_INFO_NULL,
};
