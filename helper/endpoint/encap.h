/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sending end of a tunnel at work on a capture. */
#ifndef IPTFS_ENDPOINT_ENCAP_H
#define IPTFS_ENDPOINT_ENCAP_H

#include "endpoint/endpoint.h"

/* `iptfs-sim encap`: sends the IP packets of a capture through the sender of a tunnel, writes the
 * outer packets, and prints the figures of the run to `out`. Packets that are not captured whole
 * are skipped and reported on `notes`. Nothing is written unless all went well. Returns 0 or a
 * negative code with a line of text. */
int iptfs_encap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error);

#endif
