/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/scenario.h"

#include "scenario/config.h"

#include "base/units.h"
#include "esp/esp.h"
#include "files/textfile.h"
#include "link/link.h"
#include "ns3/sim.h"
#include "packet/aggfrag.h"
#include "scenario/impair_list.h"
#include "scenario/sections.h"
#include "scenario/settings.h"
#include "sender/packer_aggfrag.h"
#include "stats/leak.h"
#include "text/quantity.h"
#include "text/real.h"
#include "traffic/host.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------------------------- defaults */

/* A section of the reverse direction takes what it does not say from the forward one. */
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
                                 "nothing, for %s %s does not use it", kind->key, word);
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

/* What the ends ask of each other, unless told otherwise, and what comes of it. */
static void negotiate(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_tunnel_options *tunnel = &scenario->tunnel[i];
        if (!iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + i, "require-cc"))
            tunnel->require_cc = iptfs_mode_at(tunnel->mode)->congestion;
    }
    struct iptfs_agreement agreement = iptfs_config_agreement(scenario);
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++)
        scenario->tunnel[i].refused = agreement.outcome == IPTFS_AGGFRAG_REFUSED;
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
    /* Congestion information comes back the other way, whether there is traffic or not. */
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        if (iptfs_config_mode(&scenario->tunnel[i])->congestion)
            scenario->bidirectional = true;
    return 0;
}

static int fill(struct iptfs_settings *settings)
{
    int code = 0;
    for (size_t target = 0; target < iptfs_target_count(settings) && code == 0; target++)
        code = fill_target(settings, target);
    return code != 0 ? code : fill_rest(settings);
}

/* -------------------------------------------------------------------------------- other files */

static int resolve_path(struct iptfs_settings *settings, size_t target, const char *key,
                        char **path)
{
    if (*path == NULL)
        *path = strdup("");
    if (*path == NULL)
        return IPTFS_E_NO_MEMORY;
    if (**path == '\0')
        return 0;
    char *absolute = iptfs_path_beside(settings->path, *path);
    if (absolute == NULL)
        return iptfs_settings_refuse(settings, target, key, IPTFS_E_IO, "a file to read (%s)",
                                     strerror(errno));
    free(*path);
    *path = absolute;
    return 0;
}

static int open_files(struct iptfs_settings *settings)
{
    struct iptfs_scenario *scenario = settings->scenario;
    int code = 0;
    for (size_t i = 0; i < IPTFS_DIRECTIONS && code == 0; i++) {
        struct iptfs_link_options *link = &scenario->link[i];
        code = resolve_path(settings, IPTFS_TARGET_LINK + i, "impair-list", &link->impair_path);
        if (code == 0 && *link->impair_path != '\0')
            code = iptfs_impair_list_load(link->impair_path, &link->impair_items,
                                          &link->impair_count, &settings->error);
    }
    for (size_t i = 0; i < scenario->traffic_count && code == 0; i++) {
        struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        code = resolve_path(settings, IPTFS_TARGET_TRAFFIC + i, "file", &traffic->file_path);
    }
    return code;
}

/* ------------------------------------------------------------------------------------- checks */

/* On demand an outer packet must hold at least one inner octet, by pkt-size and by the path's MTU.
 */
static int check_on_demand(struct iptfs_settings *settings, size_t direction,
                           const struct iptfs_sender_config *sender)
{
    uint32_t headers = iptfs_packer_head_octets(&sender->esp);
    if (sender->pkt_size_octets != 0 && sender->pkt_size_octets <= headers)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_TUNNEL + direction, "pkt-size", IPTFS_E_INVALID,
            "%uB to 65535B, for the headers take %u octets, or 0 (path MTU)", headers + 1, headers);
    uint32_t least = iptfs_esp_outer_octets(&sender->esp, IPTFS_AGGFRAG_OCTETS + 1);
    if (sender->mtu_octets < least)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_LINK + direction, "mtu", IPTFS_E_INVALID,
            "%uB to 65535B, for an outer packet with one inner octet takes "
            "%u octets",
            least, least);
    return 0;
}

/* Packets of one size have the size that is asked for: one that ESP can have, and the path carry.
 */
