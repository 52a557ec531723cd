/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cli.h"

#include "base/error.h"
#include "cli/list.h"
#include "cli/progress_bar.h"
#include "endpoint/endpoint.h"
#include "files/program.h"
#include "plot/plot.h"
#include "run/replay.h"
#include "run/run.h"
#include "sweep/point.h"
#include "sweep/show.h"
#include "sweep/sweep.h"
#include "sweep/sweep_run.h"
#include "text/quantity.h"
#include "text/suggest.h"

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

/* A time above 0. */
static int64_t interval_value(const char *option, const char *text)
{
    struct iptfs_error error;
    int64_t time_ps = 0;
    if (iptfs_parse_time(text, &time_ps, &error) != 0)
        refuse_value(option, error.text);
    if (time_ps <= 0)
        refuse_value(option, "found '0', allowed: a time above 0, such as 100ms");
    return time_ps;
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
    KEY_COLLECT = 256, /* options without a letter */
    KEY_CSV,
    KEY_DRY_RUN,
    KEY_DST,
    KEY_ENGINE,
    KEY_ESN,
    KEY_ESP_SA,
    KEY_FILE,
    KEY_FORCE,
    KEY_INDEX,
    KEY_JSON,
    KEY_KEY,
    KEY_KEY_FILE,
    KEY_LIST,
    KEY_NO_WAIT,
    KEY_PCAP,
    KEY_POINT,
    KEY_RESUME,
    KEY_RUN,
    KEY_SBATCH,
    KEY_SCENARIO,
    KEY_SEED,
    KEY_SERIES,
    KEY_SET,
    KEY_SHARD,
    KEY_SPI,
    KEY_SRC,
    KEY_SSHLOGIN,
    KEY_TERMINAL,
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
    {"pcap", KEY_PCAP, "PREFIX", 0,
     "Write captures PREFIX-inner-in.pcap, -outer-tx, -outer-rx and -inner-out, of the other "
     "direction behind PREFIX-reverse, and PREFIX-esp_sa with which Wireshark decrypts",
     0},
    {"series", KEY_SERIES, "TIME", 0,
     "Write rates, queues and windows over time, a line for each such interval (100ms), and plots",
     0},
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
    case KEY_PCAP:
        request->pcap_prefix = value;
        break;
    case KEY_SERIES:
        request->series_ps = interval_value("--series", value);
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
           "  iptfs-sim run examples/demo.ini --out results/first --trace trace.csv\n"
           "  iptfs-sim run examples/voice-wan.ini --pcap /tmp/voice\n\n"
           "What a scenario can say is shown by `iptfs-sim list'.\n\n" STATUSES,
};

static int do_run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct run_arguments arguments = {.sets = calloc((size_t)argc + 1, sizeof(char *))};
    if (arguments.sets == NULL)
        return complain("out of memory", IPTFS_EXIT_FAILED);
    argp_parse(&run_argp, argc, argv, 0, NULL, &arguments);
    struct iptfs_progress_bar bar;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, !arguments.request.quiet);
    arguments.request.progress = &progress;
    arguments.request.sets = arguments.sets;
    int code = iptfs_run_command(&arguments.request, stdout, &error);
    free(arguments.sets);
    return finish(code, &error);
}

/* -------------------------------------------------------------------------------------- sweep */

struct sweep_arguments {
    struct iptfs_sweep_request request;
    const char **sshlogins; /* room for as many as there are arguments */
    const char **sbatch;    /* the same */
};

