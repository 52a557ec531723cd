/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of runs: they hold what the summary counts, to the octet. */
#include "base/octets.h"
#include "endpoint/decap.h"
#include "endpoint/encap.h"
#include "ns3/sim.h"
#include "packet/aggfrag.h"
#include "run/run.h"
#include "run/run_command.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/frames.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const places[] = {"inner-in", "outer-tx", "outer-rx", "inner-out"};

static const char scenario_text[] =
    "[scenario]\nname = captured\nduration = 400ms\nseed = 3\n"
    "[tunnel]\ninit-delay = 2ms\ndrop-time = 20ms\necn = on\n"
    "[link]\nrate = 20Mbps\ndelay = 5ms\nloss = 2%\nce = 5%\nduplicate = 3%\njitter = 1ms\n"
    "[traffic.small]\ntype = poisson\nsize = uniform(20,300)\nrate = 1Mbps\ntos = 2\n"
    "[traffic.large]\ntype = cbr\nsize = 4000B\nrate = 4Mbps\nip = 6\nstart = 20ms\n"
    "[traffic.back]\ntype = cbr\nsize = 500B\nrate = 400kbps\ndirection = reverse\n";

static struct endpoint_outcome run_file(const char *scenario, const char *const *sets, size_t count,
                                        const char *pcap_prefix)
{
    struct endpoint_outcome outcome = {.error = {0}};
    struct iptfs_run_request request = {.scenario_path = scenario,
                                        .sets = sets,
                                        .n_sets = count,
                                        .out_dir = path_of("out"),
                                        .pcap_prefix = pcap_prefix,
                                        .output = IPTFS_OUTPUT_JSON};
    size_t size;
    FILE *out = open_memstream(&outcome.out, &size);
    outcome.code = iptfs_run_command(&request, out, &outcome.error);
    fclose(out);
    return outcome;
}

static struct endpoint_outcome capture_file(const char *scenario, const char *const *sets,
                                            size_t count)
{
    return run_file(scenario, sets, count, path_of("p"));
}

static struct endpoint_outcome capture_run(const char *const *sets, size_t count)
{
    FILE *file = fopen(path_of("s.ini"), "w");
    fputs(scenario_text, file);
    fclose(file);
    return capture_file(path_of("s.ini"), sets, count);
}

static uint64_t sum_octets(const struct frames *frames)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < frames->count; i++)
        sum += frames->list[i].octets;
    return sum;
}

static void check_place(const struct endpoint_outcome *outcome, const char *name, int64_t pkts,
                        int64_t octets)
{
    char file[64];
    snprintf(file, sizeof file, "p-%s.pcap", name);
    struct frames frames = frames_read(file);
    CHECK_INT(frames.count, pkts);
    if (octets >= 0)
        CHECK_U64(sum_octets(&frames), octets);
    for (size_t i = 1; i < frames.count; i++)
        if (frames.list[i].at_ns < frames.list[i - 1].at_ns)
            CHECK_FAIL("%s: times go back at packet %zu", name, i);
    CHECK_TRUE(outcome->code == IPTFS_OK);
    frames_free(&frames);
}

/* The captures hold what the summary counts, in each direction. */
static void test_captures_are_what_the_summary_counts(void)
{
    program_new_folder();
    struct endpoint_outcome outcome = capture_run(NULL, 0);
    CHECK_STR(outcome.error.text, "");
    check_place(&outcome, "inner-in", figure(&outcome, "inner.offered.pkts"),
                figure(&outcome, "inner.offered.octets"));
    check_place(&outcome, "outer-tx", figure(&outcome, "outer.sent.pkts"),
                figure(&outcome, "outer.sent.octets"));
    check_place(&outcome, "outer-rx", figure(&outcome, "outer.received.pkts"),
                figure(&outcome, "outer.received.octets"));
    check_place(
        &outcome, "inner-out",
        figure(&outcome, "inner.delivered.pkts") + figure(&outcome, "inner.delivered_again"), -1);
    check_place(&outcome, "reverse-outer-tx", figure(&outcome, "reverse.outer.sent.pkts"),
                figure(&outcome, "reverse.outer.sent.octets"));
    CHECK_TRUE(program_wrote("p-esp_sa"));
    CHECK_TRUE(figure(&outcome, "outer.lost.pkts") > 0);
    CHECK_TRUE(figure(&outcome, "outer.ce_marked") > 0);
    free(outcome.out);
    program_remove_folder();
}

