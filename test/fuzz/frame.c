/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets of captures before their packets are read: frames of each link type, outer packets, and
 * expressions of filters. The first octet chooses: OUTER_PACKET, FILTER, or a link type. */
#include "base/error.h"
#include "capture/filter.h"
#include "capture/link_type.h"
#include "fuzz/fuzz.h"
#include "wire/outer_ip.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    OUTER_PACKET = 255,
    FILTER = 254
};

static void check_outer(const uint8_t *bytes, uint32_t octets)
{
    struct iptfs_outer_ip ip = {0};
    enum iptfs_outer_codec_verdict verdict = iptfs_outer_ip_read(&ip, bytes, octets);
    MUST(verdict < IPTFS_OUTER_CODEC_VERDICT_COUNT);
    if (verdict == IPTFS_OUTER_CODEC_GOOD)
        MUST(ip.esp_at >= 20 && ip.esp_at <= ip.end && ip.end <= octets && ip.ecn <= 3);
}

static void check_frame(int dlt, const uint8_t *bytes, uint32_t octets)
{
    const struct iptfs_link_type *type = iptfs_link_type_of(dlt);
    if (type == NULL)
        return;
    struct iptfs_link_found found = iptfs_link_type_find_ip(type, bytes, octets);
    if (found.skip == IPTFS_SKIP_NONE)
        MUST(found.ip_at <= octets);
}

/* The kind of the option `filter` takes no others. */
static bool is_line(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (iscntrl(text[i]))
            return false;
    return true;
}

/* What finds no name must not make libpcap look one up: see driver.c. */
static void check_filter(const char *text)
{
    static pcap_t *handle;
    struct bpf_program program;
    struct iptfs_error error = {0};
    size_t length = 0, whole = strlen(text);
    const char *name = iptfs_filter_find_name(text, &length);
    if (name != NULL)
        MUST(name >= text && length > 0 && (size_t)(name - text) + length <= whole);
    if (handle == NULL)
        handle = iptfs_link_type_handle(1);
    if (iptfs_filter_compile(&program, handle, text, FUZZ_PATH, &error) == IPTFS_OK) {
        MUST(name == NULL || text[0] == '"');
        pcap_freecode(&program);
        return;
    }
    MUST(strncmp(error.text, FUZZ_PATH, strlen(FUZZ_PATH)) == 0);
    for (const char *c = error.text; *c != '\0'; c++)
        MUST(!iscntrl((unsigned char)*c));
}

void fuzz_frame(const uint8_t *bytes, size_t octets)
{
    if (octets == 0)
        return;
    /* A copy without the first octet: a sanitizer sees reads before and behind it. */
    uint8_t *rest = malloc(octets);
    memcpy(rest, bytes + 1, octets - 1);
    rest[octets - 1] = '\0';
    if (bytes[0] == FILTER && is_line(rest, octets - 1))
        check_filter((const char *)rest);
    else if (bytes[0] == OUTER_PACKET)
        check_outer(rest, (uint32_t)octets - 1);
    else if (bytes[0] < FILTER)
        check_frame(bytes[0], rest, (uint32_t)octets - 1);
    free(rest);
}
