/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver that sends immediately. Streams are laid out here, octet by octet, and not by the
 * packer; what must be delivered, and at which arrival, is computed by a function with only two
 * rules: a number that arrives more than `window` behind the highest is late, and a fragmented
 * packet leaves when all its numbers have come in time. */
#include "base/units.h"
#include "packet/aggfrag.h"
#include "receiver/receiver.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/samples.h"

#include <inttypes.h>
#include <string.h>

enum {
    PKTS_MAX = 64,
    OUTERS_MAX = 160,
    PIECES_MAX = 12, /* in an outer packet */
    EVENTS_MAX = 512,
    OCTETS_MAX = 400,
    NEVER = -1
};

#define SECOND IPTFS_PS_PER_S

struct piece {
    uint32_t pkt, from, to;
};

/* A stream of outer packets. The number of the i-th is first_seq + i. */
struct stream {
    uint32_t pkts;
    uint32_t octets[PKTS_MAX];
    uint32_t first[PKTS_MAX], last[PKTS_MAX]; /* the outer packets that hold its ends */
    uint8_t bytes[PKTS_MAX][OCTETS_MAX];
    uint32_t outers;
    uint32_t space;
    struct {
        struct piece pieces[PIECES_MAX];
        uint32_t count;
        uint32_t block_offset;
        uint32_t padding; /* at the end */
    } outer[OUTERS_MAX];
    uint64_t first_seq;
};

static void stream_begin(struct stream *stream, uint32_t space)
{
    stream->pkts = 0;
    stream->outers = 0;
    stream->space = space;
    stream->first_seq = 1;
}

static void next_outer(struct stream *stream)
{
    memset(&stream->outer[stream->outers], 0, sizeof stream->outer[0]);
    stream->outer[stream->outers++].padding = stream->space;
}

/* An all-pad outer packet. What follows opens another one. */
static void put_pad(struct stream *stream)
{
    next_outer(stream);
    next_outer(stream);
}

/* A packet goes in behind what is there; an all-pad packet comes after each `pads`-th fragment. */
static void put_pkt(struct stream *stream, int version, uint32_t octets, uint32_t pads)
{
    uint32_t pkt = stream->pkts++, at = 0, cuts = 0;
    stream->octets[pkt] = octets;
    sample_ip(stream->bytes[pkt], version, octets, pkt);
    if (stream->outers == 0 || stream->outer[stream->outers - 1].padding == 0)
        next_outer(stream);
    while (true) {
        uint32_t now = stream->outers - 1;
        uint32_t take = octets - at;
        if (take > stream->outer[now].padding)
            take = stream->outer[now].padding;
        if (at == 0)
            stream->first[pkt] = now;
        else
            stream->outer[now].block_offset = octets - at;
        stream->outer[now].pieces[stream->outer[now].count++] = (struct piece){pkt, at, at + take};
        stream->outer[now].padding -= take;
        at += take;
        stream->last[pkt] = now;
        if (at == octets)
            return;
        next_outer(stream);
        if (pads > 0 && ++cuts % pads == 0)
            next_outer(stream);
    }
}

/* Which outer packet comes when. */
struct event {
    int64_t at_ps;
    uint32_t outer;
};

struct plan {
    struct stream stream;
    struct event events[EVENTS_MAX];
    uint32_t count;
    uint32_t window;
    int64_t drop_time_ps;
};

/* What came out: at which event each packet did first, and how often. */
struct outcome {
    int first[PKTS_MAX];
    uint32_t times[PKTS_MAX];
};

struct bench {
    const struct plan *plan;
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    struct iptfs_outer *outers[OUTERS_MAX];
    struct outcome outcome;
    int event;
    bool as_bytes;
    const char *wrong;
};

/* ------------------------------------------------------------------------------------ the expected
 * outcome
 */

/* At which event each number came, NEVER for not at all or too late. */
static void find_arrivals(const struct plan *plan, int *arrival)
{
    int64_t top = -1;
    bool came[OUTERS_MAX] = {false};
    for (uint32_t i = 0; i < plan->stream.outers; i++)
        arrival[i] = NEVER;
    for (uint32_t i = 0; i < plan->count; i++) {
        int64_t number = plan->events[i].outer;
        bool late = top - number > (int64_t)plan->window;
        if (!came[number] && !late)
            arrival[number] = (int)i;
        came[number] = true;
        if (number > top)
            top = number;
    }
}

