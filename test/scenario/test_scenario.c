/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "cli/list.h"
#include "esp/esp.h"
#include "scenario/scenario.h"
#include "scenario/sections.h"
#include "scenario/settings.h"
#include "sender/mode.h"
#include "support/check.h"
#include "traffic/types.h"

#include <CUnit/TestDB.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The shortest traffic section that is complete, for scenarios about something else. */
#define TRAFFIC "[traffic.a]\ntype = cbr\nsize = 100B\nrate = 1Mbps\n"

/* Parses "t.ini"; reports an unexpected error. */
static bool parse(struct iptfs_scenario *s, const char *text)
{
    struct iptfs_error error = {0};
    if (iptfs_scenario_parse_text(s, text, "t.ini", NULL, 0, &error) == 0)
        return true;
    CHECK_FAIL("refused: %s", error.text);
    return false;
}

static void check_refused_set(const char *text, const char *set, const char *message)
{
    struct iptfs_scenario s;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&s, text, "t.ini", &set, set != NULL, &error),
              IPTFS_E_INVALID);
    CHECK_STR(error.text, message);
    CHECK_TRUE(s.path == NULL && s.traffic == NULL && s.name == NULL);
    CHECK_INT(iptfs_scenario_parse_text(&s, text, "t.ini", &set, set != NULL, NULL),
              IPTFS_E_INVALID);
}

struct refusal {
    const char *text;
    const char *message;
};

static void check_refused(const struct refusal *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_refused_set(table[i].text, NULL, table[i].message);
}

/* ------------------------------------------------------------------------------- what is read */

static void test_defaults(void)
{
    struct iptfs_scenario s;
    struct iptfs_error error;
    CHECK_INT(iptfs_scenario_parse_text(&s, TRAFFIC, "examples/voice-wan.ini", NULL, 0, &error), 0);
    CHECK_STR(s.path, "examples/voice-wan.ini");
    CHECK_STR(s.name, "voice-wan");
    CHECK_STR(s.description, "");
    CHECK_INT(s.duration_ps, IPTFS_PS_PER_S);
    CHECK_U64(s.seed, 1);
    CHECK_TRUE(!s.bidirectional);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        const struct iptfs_tunnel_options *tunnel = &s.tunnel[i];
        CHECK_INT(tunnel->mode, 0);
        CHECK_STR(iptfs_cipher_at(tunnel->cipher)->name, "aes-gcm-16");
        CHECK_U64(tunnel->outer_version, 4);
        CHECK_U64(tunnel->sender.pkt_size_octets, 0);
        CHECK_INT(tunnel->sender.init_delay_ps, 0);
        CHECK_U64(tunnel->sender.max_queue_size_octets, 1048576);
        CHECK_TRUE(!tunnel->sender.dont_frag);
        CHECK_U64(tunnel->receiver.reorder_window, 3);
        CHECK_INT(tunnel->receiver.drop_time_ps, IPTFS_PS_PER_S);
        CHECK_U64(tunnel->receiver.replay_window, 0);
        const struct iptfs_link_options *link = &s.link[i];
        CHECK_INT(link->device, IPTFS_DEVICE_DIRECT);
        CHECK_INT(link->config.framing, IPTFS_FRAMING_ETHERNET);
        CHECK_U64(link->config.rate_bps, 1000000000);
        CHECK_INT(link->config.delay_ps, IPTFS_PS_PER_MS);
        CHECK_U64(link->config.mtu_octets, 1500);
        CHECK_TRUE(link->queue.in_pkts && link->queue.count == 1000);
        CHECK_NEAR(link->config.impairments.loss.probability, 0, 0);
        CHECK_STR(link->impair_path, "");
        CHECK_U64(link->impair_count, 0);
    }
    CHECK_U64(s.traffic_count, 1);
    CHECK_STR(s.traffic[0].name, "a");
    CHECK_STR(iptfs_traffic_type_of(&s.traffic[0])->name, "cbr");
    CHECK_U64(s.traffic[0].size.low_octets, 100);
    CHECK_U64(s.traffic[0].rate_bps, 1000000);
    CHECK_INT(s.traffic[0].start_ps, 0);
    CHECK_INT(s.traffic[0].stop_ps, IPTFS_PS_PER_S);
    CHECK_U64(s.traffic[0].count, 0);
    CHECK_U64(s.traffic[0].ip_version, 4);
    CHECK_U64(s.traffic[0].tos, 0);
    CHECK_TRUE(!s.traffic[0].local);
    CHECK_INT(s.traffic[0].direction, IPTFS_FORWARD);
    CHECK_STR(s.traffic[0].file_path, "");
    iptfs_scenario_free(&s);
}

static const char every_key[] = "[scenario]\n"
                                "name = all-keys.1\n"
                                "description = everything said; nothing left to defaults#true\n"
                                "duration = 2.5s\n"
                                "warm-up = auto\n"
                                "warm-up-series = reverse.inner_bps\n"
                                "warm-up-interval = 7ms\n"
                                "seed = 4294967295\n"
                                "[tunnel]\n"
                                "mode = on-demand\n"
                                "pkt-size = 576\n"
                                "init-delay = 51.2ns\n"
                                "max-queue-size = 10MiB\n"
                                "dont-frag = yes\n"
                                "receive = immediate\n"
                                "reorder-window = 65535\n"
                                "drop-time = 5ms\n"
                                "replay-window = 4096\n"
                                "circuit-breaker = 12.5%, 20ms\n"
                                "cipher = null\n"
                                "outer = ipv6\n"
                                "[link]\n"
                                "device = p2p\n"
                                "framing = ppp\n"
                                "rate = 10 Gb/s\n"
                                "delay = 12.5ms\n"
                                "mtu = 9kB\n"
                                "queue = 1MiB\n"
                                "loss = 0.1%\n"
                                "[traffic.voice]\n"
                                "type = cbr\n"
                                "size = 200\n"
                                "rate = 80kbps\n"
                                "start = 10ms\n"
                                "stop = 1s\n"
                                "count = 100\n"
                                "ip = 6\n"
                                "tos = 0xb8\n"
                                "origin = local\n"
                                "direction = reverse\n"
                                "[traffic.bulk]\n"
                                "type = saturate\n"
                                "size = uniform(64,1500)\n"
                                "[traffic.mix]\n"
                                "type: poisson\n"
                                "size: imix\n"
                                "rate: 1Mbps\n";

static void test_every_key(void)
{
    struct iptfs_scenario s;
    if (!parse(&s, every_key))
        return;
    CHECK_STR(s.name, "all-keys.1");
    CHECK_STR(s.description, "everything said; nothing left to defaults#true");
    CHECK_INT(s.duration_ps, 2500 * IPTFS_PS_PER_MS);
    CHECK_U64(s.seed, UINT32_MAX);
    CHECK_U64(s.tunnel[0].sender.pkt_size_octets, 576);
    CHECK_INT(s.tunnel[0].sender.init_delay_ps, 51200);
    CHECK_U64(s.tunnel[0].sender.max_queue_size_octets, 10485760);
    CHECK_TRUE(s.tunnel[0].sender.dont_frag);
    CHECK_INT(s.tunnel[0].receiver.immediate, true);
    CHECK_U64(s.tunnel[0].receiver.reorder_window, 65535);
    CHECK_INT(s.tunnel[0].receiver.drop_time_ps, 5 * IPTFS_PS_PER_MS);
    CHECK_NEAR(s.tunnel[0].circuit_breaker.loss, 0.125, 0);
    CHECK_INT(s.tunnel[0].circuit_breaker.time_ps, 20 * IPTFS_PS_PER_MS);
    CHECK_U64(s.tunnel[0].receiver.replay_window, 4096);
    CHECK_STR(iptfs_cipher_at(s.tunnel[0].cipher)->name, "null");
    CHECK_U64(s.tunnel[0].outer_version, 6);
    CHECK_INT(s.link[0].device, IPTFS_DEVICE_P2P);
    CHECK_INT(s.link[0].config.framing, IPTFS_FRAMING_PPP);
    CHECK_U64(s.link[0].config.rate_bps, UINT64_C(10000000000));
    CHECK_INT(s.link[0].config.delay_ps, 12500 * IPTFS_PS_PER_US);
    CHECK_U64(s.link[0].config.mtu_octets, 9000);
    CHECK_TRUE(!s.link[0].queue.in_pkts && s.link[0].queue.count == 1048576);
    CHECK_NEAR(s.link[0].config.impairments.loss.probability, 0.001, 0);
    CHECK_TRUE(s.bidirectional);
    CHECK_U64(s.tunnel[1].sender.pkt_size_octets, 576);
    CHECK_INT(s.link[1].config.framing, IPTFS_FRAMING_PPP);
    CHECK_U64(s.traffic_count, 3);
    CHECK_STR(s.traffic[0].name, "voice");
    CHECK_INT(s.traffic[0].start_ps, 10 * IPTFS_PS_PER_MS);
    CHECK_INT(s.traffic[0].stop_ps, IPTFS_PS_PER_S);
    CHECK_U64(s.traffic[0].count, 100);
    CHECK_U64(s.traffic[0].ip_version, 6);
    CHECK_U64(s.traffic[0].tos, 0xb8);
    CHECK_TRUE(s.traffic[0].local);
    CHECK_INT(s.traffic[0].direction, IPTFS_REVERSE);
    CHECK_STR(s.traffic[1].name, "bulk");
    CHECK_STR(iptfs_traffic_type_of(&s.traffic[1])->name, "saturate");
    CHECK_INT(s.traffic[1].size.kind, IPTFS_SIZES_UNIFORM);
    CHECK_STR(iptfs_traffic_type_of(&s.traffic[2])->name, "poisson");
    CHECK_INT(s.traffic[2].size.kind, IPTFS_SIZES_IMIX);
    iptfs_scenario_free(&s);
}

