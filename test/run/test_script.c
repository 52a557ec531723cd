/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded scripts: what is read, and the line of each mistake. */
#include "run/script.h"

#include "base/units.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_text(struct iptfs_script *script, const char *text, size_t size,
                     struct iptfs_error *error)
{
    FILE *in = fmemopen((void *)(uintptr_t)text, size, "r");
    int code = iptfs_script_read(script, in, "t.scn", error);
    fclose(in);
    return code;
}

static void test_everything(void)
{
    static const char text[] = "# a remark\n"
                               "cfg pkt_size 1400\ncfg init_delay_us 500\ncfg max_queue_size 9000\n"
                               "cfg dont_frag 1\ncfg reorder_window 7\ncfg drop_time_us 20\n"
                               "cfg mtu 1280\ncfg cipher gcm\ncfg outer 6\ncfg mode tunnel\n"
                               "cfg tfcpad 3\ncfg link_delay_ns 1000000\n"
                               "\n  in 1000 100 7\tv6 tos=46\nin 2000 20 8\n"
                               "chan drop 3\nchan delay 4 500\nchan dup 5 0\nchan ce 6\n"
                               "raw 3000 9 hex=01aBff\nraw 4000 10\n"
                               "end 5000\n";
    struct iptfs_script script;
    struct iptfs_error error = {0};
    if (!CHECK_INT(read_text(&script, text, strlen(text), &error), IPTFS_OK)) {
        CHECK_FAIL("%s", error.text);
        return;
    }
    const struct iptfs_script_config expected = {
        .pkt_size = 1400,
        .init_delay_us = 500,
        .max_queue_size = 9000,
        .dont_frag = 1,
        .reorder_window = 7,
        .drop_time_us = 20,
        .mtu = 1280,
        .cipher = 1,
        .tfcpad = 3,
        .plain_esp = true,
        .outer = 6,
        .link_delay_ns = 1000000,
    };
    CHECK_INT(script.config.pkt_size, expected.pkt_size);
    CHECK_INT(script.config.init_delay_us, expected.init_delay_us);
    CHECK_INT(script.config.max_queue_size, expected.max_queue_size);
    CHECK_INT(script.config.dont_frag, expected.dont_frag);
    CHECK_INT(script.config.reorder_window, expected.reorder_window);
    CHECK_INT(script.config.drop_time_us, expected.drop_time_us);
    CHECK_INT(script.config.mtu, expected.mtu);
    CHECK_INT(script.config.cipher, expected.cipher);
    CHECK_INT(script.config.tfcpad, expected.tfcpad);
    CHECK_TRUE(script.config.plain_esp);
    CHECK_INT(script.config.outer, expected.outer);
    CHECK_INT(script.config.link_delay_ns, expected.link_delay_ns);
    CHECK_INT(script.end_ps, 5 * IPTFS_PS_PER_US);
    if (CHECK_U64(script.event_count, 4)) {
        const struct iptfs_script_event *event = script.events;
        CHECK_TRUE(event[0].v6 && !event[0].raw && event[0].tos == 46);
        CHECK_INT(event[0].at_ps, IPTFS_PS_PER_US);
        CHECK_U64(event[0].octets, 100);
        CHECK_U64(event[0].id, 7);
        CHECK_TRUE(!event[1].v6 && event[1].tos == 0 && event[1].octets == 20);
        CHECK_TRUE(event[2].raw && event[2].seq == 9 && event[2].octets == 3);
        CHECK_BYTES(event[2].payload, (const uint8_t *)"\x01\xab\xff", 3);
        CHECK_TRUE(event[3].raw && event[3].octets == 0);
    }
    if (CHECK_U64(script.item_count, 4)) {
        static const enum iptfs_impair_action actions[] = {IPTFS_IMPAIR_DROP, IPTFS_IMPAIR_DELAY,
                                                           IPTFS_IMPAIR_DUPLICATE, IPTFS_IMPAIR_CE};
        for (uint64_t i = 0; i < 4; i++) {
            CHECK_INT(script.items[i].action, actions[i]);
            CHECK_U64(script.items[i].seq, i + 3);
        }
        CHECK_INT(script.items[1].extra_ps, 500 * IPTFS_PS_PER_NS);
    }
    iptfs_script_free(&script);
    CHECK_TRUE(script.events == NULL && script.items == NULL);
}