/* The event at which a fragmented packet is whole. */
static int whole_at(const struct plan *plan, const int *arrival, uint32_t pkt)
{
    int last = NEVER, first = EVENTS_MAX;
    for (uint32_t i = plan->stream.first[pkt]; i <= plan->stream.last[pkt]; i++) {
        if (arrival[i] == NEVER)
            return NEVER;
        if (arrival[i] > last)
            last = arrival[i];
        if (arrival[i] < first && plan->stream.outer[i].count > 0)
            first = arrival[i];
    }
    int64_t waited_ps = plan->events[last].at_ps - plan->events[first].at_ps;
    return waited_ps <= plan->drop_time_ps ? last : NEVER;
}

static int first_event(const struct plan *plan, uint32_t outer)
{
    for (uint32_t i = 0; i < plan->count; i++)
        if (plan->events[i].outer == outer)
            return (int)i;
    return NEVER;
}

static void find_expected(const struct plan *plan, struct outcome *outcome)
{
    const struct stream *stream = &plan->stream;
    int arrival[OUTERS_MAX];
    find_arrivals(plan, arrival);
    for (uint32_t pkt = 0; pkt < stream->pkts; pkt++) {
        bool cut = stream->first[pkt] < stream->last[pkt];
        outcome->first[pkt] =
            cut ? whole_at(plan, arrival, pkt) : first_event(plan, stream->first[pkt]);
    }
}

/* Fragmented packets that do not leave although a fragment came in time: RFC 9348's
 * rx-incomplete-pkts. */
static uint64_t expected_incomplete(const struct plan *plan)
{
    const struct stream *stream = &plan->stream;
    int arrival[OUTERS_MAX];
    uint64_t incomplete = 0;
    find_arrivals(plan, arrival);
    for (uint32_t pkt = 0; pkt < stream->pkts; pkt++) {
        bool came = false;
        for (uint32_t i = stream->first[pkt]; i <= stream->last[pkt]; i++)
            came |= arrival[i] != NEVER && stream->outer[i].count > 0;
        incomplete +=
            came && stream->first[pkt] < stream->last[pkt] && whole_at(plan, arrival, pkt) == NEVER;
    }
    return incomplete;
}

/* --------------------------------------------------------------------------------------- the run
 */

static void expect(struct bench *bench, bool held, const char *what)
{
    if (!held && bench->wrong == NULL)
        bench->wrong = what;
}

/* Whether the packet that comes at this event has a number so old that copies are not known. */
static bool is_late(const struct plan *plan, int event)
{
    int64_t top = -1;
    for (int i = 0; i < event; i++)
        if (plan->events[i].outer > top)
            top = plan->events[i].outer;
    return top - (int64_t)plan->events[event].outer > (int64_t)plan->window;
}

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct bench *bench = ctx;
    const struct stream *stream = &bench->plan->stream;
    uint32_t pkt = inner->id;
    expect(bench, pkt < stream->pkts, "a packet that was not sent");
    if (pkt >= stream->pkts)
        return;
    expect(bench, inner->octets == stream->octets[pkt], "another length");
    expect(bench, memcmp(inner->bytes, stream->bytes[pkt], inner->octets) == 0, "other octets");
    expect(bench, bench->event != NEVER, "a packet came out by the timer");
    expect(bench, now_ps == bench->plan->events[bench->event].at_ps, "another time");
    if (bench->outcome.times[pkt]++ == 0) {
        bench->outcome.first[pkt] = bench->event;
        expect(bench, !again, "the first time taken for the second");
        return;
    }
    expect(bench, again || bench->as_bytes, "the second time taken for the first");
    expect(bench, stream->first[pkt] == stream->last[pkt], "a fragmented packet came twice");
    expect(bench, is_late(bench->plan, bench->event), "a copy in the window was not known");
}

static void make_slices(struct bench *bench)
{
    const struct stream *stream = &bench->plan->stream;
    struct iptfs_inner *inner[PKTS_MAX];
    for (uint32_t i = 0; i < stream->pkts; i++) {
        inner[i] = sample_inner(&bench->store, (uint8_t *)stream->bytes[i], stream->octets[i]);
        inner[i]->id = i;
    }
    for (uint32_t i = 0; i < stream->outers; i++) {
        struct iptfs_outer *outer = iptfs_outer_new(&bench->store);
        outer->seq = stream->first_seq + i;
        outer->block_offset = stream->outer[i].block_offset;
        outer->pad_octets = stream->outer[i].padding;
        for (uint32_t j = 0; j < stream->outer[i].count; j++) {
            const struct piece *piece = &stream->outer[i].pieces[j];
            iptfs_outer_add(outer, inner[piece->pkt], piece->from, piece->to - piece->from);
        }
        bench->outers[i] = outer;
    }
    for (uint32_t i = 0; i < stream->pkts; i++)
        iptfs_inner_unref(&bench->store, inner[i]);
}

