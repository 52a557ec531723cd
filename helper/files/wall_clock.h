/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time that passes for the user, for progress and for how long work took. */
#ifndef IPTFS_FILES_WALL_CLOCK_H
#define IPTFS_FILES_WALL_CLOCK_H

/* Seconds of a clock that is never set back. */
double iptfs_wall_s(void);

#endif
