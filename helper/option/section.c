/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/section.h"

#include "text/suggest.h"

#include <string.h>

const struct iptfs_option *iptfs_section_find(const struct iptfs_section *section, const char *key,
                                              size_t *index)
{
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++) {
        if (strcmp(option->key, key) != 0)
            continue;
        if (index != NULL)
            *index = i;
        return option;
    }
    return NULL;
}

const struct iptfs_option *iptfs_section_kind_option(const struct iptfs_section *section)
{
    return section->kind_key != NULL ? iptfs_section_find(section, section->kind_key, NULL) : NULL;
}

bool iptfs_section_uses(const struct iptfs_section *section, const struct iptfs_option *option,
                        unsigned kind)
{
    return section->uses == NULL || section->uses(option, kind);
}

unsigned iptfs_section_kind(const struct iptfs_section *section, const void *base)
{
    const struct iptfs_option *option = iptfs_section_kind_option(section);
    if (option == NULL)
        return 0;
    return iptfs_option_word(option, iptfs_section_const_base(section, base, option));
}

void *iptfs_section_base(const struct iptfs_section *section, void *base,
                         const struct iptfs_option *option)
{
    void *part = section->part_of != NULL ? section->part_of(base, option) : NULL;
    return part != NULL ? part : base;
}

const void *iptfs_section_const_base(const struct iptfs_section *section, const void *base,
                                     const struct iptfs_option *option)
{
    const void *part = section->part_of != NULL ? section->part_of(base, option) : NULL;
    return part != NULL ? part : base;
}

void iptfs_section_suggest(const struct iptfs_section *section, struct iptfs_suggest *nearest)
{
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++)
        iptfs_suggest_offer(nearest, option->key);
}
