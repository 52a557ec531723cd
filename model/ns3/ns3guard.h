/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: no exception leaves a function with C linkage. */
#ifndef IPTFS_NS3GUARD_H
#define IPTFS_NS3GUARD_H

#include "ns3/ns3error.h"

#include <exception>
#include <new>

/* Runs `body`, which gives 0 or a code of enum ns3shim_error, and gives what it gives; an exception
 * becomes NS3SHIM_ENOMEM or NS3SHIM_EENGINE. */
template <typename Body> int iptfs_ns3_guarded(Body body)
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return NS3SHIM_ENOMEM;
    } catch (...) {
        return NS3SHIM_EENGINE;
    }
}

#endif
