/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/json_build.h"

#include "base/asserts.h"

#include <stdbool.h>
#include <string.h>

enum {
    KEYS_MAX = 16
};

static void check(json_t **root, bool done)
{
    if (done)
        return;
    json_decref(*root);
    *root = NULL;
}

void iptfs_json_put(json_t **object, const char *key, json_t *value)
{
    /* jansson refuses a NULL object or value, and frees the value where it does not take it. */
    check(object, json_object_set_new(*object, key, value) == 0);
}

void iptfs_json_put_at(json_t **object, const char *const *keys, size_t count, json_t *value)
{
    json_t *parent = *object;
    for (size_t i = 0; i + 1 < count && parent != NULL; i++) {
        json_t *child = json_object_get(parent, keys[i]);
        if (child == NULL) {
            child = json_object();
            if (json_object_set_new(parent, keys[i], child) != 0)
                child = NULL;
        }
        parent = child;
    }
    check(object, json_object_set_new(parent, keys[count - 1], value) == 0);
}

void iptfs_json_put_dotted(json_t **object, const char *keys, json_t *value)
{
    char text[256], *rest = text, *key;
    const char *split[KEYS_MAX];
    size_t count = 0, size = strlen(keys) + 1;
    IPTFS_ASSERT(size <= sizeof text);
    memcpy(text, keys, size);
    while ((key = strsep(&rest, ".")) != NULL) {
        IPTFS_ASSERT(count < KEYS_MAX);
        split[count++] = key;
    }
    iptfs_json_put_at(object, split, count, value);
}

void iptfs_json_append(json_t **array, json_t *value)
{
    check(array, json_array_append_new(*array, value) == 0);
}