static const struct argp_option sweep_options[] = {
    {"jobs", 'j', "N", 0, "Run so many points at the same time (default: one a core)", 0},
    {"out", 'o', "DIR", 0, "Write the results into this folder (default out/NAME)", 0},
    {"resume", KEY_RESUME, NULL, 0, "Run only the points that have no result in the folder yet", 0},
    {"force", KEY_FORCE, NULL, 0,
     "Go on where scenario or program have changed; all points run again", 0},
    {"dry-run", 'n', NULL, 0, "Check and list the points, run nothing", 0},
    {"engine", KEY_ENGINE, "NAME", 0,
     "What runs the points: parallel (GNU parallel) or slurm (a job array of Slurm)", 0},
    {"sshlogin", KEY_SSHLOGIN, "HOST", 0,
     "Run there too, as --sshlogin of GNU parallel; ':' is this machine. Program, file and folder "
     "must be there under the same names; may be given again",
     0},
    {"sbatch", KEY_SBATCH, "OPTION", 0,
     "Give this option to Slurm's sbatch, such as --partition=long; may be given again", 0},
    {"shard", KEY_SHARD, "N", 0,
     "Run so many points in a task of Slurm (default 8, or more in sweeps of many points)", 0},
    {"no-wait", KEY_NO_WAIT, NULL, 0,
     "Do not wait for Slurm: a job behind the array collects the results", 0},
    {"collect", KEY_COLLECT, NULL, 0, "Run nothing, collect what is there", 0},
    {"quiet", 'q', NULL, 0, "Print nothing but errors", 0},
    {0},
};

static void check_sweep(struct argp_state *state, const struct iptfs_sweep_request *request)
{
    struct iptfs_error error;
    if (iptfs_sweep_engine_check(request->engine, &request->options, &error) != 0)
        argp_error(state, "%s", error.text);
    if (request->collect && request->force)
        argp_error(state, "found --collect and --force, allowed: one of them");
}

