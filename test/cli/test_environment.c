/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables of ns-3 and libgcrypt do not change what iptfs-sim does. */
#include "cli/environment.h"
#include "support/check.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void environment_removes(void)
{
    char log[] = "NS_LOG=*", value[] = "NS_GLOBAL_VALUE=", other[] = "NS_LOGS=1", path[] = "PATH=/";
    char name[] = "NS_LOG";
    char *variables[] = {path, log, other, value, name, NULL};
    iptfs_environment_remove(variables);
    CHECK_STR(variables[0], "PATH=/");
    CHECK_STR(variables[1], "NS_LOGS=1");
    CHECK_STR(variables[2], "NS_LOG");
    CHECK_TRUE(variables[3] == NULL);
}

static struct outcome run_with(const char *name, const char *value, const char *arguments)
{
    if (name != NULL)
        setenv(name, value, 1);
    struct outcome outcome = program_run("%s --out %s/out", arguments, program_folder());
    if (name != NULL)
        unsetenv(name);
    return outcome;
}

/* Values that end a program of ns-3, or change a run with its TCP, and one that stops captures. */
static const struct {
    const char *name;
    const char *value;
} variables[] = {
    {"NS_LOG", "nothing-of-this-name"},
    {"NS_ATTRIBUTE_DEFAULT", "ns3::TcpSocketBase::Sack=false;ns3::TcpSocket::InitialCwnd=1"},
    {"NS_ATTRIBUTE_DEFAULT", "ns3::TcpSocket::SegmentSize=wrong"},
    {"NS_GLOBAL_VALUE", "RngSeed=wrong"},
    {"NS_GLOBAL_VALUE", "SimulatorImplementationType=ns3::RealtimeSimulatorImpl"},
    {"NS_COMMANDLINE_INTROSPECTION", "/"},
    {"LIBGCRYPT_FORCE_FIPS_MODE", "1"},
};

static void environment_of_a_run(void)
{
    static const char arguments[] = "run examples/tcp-cubic.ini --set scenario.duration=500ms "
                                    "--set traffic.downloads.stagger=1ms --json";
    program_new_folder();
    struct outcome plain = run_with(NULL, NULL, arguments);
    CHECK_INT(plain.status, 0);
    CHECK_STR(plain.err, "");
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        char note[160];
        struct outcome outcome = run_with(variables[i].name, variables[i].value, arguments);
        snprintf(note, sizeof note,
                 "iptfs-sim: %s is ignored: results do not depend on the environment\n",
                 variables[i].name);
        CHECK_INT(outcome.status, 0);
        CHECK_STR(outcome.err, note);
        CHECK_STR(outcome.out, plain.out);
        program_free(&outcome);
    }
    program_free(&plain);
    program_remove_folder();
}

static void environment_of_captures(void)
{
    char arguments[300];
    program_new_folder();
    snprintf(arguments, sizeof arguments, "run examples/octets.ini --quiet --pcap %s/c",
             program_folder());
    struct outcome outcome = run_with("LIBGCRYPT_FORCE_FIPS_MODE", "1", arguments);
    CHECK_INT(outcome.status, 0);
    program_free(&outcome);
    program_remove_folder();
}

/* The points of a sweep inherit the environment; POSIXLY_CORRECT would end the options of their
 * command lines, and of the user's, at the first argument. */
static void environment_of_a_sweep(void)
{
    static const char text[] = "[scenario]\nduration = 500ms\n[tunnel]\nmode = on-demand\n"
                               "[link]\nrate = 10Mbps\n[traffic.bulk]\ntype = tcp-bulk\n"
                               "[sweep]\nlink.delay = 1ms, 10ms\n";
    static const char *const names[] = {NULL, "NS_ATTRIBUTE_DEFAULT", "POSIXLY_CORRECT"};
    char *results[3];
    for (int i = 0; i < 3; i++) {
        char arguments[200];
        program_new_folder();
        program_write("s.ini", text);
        snprintf(arguments, sizeof arguments, "sweep %s/s.ini --quiet", program_folder());
        struct outcome outcome = run_with(names[i], "ns3::TcpSocket::InitialCwnd=1", arguments);
        CHECK_INT(outcome.status, 0);
        results[i] = program_read("out/results.csv");
        CHECK_TRUE(results[i] != NULL && strcmp(results[i], results[0]) == 0);
        program_free(&outcome);
        program_remove_folder();
    }
    for (int i = 0; i < 3; i++)
        free(results[i]);
}

const CU_TestInfo iptfs_tests_environment[] = {
    {"variables are removed", environment_removes},
    {"a run ignores them", environment_of_a_run},
    {"captures are written", environment_of_captures},
    {"points of a sweep ignore them", environment_of_a_sweep},
    CU_TEST_INFO_NULL,
};
