/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/leak.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "packet/packet.h"
#include "stats/information_rate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP_BITS = 3, /* each power of two has 2^GAP_BITS bins */
    /* Redrawn loads: bounds of 5 and of 2 % are the 5th and the 2nd of 99, the 2nd and the 1st
     * of 49. */
    REDRAWN_MAX = 99,
    REDRAWN_FEW = 49,
    REDRAWN_INTERVALS = 50000 /* fewer times above */
};

/* Most packets of redrawn loads: some seconds of work. */
static const double redrawn_pkts_max = 5e7;

/* Values below 2^(GAP_BITS + 1) have a bin each, so 0 has one. */
static unsigned gap_bin(uint64_t gap_ps)
{
    unsigned top_bit = 63 - (unsigned)__builtin_clzll(gap_ps | 1);
    unsigned shift = top_bit > GAP_BITS ? top_bit - GAP_BITS : 0;
    return (shift << GAP_BITS) + (unsigned)(gap_ps >> shift);
}

int iptfs_leak_init(struct iptfs_leak *leak, const struct iptfs_leak_config *config)
{
    *leak = (struct iptfs_leak){.config = *config, .gap_min_ps = IPTFS_NEVER};
    if (config->interval_ps <= 0 ||
        config->duration_ps / config->interval_ps > IPTFS_LEAK_INTERVALS_MAX)
        return IPTFS_E_INVALID;
    leak->interval_count = (size_t)(config->duration_ps / config->interval_ps);
    leak->intervals = calloc(leak->interval_count + 1, sizeof *leak->intervals);
    leak->sizes = calloc(IPTFS_PACKET_MAX_OCTETS + 1, sizeof *leak->sizes);
    return leak->intervals != NULL && leak->sizes != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

void iptfs_leak_end(struct iptfs_leak *leak, int64_t end_ps)
{
    int64_t duration_ps = end_ps - leak->config.start_ps;
    size_t count = (size_t)(duration_ps / leak->config.interval_ps);
    leak->config.duration_ps = duration_ps;
    leak->interval_count = count < leak->interval_count ? count : leak->interval_count;
}

void iptfs_leak_free(struct iptfs_leak *leak)
{
    free(leak->intervals);
    free(leak->sizes);
    leak->intervals = NULL;
    leak->sizes = NULL;
}

/* Where to count what happens at this time: one entry more than intervals takes what is beyond. */
static struct iptfs_leak_interval *interval_at(struct iptfs_leak *leak, int64_t at_ps)
{
    IPTFS_ASSERT(at_ps >= leak->config.start_ps);
    size_t index = (size_t)((at_ps - leak->config.start_ps) / leak->config.interval_ps);
    return &leak->intervals[index < leak->interval_count ? index : leak->interval_count];
}

void iptfs_leak_arrived(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets)
{
    interval_at(leak, at_ps)->inner_octets += octets;
    leak->inner_pkts++;
}

static void count_gap(struct iptfs_leak *leak, int64_t gap_ps)
{
    leak->gaps[gap_bin((uint64_t)gap_ps)]++;
    leak->gap_min_ps = iptfs_earlier(leak->gap_min_ps, gap_ps);
    leak->gap_max_ps = iptfs_later(leak->gap_max_ps, gap_ps);
}

void iptfs_leak_sent(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets, uint8_t tos,
                     int64_t waited_ps)
{
    IPTFS_ASSERT(at_ps >= leak->last_ps && waited_ps >= 0);
    struct iptfs_leak_interval *interval = interval_at(leak, at_ps);
    interval->outer_pkts++;
    interval->outer_octets += octets;
    leak->octets += octets;
    leak->sizes[octets < IPTFS_PACKET_MAX_OCTETS ? octets : IPTFS_PACKET_MAX_OCTETS]++;
    leak->tos[tos]++;
    leak->wait_max_ps = iptfs_later(leak->wait_max_ps, waited_ps);
    if (leak->pkts++ > 0)
        count_gap(leak, at_ps - leak->last_ps);
    leak->last_ps = at_ps;
}

static bool has_one_gap(const struct iptfs_leak *leak)
{
    const int64_t rounding_ps = 1;
    return leak->pkts >= 2 && leak->gap_max_ps - leak->gap_min_ps <= rounding_ps;
}

/* What the report is computed from: the series of the run and the redrawn loads. */
struct analysis {
    const struct iptfs_leak *leak;
    size_t count;
    double *load;
    double *outer; /* packets or octets */
    double *scratch;
    uint8_t *bins; /* of the load, of `outer`, and of each redrawn load */
    struct iptfs_binned binned_load;
    struct iptfs_binned redrawn[REDRAWN_MAX];
    size_t redrawn_count;
    struct iptfs_lags lags;
};

/* How often the load is drawn anew: fewer times where it would take long. */
static size_t redrawn_count(const struct iptfs_leak *leak)
{
    double pkts = (double)leak->inner_pkts, intervals = (double)leak->interval_count;
    if (pkts * REDRAWN_MAX <= redrawn_pkts_max && intervals <= REDRAWN_INTERVALS)
        return REDRAWN_MAX;
    return pkts * REDRAWN_FEW <= redrawn_pkts_max ? REDRAWN_FEW : 0;
}

static bool analysis_init(struct analysis *analysis, const struct iptfs_leak *leak,
                          size_t most_redrawn)
{
    size_t count = leak->interval_count;
    *analysis = (struct analysis){.leak = leak, .count = count};
    analysis->load = malloc((3 * count + 1) * sizeof *analysis->load);
    analysis->bins = malloc((most_redrawn + 2) * count + 1);
    if (analysis->load == NULL || analysis->bins == NULL)
        return false;
    analysis->outer = analysis->load + count;
    analysis->scratch = analysis->outer + count;
    for (size_t i = 0; i < count; i++)
        analysis->load[i] = (double)leak->intervals[i].inner_octets;
    analysis->binned_load =
        iptfs_bin_series(analysis->load, count, analysis->bins, analysis->scratch);
    return true;
}

static void analysis_free(struct analysis *analysis)
{
    free(analysis->load);
    free(analysis->bins);
}

static struct iptfs_lags lags_of(const struct iptfs_leak *leak)
{
    int64_t interval_ps = leak->config.interval_ps;
    uint64_t most = (uint64_t)(leak->wait_max_ps / interval_ps) + 1;
    most = most > IPTFS_LEAK_LAG_MIN ? most : IPTFS_LEAK_LAG_MIN;
    most = most < leak->interval_count / 4 ? most : leak->interval_count / 4;
    return iptfs_lags_up_to((size_t)most, (size_t)(leak->config.init_delay_ps / interval_ps));
}

/* Draws the load anew. A load without random parts is the same each time: once is enough then. */
static int redraw(struct analysis *analysis, const struct iptfs_leak_reference *reference,
                  size_t most)
{
    size_t count = analysis->count;
    double *load = analysis->outer;
    for (size_t i = 0; i < most; i++) {
        memset(load, 0, count * sizeof *load);
        int code = reference->draw(reference->ctx, (unsigned)i, analysis->leak, load);
        if (code != IPTFS_OK)
            return code;
        if (memcmp(load, analysis->load, count * sizeof *load) == 0 && i == 0)
            return IPTFS_OK;
        analysis->redrawn[i] =
            iptfs_bin_series(load, count, analysis->bins + (i + 2) * count, analysis->scratch);
        analysis->redrawn_count = i + 1;
    }
    return IPTFS_OK;
}

static struct iptfs_dependence dependence_of(const struct analysis *analysis)
{
    const struct iptfs_redrawn redrawn = {analysis->redrawn, analysis->redrawn_count};
    struct iptfs_binned outer = iptfs_bin_series(
        analysis->outer, analysis->count, analysis->bins + analysis->count, analysis->scratch);
    return iptfs_dependence_of(&analysis->binned_load, &outer, &analysis->lags, &redrawn);
}

/* The information rate of outer octets, put beside the load at the lag of the most information. No
 * more can be said than the load has, as it is binned. */
static int report_rate(const struct analysis *analysis, struct iptfs_leak_report *report)
{
    size_t lag = report->octets.lag;
    double bits;
    if (report->octets.finding != IPTFS_FINDING_FOUND)
        return IPTFS_OK;
    int code =
        iptfs_information_rate(analysis->load, analysis->outer + lag, analysis->count - lag, &bits);
    if (bits > 0)
        report->information_bps =
            fmin(bits, report->load_bits) / iptfs_seconds(analysis->leak->config.interval_ps);
    return code;
}

static int report_information(struct analysis *analysis,
                              const struct iptfs_leak_reference *reference,
                              struct iptfs_leak_report *report, size_t most_redrawn)
{
    const struct iptfs_leak *leak = analysis->leak;
    int code = IPTFS_OK;
    analysis->lags = lags_of(leak);
    report->lag_max = analysis->lags.lag[analysis->lags.count - 1];
    if (most_redrawn > 0)
        code = redraw(analysis, reference, most_redrawn);
    if (code != IPTFS_OK)
        return code;
    for (size_t i = 0; i < analysis->count; i++)
        analysis->outer[i] = (double)leak->intervals[i].outer_pkts;
    report->pkts = dependence_of(analysis);
    for (size_t i = 0; i < analysis->count; i++)
        analysis->outer[i] = (double)leak->intervals[i].outer_octets;
    report->octets = dependence_of(analysis);
    return report_rate(analysis, report);
}

static double presence(const struct iptfs_leak *leak)
{
    size_t present = 0;
    for (size_t i = 0; i < leak->interval_count; i++)
        present += leak->intervals[i].outer_pkts > 0;
    return (double)present / (double)leak->interval_count;
}

/* What the outer packets show by themselves. */
static void report_outer(const struct iptfs_leak *leak, struct iptfs_leak_report *report)
{
    double seconds = iptfs_seconds(leak->config.duration_ps);
    *report = (struct iptfs_leak_report){
        .intervals = leak->interval_count,
        .rate_pps = (double)leak->pkts / seconds,
        .rate_bps = (double)leak->octets * 8 / seconds,
        .size_mean_octets = (double)leak->octets / (double)leak->pkts,
        .presence = presence(leak),
        .size_bits = iptfs_entropy_bits(leak->sizes, IPTFS_PACKET_MAX_OCTETS + 1),
        .gap_bits = has_one_gap(leak) ? 0 : iptfs_entropy_bits(leak->gaps, IPTFS_LEAK_GAP_BINS),
        .tos_bits = iptfs_entropy_bits(leak->tos, 256),
        .pkts = {.finding = IPTFS_FINDING_INDEPENDENT},
        .octets = {.finding = IPTFS_FINDING_INDEPENDENT},
    };
}

int iptfs_leak_report(const struct iptfs_leak *leak, const struct iptfs_leak_reference *reference,
                      struct iptfs_leak_report *report)
{
    struct analysis *analysis = malloc(sizeof *analysis);
    bool tested = !leak->config.independent;
    size_t redrawn = tested && reference != NULL ? redrawn_count(leak) : 0;
    int code = IPTFS_E_NO_MEMORY;
    report_outer(leak, report);
    if (analysis != NULL && analysis_init(analysis, leak, redrawn)) {
        report->load_bits = iptfs_binned_bits(&analysis->binned_load);
        report->information_bps = tested ? (double)NAN : 0;
        code = tested ? report_information(analysis, reference, report, redrawn) : IPTFS_OK;
    }
    if (analysis != NULL)
        analysis_free(analysis);
    free(analysis);
    return code;
}
