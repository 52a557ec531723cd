/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The studies in results/ that are sweeps: each runs in a short form, its page's statements are
 * tested on that, and its tables compared with the data that lie beside them. The statements are in
 * make.py and study.py; here these are called, also with a wrong page. */
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool have(const char *program)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    return system(command) == 0;
}

/* The last line of what a command printed, and its exit status. */
static int last_line(const char *command, char *line, size_t size)
{
    char next[512];
    FILE *pipe = popen(command, "r");
    *line = '\0';
    if (pipe == NULL)
        return -1;
    while (fgets(next, sizeof next, pipe) != NULL) {
        if (strstr(next, "does not hold") != NULL)
            fputs(next, stdout);
        snprintf(line, size, "%s", next);
    }
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs the short form of a study in `folder`: how many claims hold; -1 when there is no count. */
static long short_form(const char *folder, const char *study, long *broken)
{
    char command[256], line[512], format[128];
    long held = -1;
    *broken = -1;
    snprintf(command, sizeof command, "python3 %s/%s/make.py --short 2>&1", folder, study);
    snprintf(format, sizeof format, "%s: %%ld claims hold, %%ld do not", study);
    int status = last_line(command, line, sizeof line);
    if (sscanf(line, format, &held, broken) != 2)
        CHECK_FAIL("%s ended with status %d and \"%s\"", command, status, line);
    CHECK_INT(status, *broken != 0);
    return held;
}

static void check_study(const char *study, long least)
{
    long broken;
    if (!have("python3") || !have("parallel") || access("results/study.py", R_OK) != 0)
        return; /* `./waf check` has both installed */
    long held = short_form("results", study, &broken);
    CHECK_INT(broken, 0);
    if (held < least)
        CHECK_FAIL("%s: found %ld claims, expected %ld or more", study, held, least);
}

static void packet_size(void)
{
    check_study("packet-size", 90);
}

static void aggregation(void)
{
    check_study("aggregation", 50);
}

static void loss(void)
{
    check_study("loss", 200);
}

static void reordering(void)
{
    check_study("reordering", 200);
}

static void queue(void)
{
    check_study("queue", 30);
}

static void tcp_through_the_tunnel(void)
{
    check_study("tcp-through-the-tunnel", 80);
}

static void tfrc_beside_tcp(void)
{
    check_study("tfrc-beside-tcp", 5);
}

static void tfrc_collapse(void)
{
    check_study("tfrc-collapse", 55);
}

static void tfrc_receive_rate(void)
{
    check_study("tfrc-receive-rate", 15);
}

static void tfrc_options(void)
{
    check_study("tfrc-options", 5);
}

/* A page whose table differs from the data is found: so the tests above can fail. */
static void wrong_pages_are_found(void)
{
    char folder[] = "/tmp/iptfs-studies-XXXXXX", command[512];
    long broken;
    if (!have("python3") || !have("parallel") || mkdtemp(folder) == NULL)
        return;
    snprintf(command, sizeof command,
             "cp -r results/study.py results/packet-size %s && "
             "sed -i 's/^| 722 | 95/| 722 | 94/' %s/packet-size/README.md",
             folder, folder);
    CHECK_INT(system(command), 0);
    short_form(folder, "packet-size", &broken);
    CHECK_INT(broken, 1);
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK_INT(system(command), 0);
}

const CU_TestInfo iptfs_tests_studies[] = {
    {"goodput over packet size", packet_size},
    {"delay against aggregation", aggregation},
    {"what a lost packet costs", loss},
    {"reorder windows", reordering},
    {"queue and marks", queue},
    {"TCP through the tunnel", tcp_through_the_tunnel},
    {"a congestion-controlled tunnel beside TCP", tfrc_beside_tcp},
    {"when the rate of a tunnel collapses", tfrc_collapse},
    {"how a sender finds X_recv", tfrc_receive_rate},
    {"options of RFC 5348", tfrc_options},
    {"wrong pages are found", wrong_pages_are_found},
    CU_TEST_INFO_NULL,
};
