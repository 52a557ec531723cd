/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures through sender and receiver, and captures of runs: to the octet, whatever befalls the
 * outer packets. */
#include "base/units.h"
#include "endpoint/endpoint.h"
#include "ns3/sim.h"
#include "packet/aggfrag.h"
#include "run/run.h"
#include "run/run_command.h"
#include "run/script.h"
#include "support/check.h"
#include "support/fixture.h"
#include "support/samples.h"
#include "wire/inbound_sa.h"
#include "wire/outer_codec.h"

#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "000102030405060708090a0b0c0d0e0fa0a1a2a3"

/* ------------------------------------------------------------------------------------ captures */

struct shot {
    uint8_t *bytes;
    uint32_t octets;
    int64_t at_ns;
};

struct shots {
    struct shot *list;
    size_t count;
};

static char folder[64];

static const char *path_of(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void new_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/iptfs-endpoint-XXXXXX");
    CHECK_TRUE(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool exists(const char *name)
{
    return access(path_of(name), F_OK) == 0;
}

static void add_shot(struct shots *shots, int64_t at_ns, const uint8_t *bytes, uint32_t octets)
{
    shots->list = realloc(shots->list, (shots->count + 1) * sizeof *shots->list);
    struct shot shot = {malloc(octets + 1), octets, at_ns};
    memcpy(shot.bytes, bytes, octets);
    shots->list[shots->count++] = shot;
}

static void free_shots(struct shots *shots)
{
    for (size_t i = 0; i < shots->count; i++)
        free(shots->list[i].bytes);
    free(shots->list);
    *shots = (struct shots){NULL, 0};
}

static struct shots read_shots(const char *name)
{
    struct shots shots = {NULL, 0};
    char why[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(path_of(name), PCAP_TSTAMP_PRECISION_NANO, why);
    if (!CHECK_TRUE(pcap != NULL))
        return shots;
    CHECK_INT(pcap_datalink(pcap), DLT_RAW);
    while (pcap_next_ex(pcap, &header, &bytes) == 1)
        add_shot(&shots, header->ts.tv_sec * 1000000000 + header->ts.tv_usec, bytes,
                 header->caplen);
    pcap_close(pcap);
    return shots;
}

static void write_shots(const char *name, const struct shots *shots)
{
    pcap_t *pcap =
        pcap_open_dead_with_tstamp_precision(DLT_RAW, 262144, PCAP_TSTAMP_PRECISION_NANO);
    pcap_dumper_t *dumper = pcap_dump_open(pcap, path_of(name));
    for (size_t i = 0; i < shots->count; i++) {
        const struct shot *shot = &shots->list[i];
        struct pcap_pkthdr header = {
            .ts = {.tv_sec = shot->at_ns / 1000000000, .tv_usec = shot->at_ns % 1000000000},
            .caplen = shot->octets,
            .len = shot->octets};
        pcap_dump((u_char *)dumper, &header, shot->bytes);
    }
    pcap_dump_close(dumper);
    pcap_close(pcap);
}

/* The packets alone, or their times too. */
static void check_same(const struct shots *found, const struct shots *expected, bool times,
                       int line)
{
    check_int((int64_t)found->count, (int64_t)expected->count, "packets", __FILE__, line);
    for (size_t i = 0; i < found->count && i < expected->count; i++) {
        const struct shot *a = &found->list[i], *b = &expected->list[i];
        if (a->octets != b->octets || memcmp(a->bytes, b->bytes, a->octets) != 0 ||
            (times && a->at_ns != b->at_ns)) {
            check_fail(__FILE__, line, "packet %zu of %u octets differs from one of %u", i,
                       a->octets, b->octets);
            return;
        }
    }
}

/* Inner packets of all sorts over some tenths of a second. */
static struct shots mixed_packets(uint64_t seed, size_t count)
{
    static uint8_t bytes[9000];
    static const uint32_t sizes[] = {40, 60, 200, 576, 1280, 1500, 3000, 9000};
    struct shots shots = {NULL, 0};
    int64_t at_ns = 1700000000123456789;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t octets = sizes[sample_next(&seed) % 8];
        if (sample_between(&seed, 0, 1) == 0)
            octets = sample_between(&seed, 40, 2000);
        sample_ip(bytes, sample_between(&seed, 0, 2) == 0 ? 6 : 4, octets, i);
        add_shot(&shots, at_ns, bytes, octets);
        at_ns += sample_between(&seed, 0, 2000000);
    }
    return shots;
}

/* ------------------------------------------------------------------------------------ commands */

struct spoken {
    int code;
    char *out;
    char *notes;
    struct iptfs_error error;
};

typedef int command(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                    struct iptfs_error *error);

/* Runs a command on two captures of the folder. `words` are sets, and options "key=", "spi=",
 * "src=", "key-file=" and "esn", with blanks between. */
static struct spoken speak(command *run, const char *in, const char *out, const char *words)
{
    struct spoken spoken = {.error = {0}};
    const char *sets[16];
    struct iptfs_endpoint_request request = {
        .in_path = path_of(in), .out_path = path_of(out), .sets = sets, .json = true};
    char *text = strdup(words), *rest = text, *word;
    size_t size;
    while ((word = strsep(&rest, " ")) != NULL) {
        if (strncmp(word, "key=", 4) == 0)
            request.sa.key = word + 4;
        else if (strncmp(word, "key-file=", 9) == 0)
            request.sa.key_file = word + 9;
        else if (strncmp(word, "spi=", 4) == 0)
            request.sa.spi = word + 4;
        else if (strncmp(word, "src=", 4) == 0)
            request.sa.source = word + 4;
        else if (strncmp(word, "esp-sa=", 7) == 0)
            request.esp_sa_path = word + 7;
        else if (strcmp(word, "esn") == 0)
            request.sa.esn = true;
        else if (*word != '\0')
            sets[request.n_sets++] = word;
    }
    FILE *printed = open_memstream(&spoken.out, &size), *notes;
    notes = open_memstream(&spoken.notes, &size);
    spoken.code = run(&request, printed, notes, &spoken.error);
    fclose(printed);
    fclose(notes);
    free(text);
    return spoken;
}

static void free_spoken(struct spoken *spoken)
{
    free(spoken->out);
    free(spoken->notes);
}

/* A figure by its dotted name, -1 when there is none. */
static int64_t figure(const struct spoken *spoken, const char *name)
{
    json_t *figures = json_loads(spoken->out, 0, NULL), *at = figures;
    char *text = strdup(name), *rest = text, *word;
    while ((word = strsep(&rest, ".")) != NULL)
        at = json_object_get(at, word);
    int64_t value = json_is_integer(at) ? json_integer_value(at) : -1;
    json_decref(figures);
    free(text);
    return value;
}

static void must_speak(command *run, const char *in, const char *out, const char *words)
{
    struct spoken spoken = speak(run, in, out, words);
    if (!CHECK_INT(spoken.code, IPTFS_OK))
        printf("%s: %s\n", words, spoken.error.text);
    CHECK_STR(spoken.notes, "");
    free_spoken(&spoken);
}

/* -------------------------------------------------------------------------------- there and back
 */

static void there_and_back(const char *words)
{
    struct shots sent = mixed_packets(1, 150);
    write_shots("in.pcap", &sent);
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", words);
    must_speak(iptfs_decap, "outer.pcap", "back.pcap", words);
    struct shots back = read_shots("back.pcap");
    check_same(&back, &sent, false, __LINE__);
    free_shots(&sent);
    free_shots(&back);
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
    new_folder();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        there_and_back(words[i]);
    remove_folder();
}

/* Without delay a packet leaves when it comes: the times of the capture stay. */
static void test_times_stay(void)
{
    new_folder();
    struct shots sent = mixed_packets(2, 60);
    write_shots("in.pcap", &sent);
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null");
    must_speak(iptfs_decap, "outer.pcap", "back.pcap", "tunnel.cipher=null");
    struct shots back = read_shots("back.pcap");
    check_same(&back, &sent, true, __LINE__);
    free_shots(&sent);
    free_shots(&back);
    remove_folder();
}

/* ------------------------------------------------------------------------- what befalls them */

/* Which inner packets an outer packet of the null cipher carries a part of: the walk over the
 * blocks by RFC 9347, 6.1, from the octets. */
struct walk {
    size_t inner;  /* the packet under way, or the next one */
    uint32_t left; /* octets of it that are still to come; 0: none is under way */
    bool *hit;
};

static void walk_outer(struct walk *walk, const struct shot *outer, bool lost)
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
static void lose(const struct shots *sent, const char *words, uint64_t seed)
{
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", words);
    struct shots outer = read_shots("outer.pcap"), kept = {NULL, 0}, expected = {NULL, 0};
    struct walk walk = {.hit = calloc(sent->count + 1, sizeof(bool))};
    for (size_t i = 0; i < outer.count; i++) {
        bool lost = sample_between(&seed, 0, 9) == 0;
        walk_outer(&walk, &outer.list[i], lost);
        if (!lost)
            add_shot(&kept, outer.list[i].at_ns, outer.list[i].bytes, outer.list[i].octets);
    }
    CHECK_U64(walk.inner, sent->count);
    for (size_t i = 0; i < sent->count; i++)
        if (!walk.hit[i])
            add_shot(&expected, 0, sent->list[i].bytes, sent->list[i].octets);
    CHECK_TRUE(expected.count < sent->count && expected.count > sent->count / 3);
    write_shots("kept.pcap", &kept);
    must_speak(iptfs_decap, "kept.pcap", "back.pcap", words);
    struct shots back = read_shots("back.pcap");
    check_same(&back, &expected, false, __LINE__);
    free(walk.hit);
    free_shots(&outer);
    free_shots(&kept);
    free_shots(&expected);
    free_shots(&back);
}

static void test_loss_takes_what_was_lost(void)
{
    new_folder();
    struct shots sent = mixed_packets(3, 300);
    write_shots("in.pcap", &sent);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        lose(&sent, "tunnel.cipher=null", seed);
        lose(&sent,
             "tunnel.cipher=null tunnel.mode=fixed-rate tunnel.pps=2000 tunnel.pkt-size=1000 "
             "tunnel.reorder-window=1",
             seed);
    }
    free_shots(&sent);
    remove_folder();
}

/* Shuffles within the window of 3, the first packets too, and repeats some. */
static struct shots shuffle(const struct shots *outer, uint64_t seed)
{
    struct shots shuffled = {NULL, 0};
    for (size_t i = 0; i < outer->count; i += 4) {
        size_t group = outer->count - i < 4 ? outer->count - i : 4;
        size_t order[4] = {0, 1, 2, 3};
        for (size_t k = group; k > 1; k--) {
            size_t other = sample_next(&seed) % k, kept = order[k - 1];
            order[k - 1] = order[other];
            order[other] = kept;
        }
        for (size_t k = 0; k < group; k++) {
            const struct shot *shot = &outer->list[i + order[k]];
            int copies = sample_between(&seed, 0, 3) == 0 ? 2 : 1;
            while (copies-- > 0)
                add_shot(&shuffled, outer->list[i].at_ns, shot->bytes, shot->octets);
        }
    }
    return shuffled;
}

static void test_order_and_copies_do_not_matter(void)
{
    static const char *const words[] = {"key=" KEY, "tunnel.cipher=null tunnel.pkt-size=300 esn",
                                        "key=" KEY " tunnel.replay-window=32"};
    new_folder();
    struct shots sent = mixed_packets(4, 200);
    write_shots("in.pcap", &sent);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        const char *now = words[seed % 3];
        must_speak(iptfs_encap, "in.pcap", "outer.pcap", now);
        struct shots outer = read_shots("outer.pcap");
        struct shots shuffled = shuffle(&outer, seed);
        CHECK_TRUE(shuffled.count > outer.count);
        write_shots("shuffled.pcap", &shuffled);
        must_speak(iptfs_decap, "shuffled.pcap", "back.pcap", now);
        struct shots back = read_shots("back.pcap");
        check_same(&back, &sent, false, __LINE__);
        free_shots(&outer);
        free_shots(&shuffled);
        free_shots(&back);
    }
    free_shots(&sent);
    remove_folder();
}

