/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first half of reading a scenario: values from a file and from overrides go into the structs
 * of scenario.h, and for each is remembered where it was given, so that what does not go together
 * can be blamed on a line. Defaults and checks are the second half, in scenario.c. */
#ifndef IPTFS_SCENARIO_SETTINGS_H
#define IPTFS_SCENARIO_SETTINGS_H

#include "base/error.h"
#include "scenario/option.h"
#include "scenario/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/* Most keys a section has. */
#define IPTFS_KEYS_MAX 64

/* A section as it may be written. Several of them can fill the same struct. */
struct iptfs_form {
    const char *title;
    enum iptfs_section section;
    enum iptfs_direction direction;
    enum iptfs_side side; /* whose options it takes */
};

/* Where a value comes from: a line of the file or an override. */
struct iptfs_given {
    const struct iptfs_form *form; /* as the section was written; NULL: not given */
    unsigned line;                 /* of the file; 0: from an override */
    size_t set;                    /* which override, from 0 */
    const char *text;              /* the value as written */
};

/* A struct to fill, and by position in the option table what is known of its keys. */
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

struct iptfs_note; /* a kept text */

struct iptfs_settings {
    struct iptfs_scenario *scenario; /* what is filled; traffic grows */
    const char *path;                /* of the file, for messages */
    const char *const *sets;
    struct iptfs_target *targets;
    size_t target_capacity;
    struct iptfs_note *notes;
    bool alone;               /* a tunnel for packets of others: there is no traffic */
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

enum iptfs_section iptfs_target_section(size_t target);

/* The struct that a target fills. */
void *iptfs_target_base(struct iptfs_settings *settings, size_t target);

/* Whether a key of a target was given. */
bool iptfs_settings_gives(const struct iptfs_settings *settings, size_t target, const char *key);

/* Fails with "PLACE: [SECTION] KEY: found 'VALUE', allowed: ..." for a value that does not go with
 * others. The place is the line or override that gave the value; for a default, the line of the
 * section. */
int iptfs_settings_blame(struct iptfs_settings *settings, size_t target, const char *key, int code,
                         const char *allowed, ...) __attribute__((format(printf, 5, 6)));

#endif
