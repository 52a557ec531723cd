/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/results.h"

#include "base/units.h"
#include "scenario/config.h"
#include "text/csv.h"
#include "text/quantity.h"
#include "traffic/host.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Enough digits to tell picoseconds in an hour apart, and none that are noise. */
enum {
    REAL_DIGITS = 15
};

static void set_count(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void set_real(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, json_real(value));
}

/* What cannot be known, given as NaN, is null. */
static void set_known(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, isnan(value) ? json_null() : json_real(value));
}

static void set_tally(json_t *object, const char *name, const struct iptfs_tally *tally)
{
    json_t *pair = json_object();
    set_count(pair, "pkts", tally->pkts);
    set_count(pair, "octets", tally->octets);
    json_object_set_new(object, name, pair);
}

static double ratio(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0.0;
}

static double bits_per_second(uint64_t octets, int64_t time_ps)
{
    return (double)octets * 8.0 / iptfs_seconds(time_ps);
}

/* Octets that the tunnel puts on the wire beyond those it carries, in parts of these. */
static double overhead(const struct iptfs_tunnel *tunnel)
{
    uint64_t outer = tunnel->link->stats.sent.octets;
    return tunnel->data_octets > 0 ? ratio(outer, tunnel->data_octets) - 1.0 : 0.0;
}

static json_t *inner_json(const struct iptfs_tunnel *tunnel, uint64_t skipped_pkts)
{
    const struct iptfs_ledger *ledger = &tunnel->store.ledger;
    json_t *inner = json_object();
    set_tally(inner, "offered", &ledger->offered);
    set_tally(inner, "delivered", &ledger->delivered);
    json_t *dropped = json_object();
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        set_count(dropped, iptfs_drop_cause_name(cause), ledger->dropped[cause].pkts);
    json_object_set_new(inner, "dropped", dropped);
    set_count(inner, "in_flight", tunnel->in_flight_pkts);
    set_count(inner, "delivered_again", tunnel->delivered_again);
    set_count(inner, "ce_marked", tunnel->sender.queue.marked_pkts);
    set_count(inner, "icmp_sent", tunnel->sender.icmp_sent);
    set_count(inner, "local_errors", tunnel->sender.local_errors);
    set_count(inner, "skipped", skipped_pkts);
    return inner;
}

static json_t *outer_json(const struct iptfs_tunnel *tunnel)
{
    const struct iptfs_link_stats *stats = &tunnel->link->stats;
    struct iptfs_tally lost = iptfs_link_lost(stats);
    json_t *outer = json_object();
    set_tally(outer, "sent", &stats->sent);
    set_tally(outer, "received", &stats->received);
    set_tally(outer, "lost", &lost);
    json_t *lost_by = json_object();
    set_count(lost_by, "link-mtu", stats->lost[IPTFS_DROP_LINK_MTU].pkts);
    set_count(lost_by, "link-queue", stats->lost[IPTFS_DROP_LINK_QUEUE].pkts);
    set_count(lost_by, "link-loss", stats->lost[IPTFS_DROP_LINK_LOSS].pkts);
    set_count(lost_by, "blackout", stats->lost[IPTFS_DROP_BLACKOUT].pkts);
    json_object_set_new(outer, "lost_by", lost_by);
    set_count(outer, "lost_in_bursts",
              iptfs_impairments_lost_pkts(&tunnel->link->impairments, &iptfs_impair_gemodel));
    set_count(outer, "reordered", stats->reordered_pkts);
    set_count(outer, "duplicated", stats->duplicated.pkts);
    set_count(outer, "ce_marked", stats->ce_marked_pkts);
    set_count(outer, "in_flight", stats->in_flight.pkts);
    set_count(outer, "late", iptfs_tunnel_late_pkts(tunnel));
    set_count(outer, "held_max", iptfs_tunnel_held_max(tunnel));
    set_count(outer, "empty_pkts", tunnel->sender.empty_pkts);
    set_count(outer, "rekeys", tunnel->sender.packer.sa);
    set_count(outer, "space_octets", tunnel->sender.packer.payload_octets);
    set_real(outer, "mean_fill", ratio(tunnel->data_octets, tunnel->payload_octets));
    set_real(outer, "overhead", overhead(tunnel));
    set_real(outer, "padding_share", ratio(tunnel->pad_octets, stats->sent.octets));
    set_known(outer, "gap_cv", iptfs_burstiness_gap_cv(&tunnel->burst));
    set_known(outer, "dispersion", iptfs_burstiness_dispersion(&tunnel->burst));
    return outer;
}

