/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/endpoint.h"

#include "base/units.h"
#include "capture/reader.h"
#include "capture/writer.h"
#include "packet/aggfrag.h"
#include "scenario/config.h"
#include "sender/sender.h"
#include "summary/summary.h"
#include "text/json_walk.h"
#include "wire/inbound_sa.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What both ends have in common: the capture they read, the one they write, and a clock. */
struct passage {
    const struct iptfs_endpoint_request *request;
    const char *usual_scenario; /* where the request names none */
    struct iptfs_capture_reader reader;
    struct iptfs_capture_writer file;
    struct iptfs_scenario scenario;
    struct iptfs_outer_codec_config wire;
    int64_t base_s; /* the second in which the capture begins */
    int64_t now_ps;
    uint64_t not_ip;
    uint64_t cut;     /* not all octets were captured, or nothing says how many there are */
    uint64_t earlier; /* packets whose time is before that of the one before them */
    struct iptfs_error *error;
    int code;
};

/* The traffic is there for the reader of scenarios alone. */
#define USUAL_SCENARIO                                                                             \
    "[scenario]\nduration = 1s\n[traffic.capture]\ntype = cbr\nsize = 100B\nrate = 1kbps\n"

/* Whatever the sender did, a mark that has come is passed on (RFC 6040, 4.2). */
static const char usual_encap[] = USUAL_SCENARIO;
static const char usual_decap[] = USUAL_SCENARIO "[tunnel]\necn = on\n";

static int load_scenario(struct passage *passage)
{
    const struct iptfs_endpoint_request *request = passage->request;
    if (request->scenario_path != NULL)
        return iptfs_scenario_load(&passage->scenario, request->scenario_path, request->sets,
                                   request->n_sets, passage->error);
    return iptfs_scenario_parse_text(&passage->scenario, passage->usual_scenario, "defaults",
                                     request->sets, request->n_sets, passage->error);
}

/* Everything that can be wrong is found before the first packet is read. */
static int open_passage(struct passage *passage)
{
    const struct iptfs_endpoint_request *request = passage->request;
    int code = load_scenario(passage);
    if (code == IPTFS_OK)
        code =
            iptfs_sa_config(&passage->wire, &request->sa, &passage->scenario.tunnel[IPTFS_FORWARD],
                            IPTFS_FORWARD, passage->error);
    if (code == IPTFS_OK)
        code = iptfs_capture_reader_open(&passage->reader, request->in_path, NULL, passage->error);
    return code == IPTFS_OK
               ? iptfs_capture_writer_open(&passage->file, request->out_path, passage->error)
               : code;
}

static void close_passage(struct passage *passage)
{
    iptfs_capture_reader_close(&passage->reader);
    iptfs_capture_writer_free(&passage->file);
    iptfs_scenario_free(&passage->scenario);
}

static int refuse_mode(const struct passage *passage, const char *command, const char *allowed)
{
    return iptfs_fail(passage->error, IPTFS_E_INVALID, "%s: found tunnel.mode=%s, allowed: %s",
                      command, passage->wire.mode->name, allowed);
}

/* Sets the clock to a packet's time, which never goes back. */
static int set_clock(struct passage *passage, const struct iptfs_captured *packet)
{
    const int64_t most_s = IPTFS_TIME_MAX_PS / IPTFS_PS_PER_S;
    if (passage->reader.number == 1)
        passage->base_s = packet->second;
    int64_t second = packet->second - passage->base_s;
    if (second >= most_s)
        return iptfs_fail(passage->error, IPTFS_E_INVALID,
                          "%s: found a time %" PRId64 " s after the first in packet %" PRIu64
                          ", allowed: at most 1000h",
                          passage->reader.path.text, second, passage->reader.number);
    int64_t at_ps =
        second < 0 ? -1 : second * IPTFS_PS_PER_S + (int64_t)packet->ns * IPTFS_PS_PER_NS;
    passage->earlier += at_ps < passage->now_ps;
    passage->now_ps = iptfs_later(passage->now_ps, at_ps);
    passage->file.base_s = passage->base_s;
    return IPTFS_OK;
}

