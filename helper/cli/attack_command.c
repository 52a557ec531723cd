/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim attack` */
#include "advice/attack.h"
#include "cli/command.h"
#include "cli/progress_bar.h"
#include "cli/sweep_options.h"

#include <stdio.h>

static error_t parse(int key, char *value, struct argp_state *state)
{
    if (key == ARGP_KEY_NO_ARGS)
        iptfs_command_usage_error(state->name, "expected FILE.ini, a scenario with the key "
                                               "'classes' and a section [sweep]");
    return iptfs_sweep_options_parse(key, value, state);
}

static const struct argp argp = {
    .options = iptfs_sweep_options,
    .parser = parse,
    .args_doc = "FILE.ini",
    .doc =
        "Measures how well an observer of the outer packets recognises what is inside: each class "
        "of traffic ([scenario] classes) runs through each tunnel of [sweep], once for each seed. "
        "A support vector machine and the nearest neighbour learn from some runs and are tested "
        "with others. The runs are points of a sweep: an attack that was interrupted continues "
        "with --resume, and runs on a cluster with --engine.\v"
        "'recognised' is the part of the runs whose class was named by the one of both that does "
        "better within the runs it learns from, with its 95 % interval; compare it with a guess, "
        "1 / classes. 'overhead' is outer octets sent for each inner octet delivered. Writes "
        "DIR/results.db and results.csv, a row for each tunnel, DIR/confusion.csv, and "
        "DIR/plots/accuracy.svg and classes.svg.",
};

static const char *const examples[] = {
    "iptfs-sim attack examples/recognised.ini",
    "iptfs-sim attack examples/recognised.ini --jobs 4 --out out/seen",
    "iptfs-sim attack examples/recognised.ini --out out/seen --resume",
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
    struct iptfs_sweep_arguments arguments = iptfs_sweep_arguments_new(argc, argv);
    struct iptfs_sweep_request *request = &arguments.request;
    iptfs_command_parse(&iptfs_command_attack, 0, argc, argv, &arguments);
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, !request->quiet);
    request->progress = &progress;
    int code = iptfs_attack_command(request, stdout, &error);
    iptfs_sweep_arguments_free(&arguments);
    return iptfs_command_finish(code, &error);
}
