/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a scenario back as a file. */
#include "scenario/scenario.h"
#include "scenario/sections.h"

static void print_section(const struct iptfs_section *section, const void *base, FILE *out)
{
    unsigned kind = iptfs_section_kind(section, base);
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++) {
        if (!iptfs_section_uses(section, option, kind))
            continue;
        const void *part = iptfs_section_const_base(section, base, option);
        fprintf(out, "%s =%s", option->key, iptfs_option_empty(option, part) ? "" : " ");
        iptfs_option_print(option, part, out);
        fputc('\n', out);
    }
}

void iptfs_scenario_print(const struct iptfs_scenario *s, FILE *out)
{
    fputs("[scenario]\n", out);
    print_section(&iptfs_section_scenario, s, out);
    for (int i = 0; i < (s->bidirectional ? 2 : 1); i++) {
        fprintf(out, "\n[tunnel%s]\n", i == IPTFS_REVERSE ? ".reverse" : "");
        print_section(&iptfs_section_tunnel, &s->tunnel[i], out);
        fprintf(out, "\n[link%s]\n", i == IPTFS_REVERSE ? ".reverse" : "");
        print_section(&iptfs_section_link, &s->link[i], out);
    }
    for (size_t i = 0; i < s->traffic_count; i++) {
        fprintf(out, "\n[traffic.%s]\n", s->traffic[i].name);
        print_section(&iptfs_section_traffic, &s->traffic[i], out);
    }
}
