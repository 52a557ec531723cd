/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim encap` and decap of its output: packets, times, keys, skipped packets, mistakes. */
#include "endpoint/decap.h"
#include "endpoint/encap.h"
#include "packet/ip_header.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/frames.h"
#include "support/program.h"
#include "support/samples.h"
#include "traffic/pcap_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void there_and_back(const char *words)
{
    struct frames sent = frames_mixed(1, 150);
    frames_write("in.pcap", &sent);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", words);
    endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap", words);
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &sent, false, __LINE__);
    frames_free(&sent);
    frames_free(&back);
}

static void test_there_and_back(void)
{
    static const char *const words[] = {
        "tunnel.cipher=null",
        "key=" KEY,
        "key=0x000102030405060708090A0B0C0D0E0F1011121314151617a0a1a2a3 esn",
        "key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fa0a1a2a3 "
        "tunnel.outer=6 spi=0xdeadbeef",
        "key=" KEY " tunnel.pkt-size=256 tunnel.init-delay=5ms",
        "key=" KEY " tunnel.receive=immediate",
        "tunnel.cipher=null tunnel.mode=fixed-rate tunnel.pps=2000 tunnel.pkt-size=1400",
        "key=" KEY " tunnel.mode=min-rate tunnel.pps=500 tunnel.pkt-size=600",
        "key=" KEY " tunnel.mode=esp link.mtu=9100",
        "key=" KEY " tunnel.mode=esp-pad link.mtu=9100 tunnel.pkt-size=9100 tunnel.pps=3000",
        "tunnel.cipher=null tunnel.replay-window=64 tunnel.fill=full",
    };
    program_new_folder();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        there_and_back(words[i]);
    program_remove_folder();
}

/* Without init-delay a packet leaves when it arrives, so the times of the capture stay. */
static void test_times_stay(void)
{
    program_new_folder();
    struct frames sent = frames_mixed(2, 60);
    frames_write("in.pcap", &sent);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null");
    endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap", "tunnel.cipher=null");
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &sent, true, __LINE__);
    frames_free(&sent);
    frames_free(&back);
    program_remove_folder();
}

static void write_octets(const char *name, const char *from, size_t octets)
{
    static char bytes[1 << 20];
    FILE *in = fopen(path_of(from), "rb"), *out = fopen(path_of(name), "wb");
    CHECK_U64(fread(bytes, 1, octets, in), octets);
    fwrite(bytes, 1, octets, out);
    fclose(in);
    fclose(out);
}

static void test_skipped_packets_are_reported(void)
{
    uint8_t bytes[100];
    struct frames sent = {NULL, 0};
    program_new_folder();
    sample_ip(bytes, 4, 100, 1);
    frames_add(&sent, 2000000, bytes, 100);
    frames_add(&sent, 1000000, bytes, 100); /* earlier */
    frames_add(&sent, 3000000, bytes, 80);  /* cut */
    sent.list[2].wire_octets = 100;
    bytes[0] = 0x75;
    frames_add(&sent, 4000000, bytes, 100); /* not IP */
    bytes[0] = 0x4F;
    bytes[3] = 50; /* shorter than its header */
    frames_add(&sent, 4000000, bytes, 100);
    frames_write("in.pcap", &sent);
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null");
    CHECK_INT(outcome.code, IPTFS_OK);
    CHECK_INT(figure(&outcome, "in.pkts"), 5);
    CHECK_INT(figure(&outcome, "in.not-ip"), 2);
    CHECK_INT(figure(&outcome, "in.cut"), 1);
    CHECK_INT(figure(&outcome, "in.earlier"), 0); /* it is put in order */
    CHECK_INT(figure(&outcome, "inner.offered.pkts"), 2);
    CHECK_INT(figure(&outcome, "inner.sent"), 2);
    CHECK_INT(figure(&outcome, "in.skipped.bad-ip"), 2);
    CHECK_TRUE(strstr(outcome.notes, "2 packets skipped: no valid IP header\n") != NULL);
    CHECK_TRUE(strstr(outcome.notes, "1 packet skipped: not captured whole\n") != NULL);
    endpoint_outcome_free(&outcome);
    write_octets("early.pcap", "in.pcap", 24 + 16 + 100 + 16 + 50);
    outcome = endpoint_run(iptfs_encap, "early.pcap", "outer.pcap", "tunnel.cipher=null");
    CHECK_INT(outcome.code, IPTFS_OK);
    CHECK_INT(figure(&outcome, "in.ends-early"), 1);
    CHECK_INT(figure(&outcome, "inner.sent"), 1);
    CHECK_TRUE(strstr(outcome.notes, "packet 1 is its last complete one") != NULL);
    endpoint_outcome_free(&outcome);
    frames_free(&sent);
    program_remove_folder();
}

/* What a header may say of its packet, and whether both `encap` and `run` take it. */
static const struct {
    uint8_t head[8];
    uint32_t octets;
    uint32_t wire_octets;
    bool taken;
    bool offloaded;
} headers[] = {
    {{0x45, 0, 0, 100}, 100, 100, true, false},
    {{0x45, 0, 0, 60}, 100, 100, true, false}, /* padded by the link */
    {{0x4F, 0, 0, 60}, 100, 100, true, false},
    {{0x45, 0, 0, 19}, 100, 100, false, false},
    {{0x4F, 0, 0, 59}, 100, 100, false, false},
    {{0x40, 0, 0, 100}, 100, 100, false, false}, /* header lengths below 20 */
    {{0x44, 0, 0, 100}, 100, 100, false, false},
    {{0x41, 0, 0, 0}, 100, 100, false, false},
    {{0x45, 0, 0, 101}, 100, 100, false, false}, /* more than was on the wire */
    {{0x60, 0, 0, 0, 0, 61, 17}, 100, 100, false, false},
    {{0x60, 0, 0, 0, 0, 60, 17}, 100, 100, true, false},
    {{0x60, 0, 0, 0, 0, 0, 59}, 46, 46, true, false}, /* a header alone, padded by Ethernet */
    {{0x60, 0, 0, 0, 0, 0, 0}, 200, 70000, false, false},
    {{0x60, 0, 0, 0, 0, 0, 0}, 200, 200, false, false}, /* a jumbogram */
    {{0x60, 0, 0, 0, 0, 0, 6}, 200, 200, true, true},
    {{0x45, 0, 0, 0}, 200, 200, true, true},
    {{0x45, 0, 0, 0}, 46, 46, false, false},
    {{0x45, 0, 0, 0}, 200, 65536, false, false},
    {{0x55, 0, 0, 100}, 100, 100, false, false}, /* other versions */
    {{0x05, 0, 0, 100}, 100, 100, false, false},
    {{0xF0, 0, 0, 0, 0, 60}, 100, 100, false, false},
};

static uint32_t write_headers(void)
{
    struct frames sent = {NULL, 0};
    uint32_t taken = 0;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        uint8_t bytes[200] = {0};
        memcpy(bytes, headers[i].head, sizeof headers[i].head);
        frames_add(&sent, (int64_t)i * 1000000, bytes, headers[i].octets);
        sent.list[i].wire_octets = headers[i].wire_octets;
        taken += headers[i].taken;
    }
    frames_write("in.pcap", &sent);
    frames_free(&sent);
    return taken;
}

/* `run` and `encap` use one rule for headers that cannot be true, and `decap` takes all that
 * `encap` sends. */
static void test_one_rule_for_headers(void)
{
    struct iptfs_pcap_file capture;
    struct iptfs_error error;
    program_new_folder();
    uint32_t taken = write_headers();
    CHECK_INT(iptfs_pcap_file_load(&capture, path_of("in.pcap"), "", &error), IPTFS_OK);
    CHECK_U64(capture.list.count, taken);
    iptfs_traffic_list_free(&capture.list);
    free(capture.notes);
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null");
    CHECK_INT(outcome.code, IPTFS_OK);
    CHECK_INT(figure(&outcome, "inner.sent"), taken);
    endpoint_outcome_free(&outcome);
    outcome = endpoint_run(iptfs_decap, "outer.pcap", "back.pcap", "tunnel.cipher=null");
    CHECK_INT(outcome.code, IPTFS_OK);
    CHECK_INT(figure(&outcome, "inner.delivered.pkts"), taken);
    CHECK_INT(figure(&outcome, "counters.linux.XfrmInHdrError"), 0);
    endpoint_outcome_free(&outcome);
    struct frames back = frames_read("back.pcap");
    for (size_t i = 0, j = 0; i < sizeof headers / sizeof headers[0] && j < back.count; i++) {
        if (!headers[i].taken)
            continue;
        int32_t total = iptfs_inner_total(back.list[j].bytes, back.list[j].octets);
        CHECK_INT(total, back.list[j].octets);
        if (headers[i].offloaded)
            CHECK_INT(total, headers[i].octets); /* its length was written in */
        j++;
    }
    frames_free(&back);
    program_remove_folder();
}

static void refused(endpoint_command *run, const char *words, const char *part)
{
    struct endpoint_outcome outcome = endpoint_run(run, "in.pcap", "out.pcap", words);
    CHECK_TRUE(outcome.code == IPTFS_E_INVALID || outcome.code == IPTFS_E_IO);
    if (strstr(outcome.error.text, part) == NULL)
        CHECK_FAIL("%s: \"%s\" is not in \"%s\"", words, part, outcome.error.text);
    CHECK_TRUE(strstr(outcome.error.text, "00010203") == NULL); /* no key in a message */
    CHECK_TRUE(!program_wrote("out.pcap"));
    endpoint_outcome_free(&outcome);
}

static void test_mistakes_are_reported_and_nothing_is_written(void)
{
    program_new_folder();
    struct frames sent = frames_mixed(6, 3);
    refused(iptfs_encap, "tunnel.cipher=null", "in.pcap: cannot be read");
    frames_write("in.pcap", &sent);
    refused(iptfs_encap, "", "no key for tunnel.cipher=aes-gcm-16");
    refused(iptfs_encap, "key=" KEY "00", "found 42 hexadecimal digits, allowed: 40, 56 or 72");
    refused(iptfs_encap, "key=" KEY " tunnel.cipher=chacha20-poly1305",
            "found 40 hexadecimal digits, allowed: 72 (a key of 32 octets, then a salt of 4)");
    refused(iptfs_encap, "key=" KEY " tunnel.cipher=aes-cbc-hmac-sha256",
            "allowed: 96, 112 or 128 (a key of 16, 24 or 32 octets, then one of 32 for the ICV)");
    refused(iptfs_encap, "key=00010203zz", "in place 9");
    refused(iptfs_encap, "key=" KEY " tunnel.cipher=null", "allowed: one of them");
    refused(iptfs_encap, "key=" KEY " key-file=x", "allowed: one of them");
    refused(iptfs_encap, "key-file=/nowhere", "/nowhere");
    refused(iptfs_encap, "key=" KEY " spi=255", "--spi: found '255', allowed: 256");
    refused(iptfs_encap, "key=" KEY " src=2001:db8::1", "allowed: an IPv4 address");
    refused(iptfs_encap, "key=" KEY " tunnel.mode=none", "allowed: a mode with ESP");
    refused(iptfs_encap, "key=" KEY " tunnel.mode=congestion-controlled", "needs no answers");
    refused(iptfs_encap, "key=" KEY " tunnel.rekey-after=5p", "rekey-after");
    refused(iptfs_encap, "key=" KEY " tunnel.pkt-sze=5", "did you mean 'pkt-size'?");
    refused(iptfs_decap, "key=" KEY " tunnel.mode=esp-transport", "in tunnel mode");
    frames_free(&sent);
    program_remove_folder();
}

/* A key file is read, and what Wireshark needs is written. */
static void test_keys_in_files(void)
{
    char words[200];
    program_new_folder();
    struct frames sent = frames_mixed(7, 10);
    frames_write("in.pcap", &sent);
    FILE *file = fopen(path_of("sa.key"), "w");
    fputs("  0x" KEY "\r\n", file);
    fclose(file);
    CHECK_INT(chmod(path_of("sa.key"), 0600), 0);
    snprintf(words, sizeof words, "key-file=%s esp-sa=%s", path_of("sa.key"), path_of("esp_sa"));
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", words);
    endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &sent, false, __LINE__);
    char *table = fixture_text(path_of("esp_sa"));
    CHECK_STR(table, "\"IPv4\",\"192.0.2.1\",\"198.51.100.1\",\"0x00001000\",\"AES-GCM with 16 "
                     "octet ICV [RFC4106]\",\"0x" KEY "\",\"NULL\",\"\"\n");
    free(table);
    frames_free(&sent);
    frames_free(&back);
    program_remove_folder();
}

/* Each cipher, alone and in UDP, there and back. */
static void test_ciphers_and_udp(void)
{
    static const char *const words[] = {
        ("key=" KEY KEY "00000000000000000000000000000000 tunnel.cipher=aes-cbc-hmac-sha256"),
        ("key=" KEY "000000000000000000000000aaaaaaaa tunnel.cipher=chacha20-poly1305"),
        ("key=" KEY),
    };
    program_new_folder();
    struct frames sent = frames_mixed(8, 20);
    frames_write("in.pcap", &sent);
    for (size_t i = 0; i < 2 * sizeof words / sizeof words[0]; i++) {
        char with_udp[200];
        snprintf(with_udp, sizeof with_udp, "%s tunnel.encap=%s spi=%zu", words[i / 2],
                 i % 2 == 0 ? "none" : "udp", 4096 + i);
        endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", with_udp);
        endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap", with_udp);
        struct frames back = frames_read("back.pcap");
        check_frames(&back, &sent, false, __LINE__);
        frames_free(&back);
    }
    frames_free(&sent);
    program_remove_folder();
}

static bool has_tshark(void)
{
    return system("command -v tshark >/dev/null 2>&1") == 0;
}

/* Runs tshark on a capture with the table beside it; what it printed. */
static char *ask_tshark(const char *name, const char *table, const char *options)
{
    char command[1024];
    snprintf(
        command, sizeof command,
        "HOME=%s tshark -r %s -d ip.proto==144,data -o esp.enable_encryption_decode:TRUE "
        "-o esp.enable_authentication_check:TRUE -o ip.check_checksum:TRUE "
        "-o udp.check_checksum:TRUE -o \"uat:esp_sa:$(head -n 1 %s)\" %s >%s/printed 2>%s/tshark",
        program_folder(), path_of(name), path_of(table), options, program_folder(),
        program_folder());
    CHECK_INT(system(command), 0);
    return fixture_text(path_of("printed"));
}

static uint64_t count_of(const char *text, const char *part)
{
    uint64_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void check_with_tshark(const char *words, bool encrypted)
{
    char all[300];
    snprintf(all, sizeof all, "%s esp-sa=%s", words, path_of("esp_sa"));
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", all);
    struct frames outer = frames_read("outer.pcap");
    char *printed = ask_tshark("outer.pcap", "esp_sa", "-q -z expert");
    CHECK_STR(printed, ""); /* no note, no warning */
    free(printed);
    printed = ask_tshark("outer.pcap", "esp_sa",
                         "-T fields -e esp.protocol -e esp.icv_good -e ip.checksum.status -E "
                         "separator=,");
    bool v6 = strstr(words, "outer=6") != NULL;
    const char *line = encrypted ? (v6 ? "0x90,1,\n" : "0x90,1,1\n") : "0x90,,1\n";
    CHECK_U64(count_of(printed, line), outer.count);
    free(printed);
    frames_free(&outer);
}

static void test_tshark_reads_the_packets(void)
{
    if (!has_tshark()) {
        printf("skipped (no tshark): it reads the packets\n");
        return;
    }
    program_new_folder();
    struct frames sent = frames_mixed(8, 60);
    frames_write("in.pcap", &sent);
    check_with_tshark("tunnel.cipher=null", false);
    check_with_tshark("key=" KEY, true);
    check_with_tshark("tunnel.outer=6 key=" KEY, true);
    check_with_tshark("key=" KEY " tunnel.mode=fixed-rate tunnel.pps=900 tunnel.pkt-size=800",
                      true);
    frames_free(&sent);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_encap[] = {
    {"there and back", test_there_and_back},
    {"times stay", test_times_stay},
    {"skipped packets are reported", test_skipped_packets_are_reported},
    {"one rule for headers", test_one_rule_for_headers},
    {"mistakes are reported and nothing is written",
     test_mistakes_are_reported_and_nothing_is_written},
    {"keys in files", test_keys_in_files},
    {"ciphers and UDP", test_ciphers_and_udp},
    {"tshark reads the packets", test_tshark_reads_the_packets},
    CU_TEST_INFO_NULL,
};