static json_t *delay_json(const struct iptfs_delays *delays)
{
    static const struct {
        const char *name;
        double p;
    } quantiles[] = {{"min", 0}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"max", 1}};
    json_t *delay = json_object();
    if (delays->count == 0) {
        json_object_set_new(delay, "mean", json_null());
        for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
            json_object_set_new(delay, quantiles[i].name, json_null());
        return delay;
    }
    set_real(delay, "mean", iptfs_delays_mean_ps(delays) / (double)IPTFS_PS_PER_S);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        set_real(delay, quantiles[i].name,
                 iptfs_seconds(iptfs_delays_quantile_ps(delays, quantiles[i].p)));
    return delay;
}

/* How unevenly delivered packets come; delays of one flow (NULL: all) and all its delays. */
static json_t *jitter_json(const struct iptfs_flows *flows, const struct iptfs_flow *flow,
                           const struct iptfs_delays *delays)
{
    json_t *jitter = json_object();
    bool known = delays->count > 0;
    int64_t spread_ps =
        iptfs_delays_quantile_ps(delays, 0.99) - iptfs_delays_quantile_ps(delays, 0.5);
    double mean_ps = iptfs_flows_jitter_ps(flows, flow);
    set_known(jitter, "mean", known ? mean_ps / (double)IPTFS_PS_PER_S : (double)NAN);
    set_known(jitter, "p99_p50", known ? iptfs_seconds(spread_ps) : (double)NAN);
    return jitter;
}

/* What those of `whole` delivered packets waited that did. */
static json_t *waits_json(const struct iptfs_delays *waits, uint64_t whole)
{
    json_t *object = json_object();
    bool known = whole > 0;
    double mean_ps = iptfs_delays_mean_among_ps(waits, whole);
    set_known(object, "mean", known ? mean_ps / (double)IPTFS_PS_PER_S : (double)NAN);
    set_known(object, "p99",
              known ? iptfs_seconds(iptfs_delays_quantile_among_ps(waits, whole, 0.99))
                    : (double)NAN);
    set_known(object, "max",
              known ? iptfs_seconds(iptfs_delays_quantile_among_ps(waits, whole, 1)) : (double)NAN);
    set_known(object, "share", known ? ratio(waits->count, whole) : (double)NAN);
    return object;
}

/* Inner packets lost behind the sender for each outer packet lost on the link; NaN without these.
 */
static double loss_amplification(const struct iptfs_tunnel *tunnel)
{
    uint64_t inner = 0, outer = iptfs_link_lost(&tunnel->link->stats).pkts;
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (iptfs_drop_cause_place(cause) != IPTFS_DROP_AT_SENDER)
            inner += tunnel->store.ledger.dropped[cause].pkts;
    return outer > 0 ? ratio(inner, outer) : (double)NAN;
}

static json_t *flow_json(const struct iptfs_flows *flows, const struct iptfs_flow *flow)
{
    const struct iptfs_delays *delays = &flow->delivered.delays;
    struct iptfs_tally delivered = {delays->count, flow->delivered.octets};
    struct iptfs_tally offered = {
        delivered.pkts + flow->lost.pkts + flow->in_flight.pkts,
        delivered.octets + flow->lost.octets + flow->in_flight.octets,
    };
    json_t *object = json_object();
    set_tally(object, "offered", &offered);
    set_tally(object, "delivered", &delivered);
    set_count(object, "lost", flow->lost.pkts);
    set_count(object, "in_flight", flow->in_flight.pkts);
    set_real(object, "loss", ratio(flow->lost.pkts, offered.pkts));
    json_object_set_new(object, "delay_s", delay_json(delays));
    json_object_set_new(object, "jitter_s", jitter_json(flows, flow, delays));
    return object;
}

/* The tunnel that the packets of a section go through in this direction: for traffic with tunnel =
 * off, the one that is none. */
static const struct iptfs_tunnel *tunnel_of(const struct iptfs_results *results,
                                            enum iptfs_direction direction,
                                            const struct iptfs_traffic_options *traffic)
{
    bool beside = iptfs_traffic_beside(traffic);
    return beside ? results->beside[direction] : results->tunnel[direction];
}

