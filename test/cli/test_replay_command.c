/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim replay`: prints what was recorded. */
#include "support/check.h"
#include "support/program.h"

static void replay_prints_what_was_recorded(void)
{
    program_new_folder();
    struct outcome outcome = program_run("replay test/golden/linux/a-fit-boundary.scn");
    CHECK_INT(outcome.status, 0);
    CHECK_STR(outcome.err, "");
    CHECK_CONTAINS(outcome.out, " seq=1 len=");
    struct outcome missing = program_run("replay %s/nowhere.scn", program_folder());
    CHECK_INT(missing.status, 2);
    CHECK_CONTAINS(missing.err, "nowhere.scn");
    program_free(&outcome);
    program_free(&missing);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_replay_command[] = {
    {"prints what was recorded", replay_prints_what_was_recorded},
    CU_TEST_INFO_NULL,
};
