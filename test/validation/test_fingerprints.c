/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fingerprints.py: it detects changes and reports their size. */
#include "support/check.h"
#include "support/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char golden[] = "/tmp/iptfs-golden-XXXXXX";
static char output[sizeof golden + 4];

/* The script with this on its command line: its exit status, and what it printed as a new text. */
static int run_script(const char *arguments, char **printed)
{
    char command[512];
    snprintf(command, sizeof command,
             "python3 test/validation/fingerprints.py --golden %s %s >%s 2>&1", golden, arguments,
             output);
    int status = system(command);
    *printed = fixture_text(output);
    unlink(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void check_script(const char *arguments, int status, const char *part, int line)
{
    char *printed;
    int found = run_script(arguments, &printed);
    if (found != status || printed == NULL || strstr(printed, part) == NULL)
        check_fail(__FILE__, line, "status %d and \"%s\", expected %d and \"%s\"", found,
                   printed != NULL ? printed : "", status, part);
    free(printed);
}
#define CHECK_SCRIPT(arguments, status, part) check_script(arguments, status, part, __LINE__)

static void write_golden(const char *text)
{
    FILE *file = fopen(golden, "w");
    if (CHECK_TRUE(file != NULL)) {
        fputs(text, file);
        fclose(file);
    }
}

/* The golden file with the first `from` replaced by `to`. */
static void edit_golden(const char *from, const char *to)
{
    char edited[4096], *text = fixture_text(golden);
    const char *at = text != NULL ? strstr(text, from) : NULL;
    if (at == NULL) {
        CHECK_FAIL("\"%s\" is not in \"%s\"", from, text != NULL ? text : "");
    } else {
        snprintf(edited, sizeof edited, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
        write_golden(edited);
    }
    free(text);
}

static void begin(void)
{
    memcpy(golden + sizeof golden - 7, "XXXXXX", 6);
    int file = mkstemp(golden);
    CHECK_TRUE(file >= 0);
    close(file);
    snprintf(output, sizeof output, "%s.out", golden);
}

/* list.ini: six inner packets in seven outer ones, of which one is lost. */
static void changes_are_reported(void)
{
    begin();
    CHECK_SCRIPT("examples/list.ini", 1, "examples/list.ini: has no fingerprint yet");
    CHECK_SCRIPT("examples/list.ini", 1,
                 "1 fingerprints differ. If that is meant: ./waf "
                 "fingerprints --accept");
    CHECK_SCRIPT("--accept examples/list.ini", 0, "1 fingerprints written, 1 of them changed");
    CHECK_SCRIPT("examples/list.ini", 0, "1 fingerprints are as they were");
    edit_golden("outer.sent.pkts=7", "outer.sent.pkts=8");
    CHECK_SCRIPT("examples/list.ini", 1,
                 "examples/list.ini: outer.sent.pkts was 8, is 7 (-12.5 %)");
    edit_golden("outer.sent.pkts=8", "outer.sent.pkts=7");
    CHECK_SCRIPT("examples/list.ini", 0, "1 fingerprints are as they were");
    edit_golden(" trace=", " trace=0");
    CHECK_SCRIPT("examples/list.ini", 1, "examples/list.ini: trace was 0");
    CHECK_SCRIPT("--accept examples/list.ini", 0, "1 fingerprints written, 1 of them changed");
    edit_golden("examples/list.ini", "examples/list.ini#7 outer.sent.pkts=1\nexamples/list.ini");
    CHECK_SCRIPT("examples/list.ini", 1,
                 "examples/list.ini#7: has a fingerprint, but is not there any more");
    unlink(golden);
}

/* An existing line determines how much is run; lines of other scenarios stay. */
static void duration_is_kept(void)
{
    begin();
    write_golden("examples/list.ini trace=1\nexamples/voice-wan.ini duration=10ms trace=none\n");
    CHECK_SCRIPT("--accept examples/voice-wan.ini", 0, "inner.offered.pkts was -, is ");
    CHECK_SCRIPT("examples/voice-wan.ini", 0, "1 fingerprints are as they were");
    char *text = fixture_text(golden);
    CHECK_TRUE(text != NULL && strstr(text, "voice-wan.ini duration=10ms trace=") != NULL);
    CHECK_TRUE(text != NULL && strstr(text, "\nexamples/list.ini trace=1\n") != NULL);
    free(text);
    unlink(golden);
}

static void sweeps_have_points(void)
{
    begin();
    CHECK_SCRIPT("--accept examples/sweep-delay.ini", 0, "5 fingerprints written");
    edit_golden("points=54", "points=27");
    CHECK_SCRIPT("examples/sweep-delay.ini", 1,
                 "examples/sweep-delay.ini: points was 27, is 54 (+100 %)");
    unlink(golden);
}

static void refusals_keep_the_file(void)
{
    begin();
    write_golden("examples/list.ini trace=0\n");
    CHECK_SCRIPT("--accept examples/impair.csv", 1, "1 fingerprints could not be taken");
    CHECK_SCRIPT("--accept examples/impair.csv", 1, "examples/impair.csv: ");
    char *text = fixture_text(golden);
    CHECK_STR(text, "examples/list.ini trace=0\n");
    free(text);
    unlink(golden);
}

const CU_TestInfo iptfs_tests_fingerprints[] = {
    {"changes are reported", changes_are_reported},
    {"the duration is kept", duration_is_kept},
    {"sweeps have points", sweeps_have_points},
    {"refusals keep the file", refusals_keep_the_file},
    CU_TEST_INFO_NULL,
};
