/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/settings.h"

#include "files/ini.h"
#include "files/textfile.h"
#include "text/suggest.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TRAFFIC_PREFIX "traffic."
#define PLOT_PREFIX "plot."

/* So that "traffic.NAME" is no longer than inih allows. */
#define TRAFFIC_NAME_MAX 40

static const struct iptfs_form forms[] = {
    {"scenario", IPTFS_SECTION_SCENARIO, IPTFS_FORWARD, IPTFS_SIDE_BOTH},
    {"tunnel", IPTFS_SECTION_TUNNEL, IPTFS_FORWARD, IPTFS_SIDE_BOTH},
    {"tunnel.out", IPTFS_SECTION_TUNNEL, IPTFS_FORWARD, IPTFS_SIDE_OUT},
    {"tunnel.in", IPTFS_SECTION_TUNNEL, IPTFS_FORWARD, IPTFS_SIDE_IN},
    {"tunnel.reverse", IPTFS_SECTION_TUNNEL, IPTFS_REVERSE, IPTFS_SIDE_BOTH},
    {"tunnel.reverse.out", IPTFS_SECTION_TUNNEL, IPTFS_REVERSE, IPTFS_SIDE_OUT},
    {"tunnel.reverse.in", IPTFS_SECTION_TUNNEL, IPTFS_REVERSE, IPTFS_SIDE_IN},
    {"link", IPTFS_SECTION_LINK, IPTFS_FORWARD, IPTFS_SIDE_BOTH},
    {"link.reverse", IPTFS_SECTION_LINK, IPTFS_REVERSE, IPTFS_SIDE_BOTH},
};
enum {
    FORMS = sizeof forms / sizeof forms[0]
};

/* What a sweep of the scenario does and draws: of no concern to a scenario (sweep.h, plotfile.h).
 */
static const struct iptfs_form sweep_form = {"sweep", IPTFS_SECTION_SCENARIO, IPTFS_FORWARD,
                                             IPTFS_SIDE_BOTH};

static const struct iptfs_form traffic_form = {"traffic", IPTFS_SECTION_TRAFFIC, IPTFS_FORWARD,
                                               IPTFS_SIDE_BOTH};

struct iptfs_note {
    struct iptfs_note *next;
    char text[];
};

/* What is being filled while a file is read. */
struct reading {
    struct iptfs_settings *settings;
    unsigned form_lines[FORMS];    /* where each section began; 0: not yet */
    const struct iptfs_form *form; /* of the section being read; NULL before the first */
    size_t target;                 /* likewise */
};

/* -------------------------------------------------------------------------- memory and targets */

static int out_of_memory(struct iptfs_settings *settings)
{
    return iptfs_fail(&settings->error, IPTFS_E_NO_MEMORY, "out of memory");
}

static const char *keep_text(struct iptfs_settings *settings, const char *text)
{
    size_t size = strlen(text) + 1;
    struct iptfs_note *note = malloc(sizeof *note + size);
    if (note == NULL)
        return NULL;
    memcpy(note->text, text, size);
    note->next = settings->notes;
    settings->notes = note;
    return note->text;
}

int iptfs_settings_init(struct iptfs_settings *settings, struct iptfs_scenario *scenario,
                        const char *path, const char *const *sets)
{
    *settings = (struct iptfs_settings){.scenario = scenario, .path = path, .sets = sets};
    settings->target_capacity = 2 * IPTFS_TARGET_TRAFFIC;
    settings->targets = calloc(settings->target_capacity, sizeof *settings->targets);
    return settings->targets == NULL ? out_of_memory(settings) : 0;
}

void iptfs_settings_free(struct iptfs_settings *settings)
{
    for (struct iptfs_note *note = settings->notes; note != NULL;) {
        struct iptfs_note *next = note->next;
        free(note);
        note = next;
    }
    free(settings->targets);
}

static size_t target_of(const struct iptfs_form *form)
{
    if (form->section == IPTFS_SECTION_SCENARIO)
        return IPTFS_TARGET_SCENARIO;
    bool tunnel = form->section == IPTFS_SECTION_TUNNEL;
    return (tunnel ? IPTFS_TARGET_TUNNEL : IPTFS_TARGET_LINK) + (size_t)form->direction;
}

enum iptfs_section iptfs_target_section(size_t target)
{
    if (target >= IPTFS_TARGET_TRAFFIC)
        return IPTFS_SECTION_TRAFFIC;
    if (target >= IPTFS_TARGET_LINK)
        return IPTFS_SECTION_LINK;
    return target >= IPTFS_TARGET_TUNNEL ? IPTFS_SECTION_TUNNEL : IPTFS_SECTION_SCENARIO;
}

