/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/settings.h"

#include "base/asserts.h"
#include "files/textfile.h"
#include "scenario/sections.h"
#include "text/suggest.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct iptfs_section_form forms[] = {
    {"scenario", &iptfs_section_scenario, IPTFS_FORWARD, IPTFS_SIDE_BOTH},
    {"tunnel", &iptfs_section_tunnel, IPTFS_FORWARD, IPTFS_SIDE_BOTH},
    {"tunnel.out", &iptfs_section_tunnel, IPTFS_FORWARD, IPTFS_SIDE_OUT},
    {"tunnel.in", &iptfs_section_tunnel, IPTFS_FORWARD, IPTFS_SIDE_IN},
    {"tunnel.reverse", &iptfs_section_tunnel, IPTFS_REVERSE, IPTFS_SIDE_BOTH},
    {"tunnel.reverse.out", &iptfs_section_tunnel, IPTFS_REVERSE, IPTFS_SIDE_OUT},
    {"tunnel.reverse.in", &iptfs_section_tunnel, IPTFS_REVERSE, IPTFS_SIDE_IN},
    {"link", &iptfs_section_link, IPTFS_FORWARD, IPTFS_SIDE_BOTH},
    {"link.reverse", &iptfs_section_link, IPTFS_REVERSE, IPTFS_SIDE_BOTH},
};
enum {
    FORMS = sizeof forms / sizeof forms[0]
};

const struct iptfs_section_form iptfs_traffic_form = {"traffic", &iptfs_section_traffic,
                                                      IPTFS_FORWARD, IPTFS_SIDE_BOTH};

struct iptfs_kept_text {
    struct iptfs_kept_text *next;
    char text[];
};

/* -------------------------------------------------------------------------- memory and targets */

int iptfs_settings_out_of_memory(struct iptfs_settings *settings)
{
    return iptfs_fail_no_memory(&settings->error);
}

static const char *keep_text(struct iptfs_settings *settings, const char *text)
{
    size_t size = strlen(text) + 1;
    struct iptfs_kept_text *kept = malloc(sizeof *kept + size);
    if (kept == NULL)
        return NULL;
    memcpy(kept->text, text, size);
    kept->next = settings->texts;
    settings->texts = kept;
    return kept->text;
}

int iptfs_settings_init(struct iptfs_settings *settings, struct iptfs_scenario *scenario,
                        const char *path, const char *const *sets)
{
    *settings = (struct iptfs_settings){.scenario = scenario, .path = path, .sets = sets};
    settings->target_capacity = 2 * IPTFS_TARGET_TRAFFIC;
    settings->targets = calloc(settings->target_capacity, sizeof *settings->targets);
    return settings->targets == NULL ? iptfs_settings_out_of_memory(settings) : IPTFS_OK;
}

void iptfs_settings_free(struct iptfs_settings *settings)
{
    for (struct iptfs_kept_text *kept = settings->texts; kept != NULL;) {
        struct iptfs_kept_text *next = kept->next;
        free(kept);
        kept = next;
    }
    free(settings->targets);
}

const struct iptfs_section_form *iptfs_section_form_named(const char *title)
{
    for (size_t i = 0; i < FORMS; i++)
        if (strcmp(forms[i].title, title) == 0)
            return &forms[i];
    return NULL;
}

size_t iptfs_target_of(const struct iptfs_section_form *form)
{
    if (form->section == &iptfs_section_scenario)
        return IPTFS_TARGET_SCENARIO;
    bool tunnel = form->section == &iptfs_section_tunnel;
    return (tunnel ? IPTFS_TARGET_TUNNEL : IPTFS_TARGET_LINK) + (size_t)form->direction;
}

size_t iptfs_target_count(const struct iptfs_settings *settings)
{
    return IPTFS_TARGET_TRAFFIC + settings->scenario->traffic_count;
}

