/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "endpoint/decap.h"

#include "base/units.h"
#include "endpoint/figures.h"
#include "endpoint/oseq.h"
#include "scenario/to_model.h"
#include "summary/summary.h"
#include "text/json_build.h"
#include "wire/inbound_sa.h"

#include <inttypes.h>
#include <stdlib.h>

/* A CE mark on an outer packet is copied to ECN-capable inner packets whatever the sender does with
 * ECN. No packet is dropped for a mark: the output shows what the capture holds. */
static const char default_scenario[] = IPTFS_ENDPOINT_SCENARIO "[tunnel]\necn-decap = mark\n";

struct decap {
    struct iptfs_endpoint endpoint;
    struct iptfs_inbound_sa inbound;
    uint8_t bytes[IPTFS_PACKET_MAX_OCTETS];
};

static void write_inner(void *ctx, int64_t now_ps, struct iptfs_inner *inner, bool again)
{
    struct decap *decap = ctx;
    (void)again; /* a capture has each copy as a packet */
    iptfs_inner_copy(NULL, inner, inner->tos, 0, inner->octets, decap->bytes);
    iptfs_endpoint_write(&decap->endpoint, now_ps, decap->bytes, inner->octets);
}

static int open_receiver(struct decap *decap)
{
    struct iptfs_endpoint *endpoint = &decap->endpoint;
    struct iptfs_receiver_config config =
        iptfs_config_receiver(&endpoint->scenario.tunnel[IPTFS_FORWARD]);
    if (!endpoint->codec.mode->encrypted || endpoint->codec.mode->transport)
        return iptfs_endpoint_refuse_mode(endpoint, "decap", "a mode with ESP in tunnel mode");
    if (endpoint->request->sa.spi == NULL)
        endpoint->codec.spi = 0;
    uint64_t first = 1;
    const char *from = endpoint->request->seq_from;
    if (from != NULL &&
        iptfs_oseq_parse(from, endpoint->codec.esn, &first, endpoint->error) != IPTFS_OK)
        return IPTFS_E_INVALID;
    int code = iptfs_inbound_sa_init(&decap->inbound, &endpoint->codec, &config);
    iptfs_inbound_sa_begin(&decap->inbound, first);
    iptfs_inbound_sa_deliver_to(&decap->inbound, write_inner, decap);
    return code == IPTFS_OK
               ? code
               : iptfs_fail(endpoint->error, code, "decap: %s", iptfs_error_name(code));
}

/* How the packets that do not reach the SA are counted. */
static void count_skipped(struct decap *decap, const struct iptfs_captured *packet,
                          enum iptfs_outer_codec_verdict verdict)
{
    struct iptfs_endpoint *endpoint = &decap->endpoint;
    uint8_t protocol = decap->inbound.protocol;
    switch (verdict) {
    case IPTFS_OUTER_CODEC_NOT_IP:
        iptfs_endpoint_skip(endpoint, iptfs_captured_why(packet), 0);
        break;
    case IPTFS_OUTER_CODEC_CUT:
        iptfs_endpoint_skip(endpoint, IPTFS_SKIP_CUT, 0);
        break;
    case IPTFS_OUTER_CODEC_FRAGMENT:
        iptfs_endpoint_skip(endpoint, IPTFS_SKIP_FRAGMENT, 0);
        break;
    case IPTFS_OUTER_CODEC_IKE:
        iptfs_endpoint_skip(endpoint, IPTFS_SKIP_IKE, 0);
        break;
    case IPTFS_OUTER_CODEC_KEEPALIVE:
        iptfs_endpoint_skip(endpoint, IPTFS_SKIP_KEEPALIVE, 0);
        break;
    case IPTFS_OUTER_CODEC_NOT_ESP:
        iptfs_endpoint_skip(endpoint, iptfs_skip_of_protocol(protocol), protocol);
        break;
    default:
        break;
    }
}

static void receive_packet(struct iptfs_endpoint *endpoint, const struct iptfs_captured *packet)
{
    struct decap *decap = (struct decap *)endpoint;
    int64_t next_ps;
    while ((next_ps = iptfs_inbound_sa_next_ps(&decap->inbound)) < endpoint->now_ps)
        iptfs_inbound_sa_wake(&decap->inbound, next_ps);
    count_skipped(
        decap, packet,
        iptfs_inbound_sa_input(&decap->inbound, endpoint->now_ps, packet->ip, packet->captured));
}

