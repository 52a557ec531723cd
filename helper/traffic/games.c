/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One side of a first-person game, as in NGMN, "Radio Access Performance Evaluation Methodology"
 * (2008), annex A, "Gaming". All are largest extreme value distributions; location and scale are:
 *
 *              time between packets     UDP payload
 *     client   40 ms, 6 ms              45, 5.7 octets     each player
 *     server   55 ms, 6 ms              120, 36 octets     one packet for each player at that time
 *
 * The server's are those that J. Faerber fitted to measurements ("Network game traffic modelling",
 * NetGames 2002). For clients he has an even 40 ms and payloads of location 80, scale 5.7; NGMN
 * changed both. NGMN adds 2 octets for a compressed UDP header, so that its sizes are payloads;
 * here IP and UDP add 28 octets (48 with IPv6). Times are at least 1 ms, payloads 1 to 1400 octets.
 * The first packets come within the first 40 ms, at random. */
#include "traffic/users.h"

#include <math.h>

#define PAYLOAD_MAX_OCTETS 1400.0
#define FIRST_WITHIN_PS (40 * IPTFS_PS_PER_MS)

enum game_side {
    SIDE_CLIENT,
    SIDE_SERVER
};

struct games_config {
    enum game_side side;
    uint32_t players;
};

static const struct iptfs_word side_words[] = {
    {"client", SIDE_CLIENT, "each player's machine to the server", NULL},
    {"server", SIDE_SERVER, "the server, a packet for each player at a time", NULL},
    {NULL, 0, NULL, NULL},
};

#define FIELD(member) IPTFS_OPTION_FIELD(games_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "side",
        .kind = &iptfs_kind_word,
        FIELD(side),
        .words = side_words,
        .standard = "client",
        .meaning = "who sends",
        .source = "NGMN 2008, annex A: uplink, downlink",
    },
    {
        .key = "players",
        .kind = &iptfs_kind_number,
        FIELD(players),
        .minimum = 1,
        .maximum = IPTFS_USERS_MAX,
        .standard = "1",
        .meaning = "players behind the tunnel",
    },
};

const struct iptfs_traffic_keys iptfs_keys_games = {IPTFS_TRAFFIC_ROWS(rows),
                                                    .config_octets = sizeof(struct games_config)};

/* Of a largest extreme value distribution. */
struct extreme {
    double location;
    double scale;
};

struct side {
    struct extreme gap_ms;
    struct extreme payload_octets;
};

static const struct side sides[] = {
    [SIDE_CLIENT] = {{40, 6}, {45, 5.7}},
    [SIDE_SERVER] = {{55, 6}, {120, 36}},
};

struct games {
    struct iptfs_users users;
    const struct side *side;
    size_t turn; /* server: the player whose packet is next */
};

static double draw_extreme(struct iptfs_random *stream, struct extreme distribution, double least)
{
    return fmax(least, iptfs_random_extreme(stream, distribution.location, distribution.scale));
}

static void draw_octets(struct games *games, const struct iptfs_user *player)
{
    struct iptfs_arrival *next = &games->users.flow.next;
    double payload = round(draw_extreme(player->others, games->side->payload_octets, 1));
    next->octets =
        (uint32_t)fmin(payload, PAYLOAD_MAX_OCTETS) + iptfs_users_udp_ip_octets(next->ip_version);
}

static int64_t draw_gap_ps(const struct games *games, const struct iptfs_user *player)
{
    return iptfs_flow_round_ps(draw_extreme(player->lengths, games->side->gap_ms, 1) *
                               (double)IPTFS_PS_PER_MS);
}

/* The server's clock goes on when each player has had a packet. */
static void games_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct games *games = (struct games *)source;
    struct iptfs_users *users = &games->users;
    const struct iptfs_user *player = &users->all[users->heap[0].index];
    int64_t at_ps = users->heap[0].at_ps;
    iptfs_flow_emit(&users->flow, arrival);
    if (users->clocks == users->count || ++games->turn == users->count) {
        games->turn = 0;
        at_ps += draw_gap_ps(games, player);
    }
    iptfs_users_schedule(users, at_ps);
    draw_octets(games, &users->all[users->heap[0].index + games->turn]);
}

static int add_streams(struct iptfs_users *users, const struct iptfs_traffic_setup *setup)
{
    for (size_t i = 0; i < users->count; i++) {
        struct iptfs_user *player = &users->all[i];
        const bool has_clock = i < users->clocks;
        player->others = iptfs_users_stream(setup, IPTFS_RANDOM_SIZE, i);
        if (has_clock)
            player->lengths = iptfs_users_stream(setup, IPTFS_RANDOM_ARRIVAL, i);
        if (player->others == NULL || (has_clock && player->lengths == NULL))
            return IPTFS_E_NO_MEMORY;
    }
    return IPTFS_OK;
}

static int games_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                       struct iptfs_error *error)
{
    const struct games_config *config = iptfs_traffic_config(setup->options, &iptfs_keys_games);
    struct games *games = (struct games *)flow;
    size_t clocks = config->side == SIDE_SERVER ? 1 : config->players;
    int code = iptfs_users_start(&games->users, setup, config->players, clocks, FIRST_WITHIN_PS);
    games->side = &sides[config->side];
    if (code == IPTFS_OK)
        code = add_streams(&games->users, setup);
    if (code != IPTFS_OK)
        return iptfs_fail_no_memory(error);
    iptfs_users_schedule_first(&games->users);
    draw_octets(games, &games->users.all[games->users.heap[0].index]);
    return IPTFS_OK;
}

const struct iptfs_traffic_type iptfs_traffic_games = {
    .name = "games",
    .meaning = "a first-person game: small UDP packets, one side of it",
    .source = "NGMN 2008, annex A",
    .keys = {&iptfs_keys_games, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, games_take, NULL},
    .state_octets = sizeof(struct games),
    .start = games_start,
    .release = iptfs_users_release,
};
