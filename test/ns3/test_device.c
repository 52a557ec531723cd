/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network device of an ns-3 node whose other end is C: the fields of a packet, and who
 * owns it. */
#include "ns3/device.h"

#include "base/units.h"
#include "ns3/error.h"
#include "ns3/sim.h"
#include "support/check.h"
#include "support/ns3_network.h"

#include <string.h>

#define MS IPTFS_PS_PER_MS

enum {
    PACKETS_MAX = 8
};

/* UDP packets that a node has sent, and what was seen of them; neighbour discovery is released. */
struct sent {
    struct iptfs_ns3_device *device;
    struct iptfs_ns3_packet packet[PACKETS_MAX];
    uint8_t head[PACKETS_MAX][IPTFS_NS3_PACKET_HEAD_OCTETS];
    bool local[PACKETS_MAX];
    size_t count;
};

static bool is_udp(const struct iptfs_ns3_packet *packet)
{
    return packet->head[packet->ip_version == 4 ? 9 : 6] == 17;
}

static bool on_send(void *ctx, const struct iptfs_ns3_packet *packet)
{
    struct sent *sent = ctx;
    if (!is_udp(packet) || sent->count == PACKETS_MAX) {
        iptfs_ns3_packet_release(packet->handle);
        return false;
    }
    sent->packet[sent->count] = *packet;
    memcpy(sent->head[sent->count], packet->head, packet->head_octets);
    sent->local[sent->count] = iptfs_ns3_device_is_local(sent->device, packet->handle);
    sent->count++;
    return true;
}

static void on_datagram(void *ctx, const uint8_t *bytes, uint32_t octets)
{
    (void)bytes;
    (void)octets;
    ++*(size_t *)ctx;
}

/* A node with a device of that address, in the simulation that is open. */
static void *make_node(struct sent *sent, const char *ipv4, const char *ipv6)
{
    void *node = net_node();
    *sent = (struct sent){0};
    CHECK_INT(iptfs_ns3_device_new(&sent->device, node, 1500, on_send, sent), 0);
    uint32_t index = iptfs_ns3_device_index(sent->device);
    CHECK_INT(net_address(node, index, ipv4, NULL), 0);
    CHECK_INT(net_address(node, index, ipv6, NULL), 0);
    return node;
}

static void test_fields(void)
{
    static const uint8_t bytes[100] = {1, 2, 3};
    static struct sent sent;
    uint8_t copy[20];
    CHECK_INT(iptfs_ns3_open(), 0);
    void *node = make_node(&sent, "10.0.0.1", "fd00::1");
    CHECK_TRUE(iptfs_ns3_device_node(sent.device) == node);
    CHECK_TRUE(iptfs_ns3_device_pointer(sent.device) != NULL);
    CHECK_INT(net_udp_send(node, MS, "10.0.0.2", bytes, 100, 0xb8), 0);
    CHECK_INT(net_udp_send(node, 2000 * MS, "fd00::2", bytes, 100, 0x48), 0);
    CHECK_INT(iptfs_ns3_run_until(3000 * MS), 0);
    CHECK_U64(sent.count, 2);
    for (size_t i = 0; i < 2 && i < sent.count; i++) {
        const struct iptfs_ns3_packet *packet = &sent.packet[i];
        uint32_t header = i == 0 ? 20 : 40;
        CHECK_INT(packet->ip_version, i == 0 ? 4 : 6);
        CHECK_INT(packet->tos, i == 0 ? 0xb8 : 0x48);
        CHECK_U64(packet->octets, header + 8 + 100);
        CHECK_U64(packet->head_octets, IPTFS_NS3_PACKET_HEAD_OCTETS);
        CHECK_TRUE(sent.local[i]);
        CHECK_U64(iptfs_ns3_packet_copy(packet->handle, header + 8, copy, 20), 20);
        CHECK_BYTES(copy, bytes, 20);
        CHECK_U64(iptfs_ns3_packet_copy(packet->handle, packet->octets - 5, copy, 20), 5);
        CHECK_U64(iptfs_ns3_packet_copy(packet->handle, packet->octets, copy, 20), 0);
        iptfs_ns3_packet_release(packet->handle);
    }
    CHECK_INT(iptfs_ns3_close(), 0);
    CHECK_TRUE(iptfs_ns3_device_pointer(sent.device) == NULL);
    iptfs_ns3_device_free(sent.device);
}

/* The packets of one node are passed to another: one is received, the other comes too late. */
static void test_receive(void)
{
    static const uint8_t bytes[100];
    static struct sent sent, other;
    size_t datagrams = 0;
    CHECK_INT(iptfs_ns3_open(), 0);
    void *node = make_node(&sent, "10.0.0.1", "fd00::1");
    void *far = make_node(&other, "10.0.0.2", "fd00::2");
    CHECK_INT(net_udp_receive(far, false, on_datagram, &datagrams), 0);
    for (int i = 1; i <= 3; i++)
        CHECK_INT(net_udp_send(node, i * MS, "10.0.0.2", bytes, 100, 0), 0);
    CHECK_INT(iptfs_ns3_run_until(10 * MS), 0);
    if (!CHECK_U64(sent.count, 3))
        return;
    CHECK_TRUE(!iptfs_ns3_device_is_local(other.device, sent.packet[0].handle));
    CHECK_TRUE(iptfs_ns3_device_receive(other.device, sent.packet[0].handle, 3));
    CHECK_INT(iptfs_ns3_run_until(20 * MS), 0);
    CHECK_U64(datagrams, 1);
    CHECK_TRUE(!iptfs_ns3_device_receive(NULL, sent.packet[1].handle, 0));
    CHECK_INT(iptfs_ns3_close(), 0);
    CHECK_TRUE(!iptfs_ns3_device_receive(other.device, sent.packet[2].handle, 0));
    CHECK_U64(datagrams, 1);
    iptfs_ns3_device_free(sent.device);
    iptfs_ns3_device_free(other.device);
}

static void test_freed_device_drops(void)
{
    static const uint8_t bytes[100];
    static struct sent sent;
    CHECK_INT(iptfs_ns3_open(), 0);
    void *node = make_node(&sent, "10.0.0.1", "fd00::1");
    CHECK_INT(net_udp_send(node, MS, "10.0.0.2", bytes, 100, 0), 0);
    iptfs_ns3_device_free(sent.device);
    CHECK_INT(iptfs_ns3_run_until(10 * MS), 0);
    CHECK_U64(sent.count, 0);
    CHECK_INT(iptfs_ns3_close(), 0);
    iptfs_ns3_device_free(NULL);
}

static void test_arguments(void)
{
    struct iptfs_ns3_device *device;
    CHECK_INT(iptfs_ns3_open(), 0);
    void *node = net_node();
    CHECK_INT(iptfs_ns3_device_new(NULL, node, 1500, on_send, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_device_new(&device, NULL, 1500, on_send, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_device_new(&device, node, 67, on_send, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_device_new(&device, node, 65536, on_send, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_device_new(&device, node, 1500, NULL, NULL), IPTFS_NS3_EINVAL);
    CHECK_INT(iptfs_ns3_close(), 0);
    CHECK_INT(iptfs_ns3_device_new(&device, node, 1500, on_send, NULL), IPTFS_NS3_ESTATE);
    CHECK_TRUE(device == NULL);
}

const CU_TestInfo iptfs_tests_device[] = {
    {"a packet's fields and octets", test_fields},
    {"packets are passed to another node", test_receive},
    {"a freed device drops packets", test_freed_device_drops},
    {"bad arguments are refused", test_arguments},
    CU_TEST_INFO_NULL,
};
