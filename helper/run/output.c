/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/output.h"

#include "base/asserts.h"
#include "files/textfile.h"
#include "summary/summary.h"
#include "text/quantity.h"

#include <string.h>
#include <unistd.h>

static void add(struct iptfs_run_output *output, struct iptfs_outfile *file)
{
    if (file->file == NULL)
        return;
    IPTFS_ASSERT(output->count < IPTFS_RUN_OUTPUT_FILES);
    output->files[output->count++] = file;
    if (output->max_octets > 0)
        file->limit = &output->limit;
}

/* Lists the open files in the order in which they get their names; the summary is the last. */
static void add_all(struct iptfs_run_output *output)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        for (int place = 0; place < IPTFS_RUN_CAPTURES_PLACES; place++)
            add(output, &output->captures.ends[i].files[place].out);
    add(output, &output->captures.esp_sa);
    add(output, &output->trace.out);
    add(output, &output->series.csv);
    add(output, &output->csv);
    add(output, &output->json);
}

/* Two files of one name: one of them would be lost. */
static int refuse_same(const struct iptfs_run_output *output, struct iptfs_error *error)
{
    for (size_t i = 0; i < output->count; i++)
        for (size_t j = i + 1; j < output->count; j++)
            if (!iptfs_outfile_is_stream(output->files[i]) &&
                strcmp(output->files[i]->path, output->files[j]->path) == 0)
                return iptfs_fail(error, IPTFS_E_INVALID,
                                  "%s: found this name for two files of the run, allowed: one",
                                  iptfs_quoted_path(output->files[i]->path).text);
    return IPTFS_OK;
}

int iptfs_run_output_open(struct iptfs_run_output *output, const struct iptfs_run_request *request,
                          const struct iptfs_scenario *scenario, const char *directory,
                          struct iptfs_error *error)
{
    bool existed = access(directory, F_OK) == 0;
    *output = (struct iptfs_run_output){.max_octets = request->max_output_octets,
                                        .limit = {.left = request->max_output_octets}};
    int code = iptfs_make_directory(directory, error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&output->json, directory, "summary.json", error);
    if (code == IPTFS_OK)
        code = iptfs_outfile_open_in(&output->csv, directory, "summary.csv", error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_trace_file_open(&output->trace, request->trace_path, error);
    if (code == IPTFS_OK && request->pcap_prefix != NULL)
        code = iptfs_run_captures_open(&output->captures, request->pcap_prefix, scenario, error);
    if (code == IPTFS_OK && request->series_ps > 0)
        code = iptfs_series_open(&output->series, directory, error);
    if (code == IPTFS_OK)
        add_all(output);
    if (code == IPTFS_OK)
        code = refuse_same(output, error);
    if (code != IPTFS_OK && !existed)
        rmdir(directory); /* leave no empty folder */
    return code;
}

uint64_t iptfs_run_output_octets(const struct iptfs_run_output *output)
{
    uint64_t octets = 0;
    for (size_t i = 0; i < output->count; i++)
        octets += output->files[i]->octets;
    return octets;
}

int iptfs_run_output_check(const struct iptfs_run_output *output, const struct iptfs_run *run,
                           int64_t now_ps, struct iptfs_error *error)
{
    if (output->limit.reached)
        return iptfs_fail(
            error, IPTFS_E_IO,
            "%s: the files of the run reached %s at %s of %s, and none is kept, allowed: "
            "a larger --max-output, a shorter duration",
            iptfs_quoted_path(run->scenario->path).text, iptfs_show_octets(output->max_octets).text,
            iptfs_show_time(now_ps).text, iptfs_show_time(run->scenario->duration_ps).text);
    for (size_t i = 0; i < output->count; i++)
        if (output->files[i]->failure != 0)
            return iptfs_outfile_flush(output->files[i], error);
    return IPTFS_OK;
}

static int write_ends(struct iptfs_run_output *output, const struct iptfs_run_request *request,
                      const struct iptfs_run *run, const json_t *summary, struct iptfs_error *error)
{
    int code = iptfs_summary_write_json(summary, output->json.file);
    if (code == IPTFS_OK)
        code = iptfs_summary_write_csv(summary, output->csv.file);
    if (code == IPTFS_E_NO_MEMORY)
        return iptfs_fail_no_memory(error);
    code = IPTFS_OK; /* the file keeps a write that failed */
    if (code == IPTFS_OK && request->pcap_prefix != NULL)
        code = iptfs_run_captures_finish(&output->captures, run, error);
    if (code == IPTFS_OK && request->trace_path != NULL)
        code = iptfs_trace_file_finish(&output->trace, error);
    return code;
}

int iptfs_run_output_commit(struct iptfs_run_output *output,
                            const struct iptfs_run_request *request, const struct iptfs_run *run,
                            const json_t *summary, struct iptfs_error *error)
{
    int code = write_ends(output, request, run, summary, error);
    for (size_t i = 0; i < output->count && code == IPTFS_OK; i++)
        code = iptfs_outfile_flush(output->files[i], error);
    if (output->limit.reached)
        return iptfs_run_output_check(output, run, run->end_ps, error);
    for (size_t i = 0; i < output->count && code == IPTFS_OK; i++)
        code = iptfs_outfile_commit(output->files[i], error);
    return code;
}

void iptfs_run_output_discard(struct iptfs_run_output *output)
{
    iptfs_outfile_discard(&output->json);
    iptfs_outfile_discard(&output->csv);
    iptfs_trace_file_free(&output->trace);
    iptfs_run_captures_free(&output->captures);
    iptfs_series_free(&output->series);
    output->count = 0;
}