static void test_layout(void)
{
    struct iptfs_scenario s;
    if (parse(&s, "\xEF\xBB\xBF[scenario]\r\n"
                  "  # a comment\r\n"
                  "\tseed = 7 ; another # one\r\n"
                  "\r\n"
                  "    duration=3s\r\n"
                  "[ link ] ; a third\r\n"
                  "loss =    0.5\t# a fourth ; here\r\n" TRAFFIC)) {
        CHECK_U64(s.seed, 7);
        CHECK_INT(s.duration_ps, 3 * IPTFS_PS_PER_S);
        CHECK_NEAR(s.link[0].config.impairments.loss.probability, 0.5, 0);
        iptfs_scenario_free(&s);
    }
    if (parse(&s, TRAFFIC "stop = 1s ; no line end after this")) {
        CHECK_INT(s.traffic[0].stop_ps, IPTFS_PS_PER_S);
        iptfs_scenario_free(&s);
    }
}

static void test_default_names(void)
{
    static const struct {
        const char *path;
        const char *name;
    } table[] = {
        {"voice.ini", "voice"},  {"/tmp/a.b/voice.v2.ini", "voice.v2"},
        {"voice", "voice"},      {"my file.ini", "my_file"},
        {".ini", "_ini"},        {"..", "_"},
        {"-x.ini", "_x"},        {"", "scenario"},
        {"folder/", "scenario"}, {"stimme-\xC3\xA4.ini", "stimme-__"},
    };
    for (size_t i = 0; i < COUNT(table); i++) {
        struct iptfs_scenario s;
        if (!CHECK_INT(iptfs_scenario_parse_text(&s, TRAFFIC, table[i].path, NULL, 0, NULL), 0))
            continue;
        CHECK_STR(s.name, table[i].name);
        iptfs_scenario_free(&s);
    }
}

static void test_reverse(void)
{
    struct iptfs_scenario s;
    if (!parse(&s, "[tunnel.reverse.out]\npkt-size = 600\n"
                   "[tunnel.out]\ninit-delay = 1ms\n"
                   "[tunnel.in]\ndrop-time = 2ms\n"
                   "[tunnel]\nouter = 6\nreorder-window = 7\n"
                   "[tunnel.reverse]\nreorder-window = 0\n"
                   "[tunnel.reverse.in]\ndrop-time = 3ms\n"
                   "[link.reverse]\nrate = 5Mbps\n"
                   "[link]\nrate = 9Mbps\nmtu = 1400\n" TRAFFIC))
        return;
    CHECK_TRUE(s.bidirectional);
    CHECK_U64(s.tunnel[0].sender.pkt_size_octets, 0);
    CHECK_U64(s.tunnel[1].sender.pkt_size_octets, 600);
    CHECK_INT(s.tunnel[0].sender.init_delay_ps, IPTFS_PS_PER_MS);
    CHECK_INT(s.tunnel[1].sender.init_delay_ps, IPTFS_PS_PER_MS);
    CHECK_INT(s.tunnel[0].receiver.drop_time_ps, 2 * IPTFS_PS_PER_MS);
    CHECK_INT(s.tunnel[1].receiver.drop_time_ps, 3 * IPTFS_PS_PER_MS);
    CHECK_U64(s.tunnel[0].receiver.reorder_window, 7);
    CHECK_U64(s.tunnel[1].receiver.reorder_window, 0);
    CHECK_U64(s.tunnel[1].outer_version, 6);
    CHECK_U64(s.link[0].config.rate_bps, 9000000);
    CHECK_U64(s.link[1].config.rate_bps, 5000000);
    CHECK_U64(s.link[1].config.mtu_octets, 1400);
    iptfs_scenario_free(&s);
}

static void test_overrides(void)
{
    static const char *const sets[] = {
        "tunnel.pkt-size=1400",      " link.rate = 5Mbps ",  "traffic.a.size = uniform(64,100)",
        "scenario.seed=2",           "tunnel.pkt-size=1200", "tunnel.reverse.in.drop-time=9us",
        "scenario.description = a=b"};
    struct iptfs_scenario s;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_scenario_parse_text(&s, "[tunnel.out]\npkt-size = 900\n" TRAFFIC, "t.ini", sets,
                                        COUNT(sets), &error),
              0);
    CHECK_STR(error.text, "");
    CHECK_U64(s.tunnel[0].sender.pkt_size_octets, 1200);
    CHECK_U64(s.tunnel[1].sender.pkt_size_octets, 1200);
    CHECK_U64(s.link[0].config.rate_bps, 5000000);
    CHECK_U64(s.traffic[0].size.low_octets, 64);
    CHECK_U64(s.seed, 2);
    CHECK_INT(s.tunnel[1].receiver.drop_time_ps, 9 * IPTFS_PS_PER_US);
    CHECK_STR(s.description, "a=b");
    CHECK_TRUE(s.bidirectional);
    iptfs_scenario_free(&s);
}

static void test_many_sections(void)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    for (int i = 0; i < 65536; i++)
        fprintf(out, "[traffic.%d]\ntype=cbr\nsize=40\nrate=1bps\n", i);
    fclose(out);
    check_refused_set(text, NULL,
                      "t.ini:262141: [traffic.65535]: found one more traffic section, allowed: at "
                      "most 65535");
    struct iptfs_scenario s;
    *strstr(text, "[traffic.65535]") = '\0';
    if (parse(&s, text)) {
        CHECK_U64(s.traffic_count, 65535);
        CHECK_STR(s.traffic[65534].name, "65534");
        iptfs_scenario_free(&s);
    }
    free(text);
}

/* ---------------------------------------------------------------------------- what is refused */

