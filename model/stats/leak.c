/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stats/leak.h"

#include "base/asserts.h"
#include "base/error.h"
#include "base/units.h"
#include "packet/packet.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    GAP_BITS = 3 /* each power of two has 2^GAP_BITS bins */
};

/* Values below 2^(GAP_BITS + 1) have a bin each, so 0 has one. */
static unsigned gap_bin(uint64_t gap_ps)
{
    unsigned top_bit = 63 - (unsigned)__builtin_clzll(gap_ps | 1);
    unsigned shift = top_bit > GAP_BITS ? top_bit - GAP_BITS : 0;
    return (shift << GAP_BITS) + (unsigned)(gap_ps >> shift);
}

int iptfs_leak_init(struct iptfs_leak *leak, int64_t interval_ps, int64_t duration_ps)
{
    *leak = (struct iptfs_leak){
        .interval_ps = interval_ps,
        .duration_ps = duration_ps,
        .gap_min_ps = IPTFS_NEVER,
    };
    if (interval_ps <= 0 || duration_ps / interval_ps > IPTFS_LEAK_INTERVALS_MAX)
        return IPTFS_E_INVALID;
    leak->interval_count = (size_t)(duration_ps / interval_ps);
    leak->intervals = calloc(leak->interval_count + 1, sizeof *leak->intervals);
    leak->sizes = calloc(IPTFS_PACKET_MAX_OCTETS + 1, sizeof *leak->sizes);
    return leak->intervals != NULL && leak->sizes != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

void iptfs_leak_end(struct iptfs_leak *leak, int64_t end_ps)
{
    size_t count = (size_t)(end_ps / leak->interval_ps);
    leak->duration_ps = end_ps;
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
    size_t index = (size_t)(at_ps / leak->interval_ps);
    return &leak->intervals[index < leak->interval_count ? index : leak->interval_count];
}

void iptfs_leak_arrived(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets)
{
    interval_at(leak, at_ps)->inner_octets += octets;
}

static void count_gap(struct iptfs_leak *leak, int64_t gap_ps)
{
    leak->gaps[gap_bin((uint64_t)gap_ps)]++;
    leak->gap_min_ps = iptfs_earlier(leak->gap_min_ps, gap_ps);
    leak->gap_max_ps = iptfs_later(leak->gap_max_ps, gap_ps);
}

void iptfs_leak_sent(struct iptfs_leak *leak, int64_t at_ps, uint32_t octets, uint8_t tos)
{
    IPTFS_ASSERT(at_ps >= leak->last_ps);
    struct iptfs_leak_interval *interval = interval_at(leak, at_ps);
    interval->outer_pkts++;
    interval->outer_octets += octets;
    leak->sizes[octets < IPTFS_PACKET_MAX_OCTETS ? octets : IPTFS_PACKET_MAX_OCTETS]++;
    leak->tos[tos]++;
    if (leak->pkts++ > 0)
        count_gap(leak, at_ps - leak->last_ps);
    else
        leak->first_ps = at_ps;
    leak->last_ps = at_ps;
}

/* All gaps are equal; the one before the first packet and the one after the last, which the run
 * cuts off, are no longer. */
static bool has_one_gap(const struct iptfs_leak *leak)
{
    const int64_t rounding_ps = 1;
    int64_t most_ps = leak->gap_max_ps + rounding_ps;
    return leak->pkts >= 2 && leak->gap_max_ps - leak->gap_min_ps <= rounding_ps &&
           leak->first_ps <= most_ps && leak->duration_ps - leak->last_ps <= most_ps;
}

/* The columns of the series, and scratch memory. */
struct columns {
    double *load;
    double *pkts;
    double *octets;
    double *scratch;
};

static bool columns_init(struct columns *columns, const struct iptfs_leak *leak)
{
    size_t count = leak->interval_count;
    double *memory = malloc((4 * count + 1) * sizeof *memory);
    if (memory == NULL)
        return false;
    *columns = (struct columns){memory, memory + count, memory + 2 * count, memory + 3 * count};
    for (size_t i = 0; i < count; i++) {
        columns->load[i] = (double)leak->intervals[i].inner_octets;
        columns->pkts[i] = (double)leak->intervals[i].outer_pkts;
        columns->octets[i] = (double)leak->intervals[i].outer_octets;
    }
    return true;
}

int iptfs_leak_report(const struct iptfs_leak *leak, struct iptfs_random *stream,
                      struct iptfs_leak_report *report)
{
    struct columns columns;
    size_t count = leak->interval_count;
    if (!columns_init(&columns, leak))
        return IPTFS_E_NO_MEMORY;
    *report = (struct iptfs_leak_report){
        .intervals = count,
        .size_bits = iptfs_entropy_bits(leak->sizes, IPTFS_PACKET_MAX_OCTETS + 1),
        .gap_bits = iptfs_entropy_bits(leak->gaps, IPTFS_LEAK_GAP_BINS),
        .tos_bits = iptfs_entropy_bits(leak->tos, 256),
    };
    iptfs_mutual_information(&report->pkts, columns.load, columns.pkts, count, columns.scratch,
                             stream);
    iptfs_mutual_information(&report->octets, columns.load, columns.octets, count, columns.scratch,
                             stream);
    report->load_bits = report->pkts.x_bits;
    free(columns.load);
    if (!has_one_gap(leak))
        return IPTFS_OK;
    report->gap_bits = 0;
    if (report->size_bits > 0)
        return IPTFS_OK;
    report->pkts = (struct iptfs_mutual){.x_bits = report->load_bits};
    report->octets = report->pkts;
    return IPTFS_OK;
}
