/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/quantity.h"

#include "base/units.h"
#include "text/suggest.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor;
    bool alias; /* read, but not written */
};

/* A kind of quantity. */
struct measure {
    const struct unit *units; /* ends with a name of NULL */
    const char *allowed;      /* what a value looks like */
    const char *grain;        /* what it must be a whole number of; NULL for nothing to name */
    uint64_t most;
    bool bare; /* a number without unit stands for one of factor 1; otherwise only 0 may */
};

static const struct unit time_units[] = {
    {"ps", 1, false},
    {"ns", UINT64_C(1000), false},
    {"us", UINT64_C(1000000), false},
    {"ms", UINT64_C(1000000000), false},
    {"s", UINT64_C(1000000000000), false},
    {"min", UINT64_C(60000000000000), false},
    {"h", UINT64_C(3600000000000000), false},
    {NULL, 0, false},
};

static const struct unit rate_units[] = {
    {"bps", 1, false},
    {"kbps", UINT64_C(1000), false},
    {"Mbps", UINT64_C(1000000), false},
    {"Gbps", UINT64_C(1000000000), false},
    {"Tbps", UINT64_C(1000000000000), false},
    {"b/s", 1, true},
    {"kb/s", UINT64_C(1000), true},
    {"Mb/s", UINT64_C(1000000), true},
    {"Gb/s", UINT64_C(1000000000), true},
    {"Tb/s", UINT64_C(1000000000000), true},
    {NULL, 0, false},
};

/* Octets have the same units but for the first two, which count packets. */
static const struct unit limit_units[] = {
    {"p", 1, true},
    {"pkts", 1, true},
    {"B", 1, false},
    {"kB", UINT64_C(1000), false},
    {"MB", UINT64_C(1000000), false},
    {"GB", UINT64_C(1000000000), false},
    {"KiB", UINT64_C(1024), false},
    {"MiB", UINT64_C(1048576), false},
    {"GiB", UINT64_C(1073741824), false},
    {NULL, 0, false},
};
static const struct unit *const octet_units = &limit_units[2];

static const struct unit no_units[] = {{NULL, 0, false}};

static const struct measure times = {time_units,
                                     "a time with a unit (ps, ns, us, ms, s, min, h), such as 10ms",
                                     "picoseconds", INT64_MAX - 1, false};
static const struct measure rates = {
    rate_units, "a rate with a unit (bps, kbps, Mbps, Gbps, Tbps), such as 10Mbps",
    "bits per second", UINT64_MAX, false};
static const struct measure sizes_in_octets = {
    &limit_units[2], "octets, also in B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)", "octets",
    UINT64_MAX, true};
static const struct measure limits = {
    limit_units,
    "packets (1000p, 1000pkts), or octets in B, kB, MB, GB (by 1000), KiB, MiB, GiB "
    "(by 1024)",
    "packets or octets", UINT64_MAX, true};
static const struct measure numbers = {no_units, "a whole number, decimal or 0x...", NULL,
                                       UINT64_MAX, true};

#define SIZES_ALLOWED "a size such as 1500B, uniform(LOW,HIGH) as in uniform(64B,1500B), or imix"
#define FACTOR_MAX 1e18
#define FACTOR_ALLOWED "a number above 0, such as 2, 0.5 or 1e-3"
#define PROBABILITY_ALLOWED "a probability from 0 to 1, such as 0.01, 1e-2 or 1%"

/* ------------------------------------------------------------------------------- messages */

struct iptfs_text iptfs_quoted(const char *text)
{
    static const char cut[] = "...";
    struct iptfs_text quoted;
    size_t room = sizeof quoted.text - sizeof cut;
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    size_t shown = length <= room ? length : room;
    /* Not in the middle of a UTF-8 character. */
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xC0) == 0x80)
        shown--;
    for (size_t i = 0; i < shown; i++)
        quoted.text[i] = text[i];
    for (size_t i = 0; i < shown; i++)
        if (iscntrl((unsigned char)quoted.text[i]))
            quoted.text[i] = '?';
    strcpy(quoted.text + shown, shown < length ? cut : "");
    return quoted;
}