static void test_bad_lines(void)
{
    static const struct refusal table[] = {
        {"",
         "t.ini: found no [traffic.NAME] section, allowed: 1 to 65535 of them, or none in a mode "
         "with a rate"},
        {"seed = 1\n", "t.ini:1: seed: found a key before the first section, allowed: [SECTION]"},
        {"\n[scenario]\nseed 1\n" TRAFFIC,
         "t.ini:3: found 'seed 1', allowed: [SECTION], KEY = VALUE, or a comment after ';' or '#'"},
        {TRAFFIC "nonsense",
         "t.ini:5: found 'nonsense', allowed: [SECTION], KEY = VALUE, or a comment after ';' or "
         "'#'"},
        {"[scenario\nseed = 1\n" TRAFFIC,
         "t.ini:1: found '[scenario', allowed: [SECTION] on a line of its own"},
        {"[scenario] seed = 1\n" TRAFFIC,
         "t.ini:1: found '[scenario] seed = 1', allowed: [SECTION] on a line of its own"},
        {"[scenario]\nseed = 1\n\n# twice\nseed = 2\n" TRAFFIC,
         "t.ini:5: [scenario] seed: found the key again (first in line 2), allowed: once"},
        {"[tunnel]\npkt-size = 900\n[tunnel.out]\npkt-size = 900\n" TRAFFIC,
         "t.ini:4: [tunnel.out] pkt-size: found the key again (first in line 2, in [tunnel]), "
         "allowed: in one of them"},
        {"[link]\n[tunnel]\n[link]\n" TRAFFIC,
         "t.ini:3: [link]: found the section again (first in line 1), allowed: once"},
        {TRAFFIC "[traffic.b]\n" TRAFFIC,
         "t.ini:6: [traffic.a]: found the section again (first in line 1), allowed: once"},
        {"[scenario]\nseed =\n" TRAFFIC,
         "t.ini:2: [scenario] seed: found '', allowed: a whole number, decimal or 0x..."},
    };
    check_refused(table, COUNT(table));
}

/* inih reads 199 characters of a line and would take the rest as a separate line. */
static void test_long_lines(void)
{
    char text[600];
    snprintf(text, sizeof text, "[scenario]\n%-30s%0171d # too long\n", "description =", 0);
    check_refused_set(text, NULL,
                      "t.ini:2: found a line of 201 characters ('description ="
                      "                 00000000000000000...'), allowed: at most 197");
    snprintf(text, sizeof text, "%s[scenario]\n   ; %0400d1\nseed = 3 # %030d", TRAFFIC, 0, 0);
    struct iptfs_scenario s;
    if (parse(&s, text)) {
        CHECK_U64(s.seed, 3);
        iptfs_scenario_free(&s);
    }
    snprintf(text, sizeof text, "[%0180d]\n" TRAFFIC, 1);
    check_refused_set(text, NULL,
                      "t.ini:1: found '[00000000000000000000000000000000000000000000000000000000000"
                      "...', allowed: a section name of up to 49 characters");
    snprintf(text, sizeof text, "[traffic.%041d]\n" TRAFFIC, 1);
    check_refused_set(text, NULL,
                      "t.ini:1: [traffic.00000000000000000000000000000000000000001]: found "
                      "'00000000000000000000000000000000000000001', allowed: a name of 1 to 40 "
                      "letters, digits, '.', '_', '-'");
}

#define SECTIONS                                                                                   \
    "found an unknown section, allowed: scenario, tunnel, link, traffic.NAME, tunnel.reverse, "    \
    "link.reverse, and .out or .in behind tunnel and tunnel.reverse"

static void test_unknown_sections(void)
{
    static const struct refusal table[] = {
        {"\n[tunel]\n" TRAFFIC, "t.ini:2: [tunel]: " SECTIONS "; did you mean 'tunnel'?"},
        {"[Link]\n" TRAFFIC, "t.ini:1: [Link]: " SECTIONS "; did you mean 'link'?"},
        {"[tunnel.revers]\n" TRAFFIC,
         "t.ini:1: [tunnel.revers]: " SECTIONS "; did you mean 'tunnel.reverse'?"},
        {"[traffic]\n", "t.ini:1: [traffic]: " SECTIONS "; did you mean 'traffic.NAME'?"},
        {"[trafic.voice]\n",
         "t.ini:1: [trafic.voice]: " SECTIONS "; did you mean 'traffic.voice'?"},
        {"[something]\n", "t.ini:1: [something]: " SECTIONS},
        {"[]\n", "t.ini:1: []: " SECTIONS},
        {"[traffic.]\n", "t.ini:1: [traffic.]: found '', allowed: a name of 1 to 40 letters, "
                         "digits, '.', '_', '-'"},
        {"[traffic.a b]\n", "t.ini:1: [traffic.a b]: found 'a b', allowed: a name of 1 to 40 "
                            "letters, digits, '.', '_', '-'"},
    };
    check_refused(table, COUNT(table));
}

/* The keys of a section, as a message lists them: of the SA of this side, or all of a section that
 * has none. */
static void list_keys(const struct iptfs_section *section, enum iptfs_side side, char *keys,
                      size_t size)
{
    const struct iptfs_option *option;
    size_t length = 0;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++)
        if (side == IPTFS_SIDE_BOTH || option->side == IPTFS_SIDE_BOTH || option->side == side)
            length += (size_t)snprintf(keys + length, size - length, "%s%s", length > 0 ? ", " : "",
                                       option->key);
}