static int check_fixed_size(struct iptfs_settings *settings, size_t direction,
                            const struct iptfs_sender_config *sender)
{
    uint32_t size = sender->pkt_size_octets;
    uint32_t shortest = iptfs_esp_outer_octets(&sender->esp, IPTFS_PLAIN_PAYLOAD_MIN);
    uint32_t longest = iptfs_esp_outer_octets(
        &sender->esp, iptfs_esp_payload_max(&sender->esp, sender->mtu_octets));
    if (size == 0 || (size >= shortest && size <= longest && (size - shortest) % 4 == 0))
        return 0;
    return iptfs_settings_refuse(
        settings, IPTFS_TARGET_TUNNEL + direction, "pkt-size", IPTFS_E_INVALID,
        "%uB to %uB in steps of 4 (ESP pads to 4 octets), or 0 (path MTU)", shortest, longest);
}

/* A mode with a rate needs one, and only one. */
static int check_rates(struct iptfs_settings *settings, size_t direction,
                       const struct iptfs_sender_config *sender)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    unsigned rates = iptfs_config_rates(tunnel);
    if (rates == 0 && sender->mode->rated)
        return iptfs_settings_refuse(
            settings, IPTFS_TARGET_TUNNEL + direction, "l3-fixed-rate", IPTFS_E_INVALID,
            "l3-fixed-rate, l2-fixed-rate or pps above 0 (mode %s needs it)", sender->mode->name);
    if (rates > 1)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_TUNNEL + direction,
                                     tunnel->pps > 0 ? "pps" : "l2-fixed-rate", IPTFS_E_INVALID,
                                     "one of l3-fixed-rate, l2-fixed-rate and pps alone");
    return 0;
}

/* Options of which the one leaves nothing to the other. */
static int check_senseless(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    size_t target = IPTFS_TARGET_TUNNEL + direction;
    if (tunnel->all_pad_every == 1)
        return iptfs_settings_refuse(settings, target, "all-pad-every", IPTFS_E_INVALID,
                                     "0, or 2 and more (1 would leave no packet for data)");
    if (tunnel->max_rate_bps > 0 && tunnel->min_rate_bps > tunnel->max_rate_bps)
        return iptfs_settings_refuse(settings, target, "min-rate", IPTFS_E_INVALID,
                                     "0 to max-rate, %s",
                                     iptfs_exact_rate(tunnel->max_rate_bps).text);
    return 0;
}

/* At a constant rate silence is loss: packets must come often enough to tell. */
static int check_breaker(struct iptfs_settings *settings, size_t direction,
                         const struct iptfs_sender_config *sender)
{
    const struct iptfs_tunnel_options *tunnel = &settings->scenario->tunnel[direction];
    if (tunnel->circuit_breaker.loss == 0.0 || !sender->mode->rated)
        return 0;
    uint64_t gap_ps = sender->slot_numerator / sender->slot_denominator;
    int64_t least_ps = gap_ps < (uint64_t)IPTFS_TIME_MAX_PS / IPTFS_CIRCUIT_BREAKER_INTERVALS
                           ? (int64_t)gap_ps * IPTFS_CIRCUIT_BREAKER_INTERVALS
                           : IPTFS_TIME_MAX_PS;
    if (tunnel->circuit_breaker.time_ps >= least_ps)
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_TUNNEL + direction, "circuit-breaker",
                                 IPTFS_E_INVALID, "a time of %s (%d packets at this rate) or more",
                                 iptfs_exact_time(least_ps).text, IPTFS_CIRCUIT_BREAKER_INTERVALS);
}

/* With each MTU there must be room for data, or nothing could be sent from then on. */
static int check_mtu_changes(struct iptfs_settings *settings, size_t direction,
                             const struct iptfs_sender_config *sender)
{
    const struct iptfs_timed_list *list = &settings->scenario->link[direction].mtu_changes;
    for (size_t i = 0; i < list->count; i++) {
        struct iptfs_sender_config then = *sender;
        struct iptfs_sender scratch;
        then.mtu_octets = (uint32_t)list->item[i].value;
        if (iptfs_sender_init(&scratch, &then, NULL, NULL, NULL) != IPTFS_OK)
            return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "mtu-changes",
                                         IPTFS_E_INVALID,
                                         "MTUs that leave room for data behind the headers "
                                         "(%uB does not)",
                                         then.mtu_octets);
    }
    return 0;
}

