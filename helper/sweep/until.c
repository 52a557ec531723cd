/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/until.h"

#include "base/asserts.h"
#include "sweep/statistics.h"

#include <math.h>
#include <stdbool.h>

const char *iptfs_until_state_name(enum iptfs_until_state state)
{
    static const char *const names[] = {
        [IPTFS_UNTIL_RUNNING] = "not finished", [IPTFS_UNTIL_REACHED] = "reached",
        [IPTFS_UNTIL_MISSED] = "not reached",   [IPTFS_UNTIL_ZERO] = "all values are 0",
        [IPTFS_UNTIL_NO_VALUE] = "no value",    [IPTFS_UNTIL_FAILED] = "failed",
    };
    return names[state];
}

/* Replications to have at the next look: as many as these values let expect, at least a quarter
 * more, and at most twice as many, since the deviation of few values is uncertain. */
static size_t next_count(const struct iptfs_sweep_until *until, const struct iptfs_until_step *step,
                         size_t count)
{
    size_t next = count + (count + 3) / 4, end = 2 * count;
    double target = until->share * fabs(step->mean);
    while (next < end && iptfs_statistics_half_of(step->half, count, next) > target)
        next++;
    return next < until->most ? next : until->most;
}

struct iptfs_until_step iptfs_until_step(const struct iptfs_sweep_until *until,
                                         const double *values, size_t count)
{
    struct iptfs_until_step step = {.mean = (double)NAN, .half = (double)NAN};
    bool zero = true;
    IPTFS_ASSERT(count >= 2 && count <= until->most);
    for (size_t i = 0; i < count; i++) {
        zero = zero && values[i] == 0.0;
        if (!isfinite(values[i])) {
            step.state = IPTFS_UNTIL_NO_VALUE;
            return step;
        }
    }
    step.mean = iptfs_statistics_mean(values, count, &step.half);
    if (zero)
        step.state = IPTFS_UNTIL_ZERO;
    else if (step.half <= until->share * fabs(step.mean))
        step.state = IPTFS_UNTIL_REACHED;
    else if (count == until->most)
        step.state = IPTFS_UNTIL_MISSED;
    else
        step.next = next_count(until, &step, count);
    return step;
}
