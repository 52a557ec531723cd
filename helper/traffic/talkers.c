/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic/talkers.h"

#include "traffic/options.h"
#include "traffic/time_heap.h"

#include <math.h>
#include <stdlib.h>

#define RTP_OCTETS 12u
#define GAME_PAYLOAD_MAX_OCTETS 1400.0
#define FRAME_PS (20 * IPTFS_PS_PER_MS)
#define GAME_FIRST_PS (40 * IPTFS_PS_PER_MS)

/* Of a largest extreme value distribution. */
struct extreme {
    double location;
    double scale;
};

struct game {
    struct extreme gap_ms;
    struct extreme payload_octets;
};

static const struct game games[] = {
    [IPTFS_GAMES_CLIENT] = {{40, 6}, {45, 5.7}},
    [IPTFS_GAMES_SERVER] = {{55, 6}, {120, 36}},
};

struct talker {
    int64_t talks_until_ps;       /* voice with vad; it may be over */
    struct iptfs_random *lengths; /* voice with vad: of spurts; games: of gaps, if it has a clock */
    struct iptfs_random *others;  /* voice with vad: of pauses; games: sizes */
};

struct iptfs_talkers {
    struct talker *all;
    size_t count;
    struct iptfs_time_heap_entry *heap; /* the next packet of each clock */
    size_t clocks;                      /* as many as talkers, but for a game server: 1 */
    double mean_talk_ps;
    double mean_pause_ps;
    const struct game *game;
    size_t turn; /* game server: whose packet is next */
};

static uint32_t udp_ip_octets(unsigned ip_version)
{
    return (ip_version == 6 ? 40u : 20u) + 8u;
}

static void release(struct iptfs_traffic_flow *flow)
{
    struct iptfs_talkers *talkers = flow->u.talkers;
    for (size_t i = 0; talkers->all != NULL && i < talkers->count; i++) {
        iptfs_random_free(talkers->all[i].lengths);
        iptfs_random_free(talkers->all[i].others);
    }
    free(talkers->all);
    free(talkers->heap);
    free(talkers);
}

/* Talkers have nothing yet; the flow owns them from now on. NULL when memory ran out. */
static struct iptfs_talkers *add_talkers(struct iptfs_traffic_flow *flow, size_t count,
                                         size_t clocks)
{
    struct iptfs_talkers *talkers = calloc(1, sizeof *talkers);
    if (talkers == NULL)
        return NULL;
    flow->u.talkers = talkers;
    flow->release = release;
    talkers->count = count;
    talkers->clocks = clocks;
    talkers->all = calloc(count, sizeof *talkers->all);
    talkers->heap = calloc(clocks, sizeof *talkers->heap);
    return talkers->all != NULL && talkers->heap != NULL ? talkers : NULL;
}

/* A stream of one talker: section numbers are below 2^16. */
static struct iptfs_random *stream_of(const struct iptfs_traffic_setup *setup,
                                      enum iptfs_random_use use, size_t talker)
{
    return iptfs_random_new(setup->seed, setup->run, use,
                            (uint64_t)setup->flow | (uint64_t)talker << 16);
}

/* The first time of each clock, in the order of talkers: more of them leave those before alone. */
static int set_clocks(const struct iptfs_traffic_flow *flow,
                      const struct iptfs_traffic_setup *setup, int64_t within_ps)
{
    struct iptfs_talkers *talkers = flow->u.talkers;
    struct iptfs_random *phases = stream_of(setup, IPTFS_RANDOM_PHASE, 0);
    if (phases == NULL)
        return IPTFS_E_NO_MEMORY;
    for (size_t i = 0; i < talkers->clocks; i++) {
        double phase_ps = iptfs_random_uniform(phases) * (double)within_ps;
        talkers->heap[i] = (struct iptfs_time_heap_entry){flow->start_ps + (int64_t)phase_ps, i};
    }
    iptfs_random_free(phases);
    return IPTFS_OK;
}

static void top_is_due(struct iptfs_traffic_flow *flow, int64_t at_ps)
{
    struct iptfs_talkers *talkers = flow->u.talkers;
    talkers->heap[0].at_ps = at_ps;
    iptfs_time_heap_top_changed(talkers->heap, talkers->clocks);
    iptfs_flow_set_due(flow, talkers->heap[0].at_ps);
}

/* --- Voice ----------------------------------------------------------------------------------- */

/* The first tick of a call's clock, from at_ps on, that falls into a spurt, or one at or after
 * stop_ps. */
static int64_t next_spoken_ps(const struct iptfs_talkers *talkers, struct talker *call,
                              int64_t at_ps, int64_t stop_ps)
{
    while (at_ps >= call->talks_until_ps && at_ps < stop_ps) {
        int64_t pause_ps =
            iptfs_flow_round_ps(iptfs_random_exponential(call->others, talkers->mean_pause_ps));
        int64_t begins_ps = iptfs_earlier(call->talks_until_ps + pause_ps, IPTFS_TIME_MAX_PS);
        call->talks_until_ps =
            begins_ps +
            iptfs_flow_round_ps(iptfs_random_exponential(call->lengths, talkers->mean_talk_ps));
        if (begins_ps > at_ps)
            at_ps += (begins_ps - at_ps + FRAME_PS - 1) / FRAME_PS * FRAME_PS;
    }
    return at_ps;
}

static void voice_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    struct iptfs_talkers *talkers = flow->u.talkers;
    struct talker *call = &talkers->all[talkers->heap[0].index];
    int64_t at_ps = talkers->heap[0].at_ps + FRAME_PS;
    iptfs_flow_hand_out(flow, arrival);
    if (call->lengths != NULL)
        at_ps = next_spoken_ps(talkers, call, at_ps, flow->stop_ps);
    top_is_due(flow, at_ps);
}

