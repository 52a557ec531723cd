/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim decap`: outer packets that are lost, reordered, repeated, marked, foreign, or recorded
 * from Linux. */
#include "base/units.h"
#include "endpoint/decap.h"
#include "endpoint/encap.h"
#include "packet/aggfrag.h"
#include "run/script.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/frames.h"
#include "support/program.h"
#include "support/samples.h"
#include "wire/inbound_sa.h"
#include "wire/outer_codec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Which inner packets an outer packet of the null cipher carries a part of: the walk over the
 * blocks by RFC 9347, 6.1, from the octets. */
struct walk {
    size_t inner;  /* the partly received packet, or the next one */
    uint32_t left; /* octets of it that are still to come; 0: none is partly received */
    bool *hit;
};

static void walk_outer(struct walk *walk, const struct frame *outer, bool lost)
{
    uint32_t pad = outer->bytes[outer->octets - 2];
    uint32_t at = 20 + 8 + 4, end = outer->octets - 2 - pad;
    while (at < end && (walk->left > 0 || outer->bytes[at] >> 4 != 0)) {
        if (walk->left == 0)
            walk->left = (uint32_t)iptfs_inner_total(outer->bytes + at, end - at);
        uint32_t here = walk->left < end - at ? walk->left : end - at;
        walk->hit[walk->inner] |= lost;
        walk->left -= here;
        walk->inner += walk->left == 0;
        at += here;
    }
}

/* Loses some outer packets: what comes back is exactly the inner packets no part of which was lost.
 */
static void lose(const struct frames *sent, const char *words, uint64_t seed)
{
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", words);
    struct frames outer = frames_read("outer.pcap"), kept = {NULL, 0}, expected = {NULL, 0};
    struct walk walk = {.hit = calloc(sent->count + 1, sizeof(bool))};
    for (size_t i = 0; i < outer.count; i++) {
        bool lost = sample_between(&seed, 0, 9) == 0;
        walk_outer(&walk, &outer.list[i], lost);
        if (!lost)
            frames_add(&kept, outer.list[i].at_ns, outer.list[i].bytes, outer.list[i].octets);
    }
    CHECK_U64(walk.inner, sent->count);
    for (size_t i = 0; i < sent->count; i++)
        if (!walk.hit[i])
            frames_add(&expected, 0, sent->list[i].bytes, sent->list[i].octets);
    CHECK_TRUE(expected.count < sent->count && expected.count > sent->count / 3);
    frames_write("kept.pcap", &kept);
    endpoint_succeeds(iptfs_decap, "kept.pcap", "back.pcap", words);
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &expected, false, __LINE__);
    free(walk.hit);
    frames_free(&outer);
    frames_free(&kept);
    frames_free(&expected);
    frames_free(&back);
}

static void test_lost_outer_packets_lose_their_inner_packets(void)
{
    program_new_folder();
    struct frames sent = frames_mixed(3, 300);
    frames_write("in.pcap", &sent);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        lose(&sent, "tunnel.cipher=null", seed);
        lose(&sent,
             "tunnel.cipher=null tunnel.mode=fixed-rate tunnel.pps=2000 tunnel.pkt-size=1000 "
             "tunnel.reorder-window=1",
             seed);
    }
    frames_free(&sent);
    program_remove_folder();
}

/* Shuffles within the window of 3, the first packets too, and repeats some. */
static struct frames shuffle(const struct frames *outer, uint64_t seed)
{
    struct frames shuffled = {NULL, 0};
    for (size_t i = 0; i < outer->count; i += 4) {
        size_t group = outer->count - i < 4 ? outer->count - i : 4;
        size_t order[4] = {0, 1, 2, 3};
        for (size_t k = group; k > 1; k--) {
            size_t other = sample_next(&seed) % k, kept = order[k - 1];
            order[k - 1] = order[other];
            order[other] = kept;
        }
        for (size_t k = 0; k < group; k++) {
            const struct frame *frame = &outer->list[i + order[k]];
            int copies = sample_between(&seed, 0, 3) == 0 ? 2 : 1;
            while (copies-- > 0)
                frames_add(&shuffled, outer->list[i].at_ns, frame->bytes, frame->octets);
        }
    }
    return shuffled;
}

static void test_order_and_copies_do_not_matter(void)
{
    static const char *const words[] = {"key=" KEY, "tunnel.cipher=null tunnel.pkt-size=300 esn",
                                        "key=" KEY " tunnel.replay-window=32"};
    program_new_folder();
    struct frames sent = frames_mixed(4, 200);
    frames_write("in.pcap", &sent);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        const char *now = words[seed % 3];
        endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", now);
        struct frames outer = frames_read("outer.pcap");
        struct frames shuffled = shuffle(&outer, seed);
        CHECK_TRUE(shuffled.count > outer.count);
        frames_write("shuffled.pcap", &shuffled);
        endpoint_succeeds(iptfs_decap, "shuffled.pcap", "back.pcap", now);
        struct frames back = frames_read("back.pcap");
        check_frames(&back, &sent, false, __LINE__);
        frames_free(&outer);
        frames_free(&shuffled);
        frames_free(&back);
    }
    frames_free(&sent);
    program_remove_folder();
}

static void set_ecn(uint8_t *ip, unsigned ecn)
{
    if (ip[0] >> 4 == 6) {
        ip[1] = (uint8_t)((ip[1] & 0xCF) | ecn << 4);
        return;
    }
    ip[1] = (uint8_t)((ip[1] & 0xFC) | ecn);
    iptfs_ipv4_seal(ip, 20);
}

static void set_ce(uint8_t *ip)
{
    set_ecn(ip, 3);
}

static uint8_t tos_of(const uint8_t *ip)
{
    if (ip[0] >> 4 == 4)
        return ip[1];
    return (uint8_t)(ip[0] << 4 | ip[1] >> 4);
}

/* Packets of both versions and all ECN fields, with a DSCP that must stay. */
static struct frames markable_packets(uint32_t octets)
{
    static uint8_t bytes[4000];
    struct frames frames = {NULL, 0};
    for (uint8_t i = 0; i < 8; i++) {
        uint8_t tos = (uint8_t)(0xB8 | (i & 3));
        sample_ip(bytes, i < 4 ? 4 : 6, octets, i);
        if (i < 4) {
            bytes[1] = tos;
            iptfs_ipv4_seal(bytes, 20);
        } else {
            bytes[0] = 0x60 | tos >> 4;
            bytes[1] = (uint8_t)(tos << 4);
        }
        frames_add(&frames, i * 1000000, bytes, octets);
    }
    return frames;
}

static void marks_come_out(const char *words, uint32_t octets)
{
    struct frames sent = markable_packets(octets);
    frames_write("in.pcap", &sent);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", words);
    struct frames outer = frames_read("outer.pcap");
    for (size_t i = 0; i < outer.count; i++)
        set_ce(outer.list[i].bytes);
    frames_write("marked.pcap", &outer);
    endpoint_succeeds(iptfs_decap, "marked.pcap", "back.pcap", words);
    struct frames back = frames_read("back.pcap");
    for (size_t i = 0; i < sent.count; i++)
        if ((tos_of(sent.list[i].bytes) & 3) != 0)
            set_ce(sent.list[i].bytes);
    check_frames(&back, &sent, false, __LINE__);
    frames_free(&sent);
    frames_free(&outer);
    frames_free(&back);
}

/* A mark on the outer packets comes out on the inner ones and in their checksums, where they are
 * ECN-capable (RFC 6040, 4.2): unlike Linux, whatever the sender does with ECN. */
static void test_marks_come_out(void)
{
    static const char *const words[] = {
        "tunnel.cipher=null",
        "tunnel.outer=6 key=" KEY,
        "tunnel.receive=immediate tunnel.cipher=null",
        "tunnel.mode=esp link.mtu=4000 key=" KEY,
        "tunnel.mode=fixed-rate tunnel.pps=900 tunnel.pkt-size=800 tunnel.cipher=null",
    };
    program_new_folder();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        marks_come_out(words[i], 100);
        marks_come_out(words[i], 3333);
    }
    struct frames sent = markable_packets(100), outer;
    frames_write("in.pcap", &sent);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null tunnel.ecn=on");
    outer = frames_read("outer.pcap");
    CHECK_U64(outer.count, sent.count);
    for (size_t i = 0; i < outer.count; i++)
        CHECK_INT(outer.list[i].bytes[1], 2);
    frames_free(&sent);
    frames_free(&outer);
    program_remove_folder();
}

/* All inner packets come in outer packets with this ECN field: the column of RFC 6040, figure 4, by
 * the number of the inner field; 4 is dropped. */
static void check_column(const char *words, uint32_t octets, unsigned ecn)
{
    static const uint8_t left[4][4] = {{0, 1, 2, 3}, {0, 1, 1, 3}, {0, 1, 2, 3}, {4, 3, 3, 3}};
    static const uint8_t dangerous[4] = {0, 4, 2, 2}, possibly[4] = {0, 0, 2, 0};
    struct frames sent = markable_packets(octets), expected = {NULL, 0};
    frames_write("in.pcap", &sent);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", words);
    struct frames outer = frames_read("outer.pcap");
    for (size_t i = 0; i < outer.count; i++)
        set_ecn(outer.list[i].bytes, ecn);
    frames_write("marked.pcap", &outer);
    for (size_t i = 0; i < sent.count; i++) {
        uint8_t field = left[ecn][tos_of(sent.list[i].bytes) & 3];
        set_ecn(sent.list[i].bytes, field & 3);
        if (field < 4)
            frames_add(&expected, sent.list[i].at_ns, sent.list[i].bytes, octets);
    }
    char all[200];
    snprintf(all, sizeof all, "%s tunnel.ecn-decap=rfc6040", words);
    struct endpoint_outcome outcome = endpoint_run(iptfs_decap, "marked.pcap", "back.pcap", all);
    struct frames back = frames_read("back.pcap");
    CHECK_INT(outcome.code, IPTFS_OK);
    check_frames(&back, &expected, false, __LINE__);
    CHECK_INT(figure(&outcome, "inner.ecn-dangerous"), dangerous[ecn]);
    CHECK_INT(figure(&outcome, "inner.ecn-possibly-dangerous"), possibly[ecn]);
    CHECK_INT(figure(&outcome, "inner.ce-not-ect"), ecn == 3 ? 2 : 0);
    endpoint_outcome_free(&outcome);
    frames_free(&sent);
    frames_free(&outer);
    frames_free(&expected);
    frames_free(&back);
}

/* RFC 6040, 4.2: all sixteen cells, of whole packets and of fragments, to the octet. */
static void test_the_table_of_rfc_6040(void)
{
    program_new_folder();
    for (unsigned ecn = 0; ecn < 4; ecn++) {
        check_column("tunnel.cipher=null", 100, ecn);
        check_column("tunnel.cipher=null", 3333, ecn);
        check_column("tunnel.outer=6 key=" KEY, 3333, ecn);
        check_column("tunnel.receive=immediate tunnel.cipher=null", 3333, ecn);
        check_column("tunnel.mode=esp link.mtu=4000 key=" KEY, 3333, ecn);
    }
    program_remove_folder();
}

struct found {
    char text[4096];
};

static void note_received(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct found *found = ctx;
    size_t length = strlen(found->text);
    (void)now_ps, (void)again;
    snprintf(found->text + length, sizeof found->text - length, "id=%" PRIu32 " len=%" PRIu32 "\n",
             inner->id, inner->octets);
}

/* What Linux received, by its recorder. */
static void read_expected(const char *name, struct found *expected)
{
    char path[128];
    snprintf(path, sizeof path, "test/golden/linux/%s.out", name);
    char *text = fixture_text(path), *rest = text, *line;
    unsigned id, octets;
    expected->text[0] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL)
        if (sscanf(line, "rx %*d id=%u len=%u", &id, &octets) == 2) {
            struct iptfs_inner inner = {.id = id, .octets = octets};
            note_received(expected, 0, &inner, false);
        }
    free(text);
}

static uint32_t wrap_payload(const struct iptfs_script_event *event, uint8_t *packet)
{
    struct iptfs_esp esp;
    iptfs_esp_init(&esp, iptfs_cipher_at(0), 4);
    uint32_t pad = iptfs_esp_pad_octets(&esp, event->octets), octets = 28 + event->octets + pad + 2;
    const uint8_t head[28] = {0x45,
                              0,
                              (uint8_t)(octets >> 8),
                              (uint8_t)octets,
                              0,
                              0,
                              0,
                              0,
                              64,
                              50,
                              0,
                              0,
                              10,
                              0,
                              0,
                              2,
                              10,
                              0,
                              1,
                              2,
                              0,
                              0,
                              1,
                              0,
                              0,
                              0,
                              (uint8_t)(event->seq >> 8),
                              (uint8_t)event->seq};
    memcpy(packet, head, sizeof head);
    memcpy(packet + sizeof head, event->payload, event->octets);
    for (uint32_t i = 0; i < pad; i++)
        packet[octets - 2 - pad + i] = (uint8_t)(i + 1);
    packet[octets - 2] = (uint8_t)pad;
    packet[octets - 1] = 144;
    return octets;
}

/* Outer packets recorded from Linux, all of whose octets are there: they give what Linux received.
 */
static void receive_recorded(const char *name)
{
    static struct iptfs_inbound_sa inbound;
    static uint8_t packet[2000];
    static struct found found, expected;
    struct iptfs_script script;
    struct iptfs_error error;
    char path[128];
    snprintf(path, sizeof path, "test/golden/linux/%s.scn", name);
    FILE *in = fopen(path, "r");
    if (!CHECK_TRUE(in != NULL) ||
        !CHECK_INT(iptfs_script_read(&script, in, path, &error), IPTFS_OK))
        return;
    struct iptfs_outer_codec_config wire = {.mode = iptfs_mode_at(0)};
    struct iptfs_receiver_config receiver = {
        .reorder_window = (uint32_t)script.config.reorder_window,
        .drop_time_ps = script.config.drop_time_us * IPTFS_PS_PER_US};
    iptfs_esp_init(&wire.esp, iptfs_cipher_named("null"), 4);
    CHECK_INT(iptfs_inbound_sa_init(&inbound, &wire, &receiver), IPTFS_OK);
    found.text[0] = '\0';
    iptfs_inbound_sa_deliver_to(&inbound, note_received, &found);
    for (size_t i = 0; i < script.event_count; i++)
        CHECK_INT(iptfs_inbound_sa_input(&inbound, script.events[i].at_ps, packet,
                                         wrap_payload(&script.events[i], packet)),
                  IPTFS_OUTER_CODEC_GOOD);
    iptfs_inbound_sa_wake(&inbound, script.end_ps);
    read_expected(name, &expected);
    CHECK_TRUE(strlen(expected.text) > 20);
    CHECK_STR(found.text, expected.text);
    CHECK_INT(iptfs_inbound_sa_close(&inbound), IPTFS_OK);
    iptfs_inbound_sa_free(&inbound);
    iptfs_script_free(&script);
    fclose(in);
}

static void test_recorded_octets_of_linux(void)
{
    receive_recorded("a-raw-allpad");
    receive_recorded("a-raw-runt");
    receive_recorded("a-raw-subtype");
}

static void test_foreign_packets_are_counted(void)
{
    program_new_folder();
    struct frames sent = frames_mixed(5, 30);
    frames_write("in.pcap", &sent);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", "key=" KEY);
    struct frames outer = frames_read("outer.pcap");
    size_t good = outer.count;
    outer.list[3].bytes[60] ^= 1;  /* changed */
    outer.list[5].bytes[23] ^= 1;  /* another SPI */
    outer.list[7].octets -= 1;     /* cut */
    outer.list[8].bytes[9] = 17;   /* UDP */
    outer.list[9].bytes[6] = 0x20; /* a fragment */
    frames_write("outer.pcap", &outer);
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    CHECK_INT(outcome.code, IPTFS_OK);
    CHECK_INT(figure(&outcome, "outer.good"), good - 5);
    CHECK_INT(figure(&outcome, "outer.bad-icv"), 1);
    CHECK_INT(figure(&outcome, "outer.other-spi"), 1);
    CHECK_INT(figure(&outcome, "in.cut"), 1);
    CHECK_INT(figure(&outcome, "in.not-esp"), 1);
    CHECK_INT(figure(&outcome, "in.skipped.udp"), 1);
    CHECK_INT(figure(&outcome, "in.fragment"), 1);
    CHECK_INT(figure(&outcome, "outer.missed"), 5);
    CHECK_INT(figure(&outcome, "counters.linux.XfrmInNoStates"), 1);
    CHECK_INT(figure(&outcome, "counters.linux.XfrmInStateProtoError"), 1);
    endpoint_outcome_free(&outcome);
    outcome = endpoint_run(iptfs_decap, "outer.pcap", "back.pcap",
                           "key=000102030405060708090a0b0c0d0e0fa0a1a2a4");
    CHECK_INT(outcome.code, IPTFS_E_INVALID);
    CHECK_TRUE(strstr(outcome.error.text, " not authentic: check key, salt and --esn") != NULL);
    CHECK_STR(outcome.notes, "");
    endpoint_outcome_free(&outcome);
    frames_free(&sent);
    frames_free(&outer);
    program_remove_folder();
}

/* The captures of test/golden/captures, made with scapy: ESP behind IPv4 options and IPv6 extension
 * headers, and in UDP; and what is no ESP. */
static void test_esp_of_other_programs(void)
{
    program_new_folder();
    copy_golden("esp.pcap");
    copy_golden("esp-inner.pcap");
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_decap, "esp.pcap", "back.pcap", "key=" KEY " tunnel.mode=esp");
    CHECK_INT(outcome.code, IPTFS_OK);
    struct frames inner = frames_read("esp-inner.pcap"), back = frames_read("back.pcap");
    CHECK_U64(inner.count, 12);
    check_frames(&back, &inner, true, __LINE__);
    static const struct {
        const char *name;
        int64_t count;
    } figures[] = {
        {"in.pkts", 22},        {"outer.good", 12},         {"in.not-ip", 0},
        {"in.not-esp", 8},      {"in.fragment", 2},         {"in.skipped.ike", 2},
        {"in.skipped.udp", 1},  {"in.skipped.tcp", 1},      {"in.skipped.keepalive", 1},
        {"in.skipped.icmp", 1}, {"in.skipped.icmpv6", 1},   {"in.skipped.protocol", 1},
        {"in.skipped.arp", 0},  {"in.skipped.fragment", 2},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if (!CHECK_INT(figure(&outcome, figures[i].name), figures[i].count))
            printf("of %s\n", figures[i].name);
    CHECK_TRUE(strstr(outcome.notes, ": 2 packets skipped: IKE\n") != NULL);
    CHECK_TRUE(strstr(outcome.notes, ": 1 packet skipped: IP protocol 47\n") != NULL);
    frames_free(&inner);
    frames_free(&back);
    endpoint_outcome_free(&outcome);
    program_remove_folder();
}

/* A capture without anything that can be used is refused, and nothing is written. */
static void test_nothing_to_use(void)
{
    program_new_folder();
    copy_golden("not-esp.pcap");
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_decap, "not-esp.pcap", "back.pcap", "key=" KEY);
    CHECK_INT(outcome.code, IPTFS_E_INVALID);
    CHECK_TRUE(
        strstr(outcome.error.text,
               "not-esp.pcap: found 9 packets: 1 ARP, 1 ICMP, 1 TCP, 1 UDP, 1 ICMPv6, 2 IKE, "
               "1 NAT keepalives, 1 IP protocol 47, allowed: at least one authentic ESP "
               "packet of the SA") != NULL);
    CHECK_TRUE(!program_wrote("back.pcap"));
    endpoint_outcome_free(&outcome);
    program_remove_folder();
}

/* Each outer packet twice, and what is counted for the second copies. */
static void test_second_copies_are_duplicates(void)
{
    static const struct {
        const char *words;
        bool refused; /* by the replay window */
        bool once;    /* each inner packet comes out once, and whole */
    } rows[] = {
        {"key=" KEY, false, true},
        {"key=" KEY " tunnel.reorder-window=64", false, true},
        {"key=" KEY " tunnel.reorder-window=0", false, false},
        {"key=" KEY " tunnel.receive=immediate", false, true},
        {"key=" KEY " tunnel.mode=esp", false, false},
        {"key=" KEY " tunnel.replay-window=32", true, true},
        {"key=" KEY " tunnel.mode=esp tunnel.replay-window=32", true, false},
        {"key=" KEY " tunnel.receive=immediate tunnel.replay-window=32", true, true},
    };
    program_new_folder();
    struct frames sent = frames_mixed(6, 100);
    frames_write("in.pcap", &sent);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", rows[i].words);
        struct frames outer = frames_read("outer.pcap"), twice = {NULL, 0};
        for (size_t at = 0; at < outer.count; at++)
            for (int copy = 0; copy < 2; copy++)
                frames_add(&twice, outer.list[at].at_ns, outer.list[at].bytes,
                           outer.list[at].octets);
        frames_write("twice.pcap", &twice);
        struct endpoint_outcome outcome =
            endpoint_run(iptfs_decap, "twice.pcap", "back.pcap", rows[i].words);
        bool good = CHECK_INT(outcome.code, IPTFS_OK);
        good = CHECK_INT(figure(&outcome, "outer.late"), 0) && good;
        good = CHECK_INT(figure(&outcome, "outer.duplicate"), rows[i].refused ? 0 : outer.count) &&
               good;
        good =
            CHECK_INT(figure(&outcome, "outer.replay"), rows[i].refused ? outer.count : 0) && good;
        if (rows[i].once)
            good = CHECK_INT(figure(&outcome, "inner.delivered.pkts"), sent.count) && good;
        if (!good)
            CHECK_FAIL("with %s", rows[i].words);
        endpoint_outcome_free(&outcome);
        frames_free(&outer);
        frames_free(&twice);
    }
    frames_free(&sent);
    program_remove_folder();
}

/* One packet comes 10 packets too late, twice: the first copy is late, the second a duplicate. */
static void test_the_first_copy_may_be_late(void)
{
    static const char *const words[] = {"key=" KEY " tunnel.pkt-size=300",
                                        "key=" KEY " tunnel.pkt-size=300 tunnel.receive=immediate"};
    program_new_folder();
    struct frames sent = frames_mixed(7, 100);
    frames_write("in.pcap", &sent);
    for (size_t i = 0; i < 2; i++) {
        endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", words[i]);
        struct frames outer = frames_read("outer.pcap"), moved = {NULL, 0};
        for (size_t at = 0; at < outer.count; at++) {
            if (at != 20)
                frames_add(&moved, 0, outer.list[at].bytes, outer.list[at].octets);
            if (at == 30 || at == 35)
                frames_add(&moved, 0, outer.list[20].bytes, outer.list[20].octets);
        }
        frames_write("moved.pcap", &moved);
        struct endpoint_outcome outcome =
            endpoint_run(iptfs_decap, "moved.pcap", "back.pcap", words[i]);
        CHECK_INT(figure(&outcome, "outer.late"), 1);
        CHECK_INT(figure(&outcome, "outer.duplicate"), 1);
        CHECK_INT(figure(&outcome, "outer.missed"), 1);
        endpoint_outcome_free(&outcome);
        frames_free(&outer);
        frames_free(&moved);
    }
    frames_free(&sent);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_decap[] = {
    {"lost outer packets lose their inner packets",
     test_lost_outer_packets_lose_their_inner_packets},
    {"order and copies do not matter", test_order_and_copies_do_not_matter},
    {"marks come out", test_marks_come_out},
    {"the table of RFC 6040", test_the_table_of_rfc_6040},
    {"recorded octets of Linux", test_recorded_octets_of_linux},
    {"second copies are duplicates", test_second_copies_are_duplicates},
    {"the first copy may be late", test_the_first_copy_may_be_late},
    {"foreign packets are counted", test_foreign_packets_are_counted},
    {"ESP of other programs", test_esp_of_other_programs},
    {"nothing to use", test_nothing_to_use},
    CU_TEST_INFO_NULL,
};