/* Reads the capture to its end and gives each packet to `take`. One that ends in the middle of a
 * packet has ended before it. */
static int read_all(struct passage *passage,
                    void (*take)(struct passage *passage, const struct iptfs_captured *packet))
{
    struct iptfs_captured packet;
    int got;
    while ((got = iptfs_capture_reader_next(&passage->reader, &packet, passage->error)) == 1) {
        int code = set_clock(passage, &packet);
        if (code != IPTFS_OK)
            return code;
        take(passage, &packet);
        if (passage->code != IPTFS_OK)
            return passage->code;
    }
    return got < 0 && !passage->reader.truncated ? got : IPTFS_OK;
}

/* ------------------------------------------------------------------------------------ figures */

static void set(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static json_t *group(json_t *figures, const char *name)
{
    json_t *object = json_object();
    json_object_set_new(figures, name, object);
    return object;
}

static void print_figure(void *ctx, const char *name, const json_t *value)
{
    FILE *out = ctx;
    if (json_integer_value(value) != 0)
        fprintf(out, "%-48s %" JSON_INTEGER_FORMAT "\n", name, json_integer_value(value));
}

/* The figures that are not 0, or all of them as JSON. */
static void print_figures(const struct passage *passage, const json_t *figures, FILE *out)
{
    if (passage->request->quiet)
        return;
    if (passage->request->json) {
        iptfs_summary_write_json(figures, out);
        return;
    }
    iptfs_json_walk(figures, print_figure, out);
    fprintf(out, "%-48s %s\n", "written", passage->request->out_path);
    if (passage->request->esp_sa_path != NULL)
        fprintf(out, "%-48s %s\n", "written", passage->request->esp_sa_path);
}

/* What was read, as figures, and what of it was left out, as lines. */
static void tell_input(const struct passage *passage, json_t *figures, FILE *notes)
{
    const char *path = passage->reader.path.text;
    json_t *in = group(figures, "in");
    set(in, "pkts", passage->reader.number);
    set(in, "not-ip", passage->not_ip);
    set(in, "cut", passage->cut);
    set(in, "earlier", passage->earlier);
    set(in, "ends-early", passage->reader.truncated);
    if (passage->not_ip > 0)
        fprintf(notes, "%s: %" PRIu64 " packets left out: not IP\n", path, passage->not_ip);
    if (passage->cut > 0)
        fprintf(notes, "%s: %" PRIu64 " packets left out: not all of their octets were captured\n",
                path, passage->cut);
    if (passage->earlier > 0)
        fprintf(notes,
                "%s: %" PRIu64 " packets are earlier than the one before them: taken at its time\n",
                path, passage->earlier);
    if (passage->reader.truncated)
        fprintf(notes, "%s: the file ends in the middle of packet %" PRIu64 ", which is left out\n",
                path, passage->reader.number + 1);
}

/* -------------------------------------------------------------------------------------- encap */

struct encap {
    struct passage passage;
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_sender sender;
    struct iptfs_outer_codec wire;
    struct iptfs_tally outer;
    uint8_t bytes[IPTFS_OUTER_CODEC_MAX_OCTETS];
};

static void free_octets(void *ctx, void *handle)
{
    (void)ctx;
    free(handle);
}

static void write_outer(void *ctx, int64_t now_ps, struct iptfs_outer *outer)
{
    struct encap *encap = ctx;
    struct passage *passage = &encap->passage;
    int octets = iptfs_outer_codec_encode(&encap->wire, outer, encap->bytes, sizeof encap->bytes);
    if (octets >= 0) {
        iptfs_capture_writer_add(&passage->file, now_ps, encap->bytes, (uint32_t)octets);
        iptfs_tally_add(&encap->outer, (uint32_t)octets);
    } else if (passage->code == IPTFS_OK) {
        passage->code =
            iptfs_fail(passage->error, octets == IPTFS_E_UNBALANCED ? octets : IPTFS_E_INVALID,
                       "%s: outer packet %" PRIu64 " cannot be written: %s",
                       passage->reader.path.text, outer->seq, encap->wire.why);
    }
    iptfs_outer_processed(&encap->store, outer);
}

static int open_encap(struct encap *encap)
{
    struct passage *passage = &encap->passage;
    struct iptfs_sender_config config = iptfs_config_sender(
        &passage->scenario.tunnel[IPTFS_FORWARD], &passage->scenario.link[IPTFS_FORWARD]);
    if (!config.mode->encrypted)
        return refuse_mode(passage, "encap", "a mode with ESP");
    if (config.mode->congestion)
        return refuse_mode(passage, "encap", "a mode that needs no answers from the other end");
    if (config.rekey_after_pkts > 0 || config.rekey_after_ps > 0)
        return iptfs_fail(passage->error, IPTFS_E_INVALID,
                          "encap: found tunnel.rekey-after, allowed: 0, for there is one SA");
    int code =
        iptfs_sender_init(&encap->sender, &config, &encap->store, &encap->counters, &encap->trace);
    if (code != IPTFS_OK)
        return iptfs_fail(passage->error, code, "encap: %s", iptfs_error_name(code));
    encap->sender.hooks = (struct iptfs_sender_hooks){.send = write_outer, .ctx = encap};
    encap->store.release = free_octets;
    code = iptfs_outer_codec_init(&encap->wire, &passage->wire);
    return code == IPTFS_OK ? code
                            : iptfs_fail(passage->error, code, "encap: %s", iptfs_error_name(code));
}

/* A packet that is there whole, and is what it says. */
static bool is_packet(struct passage *passage, const struct iptfs_captured *packet,
                      struct iptfs_captured_ip *ip)
{
    if (!iptfs_captured_ip(packet, ip) ||
        (ip->octets > 0 && iptfs_inner_total(packet->ip, packet->captured) < 0)) {
        passage->not_ip++;
        return false;
    }
    if (ip->octets == 0 || ip->octets > packet->captured) {
        passage->cut++;
        return false;
    }
    return true;
}

static void send_packet(struct passage *passage, const struct iptfs_captured *packet)
{
    struct encap *encap = (struct encap *)passage;
    struct iptfs_captured_ip ip;
    int64_t next_ps;
    if (!is_packet(passage, packet, &ip))
        return;
    uint8_t *octets = malloc(ip.octets);
    if (octets == NULL) {
        passage->code = iptfs_fail(passage->error, IPTFS_E_NO_MEMORY, "out of memory");
        return;
    }
    memcpy(octets, packet->ip, ip.octets);
    struct iptfs_arrival arrival = {
        .at_ps = passage->now_ps,
        .handle = octets,
        .bytes = octets,
        .octets = ip.octets,
        .id = ip.id,
        .ip_version = ip.version,
        .tos = ip.tos,
    };
    while ((next_ps = iptfs_sender_next_ps(&encap->sender)) < passage->now_ps)
        iptfs_sender_wake(&encap->sender, next_ps);
    iptfs_sender_offer(&encap->sender, &arrival);
}

/* What is queued still leaves. */
static void send_rest(struct encap *encap)
{
    struct iptfs_sender *sender = &encap->sender;
    while ((sender->queue.head != NULL || sender->packer.partial != NULL) &&
           encap->passage.code == IPTFS_OK)
        iptfs_sender_wake(sender, iptfs_sender_next_ps(sender));
}

static json_t *encap_figures(const struct encap *encap, FILE *notes)
{
    const struct iptfs_ledger *ledger = &encap->store.ledger;
    json_t *figures = json_object();
    tell_input(&encap->passage, figures, notes);
    json_t *inner = group(figures, "inner");
    set(group(inner, "offered"), "pkts", ledger->offered.pkts);
    set(json_object_get(inner, "offered"), "octets", ledger->offered.octets);
    set(inner, "sent", encap->counters.value[IPTFS_YANG_INNER_TX_PKTS]);
    set(inner, "ce_marked", encap->sender.queue.marked_pkts);
    json_t *dropped = group(inner, "dropped");
    /* A sent packet has nobody to receive it: its end is not a drop. */
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (iptfs_drop_cause_place(cause) == IPTFS_DROP_AT_SENDER &&
            cause != IPTFS_DROP_TUNNEL_STOPPED) /* there is no circuit breaker here */
            set(dropped, iptfs_drop_cause_name(cause), ledger->dropped[cause].pkts);
    json_t *outer = group(figures, "outer");
    set(outer, "pkts", encap->outer.pkts);
    set(outer, "octets", encap->outer.octets);
    json_object_set_new(figures, "counters", iptfs_summary_counters(&encap->counters));
    return figures;
}

static int write_esp_sa(const struct encap *encap)
{
    const struct passage *passage = &encap->passage;
    struct iptfs_outfile file = {0};
    int code = iptfs_outfile_open(&file, passage->request->esp_sa_path, passage->error);
    if (code != IPTFS_OK)
        return code;
    iptfs_sa_write_wireshark(&passage->wire, 1, file.file);
    return iptfs_outfile_commit(&file, passage->error);
}

static int finish_encap(struct encap *encap, FILE *out, FILE *notes)
{
    struct passage *passage = &encap->passage;
    int code = passage->request->esp_sa_path != NULL ? write_esp_sa(encap) : IPTFS_OK;
    if (code == IPTFS_OK)
        code = iptfs_capture_writer_commit(&passage->file, passage->error);
    if (code != IPTFS_OK)
        return code;
    json_t *figures = encap_figures(encap, notes);
    print_figures(passage, figures, out);
    json_decref(figures);
    return IPTFS_OK;
}

int iptfs_encap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error)
{
    struct encap *encap = calloc(1, sizeof *encap);
    if (encap == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    encap->passage.request = request;
    encap->passage.usual_scenario = usual_encap;
    encap->passage.error = error;
    iptfs_store_init(&encap->store);
    int code = open_passage(&encap->passage);
    if (code == IPTFS_OK)
        code = open_encap(encap);
    if (code == IPTFS_OK)
        code = read_all(&encap->passage, send_packet);
    if (code == IPTFS_OK) {
        send_rest(encap);
        code = encap->passage.code;
    }
    if (code == IPTFS_OK && encap->store.error != IPTFS_OK)
        code = iptfs_fail(error, encap->store.error, "out of memory");
    if (code == IPTFS_OK)
        code = finish_encap(encap, out, notes);
    iptfs_store_close(&encap->store);
    iptfs_sender_clear(&encap->sender);
    iptfs_store_free(&encap->store);
    iptfs_outer_codec_free(&encap->wire);
    close_passage(&encap->passage);
    free(encap);
    return code;
}

/* -------------------------------------------------------------------------------------- decap */

struct decap {
    struct passage passage;
    struct iptfs_inbound_sa inbound;
    uint8_t bytes[IPTFS_PACKET_MAX_OCTETS];
};

static void write_inner(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct decap *decap = ctx;
    (void)again; /* of bytes each copy is a packet of its own */
    iptfs_inner_copy(NULL, inner, inner->tos, 0, inner->octets, decap->bytes);
    iptfs_capture_writer_add(&decap->passage.file, now_ps, decap->bytes, inner->octets);
}

static int open_decap(struct decap *decap)
{
    struct passage *passage = &decap->passage;
    struct iptfs_receiver_config config =
        iptfs_config_receiver(&passage->scenario.tunnel[IPTFS_FORWARD]);
    if (!passage->wire.mode->encrypted || passage->wire.mode->transport)
        return refuse_mode(passage, "decap", "a mode with ESP in tunnel mode");
    if (passage->request->sa.spi == NULL)
        passage->wire.spi = 0;
    int code = iptfs_inbound_sa_init(&decap->inbound, &passage->wire, &config);
    iptfs_inbound_sa_deliver_to(&decap->inbound, write_inner, decap);
    return code == IPTFS_OK ? code
                            : iptfs_fail(passage->error, code, "decap: %s", iptfs_error_name(code));
}

static void receive_packet(struct passage *passage, const struct iptfs_captured *packet)
{
    struct decap *decap = (struct decap *)passage;
    int64_t next_ps;
    if (packet->ip == NULL) {
        passage->not_ip++;
        return;
    }
    while ((next_ps = iptfs_inbound_sa_next_ps(&decap->inbound)) < passage->now_ps)
        iptfs_inbound_sa_wake(&decap->inbound, next_ps);
    switch (
        iptfs_inbound_sa_input(&decap->inbound, passage->now_ps, packet->ip, packet->captured)) {
    case IPTFS_OUTER_CODEC_NOT_IP:
        passage->not_ip++;
        break;
    case IPTFS_OUTER_CODEC_CUT:
        passage->cut++;
        break;
    default:
        break;
    }
}

/* What is still waited for is given up when its time comes. */
static void receive_rest(struct decap *decap)
{
    int64_t next_ps;
    while ((next_ps = iptfs_inbound_sa_next_ps(&decap->inbound)) != IPTFS_NEVER)
        iptfs_inbound_sa_wake(&decap->inbound, next_ps);
}

/* Linux's own counters of what never gets as far as the model. */
static void add_linux_counters(const struct iptfs_inbound_sa *inbound, json_t *linux_counters)
{
    const uint64_t *verdicts = inbound->verdicts;
    json_int_t bad_headers = json_integer_value(json_object_get(linux_counters, "XfrmInHdrError"));
    set(linux_counters, "XfrmInNoStates", verdicts[IPTFS_OUTER_CODEC_OTHER_SPI]);
    set(linux_counters, "XfrmInStateProtoError",
        verdicts[IPTFS_OUTER_CODEC_BAD_ICV] + verdicts[IPTFS_OUTER_CODEC_BAD_TRAILER]);
    set(linux_counters, "XfrmInStateModeError", inbound->other_headers);
    set(linux_counters, "XfrmInHdrError",
        (uint64_t)bad_headers + verdicts[IPTFS_OUTER_CODEC_SHORT]);
}

static json_t *decap_figures(const struct decap *decap, FILE *notes)
{
    const struct iptfs_inbound_sa *inbound = &decap->inbound;
    const struct iptfs_ledger *ledger = &inbound->store.ledger;
    const struct iptfs_tally *delivered = &ledger->delivered;
    json_t *figures = json_object();
    tell_input(&decap->passage, figures, notes);
    json_t *in = json_object_get(figures, "in");
    set(in, "not-esp", inbound->verdicts[IPTFS_OUTER_CODEC_NOT_ESP]);
    set(in, "fragment", inbound->verdicts[IPTFS_OUTER_CODEC_FRAGMENT]);
    json_t *outer = group(figures, "outer");
    set(outer, "spi", inbound->wire.spi_known ? inbound->wire.config.spi : 0);
    set(outer, "good", inbound->verdicts[IPTFS_OUTER_CODEC_GOOD]);
    set(outer, "other-spi", inbound->verdicts[IPTFS_OUTER_CODEC_OTHER_SPI]);
    set(outer, "short", inbound->verdicts[IPTFS_OUTER_CODEC_SHORT]);
    set(outer, "bad-icv", inbound->verdicts[IPTFS_OUTER_CODEC_BAD_ICV]);
    set(outer, "bad-trailer", inbound->verdicts[IPTFS_OUTER_CODEC_BAD_TRAILER]);
    set(outer, "dummy", inbound->dummies);
    set(outer, "other-next-header", inbound->other_headers);
    set(outer, "replay", inbound->counters.value[IPTFS_XFRM_IN_STATE_SEQ_ERROR]);
    set(outer, "late", iptfs_receiver_late_pkts(&inbound->receiver));
    set(outer, "duplicate", inbound->receiver.reorder.duplicate_pkts);
    set(outer, "missed", inbound->counters.value[IPTFS_YANG_OUTER_RX_MISSED_PKTS]);
    json_t *inner = group(figures, "inner");
    set(group(inner, "delivered"), "pkts", delivered->pkts);
    set(json_object_get(inner, "delivered"), "octets", delivered->octets);
    set(inner, "incomplete", inbound->counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS]);
    json_t *counters = iptfs_summary_counters(&inbound->counters);
    add_linux_counters(inbound, json_object_get(counters, "linux"));
    json_object_set_new(figures, "counters", counters);
    return figures;
}

