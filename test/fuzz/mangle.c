/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets from our packer over an impaired path: what is delivered was sent. */
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "packet/aggfrag.h"
#include "receiver/receiver.h"
#include "sender/packer_aggfrag.h"
#include "support/samples.h"

#include <stdlib.h>
#include <string.h>

enum {
    PKTS_MAX = 16,
    PKT_MAX_OCTETS = 500,
    OUTERS_MAX = 2100,
    NAMED_OCTETS = 6, /* of an inner packet: version, length, number */
    WIRE_MAX = IPTFS_AGGFRAG_CC_OCTETS + 700
};

/* A payload on the wire. */
struct wire {
    uint8_t *bytes;
    uint32_t octets;
    uint64_t seq;
    uint64_t allowed; /* packets that were not sent, which each arrival may bring */
};

struct path {
    uint8_t bytes[PKTS_MAX][PKT_MAX_OCTETS];
    uint32_t octets[PKTS_MAX];
    bool flipped[PKTS_MAX][PKT_MAX_OCTETS];
    unsigned delivered[PKTS_MAX];
    uint32_t count;
    struct iptfs_store sent; /* where the packets are packed */
    struct iptfs_outer *outers[OUTERS_MAX];
    struct wire wires[OUTERS_MAX];
    uint32_t wire_count;
    struct iptfs_store store; /* where they arrive */
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_receiver receiver;
    int64_t now_ps;
    uint64_t strange; /* packets that came out and were not sent, */
    uint64_t allowed; /* and how many there may be after what was done to their payloads */
    uint32_t next;    /* packet that comes out at the earliest, where order is kept */
    bool lost, late, doubled;
};

/* Which packet came out, but for flipped octets; or PKTS_MAX. */
static uint32_t find(const struct path *path, const struct iptfs_inner *inner)
{
    uint32_t id = inner->id;
    if (id >= path->count || inner->octets != path->octets[id])
        return PKTS_MAX;
    for (uint32_t i = 0; i < inner->octets; i++)
        if (inner->bytes[i] != path->bytes[id][i] && !path->flipped[id][i])
            return PKTS_MAX;
    return id;
}

static void on_deliver(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct path *path = ctx;
    const struct iptfs_receiver_config *config = &path->receiver.config;
    uint32_t id = find(path, inner);
    MUST(now_ps <= path->now_ps && !again);
    if (id == PKTS_MAX) {
        path->strange++;
        MUST(path->strange <= path->allowed);
        return;
    }
    path->delivered[id]++;
    if (path->allowed > 0)
        return;
    bool once = config->replay_window > 0 || (!config->immediate && config->reorder_window > 0);
    MUST(path->delivered[id] == 1 || !once);
    if (config->immediate || config->reorder_window == 0)
        return;
    MUST(id >= path->next);
    path->next = id + 1;
}

/* ------------------------------------------------------------------------------------- packing */

static void fill_queue(struct path *path, struct iptfs_queue *queue, struct fuzz_input *input)
{
    path->count = (uint32_t)fuzz_between(input, 1, PKTS_MAX);
    for (uint32_t i = 0; i < path->count; i++) {
        int version = fuzz_flag(input) ? 4 : 6;
        path->octets[i] = (uint32_t)fuzz_between(input, version == 4 ? 20 : 40, PKT_MAX_OCTETS);
        sample_ip(path->bytes[i], version, path->octets[i], i);
        iptfs_queue_push(queue, sample_inner(&path->sent, path->bytes[i], path->octets[i]));
    }
}

static void write_wire(struct path *path, struct iptfs_outer *outer, uint8_t sub_type)
{
    uint8_t bytes[WIRE_MAX];
    struct wire *wire = &path->wires[path->wire_count];
    struct iptfs_aggfrag header = {.sub_type = sub_type};
    int octets = iptfs_payload_encode(outer, header, NULL, bytes, sizeof bytes);
    if (!MUST(octets > 0))
        octets = 0;
    *wire = (struct wire){malloc((size_t)octets + 1), (uint32_t)octets, outer->seq, 0};
    memcpy(wire->bytes, bytes, wire->octets);
    path->outers[path->wire_count++] = outer;
}

