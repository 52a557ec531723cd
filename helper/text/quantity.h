/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantities as people write them, read exactly, and written back: "51.2ns" is 51200 ps, never
 * 51199.99. Decimal points are integer arithmetic. */
#ifndef IPTFS_TEXT_QUANTITY_H
#define IPTFS_TEXT_QUANTITY_H

#include "base/error.h"
#include "base/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All readers below take one whole value, blanks around it allowed, and return 0, or
 * IPTFS_E_INVALID with the text "found '...', allowed: ..." and, where a unit or word is nearly
 * right, "; did you mean '...'?". What does not fit the type, is finer than its unit of storage, or
 * is negative is refused. On failure the result is left alone. */

/* "10ms": ps, ns, us, ms, s, min, h. A bare number is refused, except 0. */
int iptfs_parse_time(const char *text, int64_t *time_ps, struct iptfs_error *error);

/* "1.5Gbps" or "1.5Gb/s": bps, kbps, Mbps, Gbps, Tbps, by 1000. A bare number is refused, but 0. */
int iptfs_parse_rate(const char *text, uint64_t *rate_bps, struct iptfs_error *error);

/* "1500", "1500B", "9kB" (kB, MB, GB: by 1000), "1MiB" (KiB, MiB, GiB: by 1024). */
int iptfs_parse_octets(const char *text, uint64_t *octets, struct iptfs_error *error);

/* "184" or "0xb8". */
int iptfs_parse_number(const char *text, uint64_t *number, struct iptfs_error *error);

/* "0.01", "1e-2" or "1%", from 0 to 1. */
int iptfs_parse_probability(const char *text, double *probability, struct iptfs_error *error);

/* "1.5" or "1e-3": a number above 0. */
int iptfs_parse_factor(const char *text, double *factor, struct iptfs_error *error);

/* on, yes, true, 1 or off, no, false, 0. */
int iptfs_parse_bool(const char *text, bool *value, struct iptfs_error *error);

/* A queue limit: packets ("1000p", "1000pkts") or octets. 0 of either: no limit. */
struct iptfs_limit {
    uint64_t count;
    bool in_pkts; /* count is packets, not octets */
};
int iptfs_parse_limit(const char *text, struct iptfs_limit *limit, struct iptfs_error *error);

/* How long an SA lives: packets ("100000p") or time ("30s"). 0 of either: for ever. */
struct iptfs_lifetime {
    uint64_t pkts;
    int64_t time_ps;
};
int iptfs_parse_lifetime(const char *text, struct iptfs_lifetime *lifetime,
                         struct iptfs_error *error);

/* Sizes of inner packets: "1500B", "uniform(64,1500)" or "imix". */
enum iptfs_sizes_kind {
    IPTFS_SIZES_FIXED,   /* low = high = the size */
    IPTFS_SIZES_UNIFORM, /* low to high, both included */
    IPTFS_SIZES_IMIX     /* 40, 576, 1500 as 7:4:1; low and high are 40 and 1500 */
};
struct iptfs_sizes {
    enum iptfs_sizes_kind kind;
    uint32_t low_octets;
    uint32_t high_octets;
};
int iptfs_parse_sizes(const char *text, struct iptfs_sizes *sizes, struct iptfs_error *error);

/* A circuit breaker: "10%, 2s" is a loss and a time, both above 0; "off" is 0 of both. */
struct iptfs_breaker_limit {
    double loss;
    int64_t time_ps;
};
int iptfs_parse_breaker(const char *text, struct iptfs_breaker_limit *limit,
                        struct iptfs_error *error);

/* Times with a value each: "2s 1400, 5s 1500"; "none" is an empty list. Times rise. Those of a new
 * MTU or rate are above 0; a blackout begins after the one before has ended. */
enum iptfs_timed_kind {
    IPTFS_TIMED_MTUS,     /* octets */
    IPTFS_TIMED_RATES,    /* bits per second */
    IPTFS_TIMED_BLACKOUTS /* lengths in picoseconds */
};
enum {
    IPTFS_TIMED_MAX = 16
};
struct iptfs_timed_list {
    uint64_t count;
    struct iptfs_timed item[IPTFS_TIMED_MAX]; /* those not used are 0 */
};
int iptfs_parse_timed(const char *text, enum iptfs_timed_kind kind, uint64_t minimum,
                      uint64_t maximum, struct iptfs_timed_list *list, struct iptfs_error *error);

/* What such a list looks like, "TIME MTU, ... such as '2s 1400, 5s 1500'". */
const char *iptfs_timed_form(enum iptfs_timed_kind kind);

/* One word of an enumeration. Tables of them end with .word = NULL. */
struct iptfs_word {
    const char *word;
    int value;
    const char *meaning; /* one line; NULL for another spelling of a word before it */
    const char *source;  /* where the idea comes from: "RFC 9347, 2.4.1", "Linux"; may be NULL */
};
int iptfs_parse_word(const char *text, const struct iptfs_word *words, int *value,
                     struct iptfs_error *error);

/* Writes the words, "direct, p2p", cut to `size`; returns buffer. */
char *iptfs_list_words(const struct iptfs_word *words, char *buffer, size_t size);

/* The first word of this value, or "?". */
const char *iptfs_word_of(const struct iptfs_word *words, int value);

/* A written quantity, by value: printf("%s", iptfs_exact_time(t).text). */
struct iptfs_text {
    char text[64];
};

/* A value as messages quote it: one line, without blanks around it, cut when long. */
struct iptfs_text iptfs_quoted(const char *text);

/* The shortest spelling that the readers take back to the very same value. */
struct iptfs_text iptfs_exact_time(int64_t time_ps);
struct iptfs_text iptfs_exact_rate(uint64_t rate_bps);
struct iptfs_text iptfs_exact_octets(uint64_t octets);
struct iptfs_text iptfs_exact_probability(double probability);
struct iptfs_text iptfs_exact_factor(double factor);
struct iptfs_text iptfs_exact_limit(struct iptfs_limit limit);
struct iptfs_text iptfs_exact_lifetime(struct iptfs_lifetime lifetime);
struct iptfs_text iptfs_exact_breaker(struct iptfs_breaker_limit limit);
struct iptfs_text iptfs_exact_timed(enum iptfs_timed_kind kind, const struct iptfs_timed *item);
struct iptfs_text iptfs_exact_sizes(struct iptfs_sizes sizes);

/* For people, rounded to three digits: "20.3 us", "1.5 Gbps". IPTFS_NEVER is "never"; times may be
 * negative. */
struct iptfs_text iptfs_show_time(int64_t time_ps);
struct iptfs_text iptfs_show_rate(uint64_t rate_bps);

#endif
