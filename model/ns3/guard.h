/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++, for the sources of this folder: no exception leaves a function with C linkage. */
#ifndef IPTFS_NS3_GUARD_H
#define IPTFS_NS3_GUARD_H

#include "ns3/error.h"

#include <exception>
#include <new>

namespace iptfs
{

/* Ends the present run of iptfs_ns3_run_until with this code; does nothing when none runs. What
 * threw has changed what the simulation does, whether its caller checks the code or not. */
void fail_run(int code);

/* Runs `body`, which returns 0 or a code of enum iptfs_ns3_error, and returns its result. An
 * exception becomes IPTFS_NS3_ENOMEM or IPTFS_NS3_EENGINE. */
template <typename Body> int guarded(Body body)
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        fail_run(IPTFS_NS3_ENOMEM);
        return IPTFS_NS3_ENOMEM;
    } catch (...) {
        fail_run(IPTFS_NS3_EENGINE);
        return IPTFS_NS3_EENGINE;
    }
}

} // namespace iptfs

#endif
