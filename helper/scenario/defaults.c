/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/defaults.h"

#include "scenario/sections.h"
#include "scenario/to_model.h"
#include "traffic/host.h"
#include "traffic/types.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A section of the reverse direction takes the values that it does not give from the forward one.
 */
static bool has_parent(size_t target)
{
    return target == IPTFS_TARGET_TUNNEL + IPTFS_REVERSE ||
           target == IPTFS_TARGET_LINK + IPTFS_REVERSE;
}

static int fill_option(struct iptfs_settings *settings, size_t target, size_t index)
{
    const struct iptfs_section *section = iptfs_target_section(target);
    const struct iptfs_option *option = section->option_at(index);
    struct iptfs_given *given = &settings->targets[target].given[index];
    void *base = iptfs_section_base(section, iptfs_target_base(settings, target), option);
    if (given->form != NULL)
        return 0;
    if (has_parent(target) && settings->targets[target - 1].given[index].form != NULL) {
        *given = settings->targets[target - 1].given[index];
        return iptfs_option_copy(
            option, base,
            iptfs_section_base(section, iptfs_target_base(settings, target - 1), option));
    }
    return option->standard != NULL ? iptfs_option_set(option, base, option->standard, NULL) : 0;
}

static int refuse_unused(struct iptfs_settings *settings, size_t target,
                         const struct iptfs_option *option, const struct iptfs_option *kind,
                         const char *word)
{
    return iptfs_settings_refuse(settings, target, option->key, IPTFS_E_INVALID,
                                 "nothing (%s %s does not use it)", kind->key, word);
}

static int refuse_missing(struct iptfs_settings *settings, size_t target,
                          const struct iptfs_option *option, const struct iptfs_option *kind,
                          const char *word)
{
    char allowed[160];
    iptfs_option_allowed(option, allowed, sizeof allowed);
    if (option == kind)
        return iptfs_settings_refuse(settings, target, option->key, IPTFS_E_INVALID, "%s", allowed);
    return iptfs_settings_refuse(settings, target, option->key, IPTFS_E_INVALID,
                                 "%s (%s %s needs it)", allowed, kind->key, word);
}

/* The options that a section's kind does not use must not be there, and stay 0. */
static int fill_by_kind(struct iptfs_settings *settings, size_t target, size_t index,
                        const struct iptfs_option *kind_option)
{
    const struct iptfs_section *section = iptfs_target_section(target);
    const struct iptfs_option *option = section->option_at(index);
    unsigned kind = iptfs_section_kind(section, iptfs_target_base(settings, target));
    const char *word = kind_option != NULL ? iptfs_option_word_of(kind_option, kind) : "";
    bool given = settings->targets[target].given[index].form != NULL;
    bool used = iptfs_section_uses(section, option, kind);
    if (given && !used)
        return refuse_unused(settings, target, option, kind_option, word);
    if (!given && used && option->required)
        return refuse_missing(settings, target, option, kind_option, word);
    return used ? fill_option(settings, target, index) : 0;
}

static int fill_target(struct iptfs_settings *settings, size_t target)
{
    const struct iptfs_section *section = iptfs_target_section(target);
    const struct iptfs_option *kind_option = NULL;
    int code = 0;
    size_t kind_index;
    if (section->kind_key != NULL) {
        kind_option = iptfs_section_find(section, section->kind_key, &kind_index);
        code = fill_by_kind(settings, target, kind_index, kind_option);
    }
    for (size_t i = 0; section->option_at(i) != NULL && code == 0; i++)
        code = fill_by_kind(settings, target, i, kind_option);
    return code;
}

/* The file's name without folder and extension, where it can be one. */
static char *default_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *name = strdup(slash != NULL ? slash + 1 : path);
    if (name == NULL)
        return NULL;
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name)
        *dot = '\0';
    if (strlen(name) > IPTFS_SCENARIO_NAME_MAX)
        name[IPTFS_SCENARIO_NAME_MAX] = '\0';
    for (char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c >= 0x80 || (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL))
            *c = '_';
    if (*name == '.' || *name == '-')
        *name = '_';
    if (*name != '\0')
        return name;
    free(name);
    return strdup("scenario");
}

