/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/json_walk.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

json_t *iptfs_json_mutable(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

/* `path` holds the names above the object. */
static void walk(json_t *object, char *path, size_t size, iptfs_json_take *take, void *ctx)
{
    size_t length = strlen(path);
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        snprintf(path + length, size - length, "%s%s", length > 0 ? "." : "", name);
        if (json_is_object(value))
            walk(value, path, size, take, ctx);
        else
            take(ctx, path, value);
        path[length] = '\0';
    }
}

void iptfs_json_walk(const json_t *object, iptfs_json_take *take, void *ctx)
{
    char path[256] = "";
    walk(iptfs_json_mutable(object), path, sizeof path, take, ctx);
}
