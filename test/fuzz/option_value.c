/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of options of every kind: refused in one line with nothing changed, or printed and read
 * again as the same value. The first octet chooses the option. */
#include "option/option.h"

#include "base/error.h"
#include "fuzz/fuzz.h"
#include "scenario/sections.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTIONS_MAX = 255,
    FIELD_MAX = 512
};

/* Each kind with its whole range: the options of scenarios allow less. */
static const struct iptfs_option whole_range[] = {
    {.key = "time", .kind = &iptfs_kind_time, .width = 8, .maximum = INT64_MAX},
    {.key = "rate", .kind = &iptfs_kind_rate, .width = 8, .maximum = UINT64_MAX},
    {.key = "octets", .kind = &iptfs_kind_octets, .width = 8, .maximum = UINT64_MAX},
    {.key = "number", .kind = &iptfs_kind_number, .width = 8, .maximum = UINT64_MAX},
};

union field {
    max_align_t align;
    uint8_t octets[FIELD_MAX];
};

static struct iptfs_option options[OPTIONS_MAX];
static size_t option_count;

static void add_option(const struct iptfs_option *option)
{
    if (!MUST(option_count < OPTIONS_MAX) || !MUST(option->width <= FIELD_MAX))
        return;
    options[option_count] = *option;
    options[option_count++].offset = 0;
}

static void list_options(void)
{
    const struct iptfs_section *section;
    const struct iptfs_option *option;
    for (size_t i = 0; i < sizeof whole_range / sizeof whole_range[0]; i++)
        add_option(&whole_range[i]);
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++)
        for (size_t at = 0; (option = section->option_at(at)) != NULL; at++)
            add_option(option);
}

/* The value as it is printed, in static storage: one for each `which`. */
static const char *printed(const struct iptfs_option *option, const void *field, int which)
{
    static FILE *file[2];
    static char *text[2];
    static size_t size[2];
    if (file[which] == NULL)
        file[which] = open_memstream(&text[which], &size[which]);
    rewind(file[which]);
    iptfs_option_print(option, field, file[which]);
    fputc('\0', file[which]);
    fflush(file[which]);
    return text[which];
}

static void check_refusal(const struct iptfs_error *error)
{
    MUST(error->code == IPTFS_E_INVALID);
    MUST(strncmp(error->text, "found ", 6) == 0 && strstr(error->text, ", allowed: ") != NULL);
    for (const char *c = error->text; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
}

static void check_accepted(const struct iptfs_option *option, const void *field, const char *text)
{
    union field again = {.octets = {0}};
    double number = 0, second = 0;
    const char *first = printed(option, field, 0);
    MUST(strchr(first, '\n') == NULL);
    if (!MUST(iptfs_option_set(option, &again, first, NULL) == IPTFS_OK))
        return;
    MUST(strcmp(printed(option, &again, 1), first) == 0);
    if (iptfs_option_number(option, text, &number))
        MUST(iptfs_option_number(option, first, &second) && second == number);
    iptfs_option_clear(option, &again);
}

void fuzz_option_value(const uint8_t *bytes, size_t octets)
{
    static const union field nothing;
    union field field = {.octets = {0}};
    struct iptfs_error error;
    if (option_count == 0)
        list_options();
    char *text = octets > 0 ? fuzz_text(bytes + 1, octets - 1) : NULL;
    if (text == NULL)
        return;
    const struct iptfs_option *option = &options[bytes[0] % option_count];
    if (iptfs_option_set(option, &field, text, &error) == IPTFS_OK) {
        check_accepted(option, &field, text);
        iptfs_option_clear(option, &field);
    } else {
        check_refusal(&error);
        MUST(memcmp(&field, &nothing, sizeof field) == 0);
    }
    free(text);
}