/* Whether a section has packets in this direction: ns-3's hosts answer. */
static bool goes(const struct iptfs_traffic_options *traffic, enum iptfs_direction direction)
{
    return traffic->direction == direction || iptfs_traffic_hosted(traffic);
}

/* What ns3's applications and sockets saw. */
static void set_hosts(json_t *object, const struct iptfs_hosts_report *report, bool tcp)
{
    set_real(object, "goodput_bps", report->goodput_bps);
    set_count(object, "sent_octets", report->sent_octets);
    set_count(object, "received_octets", report->received_octets);
    set_known(object, "fairness", report->fairness);
    if (!tcp)
        return;
    set_count(object, "acked_octets", report->acked_octets);
    set_count(object, "segments", report->segments);
    set_count(object, "retransmissions", report->retransmissions);
    set_count(object, "timeouts", report->timeouts);
    set_count(object, "transfers", report->transfers);
    json_object_set_new(object, "completion_s", delay_json(report->completion));
    json_object_set_new(object, "rtt_s", delay_json(report->rtt));
}

/* The flows of a direction by their names; those that no figures of their own are kept of are left
 * out. */
static json_t *flows_json(const struct iptfs_results *results, enum iptfs_direction direction)
{
    static const struct iptfs_flow nothing;
    const struct iptfs_scenario *scenario = results->scenario;
    json_t *object = json_object();
    for (size_t i = 0; i < scenario->traffic_count && i < IPTFS_FLOWS_MAX - 1; i++) {
        const struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        struct iptfs_hosts_report report;
        if (!goes(traffic, direction))
            continue;
        const struct iptfs_flows *flows = &tunnel_of(results, direction, traffic)->flows;
        json_t *one = flow_json(flows, flows->flow[i] != NULL ? flows->flow[i] : &nothing);
        if (traffic->direction == direction && results->hosts != NULL &&
            iptfs_hosts_report(results->hosts, i, scenario->duration_ps, &report))
            set_hosts(one, &report, iptfs_traffic_type_of(traffic)->tcp);
        json_object_set_new(object, traffic->name, one);
    }
    return object;
}

/* Whether flows are told of one by one. */
static bool tells_flows(const struct iptfs_scenario *scenario)
{
    return scenario->traffic_count > 1 ||
           (scenario->traffic_count == 1 && iptfs_traffic_hosted(&scenario->traffic[0]));
}

/* The object of this name in `parent`, made when it is not there; "" is the parent itself. */
static json_t *child(json_t *parent, const char *name)
{
    if (name[0] == '\0')
        return parent;
    if (json_object_get(parent, name) == NULL)
        json_object_set_new(parent, name, json_object());
    return json_object_get(parent, name);
}

json_t *iptfs_results_counters(const struct iptfs_counters *counters)
{
    json_t *all = json_object();
    for (int i = 0; i < IPTFS_COUNTER_COUNT; i++) {
        const struct iptfs_counter_name *name = iptfs_counter_name((enum iptfs_counter)i);
        json_t *group = child(child(all, name->family), name->group);
        set_count(group, name->name, counters->value[i]);
    }
    return all;
}

static json_t *leak_json(const struct iptfs_leak_report *leak)
{
    json_t *object = json_object();
    set_real(object, "outer_size_entropy_bits", leak->size_bits);
    set_real(object, "outer_gap_entropy_bits", leak->gap_bits);
    set_real(object, "outer_tos_entropy_bits", leak->tos_bits);
    set_real(object, "load_entropy_bits", leak->load_bits);
    set_real(object, "mutual_information_bits", leak->pkts.bits);
    set_real(object, "mutual_information_noise_bits", leak->pkts.noise_bits);
    set_real(object, "mutual_information_octets_bits", leak->octets.bits);
    set_real(object, "mutual_information_octets_noise_bits", leak->octets.noise_bits);
    set_count(object, "intervals", leak->intervals);
    return object;
}

static json_t *breaker_json(const struct iptfs_circuit_breaker *breaker)
{
    json_t *object = json_object();
    json_object_set_new(object, "tripped", json_boolean(breaker->tripped));
    if (breaker->tripped) {
        set_real(object, "at_s", iptfs_seconds(breaker->tripped_ps));
        set_real(object, "loss", breaker->tripped_loss);
    } else {
        json_object_set_new(object, "at_s", json_null());
        json_object_set_new(object, "loss", json_null());
    }
    return object;
}

