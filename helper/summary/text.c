/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/summary.h"

#include "base/units.h"
#include "summary/measures.h"
#include "summary/table.h"
#include "text/quantity.h"
#include "traffic/host.h"

#include <inttypes.h>
#include <math.h>

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

/* A share as a percentage, or "-" where it is not defined. */
static struct iptfs_text percent(double share, int digits)
{
    struct iptfs_text text = {"-"};
    if (!isnan(share))
        snprintf(text.text, sizeof text.text, "%.*f %%", digits, 100.0 * share);
    return text;
}

static void write_tally(FILE *out, const char *label, const struct iptfs_tally *tally,
                        uint64_t whole_pkts)
{
    fprintf(out, "  %-18s %15s %19s", label, grouped(tally->pkts).text,
            grouped(tally->octets).text);
    if (whole_pkts > 0)
        fprintf(out, "  %7.3f %%", 100.0 * iptfs_ratio(tally->pkts, whole_pkts));
    fputc('\n', out);
}

static void write_in_flight(FILE *out, const char *label, uint64_t pkts)
{
    if (pkts > 0)
        fprintf(out, "  %-18s %15s\n", label, grouped(pkts).text);
}

static void write_inner(const struct iptfs_summary_direction *direction, FILE *out)
{
    const struct iptfs_ledger *ledger = &direction->totals.ledger;
    uint64_t before = iptfs_ledger_in_flight(&direction->before.ledger);
    uint64_t whole = before + ledger->offered.pkts;
    fprintf(out, "%-20s %15s %19s\n", "Inner packets", "packets", "octets");
    write_in_flight(out, "in flight before", before);
    write_tally(out, "offered", &ledger->offered, 0);
    write_tally(out, "delivered", &ledger->delivered, whole);
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (ledger->dropped[cause].pkts > 0) {
            char label[64];
            snprintf(label, sizeof label, "- %s", iptfs_drop_cause_name(cause));
            write_tally(out, label, &ledger->dropped[cause], whole);
        }
    write_in_flight(out, "in flight", direction->tunnel->in_flight_pkts);
}

static void write_causes(const struct iptfs_summary_direction *direction, FILE *out)
{
    const struct iptfs_totals *totals = &direction->totals;
    enum iptfs_drop_cause cause;
    for (size_t i = 0; (cause = iptfs_drop_cause_at(i)) != IPTFS_DROP_NONE; i++)
        if (totals->ledger.dropped[cause].pkts > 0)
            fprintf(out, "  - %s: %s\n", iptfs_drop_cause_name(cause),
                    iptfs_drop_cause_meaning(cause));
    if (totals->icmp_sent > 0)
        fprintf(out, "  %s ICMP \"fragmentation needed\" with MTU %" PRIu32 " went back\n",
                grouped(totals->icmp_sent).text,
                iptfs_sender_tunnel_mtu(&direction->tunnel->sender));
    if (totals->local_errors > 0)
        fprintf(out, "  %s local senders got \"message too long\"\n",
                grouped(totals->local_errors).text);
    if (totals->ce_marked_pkts > 0)
        fprintf(out, "  %s packets got a CE mark in the sender's queue\n",
                grouped(totals->ce_marked_pkts).text);
    if (direction->skipped_pkts > 0)
        fprintf(out, "  %s packets of captures were skipped: not IP, or cut too short\n",
                grouped(direction->skipped_pkts).text);
}

static void write_outer(const struct iptfs_summary_direction *direction, FILE *out)
{
    const struct iptfs_totals *totals = &direction->totals;
    const struct iptfs_link_stats *stats = &totals->link;
    struct iptfs_tally before = iptfs_link_in_flight(&direction->before.link);
    struct iptfs_tally lost = iptfs_link_lost(stats);
    uint64_t whole = before.pkts + stats->sent.pkts;
    fprintf(out, "%-20s %15s %19s\n", "Outer packets", "packets", "octets");
    if (before.pkts > 0)
        write_tally(out, "in flight before", &before, 0);
    write_tally(out, "sent", &stats->sent, 0);
    write_tally(out, "received", &stats->received, whole);
    if (lost.pkts > 0)
        write_tally(out, "lost", &lost, whole);
    if (stats->duplicated.pkts > 0)
        write_tally(out, "duplicated", &stats->duplicated, whole);
    if (stats->in_flight.pkts > 0)
        write_tally(out, "in flight", &stats->in_flight, 0);
    fprintf(out, "  mean fill %s of %" PRIu32 " octets, overhead %s\n",
            percent(iptfs_summary_mean_fill(totals), 1).text,
            direction->tunnel->sender.packer.payload_octets,
            percent(iptfs_summary_overhead(totals), 1).text);
}

