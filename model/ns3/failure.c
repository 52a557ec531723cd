/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/failure.h"

#include "base/error.h"
#include "ns3/error.h"

int iptfs_ns3_failure(int ns3_code)
{
    switch (ns3_code) {
    case 0:
        return IPTFS_OK;
    case IPTFS_NS3_EINVAL:
        return IPTFS_E_INVALID;
    case IPTFS_NS3_ENOMEM:
        return IPTFS_E_NO_MEMORY;
    default:
        return IPTFS_E_ENGINE;
    }
}
