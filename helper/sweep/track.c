/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/track.h"

#include "base/asserts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool iptfs_sweep_has_cases(const struct iptfs_sweep_track *track)
{
    return track->key == NULL;
}

/* The run of a value; lines are short, and so have few. */
static const struct iptfs_sweep_run *run_of(const struct iptfs_sweep_track *track, size_t index)
{
    const struct iptfs_sweep_run *run = track->runs;
    IPTFS_ASSERT(index < track->count);
    while (index - run->begin >= run->count)
        run++;
    return run;
}

static void print_number(const struct iptfs_sweep_run *run, double number, char *buffer)
{
    if (run->round)
        number = nearbyint(number);
    snprintf(buffer, IPTFS_SWEEP_VALUE_MAX, "%.*g%s", run->digits, number, run->unit);
    if (fabs(number) >= 1.0 && strpbrk(buffer, "eE") != NULL)
        snprintf(buffer, IPTFS_SWEEP_VALUE_MAX, "%.0f%s", number, run->unit);
}

static const char *value_in(const struct iptfs_sweep_run *run, size_t index, char *buffer)
{
    double i = (double)index;
    switch (run->rule) {
    case IPTFS_SWEEP_WRITTEN:
        return run->written.value;
    case IPTFS_SWEEP_WHOLE:
        snprintf(buffer, IPTFS_SWEEP_VALUE_MAX, "%" PRIu64, run->first + index);
        break;
    case IPTFS_SWEEP_EVEN:
        print_number(run, run->from + i * run->step, buffer);
        break;
    case IPTFS_SWEEP_RATIO:
        print_number(run, run->from * exp(run->step * (i + 1.0)), buffer);
        break;
    }
    return buffer;
}

const char *iptfs_sweep_value(const struct iptfs_sweep_track *track, size_t index,
                              char buffer[IPTFS_SWEEP_VALUE_MAX])
{
    const struct iptfs_sweep_run *run = run_of(track, index);
    return value_in(run, index - run->begin, buffer);
}

struct iptfs_sweep_set iptfs_sweep_set(const struct iptfs_sweep_track *track, size_t index,
                                       char buffer[IPTFS_SWEEP_TEXT_MAX])
{
    char value[IPTFS_SWEEP_VALUE_MAX];
    const struct iptfs_sweep_run *run = run_of(track, index);
    if (run->rule == IPTFS_SWEEP_WRITTEN)
        return run->written;
    value_in(run, index - run->begin, value);
    snprintf(buffer, IPTFS_SWEEP_TEXT_MAX, "%s=%s", track->key, value);
    return (struct iptfs_sweep_set){buffer, track->key, buffer + strlen(track->key) + 1,
                                    track->line};
}