/* Runs the timers until nothing is waited for. */
static void receive_rest(struct decap *decap)
{
    int64_t next_ps;
    while ((next_ps = iptfs_inbound_sa_next_ps(&decap->inbound)) != IPTFS_NEVER)
        iptfs_inbound_sa_wake(&decap->inbound, next_ps);
}

/* The counters, and those of Linux for packets that do not reach the model. */
static void add_counters(const struct iptfs_inbound_sa *inbound, json_t **figures)
{
    const uint64_t *verdicts = inbound->verdicts;
    struct iptfs_counters counters = inbound->counters;
    counters.value[IPTFS_XFRM_IN_HDR_ERROR] += verdicts[IPTFS_OUTER_CODEC_SHORT];
    iptfs_json_put(figures, "counters", iptfs_summary_counters(&counters));
    iptfs_figures_set(figures, "counters.linux.XfrmInNoStates",
                      verdicts[IPTFS_OUTER_CODEC_OTHER_SPI]);
    iptfs_figures_set(figures, "counters.linux.XfrmInStateProtoError",
                      verdicts[IPTFS_OUTER_CODEC_BAD_ICV] +
                          verdicts[IPTFS_OUTER_CODEC_BAD_TRAILER]);
    iptfs_figures_set(figures, "counters.linux.XfrmInStateModeError", inbound->other_headers);
}

static void add_outer_figures(const struct iptfs_inbound_sa *inbound, json_t **figures)
{
    const uint64_t *counters = inbound->counters.value, *verdicts = inbound->verdicts;
    iptfs_figures_set(figures, "outer.spi", inbound->wire.spi_known ? inbound->wire.config.spi : 0);
    iptfs_figures_set(figures, "outer.good", verdicts[IPTFS_OUTER_CODEC_GOOD]);
    iptfs_figures_set(figures, "outer.other-spi", verdicts[IPTFS_OUTER_CODEC_OTHER_SPI]);
    iptfs_figures_set(figures, "outer.short", verdicts[IPTFS_OUTER_CODEC_SHORT]);
    iptfs_figures_set(figures, "outer.bad-icv", verdicts[IPTFS_OUTER_CODEC_BAD_ICV]);
    iptfs_figures_set(figures, "outer.bad-trailer", verdicts[IPTFS_OUTER_CODEC_BAD_TRAILER]);
    iptfs_figures_set(figures, "outer.dummy", inbound->dummies);
    iptfs_figures_set(figures, "outer.other-next-header", inbound->other_headers);
    iptfs_figures_set(figures, "outer.replay", counters[IPTFS_XFRM_IN_STATE_SEQ_ERROR]);
    iptfs_figures_set(figures, "outer.late", iptfs_receiver_late_pkts(&inbound->receiver));
    iptfs_figures_set(figures, "outer.duplicate",
                      iptfs_receiver_duplicate_pkts(&inbound->receiver));
    iptfs_figures_set(figures, "outer.missed", counters[IPTFS_YANG_OUTER_RX_MISSED_PKTS]);
}

/* NULL when memory ran out. */
static json_t *make_figures(const struct decap *decap)
{
    const struct iptfs_inbound_sa *inbound = &decap->inbound;
    const struct iptfs_tally *delivered = &inbound->store.ledger.delivered;
    json_t *figures = json_object();
    iptfs_figures_input(&decap->endpoint, &figures);
    add_outer_figures(inbound, &figures);
    iptfs_figures_set(&figures, "inner.delivered.pkts", delivered->pkts);
    iptfs_figures_set(&figures, "inner.delivered.octets", delivered->octets);
    iptfs_figures_set(&figures, "inner.incomplete",
                      inbound->counters.value[IPTFS_YANG_INNER_RX_INCOMPLETE_PKTS]);
    iptfs_figures_set(&figures, "inner.ce-not-ect",
                      inbound->store.ledger.dropped[IPTFS_DROP_CE_NOT_ECT].pkts);
    iptfs_figures_set(&figures, "inner.ecn-dangerous",
                      inbound->store.ecn_alarms[IPTFS_ECN_DANGEROUS]);
    iptfs_figures_set(&figures, "inner.ecn-possibly-dangerous",
                      inbound->store.ecn_alarms[IPTFS_ECN_POSSIBLY_DANGEROUS]);
    add_counters(inbound, &figures);
    return figures;
}

