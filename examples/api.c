/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnel as a library, from C, without scenario file and command line. Four TCP flows go from
 * host to host through a tunnel between their gateways. Every option is a line of text, every
 * packet may be watched, and every counter is read by its name.
 *
 *   host - gateway 0 = tunnel = gateway 1 - host
 *
 * To build it with an installed library (`./waf install`):
 *
 *     cc api.c $(pkg-config --cflags --libs iptfs) -o api
 */
#include "iptfs.h"           /* the tunnel */
#include "ns3/hosts/hosts.h" /* hosts and applications of ns-3 */
#include "ns3/sim.h"         /* ns-3's clock */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    FLOWS = 4
};
static const int64_t second_ps = 1000000000000;
static const uint64_t octets = 250000;

/* What was seen of packets from node 0 to node 1. */
struct seen {
    uint64_t outer;
    uint64_t delivered;
    uint64_t lost_on_link;
    int64_t longest_ps;
};

static void on_sent(void *ctx, int end, int64_t now_ps, uint32_t outer_octets, uint32_t pieces)
{
    (void)now_ps;
    (void)outer_octets;
    (void)pieces;
    ((struct seen *)ctx)->outer += end == 0;
}

static void on_delivered(void *ctx, int end, int64_t now_ps, const void *packet, int64_t delay_ps)
{
    struct seen *seen = ctx;
    (void)now_ps;
    (void)packet;
    seen->delivered += end == 0;
    if (end == 0 && delay_ps > seen->longest_ps)
        seen->longest_ps = delay_ps;
}

static void on_dropped(void *ctx, int end, const void *packet, const char *cause)
{
    (void)packet;
    ((struct seen *)ctx)->lost_on_link += end == 0 && strcmp(cause, "link-loss") == 0;
}

static int failed(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    return 1;
}

/* Hosts behind both gateways, and the flows between them. */
static int add_hosts(struct iptfs_ns3_hosts *hosts, const struct iptfs_pair *pair,
                     struct iptfs_ns3_section **section)
{
    const uint32_t index[] = {iptfs_pair_index(pair, 0), iptfs_pair_index(pair, 1)};
    const struct iptfs_ns3_hosts_traffic traffic = {
        .type = IPTFS_NS3_HOSTS_BULK,
        .flows = FLOWS,
        .ip_version = 4,
        .stop_ps = 60 * second_ps,
        .access = {.rate_bps = 1000000000, .mtu_octets = 1500, .queue_packets = 1000},
        .tcp = IPTFS_NS3_TCP_CUBIC,
        .sack = true,
        .segment_octets = 1400,
        .buffer_octets = 1048576,
        .min_rto_ps = second_ps / 5,
        .octets = octets,
    };
    int code = iptfs_ns3_hosts_join(hosts, index);
    return code != 0 ? code : iptfs_ns3_hosts_add(hosts, 0, &traffic, NULL, section);
}

/* Prints the outcome; 1 when something is missing. */
static int report(struct iptfs_pair *pair, const struct seen *seen,
                  const struct iptfs_ns3_section *section)
{
    char error[IPTFS_PAIR_ERROR_SIZE], name[IPTFS_PAIR_NAME_SIZE];
    uint64_t value, received = 0;
    if (iptfs_pair_finish(pair, error) != 0)
        return failed("The tunnel", error);
    for (unsigned flow = 0; flow < FLOWS; flow++)
        received += iptfs_ns3_section_flow(section, flow)->received_octets;
    printf("received %" PRIu64 " of %" PRIu64 " octets\n", received, octets * FLOWS);
    printf("the longest delay of the tunnel was %.3f ms\n", (double)seen->longest_ps / 1e9);
    for (size_t i = 0; iptfs_pair_counter_name(i, name); i++)
        if (iptfs_pair_counter(pair, 0, name, &value, error) == 0 && value > 0)
            printf("%-46s %12" PRIu64 "\n", name, value);
    if (iptfs_pair_counter(pair, 0, "delivered", &value, error) != 0 || value != seen->delivered)
        return failed("The watch", "and the counter differ");
    return received != octets * FLOWS;
}

int main(void)
{
    static const struct iptfs_setting settings[] = {
        {"mode", "on-demand"},   {"cipher", "aes-gcm-16"},
        {"init-delay", "200us"}, {"rate", "20Mbps"},
        {"delay", "10ms"},       {"drop-time", "20ms"},
        {"loss", "0.5%"},        {"seed", "7"},
    };
    struct seen seen = {0};
    const struct iptfs_pair_watch watch = {
        .version = IPTFS_API_VERSION,
        .ctx = &seen,
        .sent = on_sent,
        .delivered = on_delivered,
        .dropped = on_dropped,
    };
    char error[IPTFS_PAIR_ERROR_SIZE];
    struct iptfs_ns3_hosts *hosts = NULL;
    struct iptfs_ns3_section *section;
    struct iptfs_pair *pair = NULL;
    int status = 1;
    printf("iptfs %s, interface %d\n", iptfs_release(), iptfs_api_version());
    if (iptfs_ns3_open() != 0 || iptfs_ns3_hosts_new(&hosts) != 0)
        return failed("ns-3", "no simulation");
    if (iptfs_pair_new(&pair, iptfs_ns3_hosts_gateway(hosts, 0), iptfs_ns3_hosts_gateway(hosts, 1),
                       settings, sizeof settings / sizeof settings[0], &watch, error) != 0)
        failed("The tunnel", error);
    else if (add_hosts(hosts, pair, &section) != 0 || iptfs_ns3_run_until(60 * second_ps) != 0)
        failed("ns-3", "the run failed");
    else
        status = report(pair, &seen, section);
    iptfs_pair_free(pair);
    iptfs_ns3_hosts_free(hosts);
    iptfs_ns3_close();
    return status;
}
