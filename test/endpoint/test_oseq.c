/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sequence numbers of a key: none is used twice, in whatever way encap is called, ends or is
 * killed; and how keys are treated in files and in memory. */
#include "base/octets.h"
#include "endpoint/decap.h"
#include "endpoint/encap.h"
#include "endpoint/oseq.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/frames.h"
#include "support/program.h"
#include "wire/outer_codec.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHER_KEY "00112233445566778899aabbccddeeffa0a1a2a3"

static void write_text(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(path_of(name), "w");
    fputs(text, file);
    fclose(file);
    CHECK_INT(chmod(path_of(name), mode), 0);
}

/* A folder with a capture and a key. */
static struct frames open_folder(void)
{
    program_new_folder();
    struct frames sent = frames_mixed(11, 40);
    frames_write("in.pcap", &sent);
    write_text("sa.key", KEY "\n", 0600);
    return sent;
}

static void close_folder(struct frames *sent)
{
    frames_free(sent);
    program_remove_folder();
}

static struct endpoint_outcome encap(const char *key_file, const char *words)
{
    char all[300];
    snprintf(all, sizeof all, "key-file=%s tunnel.pkt-size=400 %s", path_of(key_file), words);
    return endpoint_run(iptfs_encap, "in.pcap", "outer.pcap", all);
}

/* The first number in outer.pcap; they must follow each other. */
static uint32_t first_number(uint32_t *count)
{
    struct frames outer = frames_read("outer.pcap");
    uint32_t first = outer.count > 0 ? iptfs_get32(outer.list[0].bytes + 24) : 0;
    for (size_t i = 0; i < outer.count; i++)
        CHECK_U64(iptfs_get32(outer.list[i].bytes + 24), first + i);
    *count = (uint32_t)outer.count;
    frames_free(&outer);
    return first;
}

/* Runs encap and checks with which number it begins; returns the next number. */
static uint32_t check_first(const char *key_file, const char *words, uint32_t first, int line)
{
    uint32_t count;
    struct endpoint_outcome outcome = encap(key_file, words);
    if (!check_int(outcome.code, IPTFS_OK, words, __FILE__, line))
        printf("%s\n", outcome.error.text);
    check_u64(first_number(&count), first, "first number", __FILE__, line);
    CHECK_INT(figure(&outcome, "outer.last-seq"), first + count - 1);
    endpoint_outcome_free(&outcome);
    return first + count;
}
#define CHECK_FIRST(key_file, words, first) check_first(key_file, words, first, __LINE__)

static void check_refused(const char *key_file, const char *words, const char *part)
{
    unlink(path_of("outer.pcap"));
    struct endpoint_outcome outcome = encap(key_file, words);
    CHECK_INT(outcome.code, IPTFS_E_INVALID);
    if (strstr(outcome.error.text, part) == NULL)
        CHECK_FAIL("\"%s\" is not in \"%s\"", part, outcome.error.text);
    CHECK_TRUE(!program_wrote("outer.pcap"));
    endpoint_outcome_free(&outcome);
}

/* ------------------------------------------------------------------------------------ numbers */

static void test_numbers_continue(void)
{
    char words[100];
    struct frames sent = open_folder();
    uint32_t next = CHECK_FIRST("sa.key", "", 1);
    next = CHECK_FIRST("sa.key", "", next);
    next = CHECK_FIRST("sa.key", "spi=0x2000", next); /* the SPI is no part of the nonce */
    next = CHECK_FIRST("sa.key", "esn", next);
    struct endpoint_outcome outcome = encap("sa.key", "");
    CHECK_TRUE(strstr(outcome.notes, "sa.key.oseq: sequence numbers continue at ") != NULL);
    endpoint_outcome_free(&outcome);
    outcome = endpoint_run(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    CHECK_INT(outcome.code, IPTFS_OK);
    endpoint_outcome_free(&outcome);
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &sent, false, __LINE__);
    frames_free(&back);
    CHECK_FIRST("sa.key", "seq-from=5000", 5000);
    snprintf(words, sizeof words, "seq-from=%" PRIu32, next);
    check_refused("sa.key", words, " or more, or another --salt: the numbers below were used");
    check_refused("sa.key", "seq-from=1", "--seq-from: found 1, allowed: 5");
    close_folder(&sent);
}

