/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/encap.h"

#include "base/units.h"
#include "endpoint/figures.h"
#include "endpoint/oseq.h"
#include "scenario/to_model.h"
#include "sender/sender.h"
#include "summary/summary.h"
#include "text/json_build.h"
#include "text/quantity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct encap {
    struct iptfs_endpoint endpoint;
    struct iptfs_store store;
    struct iptfs_counters counters;
    struct iptfs_trace trace;
    struct iptfs_sender sender;
    struct iptfs_outer_codec codec;
    struct iptfs_tally outer;
    struct iptfs_oseq oseq;
    FILE *notes;
    bool gap_noted;
    int64_t last_ps; /* time of the packet read before */
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
    struct iptfs_endpoint *endpoint = &encap->endpoint;
    int octets = iptfs_outer_codec_encode(&encap->codec, outer, encap->bytes, sizeof encap->bytes);
    if (endpoint->code == IPTFS_OK)
        endpoint->code = iptfs_oseq_reserve(&encap->oseq, outer->seq, endpoint->error);
    if (octets >= 0 && endpoint->code == IPTFS_OK) {
        iptfs_endpoint_write(endpoint, now_ps, encap->bytes, (uint32_t)octets);
        iptfs_tally_add(&encap->outer, (uint32_t)octets);
    } else if (endpoint->code == IPTFS_OK) {
        endpoint->code =
            iptfs_fail(endpoint->error, octets == IPTFS_E_UNBALANCED ? octets : IPTFS_E_INVALID,
                       "%s: outer packet %" PRIu64 " cannot be written: %s",
                       endpoint->reader.file.path.text, outer->seq, encap->codec.why);
    }
    iptfs_outer_processed(&encap->store, outer);
}

static int open_sender(struct encap *encap)
{
    struct iptfs_endpoint *endpoint = &encap->endpoint;
    struct iptfs_sender_config config = iptfs_config_sender(
        &endpoint->scenario.tunnel[IPTFS_FORWARD], &endpoint->scenario.link[IPTFS_FORWARD]);
    if (!config.mode->encrypted)
        return iptfs_endpoint_refuse_mode(endpoint, "encap", "a mode with ESP");
    if (config.congestion_info || config.mode->congestion)
        return iptfs_endpoint_refuse_mode(endpoint, "encap",
                                          "a mode that needs no answers from the other end");
    struct iptfs_sa_life life;
    iptfs_sa_life_init(&life, &config.sa_life);
    if (life.limited || config.sa_life.oseq > 0)
        return iptfs_fail(endpoint->error, IPTFS_E_INVALID,
                          "encap: found tunnel.%s, allowed: 0 (%s)",
                          life.rekeys    ? "rekey-after"
                          : life.limited ? "expire-after"
                                         : "oseq",
                          life.limited ? "there is one SA without end" : "see --seq-from");
    config.sa_life.esn = true; /* the codec refuses numbers without ESN */
    int code =
        iptfs_sender_init(&encap->sender, &config, &encap->store, &encap->counters, &encap->trace);
    if (code != IPTFS_OK)
        return iptfs_fail(endpoint->error, code, "encap: %s", iptfs_error_name(code));
    encap->sender.hooks = (struct iptfs_sender_hooks){.send = write_outer, .ctx = encap};
    encap->store.release = free_octets;
    code = iptfs_outer_codec_init(&encap->codec, &endpoint->codec);
    return code == IPTFS_OK
               ? code
               : iptfs_fail(endpoint->error, code, "encap: %s", iptfs_error_name(code));
}

/* Finds the first sequence number. */
static int open_numbers(struct encap *encap, FILE *notes)
{
    const struct iptfs_endpoint_request *request = encap->endpoint.request;
    int code = iptfs_oseq_open(&encap->oseq, &encap->endpoint.codec, request->sa.key_file,
                               request->seq_from, notes, encap->endpoint.error);
    encap->sender.packer.seq = encap->oseq.first - 1;
    encap->sender.packer.number = encap->oseq.first - 1;
    if (code == IPTFS_OK && request->seq_from == NULL && encap->oseq.first > 1 && !request->quiet)
        fprintf(notes, "%s: sequence numbers continue at %" PRIu64 "\n",
                iptfs_quoted_path(encap->oseq.path).text, encap->oseq.first);
    return code;
}