static void write_waits(const char *label, const struct iptfs_delays *waits, uint64_t whole,
                        FILE *out)
{
    if (waits->count > 0)
        fprintf(out, "%-20s %.3g %% of the delivered, mean of all %s, p99 %s, max %s\n", label,
                100.0 * iptfs_ratio(waits->count, whole),
                iptfs_show_time((int64_t)iptfs_delays_mean_among_ps(waits, whole)).text,
                iptfs_show_time(iptfs_delays_quantile_among_ps(waits, whole, 0.99)).text,
                iptfs_show_time(iptfs_delays_quantile_among_ps(waits, whole, 1)).text);
}

/* Jitter, waits at the receiver, and inner packets lost for each outer one. */
static void write_evenness(const struct iptfs_summary_direction *direction, FILE *out)
{
    const struct iptfs_tunnel *tunnel = direction->tunnel;
    const struct iptfs_delays *delays = &tunnel->delivered.delays;
    double amplification = iptfs_summary_loss_amplification(&direction->totals);
    fprintf(out, "%-20s %s from packet to packet of a flow\n", "Jitter",
            iptfs_show_time((int64_t)iptfs_flows_jitter_ps(&tunnel->flows, NULL)).text);
    write_waits("Held in the window", &tunnel->waits.stall, delays->count, out);
    write_waits("Fragments gathered", &tunnel->waits.gather, delays->count, out);
    if (!isnan(amplification))
        fprintf(out, "%-20s %.3g inner packets for each outer packet lost\n", "Loss amplification",
                amplification);
}

static void write_flow(const struct iptfs_summary_subject *subject, FILE *out)
{
    const struct iptfs_flow *flow = subject->flow;
    const struct iptfs_delays *delays = &flow->delivered.delays;
    fprintf(out, "  %-18s %15s %9s %10s %10s %10s\n", subject->traffic->name,
            grouped(delays->count).text, percent(iptfs_flow_loss(flow), 3).text,
            iptfs_show_time((int64_t)iptfs_delays_mean_ps(delays)).text,
            iptfs_show_time(iptfs_delays_quantile_ps(delays, 0.99)).text,
            iptfs_show_time((int64_t)iptfs_flows_jitter_ps(&subject->tunnel->flows, flow)).text);
}

