/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/exit_status.h"

#include "base/error.h"

const char *iptfs_exit_meaning(enum iptfs_exit status)
{
    static const char *const meanings[] = {
        [IPTFS_EXIT_OK] = "success",
        [IPTFS_EXIT_FAILED] = "the run failed or its output could not be written",
        [IPTFS_EXIT_USAGE] = "the command line or an input file is wrong",
        [IPTFS_EXIT_STOPPED] = "a circuit breaker stopped the tunnel (results are written)",
    };
    return meanings[status];
}

enum iptfs_exit iptfs_exit_of(int code)
{
    switch (code) {
    case IPTFS_OK:
        return IPTFS_EXIT_OK;
    case IPTFS_E_STOPPED:
        return IPTFS_EXIT_STOPPED;
    case IPTFS_E_INVALID:
    case IPTFS_E_IO:
        return IPTFS_EXIT_USAGE;
    default:
        return IPTFS_EXIT_FAILED;
    }
}
