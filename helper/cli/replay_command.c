/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim replay` */
#include "cli/arguments.h"
#include "cli/command.h"
#include "run/replay.h"

#include <stdio.h>

static error_t parse(int key, char *value, struct argp_state *state)
{
    switch (key) {
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, state->input, value);
        break;
    case ARGP_KEY_NO_ARGS:
        iptfs_command_usage_error(state->name, "expected FILE.scn, a recorded script");
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "FILE.scn",
    .doc = "Replays a recorded script of packets and of what the path did to them, and prints what "
           "the tunnel does in the format of the recording.",
};

static const char *const examples[] = {
    "iptfs-sim replay test/golden/linux/a-fit-boundary.scn",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_replay = {
    .name = "replay",
    .summary = "Replay a recorded script, print what the tunnel does",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    const char *path = NULL;
    iptfs_command_parse(&iptfs_command_replay, 0, argc, argv, &path);
    return iptfs_command_finish(iptfs_replay_file(path, stdout, &error), &error);
}
