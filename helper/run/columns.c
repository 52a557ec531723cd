/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/columns.h"

#include "base/error.h"
#include "summary/measures.h"
#include "summary/table.h"

#include <stdio.h>
#include <stdlib.h>

/* The columns while they are counted, and then filled in. */
struct columns {
    struct iptfs_column *all;
    size_t count;
};

/* Counts the columns of a group; `append` also fills in those columns. */
static void add_group(struct columns *columns, const struct iptfs_summary_group *group,
                      const struct iptfs_summary_subject *subject, size_t flow, bool append)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct iptfs_summary_row *row = &group->rows[i];
        const struct iptfs_summary_condition *when = row->series.when;
        if (row->series.kind == IPTFS_SERIES_NONE || (when != NULL && !when->holds(subject)))
            continue;
        if (append) {
            struct iptfs_column *column = &columns->all[columns->count];
            const char *direction = subject->direction == IPTFS_FORWARD ? "forward" : "reverse";
            *column = (struct iptfs_column){.row = row,
                                            .direction = subject->direction,
                                            .of_flow = subject->traffic != NULL,
                                            .flow = flow};
            if (subject->traffic != NULL)
                snprintf(column->name, sizeof column->name, "%s.%s.%s", group->prefix,
                         subject->traffic->name, row->name);
            else
                snprintf(column->name, sizeof column->name, "%s.%s", direction, row->name);
        }
        columns->count++;
    }
}

/* The directions, then each flow in its own direction. */
static void add_columns(struct columns *columns, const struct iptfs_summary_view *view, bool append)
{
    columns->count = 0;
    for (int direction = 0; direction < IPTFS_DIRECTIONS; direction++) {
        struct iptfs_summary_subject subject =
            iptfs_summary_direction_subject(view, (enum iptfs_direction)direction);
        for (size_t i = 0; subject.tunnel != NULL && i < iptfs_summary_group_count; i++)
            if (iptfs_summary_groups[i]->scope == IPTFS_SUMMARY_DIRECTION)
                add_group(columns, iptfs_summary_groups[i], &subject, 0, append);
    }
    for (size_t i = 0; i < iptfs_summary_flow_count(view->scenario); i++) {
        struct iptfs_summary_subject subject;
        if (iptfs_summary_flow_subject(view, view->scenario->traffic[i].direction, i, &subject))
            add_group(columns, &iptfs_summary_flows_group, &subject, i, append);
    }
}

int iptfs_columns_new(const struct iptfs_summary_view *view, struct iptfs_column **all,
                      size_t *count)
{
    struct columns columns = {.all = NULL};
    add_columns(&columns, view, false);
    columns.all = calloc(columns.count + 1, sizeof *columns.all);
    if (columns.all == NULL)
        return IPTFS_E_NO_MEMORY;
    add_columns(&columns, view, true);
    *all = columns.all;
    *count = columns.count;
    return IPTFS_OK;
}

double iptfs_column_value(struct iptfs_column *column, const struct iptfs_summary_view *view,
                          double interval_s)
{
    struct iptfs_summary_subject subject = iptfs_summary_direction_subject(view, column->direction);
    if (column->of_flow)
        iptfs_summary_flow_subject(view, column->direction, column->flow, &subject);
    double value = column->row->series.get(&subject), before = column->before;
    column->before = value;
    switch (column->row->series.kind) {
    case IPTFS_SERIES_RATE:
        return 8.0 * (value - before) / interval_s;
    case IPTFS_SERIES_INCREASE:
        return value - before;
    case IPTFS_SERIES_LEVEL:
    case IPTFS_SERIES_NONE:
        break;
    }
    return value;
}
