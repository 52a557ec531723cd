/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/replay.h"

#include "base/units.h"
#include "esp/esp.h"
#include "files/infile.h"
#include "files/textfile.h"
#include "link/direct_link.h"
#include "ns3/engine.h"
#include "ns3/events.h"
#include "ns3/failure.h"
#include "ns3/sim.h"
#include "run/script.h"
#include "tunnel/tunnel.h"
#include "wire/outer_codec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    IPV6_MTU_MIN = 1280
};

struct replay {
    const struct iptfs_script *script;
    FILE *out;
    struct iptfs_tunnel tunnel;
    struct iptfs_observer observer;
    struct iptfs_engine engine;
    struct iptfs_outer_codec wire;
    uint8_t bytes[IPTFS_OUTER_CODEC_MAX_OCTETS];
    uint8_t plain[IPTFS_OUTER_CODEC_MAX_OCTETS];
};

/* A line of the script as an event of ns-3. */
struct scripted {
    struct replay *replay;
    const struct iptfs_script_event *event;
};

static int64_t ns(int64_t time_ps)
{
    return time_ps / IPTFS_PS_PER_NS;
}

static void print_arrived(void *ctx, struct iptfs_inner *inner)
{
    const struct replay *replay = ctx;
    fprintf(replay->out, "in %" PRId64 " id=%" PRIu32 " len=%" PRIu32 "\n", ns(inner->arrived_ps),
            inner->id, inner->octets);
}

/* Prints the data blocks that the octets of an AGGFRAG payload hold. */
static void print_blocks(FILE *out, struct iptfs_block_walk *walk)
{
    struct iptfs_block block;
    while (iptfs_block_next(walk, &block)) {
        struct iptfs_inner inner = {.bytes = (uint8_t *)(uintptr_t)block.bytes,
                                    .ip_version = block.bytes[0] >> 4};
        if (block.kind == IPTFS_BLOCK_CONTINUED) {
            fprintf(out, " cont=%" PRIu32, block.octets);
            continue;
        }
        iptfs_inner_read_header(&inner);
        fprintf(out, " %d:%" PRIu32 ":%" PRIu32 "/%" PRIu32, inner.ip_version, inner.id,
                block.octets, block.total);
    }
}

static void print_payload(FILE *out, const struct iptfs_outer_codec_found *found)
{
    struct iptfs_aggfrag header;
    struct iptfs_block_walk walk;
    int octets = iptfs_aggfrag_decode(&header, found->payload, found->payload_octets);
    if (octets < 0)
        return;
    uint32_t data = found->payload_octets - (uint32_t)octets;
    fprintf(out, " sub=%d flags=%d off=%d data=%" PRIu32, header.sub_type, found->payload[1],
            header.block_offset, data);
    iptfs_blocks_of_bytes(&walk, found->payload + octets, data, header.block_offset);
    print_blocks(out, &walk);
}

/* Prints what a recorder reads from the octets of the packet. */
static void print_sent(void *ctx, int64_t now_ps, const struct iptfs_outer *outer)
{
    struct replay *replay = ctx;
    struct iptfs_outer_codec_found found;
    int octets =
        iptfs_outer_codec_encode(&replay->wire, outer, replay->bytes, sizeof replay->bytes);
    enum iptfs_outer_codec_verdict verdict = IPTFS_OUTER_CODEC_SHORT;
    if (octets > 0)
        verdict = iptfs_outer_codec_decode(&replay->wire, replay->bytes, (uint32_t)octets,
                                           replay->plain, &found);
    if (verdict != IPTFS_OUTER_CODEC_GOOD) {
        fprintf(replay->out, "out %" PRId64 " seq=%" PRIu64 " unwritten: %s\n", ns(now_ps),
                outer->seq, replay->wire.why);
        return;
    }
    fprintf(replay->out, "out %" PRId64 " seq=%" PRIu64 " len=%" PRIu32, ns(now_ps), found.seq,
            found.ip_octets);
    /* With a real cipher a recorder cannot read what follows. */
    if (replay->wire.config.esp.cipher->icv_octets == 0) {
        fprintf(replay->out, " nh=%d pad=%d", found.next_header, found.pad_octets);
        if (!replay->script->config.plain_esp)
            print_payload(replay->out, &found);
    }
    fputc('\n', replay->out);
}

static void print_delivered(void *ctx, int64_t now_ps, struct iptfs_inner *inner)
{
    const struct replay *replay = ctx;
    fprintf(replay->out, "rx %" PRId64 " id=%" PRIu32 " len=%" PRIu32 " tos=%d\n", ns(now_ps),
            inner->id, inner->octets, inner->tos);
}

