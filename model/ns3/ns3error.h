/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What functions of the C interface to ns-3 return when they fail. */
#ifndef IPTFS_NS3ERROR_H
#define IPTFS_NS3ERROR_H

enum ns3shim_error {
    NS3SHIM_EINVAL = -1, /* an argument is outside its documented range */
    NS3SHIM_ESTATE = -2, /* not possible now: no simulation is open, or it is the wrong one */
    NS3SHIM_ENOMEM = -3, /* memory ran out */
    NS3SHIM_EDROP = -4,  /* the queue of the link refused the packet */
    NS3SHIM_EENGINE = -5 /* ns-3 threw an exception: close the simulation */
};

#endif