/* Another salt or key has numbers of its own, and each continues. */
static void test_each_key_and_salt_has_its_numbers(void)
{
    struct frames sent = open_folder();
    uint32_t next = CHECK_FIRST("sa.key", "", 1);
    uint32_t salted = CHECK_FIRST("sa.key", "salt=01020304", 1);
    CHECK_FIRST("sa.key", "salt=a0a1a2a3", next); /* the key's own */
    CHECK_FIRST("sa.key", "salt=01020304", salted);
    write_text("sa.key", OTHER_KEY "\n", 0600);
    CHECK_FIRST("sa.key", "", 1);
    write_text("sa.key", KEY "\n", 0600);
    CHECK_FIRST("sa.key", "salt=01020304", 2 * salted - 1);
    close_folder(&sent);
}

/* A link to the key file has no numbers of its own. */
static void test_links_share_numbers(void)
{
    struct frames sent = open_folder();
    uint32_t next = CHECK_FIRST("sa.key", "", 1);
    CHECK_INT(symlink("sa.key", path_of("link.key")), 0);
    CHECK_FIRST("link.key", "", next);
    CHECK_TRUE(!program_wrote("link.key.oseq"));
    close_folder(&sent);
}

static char *record(void)
{
    return fixture_text(path_of("sa.key.oseq"));
}

/* A failing encap records what it used; one that cannot start uses nothing. */
static void test_failures(void)
{
    struct frames sent = open_folder();
    uint32_t next = CHECK_FIRST("sa.key", "", 1);
    struct endpoint_outcome outcome = encap("sa.key", "esp-sa=/nonexistent/esp_sa");
    CHECK_INT(outcome.code, IPTFS_E_IO);
    endpoint_outcome_free(&outcome);
    CHECK_FIRST("sa.key", "", 2 * next - 1);
    char *before = record();
    check_refused("sa.key", "seq-from=x", "--seq-from: found 'x', allowed: 1 to 4294967295");
    check_refused("sa.key", "seq-from=0", "--seq-from: found '0'");
    check_refused("sa.key", "seq-from=4294967296", "--seq-from: found '4294967296'");
    check_refused("sa.key", "salt=0102", "--salt: found 4 characters, allowed: 8 hexadecimal");
    check_refused("sa.key", "salt=0102030g", "--salt: found 8 characters");
    check_refused("sa.key", "tunnel.cipher=null", "found a key and tunnel.cipher=null");
    char *after = record();
    CHECK_STR(after, before);
    free(before);
    free(after);
    close_folder(&sent);
}

/* A process that is killed has reserved the numbers that it may have used. */
static void test_a_killed_process_skips_numbers(void)
{
    struct frames sent = open_folder();
    struct iptfs_outer_codec_config sa = {.key_octets = 16};
    struct iptfs_error error = {0};
    struct iptfs_oseq oseq;
    FILE *notes = tmpfile();
    CHECK_INT(iptfs_oseq_open(&oseq, &sa, path_of("sa.key"), NULL, notes, &error), IPTFS_OK);
    CHECK_U64(oseq.first, 1);
    for (uint64_t seq = 1; seq < 200000; seq++) {
        CHECK_INT(iptfs_oseq_reserve(&oseq, seq, &error), IPTFS_OK);
        if (!CHECK_TRUE(seq < oseq.reserved))
            break;
    }
    uint64_t reserved = oseq.reserved;
    close(oseq.lock); /* as the system does */
    free(oseq.path);
    CHECK_INT(iptfs_oseq_open(&oseq, &sa, path_of("sa.key"), NULL, notes, &error), IPTFS_OK);
    CHECK_U64(oseq.first, reserved);
    CHECK_INT(iptfs_oseq_close(&oseq, reserved + 7, &error), IPTFS_OK);
    CHECK_INT(iptfs_oseq_close(&oseq, 1, &error), IPTFS_OK); /* harmless */
    CHECK_INT(iptfs_oseq_open(&oseq, &sa, path_of("sa.key"), NULL, notes, &error), IPTFS_OK);
    CHECK_U64(oseq.first, reserved + 7);
    CHECK_INT(iptfs_oseq_close(&oseq, oseq.first, &error), IPTFS_OK);
    fclose(notes);
    close_folder(&sent);
}

static void test_two_at_once(void)
{
    struct frames sent = open_folder();
    int fd = open(path_of("sa.key"), O_RDONLY);
    CHECK_INT(flock(fd, LOCK_EX), 0);
    check_refused("sa.key", "", "sa.key: found in use by another encap");
    close(fd);
    CHECK_FIRST("sa.key", "", 1);
    close_folder(&sent);
}