/* Sets CE in an IP header. */
static void set_ce(uint8_t *ip)
{
    if (ip[0] >> 4 == 6) {
        ip[1] |= 0x30;
        return;
    }
    ip[1] |= 3;
    iptfs_ipv4_seal(ip, 20);
}

static uint8_t tos_of(const uint8_t *ip)
{
    if (ip[0] >> 4 == 4)
        return ip[1];
    return (uint8_t)(ip[0] << 4 | ip[1] >> 4);
}

/* Packets of both versions and all ECN fields, with a DSCP that must stay. */
static struct shots markable_packets(uint32_t octets)
{
    static uint8_t bytes[4000];
    struct shots shots = {NULL, 0};
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
        add_shot(&shots, i * 1000000, bytes, octets);
    }
    return shots;
}

static void marks_come_out(const char *words, uint32_t octets)
{
    struct shots sent = markable_packets(octets);
    write_shots("in.pcap", &sent);
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", words);
    struct shots outer = read_shots("outer.pcap");
    for (size_t i = 0; i < outer.count; i++)
        set_ce(outer.list[i].bytes);
    write_shots("marked.pcap", &outer);
    must_speak(iptfs_decap, "marked.pcap", "back.pcap", words);
    struct shots back = read_shots("back.pcap");
    for (size_t i = 0; i < sent.count; i++)
        if ((tos_of(sent.list[i].bytes) & 3) != 0)
            set_ce(sent.list[i].bytes);
    check_same(&back, &sent, false, __LINE__);
    free_shots(&sent);
    free_shots(&outer);
    free_shots(&back);
}

