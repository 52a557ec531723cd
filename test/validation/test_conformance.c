/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doc/conformance.md names files and tests that exist, and says of each clause whether it is built.
 */
#include "stats/counters.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char page[] = "doc/conformance.md";

enum {
    CELLS_MAX = 8,
    LINE_OCTETS = 4096
};

/* The text of a file, to be freed; NULL when it cannot be read. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    char *text = NULL;
    size_t octets = 0;
    FILE *memory = open_memstream(&text, &octets);
    for (int c; memory != NULL && (c = fgetc(file)) != EOF;)
        fputc(c, memory);
    fclose(file);
    if (memory != NULL)
        fclose(memory);
    return text;
}

/* Splits "| a | b |" into its cells, without blanks around; 0 when the line is no row. */
static size_t split(char *line, char *cells[CELLS_MAX])
{
    size_t count = 0;
    if (strncmp(line, "| ", 2) != 0)
        return 0;
    for (char *at = line + 1, *end; count < CELLS_MAX && (end = strchr(at, '|')) != NULL;
         at = end + 1) {
        *end = '\0';
        at += strspn(at, " ");
        for (char *last = at + strlen(at); last > at && last[-1] == ' ';)
            *--last = '\0';
        cells[count++] = at;
    }
    return count;
}

static bool is_in(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* "`FILE`, `FILE`" */
static void check_files(char *cell)
{
    CHECK_TRUE(strchr(cell, '`') != NULL);
    for (char *name = strtok(cell, "`"); name != NULL; name = strtok(NULL, "`")) {
        if (strcmp(name, ", ") == 0)
            continue;
        FILE *file = fopen(name, "rb");
        if (file == NULL) {
            CHECK_FAIL("%s: %s does not exist", page, name);
            continue;
        }
        fclose(file);
    }
}

static void check_test(const char *path, const char *name)
{
    char row[256];
    char *text = read_text(path);
    snprintf(row, sizeof row, "{\"%s\",", name);
    if (text == NULL || strstr(text, row) == NULL)
        CHECK_FAIL("%s: %s has no test '%s'", page, path, name);
    free(text);
}

/* "`FILE`: NAME; `FILE`: NAME" */
static void check_tests(char *cell)
{
    CHECK_TRUE(cell[0] == '`');
    for (char *rest, *item = strtok_r(cell, ";", &rest); item != NULL;
         item = strtok_r(NULL, ";", &rest)) {
        char *path = item + strspn(item, " `");
        char *name = strstr(path, "`: ");
        if (name == NULL) {
            CHECK_FAIL("%s: '%s' is not `FILE`: NAME", page, item);
            continue;
        }
        *name = '\0';
        check_test(path, name + 3);
    }
}

/* The last cells of each row are its state, the code and the test. */
static size_t check_row(char *cells[], size_t count)
{
    static const char *const built[] = {"yes", "part", NULL};
    static const char *const not_built[] = {"no", "user", NULL};
    char **last = cells + count - 3;
    if (is_in(last[0], built)) {
        check_files(last[1]);
        check_tests(last[2]);
    } else if (!is_in(last[0], not_built)) {
        CHECK_FAIL("%s: '%s' is no state", page, last[0]);
    }
    return 1;
}

static void test_what_the_page_names_exists(void)
{
    char *text = read_text(page), *rest = NULL;
    size_t rows = 0;
    if (text == NULL) {
        CHECK_FAIL("%s cannot be read", page);
        return;
    }
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *cells[CELLS_MAX];
        size_t count = split(line, cells);
        if (count >= 5 && strcmp(cells[0], "---") != 0 && strcmp(cells[count - 1], "test") != 0)
            rows += check_row(cells, count);
    }
    CHECK_TRUE(rows > 80);
    free(text);
}

/* How often each word stands in the normative sections of the RFC. */
static void test_each_key_word_has_its_row(void)
{
    static const struct {
        const char *word;
        int rows;
    } words[] = {{"MUST", 20},      {"MUST NOT", 4}, {"SHOULD", 12},
                 {"SHOULD NOT", 3}, {"MAY", 17},     {"RECOMMENDED", 3}};
    char *text = read_text(page), *rest = NULL;
    int found[sizeof words / sizeof words[0]] = {0};
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *cells[CELLS_MAX];
        if (split(line, cells) != 6)
            continue;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            found[i] += strcmp(cells[1], words[i].word) == 0;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        CHECK_INT(found[i], words[i].rows);
    free(text);
}

/* The counters of RFC 9348, from the program's own table, and the leaves of its configuration. */
static void test_each_node_of_rfc_9348_has_its_row(void)
{
    static const char *const leaves[] = {
        "congestion-control",   "use-path-mtu-discovery",
        "outer-packet-size",    "l2-fixed-rate",
        "l3-fixed-rate",        "dont-fragment",
        "max-aggregation-time", "window-size",
        "send-immediately",     "lost-packet-timer-interval",
    };
    char *text = read_text(page);
    char *nodes = text != NULL ? strstr(text, "## RFC 9348: counters") : NULL;
    if (!CHECK_TRUE(nodes != NULL)) {
        free(text);
        return;
    }
    for (int i = 0; i < IPTFS_COUNTER_COUNT; i++) {
        const struct iptfs_counter_name *name = iptfs_counter_name((enum iptfs_counter)i);
        if (strcmp(name->family, "yang") == 0 &&
            (strstr(nodes, name->group) == NULL || strstr(nodes, name->name) == NULL))
            CHECK_FAIL("%s has no %s", page, name->name);
    }
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++)
        if (strstr(nodes, leaves[i]) == NULL)
            CHECK_FAIL("%s has no %s", page, leaves[i]);
    free(text);
}

const CU_TestInfo iptfs_tests_conformance[] = {
    {"what the page names exists", test_what_the_page_names_exists},
    {"each key word has its row", test_each_key_word_has_its_row},
    {"each node of RFC 9348 has its row", test_each_node_of_rfc_9348_has_its_row},
    CU_TEST_INFO_NULL,
};
