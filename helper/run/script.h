/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recorded script (see replay.h) in memory. */
#ifndef IPTFS_RUN_SCRIPT_H
#define IPTFS_RUN_SCRIPT_H

#include "base/error.h"
#include "link/impairments/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct iptfs_script_config {
    int64_t pkt_size;
    int64_t init_delay_us;
    int64_t max_queue_size;
    int64_t dont_frag;
    int64_t reorder_window;
    int64_t drop_time_us;
    int64_t mtu;
    int64_t cipher; /* index for iptfs_cipher_at */
    int64_t tfcpad;
    bool plain_esp; /* mode tunnel, not iptfs */
    int64_t outer;
    int64_t link_delay_ns;
};

/* An inner or an outer packet that arrives at a given time. */
struct iptfs_script_event {
    int64_t at_ps;
    bool raw;         /* an outer packet for the receiver, else an inner one for the sender */
    bool v6;          /* in */
    uint8_t tos;      /* in */
    uint32_t octets;  /* in: of the packet; raw: of the payload */
    uint32_t id;      /* in */
    uint64_t seq;     /* raw */
    uint8_t *payload; /* raw */
};

struct iptfs_script {
    struct iptfs_script_config config;
    struct iptfs_script_event *events; /* in the order of the file */
    size_t event_count;
    struct iptfs_impair_item *items; /* of the channel, in the order of the file */
    size_t item_count;
    int64_t end_ps;
};

/* Reads a script. IPTFS_E_INVALID with "PATH:LINE: ...", IPTFS_E_IO, IPTFS_E_NO_MEMORY; then the
 * script is empty. The caller frees it with iptfs_script_free. */
int iptfs_script_read(struct iptfs_script *script, FILE *in, const char *path,
                      struct iptfs_error *error);
void iptfs_script_free(struct iptfs_script *script);

#endif