/* A mark on the outer packets comes out on the inner ones and in their checksums, where they can
 * bear one (RFC 6040, 4.2): unlike Linux, whatever the sender thought of ECN. */
static void test_marks_come_out(void)
{
    static const char *const words[] = {
        "tunnel.cipher=null",
        "tunnel.outer=6 key=" KEY,
        "tunnel.receive=immediate tunnel.cipher=null",
        "tunnel.mode=esp link.mtu=4000 key=" KEY,
        "tunnel.mode=fixed-rate tunnel.pps=900 tunnel.pkt-size=800 tunnel.cipher=null",
    };
    new_folder();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        marks_come_out(words[i], 100);
        marks_come_out(words[i], 3333);
    }
    struct shots sent = markable_packets(100), outer;
    write_shots("in.pcap", &sent);
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null tunnel.ecn=on");
    outer = read_shots("outer.pcap");
    CHECK_U64(outer.count, sent.count);
    for (size_t i = 0; i < outer.count; i++)
        CHECK_INT(outer.list[i].bytes[1], i % 4 == 3 ? 3 : 2);
    must_speak(iptfs_decap, "outer.pcap", "back.pcap", "tunnel.cipher=null tunnel.ecn=off");
    free_shots(&outer);
    outer = read_shots("back.pcap");
    check_same(&outer, &sent, false, __LINE__);
    free_shots(&sent);
    free_shots(&outer);
    remove_folder();
}

