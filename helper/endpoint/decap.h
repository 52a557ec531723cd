/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiving end of a tunnel at work on a capture. */
#ifndef IPTFS_ENDPOINT_DECAP_H
#define IPTFS_ENDPOINT_DECAP_H

#include "endpoint/endpoint.h"

/* `iptfs-sim decap`: receives the outer packets of a capture and writes the inner packets that come
 * out. The rest is as with iptfs_encap. */
int iptfs_decap(const struct iptfs_endpoint_request *request, FILE *out, FILE *notes,
                struct iptfs_error *error);

#endif
