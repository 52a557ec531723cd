/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/arguments.h"

#include "base/error.h"
#include "cli/command.h"
#include "cli/exit_status.h"
#include "text/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void refuse_value(const char *option, const char *why)
{
    fprintf(stderr, IPTFS_PROGRAM ": %s: %s\n", option, why);
    exit(IPTFS_EXIT_USAGE);
}

uint64_t iptfs_argument_number(const char *option, const char *text, uint64_t minimum,
                               uint64_t maximum)
{
    uint64_t number = 0;
    struct iptfs_error error;
    char why[160];
    if (iptfs_parse_number(text, &number, &error) != 0)
        refuse_value(option, error.text);
    if (number >= minimum && number <= maximum)
        return number;
    snprintf(why, sizeof why, "found '%s', allowed: %" PRIu64 " to %" PRIu64,
             iptfs_quoted(text).text, minimum, maximum);
    refuse_value(option, why);
    return 0;
}

int64_t iptfs_argument_time(const char *option, const char *text)
{
    struct iptfs_error error;
    int64_t time_ps = 0;
    if (iptfs_parse_time(text, &time_ps, &error) != 0)
        refuse_value(option, error.text);
    if (time_ps <= 0)
        refuse_value(option, "found '0', allowed: a time above 0, such as 100ms");
    return time_ps;
}

uint64_t iptfs_argument_octets(const char *option, const char *text)
{
    struct iptfs_error error;
    uint64_t octets = 0;
    if (iptfs_parse_octets(text, &octets, &error) != 0)
        refuse_value(option, error.text);
    return octets;
}

void iptfs_argument_take(struct argp_state *state, const char **argument, const char *text)
{
    if (*argument != NULL)
        argp_error(state, "unexpected argument '%s'", iptfs_quoted(text).text);
    *argument = text;
}