static int refuse(const char *text, const char *allowed, const char *nearest,
                  struct iptfs_error *error)
{
    struct iptfs_text found = iptfs_quoted(text);
    if (nearest == NULL)
        return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: %s", found.text, allowed);
    return iptfs_fail(error, IPTFS_E_INVALID, "found '%s', allowed: %s; did you mean '%s'?",
                      found.text, allowed, nearest);
}

/* --------------------------------------------------------------------------- numbers and units */

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

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

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
static const struct unit *find_unit(const struct measure *measure, const char *rest)
{
    struct iptfs_text name = iptfs_quoted(rest);
    for (const struct unit *unit = measure->units; unit->name != NULL; unit++)
        if (strcmp(unit->name, name.text) == 0)
            return unit;
    return NULL;
}

static int refuse_unit(const char *text, const char *rest, const struct measure *measure,
                       struct iptfs_error *error)
{
    struct iptfs_text name = iptfs_quoted(rest);
    struct iptfs_suggest nearest = {.found = name.text};
    for (const struct unit *unit = measure->units; unit->name != NULL; unit++)
        iptfs_suggest_offer(&nearest, unit->name);
    return refuse(text, measure->allowed, nearest.best, error);
}

static int refuse_amount(const char *text, enum reading why, const struct measure *measure,
                         struct iptfs_error *error)
{
    char allowed[80];
    const char *grain = measure->grain != NULL ? measure->grain : "";
    if (why == NOT_A_NUMBER || (why == TOO_FINE && measure->grain == NULL))
        return refuse(text, measure->allowed, NULL, error);
    if (why == TOO_FINE)
        snprintf(allowed, sizeof allowed, "whole %s", grain);
    else
        snprintf(allowed, sizeof allowed, "at most %" PRIu64 "%s%s", measure->most,
                 *grain != '\0' ? " " : "", grain);
    return refuse(text, allowed, NULL, error);
}

/* Reads a whole value; *unit is NULL for a bare number. */
static int read_measure(const char *text, const struct measure *measure, uint64_t *value,
                        const struct unit **unit, struct iptfs_error *error)
{
    struct decimal decimal;
    const char *rest = skip_blanks(text);
    enum reading reading = read_decimal(&rest, &decimal);
    if (reading != READ)
        return refuse_amount(text, reading, measure, error);
    rest = skip_blanks(rest);
    *unit = find_unit(measure, rest);
    if (*unit == NULL && *rest != '\0')
        return refuse_unit(text, rest, measure, error);
    bool is_zero = decimal.whole == 0 && decimal.fraction == 0;
    if (*unit == NULL && !measure->bare && !is_zero)
        return refuse(text, measure->allowed, NULL, error);
    uint64_t product;
    reading = multiply(&decimal, *unit != NULL ? (*unit)->factor : 1, &product);
    if (reading == READ && product > measure->most)
        reading = TOO_MUCH;
    if (reading != READ)
        return refuse_amount(text, reading, measure, error);
    *value = product;
    return 0;
}

int iptfs_parse_time(const char *text, int64_t *time_ps, struct iptfs_error *error)
{
    const struct unit *unit;
    uint64_t value;
    int code = read_measure(text, &times, &value, &unit, error);
    if (code == 0)
        *time_ps = (int64_t)value;
    return code;
}

int iptfs_parse_rate(const char *text, uint64_t *rate_bps, struct iptfs_error *error)
{
    const struct unit *unit;
    return read_measure(text, &rates, rate_bps, &unit, error);
}

int iptfs_parse_octets(const char *text, uint64_t *octets, struct iptfs_error *error)
{
    const struct unit *unit;
    return read_measure(text, &sizes_in_octets, octets, &unit, error);
}

int iptfs_parse_limit(const char *text, struct iptfs_limit *limit, struct iptfs_error *error)
{
    const struct unit *unit;
    uint64_t count;
    int code = read_measure(text, &limits, &count, &unit, error);
    if (code != 0)
        return code;
    if (count != 0 && unit == NULL) /* packets or octets: a bare number does not say */
        return refuse(text, limits.allowed, NULL, error);
    limit->count = count;
    /* "No limit" is the same of either, and so has one form only. */
    limit->in_pkts = count != 0 && unit != NULL && unit->name[0] == 'p';
    return 0;
}