/* The numbers that were used are recorded, also when the command fails. */
static int close_numbers(struct encap *encap, struct iptfs_error *error)
{
    return iptfs_oseq_close(&encap->oseq, encap->sender.packer.seq + 1, error);
}

/* True for a whole IP packet; counts the others. */
static bool is_packet(struct iptfs_endpoint *endpoint, const struct iptfs_captured *packet,
                      struct iptfs_ip_header *ip)
{
    if (!iptfs_captured_ip(packet, ip)) {
        iptfs_endpoint_skip(endpoint, iptfs_captured_why(packet), 0);
        return false;
    }
    if (ip->octets > packet->captured) {
        iptfs_endpoint_skip(endpoint, IPTFS_SKIP_CUT, 0);
        return false;
    }
    return true;
}

/* A sender without memory sends nothing more, and would be woken for ever. */
static void check_store(struct encap *encap)
{
    if (encap->store.error != IPTFS_OK && encap->endpoint.code == IPTFS_OK)
        encap->endpoint.code = iptfs_fail_no_memory(encap->endpoint.error);
}

/* Says once that a gap of the capture becomes much output: "24 h become about 77 million packets".
 * Estimated from what the gap has become until `at_ps`. */
static void note_gap(struct encap *encap, int64_t from_ps, int64_t at_ps,
                     const struct iptfs_tally *before)
{
    static const double much_octets = 1e9;
    const struct iptfs_endpoint *endpoint = &encap->endpoint;
    int64_t gap_ps = endpoint->now_ps - from_ps;
    double share = (double)gap_ps / (double)(at_ps - from_ps);
    double octets = share * (double)(encap->outer.octets - before->octets);
    if (encap->gap_noted || endpoint->request->quiet || octets < much_octets)
        return;
    encap->gap_noted = true;
    fprintf(encap->notes,
            "%s: packet %" PRIu64 " comes %s after the one before it: about %.3g million outer "
            "packets (%s) until then\n",
            endpoint->reader.file.path.text, endpoint->number, iptfs_show_time(gap_ps).text,
            share * (double)(encap->outer.pkts - before->pkts) / 1e6,
            iptfs_show_octets((uint64_t)octets).text);
    fflush(encap->notes);
}

/* Sends what leaves before the packet that was read. */
static void send_until_now(struct encap *encap)
{
    enum {
        ESTIMATE_AFTER = 1000 /* packets */
    };
    struct iptfs_endpoint *endpoint = &encap->endpoint;
    const struct iptfs_tally before = encap->outer;
    int64_t next_ps, from_ps = encap->last_ps;
    while (endpoint->code == IPTFS_OK &&
           (next_ps = iptfs_sender_next_ps(&encap->sender)) < endpoint->now_ps) {
        iptfs_sender_wake(&encap->sender, next_ps);
        check_store(encap);
        if (encap->outer.pkts - before.pkts == ESTIMATE_AFTER && next_ps > from_ps)
            note_gap(encap, from_ps, next_ps, &before);
    }
    encap->last_ps = endpoint->now_ps;
}

static void send_packet(struct iptfs_endpoint *endpoint, const struct iptfs_captured *packet)
{
    struct encap *encap = (struct encap *)endpoint;
    struct iptfs_ip_header ip;
    if (!is_packet(endpoint, packet, &ip))
        return;
    send_until_now(encap);
    if (endpoint->code != IPTFS_OK)
        return;
    uint8_t *octets = malloc(ip.octets);
    if (octets == NULL) {
        endpoint->code = iptfs_fail_no_memory(endpoint->error);
        return;
    }
    memcpy(octets, packet->ip, ip.octets);
    if (ip.offloaded)
        iptfs_ip_header_complete(&ip, octets);
    struct iptfs_arrival arrival = {
        .at_ps = endpoint->now_ps,
        .handle = octets,
        .bytes = octets,
        .octets = ip.octets,
        .id = ip.id,
        .ip_version = ip.version,
        .tos = ip.tos,
        .df = ip.df,
    };
    iptfs_sender_offer(&encap->sender, &arrival);
    check_store(encap);
}

/* Sends what is still in the queue. */
static void send_rest(struct encap *encap)
{
    struct iptfs_sender *sender = &encap->sender;
    while ((sender->queue.head != NULL || sender->packer.partial != NULL) &&
           encap->endpoint.code == IPTFS_OK) {
        iptfs_sender_wake(sender, iptfs_sender_next_ps(sender));
        check_store(encap);
    }
}