static void make_bytes(struct bench *bench)
{
    const struct stream *stream = &bench->plan->stream;
    for (uint32_t i = 0; i < stream->outers; i++) {
        uint8_t bytes[IPTFS_AGGFRAG_OCTETS + OCTETS_MAX] = {0};
        uint32_t at = IPTFS_AGGFRAG_OCTETS;
        bytes[2] = (uint8_t)(stream->outer[i].block_offset >> 8);
        bytes[3] = (uint8_t)stream->outer[i].block_offset;
        for (uint32_t j = 0; j < stream->outer[i].count; j++) {
            const struct piece *piece = &stream->outer[i].pieces[j];
            memcpy(bytes + at, stream->bytes[piece->pkt] + piece->from, piece->to - piece->from);
            at += piece->to - piece->from;
        }
        bench->outers[i] = iptfs_outer_new(&bench->store);
        bench->outers[i]->seq = stream->first_seq + i;
        iptfs_outer_set_payload(&bench->store, bench->outers[i], bytes,
                                at + stream->outer[i].padding);
    }
}

static void start(struct bench *bench, const struct plan *plan, bool as_bytes)
{
    struct iptfs_receiver_config config = {
        .reorder_window = plan->window,
        .drop_time_ps = plan->drop_time_ps,
        .immediate = true,
    };
    *bench = (struct bench){.plan = plan, .event = NEVER, .as_bytes = as_bytes};
    iptfs_store_init(&bench->store);
    iptfs_receiver_init(&bench->receiver, &config, &bench->store, &bench->counters, &bench->trace);
    iptfs_receiver_deliver_to(&bench->receiver, on_deliver, bench);
    for (uint32_t i = 0; i < PKTS_MAX; i++)
        bench->outcome.first[i] = NEVER;
    if (as_bytes)
        make_bytes(bench);
    else
        make_slices(bench);
}

/* Each copy holds a reference; those that never arrive are lost on the path. */
static void share_out(struct bench *bench)
{
    const struct plan *plan = bench->plan;
    for (uint32_t i = 0; i < plan->count; i++)
        bench->outers[plan->events[i].outer]->refs++;
    for (uint32_t i = 0; i < plan->stream.outers; i++)
        if (bench->outers[i]->refs == 1)
            iptfs_outer_drop(&bench->store, bench->outers[i], IPTFS_DROP_LINK_LOSS);
        else
            bench->outers[i]->refs--;
}

static void play(struct bench *bench)
{
    const struct plan *plan = bench->plan;
    share_out(bench);
    for (uint32_t i = 0; i < plan->count; i++) {
        bench->event = NEVER;
        if (bench->receiver.timer.deadline_ps < plan->events[i].at_ps)
            iptfs_receiver_wake(&bench->receiver, plan->events[i].at_ps - 1);
        bench->event = (int)i;
        iptfs_receiver_input(&bench->receiver, plan->events[i].at_ps,
                             bench->outers[plan->events[i].outer]);
        const struct iptfs_receive_immediate *immediate = &bench->receiver.immediate;
        expect(bench, (immediate->held > 0) == (bench->receiver.timer.deadline_ps != IPTFS_NEVER),
               "the timer runs for nothing, or does not run");
        expect(bench, bench->receiver.timer.deadline_ps >= plan->events[i].at_ps,
               "the timer is behind");
    }
    bench->event = NEVER;
}

static uint64_t dropped(const struct bench *bench, enum iptfs_drop_cause drop_cause)
{
    return bench->store.ledger.dropped[drop_cause].pkts;
}

static void stop(struct bench *bench)
{
    iptfs_store_close(&bench->store);
    iptfs_receiver_free(&bench->receiver);
    CLOSE_STORE(&bench->store);
}

/* The first fragment is too short to hold the length. */
static bool length_is_cut(const struct stream *stream, uint32_t pkt)
{
    const uint32_t first = stream->first[pkt], count = stream->outer[first].count;
    const struct piece *piece = &stream->outer[first].pieces[count - 1];
    return first < stream->last[pkt] && piece->to < 6;
}