static int check_mode(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_sender_config sender =
        iptfs_config_sender(&scenario->tunnel[direction], &scenario->link[direction]);
    int code = check_rates(settings, direction, &sender);
    if (code == 0)
        code = check_senseless(settings, direction);
    if (code == 0)
        code = check_breaker(settings, direction, &sender);
    if (code != 0)
        return code;
    if (sender.mode->aggfrag && !sender.mode->fixed_size)
        return check_on_demand(settings, direction, &sender);
    uint32_t least = iptfs_esp_outer_octets(&sender.esp, IPTFS_PLAIN_PAYLOAD_MIN);
    if (sender.mtu_octets < least)
        return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "mtu",
                                     IPTFS_E_INVALID, "%uB to 65535B in mode %s", least,
                                     sender.mode->name);
    return sender.mode->fixed_size ? check_fixed_size(settings, direction, &sender) : 0;
}

static int check_tunnel(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    struct iptfs_sender_config sender =
        iptfs_config_sender(&scenario->tunnel[direction], &scenario->link[direction]);
    int code = check_mode(settings, direction);
    return code != 0 ? code : check_mtu_changes(settings, direction, &sender);
}

/* What an end asks for must go with the mode in which it sends, and its peer must be able to give
 * it.
 */
static int check_negotiation(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    const struct iptfs_tunnel_options *tunnel = &scenario->tunnel[direction];
    const struct iptfs_mode *mode = iptfs_mode_at(tunnel->mode);
    size_t target = IPTFS_TARGET_TUNNEL + direction, back = IPTFS_TARGET_TUNNEL + (1 - direction);
    if ((tunnel->unknown_flags & IPTFS_FLAGS_KNOWN) != 0)
        return iptfs_settings_refuse(settings, target, "unknown-flags", IPTFS_E_INVALID,
                                     "a multiple of 4, for 1 and 2 are known: accept-fragments and "
                                     "require-cc");
    if (tunnel->require_cc && !mode->congestion)
        return iptfs_settings_refuse(settings, target, "require-cc", IPTFS_E_INVALID,
                                     "off, for mode %s has no congestion control", mode->name);
    if (!tunnel->require_cc && mode->congestion)
        return iptfs_settings_refuse(settings, target, "require-cc", IPTFS_E_INVALID,
                                     "on, for mode %s follows what comes back", mode->name);
    if (iptfs_config_agreement(scenario).feedback[direction] != IPTFS_FEEDBACK_MISSING)
        return 0;
    return iptfs_settings_refuse(settings, back, "mode", IPTFS_E_INVALID,
                                 "%s, or one of plain ESP, for the other direction asks for "
                                 "congestion information (require-cc)",
                                 mode->name);
}

/* Keys that say more about another one, which nobody gave. One that is given as 0 is meant: for the
 * one point of a sweep in which it is off. The reverse direction knows all that the other one
 * gives, and may be the one that both keys are for. */
static int check_idle_keys(struct iptfs_settings *settings, size_t direction)
{
    static const struct {
        const char *key, *of;
    } rows[] = {
        {"gemodel-r", "gemodel-p"},         {"gemodel-bad", "gemodel-p"},
        {"reorder-correlation", "reorder"}, {"duplicate-correlation", "duplicate"},
        {"jitter-distribution", "jitter"},  {"jitter-correlation", "jitter"},
        {"jitter-keeps-order", "jitter"},
    };
    size_t target = IPTFS_TARGET_LINK + direction;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (iptfs_settings_gives(settings, target, rows[i].key) &&
            !iptfs_settings_gives(settings, IPTFS_TARGET_LINK + IPTFS_REVERSE, rows[i].of))
            return iptfs_settings_refuse(settings, target, rows[i].key, IPTFS_E_INVALID,
                                         "nothing without %s (%s = 0 switches it off)", rows[i].of,
                                         rows[i].of);
    return 0;
}

