/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors are values: a negative code and, for errors that the user must correct, one line of
 * text. */
#ifndef IPTFS_BASE_ERROR_H
#define IPTFS_BASE_ERROR_H

#include <stddef.h>

enum iptfs_error_code {
    IPTFS_OK = 0,
    IPTFS_E_INVALID = -1,     /* an argument or setting is not allowed */
    IPTFS_E_NO_MEMORY = -2,   /* memory ran out */
    IPTFS_E_SHORT = -3,       /* a buffer or packet ends before what it must hold */
    IPTFS_E_SUB_TYPE = -4,    /* an unknown AGGFRAG sub-type (RFC 9347, 6.1) */
    IPTFS_E_NO_SPACE = -5,    /* the queue has no space for the packet */
    IPTFS_E_TOO_BIG = -6,     /* longer than one outer packet, and fragmenting is off */
    IPTFS_E_IO = -7,          /* a file could not be read or written */
    IPTFS_E_UNBALANCED = -8,  /* the ledger does not add up: an internal error */
    IPTFS_E_ENGINE = -9,      /* the event engine refused */
    IPTFS_E_STOPPED = -10,    /* the circuit breaker has stopped the tunnel */
    IPTFS_E_INTERRUPTED = -11 /* a signal ended the work early */
};

/* Where a refused value was given: in a file, or as an override of the command line. */
enum iptfs_error_place {
    IPTFS_PLACE_NONE,
    IPTFS_PLACE_FILE,
    IPTFS_PLACE_OVERRIDE
};

/* The origin of an error as data, for callers that know more about it than the text says. */
struct iptfs_error_origin {
    enum iptfs_error_place place;
    unsigned line;       /* of the file, from 1; 0: the file as a whole */
    size_t override;     /* index of the override, from 0 */
    size_t place_octets; /* of the place at the beginning of the text, "FILE:LINE: "; 0: none */
    char file[192];      /* as messages quote it */
    char section[64];    /* "tunnel.reverse", "traffic.NAME"; "" when none is concerned */
    char key[64];        /* likewise */
};

/* One error with its line for the user; `text` is empty when there is none. */
struct iptfs_error {
    int code;
    char text[1024];
    struct iptfs_error_origin origin; /* all 0 where none is known */
};

/* Fills `error` (may be NULL) with a code and a formatted line, cut if too long, and no origin;
 * returns `code`, so that a function can end with it. */
int iptfs_fail(struct iptfs_error *error, int code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* The text without the place at its beginning, for callers that prepend another one. */
const char *iptfs_error_without_place(const struct iptfs_error *error);

/* The one error when memory ran out: IPTFS_E_NO_MEMORY with the text "out of memory". Returns the
 * code. */
int iptfs_fail_no_memory(struct iptfs_error *error);

/* A short description of a code, where no line was written. Static storage. */
const char *iptfs_error_name(int code);

#endif