/* Whether congestion information is returned where congestion-info is not given: to a peer that
 * requests it, and with a request of one's own, for the peer needs the round-trip time. Not on
 * demand: Linux refuses such payloads. */
static bool informs(const struct iptfs_scenario *scenario, size_t direction)
{
    const struct iptfs_tunnel_options *tunnel = &scenario->tunnel[direction];
    const struct iptfs_mode *mode = iptfs_mode_at(tunnel->mode);
    bool requested = scenario->tunnel[1 - direction].require_cc;
    if (!mode->aggfrag)
        return mode->encrypted && requested;
    return mode->congestion || (mode->paced && (requested || tunnel->require_cc));
}

/* What the ends request from each other where require-cc is not given, and the outcome. */
static void negotiate(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_tunnel_options *tunnel = &scenario->tunnel[i];
        if (!iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + i, "require-cc"))
            tunnel->require_cc =
                iptfs_mode_at(tunnel->mode)->congestion || tunnel->event_breaker.loss > 0;
    }
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++)
        if (!iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + i, "congestion-info"))
            scenario->tunnel[i].congestion_info = informs(scenario, i);
    struct iptfs_agreement agreement = iptfs_config_agreement(scenario);
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++)
        scenario->tunnel[i].refused = agreement.outcome == IPTFS_AGGFRAG_REFUSED;
}

/* What inner packets get of CE marks, where ecn-decap is not given: nothing where congestion
 * control heeds the marks; elsewhere a mark that nobody heeds would hide congestion. */
static void fill_ecn_decap(struct iptfs_settings *settings)
{
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[i];
        const struct iptfs_mode *mode = iptfs_config_mode(tunnel);
        if (iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + i, "ecn-decap"))
            continue;
        tunnel->receiver.ecn_decap = IPTFS_ECN_DECAP_NOTHING;
        if (tunnel->ecn && !mode->congestion)
            tunnel->receiver.ecn_decap =
                mode->aggfrag ? IPTFS_ECN_DECAP_RFC6040 : IPTFS_ECN_DECAP_MARK;
    }
}

/* The outer DSCP, where dscp is not given: RFC 4301 copies it, RFC 9347, 2.2.5.3, does not. */
static void fill_dscp(struct iptfs_settings *settings)
{
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[i];
        if (!iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + i, "dscp"))
            tunnel->sender.dscp = iptfs_config_mode(tunnel)->aggfrag ? 0 : IPTFS_DSCP_COPY;
    }
}

/* Defaults that are not constant. */
static int fill_rest(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    if (scenario->name == NULL)
        scenario->name = default_name(settings->path);
    if (scenario->name == NULL)
        return IPTFS_E_NO_MEMORY;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        if (!iptfs_settings_gives(settings, IPTFS_TARGET_TRAFFIC + i, "stop"))
            traffic->stop_ps = scenario->duration_ps;
        /* ns-3's hosts answer: at least with acknowledgements. */
        if (traffic->direction == IPTFS_REVERSE || iptfs_traffic_hosted(traffic))
            scenario->bidirectional = true;
        const struct iptfs_traffic_type *type = iptfs_traffic_type_of(traffic);
        if (type->complete != NULL)
            type->complete(traffic);
    }
    negotiate(settings);
    fill_ecn_decap(settings);
    fill_dscp(settings);
    /* Congestion information is returned in the other direction, with or without traffic. */
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        if (iptfs_config_mode(&scenario->tunnel[i])->aggfrag &&
            (scenario->tunnel[i].require_cc || scenario->tunnel[i].congestion_info))
            scenario->bidirectional = true;
    return 0;
}

int iptfs_scenario_fill(struct iptfs_settings *settings)
{
    int code = 0;
    for (size_t target = 0; target < iptfs_target_count(settings) && code == 0; target++)
        code = fill_target(settings, target);
    return code != 0 ? code : fill_rest(settings);
}
