/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/caption.h"

#include "scenario/sections.h"
#include "summary/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* --------------------------------------------------------------------------------------- units */

/* Scales of a unit, the largest first; the last is for all that is smaller. */
static const struct {
    const char *unit;
    double from; /* fits numbers from here on */
    struct iptfs_scale scale;
} scales[] = {
    {"s", 1.0, {1.0, "s"}},
    {"s", 1e-3, {1e3, "ms"}},
    {"s", 1e-6, {1e6, "\xc2\xb5s"}},
    {"s", 0.0, {1e9, "ns"}},
    {"bit/s", 1e9, {1e-9, "Gb/s"}},
    {"bit/s", 1e6, {1e-6, "Mb/s"}},
    {"bit/s", 1e3, {1e-3, "kb/s"}},
    {"bit/s", 0.0, {1.0, "b/s"}},
    {"octets", 1e7, {1e-6, "million octets"}},
    {"octets", 0.0, {1.0, "octets"}},
    {"packets", 1e7, {1e-6, "million packets"}},
    {"packets", 1e5, {1e-3, "thousand packets"}},
    {"packets", 0.0, {1.0, "packets"}},
    {"bits", 0.0, {1.0, "bits"}},
    {"packets/s", 0.0, {1.0, "packets/s"}},
    {"1", 0.0, {1.0, ""}},
    {"share", 0.0, {100.0, "%"}},
};

struct iptfs_scale iptfs_caption_scale(const char *unit, double most)
{
    struct iptfs_scale plain = {1.0, unit};
    size_t i = 0;
    while (i < LENGTH(scales) && strcmp(scales[i].unit, unit) != 0)
        i++;
    if (i < LENGTH(scales) && most <= 0.0)
        return strcmp(unit, "share") == 0 ? scales[i].scale : plain;
    for (; i < LENGTH(scales) && strcmp(scales[i].unit, unit) == 0; i++)
        if (most >= scales[i].from * (1.0 - 1e-9))
            return scales[i].scale;
    return plain;
}

struct iptfs_text iptfs_caption_value(const char *unit, double number)
{
    struct iptfs_text text;
    struct iptfs_scale scale = iptfs_caption_scale(unit, fabs(number));
    snprintf(text.text, sizeof text.text, "%.4g%s%s", number * scale.factor,
             *scale.unit != '\0' && number != 0.0 ? " " : "", number != 0.0 ? scale.unit : "");
    if (number == 0.0 && strcmp(unit, "share") == 0)
        snprintf(text.text, sizeof text.text, "0 %%");
    return text;
}

/* --------------------------------------------------------------------------------------- names */

char *iptfs_caption_name(const char *key, char *buffer, size_t size)
{
    struct iptfs_summary_match match;
    const struct iptfs_option *option = iptfs_section_option_named(key);
    if (option != NULL && option->caption != NULL) {
        snprintf(buffer, size, "%s", option->caption);
        return buffer;
    }
    if (iptfs_summary_find(key, &match))
        return iptfs_summary_caption(&match, buffer, size);
    snprintf(buffer, size, "%s", key);
    return buffer;
}
