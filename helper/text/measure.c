/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/measure.h"

#include "text/blanks.h"
#include "text/suggest.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* whole + fraction / scale, fraction < scale, scale a power of ten. */
struct decimal {
    uint64_t whole;
    uint64_t fraction;
    uint64_t scale;
};

enum reading {
    READ,
    NOT_A_NUMBER,
    TOO_MUCH,
    TOO_FINE
};

static enum reading read_whole(const char **text, uint64_t *whole)
{
    for (*whole = 0; isdigit((unsigned char)**text); (*text)++) {
        uint64_t digit = (uint64_t)(**text - '0');
        if (*whole > (UINT64_MAX - digit) / 10)
            return TOO_MUCH;
        *whole = *whole * 10 + digit;
    }
    return READ;
}

static enum reading read_fraction(const char **text, struct decimal *decimal)
{
    const char *end = *text;
    while (isdigit((unsigned char)*end))
        end++;
    const char *last = end;
    while (last > *text && last[-1] == '0')
        last--;
    if (last - *text > 18) /* as many digits as scale can hold */
        return TOO_FINE;
    for (; *text < last; (*text)++) {
        decimal->fraction = decimal->fraction * 10 + (uint64_t)(**text - '0');
        decimal->scale *= 10;
    }
    *text = end;
    return READ;
}