/* ------------------------------------------------------------------------------ Linux's own */

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
    uint32_t pad = iptfs_esp_pad_octets(event->octets), octets = 28 + event->octets + pad + 2;
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

/* ---------------------------------------------------------------------------- what is not whole */

static void write_octets(const char *name, const char *from, size_t octets)
{
    static char bytes[1 << 20];
    FILE *in = fopen(path_of(from), "rb"), *out = fopen(path_of(name), "wb");
    CHECK_U64(fread(bytes, 1, octets, in), octets);
    fwrite(bytes, 1, octets, out);
    fclose(in);
    fclose(out);
}

static void test_what_is_left_out_is_told(void)
{
    uint8_t bytes[100];
    struct shots sent = {NULL, 0};
    new_folder();
    sample_ip(bytes, 4, 100, 1);
    add_shot(&sent, 2000000, bytes, 100);
    add_shot(&sent, 1000000, bytes, 100); /* earlier */
    add_shot(&sent, 3000000, bytes, 80);  /* cut */
    bytes[0] = 0x75;
    add_shot(&sent, 4000000, bytes, 100); /* not IP */
    bytes[0] = 0x4F;
    bytes[3] = 50; /* shorter than its header */
    add_shot(&sent, 4000000, bytes, 100);
    write_shots("in.pcap", &sent);
    struct spoken spoken = speak(iptfs_encap, "in.pcap", "outer.pcap", "tunnel.cipher=null");
    CHECK_INT(spoken.code, IPTFS_OK);
    CHECK_INT(figure(&spoken, "in.pkts"), 5);
    CHECK_INT(figure(&spoken, "in.not-ip"), 2);
    CHECK_INT(figure(&spoken, "in.cut"), 1);
    CHECK_INT(figure(&spoken, "in.earlier"), 1);
    CHECK_INT(figure(&spoken, "inner.offered.pkts"), 2);
    CHECK_INT(figure(&spoken, "inner.sent"), 2);
    CHECK_TRUE(strstr(spoken.notes, "2 packets left out: not IP") != NULL);
    free_spoken(&spoken);
    write_octets("early.pcap", "in.pcap", 24 + 16 + 100 + 16 + 50);
    spoken = speak(iptfs_encap, "early.pcap", "outer.pcap", "tunnel.cipher=null");
    CHECK_INT(spoken.code, IPTFS_OK);
    CHECK_INT(figure(&spoken, "in.ends-early"), 1);
    CHECK_INT(figure(&spoken, "inner.sent"), 1);
    CHECK_TRUE(strstr(spoken.notes, "in the middle of packet 2") != NULL);
    free_spoken(&spoken);
    free_shots(&sent);
    remove_folder();
}

