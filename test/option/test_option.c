/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "option/kind.h"
#include "option/option.h"
#include "option/refuse.h"
#include "option/section.h"
#include "option/timed.h"
#include "support/check.h"
#include "text/suggest.h"

#include <CUnit/TestDB.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum colour {
    RED,
    BLUE
};

/* One field of each type. */
struct things {
    int64_t time_ps;
    uint64_t rate_bps;
    uint32_t octets;
    uint8_t number;
    bool on;
    enum colour colour;
    double part;
    struct iptfs_timed_list mtus;
    char *path;
};

static const struct iptfs_word colours[] = {
    {"red", RED, "", NULL},
    {"blue", BLUE, "", NULL},
    {NULL, 0, NULL, NULL},
};

/* The same words as rows of another table. */
static struct iptfs_word colour_at(unsigned index)
{
    return index < 2 ? colours[index] : (struct iptfs_word){0};
}

#define FIELD(member) IPTFS_OPTION_FIELD(things, member)

static const struct iptfs_option rows[] = {
    {.key = "time", .kind = &iptfs_kind_time, FIELD(time_ps), .maximum = 1000000000},
    {.key = "rate", .kind = &iptfs_kind_rate, FIELD(rate_bps), .minimum = 1, .maximum = 1000000},
    {.key = "octets", .kind = &iptfs_kind_octets, FIELD(octets), .maximum = 9000},
    {.key = "number", .kind = &iptfs_kind_number, FIELD(number), .maximum = 255},
    {.key = "on", .kind = &iptfs_kind_switch, FIELD(on)},
    {.key = "colour", .kind = &iptfs_kind_word, FIELD(colour), .word_at = colour_at},
    {.key = "part", .kind = &iptfs_kind_probability, FIELD(part)},
    {.key = "mtus", .kind = &iptfs_kind_mtus, FIELD(mtus), .minimum = 68, .maximum = UINT16_MAX},
    {.key = "path", .kind = &iptfs_kind_path, FIELD(path)},
};

static const struct iptfs_option *row_at(size_t index)
{
    return iptfs_option_row(rows, sizeof rows / sizeof rows[0], index);
}

static bool uses(const struct iptfs_option *option, unsigned kind)
{
    return kind == RED || strcmp(option->key, "rate") != 0;
}

static const struct iptfs_section section = {
    .name = "things",
    .title = "things",
    .kind_key = "colour",
    .option_at = row_at,
    .uses = uses,
};

static void check_printed(const struct iptfs_option *option, const struct things *things,
                          const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    iptfs_option_print(option, things, out);
    fclose(out);
    CHECK_STR(text, expected);
    free(text);
}

/* Each kind reads a value, prints it, copies it, and keeps it when another one is refused. */
static void test_kinds(void)
{
    static const struct {
        const char *key, *text, *printed, *bad, *message;
    } table[] = {
        {"time", "1ms", "1ms", "2ms", "found '2ms', allowed: 0 to 1ms"},
        {"rate", "5000bps", "5kbps", "0", "found '0', allowed: 1bps to 1Mbps"},
        {"octets", "1.5kB", "1500B", "9001", "found '9001', allowed: 0 to 9kB"},
        {"number", "0x10", "16", "256", "found '256', allowed: 0 to 255"},
        {"on", "yes", "on", "ye",
         "found 'ye', allowed: on, off, yes, no, true, false, 1, 0; did you "
         "mean 'yes'?"},
        {"colour", "blue", "blue", "blu", "found 'blu', allowed: red, blue; did you mean 'blue'?"},
        {"part", "1%", "0.01", "2",
         "found '2', allowed: a probability from 0 to 1, such as 0.01, 1e-2 or 1%"},
        {"mtus", "1s 1400,2s 1500B", "1s 1400B, 2s 1500B", "1s 60",
         "found '1s 60', allowed: none, or up to 16 of TIME MTU, ... such as '2s 1400, 5s 1500', "
         "times rising, 68B to 65535B"},
        {"path", "a b.csv", "a b.csv", "a ;b", "found 'a ;b', allowed: a file, or nothing"},
    };
    struct things things = {0}, copy = {0};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct iptfs_option *option = iptfs_section_find(&section, table[i].key, NULL);
        struct iptfs_error error = {0};
        CHECK_INT(iptfs_option_set(option, &things, table[i].text, &error), 0);
        check_printed(option, &things, table[i].printed);
        CHECK_INT(iptfs_option_set(option, &things, table[i].bad, &error), IPTFS_E_INVALID);
        CHECK_STR(error.text, table[i].message);
        check_printed(option, &things, table[i].printed);
        CHECK_INT(iptfs_option_copy(option, &copy, &things), 0);
        check_printed(option, &copy, table[i].printed);
        CHECK_TRUE(!iptfs_option_empty(option, &copy));
        iptfs_option_clear(option, &things);
        iptfs_option_clear(option, &copy);
    }
    CHECK_TRUE(things.path == NULL && things.octets == 1500);
}