void *iptfs_target_base(struct iptfs_settings *settings, size_t target)
{
    struct iptfs_scenario *scenario = settings->scenario;
    if (target >= IPTFS_TARGET_TRAFFIC)
        return &scenario->traffic[target - IPTFS_TARGET_TRAFFIC];
    if (target >= IPTFS_TARGET_LINK)
        return &scenario->link[target - IPTFS_TARGET_LINK];
    if (target >= IPTFS_TARGET_TUNNEL)
        return &scenario->tunnel[target - IPTFS_TARGET_TUNNEL];
    return scenario;
}

/* Room for one more traffic section and its target. Both arrays have the same capacity, but for
 * the targets that always exist. */
static int grow_traffic(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    bool first = scenario->traffic == NULL;
    size_t capacity = settings->target_capacity;
    if (!first && IPTFS_TARGET_TRAFFIC + scenario->traffic_count < capacity)
        return 0;
    capacity = first ? capacity : capacity * 2;
    struct iptfs_target *targets = realloc(settings->targets, capacity * sizeof *targets);
    if (targets == NULL)
        return out_of_memory(settings);
    settings->targets = targets;
    struct iptfs_traffic_options *traffic =
        realloc(scenario->traffic, (capacity - IPTFS_TARGET_TRAFFIC) * sizeof *traffic);
    if (traffic == NULL)
        return out_of_memory(settings);
    scenario->traffic = traffic;
    settings->target_capacity = capacity;
    return 0;
}

/* ----------------------------------------------------------------------------------- messages */

/* "FILE:LINE", "FILE" for line 0, or "--set section.key=value". */
static struct iptfs_path_text place_of(const struct iptfs_settings *settings,
                                       const struct iptfs_given *given)
{
    struct iptfs_path_text place = iptfs_quoted_path(settings->path);
    if (given->form != NULL && given->line == 0)
        snprintf(place.text, sizeof place.text, "--set %s",
                 iptfs_quoted(settings->sets[given->set]).text);
    else if (given->line != 0)
        snprintf(place.text + strlen(place.text), 16, ":%u", given->line);
    return place;
}

/* The section as it was written where the value was given, or as it would be. */
static struct iptfs_text title_of(const struct iptfs_settings *settings, size_t target,
                                  const struct iptfs_given *given)
{
    static const char *const plain[] = {"scenario", "tunnel", "tunnel.reverse", "link",
                                        "link.reverse"};
    struct iptfs_text title;
    if (target >= IPTFS_TARGET_TRAFFIC)
        snprintf(title.text, sizeof title.text, TRAFFIC_PREFIX "%s",
                 settings->scenario->traffic[target - IPTFS_TARGET_TRAFFIC].name);
    else
        snprintf(title.text, sizeof title.text, "%s",
                 given->form != NULL ? given->form->title : plain[target]);
    return title;
}

static int refuse_key(struct iptfs_settings *settings, size_t target,
                      const struct iptfs_given *given, const char *key, int code, const char *why)
{
    return iptfs_fail(&settings->error, code, "%s: [%s] %s: %s", place_of(settings, given).text,
                      title_of(settings, target, given).text, iptfs_quoted(key).text, why);
}

static const struct iptfs_given *find_given(const struct iptfs_settings *settings, size_t target,
                                            const char *key)
{
    size_t index;
    if (iptfs_option_find(iptfs_target_section(target), key, &index) == NULL)
        return NULL;
    return &settings->targets[target].given[index];
}

bool iptfs_settings_gives(const struct iptfs_settings *settings, size_t target, const char *key)
{
    const struct iptfs_given *given = find_given(settings, target, key);
    return given != NULL && given->form != NULL;
}

int iptfs_settings_blame(struct iptfs_settings *settings, size_t target, const char *key, int code,
                         const char *allowed, ...)
{
    char list[256], why[400];
    va_list args;
    va_start(args, allowed);
    vsnprintf(list, sizeof list, allowed, args);
    va_end(args);
    const struct iptfs_option *option = iptfs_option_find(iptfs_target_section(target), key, NULL);
    struct iptfs_given given = *find_given(settings, target, key);
    if (given.form == NULL)
        given.line = settings->targets[target].line;
    if (given.text == NULL)
        given.text = option->standard;
    if (given.text == NULL)
        snprintf(why, sizeof why, "found nothing, allowed: %s", list);
    else
        snprintf(why, sizeof why, "found '%s', allowed: %s", iptfs_quoted(given.text).text, list);
    return refuse_key(settings, target, &given, key, code, why);
}

