/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One end of a tunnel at work on a capture: `encap` sends what a capture holds, `decap` receives
 * it. Both read and write real octets; times are those of the capture. */
#ifndef IPTFS_ENDPOINT_H
#define IPTFS_ENDPOINT_H

#include "base/error.h"
#include "scenario/sa.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct iptfs_endpoint_request {
    const char *in_path;
    const char *out_path;
    const char *scenario_path; /* NULL: all is as usual, but for the sets */
    const char *const *sets; /* "section.key=value"; [tunnel] and [link] of the forward direction */
    size_t n_sets;
    struct iptfs_sa_options sa;
    const char *esp_sa_path; /* the table for Wireshark; NULL: none. encap alone */
    bool json;               /* print the figures as JSON */
    bool quiet;              /* print nothing but errors, and what was left out */
};

/* `iptfs-sim encap`: the IP packets of a capture go through a sender; its outer packets are
 * written, and what became of the packets is printed to `out`. Packets that are not there whole are
 * left out, and that is told on `notes`. Nothing is written unless all went well. Returns 0 or a
 * negative code with a line of text. */
int iptfs_encap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error);

/* `iptfs-sim decap`: the outer packets of a capture go through a receiver; the inner packets that
 * leave it are written. The rest as above. */
int iptfs_decap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error);

#endif