static void test_foreign_packets_are_counted(void)
{
    new_folder();
    struct shots sent = mixed_packets(5, 30);
    write_shots("in.pcap", &sent);
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", "key=" KEY);
    struct shots outer = read_shots("outer.pcap");
    size_t good = outer.count;
    outer.list[3].bytes[60] ^= 1;  /* changed */
    outer.list[5].bytes[23] ^= 1;  /* another SPI */
    outer.list[7].octets -= 1;     /* cut */
    outer.list[8].bytes[9] = 17;   /* UDP */
    outer.list[9].bytes[6] = 0x20; /* a fragment */
    write_shots("outer.pcap", &outer);
    struct spoken spoken = speak(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    CHECK_INT(spoken.code, IPTFS_OK);
    CHECK_INT(figure(&spoken, "outer.good"), good - 5);
    CHECK_INT(figure(&spoken, "outer.bad-icv"), 1);
    CHECK_INT(figure(&spoken, "outer.other-spi"), 1);
    CHECK_INT(figure(&spoken, "in.cut"), 1);
    CHECK_INT(figure(&spoken, "in.not-esp"), 1);
    CHECK_INT(figure(&spoken, "in.fragment"), 1);
    CHECK_INT(figure(&spoken, "outer.missed"), 5);
    CHECK_INT(figure(&spoken, "counters.linux.XfrmInNoStates"), 1);
    CHECK_INT(figure(&spoken, "counters.linux.XfrmInStateProtoError"), 1);
    free_spoken(&spoken);
    spoken = speak(iptfs_decap, "outer.pcap", "back.pcap",
                   "key=000102030405060708090a0b0c0d0e0fa0a1a2a4");
    CHECK_INT(figure(&spoken, "outer.good"), 0);
    CHECK_TRUE(strstr(spoken.notes, "are not authentic") != NULL);
    free_spoken(&spoken);
    free_shots(&sent);
    free_shots(&outer);
    remove_folder();
}

/* ----------------------------------------------------------------------------------- mistakes */

static void refused(command *run, const char *words, const char *part)
{
    struct spoken spoken = speak(run, "in.pcap", "out.pcap", words);
    CHECK_TRUE(spoken.code == IPTFS_E_INVALID || spoken.code == IPTFS_E_IO);
    if (strstr(spoken.error.text, part) == NULL)
        CHECK_FAIL("%s: \"%s\" is not in \"%s\"", words, part, spoken.error.text);
    CHECK_TRUE(strstr(spoken.error.text, "00010203") == NULL); /* no key in a message */
    CHECK_TRUE(!exists("out.pcap"));
    free_spoken(&spoken);
}

static void test_mistakes_are_told_and_nothing_is_written(void)
{
    new_folder();
    struct shots sent = mixed_packets(6, 3);
    refused(iptfs_encap, "tunnel.cipher=null", "in.pcap: cannot be read");
    write_shots("in.pcap", &sent);
    refused(iptfs_encap, "", "no key for tunnel.cipher=aes-gcm-16");
    refused(iptfs_encap, "key=" KEY "00", "found 42 hexadecimal digits, allowed: 40, 56 or 72");
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
    free_shots(&sent);
    remove_folder();
}

/* A key file is read, and what Wireshark needs is written. */
static void test_keys_in_files(void)
{
    char words[200];
    new_folder();
    struct shots sent = mixed_packets(7, 10);
    write_shots("in.pcap", &sent);
    FILE *file = fopen(path_of("sa.key"), "w");
    fputs("  0x" KEY "\r\n", file);
    fclose(file);
    snprintf(words, sizeof words, "key-file=%s esp-sa=%s", path_of("sa.key"), path_of("esp_sa"));
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", words);
    must_speak(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    struct shots back = read_shots("back.pcap");
    check_same(&back, &sent, false, __LINE__);
    char *table = fixture_text(path_of("esp_sa"));
    CHECK_STR(table, "\"IPv4\",\"192.0.2.1\",\"198.51.100.1\",\"0x00001000\",\"AES-GCM with 16 "
                     "octet ICV [RFC4106]\",\"0x" KEY "\",\"NULL\",\"\"\n");
    free(table);
    free_shots(&sent);
    free_shots(&back);
    remove_folder();
}

const CU_TestInfo iptfs_tests_encap[] = {
    {"there and back", test_there_and_back},
    {"times stay", test_times_stay},
    {"loss takes what was lost", test_loss_takes_what_was_lost},
    {"order and copies do not matter", test_order_and_copies_do_not_matter},
    {"marks come out", test_marks_come_out},
    {"recorded octets of Linux", test_recorded_octets_of_linux},
    {"what is left out is told", test_what_is_left_out_is_told},
    {"foreign packets are counted", test_foreign_packets_are_counted},
    {"mistakes are told and nothing is written", test_mistakes_are_told_and_nothing_is_written},
    {"keys in files", test_keys_in_files},
    CU_TEST_INFO_NULL,
};

/* ------------------------------------------------------------------------------------ of runs */

static const char *const places[] = {"inner-in", "outer-tx", "outer-rx", "inner-out"};

static const char scenario_text[] =
    "[scenario]\nname = captured\nduration = 400ms\nseed = 3\n"
    "[tunnel]\ninit-delay = 2ms\ndrop-time = 20ms\necn = on\n"
    "[link]\nrate = 20Mbps\ndelay = 5ms\nloss = 2%\nce = 5%\nduplicate = 3%\njitter = 1ms\n"
    "[traffic.small]\ntype = poisson\nsize = uniform(20,300)\nrate = 1Mbps\ntos = 2\n"
    "[traffic.large]\ntype = cbr\nsize = 4000B\nrate = 4Mbps\nip = 6\nstart = 20ms\n"
    "[traffic.back]\ntype = cbr\nsize = 500B\nrate = 400kbps\ndirection = reverse\n";

static struct spoken run_file(const char *scenario, const char *const *sets, size_t count,
                              const char *pcap_prefix)
{
    struct spoken spoken = {.error = {0}};
    struct iptfs_run_request request = {.scenario_path = scenario,
                                        .sets = sets,
                                        .n_sets = count,
                                        .out_dir = path_of("out"),
                                        .pcap_prefix = pcap_prefix,
                                        .output = IPTFS_OUTPUT_JSON};
    size_t size;
    FILE *out = open_memstream(&spoken.out, &size);
    spoken.code = iptfs_run_command(&request, out, &spoken.error);
    fclose(out);
    return spoken;
}

static struct spoken capture_file(const char *scenario, const char *const *sets, size_t count)
{
    return run_file(scenario, sets, count, path_of("p"));
}

static struct spoken capture_run(const char *const *sets, size_t count)
{
    FILE *file = fopen(path_of("s.ini"), "w");
    fputs(scenario_text, file);
    fclose(file);
    return capture_file(path_of("s.ini"), sets, count);
}

static uint64_t sum_octets(const struct shots *shots)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < shots->count; i++)
        sum += shots->list[i].octets;
    return sum;
}