/* ----------------------------------------------------------------------------------- sections */

static const struct iptfs_form *find_form(const char *title)
{
    for (size_t i = 0; i < FORMS; i++)
        if (strcmp(forms[i].title, title) == 0)
            return &forms[i];
    return NULL;
}

static int refuse_section(struct iptfs_settings *settings, const struct iptfs_given *given,
                          const char *title)
{
    struct iptfs_text found = iptfs_quoted(title), word = found, guess = {""};
    struct iptfs_suggest nearest = {.found = found.text};
    for (size_t i = 0; i < FORMS; i++)
        iptfs_suggest_offer(&nearest, forms[i].title);
    char *dot = strchr(word.text, '.');
    if (dot != NULL)
        *dot = '\0';
    /* Here not the name is wrong but what is before it. */
    if (iptfs_word_distance(word.text, "traffic") <= 2)
        snprintf(guess.text, sizeof guess.text, "traffic.%.50s", dot != NULL ? dot + 1 : "NAME");
    else if (nearest.best != NULL)
        snprintf(guess.text, sizeof guess.text, "%s", nearest.best);
    return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                      "%s: [%s]: found an unknown section, allowed: scenario, tunnel, link, "
                      "traffic.NAME, tunnel.reverse, link.reverse, and .out or .in behind tunnel "
                      "and tunnel.reverse%s%s%s",
                      place_of(settings, given).text, found.text,
                      *guess.text != '\0' ? "; did you mean '" : "", guess.text,
                      *guess.text != '\0' ? "'?" : "");
}

static bool is_traffic_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= TRAFFIC_NAME_MAX &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               length;
}

static int begin_traffic(struct reading *reading, const struct iptfs_given *here, const char *name)
{
    struct iptfs_settings *settings = reading->settings;
    struct iptfs_scenario *scenario = settings->scenario;
    if (!is_traffic_name(name))
        return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                          "%s: [" TRAFFIC_PREFIX "%s]: found '%s', allowed: a name of 1 to %d "
                          "letters, digits, '.', '_', '-'",
                          place_of(settings, here).text, iptfs_quoted(name).text,
                          iptfs_quoted(name).text, TRAFFIC_NAME_MAX);
    if (scenario->traffic_count == IPTFS_TRAFFIC_MAX)
        return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                          "%s: [" TRAFFIC_PREFIX "%s]: found one more traffic section, allowed: "
                          "at most %u",
                          place_of(settings, here).text, name, IPTFS_TRAFFIC_MAX);
    int code = grow_traffic(settings);
    if (code != 0)
        return code;
    size_t index = scenario->traffic_count++;
    scenario->traffic[index] = (struct iptfs_traffic_options){.name = strdup(name)};
    settings->targets[IPTFS_TARGET_TRAFFIC + index] = (struct iptfs_target){.line = here->line};
    reading->form = &traffic_form;
    reading->target = IPTFS_TARGET_TRAFFIC + index;
    return scenario->traffic[index].name == NULL ? out_of_memory(settings) : 0;
}

static int begin_section(void *ctx, unsigned line, const char *title)
{
    struct reading *reading = ctx;
    struct iptfs_settings *settings = reading->settings;
    const struct iptfs_given here = {.line = line};
    if (strncmp(title, TRAFFIC_PREFIX, strlen(TRAFFIC_PREFIX)) == 0)
        return begin_traffic(reading, &here, title + strlen(TRAFFIC_PREFIX));
    if (strcmp(title, sweep_form.title) == 0 ||
        strncmp(title, PLOT_PREFIX, strlen(PLOT_PREFIX)) == 0) {
        reading->form = &sweep_form;
        return 0;
    }
    const struct iptfs_form *form = find_form(title);
    if (form == NULL)
        return refuse_section(settings, &here, title);
    unsigned *first = &reading->form_lines[form - forms];
    if (*first != 0)
        return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                          "%s: [%s]: found the section again (first in line %u), allowed: once",
                          place_of(settings, &here).text, title, *first);
    *first = line;
    reading->form = form;
    reading->target = target_of(form);
    if (settings->targets[reading->target].line == 0)
        settings->targets[reading->target].line = line;
    if (form->direction == IPTFS_REVERSE)
        settings->scenario->bidirectional = true;
    return 0;
}

struct named {
    const char *name;
    unsigned line;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left->line > right->line) - (left->line < right->line);
}

