/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model's error codes for those of the C interface to ns-3. */
#ifndef IPTFS_NS3_FAILURE_H
#define IPTFS_NS3_FAILURE_H

/* 0, or the code of base/error.h for one of ns3/error.h: IPTFS_E_INVALID, IPTFS_E_NO_MEMORY or
 * IPTFS_E_ENGINE. */
int iptfs_ns3_failure(int ns3_code);

#endif
