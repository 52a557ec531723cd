/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of the commands that run points of a sweep: sweep and attack. */
#ifndef IPTFS_CLI_SWEEP_OPTIONS_H
#define IPTFS_CLI_SWEEP_OPTIONS_H

#include "sweep/sweep_run.h"

#include <argp.h>

struct iptfs_sweep_arguments {
    struct iptfs_sweep_request request;
    const char **sshlogins; /* of --sshlogin, in order */
    const char **sbatch;    /* of --sbatch, in order */
    char *command;          /* the command line as one text, for the manifest */
};

extern const struct argp_option iptfs_sweep_options[];

/* A parser of argp for them and for FILE.ini; its input is a struct iptfs_sweep_arguments. */
error_t iptfs_sweep_options_parse(int key, char *value, struct argp_state *state);

/* Made before a command line is parsed. Ends the process when there is no memory. */
struct iptfs_sweep_arguments iptfs_sweep_arguments_new(int argc, char **argv);
void iptfs_sweep_arguments_free(struct iptfs_sweep_arguments *arguments);

#endif
