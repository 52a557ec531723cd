/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and values as people read them on a plot: "delay, 99th percentile (ms)", "5 %", "2 ms". */
#ifndef IPTFS_PLOT_CAPTION_H
#define IPTFS_PLOT_CAPTION_H

#include "text/quantity.h"

#include <stddef.h>

/* What a number is multiplied with to be shown in a unit. */
struct iptfs_scale {
    double factor;
    const char *unit; /* "" for none */
};

/* The unit for numbers of which `most` is the largest: of "s" that is s, ms, us or ns. `unit` is
 * that of a column of results, or "share" for parts of one, which are shown in %. */
struct iptfs_scale iptfs_caption_scale(const char *unit, double most);

/* What a key of a scenario or a value of a summary means, in a few words: cut to `size`; returns
 * buffer. A name that is not known stands for itself. */
char *iptfs_caption_name(const char *key, char *buffer, size_t size);

/* One value with its own unit: "5 %", "2 ms", "3 Mb/s". */
struct iptfs_text iptfs_caption_value(const char *unit, double number);

#endif
