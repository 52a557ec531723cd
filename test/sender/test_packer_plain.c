/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packers without AGGFRAG: sizes and IP fragments by hand. Whole streams: test_mode.c. */
#include "sender/packer.h"

#include "support/check.h"
#include "support/samples.h"

static const struct iptfs_trace no_trace = {NULL, NULL};

struct rig {
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_queue queue;
    struct iptfs_esp esp;
    struct iptfs_packer packer;
};

static void rig_open(struct rig *rig, const struct iptfs_packer_ops *ops, uint32_t pkt_size,
                     uint32_t mtu)
{
    *rig = (struct rig){0};
    iptfs_store_init(&rig->store);
    iptfs_queue_init(&rig->queue, 100000);
    iptfs_esp_init(&rig->esp, iptfs_cipher_named("null"), 4);
    rig->packer = (struct iptfs_packer){
        .ops = ops,
        .store = &rig->store,
        .counters = &rig->counters,
        .trace = &no_trace,
        .esp = &rig->esp,
        .ip_fragment_headers = true,
    };
    rig->packer.payload_octets = ops->payload_octets(&rig->packer, pkt_size, mtu);
}

static void expect(struct rig *rig, uint32_t offset, uint32_t data, uint32_t ip_octets)
{
    struct iptfs_outer *outer = rig->packer.ops->next(&rig->packer, &rig->queue, 0);
    if (!CHECK_TRUE(outer != NULL))
        return;
    CHECK_U64(outer->first_offset, offset);
    CHECK_U64(outer->data_octets, data);
    CHECK_U64(outer->ip_octets, ip_octets);
    iptfs_outer_drop(&rig->store, outer, IPTFS_DROP_LINK_LOSS);
}

static void queue(struct rig *rig, uint32_t octets)
{
    CHECK_TRUE(iptfs_queue_push(&rig->queue, sample_hollow(&rig->store, octets, 0)));
}

static void close_rig(struct rig *rig)
{
    CHECK_TRUE(rig->packer.ops->next(&rig->packer, &rig->queue, 0) == NULL);
    CHECK_TRUE(rig->packer.partial == NULL);
    CLOSE_STORE(&rig->store);
}

/* 300 octets of IPv4 over an MTU of 100: header 20 and 80 of payload, then fragments of 80 octets
 * of payload with a header each, and the rest of 40. */
static void test_ip_fragments_without_a_tunnel(void)
{
    struct rig rig;
    rig_open(&rig, &iptfs_packer_none, 0, 100);
    CHECK_U64(rig.packer.payload_octets, 100);
    queue(&rig, 300);
    expect(&rig, 0, 100, 100);
    expect(&rig, 100, 80, 100);
    expect(&rig, 180, 80, 100);
    expect(&rig, 260, 40, 60);
    close_rig(&rig);
}

/* ESP adds IP 20, header 8, padding to a multiple of 4 and trailer 2. */
static void test_esp_in_tunnel_and_transport_mode(void)
{
    struct rig rig;
    rig_open(&rig, &iptfs_packer_esp, 0, 1500);
    CHECK_U64(rig.packer.payload_octets, 1470);
    queue(&rig, 100);
    queue(&rig, 101);
    expect(&rig, 0, 100, 20 + 8 + 104);
    expect(&rig, 0, 101, 20 + 8 + 104);
    close_rig(&rig);
    rig_open(&rig, &iptfs_packer_esp_transport, 0, 1500);
    CHECK_U64(rig.packer.payload_octets, 1490);
    queue(&rig, 100); /* of which 80 are behind the header */
    expect(&rig, 0, 100, 20 + 8 + 84);
    close_rig(&rig);
}

static void test_padding_to_a_size(void)
{
    struct rig rig;
    rig_open(&rig, &iptfs_packer_esp_pad, 500, 1500);
    CHECK_U64(rig.packer.payload_octets, 470);
    queue(&rig, 40);
    queue(&rig, 470);
    expect(&rig, 0, 40, 500);
    expect(&rig, 0, 470, 500);
    close_rig(&rig);
    rig_open(&rig, &iptfs_packer_esp, 0, 1500);
    rig.packer.tfc_pad_octets = 302;
    queue(&rig, 40);
    queue(&rig, 310);
    expect(&rig, 0, 40, 20 + 8 + 304);
    expect(&rig, 0, 310, 20 + 8 + 312);
    close_rig(&rig);
}

const CU_TestInfo iptfs_tests_packer_plain[] = {
    {"IP fragments without a tunnel", test_ip_fragments_without_a_tunnel},
    {"ESP in tunnel and transport mode", test_esp_in_tunnel_and_transport_mode},
    {"padding to a size", test_padding_to_a_size},
    CU_TEST_INFO_NULL,
};