/* A packet may count twice when an all-pad payload is missing inside at the time, or when its
 * length is not known and the payload behind is missing. */
static bool incomplete_counted(const struct bench *bench)
{
    const struct plan *plan = bench->plan;
    uint64_t found = bench->counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS];
    uint64_t expected = expected_incomplete(plan), more = 0;
    int arrival[OUTERS_MAX];
    find_arrivals(plan, arrival);
    for (uint32_t i = 0; i < plan->stream.outers; i++)
        more += (arrival[i] == NEVER || plan->drop_time_ps < SECOND) &&
                plan->stream.outer[i].count == 0;
    for (uint32_t i = 0; i < plan->stream.pkts; i++)
        more += length_is_cut(&plan->stream, i);
    if (found >= expected && found <= expected + more)
        return true;
    return CHECK_U64(found, expected);
}

/* Plays the plan, as slices or as bytes, and compares with the expected outcome. */
static bool holds_one(const struct plan *plan, bool as_bytes)
{
    static struct bench bench;
    struct outcome expected;
    uint32_t delivered = 0;
    bool good = true;
    find_expected(plan, &expected);
    start(&bench, plan, as_bytes);
    play(&bench);
    for (uint32_t i = 0; i < plan->stream.pkts; i++) {
        delivered += bench.outcome.times[i];
        if (bench.outcome.first[i] != expected.first[i])
            good = CHECK_INT(bench.outcome.first[i], expected.first[i]);
    }
    good = CHECK_STR(bench.wrong == NULL ? "" : bench.wrong, "") && good;
    good = CHECK_U64(bench.counters.value[IPTFS_YANG_INNER_RX_PKTS], delivered) && good;
    /* Nothing is held for longer than drop-time. */
    iptfs_receiver_wake(&bench.receiver, plan->events[plan->count - 1].at_ps + plan->drop_time_ps);
    good = CHECK_U64(bench.receiver.immediate.held, 0) && good;
    good = CHECK_INT(bench.receiver.timer.deadline_ps, IPTFS_NEVER) && good;
    good = incomplete_counted(&bench) && good;
    stop(&bench);
    return good;
}

static bool holds(const struct plan *plan)
{
    return holds_one(plan, false) && holds_one(plan, true);
}

/* Reports which arrivals the failed check above was about. */
static void name_plan(const struct plan *plan)
{
    char text[256];
    int at = 0;
    for (uint32_t i = 0; i < plan->count && at < 240; i++)
        at += snprintf(text + at, sizeof text - (size_t)at, "%" PRIu32 " ", plan->events[i].outer);
    CHECK_FAIL("... window %" PRIu32 ", arrivals %s", plan->window, text);
}

/* -------------------------------------------------------------------------------- small streams */

static struct plan plan;

static void order(uint32_t count, const uint32_t *outers)
{
    plan.count = count;
    for (uint32_t i = 0; i < count; i++)
        plan.events[i] = (struct event){(int64_t)i, outers[i]};
}

static bool next_permutation(uint32_t *row, uint32_t count)
{
    uint32_t i = count - 1, j = count - 1;
    while (i > 0 && row[i - 1] >= row[i])
        i--;
    if (i == 0)
        return false;
    while (row[j] <= row[i - 1])
        j--;
    uint32_t swap = row[i - 1];
    row[i - 1] = row[j];
    row[j] = swap;
    for (uint32_t low = i, high = count - 1; low < high; low++, high--) {
        swap = row[low];
        row[low] = row[high];
        row[high] = swap;
    }
    return true;
}

/* All orders of the stream's outer packets, without the one called `lost`, in windows of every
 * width up to the stream's. */
static bool all_orders(uint32_t lost)
{
    uint32_t row[8], count = 0;
    for (uint32_t i = 0; i < plan.stream.outers; i++)
        if (i != lost)
            row[count++] = i;
    do {
        order(count, row);
        for (plan.window = 0; plan.window <= plan.stream.outers; plan.window++)
            if (!holds(&plan)) {
                name_plan(&plan);
                return false;
            }
    } while (next_permutation(row, count));
    return true;
}