/* Where congestion control stands at the end. */
static json_t *congestion_json(const struct iptfs_tfrc *tfrc)
{
    json_t *object = json_object();
    if (tfrc->rtt_ps > 0)
        set_real(object, "rtt_s", iptfs_seconds(tfrc->rtt_ps));
    else
        json_object_set_new(object, "rtt_s", json_null());
    set_real(object, "loss_event_rate", tfrc->p);
    set_real(object, "allowed_pps", tfrc->rate_pps);
    set_count(object, "halvings", tfrc->halvings);
    return object;
}

static bool is_controlled(const struct iptfs_tunnel *tunnel)
{
    return tunnel->sender.config.mode->congestion && tunnel->sender.congestion != NULL;
}

static void set_direction(json_t *object, const struct iptfs_results *results,
                          enum iptfs_direction direction)
{
    const struct iptfs_tunnel *tunnel = results->tunnel[direction];
    const struct iptfs_ledger *ledger = &tunnel->store.ledger;
    const struct iptfs_delays *delays = &tunnel->delivered.delays;
    int64_t duration_ps = results->scenario->duration_ps;
    json_object_set_new(object, "inner", inner_json(tunnel, results->skipped_pkts[direction]));
    json_object_set_new(object, "outer", outer_json(tunnel));
    json_object_set_new(object, "delay_s", delay_json(delays));
    json_object_set_new(object, "jitter_s", jitter_json(&tunnel->flows, NULL, delays));
    json_object_set_new(object, "stall_s", waits_json(&tunnel->waits.stall, delays->count));
    json_object_set_new(object, "gather_s", waits_json(&tunnel->waits.gather, delays->count));
    set_known(object, "loss_amplification", loss_amplification(tunnel));
    set_real(object, "goodput_bps", bits_per_second(ledger->delivered.octets, duration_ps));
    set_real(object, "outer_bps", bits_per_second(tunnel->link->stats.sent.octets, duration_ps));
    if (results->leak[direction] != NULL)
        json_object_set_new(object, "leak", leak_json(results->leak[direction]));
    if (is_controlled(tunnel))
        json_object_set_new(object, "congestion", congestion_json(&tunnel->congestion.tfrc));
    if (tunnel->breaker.config.loss > 0)
        json_object_set_new(object, "breaker", breaker_json(&tunnel->breaker));
    if (tells_flows(results->scenario))
        json_object_set_new(object, "flows", flows_json(results, direction));
    json_object_set_new(object, "counters", iptfs_results_counters(&tunnel->counters));
    json_object_set_new(object, "ledger_balanced",
                        json_boolean(iptfs_ledger_balanced(ledger, tunnel->in_flight_pkts)));
}

static const char *const end_names[IPTFS_ENDS] = {"initiator", "responder"};

static json_t *negotiation_json(const struct iptfs_agreement *agreement)
{
    json_t *object = json_object();
    bool refused = agreement->outcome == IPTFS_AGGFRAG_REFUSED;
    json_object_set_new(object, "aggfrag", json_string(iptfs_outcome_name(agreement->outcome)));
    json_object_set_new(object, "refused_by",
                        json_string(refused ? end_names[agreement->refuser] : ""));
    for (int i = 0; i < IPTFS_ENDS; i++) {
        json_t *end = json_object();
        set_count(end, "flags", agreement->flags[i]);
        json_object_set_new(end, "may_fragment", json_boolean(agreement->may_fragment[i]));
        json_object_set_new(end, "congestion_information",
                            json_string(iptfs_feedback_name(agreement->feedback[i])));
        json_object_set_new(object, end_names[i], end);
    }
    return object;
}

json_t *iptfs_results_json(const struct iptfs_results *results)
{
    const struct iptfs_scenario *scenario = results->scenario;
    json_t *summary = json_object();
    json_object_set_new(summary, "name", json_string(scenario->name));
    json_object_set_new(summary, "version", json_string(IPTFS_VERSION));
    set_count(summary, "seed", results->seed);
    set_count(summary, "run", results->run);
    set_real(summary, "simulated_s", iptfs_seconds(scenario->duration_ps));
    set_direction(summary, results, IPTFS_FORWARD);
    if (results->tunnel[IPTFS_REVERSE] != NULL) {
        json_t *reverse = json_object();
        set_direction(reverse, results, IPTFS_REVERSE);
        json_object_set_new(summary, "reverse", reverse);
    }
    struct iptfs_agreement agreement = iptfs_config_agreement(scenario);
    json_object_set_new(summary, "negotiation", negotiation_json(&agreement));
    return summary;
}

