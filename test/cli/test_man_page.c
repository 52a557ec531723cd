/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Man pages: what they hold, and that the formatters give no warnings. */
#include "cli/commands.h"
#include "cli/man_page.h"
#include "support/check.h"
#include "support/program.h"

#include <stdlib.h>
#include <string.h>

static char *page_of(const struct iptfs_command *command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    iptfs_man_page(command, out);
    fclose(out);
    return text;
}

static void test_the_page_of_the_program(void)
{
    static const char *const parts[] = {
        ".TH IPTFS\\-SIM 1 ",  "\n.SH NAME\niptfs\\-sim \\- ",
        "\n.SH SYNOPSIS\n",    "\n.SH DESCRIPTION\n",
        "\n.SH COMMANDS\n",    ".BR iptfs\\-sim\\-run (1)",
        "\n.SH OPTIONS\n",     "\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n",
        "\n.SH EXIT STATUS\n", "\n.SH FILES\n",
        "\n.SH ENVIRONMENT\n", "\n.SH EXAMPLES\n",
        "\n.SH SEE ALSO\n",
    };
    char *page = page_of(NULL);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        CHECK_CONTAINS(page, parts[i]);
    free(page);
}

static void test_the_page_of_a_command(void)
{
    char *page = page_of(iptfs_command_named("sweep"));
    CHECK_CONTAINS(page, ".TH IPTFS\\-SIM\\-SWEEP 1 ");
    CHECK_CONTAINS(page, "\niptfs\\-sim\\-sweep \\- run a scenario for many values");
    CHECK_CONTAINS(page, "\n\\fB\\-j\\fR, \\fB\\-\\-jobs\\fR=\\fIN\\fR\n");
    CHECK_CONTAINS(page, "\n.BR iptfs\\-sim (1),\n");
    CHECK_TRUE(strstr(page, "iptfs\\-sim\\-sweep (1)") == NULL); /* does not refer to itself */
    free(page);
}

/* Long lines in the source are bad style, and a line that begins with a dot is a request. */
static void test_lines_of_the_source(void)
{
    const struct iptfs_command *command;
    for (size_t i = 0; (command = iptfs_command_at(i)) != NULL; i++) {
        char *page = page_of(command), *rest = page, *line;
        while ((line = strsep(&rest, "\n")) != NULL && strcmp(line, ".nf") != 0) /* examples */
            if (strlen(line) > 80 && strncmp(line, ".TH", 3) != 0)
                CHECK_FAIL("%s: %s", command->name, line);
        free(page);
    }
}

/* Characters that roff changes, lines that would be requests, and paragraphs. */
static void test_any_text(void)
{
    static const struct argp_option options[] = {
        {"tilde", 't', "~FILE", 0, "Takes `a^b'", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .args_doc = ".FILE",
        .doc =
            ".TH is no request\nnor is this a new paragraph\n\nBut this is.\v\\e is a backslash.",
    };
    static const struct iptfs_command command = {
        .name = "any", .summary = "Any text", .argp = &argp};
    char *page = page_of(&command);
    CHECK_CONTAINS(page,
                   "\n\\&.TH is no request\nnor is this a new paragraph\n.PP\nBut this is.\n");
    CHECK_CONTAINS(page, "\n.PP\n\\ee is a backslash.\n");
    CHECK_CONTAINS(page, "\n\\fB\\-t\\fR, \\fB\\-\\-tilde\\fR=\\fI\\(tiFILE\\fR\n");
    CHECK_CONTAINS(page, "\nTakes \\(gaa\\(hab\\(aq\n");
    CHECK_CONTAINS(page, "\n.I \\&.FILE\n");
    free(page);
}

static void check_with(const char *formatter, const char *command_line)
{
    char command[256];
    snprintf(command, sizeof command, "command -v %s >/dev/null", formatter);
    if (system(command) != 0) {
        check_skip("formatters accept the pages", formatter);
        return;
    }
    const struct iptfs_command *page;
    for (size_t i = 0; (page = iptfs_command_at(i)) != NULL; i++) {
        program_new_folder();
        char text[1024];
        struct outcome made =
            page->hidden ? program_run("help --man") : program_run("help --man %s", page->name);
        CHECK_INT(made.status, 0);
        snprintf(text, sizeof text, "cd %s && %s >warnings 2>&1", program_folder(), command_line);
        CHECK_INT(system(text), 0);
        char *warnings = program_read("warnings");
        CHECK_STR(warnings, "");
        free(warnings);
        program_free(&made);
        program_remove_folder();
    }
}

static void test_formatters_accept_the_pages(void)
{
    check_with("mandoc", "mandoc -T lint -W style stdout");
    check_with("groff", "groff -man -ww -Tutf8 -z stdout");
}

const CU_TestInfo iptfs_tests_man_page[] = {
    {"the page of the program", test_the_page_of_the_program},
    {"the page of a command", test_the_page_of_a_command},
    {"lines of the source", test_lines_of_the_source},
    {"any text", test_any_text},
    {"formatters accept the pages", test_formatters_accept_the_pages},
    CU_TEST_INFO_NULL,
};
