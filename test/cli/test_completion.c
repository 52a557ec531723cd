/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion: what is offered, and the scripts in their shells. */
#include "cli/completion.h"
#include "support/check.h"
#include "support/program.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What is offered for the last word of a command line, without meanings, with blanks between. */
static char *offered(const char *line)
{
    char copy[256], *words[16], *rest = copy, *text = NULL;
    size_t count = 0, size = 0;
    snprintf(copy, sizeof copy, "%s", line);
    while (rest != NULL)
        words[count++] = strsep(&rest, " ");
    FILE *out = open_memstream(&text, &size);
    iptfs_completion_write(words, count, out);
    fclose(out);
    char *to = text;
    bool skip = false;
    for (const char *from = text; *from != '\0'; from++) {
        skip = (skip || *from == '\t') && *from != '\n';
        if (!skip)
            *to++ = *from == '\n' ? ' ' : *from;
    }
    *to = '\0';
    return text;
}

static void test_candidates(void)
{
    static const struct {
        const char *line;
        const char *expected;
    } cases[] = {
        {"", "run sweep show plot attack replay encap decap list help "},
        {"s", "sweep show "},
        {"-", "--help --usage --version "},
        {"nonsense x", ""},
        {"run ", ":files "},
        {"run --se", "--set= --seed= --series= "},
        {"run --h", "--help "},
        {"run -o ", ":directories "},
        {"run --out ", ":directories "},
        {"run --out=", ":directories "},
        {"run --set tunnel.mod", "tunnel.mode= "},
        {"run --set tunnel.mode=fix", "tunnel.mode=fixed-rate "},
        {"run --set=tunnel.mode=fix", "--set=tunnel.mode=fixed-rate "},
        {"run --set tunnel.ecn=", "tunnel.ecn=on tunnel.ecn=off "},
        {"run --seed ", ""},
        {"run --nonsense=fix", ""},
        {"run --json ", ":files "},
        {"sweep --engine s", "slurm "},
        {"encap in.pcap ", ":files "},
        {"show ", ":directories "},
        {"help sw", "sweep "},
        {"help --completion ", "bash zsh "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *found = offered(cases[i].line);
        if (!CHECK_STR(found, cases[i].expected))
            CHECK_FAIL("in: iptfs-sim %s", cases[i].line);
        free(found);
    }
}

static void test_topics_are_offered(void)
{
    char *found = offered("list ");
    CHECK_CONTAINS(found, "modes ");
    CHECK_CONTAINS(found, "keys ");
    free(found);
}

/* Bash splits at '=' and ':', and takes only what is behind it. */
static void test_the_script_of_bash(void)
{
    static const char *const cases[][2] = {
        {"iptfs-sim r", "run replay"},
        {"iptfs-sim run examples/dem", "examples/demo.ini"},
        {"iptfs-sim run --set tunnel.mode=fix", "fixed-rate"},
        {"iptfs-sim run --set=tunnel.mode=fix", "fixed-rate"},
        {"iptfs-sim run --set link.de", "link.device= link.delay="},
        {"iptfs-sim sweep --engine ", "parallel slurm"},
        {"iptfs-sim run --out=examp", "examples"},
    };
    char program[PATH_MAX], command[3 * PATH_MAX];
    CHECK_TRUE(realpath(program_path(), program) != NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        program_new_folder();
        snprintf(command, sizeof command,
                 "ln -s %s %s/iptfs-sim && PATH=\"%s:$PATH\" bash -c 'eval \"$(iptfs-sim help "
                 "--completion bash)\"; compopt() { :; }; COMP_LINE=\"%s\"; "
                 "COMP_POINT=${#COMP_LINE}; read -ra COMP_WORDS <<<\"$COMP_LINE\"; _iptfs_sim; "
                 "printf %%s \"${COMPREPLY[*]}\"' >%s/found",
                 program, program_folder(), program_folder(), cases[i][0], program_folder());
        CHECK_INT(system(command), 0);
        char *found = program_read("found");
        CHECK_STR(found, cases[i][1]);
        free(found);
        program_remove_folder();
    }
}

static void test_the_script_of_zsh(void)
{
    if (system("command -v zsh >/dev/null") != 0) {
        check_skip("the script of zsh", "no zsh");
        return;
    }
    program_new_folder();
    struct outcome script = program_run("help --completion zsh");
    char command[256];
    CHECK_INT(script.status, 0);
    snprintf(command, sizeof command, "zsh -n %s/stdout", program_folder());
    CHECK_INT(system(command), 0);
    program_free(&script);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_completion[] = {
    {"candidates", test_candidates},
    {"topics are offered", test_topics_are_offered},
    {"the script of bash", test_the_script_of_bash},
    {"the script of zsh", test_the_script_of_zsh},
    CU_TEST_INFO_NULL,
};
