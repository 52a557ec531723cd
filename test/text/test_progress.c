/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress and messages reach the callbacks; all callbacks are optional. */
#include "support/check.h"
#include "text/progress.h"

#include <stdio.h>
#include <string.h>

struct reported {
    double done;
    double all;
    const char *unit;
    unsigned ends;
    char note[128];
    char line[2000];
};

static void on_progress(void *ctx, double done, double all, const char *unit)
{
    struct reported *reported = ctx;
    reported->done = done;
    reported->all = all;
    reported->unit = unit;
}

static void on_note(void *ctx, const char *text)
{
    struct reported *reported = ctx;
    snprintf(reported->note, sizeof reported->note, "%s", text);
}

static void on_end(void *ctx)
{
    struct reported *reported = ctx;
    reported->ends++;
}

static void on_message(void *ctx, const char *line)
{
    struct reported *reported = ctx;
    strncpy(reported->line, line, sizeof reported->line - 1);
}

static void test_callbacks_get_what_was_reported(void)
{
    struct reported reported = {.unit = NULL};
    struct iptfs_progress progress = {on_progress, on_note, on_end, on_message, &reported};
    CHECK_TRUE(iptfs_progress_watched(&progress));
    iptfs_progress_update(&progress, 3, 10, "points");
    CHECK_NEAR(reported.done, 3, 0);
    CHECK_NEAR(reported.all, 10, 0);
    CHECK_STR(reported.unit, "points");
    iptfs_progress_note(&progress, "%d MB", 12);
    CHECK_STR(reported.note, "12 MB");
    iptfs_progress_end(&progress);
    CHECK_U64(reported.ends, 1);
    iptfs_progress_message(&progress, "%s: %d", "failed", 7);
    CHECK_STR(reported.line, "failed: 7");
}

static void test_callbacks_are_optional(void)
{
    struct iptfs_progress progress = {.ctx = NULL};
    CHECK_TRUE(!iptfs_progress_watched(NULL));
    CHECK_TRUE(!iptfs_progress_watched(&progress));
    iptfs_progress_update(NULL, 1, 2, NULL);
    iptfs_progress_update(&progress, 1, 2, NULL);
    iptfs_progress_note(NULL, "lost");
    iptfs_progress_note(&progress, "lost");
    iptfs_progress_end(NULL);
    iptfs_progress_end(&progress);
    iptfs_progress_message(NULL, "lost");
    iptfs_progress_message(&progress, "lost");
}

static void test_long_messages_are_cut(void)
{
    char long_text[3000];
    struct reported reported = {.unit = NULL};
    struct iptfs_progress progress = {.message = on_message, .ctx = &reported};
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = '\0';
    iptfs_progress_message(&progress, "%s", long_text);
    CHECK_U64(strlen(reported.line), 1023);
}

const CU_TestInfo iptfs_tests_progress[] = {
    {"callbacks get what was reported", test_callbacks_get_what_was_reported},
    {"callbacks are optional", test_callbacks_are_optional},
    {"long messages are cut", test_long_messages_are_cut},
    CU_TEST_INFO_NULL,
};