static void test_unknown_tunnel_keys(void)
{
    static const struct {
        const char *text;
        const char *place;
        enum iptfs_side side;
        const char *guess;
    } rows[] = {
        {"[tunnel]\npkt_size = 900\n" TRAFFIC, "[tunnel] pkt_size", IPTFS_SIDE_BOTH,
         "; did you mean 'pkt-size'?"},
        {"[tunnel]\nmtu = 900\n" TRAFFIC, "[tunnel] mtu", IPTFS_SIDE_BOTH,
         "; did you mean 'mtu' of [link]?"},
        {"[tunnel]\ncolour = red\n" TRAFFIC, "[tunnel] colour", IPTFS_SIDE_BOTH, ""},
        {"[tunnel.in]\nzebra = 4\n" TRAFFIC, "[tunnel.in] zebra", IPTFS_SIDE_IN, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char keys[1024], expected[1280];
        list_keys(&iptfs_section_tunnel, rows[i].side, keys, sizeof keys);
        snprintf(expected, sizeof expected, "t.ini:2: %s: found an unknown key, allowed: %s%s",
                 rows[i].place, keys, rows[i].guess);
        struct refusal row = {rows[i].text, expected};
        check_refused(&row, 1);
    }
}

static void test_unknown_keys(void)
{
    static const struct refusal table[] = {
        {TRAFFIC "sise = 900\n",
         "t.ini:5: [traffic.a] sise: found an unknown key, allowed: type, size, rate, on, "
         "off, periods, shape, codec, calls, vad, talk, pause, side, players, hurst, sources, "
         "activity, mean-on, fps, gop, i-ratio, frame-jitter, packet, burst, sends, pages, page, "
         "weight, "
         "objects, reading, web-rtt, web-packet, file, loop, speed, "
         "filter, start, stop, phase, count, ip, tos, df, origin, direction, tunnel, flows, "
         "stagger, tcp, "
         "sack, ecn, segment, buffer, min-rto, octets, request, response, think, requests, "
         "access-rate, access-delay, access-queue, access-mtu; did you mean 'size'?"},
        {"[scenario]\n= 3\n" TRAFFIC,
         "t.ini:2: [scenario] : found an unknown key, allowed: name, "
         "description, duration, warm-up, warm-up-series, "
         "warm-up-interval, seed, classes, class, leak, leak-interval"},
    };
    check_refused(table, COUNT(table));
}

static void test_wrong_direction(void)
{
    static const struct refusal table[] = {
        {"[tunnel.out]\ndrop-time = 1s\n" TRAFFIC,
         "t.ini:2: [tunnel.out] drop-time: found an option of direction in, allowed: only in "
         "[tunnel.in] or [tunnel] (it belongs to the receiver's SA)"},
        {"[tunnel.reverse.in]\npkt-size = 900\n" TRAFFIC,
         "t.ini:2: [tunnel.reverse.in] pkt-size: found an option of direction out, allowed: only "
         "in [tunnel.reverse.out] or [tunnel.reverse] (it belongs to the sender's SA)"},
    };
    check_refused(table, COUNT(table));
    check_refused_set(
        TRAFFIC, "tunnel.in.dont-frag=on",
        "--set tunnel.in.dont-frag=on: [tunnel.in] dont-frag: found an option of "
        "direction out, allowed: only in [tunnel.out] or [tunnel] (it belongs to the sender's SA)");
}

static void test_bad_values(void)
{
    static const struct refusal table[] = {
        {"[scenario]\nduration = 10\n" TRAFFIC,
         "t.ini:2: [scenario] duration: found '10', allowed: a time with a unit (ps, ns, us, ms, "
         "s, min, h), such as 10ms"},
        {"[scenario]\nduration = 0\n" TRAFFIC,
         "t.ini:2: [scenario] duration: found '0', allowed: 1ps to 1000h"},
        {"[scenario]\nduration = 1001h\n" TRAFFIC,
         "t.ini:2: [scenario] duration: found '1001h', allowed: 1ps to 1000h"},
        {"[scenario]\nseed = 0\n" TRAFFIC,
         "t.ini:2: [scenario] seed: found '0', allowed: 1 to 4294967295"},
        {"[scenario]\nseed = 4294967296\n" TRAFFIC,
         "t.ini:2: [scenario] seed: found '4294967296', allowed: 1 to 4294967295"},
        {"[scenario]\nname = ../up\n" TRAFFIC,
         "t.ini:2: [scenario] name: found '../up', allowed: 1 to 64 letters, digits, '.', '_', "
         "'-', the first no '.' or '-'"},
        {"[tunnel]\nmode = ondemand\n" TRAFFIC,
         "t.ini:2: [tunnel] mode: found 'ondemand', allowed: on-demand, fixed-rate, min-rate, "
         "congestion-controlled, none, esp, esp-transport, esp-pad; did you mean "
         "'on-demand'?"},
        {"[tunnel]\npkt-size = 65536\n" TRAFFIC,
         "t.ini:2: [tunnel] pkt-size: found '65536', allowed: 0 to 65535B"},
        {"[tunnel]\nmax-queue-size = 1MB ; fine\nreplay-window = 4097\n" TRAFFIC,
         "t.ini:3: [tunnel] replay-window: found '4097', allowed: 0 to 4096"},
        {"[tunnel]\nouter = 5\n" TRAFFIC, "t.ini:2: [tunnel] outer: found '5', allowed: 4, 6"},
        {"[tunnel]\nouter = ipv5\n" TRAFFIC,
         "t.ini:2: [tunnel] outer: found 'ipv5', allowed: 4, 6; did you mean 'ipv4'?"},
        {"[tunnel]\ndont-frag = maybe\n" TRAFFIC,
         "t.ini:2: [tunnel] dont-frag: found 'maybe', allowed: on, off, yes, no, true, false, 1, "
         "0"},
        {"[tunnel]\ncipher = aes-gcm16\n" TRAFFIC,
         "t.ini:2: [tunnel] cipher: found 'aes-gcm16', allowed: null, aes-gcm-16, "
         "chacha20-poly1305, aes-cbc-hmac-sha256; did you mean 'aes-gcm-16'?"},
        {"[link]\nrate = 10mbps\n" TRAFFIC,
         "t.ini:2: [link] rate: found '10mbps', allowed: a rate with a unit (bps, kbps, Mbps, "
         "Gbps, Tbps), such as 10Mbps; did you mean 'Mbps'?"},
        {"[link]\nrate = 11Tbps\n" TRAFFIC,
         "t.ini:2: [link] rate: found '11Tbps', allowed: 0 to 10Tbps"},
        {"[link]\nmtu = 67\n" TRAFFIC, "t.ini:2: [link] mtu: found '67', allowed: 68B to 65535B"},
        {"[link]\nloss = nan\n" TRAFFIC,
         "t.ini:2: [link] loss: found 'nan', allowed: a probability from 0 to 1, such as 0.01, "
         "1e-2 or 1%"},
        {"[link]\nqueue = 5000000000p\n" TRAFFIC,
         "t.ini:2: [link] queue: found '5000000000p', allowed: 0 to 4294967295B, or to "
         "4294967295p"},
        {"[link]\nframing = pppp\n" TRAFFIC, "t.ini:2: [link] framing: found 'pppp', allowed: "
                                             "ethernet, ppp, none; did you mean 'ppp'?"},
        {"[traffic.a]\ntype = cbr\nsize = 19\n",
         "t.ini:3: [traffic.a] size: found '19', allowed: 20B to 65575B, uniform(LOW,HIGH), imix"},
        {"[traffic.a]\ntype = cbr\nrate = 0\n",
         "t.ini:3: [traffic.a] rate: found '0', allowed: 1bps to 10Tbps"},
        {"[traffic.a]\ntype = cbr\ntos = 256\n",
         "t.ini:3: [traffic.a] tos: found '256', allowed: 0 to 255"},
    };
    check_refused(table, COUNT(table));
}

static void test_bad_overrides(void)
{
    check_refused_set(TRAFFIC, "tunnel.pkt-size=12x",
                      "--set tunnel.pkt-size=12x: [tunnel] pkt-size: found '12x', allowed: octets, "
                      "also in B, kB, MB, GB (by 1000), KiB, MiB, GiB (by 1024)");
    check_refused_set(TRAFFIC, "tunnel.pkt-size=12",
                      "--set tunnel.pkt-size=12: [tunnel] pkt-size: found '12', allowed: 41B to "
                      "65535B (the headers take 40 octets), or 0 (path MTU)");
    check_refused_set(
        TRAFFIC, "link.rte=1Gbps",
        "--set link.rte=1Gbps: [link] rte: found an unknown key, allowed: device, "
        "framing, rate, rate-changes, delay, mtu, mtu-changes, queue, loss, gemodel-p, gemodel-r, "
        "gemodel-bad, "
        "gemodel-good, reorder, reorder-correlation, duplicate, duplicate-correlation, jitter, "
        "jitter-distribution, jitter-correlation, jitter-keeps-order, blackouts, ce, impair-list; "
        "did "
        "you mean 'rate'?");
    check_refused_set(TRAFFIC, "lnk.rate=1Gbps",
                      "--set lnk.rate=1Gbps: [lnk]: " SECTIONS "; did you mean 'link'?");
    check_refused_set("[traffic.voice]\ntype=cbr\nsize=40\nrate=1bps\n", "traffic.voise.size=50",
                      "--set traffic.voise.size=50: [traffic.voise]: found no such section, "
                      "allowed: those of the file; did you mean 'traffic.voice'?");
    static const char *const bare[] = {"", "=", "rate", "link.rate", "rate=1Gbps", "=link.rate"};
    for (size_t i = 0; i < COUNT(bare); i++) {
        char message[160];
        snprintf(message, sizeof message,
                 "--set %s: found no key, allowed: section.key=value, as in tunnel.pkt-size=1400",
                 bare[i]);
        check_refused_set(TRAFFIC, bare[i], message);
    }
    check_refused_set(TRAFFIC, "scenario.description=a ;b",
                      "--set scenario.description=a ;b: [scenario] description: found 'a ;b', "
                      "allowed: one line of up to 160 octets, without ' ;' and ' #'");
}

/* Lists of times: each fault in one line. */
static void test_timed_lists(void)
{
#define RATES_ALLOWED                                                                              \
    "allowed: none, or up to 16 of TIME RATE, ... such as '2s 50Mbps, 5s 100Mbps', times "         \
    "rising, 1bps to 10Tbps"
#define BLACKOUTS_ALLOWED                                                                          \
    "allowed: none, or up to 16 of START LENGTH, ... such as '3s 200ms, 10s 1s', none before "     \
    "the end of the last, 1ps to 1000h"
    static const struct refusal table[] = {
        {"[link]\nrate-changes = 2s\n" TRAFFIC,
         "t.ini:2: [link] rate-changes: found '2s', " RATES_ALLOWED},
        {"[link]\nrate-changes = 2s 0\n" TRAFFIC,
         "t.ini:2: [link] rate-changes: found '2s 0', " RATES_ALLOWED},
        {"[link]\nrate-changes = 0 5Mbps\n" TRAFFIC,
         "t.ini:2: [link] rate-changes: found '0 5Mbps', " RATES_ALLOWED},
        {"[link]\nrate-changes = 2s 5Mbps, 2s 6Mbps\n" TRAFFIC,
         "t.ini:2: [link] rate-changes: found '2s 5Mbps, 2s 6Mbps', " RATES_ALLOWED},
        {"[link]\ndevice = p2p\nrate-changes = 2s 5Mbps\n" TRAFFIC,
         "t.ini:3: [link] rate-changes: found '2s 5Mbps', allowed: none with device p2p, whose "
         "rate stays"},
        {"[link]\nblackouts = 2s 0\n" TRAFFIC,
         "t.ini:2: [link] blackouts: found '2s 0', " BLACKOUTS_ALLOWED},
        {"[link]\nblackouts = 2s 1s, 2500ms 1s\n" TRAFFIC,
         "t.ini:2: [link] blackouts: found '2s 1s, 2500ms 1s', " BLACKOUTS_ALLOWED},
        {"[link]\nblackouts = 2s 1s, 1s 1s\n" TRAFFIC,
         "t.ini:2: [link] blackouts: found '2s 1s, 1s 1s', " BLACKOUTS_ALLOWED},
        {"[link.reverse]\nblackouts = 2s 1s,\n" TRAFFIC,
         "t.ini:2: [link.reverse] blackouts: found '2s 1s,', " BLACKOUTS_ALLOWED},
    };
    check_refused(table, COUNT(table));
    struct iptfs_scenario s;
    if (!parse(&s, "[link]\nblackouts = 0 200ms, 200ms 1s\nrate-changes = 2s 50Mbps, 5s 1Gbps\n"
                   "[link.reverse]\nblackouts = none\n" TRAFFIC))
        return;
    CHECK_U64(s.link[0].blackouts.count, 2);
    CHECK_INT(s.link[0].blackouts.item[1].at_ps, 200 * IPTFS_PS_PER_MS);
    CHECK_U64(s.link[0].blackouts.item[1].value, IPTFS_PS_PER_S);
    CHECK_U64(s.link[1].blackouts.count, 0);
    CHECK_U64(s.link[0].rate_changes.item[0].value, 50000000);
    CHECK_U64(s.link[1].rate_changes.count, 2);
    CHECK_INT(s.link[1].rate_changes.item[1].at_ps, 5 * IPTFS_PS_PER_S);
    iptfs_scenario_free(&s);
}

/* Refuses keys that cannot have an effect; a key set to 0 is accepted. */
static void test_idle_impairments(void)
{
    static const struct refusal table[] = {
        {"[link]\nreorder-correlation = 0.3\n" TRAFFIC,
         "t.ini:2: [link] reorder-correlation: found '0.3', allowed: nothing without reorder "
         "(reorder = 0 switches it off)"},
        {"[link]\njitter-keeps-order = on\n" TRAFFIC,
         "t.ini:2: [link] jitter-keeps-order: found 'on', allowed: nothing without jitter "
         "(jitter = 0 switches it off)"},
        {"[link.reverse]\ngemodel-bad = 0.5\n" TRAFFIC,
         "t.ini:2: [link.reverse] gemodel-bad: found '0.5', allowed: nothing without gemodel-p "
         "(gemodel-p = 0 switches it off)"},
        {"[link]\ngemodel-p = 1%\ngemodel-r = 0\n" TRAFFIC,
         "t.ini:3: [link] gemodel-r: found '0', allowed: above 0 with gemodel-p above 0, or the "
         "first bad state never ends"},
        {"[link]\nce = 1%\n" TRAFFIC, "t.ini:2: [link] ce: found '1%', allowed: 0 (without "
                                      "tunnel.ecn no outer packet is ECN-capable)"},
    };
    static const char *const fine[] = {
        "[link]\nreorder = 0\nreorder-correlation = 0.3\n" TRAFFIC,
        "[link]\nreorder-correlation = 0.3\n[link.reverse]\nreorder = 1%\n" TRAFFIC,
        "[link]\nreorder = 1%\n[link.reverse]\nreorder-correlation = 0.3\n" TRAFFIC,
        "[link]\ngemodel-p = 0\ngemodel-r = 0\n" TRAFFIC,
        "[link]\ngemodel-good = 1%\n" TRAFFIC,
        "[link]\nce = 1%\n[tunnel]\necn = off\n" TRAFFIC,
        "[link]\nce = 0\n" TRAFFIC,
    };
    check_refused(table, COUNT(table));
    for (size_t i = 0; i < COUNT(fine); i++) {
        struct iptfs_scenario s;
        if (parse(&s, fine[i]))
            iptfs_scenario_free(&s);
    }
}

static void test_combinations(void)
{
    static const struct refusal table[] = {
        {"[tunnel]\npkt-size = 40\nmode = on-demand\n" TRAFFIC,
         "t.ini:2: [tunnel] pkt-size: found '40', allowed: 41B to 65535B (the headers take 40 "
         "octets), or 0 (path MTU)"},
        {"[tunnel.out]\npkt-size = 48B\n[tunnel]\ncipher = null\nouter = 6\n" TRAFFIC,
         "t.ini:2: [tunnel.out] pkt-size: found '48B', allowed: 53B to 65535B (the headers take 52 "
         "octets), or 0 (path MTU)"},
        {"[tunnel.reverse]\npkt-size = 30\n" TRAFFIC,
         "t.ini:2: [tunnel.reverse] pkt-size: found '30', allowed: 41B to 65535B (the headers take "
         "40 octets), or 0 (path MTU)"},
        {"[tunnel]\npkt-size = 50\n[tunnel.reverse]\nouter = 6\n" TRAFFIC,
         "t.ini:2: [tunnel] pkt-size: found '50', allowed: 61B to 65535B (the headers take 60 "
         "octets), or 0 (path MTU)"},
        {"[tunnel]\nouter = 6\n[link]\nmtu = 79\n" TRAFFIC,
         "t.ini:4: [link] mtu: found '79', allowed: 80B to 65535B (an outer packet with one inner "
         "octet takes 80 octets)"},
        {"[link]\ndevice = p2p\nrate = 0\n" TRAFFIC,
         "t.ini:3: [link] rate: found '0', allowed: 1kbps to 1Tbps with device p2p"},
        {"[link]\ndevice = p2p\nframing = none\n" TRAFFIC,
         "t.ini:3: [link] framing: found 'none', allowed: ethernet, ppp with device p2p"},
        {"[link]\ndevice = p2p\nqueue = 0\n" TRAFFIC,
         "t.ini:3: [link] queue: found '0', allowed: 1p to 1000000000p, or 1B to 1000000000B, with "
         "device p2p"},
        {"[link]\ndevice = p2p\ndelay = 1h\n" TRAFFIC,
         "t.ini:3: [link] delay: found '1h', allowed: 0 to 1000s with device p2p"},
        {"[link]\nqueue = 0\n[link.reverse]\ndevice = p2p\n" TRAFFIC,
         "t.ini:2: [link] queue: found '0', allowed: 1p to 1000000000p, or 1B to 1000000000B, with "
         "device p2p"},
        {"[link]\nrate = 0\n[traffic.x]\ntype = saturate\nsize = 40\n",
         "t.ini:2: [link] rate: found '0', allowed: above 0, for [traffic.x] saturates the link"},
        {"[link]\nqueue = 1000B\n[traffic.x]\ntype = saturate\nsize = 40\n",
         "t.ini:2: [link] queue: found '1000B', allowed: 1538B (one outer packet) or more, 1p or "
         "more, or 0, for [traffic.x] saturates the link"},
        {"[traffic.a]\nsize = 40\n",
         "t.ini:1: [traffic.a] type: found nothing, allowed: cbr, poisson, saturate, list, "
         "on-off, voice, games, self-similar, video, web, pcap, tcp-bulk, tcp-request, udp-onoff"},
        {"[traffic.a]\ntype = tcp-bulk\nrate = 1Mbps\n",
         "t.ini:3: [traffic.a] rate: found '1Mbps', allowed: nothing (type tcp-bulk does not use "
         "it)"},
        {"[traffic.a]\ntype = tcp-bulk\ncount = 5\n",
         "t.ini:3: [traffic.a] count: found '5', allowed: nothing (type tcp-bulk does not use it)"},
        {"[traffic.a]\ntype = tcp-bulk\ntcp = cubik\n",
         "t.ini:3: [traffic.a] tcp: found 'cubik', allowed: newreno, linux-reno, cubic, bbr, bic, "
         "dctcp, highspeed, htcp, hybla, illinois, ledbat, lp, scalable, vegas, veno, yeah; did "
         "you mean 'cubic'?"},
        {"[traffic.a]\ntype = tcp-bulk\nsegment = 1449\n",
         "t.ini:3: [traffic.a] segment: found '1449', allowed: 64B to 1448B (with headers, "
         "access-mtu is 1500B), or 0"},
        {"[traffic.a]\ntype = tcp-bulk\nip = 6\naccess-mtu = 9000\nsegment = 8929\n",
         "t.ini:5: [traffic.a] segment: found '8929', allowed: 64B to 8928B (with headers, "
         "access-mtu is 9000B), or 0"},
        {"[traffic.a]\ntype = tcp-request\naccess-mtu = 9000\nbuffer = 16kB\n",
         "t.ini:4: [traffic.a] buffer: found '16kB', allowed: 17896B (two segments) or more"},
        {"[traffic.a]\ntype = tcp-bulk\nflows = 11\nstagger = 100ms\n",
         "t.ini:4: [traffic.a] stagger: found '100ms', allowed: a time with which the "
         "last of 11 flows starts before 1s"},
        {"[link]\ndevice = p2p\nrate = 1Mbps\nqueue = 9p\n[traffic.a]\ntype = tcp-bulk\n"
         "tunnel = off\n",
         "t.ini:7: [traffic.a] tunnel: found 'off', allowed: on; off needs device direct, "
         "whose link others can share"},
        {"[traffic.a]\ntype = udp-onoff\nsize = 28\nrate = 1Mbps\non = 1s\noff = 1s\n",
         "t.ini:3: [traffic.a] size: found '28', allowed: one size from 29B to 65535B (with IP and "
         "UDP headers)"},
        {"[traffic.a]\ntype = udp-onoff\nsize = imix\nrate = 1Mbps\non = 1s\noff = 1s\n",
         "t.ini:3: [traffic.a] size: found 'imix', allowed: one size from 29B to 65535B (with IP "
         "and UDP headers)"},
        {"[traffic.a]\ntype = on-off\nsize = 1500\nrate = 1kbps\non = 1ms\noff = 1ms\n",
         "t.ini:5: [traffic.a] on: found '1ms', allowed: 12ms (a thousandth of the time of a "
         "packet at this rate) or more"},
        {"[traffic.a]\ntype = on-off\nsize = 1500\nrate = 1Mbps\non = 1ms\noff = 1ms\n"
         "periods = pareto\nshape = 1.001\n",
         "t.ini:8: [traffic.a] shape: found '1.001', allowed: 1.01 to 100"},
        {"[traffic.a]\ntype = on-off\nsize = 1500\nrate = 1Mbps\non = 1ms\n",
         "t.ini:1: [traffic.a] off: found nothing, allowed: 1us to 1000h (type on-off needs it)"},
        {"[traffic.a]\ntype = voice\ncodec = g711\nsize = 200\n",
         "t.ini:4: [traffic.a] size: found '200', allowed: nothing (type voice does not use it)"},
        {"[traffic.a]\ntype = pcap\nfile = t.pcap\nip = 6\n",
         "t.ini:4: [traffic.a] ip: found '6', allowed: nothing (type pcap does not use it)"},
        {"\n[traffic.a]\ntype = cbr\nsize = 40\n",
         "t.ini:2: [traffic.a] rate: found nothing, allowed: 1bps to 10Tbps (type cbr needs it)"},
        {"[traffic.a]\ntype = poisson\nrate = 1Mbps\n",
         "t.ini:1: [traffic.a] size: found nothing, allowed: 20B to 65575B, uniform(LOW,HIGH), "
         "imix (type poisson needs it)"},
        {"[traffic.a]\ntype = list\n",
         "t.ini:1: [traffic.a] file: found nothing, allowed: a file (type list needs it)"},
        {"[traffic.a]\nrate = 1Mbps\ntype = saturate\nsize = 40\n",
         "t.ini:2: [traffic.a] rate: found '1Mbps', allowed: nothing (type saturate does not use "
         "it)"},
        {"[traffic.a]\ntype = list\nsize = 40\nfile = x.csv\n",
         "t.ini:3: [traffic.a] size: found '40', allowed: nothing (type list does not use it)"},
        {TRAFFIC "start = 2s\nstop = 1s\n",
         "t.ini:6: [traffic.a] stop: found '1s', allowed: a time after start, 2s"},
        {TRAFFIC "start = 1s\n",
         "t.ini:5: [traffic.a] start: found '1s', allowed: a time before the end of the run, 1s"},
        {"[traffic.a]\ntype = saturate\nip = 6\nsize = 39\n",
         "t.ini:4: [traffic.a] size: found '39', allowed: 40B to 65575B with ip 6"},
        {"[traffic.a]\ntype = saturate\nsize = 65536\n",
         "t.ini:3: [traffic.a] size: found '65536', allowed: 20B to 65535B with ip 4"},
        {"[traffic.a]\ntype = saturate\nip = ipv6\nsize = uniform(20,90)\n",
         "t.ini:4: [traffic.a] size: found 'uniform(20,90)', allowed: 40B to 65575B with ip 6"},
    };
    check_refused(table, COUNT(table));
}

/* The smallest values that are allowed, just beyond those refused above. */
static void test_edges(void)
{
    static const char *const texts[] = {
        "[tunnel]\npkt-size = 41\n" TRAFFIC,
        "[tunnel]\ncipher = null\nouter = 6\npkt-size = 53\n" TRAFFIC,
        "[tunnel]\nouter = 6\n[link]\nmtu = 84\n" TRAFFIC,
        "[link]\nrate = 0\nqueue = 0\nframing = none\n" TRAFFIC,
        "[scenario]\nduration = 1000h\n" TRAFFIC,
        "[traffic.a]\ntype = saturate\nip = 6\nsize = 65575\n",
        "[traffic.a]\ntype = saturate\nip = 6\nsize = imix\n",
        "[traffic.a]\ntype = saturate\nsize = 20\n",
        TRAFFIC "start = 2s\nstop = 3s\n",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct iptfs_scenario s;
        if (parse(&s, texts[i]))
            iptfs_scenario_free(&s);
    }
}

/* -------------------------------------------------------------------------------- other files */

/* A folder with a few files, removed at the end. */
struct folder {
    char path[64];
};

static void write_file(const struct folder *folder, const char *name, const char *text, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *file = fopen(path, "w");
    if (file == NULL || fwrite(text, 1, size, file) != size)
        CHECK_FAIL("cannot write %s", path);
    if (file != NULL)
        fclose(file);
}

static void write_text(const struct folder *folder, const char *name, const char *text)
{
    write_file(folder, name, text, strlen(text));
}

static struct folder make_folder(void)
{
    struct folder folder = {"/tmp/iptfs-test-XXXXXX"};
    char path[PATH_MAX];
    if (mkdtemp(folder.path) == NULL || realpath(folder.path, path) == NULL)
        CHECK_FAIL("cannot make a folder in /tmp");
    return folder;
}

static void remove_folder(const struct folder *folder, const char *const *names, size_t count)
{
    char path[128];
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, names[i]);
        remove(path);
    }
    rmdir(folder->path);
}