static void test_numbers(void)
{
    static const struct {
        const char *key, *text, *unit;
        double number;
    } table[] = {
        {"time", "1500ms", "s", 1.5},       {"rate", "2kbps", "bit/s", 2000},
        {"octets", "1KiB", "octets", 1024}, {"number", "7", "", 7},
        {"part", "5%", "share", 0.05},
    };
    double number = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct iptfs_option *option = iptfs_section_find(&section, table[i].key, NULL);
        CHECK_TRUE(iptfs_option_number(option, table[i].text, &number));
        CHECK_NEAR(number, table[i].number, 0);
        CHECK_STR(option->kind->unit, table[i].unit);
        CHECK_TRUE(!iptfs_option_number(option, "x", &number));
    }
    CHECK_TRUE(!iptfs_option_number(iptfs_section_find(&section, "colour", NULL), "1", &number));
}

static void test_sections(void)
{
    struct things things = {.colour = BLUE};
    size_t index = 77;
    CHECK_TRUE(iptfs_section_find(&section, "number", &index) == &rows[3]);
    CHECK_U64(index, 3);
    CHECK_TRUE(iptfs_section_find(&section, "numbers", NULL) == NULL);
    CHECK_STR(iptfs_section_kind_option(&section)->key, "colour");
    CHECK_U64(iptfs_section_kind(&section, &things), BLUE);
    CHECK_TRUE(iptfs_section_uses(&section, &rows[1], RED));
    CHECK_TRUE(!iptfs_section_uses(&section, &rows[1], BLUE));
    CHECK_TRUE(iptfs_section_base(&section, &things, &rows[1]) == &things);
    struct iptfs_suggest nearest = {.found = "octet"};
    iptfs_section_suggest(&section, &nearest);
    CHECK_STR(nearest.best, "octets");
}

static void test_refused_keys(void)
{
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_refuse_key(&error, "link", "rate", IPTFS_E_INVALID, "above %d", 3),
              IPTFS_E_INVALID);
    CHECK_STR(error.text, "above 3");
    CHECK_STR(error.origin.section, "link");
    CHECK_STR(error.origin.key, "rate");
    CHECK_INT(iptfs_fail(&error, IPTFS_E_IO, "another"), IPTFS_E_IO);
    CHECK_STR(error.origin.key, "");
    CHECK_INT(iptfs_refuse_key(NULL, "link", "rate", IPTFS_E_IO, "above %d", 3), IPTFS_E_IO);
}

/* A text that is not set stays so in a copy, and prints as nothing. */
static void test_text_not_set(void)
{
    const struct iptfs_option *option = iptfs_section_find(&section, "path", NULL);
    struct things from = {.path = NULL}, copy = {.path = NULL};
    CHECK_INT(iptfs_option_copy(option, &copy, &from), IPTFS_OK);
    CHECK_TRUE(copy.path == NULL);
    CHECK_TRUE(iptfs_option_empty(option, &copy));
    check_printed(option, &copy, "");
}

const CU_TestInfo iptfs_tests_option[] = {
    {"kinds of values", test_kinds},
    {"values as numbers", test_numbers},
    {"rows of a section", test_sections},
    {"refused keys", test_refused_keys},
    {"a text that is not set", test_text_not_set},
    CU_TEST_INFO_NULL,
};
