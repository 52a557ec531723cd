/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/environment.h"

#include "cli/command.h"

#include <stdbool.h>

/* All that ns-3 3.37 to 3.43 reads, of which NS_LOG ends the program where it names no component;
 * and what makes libgcrypt refuse to encrypt with a given nonce. */
static const char *const ignored[] = {
    "LIBGCRYPT_FORCE_FIPS_MODE",
    "NS_ATTRIBUTE_DEFAULT",
    "NS_COMMANDLINE_INTROSPECTION",
    "NS_GLOBAL_VALUE",
    "NS_LOG",
};

enum {
    IGNORED = sizeof ignored / sizeof ignored[0]
};

static bool removed[IGNORED];

const char *iptfs_environment_ignored_at(size_t index)
{
    return index < IGNORED ? ignored[index] : NULL;
}

/* No library has started yet, a sanitizer's neither. */
#define BEFORE_START __attribute__((no_sanitize("address", "undefined")))

BEFORE_START static bool is_named(const char *variable, const char *name)
{
    while (*name != '\0' && *name == *variable) {
        name++;
        variable++;
    }
    return *name == '\0' && *variable == '=';
}

BEFORE_START static bool is_ignored(const char *variable)
{
    for (size_t i = 0; i < IGNORED; i++)
        if (is_named(variable, ignored[i]))
            return removed[i] = true;
    return false;
}

BEFORE_START void iptfs_environment_remove(char **variables)
{
    char **kept = variables;
    for (; *variables != NULL; variables++)
        if (!is_ignored(*variables))
            *kept++ = *variables;
    *kept = NULL;
}

void iptfs_environment_report(FILE *notes)
{
    for (size_t i = 0; i < IGNORED; i++)
        if (removed[i])
            fprintf(notes,
                    IPTFS_PROGRAM ": %s is ignored: results do not depend on the environment\n",
                    ignored[i]);
}
