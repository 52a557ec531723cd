/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/options.h"

#include "traffic/types.h"

#include <stdlib.h>
#include <string.h>

/* The config structs of all groups stand one after the other in one block: a key may be read before
 * the type of its section is known. Each starts at a multiple of 16 octets. */
static size_t padded(size_t octets)
{
    return (octets + 15) / 16 * 16;
}

/* Where the config struct of a group is in the block; the size of the block for NULL. */
static size_t offset_of(const struct iptfs_traffic_keys *keys)
{
    const struct iptfs_traffic_keys *group;
    size_t offset = 0;
    for (size_t i = 0; (group = iptfs_traffic_keys_at(i)) != NULL && group != keys; i++)
        offset += group->shares == NULL ? padded(group->config_octets) : 0;
    return offset;
}

void *iptfs_traffic_config(const struct iptfs_traffic_options *options,
                           const struct iptfs_traffic_keys *keys)
{
    const struct iptfs_traffic_keys *owner = keys->shares != NULL ? keys->shares : keys;
    return owner->config_octets > 0 ? (char *)options->configs + offset_of(owner) : NULL;
}

int iptfs_traffic_options_init(struct iptfs_traffic_options *options, const char *name)
{
    *options = (struct iptfs_traffic_options){.name = strdup(name)};
    options->configs = calloc(1, offset_of(NULL));
    if (options->name != NULL && options->configs != NULL)
        return IPTFS_OK;
    free(options->name);
    free(options->configs);
    *options = (struct iptfs_traffic_options){.name = NULL};
    return IPTFS_E_NO_MEMORY;
}

void iptfs_traffic_options_free(struct iptfs_traffic_options *options)
{
    const struct iptfs_section *section = &iptfs_section_traffic;
    const struct iptfs_option *option;
    for (size_t i = 0; options->configs != NULL && (option = section->option_at(i)) != NULL; i++)
        iptfs_option_clear(option, iptfs_section_base(section, options, option));
    free(options->configs);
    free(options->name);
    *options = (struct iptfs_traffic_options){.name = NULL};
}

static bool has_row(const struct iptfs_traffic_keys *keys, const struct iptfs_option *option)
{
    for (size_t row = 0; row < keys->count; row++)
        if (&keys->rows[row] == option)
            return true;
    return false;
}

/* The group of a row, which is an element of its array. */
static const struct iptfs_traffic_keys *keys_of(const struct iptfs_option *option)
{
    size_t i = 0;
    while (!has_row(iptfs_traffic_keys_at(i), option))
        i++;
    return iptfs_traffic_keys_at(i);
}

static const struct iptfs_option *option_at(size_t index)
{
    const struct iptfs_traffic_keys *keys;
    for (size_t i = 0; (keys = iptfs_traffic_keys_at(i)) != NULL; i++) {
        if (index < keys->count)
            return &keys->rows[index];
        index -= keys->count;
    }
    return NULL;
}

static bool uses(const struct iptfs_option *option, unsigned kind)
{
    return iptfs_traffic_type_uses(iptfs_traffic_type_at(kind), keys_of(option));
}

static void *part_of(const void *section, const struct iptfs_option *option)
{
    return iptfs_traffic_config(section, keys_of(option));
}

const struct iptfs_section iptfs_section_traffic = {
    .name = "traffic",
    .title = "traffic.NAME",
    .kind_key = "type",
    .option_at = option_at,
    .uses = uses,
    .part_of = part_of,
};
