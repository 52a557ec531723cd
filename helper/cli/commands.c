/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/commands.h"

#include "text/quantity.h"
#include "text/suggest.h"

#include <stdio.h>
#include <string.h>

/* Each is in NAME_command.c. */
extern const struct iptfs_command iptfs_command_run, iptfs_command_sweep, iptfs_command_show,
    iptfs_command_plot, iptfs_command_attack, iptfs_command_replay, iptfs_command_encap,
    iptfs_command_decap, iptfs_command_list, iptfs_command_help, iptfs_command_point,
    iptfs_command_complete;

static const struct iptfs_command *const commands[] = {
    &iptfs_command_run,    &iptfs_command_sweep,  &iptfs_command_show,  &iptfs_command_plot,
    &iptfs_command_attack, &iptfs_command_replay, &iptfs_command_encap, &iptfs_command_decap,
    &iptfs_command_list,   &iptfs_command_help,   &iptfs_command_point, &iptfs_command_complete,
};

enum {
    COMMANDS = sizeof commands / sizeof commands[0]
};

const struct iptfs_command *iptfs_command_at(size_t index)
{
    return index < COMMANDS ? commands[index] : NULL;
}

const struct iptfs_command *iptfs_command_named(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *iptfs_command_names(void)
{
    static char names[512];
    size_t length = 0;
    for (size_t i = 0; i < COMMANDS && length < sizeof names; i++)
        if (!commands[i]->hidden)
            length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                       length > 0 ? ", " : "", commands[i]->name);
    return names;
}

const struct iptfs_command *iptfs_command_require(const char *title, const char *name)
{
    const struct iptfs_command *command = iptfs_command_named(name);
    if (command != NULL)
        return command;
    struct iptfs_text found = iptfs_quoted(name);
    struct iptfs_suggest nearest = {.found = found.text};
    for (size_t i = 0; i < COMMANDS; i++)
        if (!commands[i]->hidden)
            iptfs_suggest_offer(&nearest, commands[i]->name);
    iptfs_command_usage_error(title, "unknown command '%s', allowed: %s%s", found.text,
                              iptfs_command_names(), iptfs_suggest_hint(&nearest).text);
}

int iptfs_command_call(const struct iptfs_command *command, int argc, char **argv)
{
    char title[64];
    snprintf(title, sizeof title, IPTFS_PROGRAM " %s", command->name);
    argv[0] = title;
    return command->main(argc, argv);
}