/* NULL when memory ran out. */
static json_t *make_figures(const struct encap *encap)
{
    const struct iptfs_ledger *ledger = &encap->store.ledger;
    json_t *figures = json_object();
    iptfs_figures_input(&encap->endpoint, &figures);
    iptfs_figures_set(&figures, "inner.offered.pkts", ledger->offered.pkts);
    iptfs_figures_set(&figures, "inner.offered.octets", ledger->offered.octets);
    iptfs_figures_set(&figures, "inner.sent", encap->counters.value[IPTFS_YANG_INNER_TX_PKTS]);
    iptfs_figures_set(&figures, "inner.ce_marked", encap->sender.queue.marked_pkts);
    /* There is no receiver, so only drops at the sender are reported. */
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++) {
        char name[80];
        if (iptfs_drop_cause_place(cause) != IPTFS_DROP_AT_SENDER ||
            cause == IPTFS_DROP_TUNNEL_STOPPED) /* there is no circuit breaker here */
            continue;
        snprintf(name, sizeof name, "inner.dropped.%s", iptfs_drop_cause_name(cause));
        iptfs_figures_set(&figures, name, ledger->dropped[cause].pkts);
    }
    iptfs_figures_set(&figures, "outer.pkts", encap->outer.pkts);
    iptfs_figures_set(&figures, "outer.octets", encap->outer.octets);
    iptfs_figures_set(&figures, "outer.last-seq", encap->sender.packer.seq);
    iptfs_json_put(&figures, "counters", iptfs_summary_counters(&encap->counters));
    return figures;
}

static int write_esp_sa(const struct encap *encap)
{
    const struct iptfs_endpoint *endpoint = &encap->endpoint;
    struct iptfs_outfile file = {0};
    int code = iptfs_outfile_open_private(&file, endpoint->request->esp_sa_path, endpoint->error);
    if (code != IPTFS_OK)
        return code;
    setvbuf(file.file, NULL, _IONBF, 0); /* no copy of the key stays in a buffer */
    iptfs_sa_write_wireshark(&endpoint->codec, 1, file.file);
    return iptfs_outfile_commit(&file, endpoint->error);
}

static int finish(struct encap *encap, FILE *out, FILE *notes)
{
    struct iptfs_endpoint *endpoint = &encap->endpoint;
    if (encap->store.ledger.offered.pkts == 0)
        return iptfs_capture_reader_refuse(&endpoint->reader, "", "whole IP packet",
                                           endpoint->error);
    int code = close_numbers(encap, endpoint->error);
    if (code == IPTFS_OK && endpoint->request->esp_sa_path != NULL)
        code = write_esp_sa(encap);
    if (code == IPTFS_OK)
        code = iptfs_endpoint_commit(endpoint);
    if (code != IPTFS_OK)
        return code;
    json_t *figures = make_figures(encap);
    code = iptfs_figures_print(endpoint, figures, out);
    json_decref(figures);
    if (code == IPTFS_OK)
        iptfs_figures_note_input(endpoint, notes);
    return code;
}

int iptfs_encap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error)
{
    struct encap *encap = calloc(1, sizeof *encap);
    if (encap == NULL)
        return iptfs_fail_no_memory(error);
    encap->notes = notes;
    iptfs_store_init(&encap->store);
    int code =
        iptfs_endpoint_open(&encap->endpoint, request, IPTFS_ENDPOINT_SCENARIO, notes, error);
    if (code == IPTFS_OK)
        code = open_sender(encap);
    if (code == IPTFS_OK)
        code = open_numbers(encap, notes);
    if (code == IPTFS_OK)
        code = iptfs_endpoint_read(&encap->endpoint, send_packet);
    if (code == IPTFS_OK) {
        send_rest(encap);
        code = encap->endpoint.code;
    }
    if (code == IPTFS_OK)
        code = finish(encap, out, notes);
    struct iptfs_error reported = {0};
    close_numbers(encap, &reported); /* after an error, which is the one to report */
    iptfs_store_close(&encap->store);
    iptfs_sender_clear(&encap->sender);
    iptfs_store_free(&encap->store);
    iptfs_outer_codec_free(&encap->codec);
    iptfs_endpoint_close(&encap->endpoint);
    free(encap);
    return code;
}
