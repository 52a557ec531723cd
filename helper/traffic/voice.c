/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telephone calls in one direction. Each call sends a packet for every 20 ms of speech, of 160
 * octets (G.711) or 20 octets (G.729, two frames) and the headers of IP, UDP and RTP (40 octets
 * with IPv4, 60 with IPv6): RFC 3551, table 4. The phases of their clocks within 20 ms are random.
 *
 * With vad a packet is sent only when the call is in a talk spurt at the tick of its clock. Spurts
 * and pauses are exponential (P. T. Brady, "A model for generating on-off speech patterns in
 * two-way conversation", Bell System Technical Journal 48, 1969). Their means are those of ITU-T
 * P.59 (1993), table 1: 1.004 s and 1.587 s, a call talks 38.7 % of the time (there: 38.53 %).
 * Calls start in the stationary distribution of the two states. */
#include "traffic/users.h"

#define RTP_OCTETS 12u
#define G711_OCTETS 160u
#define G729_OCTETS 20u
#define FRAME_PS (20 * IPTFS_PS_PER_MS)

enum codec {
    CODEC_G711,
    CODEC_G729
};

struct voice_config {
    enum codec codec;
    uint32_t calls;
    bool vad;        /* no packets in pauses of speech */
    int64_t talk_ps; /* with vad: means of exponential lengths */
    int64_t pause_ps;
};

static const struct iptfs_word codec_words[] = {
    {"g711", CODEC_G711, "160 octets of speech a packet: 200 in all with IPv4", "ITU-T G.711"},
    {"g729", CODEC_G729, "20 octets of speech a packet: 60 in all with IPv4", "ITU-T G.729"},
    {NULL, 0, NULL, NULL},
};

#define FIELD(member) IPTFS_OPTION_FIELD(voice_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "codec",
        .kind = &iptfs_kind_word,
        FIELD(codec),
        .words = codec_words,
        .standard = "g711",
        .meaning = "speech codec: 50 packets a second of 20 ms each",
        .source = "RFC 3551, 4.5",
    },
    {
        .key = "calls",
        .kind = &iptfs_kind_number,
        FIELD(calls),
        .minimum = 1,
        .maximum = IPTFS_USERS_MAX,
        .standard = "1",
        .meaning = "calls at the same time, each with a random phase of its own",
    },
    {
        .key = "vad",
        .kind = &iptfs_kind_switch,
        FIELD(vad),
        .standard = "off",
        .meaning = "voice activity detection: no packets in pauses of speech",
        .source = "RFC 3551, 4.1",
    },
    {
        .key = "talk",
        .kind = &iptfs_kind_time,
        FIELD(talk_ps),
        .minimum = IPTFS_PS_PER_MS,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1.004s",
        .meaning = "with vad: mean of the exponential talk spurts",
        .source = "ITU-T P.59, table 1",
    },
    {
        .key = "pause",
        .kind = &iptfs_kind_time,
        FIELD(pause_ps),
        .minimum = IPTFS_PS_PER_MS,
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "1.587s",
        .meaning = "with vad: mean of the exponential pauses",
        .source = "ITU-T P.59, table 1",
    },
};

const struct iptfs_traffic_keys iptfs_keys_voice = {IPTFS_TRAFFIC_ROWS(rows),
                                                    .config_octets = sizeof(struct voice_config)};

struct voice {
    struct iptfs_users users;
    double mean_talk_ps;
    double mean_pause_ps;
};

/* The first tick of a call's clock, from at_ps on, that is in a talk spurt, or one at or after
 * `stop`. */
