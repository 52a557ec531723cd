/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/refuse.h"

#include <stdarg.h>
#include <stdio.h>

int iptfs_refuse_key(struct iptfs_error *error, const char *section, const char *key, int code,
                     const char *allowed, ...)
{
    char list[256];
    va_list args;
    if (error == NULL)
        return code;
    va_start(args, allowed);
    vsnprintf(list, sizeof list, allowed, args);
    va_end(args);
    iptfs_fail(error, code, "%s", list);
    snprintf(error->origin.section, sizeof error->origin.section, "%s", section);
    snprintf(error->origin.key, sizeof error->origin.key, "%s", key);
    return code;
}
