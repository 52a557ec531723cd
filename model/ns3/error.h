/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What functions of the C interface to ns-3 return when they fail. */
#ifndef IPTFS_NS3_ERROR_H
#define IPTFS_NS3_ERROR_H

enum iptfs_ns3_error {
    IPTFS_NS3_EINVAL = -1, /* an argument is outside its documented range */
    IPTFS_NS3_ESTATE = -2, /* not possible now: no simulation is open, or it is the wrong one */
    IPTFS_NS3_ENOMEM = -3, /* memory ran out */
    IPTFS_NS3_EDROP = -4,  /* the queue of the link refused the packet */
    IPTFS_NS3_EENGINE = -5 /* ns-3 threw an exception: close the simulation */
};

#endif