/* The output of decap starts with what the run delivered. */
static void check_decap(const char *words, const char *outer, const char *inner)
{
    struct endpoint_outcome received = endpoint_run(iptfs_decap, outer, "back.pcap", words);
    struct frames back = frames_read("back.pcap"), out = frames_read(inner);
    CHECK_STR(received.error.text, "");
    if (CHECK_TRUE(back.count >= out.count))
        while (back.count > out.count)
            free(back.list[--back.count].bytes); /* the run ends, the capture's end is waited for */
    CHECK_TRUE(out.count > 100);
    check_frames(&back, &out, true, __LINE__);
    frames_free(&back);
    frames_free(&out);
    endpoint_outcome_free(&received);
}

/* What the simulated receiver delivers is what a receiver of the octets delivers, and when. */
static void test_octets_of_a_run_are_its_packets(void)
{
    static const char *const sets[] = {"tunnel.reorder-window=3", "tunnel.reorder-window=0",
                                       "tunnel.receive=immediate", "tunnel.cipher=null"};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char words[200];
        program_new_folder();
        struct endpoint_outcome outcome = capture_run(&sets[i], 1);
        CHECK_INT(outcome.code, IPTFS_OK);
        snprintf(words, sizeof words, "%s tunnel.ecn-decap=rfc6040 tunnel.drop-time=20ms %s",
                 sets[i], i == 3 ? "" : "key=" KEY);
        check_decap(words, "p-outer-rx.pcap", "p-inner-out.pcap");
        free(outcome.out);
        program_remove_folder();
    }
}

static const char hosts_text[] =
    "[scenario]\nname = hosts\nduration = 600ms\nseed = 3\n[tunnel]\ndrop-time = 20ms\n"
    "[link]\nrate = 10Mbps\ndelay = 5ms\nloss = 1%\nce = 2%\n"
    "[traffic.bulk]\ntype = tcp-bulk\nflows = 2\necn = on\n"
    "[traffic.bulk6]\ntype = tcp-bulk\nip = 6\ndirection = reverse\n"
    "[traffic.ask]\ntype = tcp-request\nresponse = 20kB\n"
    "[traffic.calls]\ntype = udp-onoff\nrate = 400kbps\nsize = 2000B\n"
    "on = 100ms\noff = 50ms\n"
    "[traffic.calls6]\ntype = udp-onoff\nrate = 400kbps\nsize = 201B\nip = 6\n"
    "on = 100ms\noff = 50ms\n";

/* The checksum over an IP header and what is behind it: all ones where the checksums are right. IP
 * fragments cannot be added up one by one. */
static bool adds_up(const struct frame *frame)
{
    const uint8_t *ip = frame->bytes;
    bool v6 = ip[0] >> 4 == 6;
    uint32_t at = v6 ? 40 : (ip[0] & 15u) * 4, addresses_at = v6 ? 8 : 12;
    uint32_t sum = (v6 ? ip[6] : ip[9]) + frame->octets - at;
    if (!v6 && iptfs_checksum_end(iptfs_checksum_add(0, ip, at)) != 0)
        return false;
    if (!v6 && ((ip[6] & 0x3F) != 0 || ip[7] != 0))
        return true;
    sum = iptfs_checksum_add(sum, ip + addresses_at, v6 ? 32 : 8);
    return iptfs_checksum_end(iptfs_checksum_add(sum, ip + at, frame->octets - at)) == 0;
}

