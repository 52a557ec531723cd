/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include "error.h"
#include "list.h"
#include "nearest.h"
#include "quantity.h"
#include "replay.h"
#include "run.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "iptfs-sim"

#define STATUSES                                                                                   \
    "Exit status: 0 when all went well; 1 when the run failed or its output could not be "         \
    "written; 2 when an option or an input file is not as it must be; 3 when a circuit breaker "   \
    "stopped the tunnel (results are written)."

/* ----------------------------------------------------------------------------------- outcomes */

/* One line on standard error; `what` comes with file, line and so on. */
static int complain(const char *what, int status)
{
    fprintf(stderr, PROGRAM ": %s\n", what);
    return status;
}

/* What the user can mend is told from what is wrong with the run. */
static int status_of(int code)
{
    if (code == 0)
        return IPTFS_EXIT_OK;
    if (code == IPTFS_E_STOPPED)
        return IPTFS_EXIT_STOPPED;
    return code == IPTFS_E_INVALID || code == IPTFS_E_IO ? IPTFS_EXIT_USAGE : IPTFS_EXIT_FAILED;
}

/* A full disk may be seen only when the last of the output goes there. */
void iptfs_close_output(void)
{
    errno = 0;
    bool failed = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !failed)
        return;
    fprintf(stderr, PROGRAM ": standard output cannot be written%s%s\n", errno != 0 ? ": " : "",
            errno != 0 ? strerror(errno) : "");
    _exit(IPTFS_EXIT_FAILED);
}

static int finish(int code, const struct iptfs_error *error)
{
    if (code == 0)
        return IPTFS_EXIT_OK;
    return complain(*error->text != '\0' ? error->text : iptfs_error_name(code), status_of(code));
}

/* A mistake in an option's value: the process ends. */
static void refuse_value(const char *option, const char *why)
{
    fprintf(stderr, PROGRAM ": %s: %s\n", option, why);
    exit(IPTFS_EXIT_USAGE);
}

static uint64_t number_value(const char *option, const char *text, uint64_t minimum,
                             uint64_t maximum)
{
    uint64_t number = 0;
    struct iptfs_error error;
    char why[160];
    if (iptfs_parse_number(text, &number, &error) != 0)
        refuse_value(option, error.text);
    if (number >= minimum && number <= maximum)
        return number;
    snprintf(why, sizeof why, "found '%s', allowed: %" PRIu64 " to %" PRIu64,
             iptfs_quoted(text).text, minimum, maximum);
    refuse_value(option, why);
    return 0;
}

/* Takes the one file (or topic) that a command has. */
static void take_argument(struct argp_state *state, const char **argument, char *text)
{
    if (*argument != NULL)
        argp_error(state, "found one more argument '%s', allowed: one", iptfs_quoted(text).text);
    *argument = text;
}

/* ---------------------------------------------------------------------------------------- run */

enum {
    KEY_SET = 256, /* options without a letter */
    KEY_SEED,
    KEY_RUN,
    KEY_JSON,
    KEY_CSV,
    KEY_TRACE
};

struct run_arguments {
    struct iptfs_run_request request;
    const char **sets; /* room for as many as there are arguments */
};

static const struct argp_option run_options[] = {
    {"set", KEY_SET, "SECTION.KEY=VALUE", 0,
     "Use this value in place of the file's, such as link.loss=1%; may be given again", 0},
    {"seed", KEY_SEED, "N", 0, "Start the random streams here (1 to 4294967295)", 0},
    {"run", KEY_RUN, "N", 0, "Another run with the same seed (default 0)", 0},
    {"out", 'o', "DIR", 0, "Write the results into this folder (default out/NAME)", 0},
    {"json", KEY_JSON, NULL, 0, "Print the summary as JSON", 0},
    {"csv", KEY_CSV, NULL, 0, "Print the summary as CSV", 0},
    {"trace", KEY_TRACE, "FILE", 0,
     "Write a line for each event of the tunnel, as CSV if FILE ends with .csv", 0},
    {"quiet", 'q', NULL, 0, "Print nothing but errors", 0},
    {0},
};

