/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/writer.h"

#include "base/units.h"

enum {
    SNAPLEN = 262144 /* libpcap's own limit */
};

/* libpcap's dumper is the stream itself. pcap_dump_close would close it, but the outfile does that.
 */
static pcap_dumper_t *dumper_of(const struct iptfs_capture_writer *file)
{
    return (pcap_dumper_t *)file->out.file;
}

int iptfs_capture_writer_open(struct iptfs_capture_writer *file, const char *path,
                              struct iptfs_error *error)
{
    *file = (struct iptfs_capture_writer){.pkts = 0};
    file->pcap = pcap_open_dead_with_tstamp_precision(DLT_RAW, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    if (file->pcap == NULL)
        return iptfs_fail_no_memory(error);
    int code = iptfs_outfile_open(&file->out, path, error);
    if (code != IPTFS_OK)
        return code;
    if (pcap_dump_fopen(file->pcap, file->out.file) != dumper_of(file))
        return iptfs_fail(error, IPTFS_E_IO, "%s: cannot be written as a capture: %s", path,
                          pcap_geterr(file->pcap));
    return IPTFS_OK;
}

void iptfs_capture_writer_add(struct iptfs_capture_writer *file, int64_t at_ps,
                              const uint8_t *bytes, uint32_t octets)
{
    at_ps += file->base_ns * IPTFS_PS_PER_NS;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = file->base_s + at_ps / IPTFS_PS_PER_S,
               .tv_usec = at_ps % IPTFS_PS_PER_S / IPTFS_PS_PER_NS},
        .caplen = octets,
        .len = octets,
    };
    pcap_dump((u_char *)dumper_of(file), &header, bytes);
    file->pkts++;
}

int iptfs_capture_writer_commit(struct iptfs_capture_writer *file, struct iptfs_error *error)
{
    return iptfs_outfile_commit(&file->out, error);
}

void iptfs_capture_writer_free(struct iptfs_capture_writer *file)
{
    iptfs_outfile_discard(&file->out);
    if (file->pcap != NULL)
        pcap_close(file->pcap);
    file->pcap = NULL;
}