static int load(struct iptfs_scenario *s, const struct folder *folder, const char *name,
                struct iptfs_error *error)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return iptfs_scenario_load(s, path, NULL, 0, error);
}

static void test_files(void)
{
    struct folder folder = make_folder();
    struct iptfs_scenario s;
    struct iptfs_error error = {0};
    char expected[256];
    write_text(&folder, "list.csv", "time,size\n");
    write_text(&folder, "bad.csv",
               "# outer packets\n drop, 3\n\ndelay,5,1.5ms # late\ndup,6\ndup,7,2us\nce,8\n");
    write_text(&folder, "a.ini",
               "[link]\nimpair-list = bad.csv\n[traffic.a]\ntype = list\nfile = list.csv\n");
    if (CHECK_INT(load(&s, &folder, "a.ini", &error), 0)) {
        snprintf(expected, sizeof expected, "%s/list.csv", folder.path);
        CHECK_STR(s.traffic[0].file_path, expected);
        CHECK_STR(s.name, "a");
        for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
            const struct iptfs_impair_item *items = s.link[i].impair_items;
            CHECK_U64(s.link[i].impair_count, 5);
            CHECK_INT(items[0].action, IPTFS_IMPAIR_DROP);
            CHECK_U64(items[0].seq, 3);
            CHECK_INT(items[1].action, IPTFS_IMPAIR_DELAY);
            CHECK_INT(items[1].extra_ps, 1500 * IPTFS_PS_PER_US);
            CHECK_INT(items[2].action, IPTFS_IMPAIR_DUPLICATE);
            CHECK_INT(items[2].extra_ps, 0);
            CHECK_INT(items[3].extra_ps, 2 * IPTFS_PS_PER_US);
            CHECK_INT(items[4].action, IPTFS_IMPAIR_CE);
        }
        iptfs_scenario_free(&s);
    } else {
        CHECK_FAIL("%s", error.text);
    }
    CHECK_INT(load(&s, &folder, "none.ini", &error), IPTFS_E_IO);
    snprintf(expected, sizeof expected, "%s/none.ini: cannot be read: No such file or directory",
             folder.path);
    CHECK_STR(error.text, expected);
    CHECK_INT(iptfs_scenario_load(&s, folder.path, NULL, 0, &error), IPTFS_E_IO);
    snprintf(expected, sizeof expected, "%s: cannot be read: Is a directory", folder.path);
    CHECK_STR(error.text, expected);
    write_text(&folder, "a.ini", "[traffic.a]\ntype = list\nfile = gone.csv\n");
    CHECK_INT(load(&s, &folder, "a.ini", &error), IPTFS_E_IO);
    snprintf(expected, sizeof expected,
             "%s/a.ini:3: [traffic.a] file: found 'gone.csv', allowed: a file to read (No such "
             "file or directory)",
             folder.path);
    CHECK_STR(error.text, expected);
    write_text(&folder, "a.ini", "[traffic.a]\ntype = list\nfile = .\n");
    CHECK_INT(load(&s, &folder, "a.ini", &error), IPTFS_E_IO);
    snprintf(expected, sizeof expected,
             "%s/a.ini:3: [traffic.a] file: found '.', allowed: a file to read (Is a directory)",
             folder.path);
    CHECK_STR(error.text, expected);
    write_file(&folder, "a.ini", "[link]\nmtu\0 = 3\n", 16);
    CHECK_INT(load(&s, &folder, "a.ini", &error), IPTFS_E_INVALID);
    snprintf(expected, sizeof expected, "%s/a.ini:2: found a zero octet, allowed: text",
             folder.path);
    CHECK_STR(error.text, expected);
    static const char *const names[] = {"a.ini", "list.csv", "bad.csv"};
    remove_folder(&folder, names, COUNT(names));
}

