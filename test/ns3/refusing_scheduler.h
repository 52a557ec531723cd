/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of events of ns-3 that refuses new ones, as when memory ends. */
#ifndef IPTFS_TEST_NS3_REFUSING_SCHEDULER_H
#define IPTFS_TEST_NS3_REFUSING_SCHEDULER_H

#ifdef __cplusplus
extern "C" {
#endif

enum refusal {
    REFUSE_NOTHING,
    REFUSE_FOR_MEMORY, /* std::bad_alloc */
    REFUSE_OTHERWISE   /* another exception */
};

/* From now on, in the simulation that is open. */
void refuse_events(enum refusal refusal);

#ifdef __cplusplus
}
#endif

#endif
