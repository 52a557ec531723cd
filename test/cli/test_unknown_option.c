/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unknown options are found where argp would find them, and values of options are not taken for
 * options. */
#include "cli/unknown_option.h"
#include "support/check.h"

#include <string.h>

static const struct argp_option options[] = {
    {"out", 'o', "DIR", 0, "Folder", 0},
    {"quiet", 'q', NULL, 0, "Print nothing", 0},
    {0},
};

/* The unknown option in the words, or "". */
static const char *find(const char *line, unsigned flags, const char **best)
{
    static char copy[128];
    char *words[16] = {copy}, *rest = copy;
    int count = 0;
    static struct iptfs_unknown_option unknown;
    strncpy(copy, line, sizeof copy - 1);
    while (rest != NULL)
        words[count++] = strsep(&rest, " ");
    *best = NULL;
    if (!iptfs_unknown_option(options, flags, count, words, &unknown))
        return "";
    *best = unknown.nearest;
    return unknown.name;
}

static void test_known_options_pass(void)
{
    static const char *const lines[] = {
        "p",           "p --out dir",       "p --out=dir --quiet", "p -o --odd", "p -qo --odd",
        "p --out --x", "p file -- --odd",   "p --ou dir",          "p --help",   "p - -x",
        "p -o=--x",    "p --quiet --usage",
    };
    const char *best;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!CHECK_STR(find(lines[i], 0, &best), ""))
            CHECK_FAIL("%s", lines[i]);
}

static void test_unknown_options_are_found(void)
{
    const char *best;
    CHECK_STR(find("p --quite", 0, &best), "quite");
    CHECK_STR(best, "quiet");
    CHECK_STR(find("p file --hlep", 0, &best), "hlep");
    CHECK_STR(best, "help");
    CHECK_STR(find("p -q --nonsense=3", 0, &best), "nonsense");
    CHECK_TRUE(best == NULL);
    CHECK_STR(find("p -oDIR --odd", 0, &best), "odd");
}

/* Behind the first argument the words belong to a command. */
static void test_in_order(void)
{
    const char *best;
    CHECK_STR(find("p run --odd", ARGP_IN_ORDER, &best), "");
    CHECK_STR(find("p --odd run", ARGP_IN_ORDER, &best), "odd");
}

const CU_TestInfo iptfs_tests_unknown_option[] = {
    {"known options pass", test_known_options_pass},
    {"unknown options are found", test_unknown_options_are_found},
    {"in order", test_in_order},
    CU_TEST_INFO_NULL,
};
