/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C interface for programs of others: any options, any order of calls that its header allows.
 * What it refuses is one line; packets offered are delivered, dropped or inside. */
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "iptfs.h"
#include "ns3/sim.h"
#include "support/ns3_network.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum {
    STEPS_MAX = 24,
    PAIRS = 2,
    SETTINGS_MAX = 5,
    TEXT_MAX = 48
};

#define MS IPTFS_PS_PER_MS

/* Names that the input can choose by a number. */
static const char *const names[] = {
    "pkt-size",
    "rate",
    "delay",
    "mtu",
    "mode",
    "pps",
    "cipher",
    "init-delay",
    "drop-time",
    "seed",
    "run",
    "stream",
    "device-mtu",
    "reorder-window",
    "dont-frag",
    "device",
    "loss",
    "l3-fixed-rate",
    "link.loss",
    "tunnel.reverse.pkt-size",
    "link.reverse.delay",
    "queue",
    "duplicate",
    "offered",
    "delivered",
    "inside",
    "link-loss",
    "XfrmOutError",
};
static const char *const values[] = {"0",     "1",    "600",      "1400B", "10Mbps", "1ms",
                                     "2ms",   "on",   "off",      "1%",    "direct", "p2p",
                                     "esp",   "none", "null",     "20",    "300p",   "fixed-rate",
                                     "65535", "68B",  "min-rate", ""};

static struct {
    bool open;
    void *node[3];
    struct iptfs_pair *pair[PAIRS];
    bool finished[PAIRS];
    uint64_t delivered[2], dropped[2]; /* by end, of the first pair */
} net;