static error_t parse_sweep(int key, char *value, struct argp_state *state)
{
    struct sweep_arguments *arguments = state->input;
    struct iptfs_sweep_request *request = &arguments->request;
    struct iptfs_error error;
    switch (key) {
    case 'j':
        request->options.jobs = number_value("--jobs", value, 1, 1024);
        break;
    case 'o':
        request->out_dir = value;
        break;
    case KEY_RESUME:
        request->resume = true;
        break;
    case KEY_FORCE:
        request->force = true;
        break;
    case 'n':
        request->dry_run = true;
        break;
    case KEY_ENGINE:
        if (iptfs_sweep_engine_find(value, &request->engine, &error) != 0)
            argp_error(state, "--engine: %s", error.text);
        break;
    case KEY_SBATCH:
        arguments->sbatch[request->options.n_sbatch++] = value;
        break;
    case KEY_SHARD:
        request->options.shard = number_value("--shard", value, 1, IPTFS_SWEEP_POINTS_MAX);
        break;
    case KEY_NO_WAIT:
        request->options.no_wait = true;
        break;
    case KEY_COLLECT:
        request->collect = true;
        break;
    case KEY_SSHLOGIN:
        arguments->sshlogins[request->options.n_sshlogins++] = value;
        break;
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        take_argument(state, &request->path, value);
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "found no sweep file, allowed: one");
        break;
    case ARGP_KEY_END:
        check_sweep(state, request);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp sweep_argp = {
    .options = sweep_options,
    .parser = parse_sweep,
    .args_doc = "FILE.ini",
    .doc = "Runs a scenario with a section [sweep] for all the values in it, each point once, on "
           "all cores or a cluster; results go into results.db, results.csv and plots.\v"
           "A sweep that was killed goes on with --resume, and so does one that has grown.\n\n"
           "Examples:\n"
           "  iptfs-sim sweep examples/sweep-delay.ini --dry-run\n"
           "  iptfs-sim sweep examples/sweep-delay.ini --jobs 2 --out out/delay\n"
           "  iptfs-sim sweep examples/sweep-delay.ini --engine slurm --sbatch --time=10\n"
           "  iptfs-sim show out/delay --by tunnel.init-delay\n\n" STATUSES,
};

/* The command line as one text, for the manifest. */
static char *join_words(int argc, char **argv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; out != NULL && i < argc; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", argv[i]);
    if (out != NULL)
        fclose(out);
    return text;
}

static int check_plots(void *context, const struct iptfs_sweep *sweep, struct iptfs_error *error)
{
    (void)context;
    return iptfs_plot_check(sweep, error);
}

/* Plots whose sections are gone would show old results for ever. */
static int remove_old_plots(void *context, const struct iptfs_sweep *sweep, const char *directory,
                            struct iptfs_error *error)
{
    (void)context;
    return iptfs_plot_remove_old(directory, sweep->text, error);
}

static int draw_plots(void *context, const char *directory, struct iptfs_error *error)
{
    const struct iptfs_sweep_request *request = context;
    const struct iptfs_plot_request plots = {.directory = directory,
                                             .quiet = request->quiet,
                                             .may_be_none = true,
                                             .progress = request->progress};
    return iptfs_plot_command(&plots, stdout, error);
}

static int do_sweep(int argc, char **argv)
{
    struct iptfs_error error = {0};
    char *command = join_words(argc, argv);
    struct sweep_arguments arguments = {.request = {.engine = iptfs_sweep_engine_at(0)},
                                        .sshlogins = calloc((size_t)argc + 1, sizeof(char *)),
                                        .sbatch = calloc((size_t)argc + 1, sizeof(char *))};
    int code = IPTFS_E_NO_MEMORY;
    if (command != NULL && arguments.sshlogins != NULL && arguments.sbatch != NULL) {
        argp_parse(&sweep_argp, argc, argv, 0, NULL, &arguments);
        arguments.request.options.sshlogins = arguments.sshlogins;
        arguments.request.options.sbatch = arguments.sbatch;
        arguments.request.command = command;
        struct iptfs_progress_bar bar;
        struct iptfs_progress progress = iptfs_progress_bar_start(&bar, !arguments.request.quiet);
        arguments.request.progress = &progress;
        arguments.request.hooks = (struct iptfs_sweep_hooks){&arguments.request, check_plots,
                                                             remove_old_plots, draw_plots};
        code = iptfs_sweep_command(&arguments.request, stdout, &error);
    }
    free(arguments.sshlogins);
    free(arguments.sbatch);
    free(command);
    return finish(code, &error);
}

/* -------------------------------------------------------------------------------------- point */

struct point_arguments {
    const char *path;
    const char *directory;
    const char *indices;
};

static const struct argp_option point_options[] = {
    {"out", 'o', "DIR", 0, "The folder of the sweep", 0},
    {"index", KEY_INDEX, "LIST", 0, "Which points, as 3,5-9", 0},
    {0},
};

static error_t parse_point(int key, char *value, struct argp_state *state)
{
    struct point_arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->directory = value;
        break;
    case KEY_INDEX:
        arguments->indices = value;
        break;
    case ARGP_KEY_ARG:
        take_argument(state, &arguments->path, value);
        break;
    case ARGP_KEY_END:
        if (arguments->path == NULL || arguments->directory == NULL || arguments->indices == NULL)
            argp_error(state, "a file, --out and --index are needed");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp point_argp = {
    .options = point_options,
    .parser = parse_point,
    .args_doc = "FILE.ini",
    .doc = "Runs points of a sweep; `iptfs-sim sweep' calls it.",
};

static int do_point(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct point_arguments arguments = {NULL, NULL, NULL};
    argp_parse(&point_argp, argc, argv, 0, NULL, &arguments);
    int code =
        iptfs_point_command(arguments.path, arguments.directory, arguments.indices, stdout, &error);
    return finish(code, &error);
}

/* --------------------------------------------------------------------------------------- show */

static const struct argp_option show_options[] = {
    {"columns", 'c', "NAME,...", 0, "Show these columns (default: parameters and main values)", 0},
    {"by", 'b', "NAME,...", 0,
     "Show means over the points that have these in common, seeds for example", 0},
    {"list", KEY_LIST, NULL, 0, "List the columns there are, with their units", 0},
    {"csv", KEY_CSV, NULL, 0, "Print CSV", 0},
    {"point", KEY_POINT, "N", 0, "Print the command that repeats this point alone", 0},
    {0},
};

static error_t parse_show(int key, char *value, struct argp_state *state)
{
    struct iptfs_show_request *request = state->input;
    switch (key) {
    case 'c':
        request->columns = value;
        break;
    case 'b':
        request->by = value;
        break;
    case KEY_LIST:
        request->list = true;
        break;
    case KEY_CSV:
        request->csv = true;
        break;
    case KEY_POINT:
        request->point = number_value("--point", value, 1, INT64_MAX);
        break;
    case ARGP_KEY_ARG:
        take_argument(state, &request->directory, value);
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "found no folder, allowed: one that a sweep has written");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp show_argp = {
    .options = show_options,
    .parser = parse_show,
    .args_doc = "DIR",
    .doc =
        "Shows the results of a sweep as a table, a row a point.\v"
        "Examples:\n"
        "  iptfs-sim show out/delay\n"
        "  iptfs-sim show out/delay --by tunnel.init-delay --columns delay_s.p99,outer.overhead\n"
        "  iptfs-sim show out/delay --point 17\n\n" STATUSES,
};

static int do_show(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct iptfs_show_request request = {.directory = NULL};
    argp_parse(&show_argp, argc, argv, 0, NULL, &request);
    int code = iptfs_show(&request, stdout, &error);
    return finish(code, &error);
}

/* --------------------------------------------------------------------------------------- plot */

struct plot_arguments {
    struct iptfs_plot_request request;
    const char **names; /* room for as many as there are arguments */
};

static const struct argp_option plot_options[] = {
    {"file", KEY_FILE, "FILE.ini", 0,
     "Take the sections [plot.NAME] of this file (default DIR/sweep.ini, a copy of the sweep's)",
     0},
    {"terminal", KEY_TERMINAL, NULL, 0, "Draw on the terminal with letters, write no files", 0},
    {"quiet", 'q', NULL, 0, "Print nothing but errors", 0},
    {0},
};

static error_t parse_plot(int key, char *value, struct argp_state *state)
{
    struct plot_arguments *arguments = state->input;
    struct iptfs_plot_request *request = &arguments->request;
    switch (key) {
    case KEY_FILE:
        request->path = value;
        break;
    case KEY_TERMINAL:
        request->terminal = true;
        break;
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (request->directory == NULL)
            request->directory = value;
        else
            arguments->names[request->n_names++] = value;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "found no folder, allowed: one that a sweep has written");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp plot_argp = {
    .options = plot_options,
    .parser = parse_plot,
    .args_doc = "DIR [NAME...]",
    .doc =
        "Draws the plots of a sweep again from its results, all of them or those of these names: "
        "DIR/plots/NAME.svg, NAME.png, NAME.gp (the gnuplot script) and NAME.csv (its data).\v"
        "To restyle a plot, change NAME.gp and run `gnuplot NAME.gp' in its folder, or change its "
        "section [plot.NAME] in a file of your own and name that with --file.\n\n"
        "Examples:\n"
        "  iptfs-sim plot out/sweep-delay\n"
        "  iptfs-sim plot out/sweep-delay --terminal delay\n"
        "  iptfs-sim plot out/sweep-delay --file my-plots.ini\n\n" STATUSES,
};

static int do_plot(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct plot_arguments arguments = {.names = calloc((size_t)argc + 1, sizeof(char *))};
    if (arguments.names == NULL)
        return complain("out of memory", IPTFS_EXIT_FAILED);
    argp_parse(&plot_argp, argc, argv, 0, NULL, &arguments);
    struct iptfs_progress_bar bar;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, false);
    arguments.request.progress = &progress;
    arguments.request.names = arguments.names;
    int code = iptfs_plot_command(&arguments.request, stdout, &error);
    free(arguments.names);
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
    struct iptfs_error error = {0};
    const char *path = NULL;
    argp_parse(&replay_argp, argc, argv, 0, NULL, &path);
    int code = iptfs_replay_file(path, stdout, &error);
    return finish(code, &error);
}

/* ----------------------------------------------------------------------------- encap and decap */

struct endpoint_arguments {
    struct iptfs_endpoint_request request;
    const char **sets; /* room for as many as there are arguments */
};

/* What both have; encap has more. */
#define ENDPOINT_OPTIONS                                                                           \
    {"scenario",                                                                                   \
     KEY_SCENARIO,                                                                                 \
     "FILE",                                                                                       \
     0,                                                                                            \
     "Take [tunnel] and [link] of this scenario (default: all as usual, `iptfs-sim list keys')",   \
     0},                                                                                           \
        {"set",                                                                                    \
         KEY_SET,                                                                                  \
         "SECTION.KEY=VALUE",                                                                      \
         0,                                                                                        \
         "Use this value, such as tunnel.pkt-size=1400; may be given again",                       \
         0},                                                                                       \
        {"key-file",                                                                               \
         KEY_KEY_FILE,                                                                             \
         "FILE",                                                                                   \
         0,                                                                                        \
         "Key of 16, 24 or 32 octets and salt of 4 in one, in hexadecimal digits, as `ip xfrm' "   \
         "takes them for rfc4106(gcm(aes))",                                                       \
         0},                                                                                       \
        {"key", KEY_KEY, "HEX", 0, "The same, where others on this machine may see it", 0},        \
        {"esn", KEY_ESN, NULL, 0, "Extended sequence numbers, of 64 bits", 0},                     \
        {"json", KEY_JSON, NULL, 0, "Print the figures as JSON", 0},                               \
    {                                                                                              \
        "quiet", 'q', NULL, 0, "Print nothing but errors, and what was left out", 0                \
    }

static const struct argp_option encap_options[] = {
    ENDPOINT_OPTIONS,
    {"spi", KEY_SPI, "N", 0, "SPI of the SA (default 0x1000)", 0},
    {"src", KEY_SRC, "ADDRESS", 0, "Source of outer packets (default 192.0.2.1, 2001:db8:1::1)", 0},
    {"dst", KEY_DST, "ADDRESS", 0,
     "Destination of outer packets (default 198.51.100.1, 2001:db8:2::1)", 0},
    {"esp-sa", KEY_ESP_SA, "FILE", 0,
     "Write the SA, with its key, as a line of Wireshark's table esp_sa", 0},
    {0},
};

static const struct argp_option decap_options[] = {
    ENDPOINT_OPTIONS,
    {"spi", KEY_SPI, "N", 0, "SPI of the SA (default: that of the first good packet)", 0},
    {0},
};

static error_t parse_endpoint(int key, char *value, struct argp_state *state)
{
    struct endpoint_arguments *arguments = state->input;
    struct iptfs_endpoint_request *request = &arguments->request;
    switch (key) {
    case KEY_SCENARIO:
        request->scenario_path = value;
        break;
    case KEY_SET:
        arguments->sets[request->n_sets++] = value;
        break;
    case KEY_KEY:
        request->sa.key = value;
        break;
    case KEY_KEY_FILE:
        request->sa.key_file = value;
        break;
    case KEY_SPI:
        request->sa.spi = value;
        break;
    case KEY_SRC:
        request->sa.source = value;
        break;
    case KEY_DST:
        request->sa.destination = value;
        break;
    case KEY_ESN:
        request->sa.esn = true;
        break;
    case KEY_ESP_SA:
        request->esp_sa_path = value;
        break;
    case KEY_JSON:
        request->json = true;
        break;
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        if (request->in_path == NULL)
            request->in_path = value;
        else
            take_argument(state, &request->out_path, value);
        break;
    case ARGP_KEY_END:
        if (request->out_path == NULL)
            argp_error(state, "found no two files, allowed: a capture to read and one to write");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp encap_argp = {
    .options = encap_options,
    .parser = parse_endpoint,
    .args_doc = "IN.pcap OUT.pcap",
    .doc = "Sends the IP packets of a capture through the sender of a tunnel, and writes its outer "
           "packets, octet by octet as a peer or Wireshark reads them.\v"
           "Examples:\n"
           "  iptfs-sim encap inner.pcap outer.pcap --key-file sa.key --esp-sa esp_sa\n"
           "  iptfs-sim encap inner.pcap outer.pcap --set tunnel.cipher=null \\\n"
           "      --set tunnel.mode=fixed-rate --set tunnel.pps=500 --set "
           "tunnel.pkt-size=1400\n\n" STATUSES,
};

static const struct argp decap_argp = {
    .options = decap_options,
    .parser = parse_endpoint,
    .args_doc = "IN.pcap OUT.pcap",
    .doc =
        "Sends the outer packets of a capture through the receiver of a tunnel, and writes the "
        "inner packets that leave it.\v"
        "An SA begins with number 1: a first packet that came too early within the reorder window "
        "waits for those before it, at most drop-time, where Linux would begin with it and drop "
        "them. One with a higher number begins the SA at once. CE marks on outer packets pass on "
        "to inner ones unless tunnel.ecn=off is said.\n\n"
        "Examples:\n"
        "  iptfs-sim decap outer.pcap inner.pcap --key-file sa.key\n"
        "  iptfs-sim decap outer.pcap inner.pcap --set tunnel.cipher=null \\\n"
        "      --set tunnel.drop-time=50ms --json\n\n" STATUSES,
};

typedef int endpoint_function(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                              struct iptfs_error *error);

static int run_endpoint(int argc, char **argv, const struct argp *argp, endpoint_function *run)
{
    struct iptfs_error error = {0};
    struct endpoint_arguments arguments = {.sets = calloc((size_t)argc + 1, sizeof(char *))};
    if (arguments.sets == NULL)
        return complain("out of memory", IPTFS_EXIT_FAILED);
    argp_parse(argp, argc, argv, 0, NULL, &arguments);
    arguments.request.sets = arguments.sets;
    int code = run(&arguments.request, stdout, stderr, &error);
    free(arguments.sets);
    return finish(code, &error);
}

static int do_encap(int argc, char **argv)
{
    return run_endpoint(argc, argv, &encap_argp, iptfs_encap);
}

static int do_decap(int argc, char **argv)
{
    return run_endpoint(argc, argv, &decap_argp, iptfs_decap);
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
           "Topics: modes, traffic, tcp, devices, framings, ciphers, keys.\n\n"
           "Examples:\n"
           "  iptfs-sim list\n"
           "  iptfs-sim list modes\n"
           "  iptfs-sim list keys --csv\n\n" STATUSES,
};

static int do_list(int argc, char **argv)
{
    struct iptfs_error error = {0};
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
    {"run", PROGRAM " run", do_run},          {"sweep", PROGRAM " sweep", do_sweep},
    {"show", PROGRAM " show", do_show},       {"plot", PROGRAM " plot", do_plot},
    {"replay", PROGRAM " replay", do_replay}, {"encap", PROGRAM " encap", do_encap},
    {"decap", PROGRAM " decap", do_decap},    {"list", PROGRAM " list", do_list},
    {"point", PROGRAM " point", do_point},
};

#define COMMANDS_ALLOWED "run, sweep, show, plot, replay, encap, decap, list"

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
        argp_error(state, "found no command, allowed: " COMMANDS_ALLOWED);
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
           "  sweep FILE.ini    run a scenario for many values, on many cores\n"
           "  show DIR          show the results of a sweep as a table\n"
           "  plot DIR          draw the plots of a sweep again\n"
           "  replay FILE.scn   replay a recorded script, print what the tunnel does\n"
           "  encap IN OUT      send a capture through a tunnel's sender, octets and all\n"
           "  decap IN OUT      receive a capture of outer packets\n"
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
    struct iptfs_suggest nearest = {.found = found.text};
    for (size_t i = 0; i < COMMANDS; i++)
        iptfs_suggest_offer(&nearest, commands[i].name);
    fprintf(stderr, PROGRAM ": found command '%s', allowed: " COMMANDS_ALLOWED "%s%s%s\n",
            found.text, nearest.best != NULL ? "; did you mean '" : "",
            nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
    return IPTFS_EXIT_USAGE;
}

int iptfs_cli(int argc, char **argv)
{
    static char program[] = PROGRAM;
    struct call call = {0, NULL};
    char version[128];
    snprintf(version, sizeof version, PROGRAM " %s", iptfs_program_text());
    argp_program_version = version;
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