static void print_too_big(FILE *out, int64_t now_ps, bool v6, uint32_t mtu_octets)
{
    if (v6)
        fprintf(out, "icmp6 %" PRId64 " type=2 code=0 mtu=%" PRIu32 "\n", ns(now_ps), mtu_octets);
    else
        fprintf(out, "icmp %" PRId64 " type=3 code=4 mtu=%" PRIu32 "\n", ns(now_ps), mtu_octets);
}

static void print_icmp(void *ctx, int64_t now_ps, const struct iptfs_inner *inner,
                       uint32_t mtu_octets)
{
    print_too_big(((const struct replay *)ctx)->out, now_ps, inner->ip_version == 6, mtu_octets);
}

static void run_in(struct replay *replay, const struct iptfs_script_event *event)
{
    struct iptfs_arrival arrival = {
        .at_ps = event->at_ps,
        .octets = event->octets,
        .id = event->id,
        .ip_version = event->v6 ? 6 : 4,
        .tos = event->tos,
    };
    /* A router compares IPv6 packets with the MTU of the device they would leave by, at least 1280
     * (RFC 8200, 5), before IPsec sees them: these never get as far as the tunnel. */
    int64_t mtu =
        replay->script->config.mtu > IPV6_MTU_MIN ? replay->script->config.mtu : IPV6_MTU_MIN;
    if (event->v6 && event->octets > mtu) {
        fprintf(replay->out, "in %" PRId64 " id=%" PRIu32 " len=%" PRIu32 "\n", ns(event->at_ps),
                event->id, event->octets);
        print_too_big(replay->out, event->at_ps, true, (uint32_t)mtu);
        return;
    }
    iptfs_sender_offer(&replay->tunnel.sender, &arrival);
    iptfs_engine_arm(&replay->engine);
}

static void run_raw(struct replay *replay, const struct iptfs_script_event *event)
{
    struct iptfs_store *store = &replay->tunnel.store;
    struct iptfs_outer *outer = iptfs_outer_new(store);
    if (outer == NULL)
        return;
    outer->seq = event->seq;
    outer->ip_octets = iptfs_esp_outer_octets(&replay->tunnel.sender.config.esp, event->octets);
    fprintf(replay->out, "raw %" PRId64 " seq=%" PRIu64 " len=%" PRIu32 "\n", ns(event->at_ps),
            event->seq, outer->ip_octets);
    if (iptfs_outer_set_payload(store, outer, event->payload, event->octets) != IPTFS_OK) {
        iptfs_outer_drop(store, outer, IPTFS_DROP_BAD_HEADER);
        return;
    }
    iptfs_receiver_input(&replay->tunnel.receiver, event->at_ps, outer);
    iptfs_engine_arm(&replay->engine);
}

static void run_event(void *ctx)
{
    const struct scripted *scripted = ctx;
    if (scripted->event->raw)
        run_raw(scripted->replay, scripted->event);
    else
        run_in(scripted->replay, scripted->event);
}

static int add_link(struct replay *replay)
{
    const struct iptfs_script *script = replay->script;
    struct iptfs_link_config config = {
        .delay_ps = script->config.link_delay_ns * IPTFS_PS_PER_NS,
        .mtu_octets = UINT32_MAX, /* the channel of the recorder has no MTU */
        .framing = IPTFS_FRAMING_NONE,
        .impairments.list = {script->items, script->item_count},
    };
    struct iptfs_link *link;
    int code = iptfs_direct_link_new(&link, &config, &replay->tunnel.store, NULL);
    if (code == IPTFS_OK)
        iptfs_tunnel_set_link(&replay->tunnel, link);
    return code;
}