static void write_flows(const struct iptfs_summary_view *view, enum iptfs_direction direction,
                        FILE *out)
{
    if (!iptfs_summary_lists_flows(view->scenario))
        return;
    fprintf(out, "%-20s %15s %9s %10s %10s %10s\n", "Flow", "delivered", "lost", "mean", "p99",
            "jitter");
    for (size_t i = 0; i < iptfs_summary_flow_count(view->scenario); i++) {
        struct iptfs_summary_subject subject;
        if (iptfs_summary_flow_subject(view, direction, i, &subject) &&
            subject.tunnel->flows.flow[i] != NULL)
            write_flow(&subject, out);
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

/* What ns-3's applications received, for each of their sections. */
static void write_hosts(const struct iptfs_summary_view *view, FILE *out)
{
    const struct iptfs_scenario *scenario = view->scenario;
    for (size_t i = 0; i < scenario->traffic_count && view->hosts != NULL; i++) {
        const struct iptfs_traffic_options *traffic = &scenario->traffic[i];
        const struct iptfs_hosts_report *report = &view->hosts[i];
        if (!report->hosted)
            continue;
        uint32_t flows = iptfs_host_config_of(traffic)->ns3.flows;
        fprintf(out, "\n%-20s %u flows%s, %s octets received in order, goodput %s", traffic->name,
                flows, iptfs_traffic_beside(traffic) ? " beside the tunnel" : "",
                grouped(report->received_octets).text,
                isnan(report->goodput_bps)
                    ? "-"
                    : iptfs_show_rate((uint64_t)(report->goodput_bps + 0.5)).text);
        if (flows > 1 && !isnan(report->fairness))
            fprintf(out, ", fairness %.3f", report->fairness);
        fprintf(out, "\n");
        if (report->tcp)
            write_tcp(report, out);
    }
}

static void write_dependence(const char *what, const struct iptfs_dependence *dependence,
                             const struct iptfs_leak_report *leak, int64_t interval_ps, FILE *out)
{
    enum iptfs_finding finding = dependence->finding;
    fprintf(out, "  inner octets and outer %s: ", what);
    if (iptfs_finding_undecided(finding)) {
        fprintf(out, "%s\n", iptfs_finding_meaning(finding));
        return;
    }
    fprintf(out, "share %.3f of %.3f bits", fmax(dependence->bits, 0), leak->load_bits);
    if (finding != IPTFS_FINDING_INDEPENDENT)
        fprintf(out, " at a lag of %s (noise up to %.3f)",
                iptfs_show_time((int64_t)dependence->lag * interval_ps).text,
                dependence->noise_bits);
    fprintf(out, ": %s\n", iptfs_finding_meaning(finding));
}

static void write_leak(const struct iptfs_leak_report *leak, int64_t interval_ps, FILE *out)
{
    fprintf(out, "%-20s entropy of outer sizes %.3f, gaps %.3f, DSCP and ECN %.3f bits\n", "Leak",
            leak->size_bits, leak->gap_bits, leak->tos_bits);
    fprintf(out, "  an observer counts %.4g outer packets/s, %s, in %.4g %% of the intervals\n",
            leak->rate_pps, iptfs_show_rate((uint64_t)(leak->rate_bps + 0.5)).text,
            100 * leak->presence);
    fprintf(out, "  compared over %zu intervals of %s:\n", leak->intervals,
            iptfs_show_time(interval_ps).text);
    write_dependence("packets", &leak->pkts, leak, interval_ps, out);
    write_dependence("octets", &leak->octets, leak, interval_ps, out);
    if (leak->information_bps > 0)
        fprintf(out, "  about %.3g bit/s about the inner load\n", leak->information_bps);
}

static void write_breaker(const struct iptfs_circuit_breaker *breaker, FILE *out)
{
    if (breaker->tripped)
        fprintf(out, "%-20s tripped at %s, at a loss of %.3g %%: the tunnel stopped\n",
                "Circuit breaker", iptfs_show_time(breaker->tripped_ps).text,
                100.0 * breaker->tripped_loss);
    else if (iptfs_circuit_breaker_used(breaker))
        fprintf(out, "%-20s did not trip\n", "Circuit breaker");
}

static void write_event_breaker(const struct iptfs_report_breaker *breaker, FILE *out)
{
    if (breaker->config.rate == 0.0)
        return;
    fprintf(out, "%-20s ", "Loss event breaker");
    if (!breaker->tripped)
        fputs("did not trip\n", out);
    else if (breaker->silence)
        fprintf(out, "tripped at %s, no report had come for %s: the tunnel stopped\n",
                iptfs_show_time(breaker->tripped_ps).text,
                iptfs_show_time(breaker->config.time_ps).text);
    else
        fprintf(out, "tripped at %s, at a loss event rate of %.3g %%: the tunnel stopped\n",
                iptfs_show_time(breaker->tripped_ps).text, 100.0 * breaker->rate);
}

static void write_collapse(const struct iptfs_summary_direction *direction, int64_t measured_ps,
                           FILE *out)
{
    const struct iptfs_congestion *congestion = &direction->tunnel->congestion;
    uint64_t collapsed_ps = direction->totals.collapsed_ps;
    if (!iptfs_collapse_lasted((int64_t)collapsed_ps, measured_ps, &congestion->tfrc))
        return;
    double share = iptfs_ratio(collapsed_ps, (uint64_t)measured_ps);
    fprintf(out,
            "%-20s the rate collapsed: for %.3g %% of the run less than one packet left in a\n"
            "%-20s round trip of the path (%s). It hardly recovers: see min-rate\n",
            "WARNING", 100.0 * share, "", iptfs_show_time(congestion->tfrc.rtt_path_ps).text);
}

static void write_congestion(const struct iptfs_summary_direction *direction, int64_t measured_ps,
                             FILE *out)
{
    const struct iptfs_tfrc *tfrc = &direction->tunnel->congestion.tfrc;
    if (tfrc->rtt_ps == 0)
        fprintf(out, "%-20s no round trip is known yet: %.3g packets/s\n", "Congestion control",
                tfrc->rate_pps);
    else
        fprintf(out, "%-20s at the end %.4g packets/s, round trip %s, loss event rate %.3g %%\n",
                "Congestion control", tfrc->rate_pps, iptfs_show_time(tfrc->rtt_ps).text,
                100.0 * tfrc->p);
    write_collapse(direction, measured_ps, out);
}

static void write_direction(const struct iptfs_summary_view *view, enum iptfs_direction direction,
                            FILE *out)
{
    const struct iptfs_summary_direction *of = &view->direction[direction];
    const struct iptfs_tunnel *tunnel = of->tunnel;
    const struct iptfs_delays *delays = &tunnel->delivered.delays;
    double goodput_bps =
        iptfs_bits_per_second(of->totals.ledger.delivered.octets, iptfs_summary_measured_ps(view));
    write_inner(of, out);
    write_causes(of, out);
    write_outer(of, out);
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
        write_evenness(of, out);
    write_flows(view, direction, out);
    if (iptfs_summary_controlled(tunnel))
        write_congestion(of, iptfs_summary_measured_ps(view), out);
    write_breaker(&tunnel->breaker, out);
    write_event_breaker(&tunnel->congestion.breaker, out);
    if (of->leak != NULL)
        write_leak(of->leak, view->scenario->leak_interval_ps, out);
}

static void write_end(const struct iptfs_agreement *agreement, enum iptfs_end end, FILE *out)
{
    if (!agreement->may_fragment[end])
        fprintf(out, "  the %s sends no fragments, because its peer accepts none\n",
                iptfs_end_name(end));
    if (agreement->feedback[end] == IPTFS_FEEDBACK_HEADER)
        fprintf(out, "  the %s receives congestion information in AGGFRAG headers\n",
                iptfs_end_name(end));
    if (agreement->feedback[end] == IPTFS_FEEDBACK_EMPTY)
        fprintf(out, "  the %s receives congestion information in empty payloads over plain ESP\n",
                iptfs_end_name(end));
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
            iptfs_end_name(agreement->refuser));
}

/* What is left out, and how that was decided. */
static void write_warm_up(const struct iptfs_summary_view *view, FILE *out)
{
    const struct iptfs_warm_up *warm_up = &view->warm_up;
    if (!iptfs_summary_has_warm_up(view))
        return;
    fprintf(out, "%-20s the first %s are left out of all measures", "Warm-up",
            iptfs_show_time(warm_up->cut_ps).text);
    if (iptfs_summary_finds_warm_up(view))
        fprintf(out, " (MSER-5 on %s)", view->scenario->warm_up_series);
    fputc('\n', out);
    if (warm_up->too_short)
        fprintf(out, "RUN TOO SHORT: MSER-5 would cut more than half of it; what is measured has "
                     "not settled\n");
}

void iptfs_summary_write_text(const struct iptfs_summary_view *view,
                              const struct iptfs_run_cost *cost, FILE *out)
{
    const struct iptfs_scenario *scenario = view->scenario;
    double simulated_s = iptfs_seconds(view->now_ps);
    fprintf(out, "%s: %s simulated, seed %" PRIu64 ", run %" PRIu64 "\n", scenario->name,
            iptfs_show_time(view->now_ps).text, view->seed, view->run);
    if (view->interrupted)
        fprintf(out, "INTERRUPTED: the run was to take %s\n",
                iptfs_show_time(scenario->duration_ps).text);
    write_warm_up(view, out);
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        if (view->direction[i].tunnel == NULL)
            continue;
        fprintf(out, "\n");
        if (scenario->bidirectional)
            fprintf(out, "%s\n", i == IPTFS_FORWARD ? "--- forward ---" : "--- reverse ---");
        write_direction(view, (enum iptfs_direction)i, out);
    }
    write_hosts(view, out);
    write_negotiation(&view->agreement, out);
    fprintf(out, "\n%-20s every inner packet is accounted for\n", "Ledger");
    fprintf(out, "%-20s %.3g s on this machine, %.4g simulated seconds per second, %s events\n",
            "Time", cost->wall_s, cost->wall_s > 0 ? simulated_s / cost->wall_s : 0.0,
            grouped(cost->events).text);
}
