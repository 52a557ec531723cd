/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, version and mistakes on the command line; every example in a help text works. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "support/check.h"
#include "support/program.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Help exits with 0, is the same in all its forms, and names each option. */
static void check_help(const struct iptfs_command *command)
{
    program_new_folder();
    struct outcome help = program_run("%s --help", command->name);
    CHECK_INT(help.status, 0);
    CHECK_STR(help.err, "");
    const struct argp_option *option = command->argp->options;
    for (; option != NULL && (option->name != NULL || option->key != 0); option++) {
        char name[64];
        if ((option->flags & OPTION_HIDDEN) != 0)
            continue;
        snprintf(name, sizeof name, "--%s", option->name);
        CHECK_CONTAINS(help.out, name);
    }
    CHECK_CONTAINS(help.out, "--version");
    CHECK_CONTAINS(help.out, "Exit status:");
    static const char *const forms[][2] = {{"", " -h"}, {"", " '-?'"}, {"help ", ""}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && !command->hidden; i++) {
        struct outcome other = program_run("%s%s%s", forms[i][0], command->name, forms[i][1]);
        CHECK_INT(other.status, 0);
        CHECK_STR(other.out, help.out);
        program_free(&other);
    }
    program_free(&help);
    program_remove_folder();
}

static void test_each_command_has_help(void)
{
    const struct iptfs_command *command;
    for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++)
        if (strcmp(command->name, "__complete") != 0)
            check_help(command);
}

static void test_the_program_lists_its_commands(void)
{
    static const char *const calls[] = {"--help", "-h", "help"};
    const struct iptfs_command *command;
    program_new_folder();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct outcome outcome = program_run("%s", calls[i]);
        CHECK_INT(outcome.status, 0);
        for (size_t j = 0; (command = iptfs_command_at(j)) != NULL; j++)
            if (!command->hidden)
                CHECK_CONTAINS(outcome.out, command->summary);
        CHECK_TRUE(strstr(outcome.out, "__complete") == NULL);
        program_free(&outcome);
    }
    program_remove_folder();
}

static void test_version(void)
{
    static const char *const calls[] = {"--version", "-V", "run --version", "list -V"};
    program_new_folder();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct outcome outcome = program_run("%s", calls[i]);
        CHECK_INT(outcome.status, 0);
        CHECK_CONTAINS(outcome.out, "iptfs-sim " IPTFS_VERSION);
        program_free(&outcome);
    }
    program_remove_folder();
}

/* Short: the forms of a command, without the meaning of each option. */
static void test_usage(void)
{
    program_new_folder();
    struct outcome usage = program_run("run --usage");
    CHECK_INT(usage.status, 0);
    CHECK_STR(usage.err, "");
    CHECK_TRUE(strncmp(usage.out, "Usage: iptfs-sim run [", 22) == 0);
    CHECK_CONTAINS(usage.out, "[--seed=");
    CHECK_TRUE(count_lines(usage.out) < 10);
    CHECK_TRUE(strstr(usage.out, "Exit status") == NULL);
    program_free(&usage);
    program_remove_folder();
}

/* Each mistake names the command's help, in one way. */
static void test_mistakes_name_the_help(void)
{
    static const struct {
        const char *arguments, *help;
    } wrong[] = {
        {"", "Try 'iptfs-sim --help' for more information.\n"},
        {"run", "Try 'iptfs-sim run --help' for more information.\n"},
        {"list modes keys", "Try 'iptfs-sim list --help' for more information.\n"},
        {"sweep --jsno x.ini", "Try 'iptfs-sim sweep --help' for more information.\n"},
    };
    program_new_folder();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct outcome outcome = program_run("%s", wrong[i].arguments);
        CHECK_INT(outcome.status, 2);
        CHECK_CONTAINS(outcome.err, wrong[i].help);
        CHECK_U64(count_lines(outcome.err), 2);
        program_free(&outcome);
    }
    program_remove_folder();
}

