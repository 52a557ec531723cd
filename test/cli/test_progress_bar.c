/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The progress bar on a terminal, and nothing of it elsewhere. */
#include "cli/progress_bar.h"
#include "support/check.h"
#include "support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Standard error in the test's hands. */
struct screen {
    int kept;
    int reader;
    char text[4096];
};

/* False, and the test is skipped, where there are no pseudo-terminals. */
static bool open_screen(struct screen *screen, unsigned short columns)
{
    struct winsize size = {.ws_col = columns, .ws_row = 24};
    screen->reader = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (screen->reader < 0 || grantpt(screen->reader) != 0) {
        check_skip("progress bars on terminals", "there are no pseudo-terminals here");
        return false;
    }
    CHECK_INT(unlockpt(screen->reader), 0);
    int terminal = open(ptsname(screen->reader), O_RDWR | O_NOCTTY);
    CHECK_INT(ioctl(terminal, TIOCSWINSZ, &size), 0);
    screen->kept = dup(STDERR_FILENO);
    dup2(terminal, STDERR_FILENO);
    close(terminal);
    return true;
}

/* What was written; standard error is as before again. */
static const char *close_screen(struct screen *screen)
{
    size_t length = 0;
    ssize_t got;
    fflush(stderr);
    dup2(screen->kept, STDERR_FILENO);
    close(screen->kept);
    /* With nobody left at the other end, reading fails once everything was read. */
    struct pollfd wait = {.fd = screen->reader, .events = POLLIN};
    while (poll(&wait, 1, 5000) > 0 && (got = read(screen->reader, screen->text + length,
                                                   sizeof screen->text - 1 - length)) > 0)
        length += (size_t)got;
    screen->text[length] = '\0';
    close(screen->reader);
    return screen->text;
}

static void test_a_bar_is_drawn_and_erased(void)
{
    struct screen screen;
    struct iptfs_progress_bar bar;
    if (!open_screen(&screen, 60))
        return;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, true);
    CHECK_TRUE(iptfs_progress_watched(&progress));
    iptfs_progress_update(&progress, 1, 4, "points"); /* within the first second */
    bar.next_s = 0;
    bar.start_s -= 10;
    iptfs_progress_update(&progress, 2, 4, "points");
    iptfs_progress_update(&progress, 3, 4, "points"); /* too soon after it */
    iptfs_progress_message(&progress, "a point failed");
    bar.next_s = 0;
    iptfs_progress_note(&progress, "%d MB", 3);
    iptfs_progress_update(&progress, 4, 4, NULL);
    iptfs_progress_end(&progress);
    iptfs_progress_end(&progress);
    CHECK_STR(close_screen(&screen),
              "\r\033[K[############             ] 2 of 4 points, 0.2/s, 10 s left\r\033[K"
              "a point failed\r\n"
              "\r\033[K[##############################] 100 %, 0 s left; 3 MB\r\033[K");
}

static void test_a_narrow_terminal_gets_the_text(void)
{
    struct screen screen;
    struct iptfs_progress_bar bar;
    if (!open_screen(&screen, 21))
        return;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, true);
    bar.next_s = 0;
    bar.start_s -= 1000;
    iptfs_progress_update(&progress, 100, 1000, "points");
    CHECK_STR(close_screen(&screen), "\r\033[K100 of 1000 points, ");
}

/* Before anything is done nobody knows how long it takes. */
static void test_nothing_is_done_yet(void)
{
    struct screen screen;
    struct iptfs_progress_bar bar;
    if (!open_screen(&screen, 60))
        return;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, true);
    bar.next_s = 0;
    bar.start_s -= 10;
    iptfs_progress_update(&progress, 0, 4, "points");
    bar.next_s = 0;
    iptfs_progress_update(&progress, 0, 4, NULL);
    iptfs_progress_end(&progress);
    const char *shown = close_screen(&screen);
    CHECK_TRUE(strstr(shown, "] 0 of 4 points") != NULL);
    CHECK_TRUE(strstr(shown, "] 0 %") != NULL);
    CHECK_TRUE(strstr(shown, "left") == NULL && strstr(shown, "inf") == NULL);
}

static void test_no_bar_but_messages(void)
{
    struct screen screen;
    struct iptfs_progress_bar bar;
    if (!open_screen(&screen, 80))
        return;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, false);
    bar.next_s = 0;
    CHECK_TRUE(!iptfs_progress_watched(&progress));
    iptfs_progress_update(&progress, 1, 2, "points");
    iptfs_progress_message(&progress, "a note");
    iptfs_progress_end(&progress);
    CHECK_STR(close_screen(&screen), "a note\r\n");
}

const CU_TestInfo iptfs_tests_progress_bar[] = {
    {"a bar is drawn and erased", test_a_bar_is_drawn_and_erased},
    {"a narrow terminal gets the text", test_a_narrow_terminal_gets_the_text},
    {"nothing is done yet", test_nothing_is_done_yet},
    {"no bar but messages", test_no_bar_but_messages},
    CU_TEST_INFO_NULL,
};