/* Lines of other keys and remarks stay; an error is reported and nothing is changed. */
static void test_the_record_as_text(void)
{
    static const char other[] = "0123456789abcdef0123456789abcdef 77\n";
    static const char last[] = "abcdef0123456789abcdef0123456789 5"; /* no line end */
    static const char *const bad[] = {"x\n",
                                      "0123456789abcdef0123456789abcdef\n",
                                      "0123456789abcdef0123456789abcdef 0\n",
                                      "0123456789abcdef0123456789abcdef -1\n",
                                      "0123456789abcdef0123456789abcdef 99999999999999999999999\n",
                                      "0123456789abcdef0123456789abcdef0 7\n"};
    struct frames sent = open_folder();
    write_text("sa.key.oseq", "# mine\n", 0600);
    uint32_t next = CHECK_FIRST("sa.key", "", 1);
    char all[400], *text = record(), *line = strchr(text, '\n') + 1;
    CHECK_TRUE(strncmp(text, "# mine\n", 7) == 0 && strlen(line) > 34);
    snprintf(all, sizeof all, "# mine\n%s%s%s", other, line, last);
    write_text("sa.key.oseq", all, 0600);
    free(text);
    CHECK_FIRST("sa.key", "", next);
    text = record();
    CHECK_TRUE(strstr(text, "# mine\n") == text && strstr(text, other) != NULL);
    CHECK_TRUE(strstr(text, last) != NULL);
    free(text);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_text("sa.key.oseq", bad[i], 0600);
        check_refused("sa.key", "", "sa.key.oseq:1: found '");
        text = record();
        CHECK_STR(text, bad[i]);
        free(text);
    }
    unlink(path_of("sa.key.oseq"));
    CHECK_INT(symlink("elsewhere", path_of("sa.key.oseq")), 0);
    check_refused("sa.key", "", "sa.key.oseq: found no regular file");
    close_folder(&sent);
}

/* Without a file that is a file, a line says that nothing is recorded. */
static void test_what_is_not_recorded(void)
{
    struct frames sent = open_folder();
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_encap, "in.pcap", "outer.pcap", "key=" KEY " seq-from=7");
    CHECK_STR(outcome.notes, IPTFS_OSEQ_UNRECORDED);
    CHECK_INT(outcome.code, IPTFS_OK);
    endpoint_outcome_free(&outcome);
    uint32_t count;
    CHECK_U64(first_number(&count), 7);
    outcome = endpoint_run(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null seq-from=9");
    CHECK_STR(outcome.notes, "");
    endpoint_outcome_free(&outcome);
    CHECK_U64(first_number(&count), 9);
    CHECK_TRUE(!program_wrote("sa.key.oseq"));
    close_folder(&sent);
}

/* Numbers above 32 bits need ESN; decap must know where they begin. */
static void test_numbers_of_64_bits(void)
{
    struct frames sent = open_folder();
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_encap, "in.pcap", "outer.pcap", "key=" KEY " esn seq-from=0x300000000");
    CHECK_INT(outcome.code, IPTFS_OK);
    endpoint_outcome_free(&outcome);
    outcome = endpoint_run(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY " esn");
    CHECK_TRUE(figure(&outcome, "outer.good") <= 0); /* none, or refused for that */
    endpoint_outcome_free(&outcome);
    endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap",
                      "key=" KEY " esn seq-from=0x300000000");
    struct frames back = frames_read("back.pcap");
    check_frames(&back, &sent, false, __LINE__);
    frames_free(&back);
    close_folder(&sent);
}

/* ------------------------------------------------------------------------------ files and modes */

static void check_note(const char *key_file, const char *part, int line)
{
    struct endpoint_outcome outcome = encap(key_file, "");
    check_int(outcome.code, IPTFS_OK, "encap", __FILE__, line);
    bool warned = strstr(outcome.notes, "warning") != NULL;
    check_true(part != NULL ? strstr(outcome.notes, part) != NULL : !warned,
               part != NULL ? part : "no warning", __FILE__, line);
    endpoint_outcome_free(&outcome);
}

