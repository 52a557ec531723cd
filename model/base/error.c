/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int iptfs_fail(struct iptfs_error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;
    error->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    error->origin = (struct iptfs_error_origin){0};
    return code;
}

const char *iptfs_error_without_place(const struct iptfs_error *error)
{
    size_t place_octets = error->origin.place_octets;
    return place_octets <= strlen(error->text) ? error->text + place_octets : error->text;
}

int iptfs_fail_no_memory(struct iptfs_error *error)
{
    return iptfs_fail(error, IPTFS_E_NO_MEMORY, "%s", iptfs_error_name(IPTFS_E_NO_MEMORY));
}

const char *iptfs_error_name(int code)
{
    switch (code) {
    case IPTFS_OK:
        return "no error";
    case IPTFS_E_INVALID:
        return "not allowed";
    case IPTFS_E_NO_MEMORY:
        return "out of memory";
    case IPTFS_E_SHORT:
        return "too short";
    case IPTFS_E_SUB_TYPE:
        return "unknown AGGFRAG sub-type";
    case IPTFS_E_NO_SPACE:
        return "no queue space";
    case IPTFS_E_TOO_BIG:
        return "packet too big";
    case IPTFS_E_IO:
        return "input/output error";
    case IPTFS_E_UNBALANCED:
        return "the ledger does not balance";
    case IPTFS_E_ENGINE:
        return "the event engine refused";
    case IPTFS_E_STOPPED:
        return "the circuit breaker has stopped the tunnel";
    case IPTFS_E_INTERRUPTED:
        return "interrupted";
    default:
        return "unknown error";
    }
}