/* Small streams: only fragments, between whole packets, one behind another, all-pad between. */
static void small_stream(unsigned which)
{
    struct stream *stream = &plan.stream;
    plan.drop_time_ps = SECOND;
    stream_begin(stream, 50);
    switch (which) {
    case 0: /* one packet in two */
        put_pkt(stream, 4, 80, 0);
        break;
    case 1: /* one packet in three, another behind it */
        put_pkt(stream, 6, 120, 0);
        put_pkt(stream, 4, 25, 0);
        break;
    case 2: /* each outer packet ends one and begins the next; a header is cut */
        put_pkt(stream, 4, 49, 0);
        put_pkt(stream, 4, 48, 0);
        put_pkt(stream, 6, 49, 0);
        put_pkt(stream, 4, 50, 0);
        put_pkt(stream, 6, 41, 0);
        break;
    case 3: /* all-pad between fragments */
        put_pkt(stream, 4, 30, 0);
        put_pkt(stream, 4, 100, 1);
        break;
    case 4: /* all-pad everywhere */
        put_pkt(stream, 4, 60, 0);
        put_pad(stream);
        put_pkt(stream, 4, 90, 0);
        break;
    case 5: /* one packet in six */
        put_pkt(stream, 4, 290, 0);
        break;
    case 6: /* ends where an outer packet ends */
        put_pkt(stream, 4, 100, 0);
        put_pkt(stream, 6, 50, 0);
        put_pkt(stream, 4, 75, 1);
        break;
    }
}

enum {
    SMALL_STREAMS = 7
};

static void test_every_order_of_small_streams(void)
{
    for (unsigned which = 0; which < SMALL_STREAMS; which++) {
        small_stream(which);
        CHECK_TRUE(plan.stream.outers >= 2 && plan.stream.outers <= 6);
        if (!all_orders(OUTERS_MAX))
            CHECK_FAIL("... stream %u", which);
    }
}

static void test_every_order_with_each_one_lost(void)
{
    for (unsigned which = 0; which < SMALL_STREAMS; which++) {
        small_stream(which);
        for (uint32_t lost = 0; lost < plan.stream.outers; lost++)
            if (!all_orders(lost))
                CHECK_FAIL("... stream %u without %" PRIu32, which, lost);
    }
}

/* All arrive, in the order of their numbers or backwards: all come out, at the last fragment. */
static void test_all_come_out_when_the_window_is_wide(void)
{
    static const uint32_t forwards[] = {0, 1, 2, 3, 4, 5}, backwards[] = {5, 4, 3, 2, 1, 0};
    for (int i = 0; i < 2; i++) {
        static struct bench bench;
        small_stream(2);
        plan.window = 6;
        uint32_t count = plan.stream.outers;
        order(count, i == 0 ? forwards : backwards + 6 - count);
        start(&bench, &plan, false);
        play(&bench);
        CHECK_U64(bench.store.ledger.delivered.pkts, plan.stream.pkts);
        CHECK_U64(bench.receiver.immediate.held, 0);
        stop(&bench);
    }
}

/* Where the cut is does not matter, be it in the middle of a header: two and three payloads. */
static void test_every_split(void)
{
    static const uint32_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    plan.window = 3;
    plan.drop_time_ps = SECOND;
    for (int version = 4; version <= 6; version += 2)
        for (uint32_t first = 1; first < 48; first++) {
            /* A whole packet leaves `first` octets of padding. */
            stream_begin(&plan.stream, 60);
            put_pkt(&plan.stream, version, 60 - first > 39 ? 60 - first : 60, 0);
            plan.stream.outer[0].padding = first;
            put_pkt(&plan.stream, version, 70, 0);
            for (unsigned i = 0; i < 6; i++) {
                uint32_t row[3], count = 0;
                for (unsigned j = 0; j < 3; j++)
                    if (orders[i][j] < plan.stream.outers)
                        row[count++] = orders[i][j];
                order(count, row);
                if (!holds(&plan))
                    CHECK_FAIL("... IPv%d, cut at %" PRIu32, version, first);
            }
        }
}

/* ---------------------------------------------------------------------------- single properties */

/* Outer packets come at these times, in microseconds. */
static void timed(uint32_t count, const struct event *events)
{
    plan.count = count;
    for (uint32_t i = 0; i < count; i++)
        plan.events[i] = (struct event){events[i].at_ps * IPTFS_PS_PER_US, events[i].outer};
}