int iptfs_results_write_json(const json_t *summary, FILE *out)
{
    if (json_dumpf(summary, out, JSON_INDENT(2) | JSON_REAL_PRECISION(REAL_DIGITS)) != 0 ||
        fputc('\n', out) == EOF)
        return IPTFS_E_IO;
    return IPTFS_OK;
}

enum csv_line {
    CSV_NAMES,
    CSV_VALUES
};

static void write_csv_value(const json_t *value, FILE *out)
{
    if (json_is_string(value))
        iptfs_csv_text(json_string_value(value), out);
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "%.*g", REAL_DIGITS, json_real_value(value));
    else if (!json_is_null(value)) /* what is not known is an empty field */
        fputs(json_is_true(value) ? "true" : "false", out);
}

/* Writes the names or the values below `object`; `path` holds the names above it. */
static void write_csv_line(const json_t *object, enum csv_line line, char *path, size_t size,
                           bool *first, FILE *out)
{
    size_t length = strlen(path);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        snprintf(path + length, size - length, "%s%s", length > 0 ? "." : "", name);
        if (json_is_object(value)) {
            write_csv_line(value, line, path, size, first, out);
        } else {
            if (!*first)
                fputc(',', out);
            *first = false;
            if (line == CSV_NAMES)
                fputs(path, out);
            else
                write_csv_value(value, out);
        }
        path[length] = '\0';
    }
}

int iptfs_results_write_csv(const json_t *summary, FILE *out)
{
    for (int line = CSV_NAMES; line <= CSV_VALUES; line++) {
        char path[256] = "";
        bool first = true;
        write_csv_line(summary, (enum csv_line)line, path, sizeof path, &first, out);
        fputc('\n', out);
    }
    return ferror(out) ? IPTFS_E_IO : IPTFS_OK;
}

static struct iptfs_text grouped(uint64_t value)
{
    char digits[32];
    struct iptfs_text text;
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text.text[at++] = ',';
        text.text[at++] = digits[i];
    }
    text.text[at] = '\0';
    return text;
}

static void write_row(FILE *out, const char *label, const struct iptfs_tally *tally,
                      uint64_t whole_pkts)
{
    fprintf(out, "  %-18s %15s %19s", label, grouped(tally->pkts).text,
            grouped(tally->octets).text);
    if (whole_pkts > 0)
        fprintf(out, "  %7.3f %%", 100.0 * ratio(tally->pkts, whole_pkts));
    fputc('\n', out);
}

static void write_inner(const struct iptfs_tunnel *tunnel, FILE *out)
{
    const struct iptfs_ledger *ledger = &tunnel->store.ledger;
    uint64_t offered = ledger->offered.pkts;
    fprintf(out, "%-20s %15s %19s\n", "Inner packets", "packets", "octets");
    write_row(out, "offered", &ledger->offered, 0);
    write_row(out, "delivered", &ledger->delivered, offered);
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (ledger->dropped[cause].pkts > 0) {
            char label[64];
            snprintf(label, sizeof label, "- %s", iptfs_drop_cause_name(cause));
            write_row(out, label, &ledger->dropped[cause], offered);
        }
    if (tunnel->in_flight_pkts > 0)
        fprintf(out, "  %-18s %15s\n", "in flight", grouped(tunnel->in_flight_pkts).text);
}

static void write_causes(const struct iptfs_tunnel *tunnel, FILE *out)
{
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (tunnel->store.ledger.dropped[cause].pkts > 0)
            fprintf(out, "  - %s: %s\n", iptfs_drop_cause_name(cause),
                    iptfs_drop_cause_meaning(cause));
    if (tunnel->sender.icmp_sent > 0)
        fprintf(out, "  %s ICMP \"fragmentation needed\" with MTU %" PRIu32 " went back\n",
                grouped(tunnel->sender.icmp_sent).text, tunnel->sender.packer.payload_octets);
    if (tunnel->sender.local_errors > 0)
        fprintf(out, "  %s local senders got \"message too long\"\n",
                grouped(tunnel->sender.local_errors).text);
    if (tunnel->sender.queue.marked_pkts > 0)
        fprintf(out, "  %s packets got a CE mark in the sender's queue\n",
                grouped(tunnel->sender.queue.marked_pkts).text);
}