static void test_bad_impair_lists(void)
{
    static const struct refusal table[] = {
        {"drop,1\ndorp,3\n",
         "2: found 'dorp', allowed: drop, delay, dup, ce; did you mean 'drop'?"},
        {"drop\n", "1: found 'drop', allowed: drop,SEQ"},
        {"drop,1,2ms\n", "1: found 'drop,1,2ms', allowed: drop,SEQ"},
        {"delay,1\n", "1: found 'delay,1', allowed: delay,SEQ,TIME"},
        {"dup,1,2ms,3\n", "1: found 'dup,1,2ms,3', allowed: dup,SEQ,TIME or dup,SEQ"},
        {"ce,0\n", "1: found '0', allowed: a sequence number, the first is 1"},
        {"ce,-1\n", "1: found '-1', allowed: a whole number, decimal or 0x..."},
        {"\n\ndelay,4,7\n",
         "3: found '7', allowed: a time with a unit (ps, ns, us, ms, s, min, h), such as 10ms"},
        {"delay,4,1001h\n", "1: found '1001h', allowed: at most 1000h"},
    };
    struct folder folder = make_folder();
    write_text(&folder, "a.ini", "[link]\nimpair-list = list.csv\n" TRAFFIC);
    for (size_t i = 0; i < COUNT(table); i++) {
        struct iptfs_scenario s;
        struct iptfs_error error = {0};
        char expected[256];
        write_text(&folder, "list.csv", table[i].text);
        snprintf(expected, sizeof expected, "%s/list.csv:%s", folder.path, table[i].message);
        CHECK_INT(load(&s, &folder, "a.ini", &error), IPTFS_E_INVALID);
        CHECK_STR(error.text, expected);
    }
    static const char *const names[] = {"a.ini", "list.csv"};
    remove_folder(&folder, names, COUNT(names));
}