static void check_outcomes(const struct bench *bench, uint64_t delivered, uint64_t incomplete,
                           uint64_t drop_time, uint64_t late, uint64_t lost, int line)
{
    check_u64(bench->store.ledger.delivered.pkts, delivered, "delivered", __FILE__, line);
    check_u64(dropped(bench, IPTFS_DROP_INCOMPLETE), incomplete, "incomplete", __FILE__, line);
    check_u64(dropped(bench, IPTFS_DROP_DROP_TIME), drop_time, "drop-time", __FILE__, line);
    check_u64(dropped(bench, IPTFS_DROP_LATE), late, "late", __FILE__, line);
    check_u64(dropped(bench, IPTFS_DROP_LINK_LOSS), lost, "link-loss", __FILE__, line);
}
#define CHECK_OUTCOMES(bench, delivered, incomplete, drop_time, late, lost)                        \
    check_outcomes(bench, delivered, incomplete, drop_time, late, lost, __LINE__)

/* Two packets over outer packets 0-1 and 1-2, and whole ones in 3 to 9. */
static void two_and_whole(void)
{
    stream_begin(&plan.stream, 50);
    put_pkt(&plan.stream, 4, 70, 0);
    put_pkt(&plan.stream, 4, 80, 0);
    while (plan.stream.outers < 10)
        put_pkt(&plan.stream, 4, 50, 0);
    plan.window = 3;
    plan.drop_time_ps = 100 * IPTFS_PS_PER_US;
}

static void test_causes(void)
{
    static struct bench bench;
    two_and_whole();
    /* 1 arrives after 5 has given it up: both packets miss it. Whole packets have left on arrival.
     */
    static const struct event passed[] = {{0, 0}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 1}};
    timed(6, passed);
    start(&bench, &plan, false);
    for (uint32_t i = 6; i < 10; i++)
        plan.stream.outer[i].count = 0;
    play(&bench);
    CHECK_OUTCOMES(&bench, 3, 2, 0, 0, 4);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 1);
    CHECK_U64(bench.counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS], 2);
    CHECK_U64(bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS], 1);
    CHECK_U64(iptfs_receiver_late_pkts(&bench.receiver), 1);
    CHECK_U64(iptfs_receiver_held_max(&bench.receiver), 2);
    stop(&bench);

    /* 0 and 1 arrive after their time: they are not awaited. */
    two_and_whole();
    static const struct event late[] = {{0, 9}, {1, 0}, {2, 1}, {3, 2}};
    timed(4, late);
    start(&bench, &plan, false);
    play(&bench);
    CHECK_OUTCOMES(&bench, 1, 0, 0, 2, 6);
    stop(&bench);

    /* The timer gives up what has waited. */
    two_and_whole();
    static const struct event slow[] = {{0, 0}, {101, 1}, {201, 2}};
    timed(3, slow);
    start(&bench, &plan, false);
    play(&bench);
    CHECK_OUTCOMES(&bench, 1, 0, 1, 0, 7);
    CHECK_U64(bench.counters.value[IPTFS_XFRM_IN_IPTFS_ERROR], 0);
    stop(&bench);

    /* The loss on the link is the drop cause, whatever gives up the rest. */
    two_and_whole();
    static const struct event gap[] = {{0, 0}, {1, 2}, {2, 9}};
    timed(3, gap);
    start(&bench, &plan, false);
    play(&bench);
    CHECK_OUTCOMES(&bench, 1, 0, 0, 0, 8);
    CHECK_U64(bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS], 4);
    stop(&bench);
}

/* Nothing is missed before the first number that came, which may have come second. */
static void test_missed_numbers(void)
{
    static struct bench bench;
    two_and_whole();
    static const struct event events[] = {{0, 5}, {1, 3}, {2, 9}};
    timed(3, events);
    start(&bench, &plan, false);
    play(&bench);
    CHECK_U64(bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS], 1);
    stop(&bench);
}

/* To the picosecond: at the deadline the last fragment still counts. */
static void test_drop_time_is_exact(void)
{
    two_and_whole();
    for (int64_t behind_ps = 0; behind_ps <= 1; behind_ps++) {
        static struct bench bench;
        static const struct event events[] = {{0, 1}, {100, 0}};
        timed(2, events);
        plan.events[1].at_ps += behind_ps;
        CHECK_TRUE(holds(&plan));
        start(&bench, &plan, false);
        play(&bench);
        CHECK_U64(bench.store.ledger.delivered.pkts, behind_ps == 0);
        stop(&bench);
    }
}

