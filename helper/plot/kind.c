/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plot/kind.h"

#include "text/choice.h"

/* A new kind adds its name here and in the table. */
extern const struct iptfs_plot_kind iptfs_plot_lines, iptfs_plot_heatmap, iptfs_plot_cdf,
    iptfs_plot_boxes;

static const struct iptfs_plot_kind *const kinds[] = {
    &iptfs_plot_lines,
    &iptfs_plot_heatmap,
    &iptfs_plot_cdf,
    &iptfs_plot_boxes,
};

const struct iptfs_plot_kind *iptfs_plot_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof kinds[0] ? kinds[index] : NULL;
}

static const char *name_at(size_t index)
{
    const struct iptfs_plot_kind *kind = iptfs_plot_kind_at(index);
    return kind != NULL ? kind->name : NULL;
}

int iptfs_plot_kind_find(const char *name, const struct iptfs_plot_kind **kind,
                         struct iptfs_error *error)
{
    size_t index = 0;
    int code = iptfs_choose(name, name_at, &index, error);
    if (code == 0)
        *kind = kinds[index];
    return code;
}