static int64_t next_talk_frame_ps(const struct voice *voice, struct iptfs_user *call, int64_t at_ps)
{
    while (at_ps >= call->talks_until_ps && at_ps < voice->users.flow.stop_ps) {
        int64_t pause_ps =
            iptfs_flow_round_ps(iptfs_random_exponential(call->others, voice->mean_pause_ps));
        int64_t talks_from_ps = iptfs_earlier(call->talks_until_ps + pause_ps, IPTFS_TIME_MAX_PS);
        call->talks_until_ps =
            talks_from_ps +
            iptfs_flow_round_ps(iptfs_random_exponential(call->lengths, voice->mean_talk_ps));
        if (talks_from_ps > at_ps)
            at_ps += (talks_from_ps - at_ps + FRAME_PS - 1) / FRAME_PS * FRAME_PS;
    }
    return at_ps;
}

static void voice_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct voice *voice = (struct voice *)source;
    struct iptfs_users *users = &voice->users;
    struct iptfs_user *call = &users->all[users->heap[0].index];
    int64_t at_ps = users->heap[0].at_ps + FRAME_PS;
    iptfs_flow_emit(&users->flow, arrival);
    if (call->lengths != NULL)
        at_ps = next_talk_frame_ps(voice, call, at_ps);
    iptfs_users_schedule(users, at_ps);
}

/* Exponential lengths have no memory: the rest of a talk spurt is as long as a new one. */
static int add_pauses(struct voice *voice, const struct iptfs_traffic_setup *setup,
                      struct iptfs_random *states)
{
    struct iptfs_users *users = &voice->users;
    double part_talking = voice->mean_talk_ps / (voice->mean_talk_ps + voice->mean_pause_ps);
    for (size_t i = 0; i < users->count; i++) {
        struct iptfs_user *call = &users->all[i];
        call->lengths = iptfs_users_stream(setup, IPTFS_RANDOM_ON, i);
        call->others = iptfs_users_stream(setup, IPTFS_RANDOM_OFF, i);
        if (call->lengths == NULL || call->others == NULL)
            return IPTFS_E_NO_MEMORY;
        call->talks_until_ps = users->flow.start_ps;
        if (iptfs_random_uniform(states) < part_talking)
            call->talks_until_ps +=
                iptfs_flow_round_ps(iptfs_random_exponential(call->lengths, voice->mean_talk_ps));
        struct iptfs_time_heap_entry *clock = &users->heap[i];
        clock->at_ps = next_talk_frame_ps(voice, call, clock->at_ps);
    }
    return IPTFS_OK;
}

static int start_vad(struct voice *voice, const struct iptfs_traffic_setup *setup)
{
    struct iptfs_random *states = iptfs_users_stream(setup, IPTFS_RANDOM_PHASE, 1);
    int code = states != NULL ? add_pauses(voice, setup, states) : IPTFS_E_NO_MEMORY;
    iptfs_random_free(states);
    return code;
}

static int voice_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                       struct iptfs_error *error)
{
    const struct voice_config *config = iptfs_traffic_config(setup->options, &iptfs_keys_voice);
    struct voice *voice = (struct voice *)flow;
    int code = iptfs_users_start(&voice->users, setup, config->calls, config->calls, FRAME_PS);
    flow->next.octets = iptfs_users_udp_ip_octets(flow->next.ip_version) + RTP_OCTETS +
                        (config->codec == CODEC_G711 ? G711_OCTETS : G729_OCTETS);
    voice->mean_talk_ps = (double)config->talk_ps;
    voice->mean_pause_ps = (double)config->pause_ps;
    if (code == IPTFS_OK && config->vad)
        code = start_vad(voice, setup);
    if (code != IPTFS_OK)
        return iptfs_fail_no_memory(error);
    iptfs_users_schedule_first(&voice->users);
    return IPTFS_OK;
}

const struct iptfs_traffic_type iptfs_traffic_voice = {
    .name = "voice",
    .meaning = "telephone calls: RTP packets of 20 ms of speech each",
    .source = "RFC 3551",
    .keys = {&iptfs_keys_voice, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, voice_take, NULL},
    .state_octets = sizeof(struct voice),
    .start = voice_start,
    .release = iptfs_users_release,
};