const struct iptfs_section *iptfs_target_section(size_t target)
{
    if (target >= IPTFS_TARGET_TRAFFIC)
        return &iptfs_section_traffic;
    if (target >= IPTFS_TARGET_LINK)
        return &iptfs_section_link;
    return target >= IPTFS_TARGET_TUNNEL ? &iptfs_section_tunnel : &iptfs_section_scenario;
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

/* Makes memory for one more traffic section and its target. Both arrays have the same capacity, but
 * for the targets that always exist. */
static int grow_traffic(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    bool first = scenario->traffic == NULL;
    size_t capacity = settings->target_capacity;
    if (!first && IPTFS_TARGET_TRAFFIC + scenario->traffic_count < capacity)
        return IPTFS_OK;
    capacity = first ? capacity : capacity * 2;
    struct iptfs_target *targets = realloc(settings->targets, capacity * sizeof *targets);
    if (targets == NULL)
        return iptfs_settings_out_of_memory(settings);
    settings->targets = targets;
    struct iptfs_traffic_options *traffic =
        realloc(scenario->traffic, (capacity - IPTFS_TARGET_TRAFFIC) * sizeof *traffic);
    if (traffic == NULL)
        return iptfs_settings_out_of_memory(settings);
    scenario->traffic = traffic;
    settings->target_capacity = capacity;
    return IPTFS_OK;
}

int iptfs_settings_add_traffic(struct iptfs_settings *settings, const char *name, unsigned line)
{
    struct iptfs_scenario *scenario = settings->scenario;
    int code = grow_traffic(settings);
    if (code != IPTFS_OK)
        return code;
    size_t index = scenario->traffic_count;
    if (iptfs_traffic_options_init(&scenario->traffic[index], name) != IPTFS_OK)
        return iptfs_settings_out_of_memory(settings);
    scenario->traffic_count++;
    settings->targets[IPTFS_TARGET_TRAFFIC + index] = (struct iptfs_target){.line = line};
    return IPTFS_OK;
}

/* ----------------------------------------------------------------------------------- messages */

int iptfs_settings_refuse_at(struct iptfs_settings *settings, const struct iptfs_given *given,
                             int code, const char *what, ...)
{
    char text[sizeof settings->error.text];
    struct iptfs_path_text place = iptfs_quoted_path(settings->path);
    struct iptfs_error_origin origin = {.place = IPTFS_PLACE_FILE, .line = given->line};
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    snprintf(origin.file, sizeof origin.file, "%s", place.text);
    if (given->form != NULL && given->line == 0) {
        origin.place = IPTFS_PLACE_OVERRIDE;
        origin.override = given->set;
        snprintf(place.text, sizeof place.text, "--set %s",
                 iptfs_quoted(settings->sets[given->set]).text);
    } else if (given->line != 0) {
        snprintf(place.text + strlen(place.text), 16, ":%u", given->line);
    }
    origin.place_octets = strlen(place.text) + strlen(": ");
    iptfs_fail(&settings->error, code, "%s: %s", place.text, text);
    settings->error.origin = origin;
    return code;
}

/* The section as it was written where the value was given, or as it would be. */
static struct iptfs_text title_of(const struct iptfs_settings *settings, size_t target,
                                  const struct iptfs_given *given)
{
    static const char *const plain[] = {"scenario", "tunnel", "tunnel.reverse", "link",
                                        "link.reverse"};
    struct iptfs_text title;
    if (target >= IPTFS_TARGET_TRAFFIC)
        snprintf(title.text, sizeof title.text, IPTFS_TRAFFIC_PREFIX "%s",
                 settings->scenario->traffic[target - IPTFS_TARGET_TRAFFIC].name);
    else
        snprintf(title.text, sizeof title.text, "%s",
                 given->form != NULL ? given->form->title : plain[target]);
    return title;
}

static int refuse_key(struct iptfs_settings *settings, size_t target,
                      const struct iptfs_given *given, const char *key, int code, const char *why)
{
    struct iptfs_text title = title_of(settings, target, given);
    iptfs_settings_refuse_at(settings, given, code, "[%s] %s: %s", title.text,
                             iptfs_quoted(key).text, why);
    struct iptfs_error_origin *origin = &settings->error.origin;
    snprintf(origin->section, sizeof origin->section, "%s", title.text);
    snprintf(origin->key, sizeof origin->key, "%s", iptfs_quoted(key).text);
    return code;
}

static const struct iptfs_given *find_given(const struct iptfs_settings *settings, size_t target,
                                            const char *key)
{
    size_t index = 0;
    const struct iptfs_option *option =
        iptfs_section_find(iptfs_target_section(target), key, &index);
    IPTFS_ASSERT(option != NULL); /* the key of a row, never one of a user's */
    return &settings->targets[target].given[index];
}

bool iptfs_settings_gives(const struct iptfs_settings *settings, size_t target, const char *key)
{
    return find_given(settings, target, key)->form != NULL;
}

int iptfs_settings_refuse(struct iptfs_settings *settings, size_t target, const char *key, int code,
                          const char *allowed, ...)
{
    char list[256], why[400];
    va_list args;
    va_start(args, allowed);
    vsnprintf(list, sizeof list, allowed, args);
    va_end(args);
    const struct iptfs_option *option = iptfs_section_find(iptfs_target_section(target), key, NULL);
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

int iptfs_settings_refuse_section(struct iptfs_settings *settings, const struct iptfs_given *given,
                                  const char *title)
{
    struct iptfs_text found = iptfs_quoted(title), word = found, guess = {""};
    struct iptfs_suggest nearest = {.found = found.text};
    for (size_t i = 0; i < FORMS; i++)
        iptfs_suggest_offer(&nearest, forms[i].title);
    char *dot = strchr(word.text, '.');
    if (dot != NULL)
        *dot = '\0';
    /* The name is valid here; the part before it is wrong. */
    if (iptfs_word_distance(word.text, "traffic") <= 2) {
        snprintf(guess.text, sizeof guess.text, IPTFS_TRAFFIC_PREFIX "%.50s",
                 dot != NULL ? dot + 1 : "NAME");
        nearest.best = guess.text;
    }
    return iptfs_settings_refuse_at(
        settings, given, IPTFS_E_INVALID,
        "[%s]: found an unknown section, allowed: scenario, tunnel, link, traffic.NAME, "
        "tunnel.reverse, link.reverse, and .out or .in behind tunnel and tunnel.reverse%s",
        found.text, iptfs_suggest_hint(&nearest).text);
}

/* ------------------------------------------------------------------------------------- values */

/* Whether a section as it is written takes an option. */
static bool takes(const struct iptfs_section_form *form, const struct iptfs_option *option)
{
    return form->side == IPTFS_SIDE_BOTH || option->side == IPTFS_SIDE_BOTH ||
           option->side == form->side;
}

/* Lists the keys that a section takes. */
static void list_keys(const struct iptfs_section_form *form, char *buffer, size_t size)
{
    const struct iptfs_option *option;
    size_t length = 0;
    buffer[0] = '\0';
    for (size_t i = 0; (option = form->section->option_at(i)) != NULL; i++)
        if (takes(form, option) && length < size)
            length += (size_t)snprintf(buffer + length, size - length, "%s%s",
                                       length > 0 ? ", " : "", option->key);
}

/* A suggestion for a key: one nearly the same, or the same in another section. */
static void suggest_key(const struct iptfs_section *section, const char *key, char *buffer,
                        size_t size)
{
    const struct iptfs_section *other;
    struct iptfs_suggest nearest = {.found = key};
    iptfs_section_suggest(section, &nearest);
    snprintf(buffer, size, "%s", iptfs_suggest_hint(&nearest).text);
    for (size_t i = 0; nearest.best == NULL && (other = iptfs_section_at(i)) != NULL; i++)
        if (iptfs_section_find(other, key, NULL) != NULL) {
            snprintf(buffer, size, "; did you mean '%s' of [%s]?", key, other->name);
            return;
        }
}

static int refuse_unknown_key(struct iptfs_settings *settings, size_t target,
                              const struct iptfs_given *given, const char *key)
{
    char keys[760], guess[128], why[960];
    list_keys(given->form, keys, sizeof keys);
    suggest_key(given->form->section, iptfs_quoted(key).text, guess, sizeof guess);
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
             "found an option of direction %s, allowed: only in [tunnel%s.%s] or [tunnel%s] (it "
             "belongs to the %s's SA)",
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
    void *base =
        iptfs_section_base(given->form->section, iptfs_target_base(settings, target), option);
    int code = iptfs_option_set(option, base, given->text, &why);
    return code == 0 ? 0 : refuse_key(settings, target, given, option->key, code, why.text);
}

int iptfs_settings_take(struct iptfs_settings *settings, size_t target, struct iptfs_given *given,
                        const char *key, const char *text)
{
    size_t index;
    const struct iptfs_section_form *form = given->form;
    const struct iptfs_option *option = iptfs_section_find(form->section, key, &index);
    if (option == NULL)
        return refuse_unknown_key(settings, target, given, key);
    if (!takes(form, option))
        return refuse_side(settings, target, given, option);
    struct iptfs_given *known = &settings->targets[target].given[index];
    if (known->form != NULL && given->line != 0)
        return refuse_second(settings, target, known, given, key);
    given->text = keep_text(settings, text);
    if (given->text == NULL)
        return iptfs_settings_out_of_memory(settings);
    int code = set_option(settings, target, given, option);
    if (code == 0)
        *known = *given;
    return code;
}