int iptfs_parse_lifetime(const char *text, struct iptfs_lifetime *lifetime,
                         struct iptfs_error *error)
{
    struct iptfs_limit limit = {0};
    struct iptfs_lifetime read = {0};
    if (iptfs_parse_limit(text, &limit, NULL) == 0 && limit.in_pkts)
        read.pkts = limit.count;
    else if (iptfs_parse_time(text, &read.time_ps, NULL) != 0)
        return refuse(text, "packets (100000p), a time (30s), or 0", NULL, error);
    *lifetime = read;
    return 0;
}

static int read_hexadecimal(const char *text, const char *digits, uint64_t *number,
                            struct iptfs_error *error)
{
    uint64_t value = 0;
    const char *c = digits;
    for (; isxdigit((unsigned char)*c); c++) {
        if (value > UINT64_MAX >> 4)
            return refuse_amount(text, TOO_MUCH, &numbers, error);
        uint64_t digit = isdigit((unsigned char)*c)
                             ? (uint64_t)(*c - '0')
                             : (uint64_t)(tolower((unsigned char)*c) - 'a' + 10);
        value = value << 4 | digit;
    }
    if (c == digits || *skip_blanks(c) != '\0')
        return refuse(text, numbers.allowed, NULL, error);
    *number = value;
    return 0;
}

int iptfs_parse_number(const char *text, uint64_t *number, struct iptfs_error *error)
{
    const char *begin = skip_blanks(text);
    if (begin[0] == '0' && (begin[1] == 'x' || begin[1] == 'X'))
        return read_hexadecimal(text, begin + 2, number, error);
    const struct unit *unit;
    return read_measure(text, &numbers, number, &unit, error);
}

/* ---------------------------------------------------------------- probabilities, words, sizes */

/* A decimal without sign, with or without an exponent; with a '%' too, where that is allowed. */
static bool read_real(const char *text, bool percent_allowed, double *value)
{
    const char *begin = skip_blanks(text);
    size_t length = strspn(begin, "0123456789.eE+-");
    const char *rest = skip_blanks(begin + length);
    bool percent = percent_allowed && *rest == '%';
    char number[64];
    /* strtod alone would also take "nan", "inf", signs and hexadecimal. */
    if (*skip_blanks(rest + percent) != '\0' || strchr("+-eE", *begin) != NULL ||
        length + sizeof "e-2" > sizeof number)
        return false;
    memcpy(number, begin, length);
    /* Moving the point in the text is exact; dividing by 100 is not. */
    strcpy(number + length, percent ? "e-2" : "");
    char *end;
    *value = strtod(number, &end);
    return end != number && *end == '\0';
}

int iptfs_parse_probability(const char *text, double *probability, struct iptfs_error *error)
{
    double value;
    if (!read_real(text, true, &value) || !(value >= 0 && value <= 1))
        return refuse(text, PROBABILITY_ALLOWED, NULL, error);
    *probability = value;
    return 0;
}

int iptfs_parse_factor(const char *text, double *factor, struct iptfs_error *error)
{
    double value;
    if (!read_real(text, false, &value) || !(value > 0 && value <= FACTOR_MAX))
        return refuse(text, FACTOR_ALLOWED, NULL, error);
    *factor = value;
    return 0;
}

static bool is_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    text = skip_blanks(text);
    return strncmp(text, word, length) == 0 && *skip_blanks(text + length) == '\0';
}

char *iptfs_list_words(const struct iptfs_word *words, char *buffer, size_t size)
{
    size_t length = 0;
    buffer[0] = '\0';
    for (const struct iptfs_word *word = words; word->word != NULL; word++)
        if (word->meaning != NULL && length < size)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", word->word);
    return buffer;
}

int iptfs_parse_word(const char *text, const struct iptfs_word *words, int *value,
                     struct iptfs_error *error)
{
    struct iptfs_text found = iptfs_quoted(text);
    struct iptfs_suggest nearest = {.found = found.text};
    for (const struct iptfs_word *word = words; word->word != NULL; word++) {
        if (is_word(text, word->word)) {
            *value = word->value;
            return 0;
        }
        iptfs_suggest_offer(&nearest, word->word);
    }
    char allowed[256];
    return refuse(text, iptfs_list_words(words, allowed, sizeof allowed), nearest.best, error);
}

