/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim run` */
#include "run/run_command.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/progress_bar.h"
#include "plot/series_plots.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    KEY_CSV = 256, /* options without a letter */
    KEY_JSON,
    KEY_MAX_OUTPUT,
    KEY_PCAP,
    KEY_RUN,
    KEY_SEED,
    KEY_SERIES,
    KEY_SET,
    KEY_TRACE
};

struct arguments {
    struct iptfs_run_request request;
    const char **sets; /* of --set, in order */
};

static const struct argp_option options[] = {
    {"set", KEY_SET, "SECTION.KEY=VALUE", 0,
     "Replace a value of the file, such as link.loss=1%; may be repeated", 0},
    {"seed", KEY_SEED, "N", 0, "Seed of the random streams (1 to 4294967295)", 0},
    {"run", KEY_RUN, "N", 0, "Number of an independent run with the same seed (default 0)", 0},
    {"out", 'o', "DIR", 0, "Write the results into this folder (default out/NAME)", 0},
    {"json", KEY_JSON, NULL, 0, "Print the summary as JSON", 0},
    {"csv", KEY_CSV, NULL, 0, "Print the summary as CSV", 0},
    {"trace", KEY_TRACE, "FILE", 0,
     "Write a line for each event of the tunnel, as CSV if FILE ends with .csv", 0},
    {"pcap", KEY_PCAP, "PREFIX", 0,
     "Write captures PREFIX-inner-in.pcap, -outer-tx, -outer-rx and -inner-out, those of the other "
     "direction as PREFIX-reverse-..., and the keys for Wireshark as PREFIX-esp_sa",
     0},
    {"series", KEY_SERIES, "TIME", 0,
     "Write rates, queues and windows over time, one line for each interval of this length (such "
     "as 100ms), and plots of them",
     0},
    {"max-output", KEY_MAX_OUTPUT, "SIZE", 0, IPTFS_MAX_OUTPUT_HELP, 0},
    {"quiet", 'q', NULL, 0, "Print only errors, and what was skipped in captures", 0},
    {0},
};

static void choose_output(struct argp_state *state, struct iptfs_run_request *request,
                          enum iptfs_output output)
{
    if (request->output != IPTFS_OUTPUT_TEXT && request->output != output)
        iptfs_command_usage_error(state->name, "--json and --csv cannot be combined");
    request->output = output;
}

/* The options that ask for more files. */
static error_t parse_file_option(int key, char *value, struct iptfs_run_request *request)
{
    switch (key) {
    case KEY_TRACE:
        request->trace_path = value;
        break;
    case KEY_PCAP:
        request->pcap_prefix = value;
        break;
    case KEY_MAX_OUTPUT:
        request->max_output_octets = iptfs_argument_octets("--max-output", value);
        break;
    case KEY_SERIES:
        request->series_ps = iptfs_argument_time("--series", value);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct iptfs_run_request *request = &arguments->request;
    switch (key) {
    case KEY_SET:
        arguments->sets[request->n_sets++] = value;
        break;
    case KEY_SEED:
        request->seed_given = true;
        request->seed = iptfs_argument_number("--seed", value, 1, UINT32_MAX);
        break;
    case KEY_RUN:
        request->run = iptfs_argument_number("--run", value, 0, UINT64_MAX);
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
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &request->scenario_path, value);
        break;
    case ARGP_KEY_NO_ARGS:
        iptfs_command_usage_error(state->name, "expected FILE.ini, the scenario");
    default:
        return parse_file_option(key, value, request);
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE.ini",
    .doc = "Runs a scenario, prints a summary, and writes summary.json and summary.csv into a "
           "folder.\v"
           "'iptfs-sim list' shows what a scenario file may contain.",
};

static const char *const examples[] = {
    "iptfs-sim run examples/demo.ini",
    "iptfs-sim run examples/demo.ini --set link.loss=1% --seed 7 --json",
    "iptfs-sim run examples/demo.ini --out out/first --trace out/trace.csv",
    "iptfs-sim run examples/voice-wan.ini --pcap out/voice",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_run = {
    .name = "run",
    .summary = "Run a scenario, print and write its summary",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct iptfs_progress_bar bar;
    struct arguments arguments = {.request = {.max_output_octets = IPTFS_MAX_OUTPUT_OCTETS},
                                  .sets = iptfs_command_pointers(argc)};
    struct iptfs_run_request *request = &arguments.request;
    iptfs_command_parse(&iptfs_command_run, 0, argc, argv, &arguments);
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, !request->quiet);
    request->progress = &progress;
    request->series_written = iptfs_series_plots;
    request->sets = arguments.sets;
    int code = iptfs_run_command(request, stdout, &error);
    free(arguments.sets);
    return iptfs_command_finish(code, &error);
}
