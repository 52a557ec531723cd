/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold of a scenario that was accepted. */
#ifndef IPTFS_FUZZ_PRINTED_H
#define IPTFS_FUZZ_PRINTED_H

#include "scenario/scenario.h"

/* The scenario as an INI file, to be freed by the caller. */
char *fuzz_printed(const struct iptfs_scenario *scenario);

/* It is printed, read again, and the second print is the same. */
void fuzz_check_printed(const struct iptfs_scenario *scenario);

#endif
