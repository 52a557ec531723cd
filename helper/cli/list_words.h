/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Topics of `iptfs-sim list` whose rows are a word and its meaning. */
#ifndef IPTFS_CLI_LIST_WORDS_H
#define IPTFS_CLI_LIST_WORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One row; `origin` may be NULL. */
struct iptfs_list_word {
    const char *word;
    const char *meaning;
    const char *origin; /* where the idea comes from, or where the cause acts */
};

/* The row at an index; false behind the last one. */
typedef bool iptfs_list_word_at(size_t index, struct iptfs_list_word *word);

/* The topics. */
iptfs_list_word_at iptfs_list_mode_at, iptfs_list_traffic_at, iptfs_list_tcp_at,
    iptfs_list_device_at, iptfs_list_framing_at, iptfs_list_cipher_at, iptfs_list_cause_at,
    iptfs_list_plot_at, iptfs_list_engine_at, iptfs_list_sweep_key_at;

/* The rows as text below the title, as CSV (topic,word,meaning and the name of the origin, such as
 * "source"), as a table of Markdown, or as a new JSON array. */
void iptfs_list_words_text(const char *title, iptfs_list_word_at *at, FILE *out);
void iptfs_list_words_csv(const char *topic, const char *origin, iptfs_list_word_at *at, FILE *out);
void iptfs_list_words_markdown(iptfs_list_word_at *at, FILE *out);
json_t *iptfs_list_words_json(const char *origin, iptfs_list_word_at *at);

#endif
