/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets for a fuzzer: each takes any octets, interprets them as input, and checks invariants.
 *
 * They are called by libFuzzer (driver.c), and by the suite `fuzz` once for each file of the
 * corpus, with every compiler and sanitizer that the tests are built with. */
#ifndef IPTFS_FUZZ_H
#define IPTFS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iptfs_error;

struct fuzz_target {
    const char *name; /* of its folder in test/fuzz/corpus too */
    void (*run)(const uint8_t *bytes, size_t octets);
};

/* All targets; the last has no name. */
extern const struct fuzz_target fuzz_targets[];

/* The target of this name, or NULL. */
const struct fuzz_target *fuzz_target_named(const char *name);

/* Octets of AGGFRAG payloads, at any time and of any number, into a receiver. */
void fuzz_receiver(const uint8_t *bytes, size_t octets);

/* Whole outer packets, with IP header and ESP, into an incoming SA. */
void fuzz_inbound(const uint8_t *bytes, size_t octets);

/* Inner packets through our own packer, as octets; then lost, doubled, late, cut and flipped. */
void fuzz_mangle(const uint8_t *bytes, size_t octets);

/* Both AGGFRAG headers, and the walk over the data blocks. */
void fuzz_aggfrag(const uint8_t *bytes, size_t octets);

/* A whole tunnel: the octets choose options, sizes, times and impairments. */
void fuzz_tunnel(const uint8_t *bytes, size_t octets);

/* The text of a scenario; what is accepted also runs, if only for a moment. */
void fuzz_scenario(const uint8_t *bytes, size_t octets);

/* The text of a sweep. */
void fuzz_sweep(const uint8_t *bytes, size_t octets);

/* A capture file; its first octet chooses a filter. */
void fuzz_pcap(const uint8_t *bytes, size_t octets);

/* The text of a recorded script, replayed. */
void fuzz_replay(const uint8_t *bytes, size_t octets);

/* A value of an option, which the first octet chooses. */
void fuzz_option_value(const uint8_t *bytes, size_t octets);

/* Two texts, as words, names, fields of CSV and pieces of a list. */
void fuzz_words(const uint8_t *bytes, size_t octets);

/* Overrides of a scenario or of a tunnel alone (--set). */
void fuzz_override(const uint8_t *bytes, size_t octets);

/* Key, SPI and addresses of an SA; a key file. */
void fuzz_security_association(const uint8_t *bytes, size_t octets);

/* A list of packets, for `type = list`. */
void fuzz_packet_list(const uint8_t *bytes, size_t octets);

/* A list of impairments, for `impair-list`. */
void fuzz_impair_list(const uint8_t *bytes, size_t octets);

/* The sections [plot.NAME] behind a sweep. */
void fuzz_plot_sections(const uint8_t *bytes, size_t octets);

/* Calls of iptfs.h, with any options. */
void fuzz_api(const uint8_t *bytes, size_t octets);

/* A frame of a link type, an outer packet, or the expression of a filter. */
void fuzz_frame(const uint8_t *bytes, size_t octets);

/* An invariant. The runner of the target decides what happens when it does not hold; it may go on
 * afterwards. Returns `held`. */
bool fuzz_must(bool held, const char *expression, const char *file, int line);
#define MUST(held) fuzz_must((held), #held, __FILE__, __LINE__)

/* Octets that choices are taken from; where there are no more, they are 0. */
struct fuzz_input {
    const uint8_t *next;
    size_t left;
};

/* An unsigned number of `octets` octets, at most 8, the highest first. */
uint64_t fuzz_take(struct fuzz_input *input, size_t octets);

/* A number in [low, high], which takes as many octets as it needs. */
uint64_t fuzz_between(struct fuzz_input *input, uint64_t low, uint64_t high);

/* Yes or no, from one octet. */
bool fuzz_flag(struct fuzz_input *input);

/* The octets as a text, to be freed by the caller; NULL where they hold a zero octet. */
char *fuzz_text(const uint8_t *bytes, size_t octets);

/* A refusal of the file at `path` must be one line that names it, and a line of `text` (NULL: not
 * looked at), if any, that it has. */
void fuzz_check_refusal(const struct iptfs_error *error, const char *path, const char *text);

/* A file that is not there, for texts that might have come from one. */
#define FUZZ_PATH "/nonexistent/fuzz.ini"

#endif