static void check_sums(const char *name)
{
    struct frames frames = frames_read(name);
    uint64_t wrong = 0;
    for (size_t i = 0; i < frames.count; i++)
        wrong += !adds_up(&frames.list[i]);
    CHECK_U64(wrong, 0);
    CHECK_TRUE(frames.count > 100);
    frames_free(&frames);
}

/* Packets of ns-3's applications have the checksums that a host checks, and capturing them does not
 * change the run. */
static void test_packets_of_applications_have_checksums(void)
{
    static const char *const ecn[] = {"tunnel.ecn=off", "tunnel.ecn=on"};
    program_new_folder();
    FILE *file = fopen(path_of("s.ini"), "w");
    fputs(hosts_text, file);
    fclose(file);
    for (size_t i = 0; i < 2; i++) {
        char words[200];
        struct endpoint_outcome outcome = capture_file(path_of("s.ini"), &ecn[i], 1), plain;
        CHECK_STR(outcome.error.text, "");
        check_sums("p-inner-in.pcap");
        check_sums("p-inner-out.pcap");
        check_sums("p-reverse-inner-in.pcap");
        check_sums("p-reverse-inner-out.pcap");
        snprintf(words, sizeof words, "tunnel.drop-time=20ms key=" KEY " %s",
                 i == 0 ? "" : "tunnel.ecn-decap=rfc6040");
        check_decap(words, "p-outer-rx.pcap", "p-inner-out.pcap");
        check_decap(words, "p-reverse-outer-rx.pcap", "p-reverse-inner-out.pcap");
        CHECK_INT(iptfs_ns3_checksums(), IPTFS_NS3_ESTATE);
        plain = run_file(path_of("s.ini"), &ecn[i], 1, NULL);
        CHECK_STR(outcome.out, plain.out);
        free(outcome.out);
        free(plain.out);
    }
    program_remove_folder();
}

/* After a rekey packets have the next SPI and another salt, so no nonce is used twice. */
static void test_rekeyed_packets_have_the_next_spi(void)
{
    static const char *const sets[] = {"tunnel.rekey-after=10p"};
    program_new_folder();
    struct endpoint_outcome outcome = capture_run(sets, 1);
    struct frames outer = frames_read("p-outer-tx.pcap");
    CHECK_INT(outcome.code, IPTFS_OK);
    CHECK_TRUE(outer.count > 30);
    CHECK_INT(outer.list[0].bytes[23], 0);
    CHECK_INT(outer.list[outer.count - 1].bytes[23], figure(&outcome, "outer.rekeys"));
    char *table = fixture_text(path_of("p-esp_sa"));
    CHECK_TRUE(strstr(table, "\"0x00001001\",\"AES-GCM with 16 octet ICV [RFC4106]\","
                             "\"0x000102030405060708090a0b0c0d0e0fa0a1a2a2\"") != NULL);
    free(table);
    frames_free(&outer);
    free(outcome.out);
    program_remove_folder();
}

/* What an observer reads in a capture of IPv6 outer packets: one label for each SPI, whatever is
 * inside. */
static void check_labels(const char *mode, const char *label, int64_t expected)
{
    const char *const sets[] = {"tunnel.outer=6", "tunnel.rekey-after=20p", mode, label};
    program_new_folder();
    struct endpoint_outcome outcome = capture_run(sets, 4);
    struct frames outer = frames_read("p-outer-tx.pcap");
    int64_t labels[256];
    uint64_t wrong = 0, changes = 0;
    memset(labels, 0xFF, sizeof labels);
    CHECK_INT(outcome.code, IPTFS_OK);
    for (size_t i = 0; i < outer.count; i++) {
        const uint8_t *ip = outer.list[i].bytes;
        int64_t found = iptfs_get32(ip) & 0xFFFFF;
        int64_t *of_sa = &labels[ip[43]];
        if (*of_sa < 0)
            *of_sa = found;
        wrong +=
            ip[0] >> 4 != 6 || found != *of_sa || (expected >= 0 ? found != expected : found == 0);
    }
    for (int i = 1; i < 256 && labels[i] >= 0; i++)
        changes += labels[i] != labels[i - 1];
    CHECK_U64(wrong, 0);
    CHECK_INT(changes, expected >= 0 ? 0 : figure(&outcome, "outer.rekeys"));
    CHECK_TRUE(figure(&outcome, "outer.rekeys") > 2);
    frames_free(&outer);
    endpoint_outcome_free(&outcome);
    program_remove_folder();
}

