/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/unknown_option.h"

#include "cli/command.h"
#include "text/suggest.h"

#include <stdio.h>
#include <string.h>

bool iptfs_option_is_last(const struct argp_option *option)
{
    return option->name == NULL && option->key == 0 && option->doc == NULL;
}

static const struct argp_option *find_name(const struct argp_option *options, const char *name,
                                           size_t length)
{
    for (; options != NULL && !iptfs_option_is_last(options); options++)
        if (options->name != NULL && strncmp(options->name, name, length) == 0)
            return options;
    return NULL;
}

const struct argp_option *iptfs_option_named(const struct argp_option *options, const char *name,
                                             size_t length)
{
    const struct argp_option *own = find_name(options, name, length);
    return own != NULL ? own : find_name(iptfs_command_common_options, name, length);
}

const struct argp_option *iptfs_option_lettered(const struct argp_option *options, char letter)
{
    for (; options != NULL && !iptfs_option_is_last(options); options++)
        if (options->key == letter)
            return options;
    return NULL;
}

static void offer_all(const struct argp_option *options, struct iptfs_suggest *nearest)
{
    for (; options != NULL && !iptfs_option_is_last(options); options++)
        if (options->name != NULL && (options->flags & OPTION_HIDDEN) == 0)
            iptfs_suggest_offer(nearest, options->name);
}

/* True when the next word is the value of the option in `word`: "--out DIR", "-qo DIR". */
static bool takes_next(const struct argp_option *options, const char *word)
{
    if (word[1] == '-') {
        const struct argp_option *option = iptfs_option_named(options, word + 2, strlen(word + 2));
        return strchr(word, '=') == NULL && option != NULL && option->arg != NULL;
    }
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct argp_option *option = iptfs_option_lettered(options, *letter);
        if (option != NULL && option->arg != NULL)
            return letter[1] == '\0';
    }
    return false;
}

static void describe(const struct argp_option *options, const char *name, size_t length,
                     struct iptfs_unknown_option *unknown)
{
    snprintf(unknown->name, sizeof unknown->name, "%.*s", (int)length, name);
    struct iptfs_suggest nearest = {.found = unknown->name};
    offer_all(options, &nearest);
    offer_all(iptfs_command_common_options, &nearest);
    unknown->nearest = nearest.best;
}

bool iptfs_unknown_option(const struct argp_option *options, unsigned flags, int argc, char **argv,
                          struct iptfs_unknown_option *unknown)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        bool is_option = word[0] == '-' && word[1] != '\0';
        if (!is_option && (flags & ARGP_IN_ORDER) != 0)
            return false;
        if (!is_option)
            continue;
        size_t length = word[1] == '-' ? strcspn(word + 2, "=") : 0;
        if (length > 0 && iptfs_option_named(options, word + 2, length) == NULL) {
            describe(options, word + 2, length, unknown);
            return true;
        }
        i += takes_next(options, word);
    }
    return false;
}