/* An error knows where the value was given, beside its text. */
static void test_origins(void)
{
    static const char *const sets[] = {"link.loss=1%", "tunnel.reverse.outer=5"};
    struct iptfs_scenario s;
    struct iptfs_error error = {0};
    iptfs_scenario_parse_text(&s, "[tunnel.in]\n\ndrop-time = 3\n", "t.ini", NULL, 0, &error);
    CHECK_INT(error.origin.place, IPTFS_PLACE_FILE);
    CHECK_STR(error.origin.file, "t.ini");
    CHECK_U64(error.origin.line, 3);
    CHECK_STR(error.origin.section, "tunnel.in");
    CHECK_STR(error.origin.key, "drop-time");
    iptfs_scenario_parse_text(&s, TRAFFIC, "t.ini", sets, COUNT(sets), &error);
    CHECK_INT(error.origin.place, IPTFS_PLACE_OVERRIDE);
    CHECK_U64(error.origin.override, 1);
    CHECK_STR(error.origin.section, "tunnel.reverse");
    CHECK_STR(error.text, "--set tunnel.reverse.outer=5: [tunnel.reverse] outer: found '5', "
                          "allowed: 4, 6");
    CHECK_STR(iptfs_error_without_place(&error),
              "[tunnel.reverse] outer: found '5', allowed: 4, 6");
    iptfs_scenario_parse_text(&s, "[tunnle]\n", "t.ini", NULL, 0, &error);
    CHECK_U64(error.origin.line, 1);
    CHECK_STR(error.origin.key, "");
}

/* ------------------------------------------------------------------------------------ writing */

static char *print(const struct iptfs_scenario *s)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    iptfs_scenario_print(s, out);
    fclose(out);
    return text;
}

static char *print_value(const struct iptfs_section *section, const struct iptfs_option *option,
                         const void *base)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    iptfs_option_print(option, iptfs_section_const_base(section, base, option), out);
    fclose(out);
    return text;
}

/* Whether two structs of a section hold the same values. */
static void check_same(const struct iptfs_section *section, const void *a, const void *b)
{
    const struct iptfs_option *option;
    for (size_t i = 0; (option = section->option_at(i)) != NULL; i++) {
        char *left = print_value(section, option, a), *right = print_value(section, option, b);
        if (strcmp(left, right) != 0)
            CHECK_FAIL("[%s] %s: %s is not %s", section->name, option->key, left, right);
        free(left);
        free(right);
    }
}

static void check_round_trip(const char *text, const char *const *sets, size_t n_sets)
{
    struct iptfs_scenario first, second;
    if (!CHECK_INT(iptfs_scenario_parse_text(&first, text, "t.ini", sets, n_sets, NULL), 0))
        return;
    char *written = print(&first);
    if (parse(&second, written)) {
        char *again = print(&second);
        CHECK_STR(again, written);
        free(again);
        check_same(&iptfs_section_scenario, &first, &second);
        for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
            check_same(&iptfs_section_tunnel, &first.tunnel[i], &second.tunnel[i]);
            check_same(&iptfs_section_link, &first.link[i], &second.link[i]);
        }
        CHECK_U64(second.traffic_count, first.traffic_count);
        for (size_t i = 0; i < first.traffic_count; i++) {
            CHECK_STR(second.traffic[i].name, first.traffic[i].name);
            check_same(&iptfs_section_traffic, &first.traffic[i], &second.traffic[i]);
        }
        CHECK_INT(second.bidirectional, first.bidirectional);
        iptfs_scenario_free(&second);
    }
    free(written);
    iptfs_scenario_free(&first);
}

