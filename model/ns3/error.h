/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file
 * Error codes of the C interface to ns-3. */
#ifndef IPTFS_NS3_ERROR_H
#define IPTFS_NS3_ERROR_H

/** What functions of the C interface to ns-3 return when they fail. */
enum iptfs_ns3_error {
    IPTFS_NS3_EINVAL = -1, /**< an argument is outside its documented range */
    IPTFS_NS3_ESTATE = -2, /**< no simulation is open, or this one does not allow the call now */
    IPTFS_NS3_ENOMEM = -3, /**< out of memory */
    IPTFS_NS3_EDROP = -4,  /**< the queue of the link is full: the packet is dropped */
    IPTFS_NS3_EENGINE = -5 /**< ns-3 threw an exception: close the simulation */
};

#endif
