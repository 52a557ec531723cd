/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/samples.h"

#include "base/octets.h"
#include "packet/aggfrag.h"
#include "support/check.h"

#include <string.h>

/* A linear congruential generator with its weak low bits folded away. */
uint64_t sample_next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t mixed = *state ^ *state >> 31;
    return mixed * UINT64_C(0x9FB21C651E98DF25) >> 16;
}

uint32_t sample_between(uint64_t *state, uint32_t low, uint32_t high)
{
    return low + (uint32_t)(sample_next(state) % (high - low + 1u));
}

static void fill(uint8_t *bytes, uint32_t octets, uint32_t id)
{
    uint64_t state = id;
    for (uint32_t i = 0; i < octets; i++)
        bytes[i] = (uint8_t)sample_next(&state);
}

void sample_ip(uint8_t *bytes, int version, uint32_t octets, uint32_t id)
{
    fill(bytes, octets, id);
    if (version == 4) {
        bytes[0] = 0x45;
        iptfs_put16(bytes + 2, octets);
        iptfs_put16(bytes + 4, id);
    } else {
        bytes[0] = (uint8_t)(0x60 | bytes[0] >> 4);
        bytes[1] = (uint8_t)((bytes[1] & 0xF0) | (id >> 16 & 0xF));
        iptfs_put16(bytes + 2, id);
        iptfs_put16(bytes + 4, octets - IPTFS_IPV6_HEADER_OCTETS);
    }
}

struct iptfs_inner *sample_inner(struct iptfs_store *store, uint8_t *bytes, uint32_t octets)
{
    struct iptfs_inner *inner = iptfs_inner_new(store, octets);
    inner->bytes = bytes;
    inner->ip_version = bytes[0] >> 4;
    return inner;
}

struct iptfs_inner *sample_hollow(struct iptfs_store *store, uint32_t octets, uint32_t id)
{
    struct iptfs_inner *inner = iptfs_inner_new(store, octets);
    inner->ip_version = 4;
    inner->id = id;
    return inner;
}

void payload_begin(struct payload *payload, uint32_t block_offset)
{
    payload->octets = 0;
    payload->block_offset = block_offset;
}

void payload_put(struct payload *payload, const struct sample *sample, uint32_t from, uint32_t to)
{
    memcpy(payload->bytes + payload->octets, sample->bytes + from, to - from);
    payload->octets += to - from;
}

void payload_put_whole(struct payload *payload, const struct sample *sample)
{
    payload_put(payload, sample, 0, sample->octets);
}

void payload_put_pad(struct payload *payload, uint32_t octets)
{
    memset(payload->bytes + payload->octets, 0, octets);
    payload->octets += octets;
}

struct iptfs_outer *payload_outer(struct iptfs_store *store, const struct payload *payload,
                                  uint8_t sub_type)
{
    uint8_t bytes[IPTFS_AGGFRAG_CC_OCTETS + PAYLOAD_MAX];
    struct iptfs_aggfrag header = {.sub_type = sub_type,
                                   .block_offset = (uint16_t)payload->block_offset};
    int at = iptfs_aggfrag_encode(&header, bytes, sizeof bytes);
    struct iptfs_outer *outer = iptfs_outer_new(store);
    memcpy(bytes + at, payload->bytes, payload->octets);
    iptfs_outer_set_payload(store, outer, bytes, (uint32_t)at + payload->octets);
    return outer;
}

void sample_close_store(struct iptfs_store *store, const char *file, int line)
{
    check_u64(store->live_inner, 0, "inner packets left", file, line);
    check_u64(store->live_outer, 0, "outer packets left", file, line);
    check_u64(store->ledger.unexplained, 0, "packets that vanished", file, line);
    check_u64(iptfs_ledger_in_flight(&store->ledger), store->found_in_flight,
              "inside by the ledger", file, line);
    check_true(iptfs_ledger_balanced(&store->ledger, store->found_in_flight), "ledger balanced",
               file, line);
    check_int(store->error, 0, "store error", file, line);
    iptfs_store_free(store);
}
