/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of packets (type = list) and of impairments (impair-list): refused in one line, or rows
 * that are written and read again as the same. */
#include "base/error.h"
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"
#include "packet/packet.h"
#include "scenario/impair_list.h"
#include "traffic/list_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text that is written again and again, in static storage. */
static FILE *text_file;
static char *text;
static size_t text_size;

static void begin_text(void)
{
    if (text_file == NULL)
        text_file = open_memstream(&text, &text_size);
    rewind(text_file);
}

/* The file that holds the text. */
static const char *end_text(void)
{
    long octets = ftell(text_file);
    fflush(text_file);
    return fuzz_memory_file(text, (size_t)octets);
}

static void check_rows(const struct iptfs_traffic_list *list)
{
    MUST(list->count > 0);
    for (size_t i = 0; i < list->count; i++) {
        const struct iptfs_traffic_row *row = &list->rows[i];
        MUST(row->ip_version == 0 || row->ip_version == 4 || row->ip_version == 6);
        MUST(row->octets >= IPTFS_IPV4_HEADER_OCTETS && row->octets <= IPTFS_PACKET_MAX_OCTETS);
        MUST(row->tos >= -1 && row->tos <= 255);
        MUST(row->line > (i > 0 ? row[-1].line : 0));
        MUST(row->time_ps >= (i > 0 ? row[-1].time_ps : 0) && row->time_ps <= IPTFS_TIME_MAX_PS);
    }
}

static void write_row(const struct iptfs_traffic_row *row)
{
    fprintf(text_file, "%" PRId64 ",%" PRIu32 ",", row->time_ps, row->octets);
    if (row->tos >= 0)
        fprintf(text_file, "%d", row->tos);
    fputs(row->ip_version == 0 ? ",\n" : row->ip_version == 4 ? ",4\n" : ",6\n", text_file);
}

static void check_rows_again(const struct iptfs_traffic_list *list)
{
    struct iptfs_traffic_list again = {NULL, 0, 0};
    begin_text();
    fputs("time_ps,size,tos,ip\n", text_file);
    for (size_t i = 0; i < list->count; i++)
        write_row(&list->rows[i]);
    MUST(iptfs_list_file_load(&again, end_text(), NULL) == IPTFS_OK);
    MUST(again.count == list->count);
    for (size_t i = 0; i < list->count && i < again.count; i++) {
        const struct iptfs_traffic_row *a = &list->rows[i], *b = &again.rows[i];
        MUST(a->time_ps == b->time_ps && a->octets == b->octets && a->tos == b->tos);
        MUST(a->ip_version == b->ip_version);
    }
    iptfs_traffic_list_free(&again);
}

void fuzz_packet_list(const uint8_t *bytes, size_t octets)
{
    struct iptfs_traffic_list list = {NULL, 0, 0};
    struct iptfs_error error = {0};
    const char *path = fuzz_memory_file(bytes, octets);
    if (iptfs_list_file_load(&list, path, &error) == IPTFS_OK) {
        check_rows(&list);
        check_rows_again(&list);
        iptfs_traffic_list_free(&list);
    } else {
        MUST(list.rows == NULL && list.count == 0);
        fuzz_check_refusal(&error, path, NULL);
    }
}

static void write_item(const struct iptfs_impair_item *item)
{
    static const char *const actions[] = {"drop", "delay", "dup", "ce"};
    fprintf(text_file, "%s,%" PRIu64, actions[item->action], item->seq);
    if (item->action == IPTFS_IMPAIR_DELAY || item->action == IPTFS_IMPAIR_DUPLICATE)
        fprintf(text_file, ",%" PRId64 "ps", item->extra_ps);
    fputc('\n', text_file);
}

static void check_items(const struct iptfs_impair_item *items, size_t count)
{
    struct iptfs_impair_item *again = NULL;
    size_t again_count = 0;
    begin_text();
    for (size_t i = 0; i < count; i++) {
        MUST(items[i].seq >= 1);
        MUST(items[i].extra_ps >= 0 && items[i].extra_ps <= IPTFS_TIME_MAX_PS);
        write_item(&items[i]);
    }
    MUST(iptfs_impair_list_load(end_text(), &again, &again_count, NULL) == IPTFS_OK);
    MUST(again_count == count);
    for (size_t i = 0; i < count && i < again_count; i++)
        MUST(again[i].seq == items[i].seq && again[i].action == items[i].action &&
             again[i].extra_ps == items[i].extra_ps);
    free(again);
}

void fuzz_impair_list(const uint8_t *bytes, size_t octets)
{
    struct iptfs_impair_item *items = NULL;
    size_t count = 0;
    struct iptfs_error error = {0};
    const char *path = fuzz_memory_file(bytes, octets);
    if (iptfs_impair_list_load(path, &items, &count, &error) == IPTFS_OK) {
        MUST((items == NULL) == (count == 0));
        check_items(items, count);
        free(items);
    } else {
        MUST(items == NULL && count == 0);
        fuzz_check_refusal(&error, path, NULL);
    }
}
