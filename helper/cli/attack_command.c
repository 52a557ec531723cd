/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim attack` */
#include "advice/attack.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/progress_bar.h"

#include <stdio.h>

static const struct argp_option options[] = {
    {"jobs", 'j', "N", 0, "Run N simulations at the same time (default: one per core)", 0},
    {"out", 'o', "DIR", 0, "Write the results into this folder (default out/NAME)", 0},
    {"quiet", 'q', NULL, 0, "Print only errors", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct iptfs_attack_request *request = state->input;
    switch (key) {
    case 'j':
        request->jobs = iptfs_argument_number("--jobs", value, 1, 1024);
        break;
    case 'o':
        request->out_dir = value;
        break;
    case 'q':
        request->quiet = true;
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &request->path, value);
        break;
    case ARGP_KEY_NO_ARGS:
        iptfs_command_usage_error(state->name, "expected FILE.ini, a scenario with the key "
                                               "'classes' and a section [sweep]");
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE.ini",
    .doc =
        "Measures how well an observer of the outer packets recognises what is inside: each class "
        "of traffic ([scenario] classes) runs through each tunnel of [sweep], once for each seed. "
        "A support vector machine learns from some runs and is tested with others.\v"
        "'recognised' is the part of the runs whose class was named, with its 95 % interval; "
        "compare it with a guess, 1 / classes. 'nearest' is the same by the nearest neighbour. "
        "'overhead' is outer octets sent for each inner octet delivered. Writes DIR/results.db and "
        "results.csv, a row for each tunnel, and DIR/plots/accuracy.svg.",
};

static const char *const examples[] = {
    "iptfs-sim attack examples/recognised.ini",
    "iptfs-sim attack examples/recognised.ini --jobs 4 --out out/seen",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_attack = {
    .name = "attack",
    .summary = "Measure how well the inner traffic is recognised",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct iptfs_progress_bar bar;
    struct iptfs_attack_request request = {0};
    iptfs_command_parse(&iptfs_command_attack, 0, argc, argv, &request);
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, !request.quiet);
    request.progress = &progress;
    int code = iptfs_attack_command(&request, stdout, &error);
    return iptfs_command_finish(code, &error);
}