static void write_outer(const struct iptfs_tunnel *tunnel, FILE *out)
{
    const struct iptfs_link_stats *stats = &tunnel->link->stats;
    struct iptfs_tally lost = iptfs_link_lost(stats);
    fprintf(out, "%-20s %15s %19s\n", "Outer packets", "packets", "octets");
    write_row(out, "sent", &stats->sent, 0);
    write_row(out, "received", &stats->received, stats->sent.pkts);
    if (lost.pkts > 0)
        write_row(out, "lost", &lost, stats->sent.pkts);
    if (stats->duplicated.pkts > 0)
        write_row(out, "duplicated", &stats->duplicated, stats->sent.pkts);
    if (stats->in_flight.pkts > 0)
        write_row(out, "in flight", &stats->in_flight, 0);
    fprintf(out, "  mean fill %.1f %% of %" PRIu32 " octets, overhead %.1f %%\n",
            100.0 * ratio(tunnel->data_octets, tunnel->payload_octets),
            tunnel->sender.packer.payload_octets, 100.0 * overhead(tunnel));
}

static void write_waits(const char *label, const struct iptfs_delays *waits, uint64_t whole,
                        FILE *out)
{
    if (waits->count > 0)
        fprintf(out, "%-20s %.3g %% of the delivered, mean of all %s, p99 %s, max %s\n", label,
                100.0 * ratio(waits->count, whole),
                iptfs_show_time((int64_t)iptfs_delays_mean_among_ps(waits, whole)).text,
                iptfs_show_time(iptfs_delays_quantile_among_ps(waits, whole, 0.99)).text,
                iptfs_show_time(iptfs_delays_quantile_among_ps(waits, whole, 1)).text);
}

/* What says how even things are, and what a loss costs. */
static void write_evenness(const struct iptfs_tunnel *tunnel, FILE *out)
{
    const struct iptfs_delays *delays = &tunnel->delivered.delays;
    double amplification = loss_amplification(tunnel);
    fprintf(out, "%-20s %s from packet to packet of a flow\n", "Jitter",
            iptfs_show_time((int64_t)iptfs_flows_jitter_ps(&tunnel->flows, NULL)).text);
    write_waits("Held in the window", &tunnel->waits.stall, delays->count, out);
    write_waits("Fragments gathered", &tunnel->waits.gather, delays->count, out);
    if (!isnan(amplification))
        fprintf(out, "%-20s %.3g inner packets for each outer packet lost\n", "Loss amplification",
                amplification);
}

static void write_flow(const char *name, const struct iptfs_flows *flows,
                       const struct iptfs_flow *flow, FILE *out)
{
    const struct iptfs_delays *delays = &flow->delivered.delays;
    uint64_t offered = delays->count + flow->lost.pkts + flow->in_flight.pkts;
    fprintf(out, "  %-18s %15s %7.3f %% %10s %10s %10s\n", name, grouped(delays->count).text,
            100.0 * ratio(flow->lost.pkts, offered),
            iptfs_show_time((int64_t)iptfs_delays_mean_ps(delays)).text,
            iptfs_show_time(iptfs_delays_quantile_ps(delays, 0.99)).text,
            iptfs_show_time((int64_t)iptfs_flows_jitter_ps(flows, flow)).text);
}

static void write_flows(const struct iptfs_results *results, enum iptfs_direction direction,
                        FILE *out)
{
    const struct iptfs_scenario *scenario = results->scenario;
    if (!tells_flows(scenario))
        return;
    fprintf(out, "%-20s %15s %9s %10s %10s %10s\n", "Flow", "delivered", "lost", "mean", "p99",
            "jitter");
    for (size_t i = 0; i < scenario->traffic_count && i < IPTFS_FLOWS_MAX - 1; i++) {
        const struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        if (!goes(traffic, direction))
            continue;
        const struct iptfs_flows *flows = &tunnel_of(results, direction, traffic)->flows;
        if (flows->flow[i] != NULL)
            write_flow(traffic->name, flows, flows->flow[i], out);
    }
}