static void check_error(int code, const char *error)
{
    MUST(code <= 0);
    if (code == 0)
        return;
    MUST(error[0] != '\0' && strlen(error) < IPTFS_PAIR_ERROR_SIZE);
    for (const char *c = error; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
}

static const char *take_text(struct fuzz_input *input, const char *const *table, size_t count,
                             char text[TEXT_MAX])
{
    size_t length = 0;
    uint64_t choice = fuzz_take(input, 1);
    if (choice < 0xf0)
        return table[choice % count];
    if (choice == 0xff)
        return NULL;
    while (length < TEXT_MAX - 1 && (text[length] = (char)fuzz_take(input, 1)) != '\0')
        length++;
    text[length] = '\0';
    return text;
}

#define NAMES sizeof names / sizeof names[0]
#define VALUES sizeof values / sizeof values[0]

static void on_delivered(void *ctx, int end, int64_t now_ps, const void *packet, int64_t delay_ps)
{
    (void)ctx;
    MUST(packet != NULL && delay_ps >= 0 && now_ps >= delay_ps);
    net.delivered[end]++;
}

static void on_dropped(void *ctx, int end, const void *packet, const char *cause)
{
    (void)ctx;
    (void)packet;
    MUST(cause != NULL);
    net.dropped[end]++;
}

static void make_pair(struct fuzz_input *input, int which)
{
    static char text[2 * SETTINGS_MAX][TEXT_MAX];
    struct iptfs_setting settings[SETTINGS_MAX];
    struct iptfs_pair_watch watch = {
        .version = IPTFS_API_VERSION, .delivered = on_delivered, .dropped = on_dropped};
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    uint64_t nodes = fuzz_take(input, 1);
    size_t count = (size_t)fuzz_between(input, 0, SETTINGS_MAX);
    for (size_t i = 0; i < count; i++)
        settings[i] = (struct iptfs_setting){
            take_text(input, names, NAMES, text[2 * i]),
            take_text(input, values, VALUES, text[2 * i + 1]),
        };
    if (net.pair[which] != NULL)
        return;
    watch.version += (nodes >> 4) == 1 ? 1 : 0;
    int code = iptfs_pair_new(&net.pair[which], net.node[nodes % 3], net.node[(nodes >> 2) % 3],
                              settings, count, which == 0 ? &watch : NULL, error);
    check_error(code, error);
    MUST((code == 0) == (net.pair[which] != NULL));
    net.finished[which] = false;
    if (code != 0)
        return;
    char address[24];
    for (int end = 0; end < 2; end++) {
        snprintf(address, sizeof address, "10.%d.0.%d", which, end + 1);
        net_address(net.node[(nodes >> 2 * end) % 3], iptfs_pair_index(net.pair[which], end),
                    address, NULL);
    }
}

static uint64_t counter(const struct iptfs_pair *pair, int end, const char *name)
{
    char error[IPTFS_PAIR_ERROR_SIZE] = "";
    uint64_t value = 0;
    MUST(iptfs_pair_counter(pair, end, name, &value, error) == 0);
    return value;
}

/* Packets are somewhere; and all that were seen by the watch are counted. */
static void check_pair(int which)
{
    const struct iptfs_pair *pair = net.pair[which];
    char name[IPTFS_PAIR_NAME_SIZE];
    for (int end = 0; end < 2; end++) {
        uint64_t sum = counter(pair, end, "delivered") + counter(pair, end, "inside");
        bool ended = false; /* the causes stand behind "delivered" */
        for (size_t i = 0; iptfs_pair_counter_name(i, name) != 0; i++) {
            uint64_t value = counter(pair, end, name);
            if (ended && strcmp(name, "offered") != 0)
                sum += value;
            ended |= strcmp(name, "delivered") == 0;
        }
        MUST(sum == counter(pair, end, "offered"));
    }
}

static void read_counter(struct fuzz_input *input, const struct iptfs_pair *pair)
{
    char text[TEXT_MAX], error[IPTFS_PAIR_ERROR_SIZE] = "", name[IPTFS_PAIR_NAME_SIZE];
    uint64_t value = 0;
    int end = (int)fuzz_between(input, 0, 3) - 1;
    const char *wanted = take_text(input, names, NAMES, text);
    if (wanted != NULL)
        check_error(iptfs_pair_counter(pair, end, wanted, &value, error), error);
    int known = iptfs_pair_counter_name((size_t)fuzz_take(input, 1), name);
    MUST(known == 0 || (known == 1 && strlen(name) < sizeof name));
    MUST((iptfs_pair_index(pair, end) == UINT32_MAX) == (end < 0 || end > 1));
    MUST(iptfs_pair_payload_octets(pair, end) == iptfs_pair_space(pair, end));
    iptfs_pair_device(pair, end);
}

static void finish_pair(int which)
{
    char error[IPTFS_PAIR_ERROR_SIZE] = "", again[IPTFS_PAIR_ERROR_SIZE] = "";
    int code = iptfs_pair_finish(net.pair[which], error);
    check_error(code, error);
    MUST(code == 0);
    MUST(iptfs_pair_finish(net.pair[which], again) == code && strcmp(error, again) == 0);
    MUST(iptfs_pair_device(net.pair[which], 0) == NULL);
    check_pair(which);
}

static void open_net(void)
{
    MUST(iptfs_ns3_open() == 0);
    for (size_t i = 0; i < sizeof net.node / sizeof net.node[0]; i++)
        net.node[i] = net_node();
    net.open = true;
}

static void send_datagram(struct fuzz_input *input)
{
    static const uint8_t bytes[1400];
    char to[24];
    uint64_t flags = fuzz_take(input, 1);
    snprintf(to, sizeof to, "10.%d.0.%d", (int)(flags >> 3 & 1), (int)(flags >> 2 & 1) + 1);
    net_udp_send(net.node[(flags & 3) % 3], iptfs_ns3_now_ps() + (int64_t)(flags >> 4) * MS, to,
                 bytes, (uint32_t)fuzz_between(input, 1, sizeof bytes), 0);
}

static void step(struct fuzz_input *input)
{
    uint64_t what = fuzz_take(input, 1);
    int which = (int)(what >> 4 & 1);
    switch (what % 8) {
    case 0:
        if (net.open)
            make_pair(input, which);
        break;
    case 1:
        if (net.pair[which] != NULL)
            finish_pair(which);
        break;
    case 2:
        iptfs_pair_free(net.pair[which]);
        net.pair[which] = NULL;
        break;
    case 3:
        if (net.open)
            MUST(iptfs_ns3_run_until(iptfs_ns3_now_ps() + (int64_t)(what >> 3) * MS) >= 0);
        break;
    case 4:
        if (what >= 0xf0 && net.open) {
            MUST(iptfs_ns3_close() == 0);
            net.open = false;
        }
        break;
    case 5:
        if (net.pair[which] != NULL)
            read_counter(input, net.pair[which]);
        break;
    default:
        if (net.open)
            send_datagram(input);
    }
}

void fuzz_api(const uint8_t *bytes, size_t octets)
{
    struct fuzz_input input = {bytes, octets};
    memset(&net, 0, sizeof net);
    open_net();
    for (int i = 0; i < STEPS_MAX && input.left > 0; i++)
        step(&input);
    bool close_first = octets % 2 != 0;
    if (net.open && close_first)
        MUST(iptfs_ns3_close() == 0);
    for (int i = 0; i < PAIRS; i++) {
        if (net.pair[i] != NULL)
            finish_pair(i);
        iptfs_pair_free(net.pair[i]);
    }
    if (net.open && !close_first)
        MUST(iptfs_ns3_close() == 0);
}
