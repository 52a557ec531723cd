/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files: refused in one line, or rows that traffic can be made of. */
#include "base/error.h"
#include "base/units.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"
#include "packet/packet.h"
#include "traffic/pcap_file.h"

#include <stdlib.h>

static const char *const filters[] = {NULL, "", "udp", "\"ip6 and greater 100\"", "no such filter"};

static void check_rows(const struct iptfs_traffic_list *list)
{
    MUST(list->count > 0);
    for (size_t i = 0; i < list->count; i++) {
        const struct iptfs_traffic_row *row = &list->rows[i];
        bool v6 = row->ip_version == 6;
        MUST(row->ip_version == 4 || v6);
        MUST(row->octets >= (v6 ? IPTFS_IPV6_HEADER_OCTETS : IPTFS_IPV4_HEADER_OCTETS));
        MUST(row->octets <= (v6 ? IPTFS_PACKET_MAX_OCTETS : 65535));
        MUST(row->tos >= 0 && row->tos <= 255);
        MUST(row->line >= 1);
        MUST(row->time_ps >= (i > 0 ? row[-1].time_ps : 0) && row->time_ps <= IPTFS_TIME_MAX_PS);
        MUST(i > 0 || row->time_ps == 0);
    }
}

void fuzz_pcap(const uint8_t *bytes, size_t octets)
{
    struct fuzz_input input = {bytes, octets};
    struct iptfs_pcap_file capture;
    struct iptfs_error error = {0};
    const char *filter = filters[fuzz_between(&input, 0, sizeof filters / sizeof filters[0] - 1)];
    const char *path = fuzz_memory_file(input.next, input.left);
    if (iptfs_pcap_file_load(&capture, path, filter, &error) == IPTFS_OK) {
        check_rows(&capture.list);
        iptfs_traffic_list_free(&capture.list);
        free(capture.notes);
    } else {
        MUST(capture.notes == NULL);
        MUST(capture.list.rows == NULL && capture.list.count == 0);
        fuzz_check_refusal(&error, path, NULL);
    }
}
