/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/frames.h"
#include "endpoint/oseq.h"

#include "support/check.h"
#include "support/program.h"
#include "support/samples.h"

#include <jansson.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

const char *path_of(const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", program_folder(), name);
    return path;
}

void frames_add(struct frames *frames, int64_t at_ns, const uint8_t *bytes, uint32_t octets)
{
    frames->list = realloc(frames->list, (frames->count + 1) * sizeof *frames->list);
    struct frame frame = {.bytes = malloc(octets + 1), .octets = octets, .at_ns = at_ns};
    memcpy(frame.bytes, bytes, octets);
    frames->list[frames->count++] = frame;
}

void frames_free(struct frames *frames)
{
    for (size_t i = 0; i < frames->count; i++)
        free(frames->list[i].bytes);
    free(frames->list);
    *frames = (struct frames){NULL, 0};
}

struct frames frames_read(const char *name)
{
    struct frames frames = {NULL, 0};
    char why[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    pcap_t *pcap =
        pcap_open_offline_with_tstamp_precision(path_of(name), PCAP_TSTAMP_PRECISION_NANO, why);
    if (!CHECK_TRUE(pcap != NULL))
        return frames;
    CHECK_INT(pcap_datalink(pcap), DLT_RAW);
    while (pcap_next_ex(pcap, &header, &bytes) == 1)
        frames_add(&frames, header->ts.tv_sec * 1000000000 + header->ts.tv_usec, bytes,
                   header->caplen);
    pcap_close(pcap);
    return frames;
}

void frames_write(const char *name, const struct frames *frames)
{
    pcap_t *pcap =
        pcap_open_dead_with_tstamp_precision(DLT_RAW, 262144, PCAP_TSTAMP_PRECISION_NANO);
    pcap_dumper_t *dumper = pcap_dump_open(pcap, path_of(name));
    for (size_t i = 0; i < frames->count; i++) {
        const struct frame *frame = &frames->list[i];
        struct pcap_pkthdr header = {
            .ts = {.tv_sec = frame->at_ns / 1000000000, .tv_usec = frame->at_ns % 1000000000},
            .caplen = frame->octets,
            .len = frame->wire_octets > 0 ? frame->wire_octets : frame->octets};
        pcap_dump((u_char *)dumper, &header, frame->bytes);
    }
    pcap_dump_close(dumper);
    pcap_close(pcap);
}

void copy_golden(const char *name)
{
    char command[256];
    snprintf(command, sizeof command, "cp test/golden/captures/%s %s", name, path_of(name));
    CHECK_INT(system(command), 0);
}

void check_frames(const struct frames *found, const struct frames *expected, bool times, int line)
{
    check_int((int64_t)found->count, (int64_t)expected->count, "packets", __FILE__, line);
    for (size_t i = 0; i < found->count && i < expected->count; i++) {
        const struct frame *a = &found->list[i], *b = &expected->list[i];
        if (a->octets != b->octets || memcmp(a->bytes, b->bytes, a->octets) != 0 ||
            (times && a->at_ns != b->at_ns)) {
            check_fail(__FILE__, line, "packet %zu of %u octets differs from one of %u", i,
                       a->octets, b->octets);
            return;
        }
    }
}

struct frames frames_mixed(uint64_t seed, size_t count)
{
    static uint8_t bytes[9000];
    static const uint32_t sizes[] = {40, 60, 200, 576, 1280, 1500, 3000, 9000};
    struct frames frames = {NULL, 0};
    int64_t at_ns = 1700000000123456789;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t octets = sizes[sample_next(&seed) % 8];
        if (sample_between(&seed, 0, 1) == 0)
            octets = sample_between(&seed, 40, 2000);
        sample_ip(bytes, sample_between(&seed, 0, 2) == 0 ? 6 : 4, octets, i);
        frames_add(&frames, at_ns, bytes, octets);
        at_ns += sample_between(&seed, 0, 2000000);
    }
    return frames;
}

struct endpoint_outcome endpoint_run(endpoint_command *run, const char *in, const char *out,
                                     const char *words)
{
    struct endpoint_outcome outcome = {.error = {0}};
    const char *sets[16];
    struct iptfs_endpoint_request request = {
        .in_path = path_of(in), .out_path = path_of(out), .sets = sets, .json = true};
    char *text = strdup(words), *rest = text, *word;
    size_t size;
    while ((word = strsep(&rest, " ")) != NULL) {
        if (strncmp(word, "key=", 4) == 0)
            request.sa.key = word + 4;
        else if (strncmp(word, "key-file=", 9) == 0)
            request.sa.key_file = word + 9;
        else if (strncmp(word, "salt=", 5) == 0)
            request.sa.salt = word + 5;
        else if (strncmp(word, "seq-from=", 9) == 0)
            request.seq_from = word + 9;
        else if (strncmp(word, "spi=", 4) == 0)
            request.sa.spi = word + 4;
        else if (strncmp(word, "src=", 4) == 0)
            request.sa.source = word + 4;
        else if (strncmp(word, "esp-sa=", 7) == 0)
            request.esp_sa_path = word + 7;
        else if (strcmp(word, "esn") == 0)
            request.sa.esn = true;
        else if (*word != '\0')
            sets[request.n_sets++] = word;
    }
    FILE *printed = open_memstream(&outcome.out, &size), *notes;
    notes = open_memstream(&outcome.notes, &size);
    outcome.code = run(&request, printed, notes, &outcome.error);
    fclose(printed);
    fclose(notes);
    free(text);
    return outcome;
}

void endpoint_outcome_free(struct endpoint_outcome *outcome)
{
    free(outcome->out);
    free(outcome->notes);
}

int64_t figure(const struct endpoint_outcome *outcome, const char *name)
{
    json_t *figures = json_loads(outcome->out, 0, NULL), *at = figures;
    char *text = strdup(name), *rest = text, *word;
    while ((word = strsep(&rest, ".")) != NULL)
        at = json_object_get(at, word);
    int64_t value = json_is_integer(at) ? json_integer_value(at) : -1;
    json_decref(figures);
    free(text);
    return value;
}

void endpoint_succeeds(endpoint_command *run, const char *in, const char *out, const char *words)
{
    struct endpoint_outcome outcome = endpoint_run(run, in, out, words);
    if (!CHECK_INT(outcome.code, IPTFS_OK))
        printf("%s: %s\n", words, outcome.error.text);
    if (strcmp(outcome.notes, IPTFS_OSEQ_UNRECORDED) != 0)
        CHECK_STR(outcome.notes, "");
    endpoint_outcome_free(&outcome);
}
