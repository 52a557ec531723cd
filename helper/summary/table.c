/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "summary/table.h"

#include "base/asserts.h"
#include "summary/measures.h"
#include "traffic/host.h"

#include <stdio.h>
#include <string.h>

const struct iptfs_summary_group *const iptfs_summary_groups[] = {
    &iptfs_summary_run_group,           &iptfs_summary_inner_group,
    &iptfs_summary_outer_group,         &iptfs_summary_delays_group,
    &iptfs_summary_rates_group,         &iptfs_summary_leak_group,
    &iptfs_summary_congestion_group,    &iptfs_summary_breaker_group,
    &iptfs_summary_event_breaker_group, &iptfs_summary_plpmtud_group,
    &iptfs_summary_flows_group,         &iptfs_summary_counters_group,
    &iptfs_summary_negotiation_group,   &iptfs_summary_ends_group,
};

const size_t iptfs_summary_group_count =
    sizeof iptfs_summary_groups / sizeof iptfs_summary_groups[0];

/* ------------------------------------------------------------------------------------ subjects */

struct iptfs_summary_subject iptfs_summary_direction_subject(const struct iptfs_summary_view *view,
                                                             enum iptfs_direction direction)
{
    return (struct iptfs_summary_subject){
        .view = view,
        .direction = direction,
        .tunnel = view->direction[direction].tunnel,
        .totals = &view->direction[direction].totals,
        .before = &view->direction[direction].before,
    };
}

bool iptfs_summary_flow_subject(const struct iptfs_summary_view *view,
                                enum iptfs_direction direction, size_t index,
                                struct iptfs_summary_subject *subject)
{
    static const struct iptfs_flow nothing;
    const struct iptfs_traffic_options *traffic = &view->scenario->traffic[index];
    bool hosted = iptfs_traffic_hosted(traffic);
    /* Hosts of ns-3 answer, so their packets go in both directions. */
    if (traffic->direction != direction && !hosted)
        return false;
    *subject = iptfs_summary_direction_subject(view, direction);
    if (iptfs_traffic_beside(traffic))
        subject->tunnel = view->direction[direction].bypass;
    IPTFS_ASSERT(subject->tunnel != NULL);
    subject->traffic = traffic;
    subject->flow = subject->tunnel->flows.flow[index];
    if (subject->flow == NULL)
        subject->flow = &nothing;
    if (traffic->direction == direction && view->hosts != NULL && view->hosts[index].hosted)
        subject->hosts = &view->hosts[index];
    return true;
}

/* ---------------------------------------------------------------------------------------- walk */

struct walk {
    iptfs_summary_take *take;
    void *ctx;
};

static bool holds(const struct iptfs_summary_condition *condition,
                  const struct iptfs_summary_subject *subject)
{
    return condition == NULL || condition->holds(subject);
}

/* A row without parts has one value. */
static bool has_part(const struct iptfs_summary_row *row, size_t part)
{
    return row->parts != NULL ? row->parts->name(part) != NULL : part == 0;
}

static void each_row(const struct walk *walk, const struct iptfs_summary_group *group,
                     struct iptfs_summary_subject *subject, const char *member)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct iptfs_summary_row *row = &group->rows[i];
        struct iptfs_summary_place place = {group, row, subject, member};
        if (row->get == NULL || !holds(row->when, subject))
            continue;
        for (subject->part = 0; has_part(row, subject->part); subject->part++) {
            struct iptfs_figure figure = row->get(subject);
            walk->take(walk->ctx, &place, &figure);
        }
    }
}

static void each_flow(const struct walk *walk, const struct iptfs_summary_group *group,
                      struct iptfs_summary_subject *of_direction)
{
    const struct iptfs_summary_view *view = of_direction->view;
    struct iptfs_summary_place begin = {.group = group, .subject = of_direction};
    walk->take(walk->ctx, &begin, NULL);
    for (size_t i = 0; i < iptfs_summary_flow_count(view->scenario); i++) {
        struct iptfs_summary_subject subject;
        if (iptfs_summary_flow_subject(view, of_direction->direction, i, &subject))
            each_row(walk, group, &subject, subject.traffic->name);
    }
}

/* Values of a group of one direction. */
static void each_of_direction(const struct walk *walk, const struct iptfs_summary_group *group,
                              struct iptfs_summary_subject *subject)
{
    if (!holds(group->when, subject))
        return;
    if (group->scope == IPTFS_SUMMARY_FLOW)
        each_flow(walk, group, subject);
    else
        each_row(walk, group, subject, NULL);
}

static bool is_of_direction(const struct iptfs_summary_group *group)
{
    return group->scope == IPTFS_SUMMARY_DIRECTION || group->scope == IPTFS_SUMMARY_FLOW;
}