static int build(struct replay *replay)
{
    const struct iptfs_script_config *config = &replay->script->config;
    struct iptfs_sender_config sender = {
        .pkt_size_octets = (uint32_t)config->pkt_size,
        .mtu_octets = (uint32_t)config->mtu,
        .max_queue_size_octets = (uint64_t)config->max_queue_size,
        .init_delay_ps = config->init_delay_us * IPTFS_PS_PER_US,
        .dont_frag = config->dont_frag != 0,
        .tfc_pad_octets = (uint32_t)config->tfcpad,
        .ip_fragment_headers = true,
    };
    struct iptfs_receiver_config receiver = {
        .reorder_window = (uint32_t)config->reorder_window,
        .drop_time_ps = config->drop_time_us * IPTFS_PS_PER_US,
        .plain = config->plain_esp,
        /* Linux copies the marks of plain ESP; its mode iptfs ignores them. */
        .ecn_decap = config->plain_esp ? IPTFS_ECN_DECAP_MARK : IPTFS_ECN_DECAP_NOTHING,
    };
    if (config->plain_esp) {
        sender.mode = iptfs_mode_named("esp");
        sender.init_delay_ps = 0;
    }
    iptfs_esp_init(&sender.esp, iptfs_cipher_at((unsigned)config->cipher), (int)config->outer);
    struct iptfs_outer_codec_config wire = {
        .mode = sender.mode != NULL ? sender.mode : iptfs_mode_at(0),
        .esp = sender.esp,
        .spi = 1,
        .key_octets = 16,
    };
    int code = iptfs_tunnel_init(&replay->tunnel, &sender, &receiver);
    if (code == IPTFS_OK)
        code = iptfs_outer_codec_init(&replay->wire, &wire);
    replay->observer = (struct iptfs_observer){
        .arrived = print_arrived,
        .sent = print_sent,
        .delivered = print_delivered,
        .icmp = print_icmp,
        .ctx = replay,
    };
    iptfs_tunnel_observe(&replay->tunnel, &replay->observer);
    if (code == IPTFS_OK)
        code = iptfs_engine_init(&replay->engine, &replay->tunnel);
    return code == IPTFS_OK ? add_link(replay) : code;
}

/* Prints the counters that Linux showed at the end, those of the sender first. */
static void print_stats(const struct replay *replay)
{
    for (int receiver = 0; receiver <= 1; receiver++)
        for (int i = 0; i < IPTFS_COUNTER_COUNT; i++) {
            const struct iptfs_counter_name *name = iptfs_counter_name((enum iptfs_counter)i);
            uint64_t value = replay->tunnel.counters.value[i];
            if (value > 0 && name->receiver == receiver && strcmp(name->family, "linux") == 0)
                fprintf(replay->out, "stat %s %s=%" PRIu64 "\n", receiver ? "rx" : "tx", name->name,
                        value);
        }
}

static int run_events(struct replay *replay, struct scripted *scripted)
{
    const struct iptfs_script *script = replay->script;
    for (size_t i = 0; i < script->event_count; i++) {
        scripted[i] = (struct scripted){replay, &script->events[i]};
        int ns3_code = iptfs_ns3_at(script->events[i].at_ps, run_event, NULL, &scripted[i]);
        if (ns3_code != 0)
            return iptfs_ns3_failure(ns3_code);
    }
    int ns3_code = iptfs_ns3_run_until(script->end_ps);
    if (ns3_code < 0)
        return iptfs_ns3_failure(ns3_code);
    if (replay->engine.error != IPTFS_OK)
        return replay->engine.error;
    int code = iptfs_tunnel_close(&replay->tunnel, script->end_ps);
    if (code == IPTFS_OK)
        print_stats(replay);
    return code;
}

static int run_script(const struct iptfs_script *script, const char *path, FILE *out,
                      struct iptfs_error *error)
{
    struct replay *replay = calloc(1, sizeof *replay);
    struct scripted *scripted = calloc(script->event_count + 1, sizeof *scripted);
    int code = replay != NULL && scripted != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
    if (code == IPTFS_OK)
        code = iptfs_ns3_failure(iptfs_ns3_open());
    if (code == IPTFS_OK) {
        replay->script = script;
        replay->out = out;
        code = build(replay);
        if (code == IPTFS_OK)
            code = run_events(replay, scripted);
        iptfs_tunnel_free(&replay->tunnel);
        iptfs_engine_free(&replay->engine);
        iptfs_outer_codec_free(&replay->wire);
        iptfs_ns3_close();
    }
    free(scripted);
    free(replay);
    if (code == IPTFS_E_INVALID)
        return iptfs_fail(error, code,
                          "%s: cfg: found pkt_size %" PRId64 " and mtu %" PRId64
                          ", allowed: both larger than the headers",
                          iptfs_quoted_path(path).text, script->config.pkt_size,
                          script->config.mtu);
    return code == IPTFS_OK ? code
                            : iptfs_fail(error, code, "%s: %s", iptfs_quoted_path(path).text,
                                         iptfs_error_name(code));
}

int iptfs_replay_stream(FILE *in, const char *path, FILE *out, struct iptfs_error *error)
{
    struct iptfs_script script;
    int code = iptfs_script_read(&script, in, path, error);
    if (code != IPTFS_OK)
        return code;
    code = run_script(&script, path, out, error);
    iptfs_script_free(&script);
    return code;
}

int iptfs_replay_file(const char *path, FILE *out, struct iptfs_error *error)
{
    FILE *in;
    int code = iptfs_infile_open(path, &in, error);
    if (code != 0)
        return code;
    code = iptfs_replay_stream(in, path, out, error);
    fclose(in);
    return code;
}