static void test_modes_of_key_files(void)
{
    struct frames sent = open_folder();
    check_note("sa.key", NULL, __LINE__);
    static const struct {
        mode_t mode;
        const char *warning;
    } rows[] = {
        {0400, NULL},
        {0644, "sa.key: warning: other users can read the key file (mode 0644, safe: 0600)"},
        {0640, "can read"},
        {0604, "can read"},
        {0602, "sa.key: warning: other users can change the key file (mode 0602, safe: 0600)"},
        {0620, "can change"},
        {0666, "can change"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_INT(chmod(path_of("sa.key"), rows[i].mode), 0);
        check_note("sa.key", rows[i].warning, __LINE__);
    }
    close_folder(&sent);
}

static void test_key_files_of_other_users(void)
{
    struct frames sent = open_folder();
    if (geteuid() != 0) {
        check_skip("key files of other users", "only root can make them");
        close_folder(&sent);
        return;
    }
    CHECK_INT(mkdir(path_of("keys"), 0700), 0);
    write_text("keys/sa.key", KEY "\n", 0600);
    CHECK_INT(symlink("keys", path_of("link")), 0);
    check_note("link/sa.key", NULL, __LINE__);
    CHECK_INT(lchown(path_of("link"), 12345, 12345), 0);
    check_note("link/sa.key", "link: warning: the key file is behind a symbolic link of another",
               __LINE__);
    CHECK_INT(symlink("sa.key", path_of("link.key")), 0);
    CHECK_INT(lchown(path_of("link.key"), 12345, 12345), 0);
    check_note("link.key", "link.key: warning: the key file is behind a symbolic link", __LINE__);
    CHECK_INT(chown(path_of("sa.key"), 12345, 12345), 0);
    check_note("sa.key", "sa.key: warning: the key file belongs to another user", __LINE__);
    close_folder(&sent);
}

static void check_private(const char *name)
{
    struct stat status;
    if (CHECK_INT(stat(path_of(name), &status), 0))
        CHECK_U64(status.st_mode & 07777, 0600);
}

/* Also in place of a file that others may read. */
static void test_files_with_keys_are_private(void)
{
    char words[200];
    struct frames sent = open_folder();
    mode_t mask = umask(0);
    write_text("esp_sa", "old\n", 0666);
    snprintf(words, sizeof words, "esp-sa=%s", path_of("esp_sa"));
    CHECK_FIRST("sa.key", words, 1);
    umask(mask);
    check_private("esp_sa");
    check_private("sa.key.oseq");
    char *text = record();
    CHECK_TRUE(strstr(text, KEY) == NULL && strstr(text, "00010203") == NULL);
    free(text);
    close_folder(&sent);
}

/* A key of the command line is overwritten there, where `ps` shows it. The capture is a pipe that
 * nobody writes, so that the program waits. */
static void test_a_key_leaves_the_command_line(void)
{
    char command[1200];
    struct frames sent = open_folder();
    snprintf(command, sizeof command,
             "cd %s && mkfifo fifo && { sleep 20 >fifo & s=$!; "
             "%s encap fifo out.pcap --key " KEY " --quiet 2>err & p=$!; found=1; i=0; "
             "while [ $found = 1 ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); "
             "tr '\\0' ' ' </proc/$p/cmdline | grep -q -e '--key xxxxxxxx*x --quiet' && found=0; "
             "done; kill $p $s; exit $found; }",
             program_folder(), program_path());
    CHECK_INT(system(command), 0);
    close_folder(&sent);
}

/* --------------------------------------------------------------------------------------- memory */

/* A key that is nowhere in this program: written in parts, and looked for by its differences. */
static const uint8_t hidden[16] = {0x9d, 0x31, 0xc7, 0x5a, 0xee, 0x04, 0x62, 0xb8,
                                   0x17, 0xf3, 0x8c, 0x29, 0xd1, 0x46, 0xab, 0x70};
enum {
    MASK = 0x5b
};

static void write_hidden_key(void)
{
    FILE *file = fopen(path_of("sa.key"), "w");
    setvbuf(file, NULL, _IONBF, 0);
    for (int i = 0; i < 16; i++)
        fprintf(file, "%02x", hidden[i] ^ MASK);
    fputs("01020304\n", file);
    fclose(file);
    CHECK_INT(chmod(path_of("sa.key"), 0600), 0);
}

static char digit_of(unsigned value)
{
    return "0123456789abcdef"[value & 0xF];
}

static uint64_t count_copies(const uint8_t *bytes, size_t octets)
{
    uint64_t copies = 0;
    for (size_t at = 0; at + 16 <= octets; at++) {
        size_t same = 0;
        while (same < 16 && bytes[at + same] == (hidden[same] ^ MASK))
            same++;
        copies += same == 16;
        for (same = 0; same < 16; same++) {
            unsigned octet = hidden[same / 2] ^ MASK;
            if (bytes[at + same] != (uint8_t)digit_of(same % 2 == 0 ? octet >> 4 : octet))
                break;
        }
        copies += same == 16;
    }
    return copies;
}

/* Copies of the key, as octets or digits, in all memory that this process can write. */
static uint64_t copies_in_memory(void)
{
    enum {
        PART = 1 << 16
    };
    static uint8_t part[PART];
    uint64_t copies = 0, from, to;
    char line[512], access[8];
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY);
    while (maps != NULL && memory >= 0 && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &from, &to, access) != 3 ||
            access[1] != 'w' || to - from > UINT64_C(1) << 30)
            continue;
        for (uint64_t at = from; at + 16 <= to; at += PART - 32) {
            memset(part, 0, sizeof part);
            size_t wanted = to - at < PART ? (size_t)(to - at) : PART;
            ssize_t got = pread(memory, part, wanted, (off_t)at);
            if (got > 0)
                copies += count_copies(part, (size_t)got);
            memset(part, 0, sizeof part);
        }
    }
    if (maps != NULL)
        fclose(maps);
    if (memory >= 0)
        close(memory);
    return copies;
}

