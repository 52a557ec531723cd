/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first half of reading a scenario: values from a file and from overrides go into the structs
 * of scenario.h, and for each value it is kept where it was given, so that a message can name the
 * line. Defaults are filled in by defaults.c, combinations of values are checked by check.c. */
#ifndef IPTFS_SCENARIO_SETTINGS_H
#define IPTFS_SCENARIO_SETTINGS_H

#include "base/error.h"
#include "option/direction.h"
#include "option/section.h"
#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* Most keys a section has. */
#define IPTFS_KEYS_MAX 64

/* A section as it may be written. Several of them can fill the same struct. */
struct iptfs_section_form {
    const char *title;
    const struct iptfs_section *section;
    enum iptfs_direction direction;
    enum iptfs_side side; /* of the options that it takes */
};

/* Where a value was given: in a line of the file or in an override. */
struct iptfs_given {
    const struct iptfs_section_form *form; /* as the section was written; NULL: not given */
    unsigned line;                         /* of the file; 0: in an override */
    size_t set;                            /* which override, from 0 */
    const char *text;                      /* the value as written */
};

/* A struct to fill, and where its values were given, by position of their rows. */
struct iptfs_target {
    unsigned line; /* of its first section line; 0 for none */
    struct iptfs_given given[IPTFS_KEYS_MAX];
};

/* Index of the targets that always exist; those of traffic sections follow. The second of two is
 * for the reverse direction. */
enum {
    IPTFS_TARGET_SCENARIO = 0,
    IPTFS_TARGET_TUNNEL = 1,
    IPTFS_TARGET_LINK = 3,
    IPTFS_TARGET_TRAFFIC = 5
};

struct iptfs_kept_text;

struct iptfs_settings {
    struct iptfs_scenario *scenario; /* what is filled; traffic grows */
    const char *path;                /* of the file, for messages */
    const char *const *sets;
    struct iptfs_target *targets;
    size_t target_capacity;
    struct iptfs_kept_text *texts;
    bool tunnel_only;         /* for packets of others: there is no traffic */
    struct iptfs_error error; /* the first error */
};

/* Nothing given yet; `scenario`, `path` and `sets` must outlive the settings. IPTFS_E_NO_MEMORY. */
int iptfs_settings_init(struct iptfs_settings *settings, struct iptfs_scenario *scenario,
                        const char *path, const char *const *sets);
void iptfs_settings_free(struct iptfs_settings *settings);

/* Takes all values of an INI text. Unknown sections and keys, bad values, options of the wrong
 * direction, and sections or keys that stand there twice are IPTFS_E_INVALID. */
int iptfs_settings_read(struct iptfs_settings *settings, const char *text);

/* Takes the overrides sets[0] to sets[count - 1], each "section.key=value". */
int iptfs_settings_override(struct iptfs_settings *settings, size_t count);

/* The kind of section that a target is of, and the struct that it fills. */
const struct iptfs_section *iptfs_target_section(size_t target);
void *iptfs_target_base(struct iptfs_settings *settings, size_t target);

/* How many targets there are. */
size_t iptfs_target_count(const struct iptfs_settings *settings);

/* Whether a key of a target was given. */
bool iptfs_settings_gives(const struct iptfs_settings *settings, size_t target, const char *key);

/* Fails with "PLACE: [SECTION] KEY: found 'VALUE', allowed: ..." for a value that does not go with
 * others. The place is the line or override that gave the value; for a default, the line of the
 * section. It is the error's origin, too. */
int iptfs_settings_refuse(struct iptfs_settings *settings, size_t target, const char *key, int code,
                          const char *allowed, ...) __attribute__((format(printf, 5, 6)));

/* ------------------------------------------------------------- only for read.c and override.c */

/* Before the name of a traffic section. */
#define IPTFS_TRAFFIC_PREFIX "traffic."

/* The section as it may be written, by title; NULL when there is none. Not for traffic. */
const struct iptfs_section_form *iptfs_section_form_named(const char *title);

/* That of all traffic sections. */
extern const struct iptfs_section_form iptfs_traffic_form;

/* The target that a section fills; not for traffic. */
size_t iptfs_target_of(const struct iptfs_section_form *form);

/* Takes one value, from a line or an override. */
int iptfs_settings_take(struct iptfs_settings *settings, size_t target, struct iptfs_given *given,
                        const char *key, const char *text);

/* Adds a traffic section with this name, whose section line is `line`. IPTFS_E_NO_MEMORY. */
int iptfs_settings_add_traffic(struct iptfs_settings *settings, const char *name, unsigned line);

/* Fails with "PLACE: WHAT". */
int iptfs_settings_refuse_at(struct iptfs_settings *settings, const struct iptfs_given *given,
                             int code, const char *what, ...) __attribute__((format(printf, 4, 5)));

/* Fails for an unknown section. */
int iptfs_settings_refuse_section(struct iptfs_settings *settings, const struct iptfs_given *given,
                                  const char *title);

int iptfs_settings_out_of_memory(struct iptfs_settings *settings);

#endif