/* Traffic names are compared at the end, sorted: there may be many. */
static int check_names(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    size_t count = scenario->traffic_count;
    struct named *names = calloc(count + 1, sizeof *names);
    if (names == NULL)
        return out_of_memory(settings);
    for (size_t i = 0; i < count; i++)
        names[i] = (struct named){scenario->traffic[i].name,
                                  settings->targets[IPTFS_TARGET_TRAFFIC + i].line};
    qsort(names, count, sizeof *names, compare_named);
    int code = 0;
    for (size_t i = 1; i < count && code == 0; i++) {
        struct iptfs_given here = {.line = names[i].line};
        if (strcmp(names[i - 1].name, names[i].name) == 0)
            code = iptfs_fail(&settings->error, IPTFS_E_INVALID,
                              "%s: [" TRAFFIC_PREFIX "%s]: found the section again (first in line "
                              "%u), allowed: once",
                              place_of(settings, &here).text, names[i].name, names[i - 1].line);
    }
    free(names);
    return code;
}

/* ------------------------------------------------------------------------------------- values */

/* Lists the keys that a section takes. */
static void list_keys(const struct iptfs_form *form, char *buffer, size_t size)
{
    const struct iptfs_option *option;
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; (option = iptfs_option_at(form->section, i)) != NULL; i++) {
        bool fits = form->side == IPTFS_SIDE_BOTH || option->side == IPTFS_SIDE_BOTH ||
                    option->side == form->side;
        if (fits && length < size)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", option->key);
    }
}

/* A suggestion for a key: one nearly the same, or the same in another section. */
static void guess_key(enum iptfs_section section, const char *key, char *buffer, size_t size)
{
    const struct iptfs_option *option;
    struct iptfs_suggest nearest = {.found = key};
    for (size_t i = 0; (option = iptfs_option_at(section, i)) != NULL; i++)
        iptfs_suggest_offer(&nearest, option->key);
    buffer[0] = '\0';
    if (nearest.best != NULL) {
        snprintf(buffer, size, "; did you mean '%s'?", nearest.best);
        return;
    }
    for (int other = 0; other < IPTFS_SECTIONS; other++)
        if (iptfs_option_find((enum iptfs_section)other, key, NULL) != NULL) {
            snprintf(buffer, size, "; did you mean '%s' of [%s]?", key,
                     iptfs_section_name((enum iptfs_section)other));
            return;
        }
}

static int refuse_unknown_key(struct iptfs_settings *settings, size_t target,
                              const struct iptfs_given *given, const char *key)
{
    char keys[600], guess[128], why[800];
    list_keys(given->form, keys, sizeof keys);
    guess_key(given->form->section, iptfs_quoted(key).text, guess, sizeof guess);
    snprintf(why, sizeof why, "found an unknown key, allowed: %s%s", keys, guess);
    return refuse_key(settings, target, given, key, IPTFS_E_INVALID, why);
}

static int refuse_side(struct iptfs_settings *settings, size_t target,
                       const struct iptfs_given *given, const struct iptfs_option *option)
{
    char why[256];
    bool out = option->side == IPTFS_SIDE_OUT;
    const char *reverse = given->form->direction == IPTFS_REVERSE ? ".reverse" : "";
    snprintf(why, sizeof why,
             "found an option of direction %s, allowed: only in [tunnel%s.%s] or [tunnel%s], for "
             "it belongs to the %s's SA",
             out ? "out" : "in", reverse, out ? "out" : "in", reverse, out ? "sender" : "receiver");
    return refuse_key(settings, target, given, option->key, IPTFS_E_INVALID, why);
}

static int refuse_second(struct iptfs_settings *settings, size_t target,
                         const struct iptfs_given *first, const struct iptfs_given *given,
                         const char *key)
{
    char why[200];
    if (first->form == given->form)
        snprintf(why, sizeof why, "found the key again (first in line %u), allowed: once",
                 first->line);
    else
        snprintf(why, sizeof why,
                 "found the key again (first in line %u, in [%s]), allowed: in one of them",
                 first->line, first->form->title);
    return refuse_key(settings, target, given, key, IPTFS_E_INVALID, why);
}

static int set_option(struct iptfs_settings *settings, size_t target,
                      const struct iptfs_given *given, const struct iptfs_option *option)
{
    struct iptfs_error why;
    int code = iptfs_option_set(option, iptfs_target_base(settings, target), given->text, &why);
    return code == 0 ? 0 : refuse_key(settings, target, given, option->key, code, why.text);
}