static void each_direction(const struct walk *walk, const struct iptfs_summary_view *view,
                           size_t from, size_t to)
{
    for (int direction = 0; direction < IPTFS_DIRECTIONS; direction++) {
        struct iptfs_summary_subject subject =
            iptfs_summary_direction_subject(view, (enum iptfs_direction)direction);
        for (size_t i = from; subject.tunnel != NULL && i < to; i++)
            each_of_direction(walk, iptfs_summary_groups[i], &subject);
    }
}

static void each_end(const struct walk *walk, const struct iptfs_summary_group *group,
                     const struct iptfs_summary_view *view)
{
    for (int end = 0; end < IPTFS_ENDS; end++) {
        struct iptfs_summary_subject subject = {.view = view, .end = (enum iptfs_end)end};
        each_row(walk, group, &subject, iptfs_end_name((enum iptfs_end)end));
    }
}

void iptfs_summary_each(const struct iptfs_summary_view *view, iptfs_summary_take *take, void *ctx)
{
    const struct walk walk = {take, ctx};
    size_t i = 0;
    while (i < iptfs_summary_group_count) {
        const struct iptfs_summary_group *group = iptfs_summary_groups[i];
        size_t next = i + 1;
        if (is_of_direction(group)) {
            /* All groups of the forward direction come before those of the reverse one. */
            while (next < iptfs_summary_group_count && is_of_direction(iptfs_summary_groups[next]))
                next++;
            each_direction(&walk, view, i, next);
        } else if (group->scope == IPTFS_SUMMARY_END) {
            each_end(&walk, group, view);
        } else {
            struct iptfs_summary_subject subject = {.view = view};
            each_row(&walk, group, &subject, NULL);
        }
        i = next;
    }
}

/* --------------------------------------------------------------------------------------- names */

static bool find_part(const struct iptfs_summary_parts *parts, const char *name, size_t *part)
{
    const char *found;
    for (*part = 0; (found = parts->name(*part)) != NULL; ++*part)
        if (strcmp(found, name) == 0)
            return true;
    return false;
}

static bool matches(const struct iptfs_summary_row *row, const char *name, size_t *part)
{
    size_t length = strlen(row->name);
    *part = 0;
    if (row->get == NULL || strncmp(row->name, name, length) != 0)
        return false;
    if (row->parts == NULL)
        return name[length] == '\0';
    return name[length] == '.' && find_part(row->parts, name + length + 1, part);
}

static bool find_row(const struct iptfs_summary_group *group, const char *name,
                     struct iptfs_summary_match *match)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct iptfs_summary_row *row = &group->rows[i];
        if (!matches(row, name, &match->part))
            continue;
        match->row = row;
        match->unit = row->parts != NULL && row->parts->unit != NULL ? row->parts->unit(match->part)
                                                                     : row->unit;
        return true;
    }
    return false;
}

/* PREFIX.MEMBER.NAME: the member may hold dots; the first one that leaves a known name counts. */
static bool find_member(const struct iptfs_summary_group *group, const char *name,
                        struct iptfs_summary_match *match)
{
    size_t length = strlen(group->prefix);
    if (strncmp(name, group->prefix, length) != 0 || name[length] != '.')
        return false;
    match->member = name + length + 1;
    for (const char *dot = match->member; (dot = strchr(dot, '.')) != NULL; dot++)
        if (find_row(group, dot + 1, match)) {
            match->member_length = (size_t)(dot - match->member);
            return true;
        }
    match->member = NULL;
    return false;
}

bool iptfs_summary_find(const char *name, struct iptfs_summary_match *match)
{
    static const char reverse[] = "reverse.";
    *match = (struct iptfs_summary_match){.reverse = strncmp(name, reverse, strlen(reverse)) == 0};
    if (match->reverse)
        name += strlen(reverse);
    for (size_t i = 0; i < iptfs_summary_group_count; i++) {
        const struct iptfs_summary_group *group = iptfs_summary_groups[i];
        if (match->reverse && !is_of_direction(group))
            continue;
        if (*group->prefix != '\0' ? find_member(group, name, match) : find_row(group, name, match))
            return true;
    }
    return false;
}

char *iptfs_summary_caption(const struct iptfs_summary_match *match, char *buffer, size_t size)
{
    const struct iptfs_summary_row *row = match->row;
    snprintf(buffer, size, "%s%.*s%s%s%s%s", match->reverse ? "reverse: " : "",
             (int)match->member_length, match->member != NULL ? match->member : "",
             match->member != NULL ? ": " : "", row->caption, row->parts != NULL ? ", " : "",
             row->parts != NULL ? row->parts->caption(match->part) : "");
    return buffer;
}
