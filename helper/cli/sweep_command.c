/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim sweep` */
#include "cli/command.h"
#include "cli/progress_bar.h"
#include "cli/sweep_options.h"
#include "plot/plot.h"
#include "sweep/sweep.h"
#include "sweep/sweep_run.h"

#include <stdio.h>

static const struct argp argp = {
    .options = iptfs_sweep_options,
    .parser = iptfs_sweep_options_parse,
    .args_doc = "FILE.ini",
    .doc = "Runs a scenario that has a section [sweep] for all combinations of the values there, "
           "on all cores or on a cluster, and collects results.db, results.csv and plots.\v"
           "'iptfs-sim list sweep' describes the keys of [sweep] that are not keys of a scenario, "
           "such "
           "as 'compare' and 'until'. A sweep that was interrupted, or that has got more values, "
           "continues with --resume.",
};

static const char *const examples[] = {
    "iptfs-sim sweep examples/sweep-delay.ini --dry-run",
    "iptfs-sim sweep examples/sweep-delay.ini --jobs 2 --out out/delay",
    "iptfs-sim sweep examples/sweep-delay.ini --engine slurm --sbatch --time=10",
    "iptfs-sim sweep examples/sweep-pairs.ini",
    "iptfs-sim show out/delay --by tunnel.init-delay",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_sweep = {
    .name = "sweep",
    .summary = "Run a scenario for many values, on many cores",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int check_plots(void *context, const struct iptfs_sweep *sweep, struct iptfs_error *error)
{
    (void)context;
    return iptfs_plot_check(sweep, error);
}

/* Plots without a section any more would keep showing old results. */
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

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct iptfs_progress_bar bar;
    struct iptfs_sweep_arguments arguments = iptfs_sweep_arguments_new(argc, argv);
    struct iptfs_sweep_request *request = &arguments.request;
    iptfs_command_parse(&iptfs_command_sweep, 0, argc, argv, &arguments);
    struct iptfs_progress progress = iptfs_progress_bar_start(&bar, !request->quiet);
    request->progress = &progress;
    request->hooks = (struct iptfs_sweep_hooks){.context = request,
                                                .check = check_plots,
                                                .prepare = remove_old_plots,
                                                .finish = draw_plots};
    int code = iptfs_sweep_command(request, stdout, &error);
    iptfs_sweep_arguments_free(&arguments);
    return iptfs_command_finish(code, &error);
}