static void write_tcp(const struct iptfs_hosts_report *report, FILE *out)
{
    fprintf(out, "  %s segments, %s sent again, %s timeouts", grouped(report->segments).text,
            grouped(report->retransmissions).text, grouped(report->timeouts).text);
    if (report->rtt->count > 0)
        fprintf(out, "; round trip mean %s, least %s, p99 %s",
                iptfs_show_time((int64_t)iptfs_delays_mean_ps(report->rtt)).text,
                iptfs_show_time(report->rtt->min_ps).text,
                iptfs_show_time(iptfs_delays_quantile_ps(report->rtt, 0.99)).text);
    fprintf(out, "\n");
    if (report->transfers > 0)
        fprintf(out, "  %s transfers finished, after mean %s, p50 %s, p99 %s\n",
                grouped(report->transfers).text,
                iptfs_show_time((int64_t)iptfs_delays_mean_ps(report->completion)).text,
                iptfs_show_time(iptfs_delays_quantile_ps(report->completion, 0.5)).text,
                iptfs_show_time(iptfs_delays_quantile_ps(report->completion, 0.99)).text);
}

/* What ns-3's applications got, section by section. */
static void write_hosts(const struct iptfs_results *results, FILE *out)
{
    const struct iptfs_scenario *scenario = results->scenario;
    for (size_t i = 0; i < scenario->traffic_count && results->hosts != NULL; i++) {
        const struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        struct iptfs_hosts_report report;
        if (!iptfs_hosts_report(results->hosts, i, scenario->duration_ps, &report))
            continue;
        fprintf(out, "\n%-20s %u flows%s, %s octets received in order, goodput %s", traffic->name,
                iptfs_host_config_of(traffic)->ns3.flows,
                iptfs_traffic_beside(traffic) ? " beside the tunnel" : "",
                grouped(report.received_octets).text,
                iptfs_show_rate((uint64_t)(report.goodput_bps + 0.5)).text);
        if (iptfs_host_config_of(traffic)->ns3.flows > 1 && !isnan(report.fairness))
            fprintf(out, ", fairness %.3f", report.fairness);
        fprintf(out, "\n");
        if (iptfs_traffic_type_of(traffic)->tcp)
            write_tcp(&report, out);
    }
}

static void write_mutual(const char *what, const struct iptfs_mutual *mutual, double load_bits,
                         FILE *out)
{
    fprintf(out, "  inner octets and outer %s share %.3f of %.3f bits (by chance up to %.3f)\n",
            what, mutual->bits, load_bits, mutual->noise_bits);
}

static void write_leak(const struct iptfs_leak_report *leak, int64_t interval_ps, FILE *out)
{
    fprintf(out, "%-20s entropy of outer sizes %.3f, gaps %.3f, DSCP and ECN %.3f bits\n", "Leak",
            leak->size_bits, leak->gap_bits, leak->tos_bits);
    fprintf(out, "  compared over %zu intervals of %s:\n", leak->intervals,
            iptfs_show_time(interval_ps).text);
    write_mutual("packets", &leak->pkts, leak->load_bits, out);
    write_mutual("octets", &leak->octets, leak->load_bits, out);
}

static void write_breaker(const struct iptfs_circuit_breaker *breaker, FILE *out)
{
    if (breaker->tripped)
        fprintf(out, "%-20s tripped at %s, at a loss of %.3g %%: the tunnel stopped\n",
                "Circuit breaker", iptfs_show_time(breaker->tripped_ps).text,
                100.0 * breaker->tripped_loss);
    else if (breaker->config.loss > 0)
        fprintf(out, "%-20s did not trip\n", "Circuit breaker");
}

static void write_congestion(const struct iptfs_tfrc *tfrc, FILE *out)
{
    if (tfrc->rtt_ps == 0)
        fprintf(out, "%-20s no round trip is known yet: %.3g packets/s\n", "Congestion control",
                tfrc->rate_pps);
    else
        fprintf(out, "%-20s at the end %.4g packets/s, round trip %s, loss event rate %.3g %%\n",
                "Congestion control", tfrc->rate_pps, iptfs_show_time(tfrc->rtt_ps).text,
                100.0 * tfrc->p);
}

