/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An attack's results as a table for people. */
#ifndef IPTFS_ADVICE_ATTACK_TABLE_H
#define IPTFS_ADVICE_ATTACK_TABLE_H

#include "scenario/classes.h"

#include <jansson.h>
#include <stdio.h>

/* Prints the rows of advice/attack_results.h: a line for each tunnel, then which classes were taken
 * for which others. */
void iptfs_attack_print(const json_t *rows, const struct iptfs_classes *classes, FILE *out);

#endif