const char *iptfs_word_of(const struct iptfs_word *words, int value)
{
    for (const struct iptfs_word *word = words; word->word != NULL; word++)
        if (word->value == value)
            return word->word;
    return "?";
}

int iptfs_parse_bool(const char *text, bool *value, struct iptfs_error *error)
{
    static const struct iptfs_word words[] = {
        {"on", 1, "", NULL}, {"off", 0, "", NULL},  {"yes", 1, "", NULL},
        {"no", 0, "", NULL}, {"true", 1, "", NULL}, {"false", 0, "", NULL},
        {"1", 1, "", NULL},  {"0", 0, "", NULL},    {NULL, 0, NULL, NULL},
    };
    int number;
    int code = iptfs_parse_word(text, words, &number, error);
    if (code == 0)
        *value = number != 0;
    return code;
}

/* Reads the size that ends at the character `stop`, and moves *text behind it. */
static bool read_bound(const char **text, char stop, uint32_t *octets)
{
    char bound[32];
    const char *end = strchr(*text, stop);
    if (end == NULL || (size_t)(end - *text) >= sizeof bound)
        return false;
    size_t length = (size_t)(end - *text);
    memcpy(bound, *text, length);
    bound[length] = '\0';
    uint64_t value;
    if (iptfs_parse_octets(bound, &value, NULL) != 0 || value > UINT32_MAX)
        return false;
    *octets = (uint32_t)value;
    *text = end + 1;
    return true;
}

static int read_uniform(const char *text, const char *bounds, struct iptfs_sizes *sizes,
                        struct iptfs_error *error)
{
    struct iptfs_sizes uniform = {.kind = IPTFS_SIZES_UNIFORM};
    bounds = skip_blanks(bounds);
    if (*bounds++ != '(' || !read_bound(&bounds, ',', &uniform.low_octets) ||
        !read_bound(&bounds, ')', &uniform.high_octets) || *skip_blanks(bounds) != '\0')
        return refuse(text, SIZES_ALLOWED, NULL, error);
    if (uniform.low_octets > uniform.high_octets)
        return refuse(text, "uniform(LOW,HIGH) with LOW not above HIGH", NULL, error);
    *sizes = uniform;
    return 0;
}

int iptfs_parse_sizes(const char *text, struct iptfs_sizes *sizes, struct iptfs_error *error)
{
    static const char uniform[] = "uniform";
    const char *begin = skip_blanks(text);
    if (is_word(begin, "imix")) {
        *sizes = (struct iptfs_sizes){IPTFS_SIZES_IMIX, 40, 1500};
        return 0;
    }
    if (strncmp(begin, uniform, strlen(uniform)) == 0)
        return read_uniform(text, begin + strlen(uniform), sizes, error);
    uint64_t octets;
    if (iptfs_parse_octets(text, &octets, NULL) == 0 && octets <= UINT32_MAX) {
        *sizes = (struct iptfs_sizes){IPTFS_SIZES_FIXED, (uint32_t)octets, (uint32_t)octets};
        return 0;
    }
    struct iptfs_text found = iptfs_quoted(text);
    struct iptfs_suggest nearest = {.found = found.text};
    iptfs_suggest_offer(&nearest, "imix");
    return refuse(text, SIZES_ALLOWED, nearest.best, error);
}

/* The text up to a comma; false when it does not fit, or is all there is. */
static bool before_comma(const char *text, char *part, size_t size)
{
    const char *comma = strchr(text, ',');
    if (comma == NULL || (size_t)(comma - text) >= size)
        return false;
    memcpy(part, text, (size_t)(comma - text));
    part[comma - text] = '\0';
    return true;
}

int iptfs_parse_breaker(const char *text, struct iptfs_breaker_limit *limit,
                        struct iptfs_error *error)
{
    char loss[64];
    struct iptfs_breaker_limit found = {0, 0};
    if (is_word(skip_blanks(text), "off")) {
        *limit = found;
        return 0;
    }
    if (!before_comma(text, loss, sizeof loss) ||
        iptfs_parse_probability(loss, &found.loss, NULL) != 0 ||
        iptfs_parse_time(strchr(text, ',') + 1, &found.time_ps, NULL) != 0 || found.loss <= 0 ||
        found.time_ps <= 0 || found.time_ps > IPTFS_TIME_MAX_PS)
        return refuse(text, "off, or LOSS, TIME (both above 0) such as '10%, 2s'", NULL, error);
    *limit = found;
    return 0;
}

