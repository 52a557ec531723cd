/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/sweep_options.h"

#include "cli/arguments.h"
#include "cli/command.h"
#include "text/text_stream.h"

#include <stdlib.h>

enum {
    KEY_COLLECT = 256, /* options without a letter */
    KEY_ENGINE,
    KEY_FORCE,
    KEY_NO_WAIT,
    KEY_PLANNED,
    KEY_RESUME,
    KEY_SBATCH,
    KEY_SHARD,
    KEY_SSHLOGIN
};

const struct argp_option iptfs_sweep_options[] = {
    {"jobs", 'j', "N", 0, "Run N points at the same time (default: one per core)", 0},
    {"out", 'o', "DIR", 0, "Write the results into this folder (default out/NAME)", 0},
    {"resume", KEY_RESUME, NULL, 0, "Run only the points that have no result in the folder yet", 0},
    {"force", KEY_FORCE, NULL, 0, "Run all points again, even if scenario or program have changed",
     0},
    {"dry-run", 'n', NULL, 0, "Check and list the points, run nothing", 0},
    {"engine", KEY_ENGINE, "ENGINE", 0,
     "What runs the points (default parallel); 'iptfs-sim list engines' describes the engines", 0},
    {"sshlogin", KEY_SSHLOGIN, "HOST", 0,
     "Run points there too, as with --sshlogin of GNU parallel; ':' is this machine. Program, file "
     "and folder must have the same names there; may be repeated",
     0},
    {"sbatch", KEY_SBATCH, "OPTION", 0,
     "Pass this option to Slurm's sbatch, such as --partition=long; may be repeated", 0},
    {"shard", KEY_SHARD, "N", 0,
     "Run N points in each task of Slurm (default 8, more in sweeps of many points)", 0},
    {"no-wait", KEY_NO_WAIT, NULL, 0, "Do not wait for Slurm: a last job collects the results", 0},
    {"collect", KEY_COLLECT, NULL, 0, "Run nothing, collect the results that exist", 0},
    {"planned", KEY_PLANNED, NULL, OPTION_HIDDEN,
     "With --collect: of the sweep as it was started; jobs of a cluster use it", 0},
    {"quiet", 'q', NULL, 0, "Print only errors", 0},
    {0},
};

static void check_sweep(struct argp_state *state, const struct iptfs_sweep_request *request)
{
    struct iptfs_error error;
    if (iptfs_sweep_engine_check(request->engine, &request->options, &error) != 0)
        iptfs_command_usage_error(state->name, "%s", error.text);
    if (request->collect && request->force)
        iptfs_command_usage_error(state->name, "--collect and --force cannot be combined");
    if (request->planned && (!request->collect || request->out_dir == NULL))
        iptfs_command_usage_error(state->name, "--planned needs --collect and --out");
}

static error_t parse_engine(int key, char *value, struct argp_state *state)
{
    struct iptfs_sweep_arguments *arguments = state->input;
    struct iptfs_sweep_request *request = &arguments->request;
    struct iptfs_error error;
    switch (key) {
    case KEY_ENGINE:
        if (iptfs_sweep_engine_find(value, &request->engine, &error) != 0)
            iptfs_command_usage_error(state->name, "--engine: %s", error.text);
        break;
    case KEY_SBATCH:
        arguments->sbatch[request->options.n_sbatch++] = value;
        break;
    case KEY_SHARD:
        request->options.shard = iptfs_argument_number("--shard", value, 1, IPTFS_SWEEP_POINTS_MAX);
        break;
    case KEY_NO_WAIT:
        request->options.no_wait = true;
        break;
    case KEY_SSHLOGIN:
        arguments->sshlogins[request->options.n_sshlogins++] = value;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

error_t iptfs_sweep_options_parse(int key, char *value, struct argp_state *state)
{
    struct iptfs_sweep_arguments *arguments = state->input;
    struct iptfs_sweep_request *request = &arguments->request;
    switch (key) {
    case 'j':
        request->options.jobs = iptfs_argument_number("--jobs", value, 1, 1024);
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
    case KEY_COLLECT:
        request->collect = true;
        break;
    case KEY_PLANNED:
        request->planned = true;
        break;
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &request->path, value);
        break;
    case ARGP_KEY_NO_ARGS:
        iptfs_command_usage_error(state->name,
                                  "expected FILE.ini, a scenario with a section [sweep]");
    case ARGP_KEY_END:
        check_sweep(state, request);
        break;
    default:
        return parse_engine(key, value, state);
    }
    return 0;
}

/* The command line as one text, for the manifest; NULL when memory ran out. */
static char *join_words(int argc, char **argv)
{
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    for (int i = 0; out != NULL && i < argc; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", argv[i]);
    return out != NULL ? iptfs_text_stream_close(&stream) : NULL;
}

struct iptfs_sweep_arguments iptfs_sweep_arguments_new(int argc, char **argv)
{
    struct iptfs_sweep_arguments arguments = {
        .request = {.engine = iptfs_sweep_engine_at(0)},
        .sshlogins = iptfs_command_pointers(argc),
        .sbatch = iptfs_command_pointers(argc),
        .command = join_words(argc, argv),
    };
    if (arguments.command == NULL)
        iptfs_command_without_memory();
    arguments.request.options.sshlogins = arguments.sshlogins;
    arguments.request.options.sbatch = arguments.sbatch;
    arguments.request.command = arguments.command;
    return arguments;
}

void iptfs_sweep_arguments_free(struct iptfs_sweep_arguments *arguments)
{
    free(arguments->sshlogins);
    free(arguments->sbatch);
    free(arguments->command);
}
