/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"
#include "text/json_build.h"

#include <stdlib.h>

static void check_text(const json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    CHECK_STR(text != NULL ? text : "none", expected);
    free(text);
}

static void json_build_values(void)
{
    static const char *const keys[] = {"flows", "a.b", "pkts"};
    json_t *object = json_object(), *array = json_array();
    iptfs_json_append(&array, json_integer(1));
    iptfs_json_append(&array, json_true());
    iptfs_json_put(&object, "list", array);
    iptfs_json_put_dotted(&object, "outer.sent.pkts", json_integer(2));
    iptfs_json_put_dotted(&object, "outer.sent.octets", json_integer(3));
    iptfs_json_put_at(&object, keys, 3, json_integer(4));
    check_text(object, "{\"list\":[1,true],\"outer\":{\"sent\":{\"pkts\":2,\"octets\":3}},"
                       "\"flows\":{\"a.b\":{\"pkts\":4}}}");
    json_decref(object);
}

/* A NULL value stands for an allocation that failed. */
static void json_build_without_memory(void)
{
    json_t *object = json_object(), *array = json_array();
    iptfs_json_put(&object, "first", json_integer(1));
    iptfs_json_put(&object, "second", NULL);
    CHECK_TRUE(object == NULL);
    iptfs_json_put(&object, "third", json_integer(3));
    iptfs_json_put_dotted(&object, "a.b", json_integer(4));
    CHECK_TRUE(object == NULL);
    iptfs_json_append(&array, NULL);
    CHECK_TRUE(array == NULL);
    iptfs_json_append(&array, json_null());
    CHECK_TRUE(array == NULL);
    object = json_object();
    iptfs_json_put_dotted(&object, "a.b.c", NULL);
    CHECK_TRUE(object == NULL);
}

const CU_TestInfo iptfs_tests_json_build[] = {
    {"values and paths", json_build_values},
    {"a failure stays", json_build_without_memory},
    CU_TEST_INFO_NULL,
};