static int check_impairments(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_link_options *link = &settings->scenario->link[direction];
    int code = check_idle_keys(settings, direction);
    if (code != 0)
        return code;
    if (link->impairments.ce.probability > 0 &&
        !iptfs_settings_gives(settings, IPTFS_TARGET_TUNNEL + direction, "ecn"))
        return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "ce", IPTFS_E_INVALID,
                                     "0 without tunnel.ecn, for no outer packet is ECN-capable");
    if (link->impairments.gemodel.p == 0.0 || link->impairments.gemodel.r > 0)
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_LINK + direction, "gemodel-r",
                                 IPTFS_E_INVALID,
                                 "above 0 with gemodel-p above 0, or the first bad state never "
                                 "ends");
}

/* What ns-3's own link cannot do. */
static int check_p2p(struct iptfs_settings *settings, size_t direction)
{
    const struct iptfs_link_options *link = &settings->scenario->link[direction];
    size_t target = IPTFS_TARGET_LINK + direction;
    if (link->device != IPTFS_DEVICE_P2P)
        return 0;
    if (link->framing == IPTFS_FRAMING_NONE)
        return iptfs_settings_refuse(settings, target, "framing", IPTFS_E_INVALID,
                                     "ethernet, ppp with device p2p");
    if (link->rate_bps < IPTFS_NS3_RATE_MIN_BPS || link->rate_bps > IPTFS_NS3_RATE_MAX_BPS)
        return iptfs_settings_refuse(settings, target, "rate", IPTFS_E_INVALID,
                                     "%s to %s with device p2p",
                                     iptfs_exact_rate(IPTFS_NS3_RATE_MIN_BPS).text,
                                     iptfs_exact_rate(IPTFS_NS3_RATE_MAX_BPS).text);
    if (link->rate_changes.count > 0)
        return iptfs_settings_refuse(settings, target, "rate-changes", IPTFS_E_INVALID,
                                     "none with device p2p, whose rate stays");
    if (link->delay_ps > IPTFS_NS3_DELAY_MAX_PS)
        return iptfs_settings_refuse(settings, target, "delay", IPTFS_E_INVALID,
                                     "0 to %s with device p2p",
                                     iptfs_exact_time(IPTFS_NS3_DELAY_MAX_PS).text);
    if (link->queue.count == 0 || link->queue.count > IPTFS_NS3_QUEUE_MAX)
        return iptfs_settings_refuse(settings, target, "queue", IPTFS_E_INVALID,
                                     "1p to %up, or 1B to %uB, with device p2p",
                                     IPTFS_NS3_QUEUE_MAX, IPTFS_NS3_QUEUE_MAX);
    return 0;
}

/* The path of a section's packets: what the types' checks need to know of tunnel and link. */
static struct iptfs_traffic_path path_of(const struct iptfs_scenario *scenario,
                                         enum iptfs_direction direction)
{
    const struct iptfs_link_options *link = &scenario->link[direction];
    const struct iptfs_tunnel_options *tunnel = &scenario->tunnel[direction];
    struct iptfs_esp esp;
    iptfs_esp_init(&esp, iptfs_cipher_at(tunnel->cipher), (int)tunnel->outer_version);
    uint32_t payload_octets =
        iptfs_packer_linux_payload(&esp, tunnel->pkt_size_octets, iptfs_config_mtu_most(link));
    uint32_t outer_octets = iptfs_esp_outer_octets(&esp, IPTFS_AGGFRAG_OCTETS + payload_octets);
    return (struct iptfs_traffic_path){
        .link_section = direction == IPTFS_REVERSE ? "link.reverse" : "link",
        .link_rate_bps = link->rate_bps,
        .queue_octets = link->queue.in_pkts ? 0 : link->queue.count,
        .outer_octets = iptfs_framed_octets(link->framing, outer_octets),
        .direct = scenario->link[IPTFS_FORWARD].device == IPTFS_DEVICE_DIRECT &&
                  scenario->link[IPTFS_REVERSE].device == IPTFS_DEVICE_DIRECT,
    };
}

