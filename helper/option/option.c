/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/option.h"

#include "base/asserts.h"
#include "text/quoted.h"

#include <string.h>

static void *field_of(const struct iptfs_option *option, void *base)
{
    return (char *)base + option->offset;
}

static const void *const_field_of(const struct iptfs_option *option, const void *base)
{
    return (const char *)base + option->offset;
}

/* ------------------------------------------------------------------------------ whole numbers */

void iptfs_option_store_whole(const struct iptfs_option *option, void *field, uint64_t value)
{
    uint8_t narrow = (uint8_t)value;
    uint32_t middle = (uint32_t)value;
    const void *bytes = option->width == sizeof narrow   ? (const void *)&narrow
                        : option->width == sizeof middle ? (const void *)&middle
                                                         : (const void *)&value;
    memcpy(field, bytes, option->width);
}

uint64_t iptfs_option_load_whole(const struct iptfs_option *option, const void *field)
{
    uint8_t narrow;
    uint32_t middle;
    uint64_t wide;
    if (option->width == sizeof narrow)
        return memcpy(&narrow, field, sizeof narrow), narrow;
    if (option->width == sizeof middle)
        return memcpy(&middle, field, sizeof middle), middle;
    return memcpy(&wide, field, sizeof wide), wide;
}

/* -------------------------------------------------------------------------------------- words */

const struct iptfs_word *iptfs_option_words(const struct iptfs_option *option,
                                            struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1])
{
    if (option->word_at == NULL)
        return option->words;
    unsigned count = 0;
    while (count < IPTFS_OPTION_WORDS_MAX && (buffer[count] = option->word_at(count)).word != NULL)
        count++;
    buffer[count] = (struct iptfs_word){0};
    return buffer;
}

unsigned iptfs_option_word(const struct iptfs_option *option, const void *base)
{
    return (unsigned)iptfs_option_load_whole(option, const_field_of(option, base));
}

const char *iptfs_option_word_of(const struct iptfs_option *option, unsigned value)
{
    struct iptfs_word words[IPTFS_OPTION_WORDS_MAX + 1];
    return iptfs_word_of(iptfs_option_words(option, words), (int)value);
}

/* ------------------------------------------------------------------------------------- values */

int iptfs_option_set(const struct iptfs_option *option, void *base, const char *text,
                     struct iptfs_error *error)
{
    return option->kind->parse(option, field_of(option, base), text, error);
}

int iptfs_option_copy(const struct iptfs_option *option, void *base, const void *from)
{
    if (option->kind->copy != NULL)
        return option->kind->copy(field_of(option, base), const_field_of(option, from));
    memcpy(field_of(option, base), const_field_of(option, from), option->width);
    return IPTFS_OK;
}

void iptfs_option_clear(const struct iptfs_option *option, void *base)
{
    if (option->kind->clear != NULL)
        option->kind->clear(field_of(option, base));
}

bool iptfs_option_empty(const struct iptfs_option *option, const void *base)
{
    return option->kind->empty != NULL && option->kind->empty(const_field_of(option, base));
}

void iptfs_option_print(const struct iptfs_option *option, const void *base, FILE *out)
{
    option->kind->print(option, const_field_of(option, base), out);
}

char *iptfs_option_allowed(const struct iptfs_option *option, char *buffer, size_t size)
{
    option->kind->allowed(option, buffer, size);
    return buffer;
}

bool iptfs_option_number(const struct iptfs_option *option, const char *text, double *number)
{
    return option->kind->number != NULL && option->kind->number(option->kind, text, number);
}

int iptfs_option_refuse(const struct iptfs_option *option, const char *text,
                        struct iptfs_error *error)
{
    char allowed[160];
    return iptfs_refuse_value(text, iptfs_option_allowed(option, allowed, sizeof allowed), NULL,
                              error);
}