/* Takes one value, from a line or an override. */
static int take(struct iptfs_settings *settings, size_t target, struct iptfs_given *given,
                const char *key, const char *text)
{
    size_t index;
    const struct iptfs_form *form = given->form;
    const struct iptfs_option *option = iptfs_option_find(form->section, key, &index);
    if (option == NULL)
        return refuse_unknown_key(settings, target, given, key);
    if (form->side != IPTFS_SIDE_BOTH && option->side != IPTFS_SIDE_BOTH &&
        option->side != form->side)
        return refuse_side(settings, target, given, option);
    struct iptfs_given *known = &settings->targets[target].given[index];
    if (known->form != NULL && given->line != 0)
        return refuse_second(settings, target, known, given, key);
    given->text = keep_text(settings, text);
    if (given->text == NULL)
        return out_of_memory(settings);
    int code = set_option(settings, target, given, option);
    if (code == 0)
        *known = *given;
    return code;
}

static int take_value(void *ctx, unsigned line, const char *key, const char *value)
{
    struct reading *reading = ctx;
    struct iptfs_given given = {.form = reading->form, .line = line};
    if (given.form == &sweep_form)
        return 0;
    if (given.form != NULL)
        return take(reading->settings, reading->target, &given, key, value);
    return iptfs_fail(&reading->settings->error, IPTFS_E_INVALID,
                      "%s: %s: found a key before the first section, allowed: [SECTION]",
                      place_of(reading->settings, &given).text, iptfs_quoted(key).text);
}

int iptfs_settings_read(struct iptfs_settings *settings, const char *text)
{
    static const struct iptfs_ini_events events = {begin_section, take_value};
    struct reading reading = {.settings = settings};
    int code = iptfs_ini_parse(text, settings->path, &events, &reading, &settings->error);
    return code != 0 ? code : check_names(settings);
}

/* ---------------------------------------------------------------------------------- overrides */

static int refuse_traffic_name(struct iptfs_settings *settings, const struct iptfs_given *given,
                               const char *name)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_suggest nearest = {.found = name};
    for (size_t i = 0; i < scenario->traffic_count; i++)
        iptfs_suggest_offer(&nearest, scenario->traffic[i].name);
    return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                      "%s: [" TRAFFIC_PREFIX "%s]: found no such section, allowed: those of the "
                      "file%s%s%s",
                      place_of(settings, given).text, iptfs_quoted(name).text,
                      nearest.best != NULL ? "; did you mean '" TRAFFIC_PREFIX : "",
                      nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
}

/* The section that an override names: given->form and *target. */
static int find_section(struct iptfs_settings *settings, const char *title,
                        struct iptfs_given *given, size_t *target)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    given->form = &traffic_form; /* any: it makes the place that of an override */
    if (strncmp(title, TRAFFIC_PREFIX, strlen(TRAFFIC_PREFIX)) == 0) {
        const char *name = title + strlen(TRAFFIC_PREFIX);
        for (size_t i = 0; i < scenario->traffic_count; i++) {
            if (strcmp(scenario->traffic[i].name, name) != 0)
                continue;
            *target = IPTFS_TARGET_TRAFFIC + i;
            return 0;
        }
        return refuse_traffic_name(settings, given, name);
    }
    const struct iptfs_form *form = find_form(title);
    if (form == NULL)
        return refuse_section(settings, given, title);
    given->form = form;
    *target = target_of(form);
    if (form->direction == IPTFS_REVERSE)
        settings->scenario->bidirectional = true;
    return 0;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* `copy` is a copy of override number `set`, to be cut in pieces. */
static int override(struct iptfs_settings *settings, size_t set, char *copy)
{
    size_t target = 0;
    struct iptfs_given given = {.form = &traffic_form, .set = set};
    char *value = strchr(copy, '=');
    if (value != NULL)
        *value++ = '\0';
    char *key = value != NULL ? strrchr(copy, '.') : NULL;
    if (key == NULL)
        return iptfs_fail(
            &settings->error, IPTFS_E_INVALID,
            "%s: found no key, allowed: section.key=value, as in tunnel.pkt-size=1400",
            place_of(settings, &given).text);
    *key++ = '\0';
    int code = find_section(settings, trim(copy), &given, &target);
    return code != 0 ? code : take(settings, target, &given, trim(key), trim(value));
}

int iptfs_settings_override(struct iptfs_settings *settings, size_t count)
{
    int code = 0;
    for (size_t set = 0; set < count && code == 0; set++) {
        char *copy = strdup(settings->sets[set]);
        if (copy == NULL)
            return out_of_memory(settings);
        code = override(settings, set, copy);
        free(copy);
    }
    return code;
}
