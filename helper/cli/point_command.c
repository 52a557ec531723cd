/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim point`, which `iptfs-sim sweep` runs in processes of its engine. */
#include "cli/arguments.h"
#include "cli/command.h"
#include "sweep/point.h"

#include <stdio.h>

enum {
    KEY_SHARD = 256, /* options without a letter */
    KEY_SOURCES
};

struct arguments {
    const char *path;
    const char *directory;
    const char *sources;
    const char *shard;
};

static const struct argp_option options[] = {
    {"out", 'o', "DIR", 0, "Folder of the sweep", 0},
    {"sources", KEY_SOURCES, "HASH", 0, "Hash of the sources of the program that planned the sweep",
     0},
    {"shard", KEY_SHARD, "LIST", 0,
     "Points with their ids, such as 3:0123456789abcdef,4:fedcba9876543210; - reads standard input",
     0},
    {0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'o':
        arguments->directory = value;
        break;
    case KEY_SOURCES:
        arguments->sources = value;
        break;
    case KEY_SHARD:
        arguments->shard = value;
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &arguments->path, value);
        break;
    case ARGP_KEY_END:
        if (arguments->path == NULL || arguments->directory == NULL || arguments->sources == NULL ||
            arguments->shard == NULL)
            iptfs_command_usage_error(state->name,
                                      "expected FILE.ini, --out, --sources and --shard");
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
    struct arguments arguments = {NULL, NULL, NULL, NULL};
    iptfs_command_parse(&iptfs_command_point, 0, argc, argv, &arguments);
    const struct iptfs_point_call call = {"", arguments.path, arguments.directory,
                                          arguments.sources, NULL};
    int code = iptfs_point_command(&call, arguments.shard, stdout, &error);
    return iptfs_command_finish(code, &error);
}