static const struct iptfs_source_ops voice_ops = {iptfs_flow_next_ps, voice_take, NULL};

/* Exponential lengths do not remember: what is left of a spurt is as long as a new one. */
static int add_pauses(const struct iptfs_traffic_flow *flow,
                      const struct iptfs_traffic_setup *setup, struct iptfs_random *states)
{
    struct iptfs_talkers *talkers = flow->u.talkers;
    double talking = talkers->mean_talk_ps / (talkers->mean_talk_ps + talkers->mean_pause_ps);
    for (size_t i = 0; i < talkers->count; i++) {
        struct talker *call = &talkers->all[i];
        call->lengths = stream_of(setup, IPTFS_RANDOM_ON, i);
        call->others = stream_of(setup, IPTFS_RANDOM_OFF, i);
        if (call->lengths == NULL || call->others == NULL)
            return IPTFS_E_NO_MEMORY;
        call->talks_until_ps = flow->start_ps;
        if (iptfs_random_uniform(states) < talking)
            call->talks_until_ps +=
                iptfs_flow_round_ps(iptfs_random_exponential(call->lengths, talkers->mean_talk_ps));
        struct iptfs_time_heap_entry *clock = &talkers->heap[i];
        clock->at_ps = next_spoken_ps(talkers, call, clock->at_ps, flow->stop_ps);
    }
    return IPTFS_OK;
}

int iptfs_talkers_start_voice(struct iptfs_traffic_flow *flow,
                              const struct iptfs_traffic_setup *setup, struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    struct iptfs_talkers *talkers = add_talkers(flow, options->calls, options->calls);
    if (talkers == NULL || set_clocks(flow, setup, FRAME_PS) != IPTFS_OK)
        return iptfs_flow_no_memory(error);
    flow->source.ops = &voice_ops;
    flow->next.octets = udp_ip_octets(options->ip_version) + RTP_OCTETS +
                        (options->codec == IPTFS_CODEC_G711 ? 160u : 20u);
    talkers->mean_talk_ps = (double)options->talk_ps;
    talkers->mean_pause_ps = (double)options->pause_ps;
    if (options->vad) {
        struct iptfs_random *states = stream_of(setup, IPTFS_RANDOM_PHASE, 1);
        int code = states != NULL ? add_pauses(flow, setup, states) : IPTFS_E_NO_MEMORY;
        iptfs_random_free(states);
        if (code != IPTFS_OK)
            return iptfs_flow_no_memory(error);
    }
    iptfs_time_heap_build(talkers->heap, talkers->clocks);
    iptfs_flow_set_due(flow, talkers->heap[0].at_ps);
    return IPTFS_OK;
}

/* --- Games ----------------------------------------------------------------------------------- */

static double draw_extreme(struct iptfs_random *stream, struct extreme what, double least)
{
    return fmax(least, iptfs_random_extreme(stream, what.location, what.scale));
}

static void set_game_octets(struct iptfs_traffic_flow *flow, const struct talker *player)
{
    double payload = round(draw_extreme(player->others, flow->u.talkers->game->payload_octets, 1));
    flow->next.octets =
        (uint32_t)fmin(payload, GAME_PAYLOAD_MAX_OCTETS) + udp_ip_octets(flow->next.ip_version);
}

static int64_t draw_gap_ps(const struct iptfs_talkers *talkers, const struct talker *player)
{
    return iptfs_flow_round_ps(draw_extreme(player->lengths, talkers->game->gap_ms, 1) *
                               (double)IPTFS_PS_PER_MS);
}

static void games_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct iptfs_traffic_flow *flow = (struct iptfs_traffic_flow *)source;
    struct iptfs_talkers *talkers = flow->u.talkers;
    const struct talker *player = &talkers->all[talkers->heap[0].index];
    int64_t at_ps = talkers->heap[0].at_ps;
    iptfs_flow_hand_out(flow, arrival);
    if (talkers->clocks == talkers->count || ++talkers->turn == talkers->count) {
        talkers->turn = 0;
        at_ps += draw_gap_ps(talkers, player);
    }
    top_is_due(flow, at_ps);
    set_game_octets(flow, &talkers->all[talkers->heap[0].index + talkers->turn]);
}

static const struct iptfs_source_ops games_ops = {iptfs_flow_next_ps, games_take, NULL};

int iptfs_talkers_start_games(struct iptfs_traffic_flow *flow,
                              const struct iptfs_traffic_setup *setup, struct iptfs_error *error)
{
    const struct iptfs_traffic_options *options = setup->options;
    size_t clocks = options->side == IPTFS_GAMES_SERVER ? 1 : options->players;
    struct iptfs_talkers *talkers = add_talkers(flow, options->players, clocks);
    if (talkers == NULL || set_clocks(flow, setup, GAME_FIRST_PS) != IPTFS_OK)
        return iptfs_flow_no_memory(error);
    flow->source.ops = &games_ops;
    talkers->game = &games[options->side];
    for (size_t i = 0; i < talkers->count; i++) {
        struct talker *player = &talkers->all[i];
        player->others = stream_of(setup, IPTFS_RANDOM_SIZE, i);
        if (i < clocks)
            player->lengths = stream_of(setup, IPTFS_RANDOM_ARRIVAL, i);
        if (player->others == NULL || (i < clocks && player->lengths == NULL))
            return iptfs_flow_no_memory(error);
    }
    iptfs_time_heap_build(talkers->heap, talkers->clocks);
    iptfs_flow_set_due(flow, talkers->heap[0].at_ps);
    set_game_octets(flow, &talkers->all[talkers->heap[0].index]);
    return IPTFS_OK;
}