/* A packet of more fragments than the window is wide, in order and with neighbours changed. */
static void test_more_fragments_than_window(void)
{
    stream_begin(&plan.stream, 20);
    put_pkt(&plan.stream, 4, 400, 3);
    plan.drop_time_ps = SECOND;
    plan.window = 1;
    uint32_t row[OUTERS_MAX];
    for (uint32_t i = 0; i < plan.stream.outers; i++)
        row[i] = i;
    order(plan.stream.outers, row);
    CHECK_TRUE(holds(&plan));
    for (uint32_t i = 0; i + 1 < plan.stream.outers; i += 2) {
        row[i] = i + 1;
        row[i + 1] = i;
    }
    order(plan.stream.outers, row);
    CHECK_TRUE(holds(&plan));
    static struct bench bench;
    start(&bench, &plan, true);
    play(&bench);
    CHECK_U64(bench.store.ledger.delivered.pkts, 1);
    CHECK_TRUE(bench.receiver.immediate.held_max > 16);
    stop(&bench);
}

/* Far above: what waits is given up, and numbers start again there. */
static void test_jumps(void)
{
    static const uint64_t far[] = {5, 6, 20, 1000, UINT64_C(1) << 40};
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        static struct bench bench;
        two_and_whole();
        static const struct event events[] = {{0, 0}, {1, 2}};
        timed(2, events);
        start(&bench, &plan, true);
        play(&bench);
        CHECK_U64(bench.receiver.immediate.held, 2);
        struct iptfs_outer *outer = iptfs_outer_new(&bench.store);
        static const uint8_t pad[8];
        outer->seq = 1 + far[i];
        iptfs_outer_set_payload(&bench.store, outer, pad, sizeof pad);
        iptfs_receiver_input(&bench.receiver, 2 * IPTFS_PS_PER_US, outer);
        CHECK_U64(bench.receiver.immediate.held, 0);
        /* Below the window are the numbers 1 (of those two) and 3 up to it. */
        CHECK_U64(bench.counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS],
                  far[i] - 3 - (far[i] == 5 ? 1 : 2));
        CHECK_U64(dropped(&bench, IPTFS_DROP_INCOMPLETE), 1);
        stop(&bench);
    }
}

/* A run too long for any packet there is: it is given up, and memory stays bounded. */
static void test_endless_runs_are_given_up(void)
{
    static struct bench bench;
    two_and_whole();
    timed(0, NULL);
    plan.stream.outers = 0;
    plan.stream.pkts = 0;
    start(&bench, &plan, true);
    uint8_t bytes[5] = {0, 0, 0, 0, 0x45};
    for (uint64_t seq = 1; seq <= 200000; seq++) {
        struct iptfs_outer *outer = iptfs_outer_new(&bench.store);
        outer->seq = seq;
        bytes[2] = bytes[3] = seq == 1 ? 0 : 0xFF;
        iptfs_outer_set_payload(&bench.store, outer, bytes, sizeof bytes);
        iptfs_receiver_input(&bench.receiver, 0, outer);
    }
    CHECK_TRUE(bench.receiver.immediate.mask < 131072);
    CHECK_U64(dropped(&bench, IPTFS_DROP_INCOMPLETE), 1);
    CHECK_U64(bench.receiver.immediate.held, 0);
    stop(&bench);
}

/* Neighbours that contradict each other end the wait immediately. */
static void test_contradictions(void)
{
    static struct bench bench;
    /* 0 begins a packet that 1 does not continue; 3 continues what 2 does not hold. */
    two_and_whole();
    static const struct event events[] = {{0, 0}, {1, 1}, {2, 2}};
    timed(3, events);
    plan.stream.outer[1].block_offset = 0;
    plan.stream.outer[1].count = 0;
    memmove(&plan.stream.outer[1], &plan.stream.outer[5], sizeof plan.stream.outer[1]);
    start(&bench, &plan, true);
    play(&bench);
    CHECK_U64(bench.receiver.immediate.held, 0);
    CHECK_U64(dropped(&bench, IPTFS_DROP_INCOMPLETE), 1);
    CHECK_U64(bench.store.ledger.delivered.pkts, 1);
    stop(&bench);

    /* BlockOffset ends the packet before its length. */
    two_and_whole();
    timed(2, events);
    plan.stream.outer[1].block_offset -= 1;
    start(&bench, &plan, true);
    play(&bench);
    CHECK_U64(dropped(&bench, IPTFS_DROP_INCOMPLETE), 1);
    CHECK_U64(bench.receiver.immediate.held, 0);
    stop(&bench);
}

