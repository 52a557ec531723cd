/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim point`, which `iptfs-sim sweep` runs in processes of its engine. */
#include "cli/arguments.h"
#include "cli/command.h"
#include "sweep/point.h"

#include <stdio.h>

enum {
    KEY_INDEX = 256 /* an option without a letter */
};

struct arguments {
    const char *path;
    const char *directory;
    const char *indices;
};

static const struct argp_option options[] = {
    {"out", 'o', "DIR", 0, "Folder of the sweep", 0},
    {"index", KEY_INDEX, "LIST", 0, "Numbers of the points, such as 3,5-9", 0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->directory = value;
        break;
    case KEY_INDEX:
        arguments->indices = value;
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &arguments->path, value);
        break;
    case ARGP_KEY_END:
        if (arguments->path == NULL || arguments->directory == NULL || arguments->indices == NULL)
            iptfs_command_usage_error(state->name, "expected FILE.ini, --out and --index");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "FILE.ini",
    .doc = "Runs points of a sweep. 'iptfs-sim sweep' calls it.",
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_point = {
    .name = "point",
    .summary = "Run points of a sweep",
    .argp = &argp,
    .hidden = true,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct arguments arguments = {NULL, NULL, NULL};
    iptfs_command_parse(&iptfs_command_point, 0, argc, argv, &arguments);
    int code =
        iptfs_point_command(arguments.path, arguments.directory, arguments.indices, stdout, &error);
    return iptfs_command_finish(code, &error);
}
