/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run itself, the counters of RFC 9348 and Linux, and what the ends negotiated. */
#include "base/units.h"
#include "stats/counters.h"
#include "summary/measures.h"
#include "summary/row.h"
#include "summary/summary.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ counters */

/* "linux.XfrmInHdrError", "yang.ipsec-stats.tx-pkts". */
static const char *counter_name(size_t part)
{
    static char names[IPTFS_COUNTER_COUNT][80];
    if (part >= IPTFS_COUNTER_COUNT)
        return NULL;
    const struct iptfs_counter_name *name = iptfs_counter_name((enum iptfs_counter)part);
    if (names[part][0] == '\0')
        snprintf(names[part], sizeof names[part], "%s.%s%s%s", name->family, name->group,
                 *name->group != '\0' ? "." : "", name->name);
    return names[part];
}

static const char *counter_meaning(size_t part)
{
    return iptfs_counter_name((enum iptfs_counter)part)->meaning;
}

static const char *counter_unit(size_t part)
{
    return strstr(counter_name(part), "octets") != NULL ? "octets" : "packets";
}

static const struct iptfs_summary_parts counters = {
    .placeholder = "COUNTER",
    .name = counter_name,
    .caption = counter_name,
    .meaning = counter_meaning,
    .unit = counter_unit,
};

static struct iptfs_figure counter(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->tunnel->counters.value[subject->part]);
}

static struct iptfs_figure balanced(const struct iptfs_summary_subject *subject)
{
    uint64_t in_flight = subject->tunnel->in_flight_pkts;
    return iptfs_figure_flag(iptfs_ledger_balanced(&subject->tunnel->store.ledger, in_flight) &&
                             iptfs_totals_balanced(subject->totals, subject->before, in_flight));
}

static const struct iptfs_summary_row counters_rows[] = {
    {
        .name = "counters",
        .unit = "packets",
        .caption = "counter",
        .meaning =
            "The counters an operator sees: Linux's (/proc/net/xfrm_stat) and those of RFC 9348.",
        .get = counter,
        .parts = &counters,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "ledger_balanced",
        .unit = "boolean",
        .caption = "ledger balanced",
        .meaning = "Whether offered packets equal delivered, dropped and in-flight ones, over the "
                   "whole run and after the warm-up; a run in which they do not fails.",
        .get = balanced,
        .span = IPTFS_SPAN_NONE,
    },
};

const struct iptfs_summary_group iptfs_summary_counters_group = {
    .title = "Counters",
    .scope = IPTFS_SUMMARY_DIRECTION,
    .prefix = "",
    .rows = counters_rows,
    .count = sizeof counters_rows / sizeof counters_rows[0],
};

/* ----------------------------------------------------------------------------------------- run */

static struct iptfs_figure name(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(subject->view->scenario->name);
}

static struct iptfs_figure version(const struct iptfs_summary_subject *subject)
{
    (void)subject;
    return iptfs_figure_text(IPTFS_VERSION);
}

static struct iptfs_figure seed(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->view->seed);
}

static struct iptfs_figure run(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->view->run);
}

static struct iptfs_figure simulated(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_seconds(subject->view->now_ps));
}

static struct iptfs_figure interrupted(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_flag(subject->view->interrupted);
}

static bool was_interrupted(const struct iptfs_summary_subject *subject)
{
    return subject->view->interrupted;
}

static const struct iptfs_summary_condition when_interrupted = {
    .text = "when a signal, such as that of Ctrl-C, ended the run before its duration",
    .holds = was_interrupted,
};

static bool has_warm_up(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_has_warm_up(subject->view);
}

static bool finds_warm_up(const struct iptfs_summary_subject *subject)
{
    return iptfs_summary_finds_warm_up(subject->view);
}

const struct iptfs_summary_condition iptfs_summary_with_warm_up = {"with the option warm-up",
                                                                   has_warm_up};

static const struct iptfs_summary_condition with_auto = {"with warm-up = auto", finds_warm_up};

static struct iptfs_figure warm_up(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_real(iptfs_seconds(subject->view->warm_up.cut_ps));
}

static struct iptfs_figure warm_up_series(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(subject->view->scenario->warm_up_series);
}

static struct iptfs_figure too_short(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_flag(subject->view->warm_up.too_short);
}