/* Reads "12", "12.5" or ".5" and moves *text behind it. */
static enum reading read_decimal(const char **text, struct decimal *decimal)
{
    *decimal = (struct decimal){0, 0, 1};
    bool begins = isdigit((unsigned char)**text);
    enum reading reading = read_whole(text, &decimal->whole);
    if (reading != READ)
        return reading;
    if (**text != '.')
        return begins ? READ : NOT_A_NUMBER;
    (*text)++;
    return isdigit((unsigned char)**text) ? read_fraction(text, decimal) : NOT_A_NUMBER;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* decimal * factor, which must be whole. */
static enum reading multiply(const struct decimal *decimal, uint64_t factor, uint64_t *product)
{
    uint64_t common = common_divisor(factor, decimal->scale);
    uint64_t divisor = decimal->scale / common;
    if (decimal->fraction % divisor != 0)
        return TOO_FINE;
    uint64_t part = decimal->fraction / divisor * (factor / common);
    if (decimal->whole > (UINT64_MAX - part) / factor)
        return TOO_MUCH;
    *product = decimal->whole * factor + part;
    return READ;
}

/* The unit spelled by the rest of a value, blanks around it aside; NULL for none. */
static const struct iptfs_unit *find_unit(const struct iptfs_measure *measure, const char *rest)
{
    struct iptfs_text name = iptfs_quoted(rest);
    for (const struct iptfs_unit *unit = measure->units; unit->name != NULL; unit++)
        if (strcmp(unit->name, name.text) == 0)
            return unit;
    return NULL;
}

static int refuse_unit(const char *text, const char *rest, const struct iptfs_measure *measure,
                       struct iptfs_error *error)
{
    struct iptfs_text name = iptfs_quoted(rest);
    struct iptfs_suggest nearest = {.found = name.text};
    for (const struct iptfs_unit *unit = measure->units; unit->name != NULL; unit++)
        iptfs_suggest_offer(&nearest, unit->name);
    return iptfs_refuse_value(text, measure->allowed, nearest.best, error);
}

/* The largest value that is allowed, whole in the largest unit: "2562h". */
static struct iptfs_text most_of(const struct iptfs_measure *measure)
{
    struct iptfs_unit largest = {"", 1, false};
    for (const struct iptfs_unit *unit = measure->units; unit->name != NULL; unit++)
        if (!unit->alias && unit->factor > largest.factor)
            largest = *unit;
    struct iptfs_text text;
    snprintf(text.text, sizeof text.text, "%" PRIu64 "%s", measure->most / largest.factor,
             largest.name);
    return text;
}

static int refuse_amount(const char *text, enum reading why, const struct iptfs_measure *measure,
                         struct iptfs_error *error)
{
    char allowed[80];
    const char *base = measure->base != NULL ? measure->base : "";
    if (why == NOT_A_NUMBER || (why == TOO_FINE && measure->base == NULL))
        return iptfs_refuse_value(text, measure->allowed, NULL, error);
    if (why == TOO_FINE)
        snprintf(allowed, sizeof allowed, "whole %s", base);
    else
        snprintf(allowed, sizeof allowed, "at most %s", most_of(measure).text);
    return iptfs_refuse_value(text, allowed, NULL, error);
}

int iptfs_measure_read(const char *text, const struct iptfs_measure *measure, uint64_t *value,
                       const struct iptfs_unit **unit, struct iptfs_error *error)
{
    struct decimal decimal;
    const char *rest = iptfs_skip_blanks(text);
    enum reading reading = read_decimal(&rest, &decimal);
    if (reading != READ)
        return refuse_amount(text, reading, measure, error);
    rest = iptfs_skip_blanks(rest);
    *unit = find_unit(measure, rest);
    if (*unit == NULL && *rest != '\0')
        return refuse_unit(text, rest, measure, error);
    bool is_zero = decimal.whole == 0 && decimal.fraction == 0;
    if (*unit == NULL && !measure->bare && !is_zero)
        return iptfs_refuse_value(text, measure->allowed, NULL, error);
    uint64_t product;
    reading = multiply(&decimal, *unit != NULL ? (*unit)->factor : 1, &product);
    if (reading == READ && product > measure->most)
        reading = TOO_MUCH;
    if (reading != READ)
        return refuse_amount(text, reading, measure, error);
    *value = product;
    return 0;
}

int iptfs_measure_read_hexadecimal(const char *text, const char *digits,
                                   const struct iptfs_measure *measure, uint64_t *value,
                                   struct iptfs_error *error)
{
    uint64_t number = 0;
    const char *c = digits;
    for (; isxdigit((unsigned char)*c); c++) {
        if (number > UINT64_MAX >> 4)
            return refuse_amount(text, TOO_MUCH, measure, error);
        uint64_t digit = isdigit((unsigned char)*c)
                             ? (uint64_t)(*c - '0')
                             : (uint64_t)(tolower((unsigned char)*c) - 'a' + 10);
        number = number << 4 | digit;
    }
    if (c == digits || *iptfs_skip_blanks(c) != '\0')
        return iptfs_refuse_value(text, measure->allowed, NULL, error);
    *value = number;
    return 0;
}

/* Writes value / factor as an exact decimal; false when it is below 1 or has no short end. */
static bool write_decimal(uint64_t value, uint64_t factor, struct iptfs_text *out)
{
    enum {
        DIGITS_MAX = 15
    };
    uint64_t rest = value % factor;
    if (value < factor)
        return false;
    int length = snprintf(out->text, sizeof out->text, "%" PRIu64 "%s", value / factor,
                          rest != 0 ? "." : "");
    for (int digits = 0; rest != 0; digits++) {
        if (digits == DIGITS_MAX)
            return false;
        out->text[length++] = (char)('0' + rest * 10 / factor);
        rest = rest * 10 % factor;
    }
    out->text[length] = '\0';
    return true;
}

/* The shortest of all spellings; of equally short ones a whole number, then the larger unit. */
struct iptfs_text iptfs_measure_exact(uint64_t value, const struct iptfs_unit *units)
{
    struct iptfs_text best = {"0"};
    size_t best_length = SIZE_MAX;
    bool best_whole = false;
    for (const struct iptfs_unit *unit = units; unit->name != NULL && value != 0; unit++) {
        struct iptfs_text text;
        if (unit->alias || !write_decimal(value, unit->factor, &text))
            continue;
        bool whole = strchr(text.text, '.') == NULL;
        strcat(text.text, unit->name);
        size_t length = strlen(text.text);
        if (length > best_length || (length == best_length && best_whole && !whole))
            continue;
        best = text;
        best_length = length;
        best_whole = whole;
    }
    return best;
}

/* Three digits, without zeros at the end. */
static void write_rounded(double value, const char *unit, struct iptfs_text *out)
{
    int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    int length = snprintf(out->text, sizeof out->text, "%.*f", decimals, value);
    while (decimals > 0 && out->text[length - 1] == '0' && decimals-- > 0)
        length--;
    if (out->text[length - 1] == '.')
        length--;
    snprintf(out->text + length, sizeof out->text - (size_t)length, " %s", unit);
}

/* The largest unit of which there is at least one after rounding; steps are of 1000, so that 0.9995
 * of a unit is shown as one. */
struct iptfs_text iptfs_measure_rounded(double value, const struct iptfs_unit *units, size_t count)
{
    struct iptfs_text text;
    size_t i = count - 1;
    while (i > 0 && value < 0.9995 * (double)units[i].factor)
        i--;
    write_rounded(value / (double)units[i].factor, units[i].name, &text);
    return text;
}
