/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash of a point: what counts in it, and what does not. */
#include "sweep/identity.h"

#include "support/check.h"
#include "support/folder.h"

#include <stdio.h>
#include <string.h>

#define LIST(head, file)                                                                           \
    "[scenario]\nduration = 10ms\n" head "[traffic.a]\ntype = list\nfile = " file "\n"

static struct iptfs_text id_of(const char *text)
{
    struct iptfs_scenario scenario;
    struct iptfs_text id = {""};
    struct iptfs_error error;
    if (iptfs_scenario_parse_text(&scenario, text, folder_file("s.ini"), NULL, 0, &error) != 0) {
        CHECK_STR(error.text, "");
        return id;
    }
    CHECK_INT(iptfs_sweep_id(&scenario, &id, &error), 0);
    iptfs_scenario_free(&scenario);
    CHECK_U64(strlen(id.text), 16);
    return id;
}

static void values_count_and_descriptions_do_not(void)
{
    folder_make();
    folder_write("a.csv", "time,size\n1ms,100\n");
    struct iptfs_text id = id_of(LIST("", "a.csv"));
    CHECK_STR(id_of(LIST("description = words\n", "a.csv")).text, id.text);
    CHECK_STR(id_of(LIST("seed = 1\n", "a.csv")).text, id.text); /* the default */
    CHECK_TRUE(strcmp(id_of(LIST("seed = 2\n", "a.csv")).text, id.text) != 0);
    CHECK_TRUE(strcmp(id_of(LIST("[link]\nloss = 1%\n", "a.csv")).text, id.text) != 0);
    folder_remove();
}

/* Results may move with the files they were made of. */
static void contents_of_files_count_and_names_do_not(void)
{
    folder_make();
    folder_write("a.csv", "time,size\n1ms,100\n");
    folder_write("b.csv", "time,size\n1ms,100\n");
    struct iptfs_text id = id_of(LIST("", "a.csv"));
    CHECK_STR(id_of(LIST("", "b.csv")).text, id.text);
    folder_write("b.csv", "time,size\n1ms,101\n");
    CHECK_TRUE(strcmp(id_of(LIST("", "b.csv")).text, id.text) != 0);
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_identity[];
const CU_TestInfo iptfs_tests_identity[] = {
    {"values count, and descriptions do not", values_count_and_descriptions_do_not},
    {"contents of files count, and names do not", contents_of_files_count_and_names_do_not},
    CU_TEST_INFO_NULL,
};
