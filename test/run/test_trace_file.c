/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of trace records: both forms, and the order of records of one time. */
#include "run/trace_file.h"

#include "base/units.h"
#include "support/check.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void emit(const struct iptfs_trace *trace, int64_t at_ps, enum iptfs_trace_point point,
                 uint32_t inner_id, uint64_t seq, int64_t value)
{
    const struct iptfs_trace_record record = {
        .at_ps = at_ps,
        .point = point,
        .inner_id = inner_id,
        .octets = inner_id > 0 || seq > 0 ? 100 + inner_id : 0,
        .seq = seq,
        .value = value,
    };
    trace->emit(trace->ctx, &record);
}

/* Three records of one time, of which that of the reverse direction comes first, and a later one;
 * commits the file. */
static void write_file(const char *name)
{
    struct iptfs_trace_file file;
    struct iptfs_error error = {0};
    char *path = program_file(name);
    if (!CHECK_INT(iptfs_trace_file_open(&file, path, &error), IPTFS_OK)) {
        CHECK_FAIL("%s", error.text);
        free(path);
        return;
    }
    struct iptfs_trace forward = iptfs_trace_file_trace(&file, IPTFS_FORWARD);
    struct iptfs_trace reverse = iptfs_trace_file_trace(&file, IPTFS_REVERSE);
    emit(&reverse, 2 * IPTFS_PS_PER_S + 5, IPTFS_TRACE_EGRESS_RECV, 0, 9, 1400);
    emit(&forward, 2 * IPTFS_PS_PER_S + 5, IPTFS_TRACE_ENQUEUE, 7, 0, 107);
    emit(&forward, 2 * IPTFS_PS_PER_S + 5, IPTFS_TRACE_NO_QUEUE_SPACE, 8, 0, 107);
    emit(&forward, 3 * IPTFS_PS_PER_S, IPTFS_TRACE_TIMER_START, 0, 0, 500);
    CHECK_TRUE(!program_wrote(name)); /* before it is whole, it has no name */
    CHECK_INT(iptfs_trace_file_finish(&file, &error), IPTFS_OK);
    CHECK_INT(iptfs_outfile_commit(&file.out, &error), IPTFS_OK);
    CHECK_TRUE(program_wrote(name));
    iptfs_trace_file_free(&file);
    free(path);
}

static void check_text(const char *name, const char *expected)
{
    char *text = program_read(name);
    CHECK_STR(text, expected);
    free(text);
}

static void test_both_forms(void)
{
    program_new_folder();
    write_file("trace");
    check_text("trace", "     2.000000000005 forward iptfs_enqueue: id=7 len=107 qsize=107\n"
                        "     2.000000000005 forward iptfs_no_queue_space: id=8 len=108 qsize=107\n"
                        "     2.000000000005 reverse iptfs_egress_recv: seq=9 len=100 blkoff=1400\n"
                        "     3.000000000000 forward iptfs_timer_start: time_ps=500\n");
    write_file("trace.csv");
    check_text("trace.csv", "time_ps,direction,point,seq,inner_id,octets,value_name,value\n"
                            "2000000000005,forward,iptfs_enqueue,0,7,107,qsize,107\n"
                            "2000000000005,forward,iptfs_no_queue_space,0,8,108,qsize,107\n"
                            "2000000000005,reverse,iptfs_egress_recv,9,0,100,blkoff,1400\n"
                            "3000000000000,forward,iptfs_timer_start,0,0,0,time_ps,500\n");
    program_remove_folder();
}

/* More records of one time than memory is reserved for at first. */
static void test_many_of_one_time(void)
{
    enum {
        RECORDS = 1000
    };
    struct iptfs_trace_file file;
    struct iptfs_error error = {0};
    program_new_folder();
    char *path = program_file("trace");
    CHECK_INT(iptfs_trace_file_open(&file, path, &error), IPTFS_OK);
    struct iptfs_trace forward = iptfs_trace_file_trace(&file, IPTFS_FORWARD);
    for (uint32_t i = 1; i <= RECORDS; i++)
        emit(&forward, 5, IPTFS_TRACE_ENQUEUE, i, 0, i);
    CHECK_INT(iptfs_trace_file_finish(&file, &error), IPTFS_OK);
    CHECK_INT(iptfs_outfile_commit(&file.out, &error), IPTFS_OK);
    iptfs_trace_file_free(&file);
    char *text = program_read("trace"), *rest = text, *line;
    CHECK_U64(count_lines(text), RECORDS);
    for (int i = 1; i <= RECORDS && (line = strsep(&rest, "\n")) != NULL; i++) {
        char part[32];
        snprintf(part, sizeof part, " id=%d ", i);
        CHECK_CONTAINS(line, part);
    }
    free(text);
    free(path);
    program_remove_folder();
}

/* Of a run that fails nothing is left; a folder that is not there is named. */
static void test_nothing_is_left(void)
{
    struct iptfs_trace_file file;
    struct iptfs_error error = {0};
    program_new_folder();
    char *path = program_file("trace.csv");
    CHECK_INT(iptfs_trace_file_open(&file, path, &error), IPTFS_OK);
    struct iptfs_trace forward = iptfs_trace_file_trace(&file, IPTFS_FORWARD);
    emit(&forward, 5, IPTFS_TRACE_ENQUEUE, 1, 0, 1);
    iptfs_trace_file_free(&file);
    iptfs_trace_file_free(&file); /* harmless again */
    CHECK_TRUE(!program_wrote("trace.csv"));
    CHECK_INT(iptfs_trace_file_open(&file, "/nowhere/trace", &error), IPTFS_E_IO);
    CHECK_CONTAINS(error.text, "/nowhere");
    iptfs_trace_file_free(&file);
    free(path);
    program_remove_folder();
}

const CU_TestInfo iptfs_tests_trace_file[] = {
    {"both forms", test_both_forms},
    {"many records of one time", test_many_of_one_time},
    {"nothing is left of a failed run", test_nothing_is_left},
    CU_TEST_INFO_NULL,
};
