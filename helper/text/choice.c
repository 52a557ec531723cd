/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/choice.h"

#include "text/quantity.h"
#include "text/suggest.h"

#include <stdio.h>
#include <string.h>

int iptfs_choose(const char *found, const char *(*name_at)(size_t index), size_t *index,
                 struct iptfs_error *error)
{
    char allowed[400] = "";
    size_t length = 0;
    const char *name;
    struct iptfs_suggest nearest = {.found = found};
    for (size_t i = 0; (name = name_at(i)) != NULL; i++) {
        *index = i;
        if (strcmp(name, found) == 0)
            return 0;
        iptfs_suggest_offer(&nearest, name);
        if (length < sizeof allowed)
            length += (size_t)snprintf(allowed + length, sizeof allowed - length, "%s%s",
                                       i > 0 ? ", " : "", name);
    }
    return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: %s%s", iptfs_quoted(found).text,
                      allowed, iptfs_suggest_hint(&nearest).text);
}
