/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/run_summary.h"

#include "run/run.h"
#include "summary/summary.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

json_t *summary_of(const char *text, const char *const *sets, size_t n_sets)
{
    static struct iptfs_run run;
    struct iptfs_scenario scenario;
    struct iptfs_error error = {0};
    json_t *summary = NULL;
    int code = iptfs_scenario_parse_text(&scenario, text, "test.ini", sets, n_sets, &error);
    if (code != IPTFS_OK) {
        CHECK_FAIL("%s", error.text);
        return NULL;
    }
    code = iptfs_run_init(&run, &scenario, scenario.seed, 0, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_until(&run, scenario.duration_ps, &error);
    if (code == IPTFS_OK)
        code = iptfs_run_finish(&run, &error);
    if (code == IPTFS_OK) {
        struct iptfs_summary_view view = iptfs_run_view(&run, scenario.duration_ps);
        summary = iptfs_summary_json(&view);
    } else {
        CHECK_FAIL("%s", error.text);
    }
    iptfs_run_free(&run);
    iptfs_scenario_free(&scenario);
    return summary;
}

const json_t *summary_at(const json_t *summary, const char *path)
{
    char copy[128], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    const json_t *value = summary;
    for (char *name = strtok_r(copy, ".", &rest); name != NULL; name = strtok_r(NULL, ".", &rest))
        value = json_object_get(value, name);
    if (value == NULL)
        CHECK_FAIL("%s: not in the summary", path);
    return value;
}

double summary_number(const json_t *summary, const char *path)
{
    return json_number_value(summary_at(summary, path));
}
