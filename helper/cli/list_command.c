/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim list` */
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/list.h"

#include <stdbool.h>
#include <stdio.h>

enum {
    KEY_CSV = 256, /* options without a letter */
    KEY_JSON,
    KEY_MARKDOWN
};

struct arguments {
    const char *topic;
    enum iptfs_list_form form;
};

static const struct argp_option options[] = {
    {"csv", KEY_CSV, NULL, 0, "Print CSV (without TOPIC: the keys)", 0},
    {"json", KEY_JSON, NULL, 0, "Print JSON (without TOPIC: an object with all topics)", 0},
    {"markdown", KEY_MARKDOWN, NULL, 0, "Print Markdown (without TOPIC: the keys)", 0},
    {0},
};

static void choose_form(struct argp_state *state, enum iptfs_list_form form)
{
    struct arguments *arguments = state->input;
    if (arguments->form != IPTFS_LIST_TEXT && arguments->form != form)
        iptfs_command_usage_error(state->name, "--csv, --json and --markdown cannot be combined");
    arguments->form = form;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case KEY_CSV:
        choose_form(state, IPTFS_LIST_CSV);
        break;
    case KEY_JSON:
        choose_form(state, IPTFS_LIST_JSON);
        break;
    case KEY_MARKDOWN:
        choose_form(state, IPTFS_LIST_MARKDOWN);
        break;
    case ARGP_KEY_ARG:
        iptfs_argument_take(state, &arguments->topic, value);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .args_doc = "[TOPIC]",
    .doc = "Shows what a scenario may contain: modes, traffic types, and every key with its "
           "default, allowed values, meaning and origin.\v"
           "Topics: modes, traffic, tcp, devices, framings, ciphers, keys (all of these without "
           "TOPIC), causes (for which packets are dropped), plots (kinds), engines (of sweeps), "
           "results (values of "
           "summaries).",
};

static const char *const examples[] = {
    "iptfs-sim list",
    "iptfs-sim list modes",
    "iptfs-sim list keys --csv",
    "iptfs-sim list --json",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_list = {
    .name = "list",
    .summary = "Show modes, traffic types and every key of a scenario",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    struct iptfs_error error = {0};
    struct arguments arguments = {NULL, IPTFS_LIST_TEXT};
    iptfs_command_parse(&iptfs_command_list, 0, argc, argv, &arguments);
    int code = iptfs_list(arguments.topic, arguments.form, stdout, &error);
    return iptfs_command_finish(code, &error);
}
