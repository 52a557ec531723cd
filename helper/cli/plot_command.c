/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim plot` */
#include "cli/command.h"
#include "cli/progress_bar.h"
#include "plot/plot.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    KEY_FILE = 256, /* options without a letter */
    KEY_TERMINAL
};

struct arguments {
    struct iptfs_plot_request request;
    const char **names; /* of plots, in order */
};

static const struct argp_option options[] = {
    {"file", KEY_FILE, "FILE.ini", 0,
     "Use the sections [plot.NAME] of this file (default DIR/sweep.ini, a copy of the sweep's "
     "file)",
     0},
    {"terminal", KEY_TERMINAL, NULL, 0, "Draw on the terminal with characters, write no files", 0},
    {"quiet", 'q', NULL, 0, "Print only errors", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
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
        iptfs_command_usage_error(state->name, "expected DIR, the folder of a sweep");
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "DIR [NAME...]",
    .doc = "Draws the plots of a sweep again from its results, all or those with these names: "
           "DIR/plots/NAME.svg, NAME.png, NAME.gp (the gnuplot script) and NAME.csv (its data).\v"
           "To change the look of a plot, edit NAME.gp and run 'gnuplot NAME.gp' in its folder, or "
           "copy its section [plot.NAME] into a file of your own, edit it there and name that file "
           "with --file.",
};

static const char *const examples[] = {
    "iptfs-sim plot out/delay",
    "iptfs-sim plot out/delay --terminal delay",
    "iptfs-sim plot out/delay --file examples/sweep-delay.ini",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_plot = {
    .name = "plot",
    .summary = "Draw the plots of a sweep again",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct iptfs_progress_bar bar;
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, false);
    struct arguments arguments = {.names = iptfs_command_pointers(argc)};
    iptfs_command_parse(&iptfs_command_plot, 0, argc, argv, &arguments);
    arguments.request.progress = &progress;
    arguments.request.names = arguments.names;
    int code = iptfs_plot_command(&arguments.request, stdout, &error);
    free(arguments.names);
    return iptfs_command_finish(code, &error);
}
