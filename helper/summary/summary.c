/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/summary.h"

#include "base/asserts.h"
#include "summary/table.h"
#include "text/csv.h"
#include "text/json_build.h"
#include "text/json_walk.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------- JSON */

enum {
    KEYS_MAX = 16
};

/* The keys from the top of the summary down to a value. */
struct path {
    char text[256]; /* the keys that were split off dotted names */
    size_t length;
    const char *keys[KEYS_MAX];
    size_t count;
};

static void add_key(struct path *path, const char *key)
{
    IPTFS_ASSERT(path->count < KEYS_MAX);
    path->keys[path->count++] = key;
}

static void add_dotted(struct path *path, const char *name)
{
    size_t size = strlen(name) + 1;
    IPTFS_ASSERT(path->length + size <= sizeof path->text);
    char *copy = path->text + path->length, *key;
    memcpy(copy, name, size);
    path->length += size;
    while ((key = strsep(&copy, ".")) != NULL)
        if (*key != '\0')
            add_key(path, key);
}

static json_t *json_of(const struct iptfs_figure *figure)
{
    switch (figure->kind) {
    case IPTFS_FIGURE_COUNT:
        return json_integer((json_int_t)figure->count);
    case IPTFS_FIGURE_REAL:
        return json_real(figure->real);
    case IPTFS_FIGURE_FLAG:
        return json_boolean(figure->flag);
    case IPTFS_FIGURE_TEXT:
        return json_string(figure->text);
    case IPTFS_FIGURE_UNKNOWN:
        break;
    }
    return json_null();
}

static void take_figure(void *ctx, const struct iptfs_summary_place *place,
                        const struct iptfs_figure *figure)
{
    struct path path = {.count = 0};
    if (place->subject->direction == IPTFS_REVERSE)
        add_key(&path, "reverse");
    add_dotted(&path, place->group->prefix);
    if (place->row == NULL) { /* the flows of a direction, even when there are none */
        iptfs_json_put_at(ctx, path.keys, path.count, json_object());
        return;
    }
    if (place->member != NULL)
        add_key(&path, place->member);
    add_dotted(&path, place->row->name);
    if (place->row->parts != NULL)
        add_dotted(&path, place->row->parts->name(place->subject->part));
    iptfs_json_put_at(ctx, path.keys, path.count, json_of(figure));
}

json_t *iptfs_summary_json(const struct iptfs_summary_view *view)
{
    json_t *summary = json_object();
    if (summary != NULL)
        iptfs_summary_each(view, take_figure, &summary);
    return summary;
}

json_t *iptfs_summary_counters(const struct iptfs_counters *counters)
{
    json_t *all = json_object();
    for (int i = 0; i < IPTFS_COUNTER_COUNT; i++) {
        const struct iptfs_counter_name *name = iptfs_counter_name((enum iptfs_counter)i);
        struct path path = {.count = 0};
        add_dotted(&path, name->family);
        add_dotted(&path, name->group);
        add_dotted(&path, name->name);
        iptfs_json_put_at(&all, path.keys, path.count,
                          json_integer((json_int_t)counters->value[i]));
    }
    return all;
}

int iptfs_summary_write_json(const json_t *summary, FILE *out)
{
    if (json_dumpf(summary, out, JSON_INDENT(2) | JSON_REAL_PRECISION(IPTFS_CSV_DIGITS)) != 0 ||
        fputc('\n', out) == EOF)
        return ferror(out) ? IPTFS_E_IO : IPTFS_E_NO_MEMORY;
    return IPTFS_OK;
}

/* ----------------------------------------------------------------------------------------- CSV */

static void write_name(void *ctx, const char *name, const json_t *value)
{
    (void)value;
    iptfs_csv_text(ctx, name);
}

static void write_value(void *ctx, const char *name, const json_t *value)
{
    (void)name;
    iptfs_csv_json(ctx, value);
}

int iptfs_summary_write_csv(const json_t *summary, FILE *out)
{
    struct iptfs_csv csv = {.out = out};
    iptfs_json_walk(summary, write_name, &csv);
    iptfs_csv_end(&csv);
    iptfs_json_walk(summary, write_value, &csv);
    iptfs_csv_end(&csv);
    return ferror(out) ? IPTFS_E_IO : IPTFS_OK;
}
