/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When packets leave: the output timer and the slots of a constant rate. */
#include "sender/pacer.h"

#include "base/units.h"
#include "support/check.h"

static const struct iptfs_trace no_trace = {NULL, NULL};

/* Slot n of a rate of 3 packets in 1000 ps is at ceil(n * 1000 / 3), without drift. */
static void test_slots_do_not_drift(void)
{
    struct iptfs_pacer pacer;
    iptfs_pacer_init(&pacer, &iptfs_pacer_fixed_rate, 0, 1000, 3, 0, &no_trace);
    for (int64_t n = 0; n < 3000; n++) {
        int64_t at_ps = (n * 1000 + 2) / 3;
        CHECK_INT(pacer.ops->next_ps(&pacer, IPTFS_NEVER), at_ps);
        CHECK_INT(pacer.ops->due(&pacer, at_ps - 1), IPTFS_DUE_NOTHING);
        CHECK_INT(pacer.ops->due(&pacer, at_ps), IPTFS_DUE_ONE);
    }
}

static void test_a_new_step_counts_from_the_next_slot(void)
{
    struct iptfs_pacer pacer;
    iptfs_pacer_init(&pacer, &iptfs_pacer_fixed_rate, 0, 100, 1, 0, &no_trace);
    CHECK_INT(pacer.ops->due(&pacer, 0), IPTFS_DUE_ONE);
    iptfs_pacer_set_step(&pacer, 7);
    CHECK_INT(pacer.ops->next_ps(&pacer, IPTFS_NEVER), 100);
    CHECK_INT(pacer.ops->due(&pacer, 100), IPTFS_DUE_ONE);
    CHECK_INT(pacer.ops->next_ps(&pacer, IPTFS_NEVER), 107);
}

static void test_on_demand_waits_for_init_delay_once(void)
{
    struct iptfs_pacer pacer;
    iptfs_pacer_init(&pacer, &iptfs_pacer_on_demand, 50, 0, 0, 0, &no_trace);
    CHECK_INT(pacer.ops->next_ps(&pacer, IPTFS_NEVER), IPTFS_NEVER);
    CHECK_INT(pacer.ops->next_ps(&pacer, 10), 60); /* after an arrival that is still to come */
    pacer.ops->queued(&pacer, 10);
    pacer.ops->queued(&pacer, 40); /* the timer runs already */
    CHECK_INT(pacer.ops->next_ps(&pacer, 70), 60);
    CHECK_INT(pacer.ops->due(&pacer, 59), IPTFS_DUE_NOTHING);
    CHECK_INT(pacer.ops->due(&pacer, 60), IPTFS_DUE_QUEUE);
    CHECK_INT(pacer.ops->due(&pacer, 60), IPTFS_DUE_NOTHING);
}

/* On demand has no slots: the step of a rate that nobody set never comes. */
static void test_no_rate_has_no_slots(void)
{
    const struct iptfs_slots none = {.floor_ps = 77};
    CHECK_INT(iptfs_slots_next_ps(&none), IPTFS_NEVER);
}

static void test_min_rate_counts_slots_from_the_last_packet(void)
{
    struct iptfs_pacer pacer;
    iptfs_pacer_init(&pacer, &iptfs_pacer_min_rate, 5, 1000, 1, 0, &no_trace);
    CHECK_INT(pacer.ops->due(&pacer, 0), IPTFS_DUE_ONE);
    pacer.ops->sent(&pacer, 0);
    CHECK_INT(pacer.ops->next_ps(&pacer, IPTFS_NEVER), 1000);
    pacer.ops->queued(&pacer, 300);
    CHECK_INT(pacer.ops->due(&pacer, 305), IPTFS_DUE_QUEUE);
    pacer.ops->sent(&pacer, 305);
    CHECK_INT(pacer.ops->next_ps(&pacer, IPTFS_NEVER), 1305);
}

const CU_TestInfo iptfs_tests_pacer[] = {
    {"slots do not drift", test_slots_do_not_drift},
    {"a new step counts from the next slot", test_a_new_step_counts_from_the_next_slot},
    {"on demand waits for init-delay once", test_on_demand_waits_for_init_delay_once},
    {"no rate has no slots", test_no_rate_has_no_slots},
    {"min-rate counts slots from the last packet", test_min_rate_counts_slots_from_the_last_packet},
    CU_TEST_INFO_NULL,
};