static void test_print(void)
{
    static const char *const sets[] = {"link.reverse.loss=0.123456789",
                                       "link.queue=17p",
                                       "tunnel.reverse.outer=4",
                                       "link.rate=0",
                                       "link.device=direct",
                                       "traffic.bulk.direction=reverse",
                                       "link.reverse.rate=7bps"};
    check_round_trip(TRAFFIC, NULL, 0);
    check_round_trip(every_key, NULL, 0);
    check_round_trip(every_key, sets, COUNT(sets));
    struct iptfs_scenario s;
    if (!parse(&s, TRAFFIC))
        return;
    char *text = print(&s);
    CHECK_STR(
        text,
        "[scenario]\nname = t\ndescription =\nduration = 1s\nwarm-up = 0\nwarm-up-series = "
        "forward.outer_bps\nwarm-up-interval = auto\nseed = 1\nclasses =\nclass =\nleak = "
        "off\nleak-interval = "
        "10ms\n"
        "\n[tunnel]\nmode = on-demand\npkt-size = 0\n"
        "use-path-mtu-discovery = on\nplpmtud = off\ninit-delay = 0\n"
        "max-queue-size = 1MiB\ntunnel-mtu = 0\ndont-frag = off\nip-fragment = "
        "usual\nl3-fixed-rate = "
        "0\nl2-fixed-rate = 0\npps = 0\n"
        "phase = random\nmax-rate = 0\nmin-rate = 0\ninitial-rtt = 0\n"
        "oscillation-reduction = on\nrtt-weight = 0\nhistory-discounting = on\nreceive-rate = "
        "arrivals\n"
        "ecn = off\ndscp = "
        "0\nflow-label = random\necn-decap = "
        "nothing\nrekey-after "
        "= 0\nrekey-time = 0\nexpire-after = 0\nesn = off\noseq = 0\nloss-history = continue\n"
        "max-aggregation-time = 0\nfill = usual\nmin-fragment = 0\n"
        "pad-to-avoid-fragment = off\nall-pad-every = 0\ntfc-pad = 0\n"
        "ip-fragment-headers = on\nreceive = in-order\nreorder-window = 3\ndrop-time = 1s\n"
        "replay-window = 0\ncircuit-breaker = off\nloss-event-breaker = off\n"
        "congestion-info = off\nrequire-cc = off\nunknown-flags = 0\n"
        "accept-fragments = on\ncipher = aes-gcm-16\nencap = none\nouter = 4\n"
        "\n[link]\ndevice = direct\nframing = ethernet\nrate = 1Gbps\nrate-changes = none\ndelay = "
        "1ms\n"
        "mtu = 1500B\nmtu-changes = none\nqueue = 1000p\nloss = 0\ngemodel-p = 0\ngemodel-r = "
        "1\ngemodel-bad = 1\ngemodel-good = 0\nreorder = 0\nreorder-correlation = 0\nduplicate = "
        "0\nduplicate-correlation = 0\njitter = 0\njitter-distribution = "
        "uniform\njitter-correlation = 0\njitter-keeps-order = off\nblackouts = none\nce = "
        "0\nimpair-list =\n"
        "\n[traffic.a]\ntype = cbr\nsize = 100B\nrate = 1Mbps\nstart = 0\nstop = 1s\n"
        "phase = random\ncount = 0\nip = 4\ntos = 0\ndf = off\norigin = forwarded\ndirection = "
        "forward\n");
    free(text);
    iptfs_scenario_free(&s);
}

/* ---------------------------------------------------------------------------------- the table */

static void check_row(const struct iptfs_section *section, const struct iptfs_option *option,
                      size_t position)
{
    size_t index;
    CHECK_TRUE(iptfs_section_find(section, option->key, &index) == option);
    CHECK_U64(index, position);
    CHECK_TRUE((option->kind == &iptfs_kind_word) ==
               (option->words != NULL || option->word_at != NULL));
    CHECK_TRUE((option->standard != NULL) != (option->standard_note != NULL));
    CHECK_TRUE(!option->required || option->standard == NULL);
    CHECK_TRUE(strlen(option->meaning) <= 84);
}

static void test_table(void)
{
    const struct iptfs_section *section;
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++) {
        const struct iptfs_option *option;
        size_t count = 0;
        for (; (option = section->option_at(count)) != NULL; count++)
            check_row(section, option, count);
        CHECK_TRUE(count > 0 && count <= IPTFS_KEYS_MAX);
        if (section->kind_key != NULL)
            CHECK_TRUE(iptfs_section_kind_option(section)->kind == &iptfs_kind_word);
    }
    struct iptfs_word buffer[IPTFS_OPTION_WORDS_MAX + 1];
    const struct iptfs_word *ciphers =
        iptfs_option_words(iptfs_section_find(&iptfs_section_tunnel, "cipher", NULL), buffer);
    for (unsigned i = 0; ciphers[i].word != NULL; i++) {
        const struct iptfs_cipher *cipher = iptfs_cipher_at((unsigned)ciphers[i].value);
        CHECK_STR(ciphers[i].word, cipher != NULL ? cipher->name : "");
        CHECK_TRUE(iptfs_cipher_at(i) != NULL);
    }
}

static void check_line_lengths(const char *text, size_t most)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > most)
            CHECK_FAIL("longer than %zu: %.*s", most, (int)strcspn(line, "\n"), line);
}

static char *list(const char *topic, bool csv)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    CHECK_INT(iptfs_list(topic, csv, out, NULL), 0);
    fclose(out);
    return text;
}

static void test_list(void)
{
    char *text = list(NULL, false), *keys = list("keys", true), *modes = list("modes", false);
    check_line_lengths(text, 100);
    const struct iptfs_section *section;
    for (size_t i = 0; (section = iptfs_section_at(i)) != NULL; i++) {
        const struct iptfs_option *option;
        for (size_t j = 0; (option = section->option_at(j)) != NULL; j++) {
            char row[64];
            snprintf(row, sizeof row, "\n%s,%s,", section->name, option->key);
            CHECK_TRUE(strstr(keys, row) != NULL);
            CHECK_TRUE(strstr(text, option->meaning) != NULL);
        }
    }
    for (unsigned i = 0; iptfs_mode_at(i) != NULL; i++) {
        const struct iptfs_mode *mode = iptfs_mode_at(i);
        char row[160];
        snprintf(row, sizeof row, "  %-21s %s (%s)\n", mode->name, mode->meaning, mode->source);
        if (strstr(modes, row) == NULL)
            CHECK_FAIL("found no \"%s\" in \"%s\"", row, modes);
    }
    free(text);
    free(keys);
    free(modes);
    struct iptfs_error error;
    CHECK_INT(iptfs_list("kyes", false, stdout, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text,
              "list: found 'kyes', allowed: modes, traffic, tcp, devices, framings, "
              "ciphers, keys, causes, plots, engines, sweep, results; did you mean 'keys'?");
}

const CU_TestInfo iptfs_tests_scenario[] = {
    {"defaults", test_defaults},
    {"every key", test_every_key},
    {"comments, blanks, line ends", test_layout},
    {"default names", test_default_names},
    {"reverse direction and single SAs", test_reverse},
    {"overrides", test_overrides},
    {"as many sections as allowed, and one more", test_many_sections},
    {"bad lines", test_bad_lines},
    {"long lines", test_long_lines},
    {"unknown sections", test_unknown_sections},
    {"unknown keys", test_unknown_keys},
    {"unknown keys of a tunnel", test_unknown_tunnel_keys},
    {"options of the wrong direction", test_wrong_direction},
    {"bad values", test_bad_values},
    {"bad overrides", test_bad_overrides},
    {"lists of times", test_timed_lists},
    {"impairments that do nothing", test_idle_impairments},
    {"values that do not go together", test_combinations},
    {"smallest and largest values", test_edges},
    {"files named in scenarios", test_files},
    {"bad impairment lists", test_bad_impair_lists},
    {"errors carry their origin", test_origins},
    {"the record of settings reads back", test_print},
    {"the table of options", test_table},
    {"the list of options", test_list},
    CU_TEST_INFO_NULL,
};