/* The likely mistakes, where nothing or next to nothing was good. */
static void tell_mistakes(const struct decap *decap, FILE *notes)
{
    const struct iptfs_inbound_sa *inbound = &decap->inbound;
    const char *path = decap->passage.reader.path.text;
    bool aggfrag = inbound->wire.config.mode->aggfrag;
    if (inbound->verdicts[IPTFS_OUTER_CODEC_BAD_ICV] > 0)
        fprintf(notes,
                "%s: %" PRIu64
                " packets are not authentic: are key, salt and ESN those of the SA?\n",
                path, inbound->verdicts[IPTFS_OUTER_CODEC_BAD_ICV]);
    if (inbound->verdicts[IPTFS_OUTER_CODEC_OTHER_SPI] > 0)
        fprintf(notes, "%s: %" PRIu64 " packets are of another SPI than 0x%08" PRIx32 "\n", path,
                inbound->verdicts[IPTFS_OUTER_CODEC_OTHER_SPI], inbound->wire.config.spi);
    if (inbound->other_headers > 0)
        fprintf(notes, "%s: %" PRIu64 " packets carry no %s: is another tunnel.mode meant?\n", path,
                inbound->other_headers, aggfrag ? "AGGFRAG payload" : "IP packet");
    if (inbound->verdicts[IPTFS_OUTER_CODEC_FRAGMENT] > 0)
        fprintf(notes, "%s: %" PRIu64 " packets left out: fragments of outer packets\n", path,
                inbound->verdicts[IPTFS_OUTER_CODEC_FRAGMENT]);
}