/* Each ends with status 2 and a message with the mistake and, if possible, a suggestion. */
static void test_mistakes_suggest_what_was_meant(void)
{
    static const struct {
        const char *arguments;
        const char *part;
    } wrong[] = {
        {"", "expected a command: run, sweep"},
        {"rnu x.ini", "unknown command 'rnu', allowed: run, sweep"},
        {"rnu x.ini", "did you mean 'run'?"},
        {"help swep", "did you mean 'sweep'?"},
        {"run", "expected FILE.ini"},
        {"run a.ini b.ini", "unexpected argument 'b.ini'"},
        {"run --nonsense x.ini", "unknown option '--nonsense'"},
        {"run --jsno x.ini", "did you mean '--json'?"},
        {"run x.ini --sede=3", "did you mean '--seed'?"},
        {"--versoin", "did you mean '--version'?"},
        {"run --set", "requires an argument"},
        {"run --json --csv x.ini", "cannot be combined"},
        {"run --seed 0 x.ini", "--seed: found '0', allowed: 1 to 4294967295"},
        {"replay", "expected FILE.scn"},
        {"run --seed 1.5 x.ini", "--seed: found '1.5', allowed: a whole number"},
        {"run --seed 4294967296 x.ini", "allowed: 1 to 4294967295"},
        {"run --series soon x.ini", "--series: found 'soon'"},
        {"run --series 0 x.ini", "--series: found '0', allowed: a time above 0"},
        {"list --csv --json", "--csv, --json and --markdown cannot be combined"},
        {"list --markdown --csv", "cannot be combined"},
        {"list nonsense", "list: found 'nonsense'"},
        {"list mode", "did you mean 'modes'?"},
        {"show", "expected DIR"},
        {"show out --csv --json", "cannot be combined"},
        {"plot", "expected DIR"},
        {"sweep", "expected FILE.ini"},
        {"sweep x.ini --collect --force", "--collect and --force cannot be combined"},
        {"point x.ini --out o", "expected FILE.ini, --out, --sources and --shard"},
        {"point --out o --shard 0", "expected FILE.ini, --out, --sources and --shard"},
        {"sweep x.ini --shard 3", "found --shard, allowed: with --engine slurm"},
        {"sweep x.ini --engine slrum", "did you mean 'slurm'?"},
        {"encap one.pcap", "expected IN.pcap OUT.pcap"},
        {"decap", "expected IN.pcap OUT.pcap"},
        {"help --completion tcsh", "allowed: bash, zsh"},
    };
    program_new_folder();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct outcome outcome = program_run("%s", wrong[i].arguments);
        if (!CHECK_INT(outcome.status, 2))
            CHECK_FAIL("iptfs-sim %s", wrong[i].arguments);
        CHECK_STR(outcome.out, "");
        CHECK_CONTAINS(outcome.err, "iptfs-sim");
        CHECK_CONTAINS(outcome.err, wrong[i].part);
        program_free(&outcome);
    }
    program_remove_folder();
}

/* What the examples need: the program in the search path, the examples, a capture and a key. */
static bool prepare_examples(void)
{
    char program[PATH_MAX], command[3 * PATH_MAX];
    if (!CHECK_TRUE(realpath(program_path(), program) != NULL))
        return false;
    snprintf(command, sizeof command,
             "d=%s; mkdir $d/bin && ln -s %s $d/bin/iptfs-sim && ln -s \"$PWD/examples\" "
             "\"$PWD/test\" $d && cp examples/inner.pcap $d && echo "
             "000102030405060708090a0b0c0d0e0fa0a1a2a3 >$d/sa.key",
             program_folder(), program);
    return CHECK_INT(system(command), 0);
}

static bool succeeds(const char *check)
{
    char command[64];
    snprintf(command, sizeof command, "%s >/dev/null 2>&1", check);
    return system(command) == 0;
}

static void run_example(const char *example)
{
    static const struct {
        const char *part;
        const char *check;
    } needs[] = {{"slurm", "scontrol ping"}, {"man -l", "command -v man"}};
    char command[2048];
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (strstr(example, needs[i].part) != NULL && !succeeds(needs[i].check))
            return;
    snprintf(command, sizeof command,
             "cd %s && PATH=\"$PWD/bin:$PATH\" && set -e; %s >stdout 2>stderr </dev/null",
             program_folder(), example);
    if (!CHECK_INT(system(command), 0)) {
        char *text = program_read("stderr");
        CHECK_FAIL("%s: %s", example, text);
        free(text);
    }
}

static void run_examples(const struct iptfs_command *command)
{
    for (size_t i = 0; command->examples != NULL && command->examples[i] != NULL; i++)
        run_example(command->examples[i]);
}

/* In the order of the commands, because some use the output of others. */
static void test_examples_in_help_texts_work(void)
{
    const struct iptfs_command *command;
    if (!succeeds("command -v parallel")) {
        check_skip("examples in help texts work", "no GNU parallel");
        return;
    }
    program_new_folder();
    if (prepare_examples()) {
        run_examples(&iptfs_command_program);
        for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++)
            run_examples(command);
    }
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_help[] = {
    {"each command has help", test_each_command_has_help},
    {"the program lists its commands", test_the_program_lists_its_commands},
    {"version", test_version},
    {"usage", test_usage},
    {"mistakes name the help", test_mistakes_name_the_help},
    {"mistakes suggest what was meant", test_mistakes_suggest_what_was_meant},
    {"examples in help texts work", test_examples_in_help_texts_work},
    CU_TEST_INFO_NULL,
};
