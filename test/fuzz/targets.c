/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"
#include "fuzz/fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct fuzz_target fuzz_targets[] = {
    {"receiver", fuzz_receiver},
    {"inbound", fuzz_inbound},
    {"mangle", fuzz_mangle},
    {"aggfrag", fuzz_aggfrag},
    {"tunnel", fuzz_tunnel},
    {"scenario", fuzz_scenario},
    {"sweep", fuzz_sweep},
    {"pcap", fuzz_pcap},
    {"replay", fuzz_replay},
    {"option_value", fuzz_option_value},
    {"words", fuzz_words},
    {"override", fuzz_override},
    {"security_association", fuzz_security_association},
    {"packet_list", fuzz_packet_list},
    {"impair_list", fuzz_impair_list},
    {"plot_sections", fuzz_plot_sections},
    {"api", fuzz_api},
    {"frame", fuzz_frame},
    {NULL, NULL},
};

const struct fuzz_target *fuzz_target_named(const char *name)
{
    for (const struct fuzz_target *target = fuzz_targets; target->name != NULL; target++)
        if (strcmp(target->name, name) == 0)
            return target;
    return NULL;
}

uint64_t fuzz_take(struct fuzz_input *input, size_t octets)
{
    uint64_t number = 0;
    for (; octets > 0; octets--) {
        number = number << 8 | (input->left > 0 ? *input->next : 0);
        input->next += input->left > 0;
        input->left -= input->left > 0;
    }
    return number;
}

uint64_t fuzz_between(struct fuzz_input *input, uint64_t low, uint64_t high)
{
    size_t octets = 1;
    while (octets < 8 && (high - low) >> 8 * octets != 0)
        octets++;
    uint64_t number = fuzz_take(input, octets), range = high - low + 1;
    return low + (range != 0 ? number % range : number);
}

bool fuzz_flag(struct fuzz_input *input)
{
    return (fuzz_take(input, 1) & 1) != 0;
}

char *fuzz_text(const uint8_t *bytes, size_t octets)
{
    if (octets > 0 && memchr(bytes, '\0', octets) != NULL)
        return NULL;
    char *text = malloc(octets + 1);
    if (octets > 0)
        memcpy(text, bytes, octets);
    text[octets] = '\0';
    return text;
}

void fuzz_check_refusal(const struct iptfs_error *error, const char *path, const char *text)
{
    size_t length = strlen(path);
    MUST(error->code == IPTFS_E_INVALID || error->code == IPTFS_E_IO);
    for (const char *c = error->text; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
    if (!MUST(strncmp(error->text, path, length) == 0) || !MUST(error->text[length] == ':'))
        return;
    const char *behind = error->text + length + 1;
    if (!isdigit((unsigned char)*behind)) {
        MUST(strlen(behind) > 1 && *behind == ' ');
        return;
    }
    char *end;
    unsigned long line = strtoul(behind, &end, 10), lines = 1;
    for (const char *c = text; c != NULL && *c != '\0'; c++)
        lines += *c == '\n';
    MUST(line >= 1 && (text == NULL || line <= lines));
    MUST(strncmp(end, ": ", 2) == 0 && end[2] != '\0');
}
