/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim show` */
#include "cli/arguments.h"
#include "cli/command.h"
#include "sweep/show.h"

#include <stdio.h>

enum {
    KEY_COMPARE = 256, /* options without a letter */
    KEY_CSV,
    KEY_JSON,
    KEY_LIST,
    KEY_POINT,
    KEY_UNTIL
};

static const struct argp_option options[] = {
    {"columns", 'c', "NAME,...", 0, "Show these columns (default: parameters and main values)", 0},
    {"by", 'b', "NAME,...", 0,
     "Show means over the points that have the same values in these columns; the others, such as "
     "seeds, are averaged",
     0},
    {"compare", KEY_COMPARE, NULL, 0,
     "Show the differences of the sweep's key 'compare' with their 95 % intervals; --columns names "
     "the measures, or is 'all'",
     0},
    {"until", KEY_UNTIL, NULL, 0,
     "Show for each combination how the sweep's key 'until' ended: replications, interval, state",
     0},
    {"list", KEY_LIST, NULL, 0, "List all columns with their units", 0},
    {"csv", KEY_CSV, NULL, 0, "Print CSV", 0},
    {"json", KEY_JSON, NULL, 0, "Print JSON: an array with one object for each row", 0},
    {"point", KEY_POINT, "N", 0, "Print the command that repeats only this point", 0},
    {0},
};

static void check_options(const char *name, const struct iptfs_show_request *request)
{
    int what = request->compare + request->until + request->list + (request->point != 0);
    if (request->csv && request->json)
        iptfs_command_usage_error(name, "--csv and --json cannot be combined");
    if (what > 1)
        iptfs_command_usage_error(name,
                                  "--compare, --until, --list and --point cannot be combined");
    if (request->by != NULL && what > 0)
        iptfs_command_usage_error(name, "--by cannot be combined with --compare, --until, --list "
                                        "and --point");
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct iptfs_show_request *request = state->input;
    switch (key) {
    case 'c':
        request->columns = value;
        break;
    case 'b':
        request->by = value;
        break;
    case KEY_LIST:
        request->list = true;
        break;
    case KEY_COMPARE:
        request->compare = true;
        break;
    case KEY_UNTIL:
        request->until = true;
        break;
    case KEY_CSV:
        request->csv = true;
        break;
    case KEY_JSON:
        request->json = true;
        break;
    case KEY_POINT:
        request->point = iptfs_argument_number("--point", value, 1, INT64_MAX);
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &request->directory, value);
        break;
    case ARGP_KEY_NO_ARGS:
        iptfs_command_usage_error(state->name, "expected DIR, the folder of a sweep");
    case ARGP_KEY_END:
        check_options(state->name, request);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "DIR",
    .doc = "Shows the results of a sweep as a table with one row for each point.",
};

static const char *const examples[] = {
    "iptfs-sim show out/delay",
    "iptfs-sim show out/delay --by tunnel.init-delay --columns delay_s.p99,outer.overhead",
    "iptfs-sim show out/sweep-pairs --compare --columns delay_s.p99,outer.overhead",
    "iptfs-sim show out/delay --list --json",
    "iptfs-sim show out/delay --point 17",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_show = {
    .name = "show",
    .summary = "Show the results of a sweep as a table",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct iptfs_show_request request = {.directory = NULL};
    iptfs_command_parse(&iptfs_command_show, 0, argc, argv, &request);
    return iptfs_command_finish(iptfs_show(&request, stdout, &error), &error);
}