/* A type refuses a key of its section or of the link; where the key was given is known here. */
static int check_type(struct iptfs_settings *settings, size_t index)
{
    const struct iptfs_traffic_options *traffic = &settings->scenario->traffic[index];
    const struct iptfs_traffic_type *type = iptfs_traffic_type_of(traffic);
    const struct iptfs_traffic_path path = path_of(settings->scenario, traffic->direction);
    struct iptfs_error why = {0};
    if (type->check == NULL || type->check(traffic, &path, &why) == IPTFS_OK)
        return 0;
    bool of_link = strcmp(why.origin.section, path.link_section) == 0;
    size_t target =
        of_link ? IPTFS_TARGET_LINK + (size_t)traffic->direction : IPTFS_TARGET_TRAFFIC + index;
    return iptfs_settings_refuse(settings, target, why.origin.key, why.code, "%s", why.text);
}

static int check_traffic(struct iptfs_settings *settings, size_t index)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    const struct iptfs_traffic_options *traffic = &scenario->traffic[index];
    size_t target = IPTFS_TARGET_TRAFFIC + index;
    if (traffic->start_ps >= traffic->stop_ps) {
        bool by_stop = iptfs_settings_gives(settings, target, "stop");
        return iptfs_settings_refuse(
            settings, target, by_stop ? "stop" : "start", IPTFS_E_INVALID, "a time %s %s %s",
            by_stop ? "after" : "before", by_stop ? "start," : "the end of the run,",
            iptfs_exact_time(by_stop ? traffic->start_ps : traffic->stop_ps).text);
    }
    return check_type(settings, index);
}

/* Without inner packets only a tunnel with a rate sends any. */
static int check_idle(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    if (settings->tunnel_only || scenario->traffic_count > 0 ||
        iptfs_config_mode(&scenario->tunnel[IPTFS_FORWARD])->paced)
        return 0;
    return iptfs_fail(&settings->error, IPTFS_E_INVALID,
                      "%s: found no [traffic.NAME] section, allowed: 1 to %u of them, or none in a "
                      "mode with a rate",
                      iptfs_quoted_path(settings->path).text, IPTFS_TRAFFIC_MAX);
}

static int check_host_count(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    unsigned count = 0;
    for (size_t i = 0; i < scenario->traffic_count; i++) {
        count += iptfs_traffic_hosted(&scenario->traffic[i]);
        if (count > IPTFS_NS3_HOSTS_SECTIONS_MAX)
            return iptfs_settings_refuse(settings, IPTFS_TARGET_TRAFFIC + i, "type",
                                         IPTFS_E_INVALID,
                                         "%u sections of ns-3's applications at most (one may have "
                                         "many flows)",
                                         IPTFS_NS3_HOSTS_SECTIONS_MAX);
    }
    return 0;
}

static int check_leak(struct iptfs_settings *settings)
{
    const struct iptfs_scenario *scenario = settings->scenario;
    int64_t intervals = scenario->duration_ps / scenario->leak_interval_ps;
    if (!scenario->leak ||
        (intervals >= IPTFS_LEAK_INTERVALS_MIN && intervals <= IPTFS_LEAK_INTERVALS_MAX))
        return 0;
    return iptfs_settings_refuse(settings, IPTFS_TARGET_SCENARIO, "leak-interval", IPTFS_E_INVALID,
                                 "%d to %d of them within the duration of %s",
                                 IPTFS_LEAK_INTERVALS_MIN, IPTFS_LEAK_INTERVALS_MAX,
                                 iptfs_exact_time(scenario->duration_ps).text);
}

static int check(struct iptfs_settings *settings)
{
    int code = check_idle(settings);
    if (code == 0)
        code = check_host_count(settings);
    if (code == 0)
        code = check_leak(settings);
    for (size_t i = 0; i < IPTFS_DIRECTIONS && code == 0; i++) {
        code = check_tunnel(settings, i);
        if (code == 0)
            code = check_negotiation(settings, i);
        if (code == 0)
            code = check_impairments(settings, i);
        if (code == 0)
            code = check_p2p(settings, i);
    }
    for (size_t i = 0; i < settings->scenario->traffic_count && code == 0; i++)
        code = check_traffic(settings, i);
    return code;
}

/* ------------------------------------------------------------------------------ load and free */