static int finish_decap(struct decap *decap, FILE *out, FILE *notes)
{
    struct passage *passage = &decap->passage;
    int code = iptfs_inbound_sa_close(&decap->inbound);
    if (code != IPTFS_OK)
        return iptfs_fail(passage->error, code, "decap: %s", iptfs_error_name(code));
    code = iptfs_capture_writer_commit(&passage->file, passage->error);
    if (code != IPTFS_OK)
        return code;
    json_t *figures = decap_figures(decap, notes);
    tell_mistakes(decap, notes);
    print_figures(passage, figures, out);
    json_decref(figures);
    return IPTFS_OK;
}

int iptfs_decap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error)
{
    struct decap *decap = calloc(1, sizeof *decap);
    if (decap == NULL)
        return iptfs_fail(error, IPTFS_E_NO_MEMORY, "out of memory");
    decap->passage.request = request;
    decap->passage.usual_scenario = usual_decap;
    decap->passage.error = error;
    int code = open_passage(&decap->passage);
    if (code == IPTFS_OK)
        code = open_decap(decap);
    if (code == IPTFS_OK)
        code = read_all(&decap->passage, receive_packet);
    if (code == IPTFS_OK) {
        receive_rest(decap);
        code = finish_decap(decap, out, notes);
    }
    iptfs_inbound_sa_free(&decap->inbound);
    close_passage(&decap->passage);
    free(decap);
    return code;
}
