/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/trace_file.h"

#include "base/units.h"
#include "text/csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const direction_names[IPTFS_DIRECTIONS] = {"forward", "reverse"};

static void write_csv(FILE *out, enum iptfs_direction direction,
                      const struct iptfs_trace_record *record)
{
    struct iptfs_csv csv = {.out = out};
    iptfs_csv_integer(&csv, record->at_ps);
    iptfs_csv_text(&csv, direction_names[direction]);
    iptfs_csv_text(&csv, iptfs_trace_point_name(record->point));
    iptfs_csv_integer(&csv, (int64_t)record->seq);
    iptfs_csv_integer(&csv, record->inner_id);
    iptfs_csv_integer(&csv, record->octets);
    iptfs_csv_text(&csv, iptfs_trace_value_name(record->point));
    iptfs_csv_integer(&csv, record->value);
    iptfs_csv_end(&csv);
}

static void write_text(FILE *out, enum iptfs_direction direction,
                       const struct iptfs_trace_record *record)
{
    fprintf(out, "%6" PRId64 ".%012" PRId64 " %s %s:", record->at_ps / IPTFS_PS_PER_S,
            record->at_ps % IPTFS_PS_PER_S, direction_names[direction],
            iptfs_trace_point_name(record->point));
    if (record->seq > 0)
        fprintf(out, " seq=%" PRIu64, record->seq);
    if (record->inner_id > 0)
        fprintf(out, " id=%" PRIu32, record->inner_id);
    if (record->octets > 0)
        fprintf(out, " len=%" PRIu32, record->octets);
    fprintf(out, " %s=%" PRId64 "\n", iptfs_trace_value_name(record->point), record->value);
}

/* Writes the records of a time that is over. */
static void flush(struct iptfs_trace_file *file)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++) {
        struct iptfs_trace_instant *instant = &file->instant[i];
        for (size_t n = 0; n < instant->count; n++)
            (file->csv ? write_csv : write_text)(file->out.file, (enum iptfs_direction)i,
                                                 &instant->records[n]);
        instant->count = 0;
    }
}

static bool grow(struct iptfs_trace_instant *instant)
{
    size_t capacity = instant->capacity > 0 ? instant->capacity * 2 : 64;
    struct iptfs_trace_record *records = realloc(instant->records, capacity * sizeof *records);
    if (records == NULL)
        return false;
    instant->records = records;
    instant->capacity = capacity;
    return true;
}

static void emit(void *ctx, const struct iptfs_trace_record *record)
{
    const struct iptfs_trace_end *end = ctx;
    struct iptfs_trace_file *file = end->file;
    struct iptfs_trace_instant *instant = &file->instant[end->direction];
    if (record->at_ps != file->at_ps) {
        flush(file);
        file->at_ps = record->at_ps;
    }
    if (instant->count == instant->capacity && !grow(instant)) {
        file->failed = true;
        return;
    }
    instant->records[instant->count++] = *record;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

int iptfs_trace_file_open(struct iptfs_trace_file *file, const char *path,
                          struct iptfs_error *error)
{
    *file = (struct iptfs_trace_file){.csv = ends_with(path, ".csv")};
    int code = iptfs_outfile_open(&file->out, path, error);
    if (code == IPTFS_OK && file->csv)
        fputs("time_ps,direction,point,seq,inner_id,octets,value_name,value\n", file->out.file);
    return code;
}

struct iptfs_trace iptfs_trace_file_trace(struct iptfs_trace_file *file,
                                          enum iptfs_direction direction)
{
    file->end[direction] = (struct iptfs_trace_end){file, direction};
    return (struct iptfs_trace){emit, &file->end[direction]};
}

int iptfs_trace_file_finish(struct iptfs_trace_file *file, struct iptfs_error *error)
{
    flush(file);
    return file->failed ? iptfs_fail_no_memory(error) : IPTFS_OK;
}

void iptfs_trace_file_free(struct iptfs_trace_file *file)
{
    for (int i = 0; i < IPTFS_DIRECTIONS; i++)
        free(file->instant[i].records);
    iptfs_outfile_discard(&file->out);
    *file = (struct iptfs_trace_file){0};
}
