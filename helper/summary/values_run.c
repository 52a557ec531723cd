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
    return iptfs_figure_flag(
        iptfs_ledger_balanced(&subject->tunnel->store.ledger, subject->tunnel->in_flight_pkts));
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
    },
    {
        .name = "ledger_balanced",
        .unit = "boolean",
        .caption = "ledger balanced",
        .meaning = "Whether offered packets equal delivered, dropped and in-flight ones; a run in "
                   "which they do not fails.",
        .get = balanced,
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

static const struct iptfs_summary_row run_rows[] = {
    {
        .name = "name",
        .unit = "text",
        .caption = "scenario",
        .meaning = "Name of the scenario.",
        .get = name,
    },
    {
        .name = "version",
        .unit = "text",
        .caption = "version",
        .meaning = "Version of the program.",
        .get = version,
    },
    {
        .name = "seed",
        .unit = "1",
        .caption = "seed",
        .meaning = "Seed of the random streams.",
        .get = seed,
    },
    {
        .name = "run",
        .unit = "1",
        .caption = "run",
        .meaning = "Number of the run, which selects other random streams of the same seed.",
        .get = run,
    },
    {
        .name = "simulated_s",
        .unit = "s",
        .caption = "simulated time",
        .meaning = "Simulated time.",
        .get = simulated,
    },
    {
        .name = "interrupted",
        .unit = "boolean",
        .caption = "interrupted",
        .meaning = "True: the run was not run to its end, and all values are those until then.",
        .get = interrupted,
        .when = &when_interrupted,
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
    },
    {
        .name = "negotiation.refused_by",
        .unit = "text",
        .caption = "refused by",
        .meaning = "The end that refused AGGFRAG, or nothing.",
        .get = refused_by,
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
    },
    {
        .name = "may_fragment",
        .unit = "boolean",
        .caption = "may send fragments",
        .meaning = "Whether the end may send fragments of inner packets.",
        .get = may_fragment,
    },
    {
        .name = "congestion_information",
        .unit = "text",
        .caption = "congestion information",
        .meaning = "How the end receives congestion information: none, headers, empty payloads or "
                   "missing.",
        .get = feedback,
    },
};

const struct iptfs_summary_group iptfs_summary_ends_group = {
    .title = "What each end negotiated",
    .scope = IPTFS_SUMMARY_END,
    .prefix = "negotiation",
    .rows = end_rows,
    .count = sizeof end_rows / sizeof end_rows[0],
};