static const struct iptfs_summary_row run_rows[] = {
    {
        .name = "name",
        .unit = "text",
        .caption = "scenario",
        .meaning = "Name of the scenario.",
        .get = name,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "version",
        .unit = "text",
        .caption = "version",
        .meaning = "Version of the program.",
        .get = version,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "seed",
        .unit = "1",
        .caption = "seed",
        .meaning = "Seed of the random streams.",
        .get = seed,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "run",
        .unit = "1",
        .caption = "run",
        .meaning = "Number of the run, which selects other random streams of the same seed.",
        .get = run,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "simulated_s",
        .unit = "s",
        .caption = "simulated time",
        .meaning = "Simulated time.",
        .get = simulated,
        .span = IPTFS_SPAN_WHOLE,
    },
    {
        .name = "interrupted",
        .unit = "boolean",
        .caption = "interrupted",
        .meaning = "True: the run was not run to its end, and all values are those until then.",
        .get = interrupted,
        .span = IPTFS_SPAN_NONE,
        .when = &when_interrupted,
    },
    {
        .name = "warm_up_s",
        .unit = "s",
        .caption = "warm-up",
        .meaning = "Time at the start of the run that is left out of all measures. Not left out of "
                   "counters.*, breaker.*, event_breaker.*, simulated_s and the series.",
        .get = warm_up,
        .span = IPTFS_SPAN_NONE,
        .when = &iptfs_summary_with_warm_up,
    },
    {
        .name = "warm_up_too_short",
        .unit = "boolean",
        .caption = "run too short for its warm-up",
        .meaning = "True: MSER-5 would cut more than half of the run, so that it is too short to "
                   "say where it has settled. The first half is left out, and the values are not "
                   "to be trusted.",
        .get = too_short,
        .span = IPTFS_SPAN_NONE,
        .when = &with_auto,
    },
    {
        .name = "warm_up_series",
        .unit = "text",
        .caption = "series of the warm-up",
        .meaning = "The series that decided on the warm-up.",
        .get = warm_up_series,
        .span = IPTFS_SPAN_NONE,
        .when = &with_auto,
    },
};

const struct iptfs_summary_group iptfs_summary_run_group = {
    .title = "The run",
    .scope = IPTFS_SUMMARY_ONCE,
    .prefix = "",
    .rows = run_rows,
    .count = sizeof run_rows / sizeof run_rows[0],
};

/* --------------------------------------------------------------------------------- negotiation */

static struct iptfs_figure outcome(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(iptfs_outcome_name(subject->view->agreement.outcome));
}

static struct iptfs_figure refused_by(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(subject->view->agreement.outcome == IPTFS_AGGFRAG_REFUSED
                                 ? iptfs_end_name(subject->view->agreement.refuser)
                                 : "");
}

static const struct iptfs_summary_row negotiation_rows[] = {
    {
        .name = "negotiation.aggfrag",
        .unit = "text",
        .caption = "AGGFRAG",
        .meaning = "What the ends agreed on: not asked for, used or refused.",
        .get = outcome,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "negotiation.refused_by",
        .unit = "text",
        .caption = "refused by",
        .meaning = "The end that refused AGGFRAG, or nothing.",
        .get = refused_by,
        .span = IPTFS_SPAN_NONE,
    },
};

const struct iptfs_summary_group iptfs_summary_negotiation_group = {
    .title = "Negotiation (RFC 9347, 5.1)",
    .scope = IPTFS_SUMMARY_ONCE,
    .prefix = "",
    .rows = negotiation_rows,
    .count = sizeof negotiation_rows / sizeof negotiation_rows[0],
};

static struct iptfs_figure flags(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_count(subject->view->agreement.flags[subject->end]);
}

static struct iptfs_figure may_fragment(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_flag(subject->view->agreement.may_fragment[subject->end]);
}

static struct iptfs_figure feedback(const struct iptfs_summary_subject *subject)
{
    return iptfs_figure_text(iptfs_feedback_name(subject->view->agreement.feedback[subject->end]));
}

static const struct iptfs_summary_row end_rows[] = {
    {
        .name = "flags",
        .unit = "1",
        .caption = "flags of USE_AGGFRAG",
        .meaning = "Flags that the end sent in its USE_AGGFRAG notification.",
        .get = flags,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "may_fragment",
        .unit = "boolean",
        .caption = "may send fragments",
        .meaning = "Whether the end may send fragments of inner packets.",
        .get = may_fragment,
        .span = IPTFS_SPAN_NONE,
    },
    {
        .name = "congestion_information",
        .unit = "text",
        .caption = "congestion information",
        .meaning = "How the end receives congestion information: none, headers, empty payloads or "
                   "missing.",
        .get = feedback,
        .span = IPTFS_SPAN_NONE,
    },
};

const struct iptfs_summary_group iptfs_summary_ends_group = {
    .title = "What each end negotiated",
    .scope = IPTFS_SUMMARY_END,
    .prefix = "negotiation",
    .rows = end_rows,
    .count = sizeof end_rows / sizeof end_rows[0],
};