static void test_mistakes(void)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"cgf mtu 1500\n",
         "t.scn:1: script: found 'cgf', allowed: cfg, in, chan, raw, end, # remark"},
        {"\ncfg mtu\n", "t.scn:2: cfg: found 'mtu', allowed: cfg KEY VALUE"},
        {"cfg\n", "t.scn:1: cfg: found '', allowed: cfg KEY VALUE"},
        {"cfg mtu 67\n", "t.scn:1: mtu: found '67', allowed: a whole number from 68 to 65535"},
        {"cfg mtu 1500B\n",
         "t.scn:1: mtu: found '1500B', allowed: a whole number from 68 to 65535"},
        {"cfg cipher aes\n", "t.scn:1: cfg cipher: found 'aes', allowed: null, gcm"},
        {"cfg outer 5\n", "t.scn:1: cfg outer: found '5', allowed: 4, 6"},
        {"cfg mode esp\n", "t.scn:1: cfg mode: found 'esp', allowed: iptfs, tunnel (plain ESP)"},
        {"in 1 100\n", "t.scn:1: in: found '100', allowed: in T LEN ID [v6] [tos=N]"},
        {"in 1 19 1\n", "t.scn:1: in LEN: found '19', allowed: a whole number from 20 to 65535"},
        {"in 1 39 1 v6\n", "t.scn:1: in LEN: found '39', allowed: a whole number from 40 to 65535"},
        {"in 1 40 1 v5\n", "t.scn:1: in: found 'v5', allowed: v6, tos=N"},
        {"in 1 40 1 tos=256\n", "t.scn:1: tos: found '256', allowed: a whole number from 0 to 255"},
        {"in -1 40 1\n",
         "t.scn:1: in T: found '-1', allowed: a whole number from 0 to 3600000000000000"},
        {"in 1 40 1 v6 tos=1 a b c\n",
         "t.scn:1: in: found 'c', allowed: nothing more in this line"},
        {"chan drop\n",
         "t.scn:1: chan: found 'drop', allowed: chan drop|ce SEQ, chan delay|dup SEQ NS"},
        {"chan dup 1\n",
         "t.scn:1: chan: found '1', allowed: chan drop|ce SEQ, chan delay|dup SEQ NS"},
        {"chan lose 1\n",
         "t.scn:1: chan: found '1', allowed: chan drop|ce SEQ, chan delay|dup SEQ NS"},
        {"chan\n", "t.scn:1: chan: found 'chan', allowed: chan drop|ce SEQ, chan delay|dup SEQ NS"},
        {"chan drop 0\n",
         "t.scn:1: chan SEQ: found '0', allowed: a whole number from 1 to 9223372036854775807"},
        {"raw 1\n", "t.scn:1: raw: found '1', allowed: raw T SEQ [hex=...]"},
        {"raw 1 1 hex=012\n",
         "t.scn:1: raw: found 'hex=012', allowed: hex= and pairs of hexadecimal digits"},
        {"raw 1 1 hex=0x\n",
         "t.scn:1: raw: found 'hex=0x', allowed: hex= and pairs of hexadecimal digits"},
        {"raw 1 1 0123\n",
         "t.scn:1: raw: found '0123', allowed: hex= and pairs of hexadecimal digits"},
        {"end\n", "t.scn:1: end: found 'end', allowed: end T"},
        {"in 1 40 1\n", "t.scn:1: found no line 'end T'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iptfs_script script;
        struct iptfs_error error = {0};
        CHECK_INT(read_text(&script, rows[i].text, strlen(rows[i].text), &error), IPTFS_E_INVALID);
        CHECK_STR(error.text, rows[i].message);
        CHECK_TRUE(script.events == NULL && script.items == NULL && script.event_count == 0);
    }
}

/* A zero octet would end the line where no reader sees it; a folder has no lines. */
static void test_no_text(void)
{
    static const char zero[] = "cfg mtu 1500\nin 1\0 40 1\nend 5\n";
    struct iptfs_script script;
    struct iptfs_error error = {0};
    CHECK_INT(read_text(&script, zero, sizeof zero - 1, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, "t.scn:2: found a zero octet, allowed: text");
    FILE *folder = fopen("/", "r");
    CHECK_INT(iptfs_script_read(&script, folder, "/", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/: cannot be read: Is a directory");
    fclose(folder);
}

const CU_TestInfo iptfs_tests_script[] = {
    {"everything", test_everything},
    {"mistakes", test_mistakes},
    {"what is no text", test_no_text},
    CU_TEST_INFO_NULL,
};