static void test_flow_labels_are_of_the_sa(void)
{
    check_labels("tunnel.mode=on-demand", "tunnel.flow-label=random", -1);
    check_labels("tunnel.mode=esp", "tunnel.flow-label=random", -1);
    check_labels("tunnel.mode=on-demand", "tunnel.flow-label=0", 0);
    check_labels("tunnel.mode=on-demand", "tunnel.flow-label=0x54321", 0x54321);
}

static void test_runs_without_octets_write_nothing(void)
{
    static const char *const sets[] = {"tunnel.mode=none", "tunnel.ip-fragment-headers=off",
                                       "traffic.large.ip=4"};
    program_new_folder();
    struct endpoint_outcome outcome = capture_run(sets, 3);
    CHECK_INT(outcome.code, IPTFS_E_INVALID);
    CHECK_TRUE(strstr(outcome.error.text, "fragments without headers") != NULL);
    for (size_t i = 0; i < 4; i++) {
        char file[64];
        snprintf(file, sizeof file, "p-%s.pcap", places[i]);
        CHECK_TRUE(!program_wrote(file));
    }
    CHECK_TRUE(!program_wrote("out/summary.json"));
    free(outcome.out);
    program_remove_folder();
}

/* The example's capture is what its scenario sends, and encap and decap give what the README
 * describes. */
static void test_the_example_capture(void)
{
    program_new_folder();
    struct endpoint_outcome outcome = capture_file("examples/octets.ini", NULL, 0);
    char command[256];
    snprintf(command, sizeof command, "cmp examples/inner.pcap %s && cp examples/inner.pcap %s",
             path_of("p-inner-in.pcap"), path_of("in.pcap"));
    CHECK_INT(system(command), 0);
    endpoint_succeeds(iptfs_encap, "in.pcap", "outer.pcap", "key=" KEY);
    endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    snprintf(command, sizeof command, "cmp %s %s", path_of("in.pcap"), path_of("back.pcap"));
    CHECK_INT(system(command), 0);
    free(outcome.out);
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

/* Wireshark finds no errors in generated packets. */
static void test_tshark_reads_made_up_packets(void)
{
    if (!has_tshark()) {
        printf("skipped (no tshark): it reads made-up packets\n");
        return;
    }
    program_new_folder();
    struct endpoint_outcome outcome = capture_run(NULL, 0);
    char *printed = ask_tshark("p-inner-out.pcap", "p-esp_sa", "-q -z expert");
    CHECK_STR(printed, "");
    free(printed);
    printed = ask_tshark("p-inner-out.pcap", "p-esp_sa", "-T fields -e udp.checksum.status");
    struct frames out = frames_read("p-inner-out.pcap");
    uint64_t udp = 0;
    for (size_t i = 0; i < out.count; i++)
        udp += out.list[i].octets >= 28; /* IPv6 ones are all larger */
    CHECK_U64(count_of(printed, "1\n"), udp);
    free(printed);
    frames_free(&out);
    free(outcome.out);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_captures[] = {
    {"captures are what the summary counts", test_captures_are_what_the_summary_counts},
    {"octets of a run are its packets", test_octets_of_a_run_are_its_packets},
    {"packets of applications have checksums", test_packets_of_applications_have_checksums},
    {"rekeyed packets have the next SPI", test_rekeyed_packets_have_the_next_spi},
    {"flow labels are of the SA", test_flow_labels_are_of_the_sa},
    {"runs without octets write nothing", test_runs_without_octets_write_nothing},
    {"the example capture", test_the_example_capture},
    {"tshark reads made-up packets", test_tshark_reads_made_up_packets},
    CU_TEST_INFO_NULL,
};