static void check_place(const struct spoken *spoken, const char *name, int64_t pkts, int64_t octets)
{
    char file[64];
    snprintf(file, sizeof file, "p-%s.pcap", name);
    struct shots shots = read_shots(file);
    CHECK_INT(shots.count, pkts);
    if (octets >= 0)
        CHECK_U64(sum_octets(&shots), octets);
    for (size_t i = 1; i < shots.count; i++)
        if (shots.list[i].at_ns < shots.list[i - 1].at_ns)
            CHECK_FAIL("%s: times go back at packet %zu", name, i);
    CHECK_TRUE(spoken->code == IPTFS_OK);
    free_shots(&shots);
}

/* The captures hold what the summary counts, in each direction. */
static void test_captures_are_what_the_summary_counts(void)
{
    new_folder();
    struct spoken spoken = capture_run(NULL, 0);
    CHECK_STR(spoken.error.text, "");
    check_place(&spoken, "inner-in", figure(&spoken, "inner.offered.pkts"),
                figure(&spoken, "inner.offered.octets"));
    check_place(&spoken, "outer-tx", figure(&spoken, "outer.sent.pkts"),
                figure(&spoken, "outer.sent.octets"));
    check_place(&spoken, "outer-rx", figure(&spoken, "outer.received.pkts"),
                figure(&spoken, "outer.received.octets"));
    check_place(&spoken, "inner-out",
                figure(&spoken, "inner.delivered.pkts") + figure(&spoken, "inner.delivered_again"),
                -1);
    check_place(&spoken, "reverse-outer-tx", figure(&spoken, "reverse.outer.sent.pkts"),
                figure(&spoken, "reverse.outer.sent.octets"));
    CHECK_TRUE(exists("p-esp_sa"));
    CHECK_TRUE(figure(&spoken, "outer.lost.pkts") > 0);
    CHECK_TRUE(figure(&spoken, "outer.ce_marked") > 0);
    free(spoken.out);
    remove_folder();
}

/* What decap makes of the outer packets begins with what the run delivered. */
static void check_decap(const char *words, const char *outer, const char *inner)
{
    struct spoken received = speak(iptfs_decap, outer, "back.pcap", words);
    struct shots back = read_shots("back.pcap"), out = read_shots(inner);
    CHECK_STR(received.error.text, "");
    if (CHECK_TRUE(back.count >= out.count))
        while (back.count > out.count)
            free(back.list[--back.count].bytes); /* the run ends, the capture's end is waited for */
    CHECK_TRUE(out.count > 100);
    check_same(&back, &out, true, __LINE__);
    free_shots(&back);
    free_shots(&out);
    free_spoken(&received);
}