static int build(struct iptfs_settings *settings, const char *text, size_t n_sets)
{
    int code = iptfs_settings_read(settings, text);
    if (code == 0)
        code = iptfs_settings_override(settings, n_sets);
    if (code == 0)
        code = fill(settings);
    if (code == 0)
        code = open_files(settings);
    return code != 0 ? code : check(settings);
}

static int parse(struct iptfs_scenario *s, bool alone, const char *text, const char *path,
                 const char *const *sets, size_t n_sets, struct iptfs_error *error)
{
    struct iptfs_settings settings;
    *s = (struct iptfs_scenario){.path = strdup(path), .bidirectional = alone};
    int code = iptfs_settings_init(&settings, s, path, sets);
    settings.tunnel_only = alone;
    if (code == 0)
        code = s->path == NULL ? IPTFS_E_NO_MEMORY : build(&settings, text, n_sets);
    if (code != 0) {
        if (settings.error.code != code)
            iptfs_fail(&settings.error, code, "%s", iptfs_error_name(code));
        if (error != NULL)
            *error = settings.error;
        iptfs_scenario_free(s);
    }
    iptfs_settings_free(&settings);
    return code;
}

int iptfs_scenario_parse_text(struct iptfs_scenario *s, const char *text, const char *path,
                              const char *const *sets, size_t n_sets, struct iptfs_error *error)
{
    return parse(s, false, text, path, sets, n_sets, error);
}

int iptfs_scenario_parse_tunnel(struct iptfs_scenario *s, const char *const *sets, size_t n_sets,
                                struct iptfs_error *error)
{
    return parse(s, true, "", "tunnel", sets, n_sets, error);
}

int iptfs_scenario_load(struct iptfs_scenario *s, const char *path, const char *const *sets,
                        size_t n_sets, struct iptfs_error *error)
{
    char *text;
    *s = (struct iptfs_scenario){0};
    int code = iptfs_textfile_read(path, &text, error);
    if (code != 0)
        return code;
    code = iptfs_scenario_parse_text(s, text, path, sets, n_sets, error);
    free(text);
    return code;
}

static void clear_section(const struct iptfs_section *section, void *base)
{
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++)
        iptfs_option_clear(option, iptfs_section_base(section, base, option));
}

void iptfs_scenario_free(struct iptfs_scenario *s)
{
    for (size_t i = 0; i < s->traffic_count; i++) {
        iptfs_traffic_options_free(&s->traffic[i]);
    }
    free(s->traffic);
    for (size_t i = 0; i < IPTFS_DIRECTIONS; i++) {
        clear_section(&iptfs_section_tunnel, &s->tunnel[i]);
        clear_section(&iptfs_section_link, &s->link[i]);
        free(s->link[i].impair_items);
    }
    clear_section(&iptfs_section_scenario, s);
    free(s->path);
    *s = (struct iptfs_scenario){0};
}

/* -------------------------------------------------------------------------------------- print */

static void print_section(const struct iptfs_section *section, const void *base, FILE *out)
{
    unsigned kind = iptfs_section_kind(section, base);
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++) {
        if (!iptfs_section_uses(section, option, kind))
            continue;
        const void *part = iptfs_section_const_base(section, base, option);
        fprintf(out, "%s =%s", option->key, iptfs_option_empty(option, part) ? "" : " ");
        iptfs_option_print(option, part, out);
        fputc('\n', out);
    }
}

void iptfs_scenario_print(const struct iptfs_scenario *s, FILE *out)
{
    fputs("[scenario]\n", out);
    print_section(&iptfs_section_scenario, s, out);
    for (int i = 0; i < (s->bidirectional ? 2 : 1); i++) {
        fprintf(out, "\n[tunnel%s]\n", i == IPTFS_REVERSE ? ".reverse" : "");
        print_section(&iptfs_section_tunnel, &s->tunnel[i], out);
        fprintf(out, "\n[link%s]\n", i == IPTFS_REVERSE ? ".reverse" : "");
        print_section(&iptfs_section_link, &s->link[i], out);
    }
    for (size_t i = 0; i < s->traffic_count; i++) {
        fprintf(out, "\n[traffic.%s]\n", s->traffic[i].name);
        print_section(&iptfs_section_traffic, &s->traffic[i], out);
    }
}
