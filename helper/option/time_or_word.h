/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times that may be left to the program: a word stands in place of the time. */
#ifndef IPTFS_OPTION_TIME_OR_WORD_H
#define IPTFS_OPTION_TIME_OR_WORD_H

#include <stdint.h>

/* What an int64_t field of such a kind holds when the word was given; times are 0 or more. */
#define IPTFS_TIME_BY_WORD INT64_C(-1)

#endif