/* What the simulated receiver delivers is what a receiver of the octets delivers, and when. */
static void test_octets_of_a_run_are_its_packets(void)
{
    static const char *const sets[] = {"tunnel.reorder-window=3", "tunnel.reorder-window=0",
                                       "tunnel.receive=immediate", "tunnel.cipher=null"};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char words[200];
        new_folder();
        struct spoken spoken = capture_run(&sets[i], 1);
        CHECK_INT(spoken.code, IPTFS_OK);
        snprintf(words, sizeof words, "%s tunnel.ecn=on tunnel.drop-time=20ms %s", sets[i],
                 i == 3 ? "" : "key=" KEY);
        check_decap(words, "p-outer-rx.pcap", "p-inner-out.pcap");
        free(spoken.out);
        remove_folder();
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

/* What an IP header and what is behind it add up to: all ones where the checksums are right. IP
 * fragments cannot be added up one by one. */
static bool adds_up(const struct shot *shot)
{
    const uint8_t *ip = shot->bytes;
    bool v6 = ip[0] >> 4 == 6;
    uint32_t at = v6 ? 40 : (ip[0] & 15u) * 4, addresses_at = v6 ? 8 : 12;
    uint32_t sum = (v6 ? ip[6] : ip[9]) + shot->octets - at;
    if (!v6 && iptfs_checksum_end(iptfs_checksum_add(0, ip, at)) != 0)
        return false;
    if (!v6 && ((ip[6] & 0x3F) != 0 || ip[7] != 0))
        return true;
    sum = iptfs_checksum_add(sum, ip + addresses_at, v6 ? 32 : 8);
    return iptfs_checksum_end(iptfs_checksum_add(sum, ip + at, shot->octets - at)) == 0;
}

static void check_sums(const char *name)
{
    struct shots shots = read_shots(name);
    uint64_t wrong = 0;
    for (size_t i = 0; i < shots.count; i++)
        wrong += !adds_up(&shots.list[i]);
    CHECK_U64(wrong, 0);
    CHECK_TRUE(shots.count > 100);
    free_shots(&shots);
}

/* Packets of ns-3's applications are such as a host would take, and that somebody looks at them
 * changes nothing. */
static void test_packets_of_applications_have_checksums(void)
{
    static const char *const ecn[] = {"tunnel.ecn=off", "tunnel.ecn=on"};
    new_folder();
    FILE *file = fopen(path_of("s.ini"), "w");
    fputs(hosts_text, file);
    fclose(file);
    for (size_t i = 0; i < 2; i++) {
        char words[200];
        struct spoken spoken = capture_file(path_of("s.ini"), &ecn[i], 1), plain;
        CHECK_STR(spoken.error.text, "");
        check_sums("p-inner-in.pcap");
        check_sums("p-inner-out.pcap");
        check_sums("p-reverse-inner-in.pcap");
        check_sums("p-reverse-inner-out.pcap");
        snprintf(words, sizeof words, "tunnel.drop-time=20ms key=" KEY " %s", ecn[i]);
        check_decap(words, "p-outer-rx.pcap", "p-inner-out.pcap");
        check_decap(words, "p-reverse-outer-rx.pcap", "p-reverse-inner-out.pcap");
        CHECK_INT(iptfs_ns3_checksums(), IPTFS_NS3_ESTATE);
        plain = run_file(path_of("s.ini"), &ecn[i], 1, NULL);
        CHECK_STR(spoken.out, plain.out);
        free(spoken.out);
        free(plain.out);
    }
    remove_folder();
}

/* Rekeying goes on under the next SPI, and no nonce comes twice under the one key. */
static void test_rekeyed_packets_have_the_next_spi(void)
{
    static const char *const sets[] = {"tunnel.rekey-after=10p"};
    new_folder();
    struct spoken spoken = capture_run(sets, 1);
    struct shots outer = read_shots("p-outer-tx.pcap");
    CHECK_INT(spoken.code, IPTFS_OK);
    CHECK_TRUE(outer.count > 30);
    CHECK_INT(outer.list[0].bytes[23], 0);
    CHECK_INT(outer.list[outer.count - 1].bytes[23], figure(&spoken, "outer.rekeys"));
    char *table = fixture_text(path_of("p-esp_sa"));
    CHECK_TRUE(strstr(table, "\"0x00001001\",\"AES-GCM with 16 octet ICV [RFC4106]\","
                             "\"0x000102030405060708090a0b0c0d0e0fa0a1a2a2\"") != NULL);
    free(table);
    free_shots(&outer);
    free(spoken.out);
    remove_folder();
}

static void test_runs_without_octets_write_nothing(void)
{
    static const char *const sets[] = {"tunnel.mode=none", "tunnel.ip-fragment-headers=off",
                                       "traffic.large.ip=4"};
    new_folder();
    struct spoken spoken = capture_run(sets, 3);
    CHECK_INT(spoken.code, IPTFS_E_INVALID);
    CHECK_TRUE(strstr(spoken.error.text, "fragments without headers") != NULL);
    for (size_t i = 0; i < 4; i++) {
        char file[64];
        snprintf(file, sizeof file, "p-%s.pcap", places[i]);
        CHECK_TRUE(!exists(file));
    }
    CHECK_TRUE(!exists("out/summary.json"));
    free(spoken.out);
    remove_folder();
}

/* The example's capture is what its scenario sends, and goes there and back as the README says. */
static void test_the_example_capture(void)
{
    new_folder();
    struct spoken spoken = capture_file("examples/octets.ini", NULL, 0);
    char command[256];
    snprintf(command, sizeof command, "cmp examples/inner.pcap %s && cp examples/inner.pcap %s",
             path_of("p-inner-in.pcap"), path_of("in.pcap"));
    CHECK_INT(system(command), 0);
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", "key=" KEY);
    must_speak(iptfs_decap, "outer.pcap", "back.pcap", "key=" KEY);
    snprintf(command, sizeof command, "cmp %s %s", path_of("in.pcap"), path_of("back.pcap"));
    CHECK_INT(system(command), 0);
    free(spoken.out);
    remove_folder();
}

/* ----------------------------------------------------------------------------------- tshark */

static bool has_tshark(void)
{
    return system("command -v tshark >/dev/null 2>&1") == 0;
}

/* Runs tshark on a capture with the table beside it; what it printed. */
static char *ask_tshark(const char *name, const char *table, const char *options)
{
    char command[1024];
    snprintf(command, sizeof command,
             "HOME=%s tshark -r %s -d ip.proto==144,data -o esp.enable_encryption_decode:TRUE "
             "-o esp.enable_authentication_check:TRUE -o ip.check_checksum:TRUE "
             "-o udp.check_checksum:TRUE -o \"uat:esp_sa:$(head -n 1 %s)\" %s >%s/told 2>%s/tshark",
             folder, path_of(name), path_of(table), options, folder, folder);
    CHECK_INT(system(command), 0);
    return fixture_text(path_of("told"));
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
    must_speak(iptfs_encap, "in.pcap", "outer.pcap", all);
    struct shots outer = read_shots("outer.pcap");
    char *told = ask_tshark("outer.pcap", "esp_sa", "-q -z expert");
    CHECK_STR(told, ""); /* no note, no warning */
    free(told);
    told = ask_tshark("outer.pcap", "esp_sa",
                      "-T fields -e esp.protocol -e esp.icv_good -e ip.checksum.status -E "
                      "separator=,");
    bool v6 = strstr(words, "outer=6") != NULL;
    const char *line = encrypted ? (v6 ? "0x90,1,\n" : "0x90,1,1\n") : "0x90,,1\n";
    CHECK_U64(count_of(told, line), outer.count);
    free(told);
    free_shots(&outer);
}

static void test_tshark_reads_the_packets(void)
{
    if (!has_tshark()) {
        printf("skipped (no tshark): it reads the packets\n");
        return;
    }
    new_folder();
    struct shots sent = mixed_packets(8, 60);
    write_shots("in.pcap", &sent);
    check_with_tshark("tunnel.cipher=null", false);
    check_with_tshark("key=" KEY, true);
    check_with_tshark("tunnel.outer=6 key=" KEY, true);
    check_with_tshark("key=" KEY " tunnel.mode=fixed-rate tunnel.pps=900 tunnel.pkt-size=800",
                      true);
    free_shots(&sent);
    remove_folder();
}

/* Made-up packets have nothing in them that Wireshark would remark on. */
static void test_tshark_reads_made_up_packets(void)
{
    if (!has_tshark()) {
        printf("skipped (no tshark): it reads made-up packets\n");
        return;
    }
    new_folder();
    struct spoken spoken = capture_run(NULL, 0);
    char *told = ask_tshark("p-inner-out.pcap", "p-esp_sa", "-q -z expert");
    CHECK_STR(told, "");
    free(told);
    told = ask_tshark("p-inner-out.pcap", "p-esp_sa", "-T fields -e udp.checksum.status");
    struct shots out = read_shots("p-inner-out.pcap");
    uint64_t udp = 0;
    for (size_t i = 0; i < out.count; i++)
        udp += out.list[i].octets >= 28; /* IPv6 ones are all larger */
    CHECK_U64(count_of(told, "1\n"), udp);
    free(told);
    free_shots(&out);
    free(spoken.out);
    remove_folder();
}

const CU_TestInfo iptfs_tests_pcap[] = {
    {"captures are what the summary counts", test_captures_are_what_the_summary_counts},
    {"octets of a run are its packets", test_octets_of_a_run_are_its_packets},
    {"packets of applications have checksums", test_packets_of_applications_have_checksums},
    {"rekeyed packets have the next SPI", test_rekeyed_packets_have_the_next_spi},
    {"runs without octets write nothing", test_runs_without_octets_write_nothing},
    {"the example capture", test_the_example_capture},
    {"tshark reads the packets", test_tshark_reads_the_packets},
    {"tshark reads made-up packets", test_tshark_reads_made_up_packets},
    CU_TEST_INFO_NULL,
};