static void pack(struct path *path, struct fuzz_input *input)
{
    struct iptfs_esp esp;
    struct iptfs_queue queue;
    struct iptfs_counters counters = {0};
    iptfs_store_init(&path->sent);
    iptfs_esp_init(&esp, iptfs_cipher_at(0), 4);
    iptfs_queue_init(&queue, UINT32_MAX);
    struct iptfs_packer packer = {
        .store = &path->sent,
        .counters = &counters,
        .trace = &path->trace,
        .esp = &esp,
        .payload_octets = (uint32_t)fuzz_between(input, 8, 600),
        .fill_full = fuzz_flag(input),
        .dummies = fuzz_flag(input),
        .sub_type = fuzz_flag(input),
        .pad_to_avoid_fragment = fuzz_flag(input),
        .min_fragment_octets = (uint32_t)fuzz_between(input, 0, 9),
        .all_pad_every = (uint32_t)fuzz_between(input, 0, 4),
    };
    packer.all_pad_every += packer.all_pad_every == 1; /* each one: nothing would go */
    fill_queue(path, &queue, input);
    while (queue.head != NULL || packer.partial != NULL)
        write_wire(path, iptfs_packer_aggfrag(&packer, &queue, 0), packer.sub_type);
}

/* ------------------------------------------------------------------------------------ the path */

static void open_path(struct path *path, struct fuzz_input *input)
{
    *path = (struct path){.count = 0};
    struct iptfs_receiver_config config = {
        .immediate = fuzz_flag(input),
        .replay_window = fuzz_flag(input) ? IPTFS_REPLAY_WINDOW_MAX : 0,
        .reorder_window = (uint32_t)fuzz_between(input, 0, 20),
        .drop_time_ps = (int64_t)fuzz_take(input, 1) * IPTFS_PS_PER_MS,
    };
    iptfs_store_init(&path->store);
    MUST(iptfs_receiver_init(&path->receiver, &config, &path->store, &path->counters,
                             &path->trace) == 0);
    iptfs_receiver_deliver_to(&path->receiver, on_deliver, path);
}

/* Flips an octet that is not part of a length or identification. */
static void flip_data(struct path *path, uint32_t at, uint32_t place)
{
    struct iptfs_slice_walk walk;
    struct iptfs_slice slice;
    struct wire *wire = &path->wires[at];
    uint32_t head = (uint32_t)iptfs_aggfrag_octets(wire->bytes[0]);
    uint32_t begin = head;
    for (iptfs_slices(path->outers[at], &walk); iptfs_slice_next(&walk, &slice);) {
        uint32_t inside = slice.offset + place - begin;
        if (place >= begin && place < begin + slice.octets && inside >= NAMED_OCTETS) {
            wire->bytes[place] ^= 0x55;
            path->flipped[slice.inner->bytes[0] >> 4 == 4 ? slice.inner->bytes[5]
                                                          : slice.inner->bytes[3]][inside] = true;
        }
        begin += slice.octets;
    }
}

/* A flip may change any packet in the payload, and one that only starts there. */
static void flip_any(struct path *path, uint32_t at, uint32_t place, uint8_t by)
{
    struct wire *wire = &path->wires[at];
    wire->bytes[place] ^= by;
    wire->allowed += wire->octets; /* more than there can be */
}

/* A packet that is cut may be completed by octets of another. */
static void cut(struct path *path, uint32_t at, uint32_t octets)
{
    path->wires[at].octets = octets;
    path->wires[at].allowed += PKTS_MAX;
}

