/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two directions of a tunnel and its link. */
#ifndef IPTFS_OPTION_DIRECTION_H
#define IPTFS_OPTION_DIRECTION_H

/* Index of arrays with one element for each direction. */
enum iptfs_direction {
    IPTFS_FORWARD,
    IPTFS_REVERSE,
    IPTFS_DIRECTIONS
};

#endif