/* Notes that name the likely mistake of the user. */
static void note_outer(const struct decap *decap, FILE *notes)
{
    const struct iptfs_inbound_sa *inbound = &decap->inbound;
    const struct iptfs_endpoint *endpoint = &decap->endpoint;
    char text[120];
    iptfs_figures_note(endpoint, inbound->verdicts[IPTFS_OUTER_CODEC_BAD_ICV],
                       "are not authentic: check key, salt and --esn", notes);
    snprintf(text, sizeof text, "have another SPI than 0x%08" PRIx32, inbound->wire.config.spi);
    iptfs_figures_note(endpoint, inbound->verdicts[IPTFS_OUTER_CODEC_OTHER_SPI], text, notes);
    snprintf(text, sizeof text, "carry no %s: check tunnel.mode",
             inbound->wire.config.mode->aggfrag ? "AGGFRAG payload" : "IP packet");
    iptfs_figures_note(endpoint, inbound->other_headers, text, notes);
}

/* The error for a capture of which nothing is of the SA. */
static int refuse_input(const struct decap *decap)
{
    const struct iptfs_inbound_sa *inbound = &decap->inbound;
    char other_spi[48], more[240] = "";
    snprintf(other_spi, sizeof other_spi, "of another SPI than 0x%08" PRIx32,
             inbound->wire.config.spi);
    const struct {
        enum iptfs_outer_codec_verdict verdict;
        const char *text;
    } rows[] = {
        {IPTFS_OUTER_CODEC_BAD_ICV, "not authentic: check key, salt and --esn"},
        {IPTFS_OUTER_CODEC_OTHER_SPI, other_spi},
        {IPTFS_OUTER_CODEC_SHORT, "too short for ESP"},
        {IPTFS_OUTER_CODEC_BAD_TRAILER, "with a malformed trailer: check tunnel.cipher"},
    };
    size_t length = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (inbound->verdicts[rows[i].verdict] > 0 && length < sizeof more)
            length += (size_t)snprintf(more + length, sizeof more - length, "; %" PRIu64 " %s",
                                       inbound->verdicts[rows[i].verdict], rows[i].text);
    return iptfs_capture_reader_refuse(&decap->endpoint.reader, more,
                                       "authentic ESP packet of the SA", decap->endpoint.error);
}

static int finish(struct decap *decap, FILE *out, FILE *notes)
{
    struct iptfs_endpoint *endpoint = &decap->endpoint;
    int code = iptfs_inbound_sa_close(&decap->inbound);
    if (code != IPTFS_OK)
        return iptfs_fail(endpoint->error, code, "decap: %s", iptfs_error_name(code));
    if (decap->inbound.verdicts[IPTFS_OUTER_CODEC_GOOD] == 0)
        return refuse_input(decap);
    code = iptfs_endpoint_commit(endpoint);
    if (code != IPTFS_OK)
        return code;
    json_t *figures = make_figures(decap);
    code = iptfs_figures_print(endpoint, figures, out);
    json_decref(figures);
    if (code != IPTFS_OK)
        return code;
    iptfs_figures_note_input(endpoint, notes);
    note_outer(decap, notes);
    return IPTFS_OK;
}

int iptfs_decap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error)
{
    struct decap *decap = calloc(1, sizeof *decap);
    if (decap == NULL)
        return iptfs_fail_no_memory(error);
    int code = iptfs_endpoint_open(&decap->endpoint, request, default_scenario, notes, error);
    if (code == IPTFS_OK)
        code = open_receiver(decap);
    if (code == IPTFS_OK)
        code = iptfs_endpoint_read(&decap->endpoint, receive_packet);
    if (code == IPTFS_OK) {
        receive_rest(decap);
        code = finish(decap, out, notes);
    }
    iptfs_inbound_sa_free(&decap->inbound);
    iptfs_endpoint_close(&decap->endpoint);
    free(decap);
    return code;
}
