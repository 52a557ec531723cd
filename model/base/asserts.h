/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Invariants that no input can break. They are checked in the variants debug, asan and fuzz, and
 * cost nothing in the release. */
#ifndef IPTFS_BASE_ASSERTS_H
#define IPTFS_BASE_ASSERTS_H

#ifdef IPTFS_ASSERTS
#include <assert.h>
#define IPTFS_ASSERT(condition) assert(condition)
#else
#define IPTFS_ASSERT(condition) ((void)sizeof(condition))
#endif

#endif