static void test_keys_are_erased_from_memory(void)
{
    char words[200];
    struct frames sent = open_folder();
    write_hidden_key();
    CHECK_U64(copies_in_memory(), 0);
    snprintf(words, sizeof words, "esp-sa=%s", path_of("esp_sa"));
    CHECK_FIRST("sa.key", words, 1);
    CHECK_U64(copies_in_memory(), 0);
    snprintf(words, sizeof words, "key-file=%s", path_of("sa.key"));
    endpoint_succeeds(iptfs_decap, "outer.pcap", "back.pcap", words);
    CHECK_U64(copies_in_memory(), 0);
    static const char *const failing[] = {
        "esp-sa=/nonexistent/esp_sa",
        "seq-from=1",
        "salt=1",
        "tunnel.mode=cc",
        "src=x",
        "tunnel.mode=esp-transport link.mtu=100",
    };
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct endpoint_outcome outcome = encap("sa.key", failing[i]);
        CHECK_TRUE(outcome.code != IPTFS_OK);
        endpoint_outcome_free(&outcome);
        if (!CHECK_U64(copies_in_memory(), 0))
            printf("after %s\n", failing[i]);
    }
    struct endpoint_outcome outcome =
        endpoint_run(iptfs_encap, "missing.pcap", "outer.pcap", words);
    CHECK_INT(outcome.code, IPTFS_E_IO);
    endpoint_outcome_free(&outcome);
    CHECK_U64(copies_in_memory(), 0);
    close_folder(&sent);
}

/* The search must be able to find one. */
static void test_the_search_finds_a_key(void)
{
    static uint8_t octets[16];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = hidden[i] ^ MASK;
    CHECK_TRUE(copies_in_memory() > 0);
    memset(octets, 0, sizeof octets);
    CHECK_U64(copies_in_memory(), 0);
}

const CU_TestInfo iptfs_tests_oseq[] = {
    {"numbers continue", test_numbers_continue},
    {"each key and salt has its numbers", test_each_key_and_salt_has_its_numbers},
    {"links share numbers", test_links_share_numbers},
    {"failures", test_failures},
    {"a killed process skips numbers", test_a_killed_process_skips_numbers},
    {"two at once", test_two_at_once},
    {"the record as text", test_the_record_as_text},
    {"what is not recorded", test_what_is_not_recorded},
    {"numbers of 64 bits", test_numbers_of_64_bits},
    {"modes of key files", test_modes_of_key_files},
    {"key files of other users", test_key_files_of_other_users},
    {"files with keys are private", test_files_with_keys_are_private},
    {"a key leaves the command line", test_a_key_leaves_the_command_line},
    {"the search finds a key", test_the_search_finds_a_key},
    {"keys are erased from memory", test_keys_are_erased_from_memory},
    CU_TEST_INFO_NULL,
};