static void choose_output(struct argp_state *state, struct iptfs_run_request *request,
                          enum iptfs_output output)
{
    if (request->output != IPTFS_OUTPUT_TEXT && request->output != output)
        argp_error(state, "found --json and --csv, allowed: one of them");
    request->output = output;
}

static error_t parse_run(int key, char *value, struct argp_state *state)
{
    struct run_arguments *arguments = state->input;
    struct iptfs_run_request *request = &arguments->request;
    switch (key) {
    case KEY_SET:
        arguments->sets[request->n_sets++] = value;
        break;
    case KEY_SEED:
        request->seed_given = true;
        request->seed = number_value("--seed", value, 1, UINT32_MAX);
        break;
    case KEY_RUN:
        request->run = number_value("--run", value, 0, UINT64_MAX);
        break;
    case 'o':
        request->out_dir = value;
        break;
    case KEY_JSON:
        choose_output(state, request, IPTFS_OUTPUT_JSON);
        break;
    case KEY_CSV:
        choose_output(state, request, IPTFS_OUTPUT_CSV);
        break;
    case KEY_TRACE:
        request->trace_path = value;
        break;
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        take_argument(state, &request->scenario_path, value);
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "found no scenario file, allowed: one");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp run_argp = {
    .options = run_options,
    .parser = parse_run,
    .args_doc = "FILE.ini",
    .doc = "Runs a scenario: prints a summary, and writes summary.json and summary.csv into a "
           "folder.\v"
           "Examples:\n"
           "  iptfs-sim run examples/demo.ini\n"
           "  iptfs-sim run examples/demo.ini --set link.loss=1% --seed 7 --json\n"
           "  iptfs-sim run examples/demo.ini --out results/first --trace trace.csv\n\n"
           "What a scenario can say is shown by `iptfs-sim list'.\n\n" STATUSES,
};

static int do_run(int argc, char **argv)
{
    struct iptfs_error error = {0, ""};
    struct run_arguments arguments = {.sets = calloc((size_t)argc + 1, sizeof(char *))};
    if (arguments.sets == NULL)
        return complain("out of memory", IPTFS_EXIT_FAILED);
    argp_parse(&run_argp, argc, argv, 0, NULL, &arguments);
    arguments.request.sets = arguments.sets;
    int code = iptfs_run_command(&arguments.request, stdout, &error);
    free(arguments.sets);
    return finish(code, &error);
}

/* ------------------------------------------------------------------------------------- replay */

static error_t parse_replay(int key, char *value, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_ARG:
        take_argument(state, state->input, value);
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "found no script, allowed: one");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp replay_argp = {
    .parser = parse_replay,
    .args_doc = "FILE.scn",
    .doc = "Replays a recorded script, with its packets and what befell them, and prints what the "
           "tunnel does in the format of the recording.\v"
           "Example:\n"
           "  iptfs-sim replay test/golden/linux/a-fit-boundary.scn\n\n" STATUSES,
};

static int do_replay(int argc, char **argv)
{
    struct iptfs_error error = {0, ""};
    const char *path = NULL;
    argp_parse(&replay_argp, argc, argv, 0, NULL, &path);
    int code = iptfs_replay_file(path, stdout, &error);
    return finish(code, &error);
}

/* --------------------------------------------------------------------------------------- list */

struct list_arguments {
    const char *topic;
    bool csv;
};

static const struct argp_option list_options[] = {
    {"csv", KEY_CSV, NULL, 0, "Print CSV for programs (without TOPIC: of the keys)", 0},
    {0},
};

static error_t parse_list(int key, char *value, struct argp_state *state)
{
    struct list_arguments *arguments = state->input;
    switch (key) {
    case KEY_CSV:
        arguments->csv = true;
        break;
    case ARGP_KEY_ARG:
        take_argument(state, &arguments->topic, value);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp list_argp = {
    .options = list_options,
    .parser = parse_list,
    .args_doc = "[TOPIC]",
    .doc = "Shows what a scenario can say: modes, traffic types, and every key with its default, "
           "values, meaning and origin.\v"
           "Topics: modes, traffic, devices, framings, ciphers, keys.\n\n"
           "Examples:\n"
           "  iptfs-sim list\n"
           "  iptfs-sim list modes\n"
           "  iptfs-sim list keys --csv\n\n" STATUSES,
};

static int do_list(int argc, char **argv)
{
    struct iptfs_error error = {0, ""};
    struct list_arguments arguments = {NULL, false};
    argp_parse(&list_argp, argc, argv, 0, NULL, &arguments);
    int code = iptfs_list(arguments.topic, arguments.csv, stdout, &error);
    return finish(code, &error);
}

/* ---------------------------------------------------------------------------------- commands */

static const struct {
    const char *name;
    const char *title; /* stands for argv[0], so that messages and help name the command */
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", PROGRAM " run", do_run},
    {"replay", PROGRAM " replay", do_replay},
    {"list", PROGRAM " list", do_list},
};
enum {
    COMMANDS = sizeof commands / sizeof commands[0]
};

/* Where the command stands in argv. */
struct call {
    int argc;
    char **argv;
};

static error_t parse_call(int key, char *value, struct argp_state *state)
{
    struct call *call = state->input;
    (void)value;
    switch (key) {
    case ARGP_KEY_ARG:
        /* The rest is the command's own. */
        call->argc = state->argc - state->next + 1;
        call->argv = &state->argv[state->next - 1];
        state->next = state->argc;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "found no command, allowed: run, replay, list");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp call_argp = {
    .parser = parse_call,
    .args_doc = "COMMAND [ARGUMENT...]",
    .doc = "Simulates IP Traffic Flow Security (IP-TFS, RFC 9347): ESP tunnels that aggregate and "
           "fragment packets, on the event engine of ns-3.\v"
           "Commands:\n"
           "  run FILE.ini      run a scenario, print and write its summary\n"
           "  replay FILE.scn   replay a recorded script, print what the tunnel does\n"
           "  list [TOPIC]      show modes, traffic types and every key of a scenario\n\n"
           "`iptfs-sim COMMAND --help' tells more of a command.\n\n"
           "Examples:\n"
           "  iptfs-sim run examples/demo.ini\n"
           "  iptfs-sim run examples/demo.ini --set tunnel.init-delay=2ms --json\n"
           "  iptfs-sim list keys\n\n" STATUSES,
};

static int refuse_command(const char *name)
{
    struct iptfs_text found = iptfs_quoted(name);
    struct iptfs_nearest nearest = {.found = found.text};
    for (size_t i = 0; i < COMMANDS; i++)
        iptfs_nearest_offer(&nearest, commands[i].name);
    fprintf(stderr, PROGRAM ": found command '%s', allowed: run, replay, list%s%s%s\n", found.text,
            nearest.best != NULL ? "; did you mean '" : "",
            nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
    return IPTFS_EXIT_USAGE;
}

int iptfs_cli(int argc, char **argv)
{
    static char program[] = PROGRAM;
    struct call call = {0, NULL};
    argp_program_version = PROGRAM " " IPTFS_VERSION;
    argp_err_exit_status = IPTFS_EXIT_USAGE;
    if (argc > 0)
        argv[0] = program;
    argp_parse(&call_argp, argc, argv, ARGP_IN_ORDER, NULL, &call);
    for (size_t i = 0; i < COMMANDS; i++) {
        char title[32];
        if (strcmp(commands[i].name, call.argv[0]) != 0)
            continue;
        snprintf(title, sizeof title, "%s", commands[i].title);
        call.argv[0] = title;
        return commands[i].run(call.argc, call.argv);
    }
    return refuse_command(call.argv[0]);
}