static void write_direction(const struct iptfs_results *results, enum iptfs_direction direction,
                            FILE *out)
{
    const struct iptfs_tunnel *tunnel = results->tunnel[direction];
    const struct iptfs_delays *delays = &tunnel->delivered.delays;
    uint64_t octets = tunnel->store.ledger.delivered.octets;
    double goodput_bps = bits_per_second(octets, results->scenario->duration_ps);
    write_inner(tunnel, out);
    write_causes(tunnel, out);
    if (results->skipped_pkts[direction] > 0)
        fprintf(out, "  %s packets of captures were left out: not IP, or cut too short\n",
                grouped(results->skipped_pkts[direction]).text);
    write_outer(tunnel, out);
    fprintf(out, "%-20s %s\n", "Goodput", iptfs_show_rate((uint64_t)(goodput_bps + 0.5)).text);
    if (delays->count == 0)
        fprintf(out, "%-20s nothing was delivered\n", "Delay");
    else
        fprintf(out, "%-20s mean %s, p50 %s, p99 %s, max %s\n", "Delay",
                iptfs_show_time((int64_t)iptfs_delays_mean_ps(delays)).text,
                iptfs_show_time(iptfs_delays_quantile_ps(delays, 0.5)).text,
                iptfs_show_time(iptfs_delays_quantile_ps(delays, 0.99)).text,
                iptfs_show_time(iptfs_delays_quantile_ps(delays, 1)).text);
    if (delays->count > 0)
        write_evenness(tunnel, out);
    write_flows(results, direction, out);
    if (is_controlled(tunnel))
        write_congestion(&tunnel->congestion.tfrc, out);
    write_breaker(&tunnel->breaker, out);
    if (results->leak[direction] != NULL)
        write_leak(results->leak[direction], results->scenario->leak_interval_ps, out);
}

static void write_end(const struct iptfs_agreement *agreement, enum iptfs_end end, FILE *out)
{
    if (!agreement->may_fragment[end])
        fprintf(out, "  the %s sends no fragments, for its peer takes none\n", end_names[end]);
    if (agreement->feedback[end] == IPTFS_FEEDBACK_HEADER)
        fprintf(out, "  the %s learns of congestion from the headers that come back\n",
                end_names[end]);
    if (agreement->feedback[end] == IPTFS_FEEDBACK_EMPTY)
        fprintf(out, "  the %s learns of congestion from empty payloads over plain ESP\n",
                end_names[end]);
}

static void write_negotiation(const struct iptfs_agreement *agreement, FILE *out)
{
    if (agreement->outcome == IPTFS_AGGFRAG_NOT_ASKED)
        return;
    fprintf(out, "\n%-20s USE_AGGFRAG with flags 0x%02x, answered with ", "Negotiation",
            agreement->flags[IPTFS_END_INITIATOR]);
    if (agreement->outcome == IPTFS_AGGFRAG_USED) {
        fprintf(out, "0x%02x\n", agreement->flags[IPTFS_END_RESPONDER]);
        for (int i = 0; i < IPTFS_ENDS; i++)
            write_end(agreement, (enum iptfs_end)i, out);
        return;
    }
    if (agreement->refuser == IPTFS_END_RESPONDER)
        fprintf(out, "nothing\n");
    else
        fprintf(out, "0x%02x\n", agreement->flags[IPTFS_END_RESPONDER]);
    fprintf(out,
            "  AGGFRAG is refused by the %s, which does not know all flags: plain ESP is used\n",
            end_names[agreement->refuser]);
}

void iptfs_results_write_text(const struct iptfs_results *results,
                              const struct iptfs_run_cost *cost, FILE *out)
{
    const struct iptfs_scenario *scenario = results->scenario;
    double simulated_s = iptfs_seconds(scenario->duration_ps);
    fprintf(out, "%s: %s simulated, seed %" PRIu64 ", run %" PRIu64 "\n", scenario->name,
            iptfs_show_time(scenario->duration_ps).text, results->seed, results->run);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        if (results->tunnel[i] == NULL)
            continue;
        fprintf(out, "\n");
        if (scenario->bidirectional)
            fprintf(out, "%s\n", i == IPTFS_FORWARD ? "--- forward ---" : "--- reverse ---");
        write_direction(results, (enum iptfs_direction)i, out);
    }
    write_hosts(results, out);
    struct iptfs_agreement agreement = iptfs_config_agreement(scenario);
    write_negotiation(&agreement, out);
    fprintf(out, "\n%-20s every inner packet is accounted for\n", "Ledger");
    fprintf(out, "%-20s %.3g s on this machine, %.4g simulated seconds per second, %s events\n",
            "Time", cost->wall_s, cost->wall_s > 0 ? simulated_s / cost->wall_s : 0.0,
            grouped(cost->events).text);
}