static int read_length(const char *text, uint64_t *value, struct iptfs_error *error)
{
    int64_t length_ps;
    int code = iptfs_parse_time(text, &length_ps, error);
    if (code == 0)
        *value = (uint64_t)length_ps;
    return code;
}

static struct iptfs_text write_length(uint64_t value)
{
    return iptfs_exact_time((int64_t)value);
}

static const struct timed_form {
    const char *form;
    int (*read)(const char *text, uint64_t *value, struct iptfs_error *error);
    struct iptfs_text (*write)(uint64_t value);
    bool lasts; /* the value is how long */
} timed_forms[] = {
    [IPTFS_TIMED_MTUS] = {"TIME MTU, ... such as '2s 1400, 5s 1500'", iptfs_parse_octets,
                          iptfs_exact_octets, false},
    [IPTFS_TIMED_RATES] = {"TIME RATE, ... such as '2s 50Mbps, 5s 100Mbps'", iptfs_parse_rate,
                           iptfs_exact_rate, false},
    [IPTFS_TIMED_BLACKOUTS] = {"START LENGTH, ... such as '3s 200ms, 10s 1s'", read_length,
                               write_length, true},
};

const char *iptfs_timed_form(enum iptfs_timed_kind kind)
{
    return timed_forms[kind].form;
}

/* One "TIME VALUE". */
static bool read_timed(const char *text, const struct timed_form *form, struct iptfs_timed *item)
{
    char time[64];
    text = skip_blanks(text);
    size_t length = strcspn(text, " \t");
    if (length >= sizeof time || text[length] == '\0')
        return false;
    memcpy(time, text, length);
    time[length] = '\0';
    return iptfs_parse_time(time, &item->at_ps, NULL) == 0 && item->at_ps <= IPTFS_TIME_MAX_PS &&
           form->read(text + length, &item->value, NULL) == 0;
}

/* Whether an item may stand behind the one before (NULL: is the first). */
static bool is_next(const struct iptfs_timed *item, const struct iptfs_timed *before, bool lasts)
{
    if (before == NULL)
        return lasts || item->at_ps > 0;
    return item->at_ps > before->at_ps &&
           (!lasts || item->at_ps >= before->at_ps + (int64_t)before->value);
}

static int refuse_timed(const char *text, enum iptfs_timed_kind kind, uint64_t minimum,
                        uint64_t maximum, struct iptfs_error *error)
{
    const struct timed_form *form = &timed_forms[kind];
    char allowed[240];
    snprintf(allowed, sizeof allowed, "none, or up to %d of %s, %s, %s to %s", IPTFS_TIMED_MAX,
             form->form, form->lasts ? "none before the end of the last" : "times rising",
             form->write(minimum).text, form->write(maximum).text);
    return refuse(text, allowed, NULL, error);
}

int iptfs_parse_timed(const char *text, enum iptfs_timed_kind kind, uint64_t minimum,
                      uint64_t maximum, struct iptfs_timed_list *list, struct iptfs_error *error)
{
    struct iptfs_timed_list found = {0};
    const char *rest = text;
    char part[96];
    while (rest != NULL && !is_word(skip_blanks(text), "none")) {
        struct iptfs_timed *item = &found.item[found.count];
        bool more = before_comma(rest, part, sizeof part);
        if (found.count == IPTFS_TIMED_MAX ||
            !read_timed(more ? part : rest, &timed_forms[kind], item) ||
            !is_next(item, found.count > 0 ? item - 1 : NULL, timed_forms[kind].lasts) ||
            item->value < minimum || item->value > maximum)
            return refuse_timed(text, kind, minimum, maximum, error);
        found.count++;
        rest = more ? strchr(rest, ',') + 1 : NULL;
    }
    *list = found;
    return 0;
}

