/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Erasing keys from memory. */
#ifndef IPTFS_BASE_ERASE_H
#define IPTFS_BASE_ERASE_H

#include <stddef.h>

/* Sets memory to 0; no compiler leaves it out because the memory is not read any more. */
void iptfs_erase(void *memory, size_t octets);

#endif
