/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/exit_status.h"

#include "base/error.h"
#include "files/interrupt.h"

static const struct iptfs_exit_row rows[] = {
    {"0", "success"},
    {"1", "the run failed or its output could not be written"},
    {"2", "the command line or an input file is wrong"},
    {"3", "a circuit breaker stopped the tunnel (results are written)"},
    {"128+N", "signal N ended the work early, such as 130 for Ctrl-C (what is done is kept)"},
};

const struct iptfs_exit_row *iptfs_exit_row(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

int iptfs_exit_of(int code)
{
    switch (code) {
    case IPTFS_OK:
        return IPTFS_EXIT_OK;
    case IPTFS_E_STOPPED:
        return IPTFS_EXIT_STOPPED;
    case IPTFS_E_INVALID:
    case IPTFS_E_IO:
        return IPTFS_EXIT_USAGE;
    case IPTFS_E_INTERRUPTED:
        return IPTFS_EXIT_SIGNAL + iptfs_interrupt_signal();
    default:
        return IPTFS_EXIT_FAILED;
    }
}
