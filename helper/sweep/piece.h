/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of values cut at its separators. */
#ifndef IPTFS_SWEEP_PIECE_H
#define IPTFS_SWEEP_PIECE_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text, not terminated. */
struct iptfs_piece {
    const char *begin;
    size_t length;
};

/* What stands from `begin` up to `end`, without blanks around it. */
struct iptfs_piece iptfs_piece_trim(const char *begin, const char *end);

/* The piece before the next separator, which must stand outside brackets; moves *text behind it.
 * False after the last piece, when *text is NULL. */
bool iptfs_piece_next(const char **text, char separator, struct iptfs_piece *piece);

#endif