/* Packets that were held at the end of the run are inside, not lost. */
static void test_end_of_run(void)
{
    static struct bench bench;
    two_and_whole();
    static const struct event events[] = {{0, 0}, {1, 1}};
    timed(2, events);
    start(&bench, &plan, false);
    for (uint32_t i = 2; i < 10; i++)
        iptfs_outer_unref(&bench.store, bench.outers[i]);
    bench.event = 0;
    iptfs_receiver_input(&bench.receiver, 0, bench.outers[1]);
    bench.event = 1;
    iptfs_receiver_input(&bench.receiver, 1, bench.outers[0]);
    CHECK_U64(bench.store.ledger.delivered.pkts, 1);
    iptfs_store_close(&bench.store);
    iptfs_receiver_free(&bench.receiver);
    CHECK_U64(bench.store.found_in_flight, 1);
    CHECK_U64(bench.store.live_inner, 0);
    CHECK_U64(bench.store.live_outer, 0);
    iptfs_store_free(&bench.store);
}

/* --------------------------------------------------------------------------------- random runs */

static void random_stream(struct dice *dice)
{
    struct stream *stream = &plan.stream;
    stream_begin(stream, (uint32_t)dice_between(dice, 20, 120));
    stream->first_seq = dice_percent(dice, 50) ? 1 : dice_between(dice, 1, 1000000);
    uint64_t pads = dice_percent(dice, 50) ? 0 : dice_between(dice, 1, 4);
    uint32_t pkts = (uint32_t)dice_between(dice, 1, PKTS_MAX);
    uint32_t longest = (uint32_t)dice_between(dice, 60, OCTETS_MAX);
    for (uint32_t i = 0; i < pkts && stream->outers + 50 < OUTERS_MAX; i++) {
        int version = dice_percent(dice, 50) ? 4 : 6;
        put_pkt(stream, version, (uint32_t)dice_between(dice, 40, longest), (uint32_t)pads);
        if (dice_percent(dice, 10))
            put_pad(stream);
        else if (dice_percent(dice, 10))
            next_outer(stream);
    }
}

/* Each outer packet comes with a delay of its own, some never, some twice. */
static void random_arrivals(struct dice *dice)
{
    uint64_t loss = dice_between(dice, 0, 3) * 4, copies = dice_between(dice, 0, 2) * 8;
    uint64_t spread = dice_between(dice, 0, 12);
    plan.count = 0;
    for (uint32_t i = 0; i < plan.stream.outers; i++) {
        unsigned times = dice_percent(dice, loss) ? 0 : dice_percent(dice, copies) ? 2 : 1;
        while (times-- > 0) {
            int64_t at_ps = (int64_t)(10 * i + 10 * dice_between(dice, 0, spread));
            uint32_t at = plan.count++;
            for (; at > 0 && plan.events[at - 1].at_ps > at_ps; at--)
                plan.events[at] = plan.events[at - 1];
            plan.events[at] = (struct event){at_ps, i};
        }
    }
    plan.window = (uint32_t)dice_between(dice, 0, 10);
    plan.drop_time_ps = dice_percent(dice, 50) ? SECOND : (int64_t)dice_between(dice, 0, 150);
}

static void test_random_runs(void)
{
    uint64_t delivered = 0, offered = 0;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct dice dice = {seed};
        struct outcome expected;
        random_stream(&dice);
        random_arrivals(&dice);
        if (plan.count == 0)
            continue;
        find_expected(&plan, &expected);
        offered += plan.stream.pkts;
        for (uint32_t i = 0; i < plan.stream.pkts; i++)
            delivered += expected.first[i] != NEVER;
        if (!holds(&plan)) {
            CHECK_FAIL("... seed %" PRIu64, seed);
            return;
        }
    }
    /* The runs are of both kinds. */
    CHECK_TRUE(delivered > offered / 4 && delivered < offered);
}

const CU_TestInfo iptfs_tests_receive_immediate[] = {
    {"every order of small streams", test_every_order_of_small_streams},
    {"every order with each one lost", test_every_order_with_each_one_lost},
    {"all come out when the window is wide", test_all_come_out_when_the_window_is_wide},
    {"every split", test_every_split},
    {"causes", test_causes},
    {"missed numbers", test_missed_numbers},
    {"drop-time is exact", test_drop_time_is_exact},
    {"more fragments than window", test_more_fragments_than_window},
    {"jumps", test_jumps},
    {"endless runs are given up", test_endless_runs_are_given_up},
    {"contradictions", test_contradictions},
    {"end of run", test_end_of_run},
    {"random runs", test_random_runs},
    CU_TEST_INFO_NULL,
};
