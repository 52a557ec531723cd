/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overrides as the command line takes them (--set SECTION.KEY=VALUE), for a tunnel alone and for a
 * scenario: refused in one line, or printed and read again as the same scenario.
 *
 * An override begins with an octet: below NAMED it chooses a section, and the next one a key of it;
 * other octets are the first of the text. It ends with a line's end. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "fuzz/printed.h"
#include "scenario/sections.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAMED = 32,
    SETS_MAX = 6,
    SET_MAX = 240
};

static const char base[] = "[scenario]\nduration = 1s\n[tunnel]\nmode = fixed-rate\npps = 100\n"
                           "[traffic.a]\ntype = cbr\nrate = 1Mbps\nsize = 100B\n";

static const struct {
    const char *title;
    const struct iptfs_section *section;
} forms[] = {
    {"tunnel", &iptfs_section_tunnel},
    {"tunnel.out", &iptfs_section_tunnel},
    {"tunnel.in", &iptfs_section_tunnel},
    {"tunnel.reverse", &iptfs_section_tunnel},
    {"tunnel.reverse.in", &iptfs_section_tunnel},
    {"link", &iptfs_section_link},
    {"link.reverse", &iptfs_section_link},
    {"scenario", &iptfs_section_scenario},
    {"traffic.a", &iptfs_section_traffic},
};

static const char *key_at(const struct iptfs_section *section, uint64_t index)
{
    static size_t counts[sizeof forms / sizeof forms[0]];
    size_t which = 0;
    while (iptfs_section_at(which) != section)
        which++;
    while (counts[which] == 0 || section->option_at(counts[which]) != NULL)
        counts[which]++;
    return section->option_at(index % counts[which])->key;
}

/* One override: false when there is none, or one that a command line cannot hold. */
static bool take_set(struct fuzz_input *input, char text[SET_MAX])
{
    size_t length = 0;
    if (input->left == 0)
        return false;
    if (*input->next < NAMED && *input->next != '\n') {
        size_t form = (size_t)fuzz_take(input, 1) % (sizeof forms / sizeof forms[0]);
        const char *key = key_at(forms[form].section, fuzz_take(input, 1));
        length = (size_t)snprintf(text, SET_MAX, "%s.%s=", forms[form].title, key);
    }
    while (input->left > 0 && length < SET_MAX - 1) {
        text[length] = (char)fuzz_take(input, 1);
        if (text[length] == '\n')
            break;
        length++;
    }
    text[length] = '\0';
    return strlen(text) == length;
}

/* The place is an override, the file, or, for a value that nothing gave, the tunnel alone. */
static void check_refusal(const struct iptfs_error *error)
{
    MUST(error->code == IPTFS_E_INVALID || error->code == IPTFS_E_IO);
    MUST(strncmp(error->text, "--set ", 6) == 0 || strncmp(error->text, FUZZ_PATH, 12) == 0 ||
         strncmp(error->text, "tunnel: ", 8) == 0);
    for (const char *c = error->text; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
}

void fuzz_override(const uint8_t *bytes, size_t octets)
{
    static char text[SETS_MAX][SET_MAX];
    const char *sets[SETS_MAX];
    struct fuzz_input input = {bytes, octets};
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    size_t count = 0;
    bool tunnel_only = fuzz_flag(&input);
    for (; count < SETS_MAX && take_set(&input, text[count]); count++)
        sets[count] = text[count];
    for (size_t i = 0; i < count; i++)
        if (strstr(sets[i], "/dev") != NULL || strstr(sets[i], "/proc") != NULL)
            return;
    int code = tunnel_only
                   ? iptfs_scenario_parse_tunnel(&scenario, sets, count, &error)
                   : iptfs_scenario_parse_text(&scenario, base, FUZZ_PATH, sets, count, &error);
    if (code != IPTFS_OK) {
        MUST(code == error.code && scenario.name == NULL && scenario.traffic == NULL);
        check_refusal(&error);
        return;
    }
    if (!tunnel_only)
        fuzz_check_printed(&scenario);
    iptfs_scenario_free(&scenario);
}
