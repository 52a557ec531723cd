/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep/compared.h"

#include "files/textfile.h"
#include "option/time_or_word.h"
#include "run/warm_up.h"
#include "sweep/grid.h"
#include "text/hash.h"
#include "text/quantity.h"

#include <stdbool.h>
#include <stdlib.h>

/* ---------------------------------------------------------------------------------------- points
 */

struct group {
    size_t *points;
    size_t count;
    size_t capacity;
};

static bool holds(const struct group *group, size_t point)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->points[i] == point)
            return true;
    return false;
}

static int add(struct group *group, size_t point)
{
    if (point == 0 || holds(group, point))
        return IPTFS_OK;
    if (group->count == group->capacity) {
        size_t capacity = 2 * group->capacity + 4;
        size_t *points = realloc(group->points, capacity * sizeof *points);
        if (points == NULL)
            return IPTFS_E_NO_MEMORY;
        group->points = points;
        group->capacity = capacity;
    }
    group->points[group->count++] = point;
    return IPTFS_OK;
}

int iptfs_sweep_compared(const struct iptfs_sweep *sweep, size_t index, size_t **points,
                         size_t *count)
{
    struct group group = {.points = NULL};
    int code = add(&group, index);
    for (size_t i = 0; i < group.count; i++)
        for (size_t j = 0; j < sweep->n_comparisons && code == IPTFS_OK; j++)
            code = add(&group, iptfs_sweep_partner(sweep, &sweep->comparisons[j], group.points[i]));
    if (code != IPTFS_OK)
        free(group.points);
    *points = code == IPTFS_OK ? group.points : NULL;
    *count = code == IPTFS_OK ? group.count : 0;
    return code;
}

/* Calls for the scenario of each point that is compared with this one, but not for its own. */
static int each_partner(const struct iptfs_sweep *sweep, size_t index,
                        int (*take)(void *ctx, const struct iptfs_scenario *scenario,
                                    struct iptfs_error *error),
                        void *ctx, struct iptfs_error *error)
{
    size_t *points, count;
    int code = iptfs_sweep_compared(sweep, index, &points, &count);
    if (code != IPTFS_OK)
        return iptfs_fail_no_memory(error);
    for (size_t i = 1; i < count && code == IPTFS_OK; i++) {
        struct iptfs_scenario scenario;
        code = iptfs_sweep_scenario(sweep, points[i], &scenario, error);
        if (code != IPTFS_OK)
            break;
        code = take(ctx, &scenario, error);
        iptfs_scenario_free(&scenario);
    }
    free(points);
    return code;
}

/* --------------------------------------------------------------------------------------- warm-up
 */

static int find(const struct iptfs_scenario *scenario, struct iptfs_warm_up *warm_up,
                struct iptfs_error *error)
{
    static struct iptfs_run run; /* large, and ns-3 allows one at a time */
    return iptfs_warm_up_find(&run, scenario, scenario->seed, 0, NULL, warm_up, error);
}

static int take_latest(void *ctx, const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    struct iptfs_warm_up *latest = ctx, warm_up;
    int code = find(scenario, &warm_up, error);
    if (code != IPTFS_OK)
        return code;
    latest->too_short = latest->too_short || warm_up.too_short;
    if (warm_up.cut_ps > latest->cut_ps)
        latest->cut_ps = warm_up.cut_ps;
    return IPTFS_OK;
}

int iptfs_sweep_warm_up(const struct iptfs_sweep *sweep, size_t index,
                        const struct iptfs_scenario *scenario, struct iptfs_warm_up *warm_up,
                        struct iptfs_error *error)
{
    int code = find(scenario, warm_up, error);
    if (code == IPTFS_OK && scenario->warm_up_ps == IPTFS_TIME_BY_WORD)
        code = each_partner(sweep, index, take_latest, warm_up, error);
    if (code != IPTFS_OK || warm_up->cut_ps < scenario->duration_ps)
        return code;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: [scenario] duration: found '%s', allowed: above %s, the latest warm-up "
                      "of the compared cases",
                      iptfs_quoted_path(scenario->path).text,
                      iptfs_exact_time(scenario->duration_ps).text,
                      iptfs_exact_time(warm_up->cut_ps).text);
}

/* -------------------------------------------------------------------------------------- identity
 */

/* A sum does not depend on the order of the points, which changes when a sweep grows. */
static int take_hash(void *ctx, const struct iptfs_scenario *scenario, struct iptfs_error *error)
{
    struct iptfs_sweep_identity identity;
    int code = iptfs_sweep_identify(scenario, &identity, error);
    if (code == IPTFS_OK)
        *(uint64_t *)ctx += identity.hash;
    return code;
}

int iptfs_sweep_identify_point(const struct iptfs_sweep *sweep, size_t index,
                               const struct iptfs_scenario *scenario,
                               struct iptfs_sweep_identity *identity, struct iptfs_error *error)
{
    uint64_t partners = 0;
    int code = iptfs_sweep_identify(scenario, identity, error);
    if (code != IPTFS_OK || scenario->warm_up_ps != IPTFS_TIME_BY_WORD)
        return code;
    code = each_partner(sweep, index, take_hash, &partners, error);
    if (code == IPTFS_OK && partners != 0)
        identity->hash = iptfs_hash(identity->hash, &partners, sizeof partners);
    return code;
}
