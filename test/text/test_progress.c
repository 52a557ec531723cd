/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What long work reports reaches its caller, who need not listen. */
#include "support/check.h"
#include "text/progress.h"

#include <string.h>

struct heard {
    double done;
    double all;
    const char *unit;
    unsigned ends;
    char line[2000];
};

static void hear_progress(void *ctx, double done, double all, const char *unit)
{
    struct heard *heard = ctx;
    heard->done = done;
    heard->all = all;
    heard->unit = unit;
}

static void hear_end(void *ctx)
{
    struct heard *heard = ctx;
    heard->ends++;
}

static void hear_message(void *ctx, const char *line)
{
    struct heard *heard = ctx;
    strncpy(heard->line, line, sizeof heard->line - 1);
}

static void test_callbacks_get_what_was_reported(void)
{
    struct heard heard = {.unit = NULL};
    struct iptfs_progress progress = {hear_progress, hear_end, hear_message, &heard};
    CHECK_TRUE(iptfs_progress_watched(&progress));
    iptfs_progress_update(&progress, 3, 10, "points");
    CHECK_NEAR(heard.done, 3, 0);
    CHECK_NEAR(heard.all, 10, 0);
    CHECK_STR(heard.unit, "points");
    iptfs_progress_end(&progress);
    CHECK_U64(heard.ends, 1);
    iptfs_progress_message(&progress, "%s: %d", "failed", 7);
    CHECK_STR(heard.line, "failed: 7");
}

static void test_nobody_listens(void)
{
    struct iptfs_progress progress = {.ctx = NULL};
    CHECK_TRUE(!iptfs_progress_watched(NULL));
    CHECK_TRUE(!iptfs_progress_watched(&progress));
    iptfs_progress_update(NULL, 1, 2, NULL);
    iptfs_progress_update(&progress, 1, 2, NULL);
    iptfs_progress_end(NULL);
    iptfs_progress_end(&progress);
    iptfs_progress_message(NULL, "lost");
    iptfs_progress_message(&progress, "lost");
}

static void test_long_messages_are_cut(void)
{
    char long_text[3000];
    struct heard heard = {.unit = NULL};
    struct iptfs_progress progress = {.message = hear_message, .ctx = &heard};
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    iptfs_progress_message(&progress, "%s", long_text);
    CHECK_U64(strlen(heard.line), 1023);
}

const CU_TestInfo iptfs_tests_progress[] = {
    {"callbacks get what was reported", test_callbacks_get_what_was_reported},
    {"nobody listens", test_nobody_listens},
    {"long messages are cut", test_long_messages_are_cut},
    CU_TEST_INFO_NULL,
};