/* -------------------------------------------------------------------------------- writing: exact
 */

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
static struct iptfs_text write_exact(uint64_t value, const struct unit *units)
{
    struct iptfs_text best = {"0"};
    size_t best_length = SIZE_MAX;
    bool best_whole = false;
    for (const struct unit *unit = units; unit->name != NULL && value != 0; unit++) {
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

struct iptfs_text iptfs_exact_time(int64_t time_ps)
{
    return write_exact(time_ps > 0 ? (uint64_t)time_ps : 0, time_units);
}

struct iptfs_text iptfs_exact_rate(uint64_t rate_bps)
{
    return write_exact(rate_bps, rate_units);
}

struct iptfs_text iptfs_exact_octets(uint64_t octets)
{
    return write_exact(octets, octet_units);
}

static struct iptfs_text write_shortest(double value)
{
    struct iptfs_text text;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text.text, sizeof text.text, "%.*g", digits, value);
        if (strtod(text.text, NULL) == value)
            break;
    }
    return text;
}

struct iptfs_text iptfs_exact_probability(double probability)
{
    return write_shortest(probability);
}

struct iptfs_text iptfs_exact_factor(double factor)
{
    return write_shortest(factor);
}

struct iptfs_text iptfs_exact_limit(struct iptfs_limit limit)
{
    if (!limit.in_pkts)
        return iptfs_exact_octets(limit.count);
    struct iptfs_text text;
    snprintf(text.text, sizeof text.text, "%" PRIu64 "p", limit.count);
    return text;
}

struct iptfs_text iptfs_exact_lifetime(struct iptfs_lifetime lifetime)
{
    if (lifetime.pkts > 0)
        return iptfs_exact_limit((struct iptfs_limit){lifetime.pkts, true});
    return iptfs_exact_time(lifetime.time_ps);
}

struct iptfs_text iptfs_exact_breaker(struct iptfs_breaker_limit limit)
{
    struct iptfs_text text = {"off"};
    if (limit.loss > 0)
        snprintf(text.text, sizeof text.text, "%.30s, %.30s",
                 iptfs_exact_probability(limit.loss).text, iptfs_exact_time(limit.time_ps).text);
    return text;
}

struct iptfs_text iptfs_exact_timed(enum iptfs_timed_kind kind, const struct iptfs_timed *item)
{
    struct iptfs_text text;
    snprintf(text.text, sizeof text.text, "%.30s %.30s", iptfs_exact_time(item->at_ps).text,
             timed_forms[kind].write(item->value).text);
    return text;
}

struct iptfs_text iptfs_exact_sizes(struct iptfs_sizes sizes)
{
    struct iptfs_text text = {"imix"};
    if (sizes.kind == IPTFS_SIZES_FIXED)
        return iptfs_exact_octets(sizes.low_octets);
    if (sizes.kind == IPTFS_SIZES_UNIFORM)
        snprintf(text.text, sizeof text.text, "uniform(%.20s,%.20s)",
                 iptfs_exact_octets(sizes.low_octets).text,
                 iptfs_exact_octets(sizes.high_octets).text);
    return text;
}

/* --------------------------------------------------------------------------- writing: for people
 */

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
static struct iptfs_text show(double value, const struct unit *units, size_t unit_count)
{
    struct iptfs_text text;
    size_t i = unit_count - 1;
    while (i > 0 && value < 0.9995 * (double)units[i].factor)
        i--;
    write_rounded(value / (double)units[i].factor, units[i].name, &text);
    return text;
}

struct iptfs_text iptfs_show_time(int64_t time_ps)
{
    struct iptfs_text text = {"never"};
    if (time_ps == IPTFS_NEVER)
        return text;
    double magnitude = fabs((double)time_ps);
    if (magnitude < 1)
        return (struct iptfs_text){"0 s"};
    struct iptfs_text shown = show(magnitude, time_units, 5); /* up to seconds */
    if (magnitude >= 100.0 * (double)IPTFS_PS_PER_S)
        snprintf(shown.text, sizeof shown.text, "%.0f s", magnitude / (double)IPTFS_PS_PER_S);
    if (time_ps >= 0)
        return shown;
    snprintf(text.text, sizeof text.text, "-%.60s", shown.text);
    return text;
}

struct iptfs_text iptfs_show_rate(uint64_t rate_bps)
{
    return show((double)rate_bps, rate_units, 5);
}
