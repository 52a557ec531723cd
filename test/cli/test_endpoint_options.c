/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of `iptfs-sim encap` and `iptfs-sim decap`: each does what it says. */
#include "cli/endpoint_options.h"

#include "base/octets.h"
#include "support/check.h"
#include "support/frames.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs a command on two files of the folder; its status. */
static int endpoint(const char *command, const char *in, const char *out, const char *options,
                    struct outcome *outcome)
{
    const char *folder = program_folder();
    *outcome = program_run("%s %s/%s %s/%s %s", command, folder, in, folder, out, options);
    return outcome->status;
}

static void check_succeeds(const char *command, const char *in, const char *out,
                           const char *options)
{
    struct outcome outcome;
    if (!CHECK_INT(endpoint(command, in, out, options, &outcome), 0))
        CHECK_FAIL("%s %s: %s", command, options, outcome.err);
    program_free(&outcome);
}

static void check_refused(const char *command, const char *options, const char *part)
{
    struct outcome outcome;
    if (!CHECK_INT(endpoint(command, "in.pcap", "refused.pcap", options, &outcome), 2))
        CHECK_FAIL("%s %s", command, options);
    CHECK_CONTAINS(outcome.err, part);
    CHECK_STR(outcome.out, "");
    CHECK_TRUE(!program_wrote("refused.pcap"));
    program_free(&outcome);
}

/* Addresses, SPI and key are those of the options; who has them reads the packets again. */
static void addresses_spi_and_key(void)
{
    static const uint8_t addresses[] = {10, 1, 2, 3, 10, 4, 5, 6};
    program_new_folder();
    struct frames sent = frames_mixed(1, 50);
    frames_write("in.pcap", &sent);
    check_succeeds("encap", "in.pcap", "outer.pcap",
                   "--key " KEY " --spi 0x1234 --src 10.1.2.3 --dst 10.4.5.6 --esn --quiet");
    struct frames outer = frames_read("outer.pcap");
    CHECK_TRUE(outer.count > 0);
    for (size_t i = 0; i < outer.count; i++) {
        CHECK_BYTES(outer.list[i].bytes + 12, addresses, sizeof addresses);
        CHECK_U64(iptfs_get32(outer.list[i].bytes + 20), 0x1234);
        CHECK_U64(iptfs_get32(outer.list[i].bytes + 24), i + 1);
    }
    check_succeeds("decap", "outer.pcap", "back.pcap", "--key " KEY " --esn");
    check_succeeds("decap", "outer.pcap", "with-spi.pcap", "--key " KEY " --esn --spi 4660");
    static const char *const same[] = {"back.pcap", "with-spi.pcap"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct frames back = frames_read(same[i]);
        check_frames(&back, &sent, false, __LINE__);
        frames_free(&back);
    }
    static const struct {
        const char *options, *part;
    } others[] = {{"--key " KEY " --esn --spi 4661", "another SPI than 0x00001235"},
                  {"--key " KEY, "not authentic: check key, salt and --esn"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct outcome outcome;
        CHECK_INT(endpoint("decap", "outer.pcap", "none.pcap", others[i].options, &outcome), 2);
        CHECK_CONTAINS(outcome.err, others[i].part);
        CHECK_TRUE(!program_wrote("none.pcap"));
        program_free(&outcome);
    }
    frames_free(&sent);
    frames_free(&outer);
    program_remove_folder();
}

/* A scenario gives the tunnel; --set replaces its values; --quiet and --json choose the output. */
static void scenario_and_output(void)
{
    char options[256];
    struct outcome outcome;
    program_new_folder();
    struct frames sent = frames_mixed(1, 50);
    frames_write("in.pcap", &sent);
    program_write("s.ini", "[scenario]\nduration = 1s\n[tunnel]\ncipher = null\n[link]\nmtu = 600\n"
                           "[traffic.a]\ntype = saturate\nsize = 100\n");
    snprintf(options, sizeof options, "--scenario %s/s.ini --set tunnel.outer=6", program_folder());
    CHECK_INT(endpoint("encap", "in.pcap", "outer.pcap", options, &outcome), 0);
    CHECK_TRUE(*outcome.out != '\0');
    program_free(&outcome);
    struct frames outer = frames_read("outer.pcap");
    CHECK_TRUE(outer.count > 0);
    for (size_t i = 0; i < outer.count; i++) {
        CHECK_INT(outer.list[i].bytes[0] >> 4, 6);
        CHECK_TRUE(outer.list[i].octets <= 600);
    }
    CHECK_INT(
        endpoint("decap", "outer.pcap", "back.pcap", "--set tunnel.cipher=null --quiet", &outcome),
        0);
    CHECK_STR(outcome.out, "");
    CHECK_STR(outcome.err, "");
    program_free(&outcome);
    CHECK_INT(
        endpoint("decap", "outer.pcap", "back.pcap", "--set tunnel.cipher=null --json", &outcome),
        0);
    CHECK_TRUE(*outcome.out == '{');
    program_free(&outcome);
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &sent, false, __LINE__);
    frames_free(&sent);
    frames_free(&outer);
    frames_free(&back);
    program_remove_folder();
}

static void mistakes(void)
{
    program_new_folder();
    struct frames sent = frames_mixed(1, 5);
    frames_write("in.pcap", &sent);
    frames_free(&sent);
    check_refused("encap", "--key 0011", "key");
    check_refused("encap", "--key " KEY " --spi 0", "spi");
    check_refused("encap", "--key " KEY " --src 10.1.2", "src");
    check_refused("encap", "--key " KEY " --dst 2001:db8::1", "dst");
    check_refused("encap", "--key " KEY " --scenario /nowhere.ini", "/nowhere.ini");
    check_refused("decap", "--key " KEY " --set tunnel.modus=esp", "modus");
    check_refused("decap", "one-too-many --key " KEY, "one-too-many");
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_endpoint_options[] = {
    {"addresses, SPI and key", addresses_spi_and_key},
    {"scenario and output", scenario_and_output},
    {"mistakes", mistakes},
    CU_TEST_INFO_NULL,
};