static void arrive(struct path *path, uint32_t at)
{
    const struct wire *wire = &path->wires[at];
    struct iptfs_outer *outer = iptfs_outer_new(&path->store);
    outer->seq = wire->seq;
    path->allowed += wire->allowed;
    MUST(iptfs_outer_set_payload(&path->store, outer, wire->bytes, wire->octets) == 0);
    iptfs_receiver_input(&path->receiver, path->now_ps, outer);
    iptfs_receiver_wake(&path->receiver, path->now_ps);
    MUST(iptfs_ledger_in_flight(&path->store.ledger) == path->store.live_inner);
}

/* Impairs the payload `turn`; returns the payload that follows. */
static uint32_t impair(struct path *path, uint32_t turn, struct fuzz_input *input)
{
    uint64_t what = fuzz_take(input, 1);
    uint32_t octets = path->wires[turn].octets;
    switch (what & 7) {
    case 0:
        path->lost = true;
        return turn + 1;
    case 1: { /* an earlier one again, or one that overtakes */
        uint32_t other = (uint32_t)fuzz_between(input, 0, path->wire_count - 1);
        path->doubled = true;
        path->late = path->late || other > turn;
        arrive(path, other);
        return turn;
    }
    case 2:
        path->now_ps += (int64_t)(what >> 3) * 3 * IPTFS_PS_PER_MS;
        path->late = true;
        iptfs_receiver_wake(&path->receiver, path->now_ps);
        return turn;
    case 3:
        if (octets > 0)
            flip_data(path, turn, (uint32_t)fuzz_between(input, 0, octets - 1));
        return turn;
    case 4:
        cut(path, turn, (uint32_t)fuzz_between(input, 0, octets));
        return turn;
    case 5:
        if (octets > 0)
            flip_any(path, turn, (uint32_t)fuzz_between(input, 0, octets - 1),
                     (uint8_t)(1 << (what >> 5)));
        return turn;
    default:
        arrive(path, turn);
        return turn + 1;
    }
}

static void send_all(struct path *path, struct fuzz_input *input)
{
    for (uint32_t turn = 0; turn < path->wire_count;) {
        if (input->left > 0) {
            turn = impair(path, turn, input);
        } else {
            arrive(path, turn);
            turn++;
        }
    }
}

/* Where nothing was lost or late and nothing but data was flipped, all came out. */
static void check_all_delivered(const struct path *path)
{
    const struct iptfs_receiver_config *config = &path->receiver.config;
    bool one_by_one = config->immediate || config->reorder_window == 0;
    bool any_dropped = path->lost || path->late || path->allowed > 0 || config->drop_time_ps == 0;
    if (any_dropped || (path->doubled && one_by_one))
        return;
    for (uint32_t i = 0; i < path->count; i++)
        MUST(path->delivered[i] == 1);
    MUST(path->counters.value[IPTFS_XFRM_IN_IPTFS_ERROR] == 0);
    MUST(path->counters.value[IPTFS_XFRM_IN_HDR_ERROR] == 0);
    MUST(path->counters.value[IPTFS_XFRM_IN_BUFFER_ERROR] == 0);
}

static void close_path(struct path *path)
{
    iptfs_store_close(&path->store);
    iptfs_receiver_free(&path->receiver);
    MUST(path->store.live_inner == 0 && path->store.live_outer == 0);
    MUST(iptfs_ledger_balanced(&path->store.ledger, path->store.found_in_flight));
    iptfs_store_free(&path->store);
    for (uint32_t i = 0; i < path->wire_count; i++) {
        free(path->wires[i].bytes);
        iptfs_outer_drop(&path->sent, path->outers[i], IPTFS_DROP_LINK_LOSS);
    }
    MUST(path->sent.live_inner == 0 && path->sent.live_outer == 0);
    iptfs_store_free(&path->sent);
}

void fuzz_mangle(const uint8_t *bytes, size_t octets)
{
    static struct path path;
    struct fuzz_input input = {bytes, octets};
    open_path(&path, &input);
    pack(&path, &input);
    send_all(&path, &input);
    check_all_delivered(&path);
    close_path(&path);
}
