/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/link_type.h"

#include "base/octets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the next octets of a frame are. */
enum layer {
    LAYER_IP,
    LAYER_ETHERTYPE, /* a number of 16 bits; what it announces follows the header */
    LAYER_FAMILY,    /* an address family of 32 bits, in the order of the capturing host */
    LAYER_PPP,       /* perhaps address and control, then the protocol number */
    LAYER_PPPOE,
    LAYER_MPLS,
    LAYER_LLC,
    LAYER_NFLOG,
    LAYER_OTHER /* to be skipped */
};

/* A link header: where its number is, and its octets. */
struct iptfs_link_type {
    int dlt;
    enum layer layer;
    uint32_t number_at;
    uint32_t octets;
};

enum {
    DLT_RAW_OPENBSD = 14, /* DLT_RAW there, and found in files */
};

static const struct iptfs_link_type link_types[] = {
    {DLT_EN10MB, LAYER_ETHERTYPE, 12, 14},
    {DLT_LINUX_SLL, LAYER_ETHERTYPE, 14, 16},
    {DLT_LINUX_SLL2, LAYER_ETHERTYPE, 0, 20},
    {DLT_RAW, LAYER_IP, 0, 0},
    {DLT_RAW_OPENBSD, LAYER_IP, 0, 0},
    {DLT_IPV4, LAYER_IP, 0, 0},
    {DLT_IPV6, LAYER_IP, 0, 0},
    {DLT_PPP, LAYER_PPP, 0, 0}, /* that of ns-3 begins with the protocol number */
    {DLT_PPP_SERIAL, LAYER_PPP, 0, 0},
    {DLT_PPP_WITH_DIR, LAYER_PPP, 0, 1},
    {DLT_PPP_PPPD, LAYER_PPP, 0, 2}, /* direction in place of the address, control */
    {DLT_PPP_ETHER, LAYER_PPPOE, 0, 0},
    {DLT_C_HDLC, LAYER_ETHERTYPE, 2, 4},
    {DLT_NULL, LAYER_FAMILY, 0, 4},
    {DLT_LOOP, LAYER_FAMILY, 0, 4},
    {DLT_ENC, LAYER_FAMILY, 0, 12},
    {DLT_ATM_RFC1483, LAYER_LLC, 0, 0},
    {DLT_NFLOG, LAYER_NFLOG, 0, 4}, /* Linux: packets of iptables and nftables, as of IPsec */
};

/* Numbers that announce the next layer; others are skipped and reported as they are. */
struct number {
    uint32_t number;
    enum layer layer;
    enum iptfs_skip skip; /* of LAYER_OTHER */
};

enum {
    ETHERTYPE_MIN = 1536, /* below: the length of an 802.3 frame, or Linux's numbers for it */
    PPP_CONTROL_MIN = 0x8000,
    VLAN_TAG_OCTETS = 4,
    MPLS_LABEL_OCTETS = 4,
    PPPOE_HEADER_OCTETS = 6,
    LLC_OCTETS = 3,
    SNAP_OCTETS = 8 /* with LLC and EtherType */
};

static const struct number ethertypes[] = {
    {0x0800, LAYER_IP, IPTFS_SKIP_NONE},
    {0x86dd, LAYER_IP, IPTFS_SKIP_NONE},
    {0x8100, LAYER_ETHERTYPE, IPTFS_SKIP_NONE}, /* VLAN tags */
    {0x88a8, LAYER_ETHERTYPE, IPTFS_SKIP_NONE},
    {0x9100, LAYER_ETHERTYPE, IPTFS_SKIP_NONE},
    {0x9200, LAYER_ETHERTYPE, IPTFS_SKIP_NONE},
    {0x8847, LAYER_MPLS, IPTFS_SKIP_NONE},
    {0x8848, LAYER_MPLS, IPTFS_SKIP_NONE},
    {0x8864, LAYER_PPPOE, IPTFS_SKIP_NONE},
    {0x8863, LAYER_OTHER, IPTFS_SKIP_PPPOE_DISCOVERY},
    {0x0806, LAYER_OTHER, IPTFS_SKIP_ARP},
    {0x8035, LAYER_OTHER, IPTFS_SKIP_ARP}, /* RARP */
    {0x88cc, LAYER_OTHER, IPTFS_SKIP_LLDP},
    {0x888e, LAYER_OTHER, IPTFS_SKIP_EAPOL},
    {0x88e5, LAYER_OTHER, IPTFS_SKIP_MACSEC},
};

static const struct number ppp_protocols[] = {
    {0x0021, LAYER_IP, IPTFS_SKIP_NONE},
    {0x0057, LAYER_IP, IPTFS_SKIP_NONE},
    {0x0281, LAYER_MPLS, IPTFS_SKIP_NONE},
    {0x0283, LAYER_MPLS, IPTFS_SKIP_NONE},
};

/* AF_INET, and AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS. */
static const struct number families[] = {
    {2, LAYER_IP, IPTFS_SKIP_NONE},  {10, LAYER_IP, IPTFS_SKIP_NONE},
    {23, LAYER_IP, IPTFS_SKIP_NONE}, {24, LAYER_IP, IPTFS_SKIP_NONE},
    {28, LAYER_IP, IPTFS_SKIP_NONE}, {30, LAYER_IP, IPTFS_SKIP_NONE},
};

const struct iptfs_link_type *iptfs_link_type_of(int dlt)
{
    for (size_t i = 0; i < sizeof link_types / sizeof link_types[0]; i++)
        if (link_types[i].dlt == dlt)
            return &link_types[i];
    return NULL;
}

/* libpcap translates the numbers of files only when it opens one: here the header of a file. */
pcap_t *iptfs_link_type_handle(uint32_t linktype)
{
    const struct pcap_file_header header = {
        .magic = 0xa1b2c3d4,
        .version_major = PCAP_VERSION_MAJOR,
        .version_minor = PCAP_VERSION_MINOR,
        .snaplen = 262144,
        .linktype = linktype,
    };
    char bytes[sizeof header], why[PCAP_ERRBUF_SIZE];
    memcpy(bytes, &header, sizeof header);
    FILE *file = fmemopen(bytes, sizeof bytes, "rb");
    if (file == NULL)
        return NULL;
    pcap_t *handle = pcap_fopen_offline(file, why);
    if (handle == NULL)
        fclose(file);
    return handle;
}

struct iptfs_link_type_text iptfs_link_type_name(uint32_t linktype)
{
    struct iptfs_link_type_text text;
    pcap_t *handle = iptfs_link_type_handle(linktype);
    const char *name = handle != NULL ? pcap_datalink_val_to_name(pcap_datalink(handle)) : NULL;
    snprintf(text.text, sizeof text.text, "%" PRIu32 " (%.32s)", linktype,
             name != NULL ? name : "unknown");
    if (handle != NULL)
        pcap_close(handle);
    return text;
}

/* A place in a frame on the way to the IP header. */
struct walk {
    const uint8_t *bytes;
    uint32_t octets;
    uint32_t at;
    enum layer layer;     /* what is at `at` */
    uint32_t number_at;   /* LAYER_ETHERTYPE and LAYER_FAMILY: where the number is */
    enum iptfs_skip skip; /* LAYER_OTHER */
    uint32_t detail;      /* of `skip` */
};

static void stop(struct walk *walk, enum iptfs_skip skip, uint32_t detail)
{
    walk->layer = LAYER_OTHER;
    walk->skip = skip;
    walk->detail = detail;
}

/* Whether the frame has `octets` more; if not the walk ends. */
static bool has(struct walk *walk, uint32_t octets)
{
    if (walk->octets - walk->at >= octets)
        return true;
    stop(walk, IPTFS_SKIP_NO_HEADER, 0);
    return false;
}

/* Goes on by a number; `unknown` is the kind of those that the table does not have. */
static void follow(struct walk *walk, uint32_t number, const struct number *numbers, size_t count,
                   enum iptfs_skip unknown)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i].number == number) {
            walk->layer = numbers[i].layer;
            walk->skip = numbers[i].skip;
            return;
        }
    stop(walk, unknown, number);
}

/* The number has been read, and `at` is behind its header. */
static void read_ethertype(struct walk *walk)
{
    uint32_t number = iptfs_get16(walk->bytes + walk->number_at);
    if (number < ETHERTYPE_MIN) {
        walk->layer = LAYER_LLC;
        return;
    }
    follow(walk, number, ethertypes, sizeof ethertypes / sizeof ethertypes[0],
           IPTFS_SKIP_ETHERTYPE);
    if (walk->layer == LAYER_ETHERTYPE && has(walk, VLAN_TAG_OCTETS)) {
        walk->number_at = walk->at + 2;
        walk->at += VLAN_TAG_OCTETS;
    }
}

static void read_family(struct walk *walk)
{
    uint32_t number = iptfs_get32(walk->bytes + walk->number_at);
    if (number > UINT16_MAX)
        number = __builtin_bswap32(number);
    follow(walk, number, families, sizeof families / sizeof families[0], IPTFS_SKIP_FAMILY);
}

static void read_ppp(struct walk *walk)
{
    enum {
        ALL_STATIONS = 0xff,
        UNNUMBERED = 0x03,
        CISCO_UNICAST = 0x0f,
        CISCO_MULTICAST = 0x8f
    };
    if (!has(walk, 2))
        return;
    const uint8_t *bytes = walk->bytes + walk->at;
    if (bytes[0] == ALL_STATIONS && bytes[1] == UNNUMBERED) {
        walk->at += 2;
    } else if ((bytes[0] == CISCO_UNICAST || bytes[0] == CISCO_MULTICAST) && bytes[1] == 0) {
        if (!has(walk, 4))
            return;
        walk->number_at = walk->at + 2;
        walk->at += 4;
        walk->layer = LAYER_ETHERTYPE;
        return;
    }
    if (!has(walk, 2))
        return;
    bytes = walk->bytes + walk->at;
    uint32_t octets = (bytes[0] & 1) != 0 ? 1 : 2; /* RFC 1661, 6.5: may be compressed */
    uint32_t number = octets == 1 ? bytes[0] : iptfs_get16(bytes);
    walk->at += octets;
    follow(walk, number, ppp_protocols, sizeof ppp_protocols / sizeof ppp_protocols[0],
           number >= PPP_CONTROL_MIN ? IPTFS_SKIP_PPP_CONTROL : IPTFS_SKIP_PPP);
}

static void read_pppoe(struct walk *walk)
{
    if (!has(walk, PPPOE_HEADER_OCTETS))
        return;
    walk->at += PPPOE_HEADER_OCTETS;
    walk->layer = LAYER_PPP;
}

/* Labels down to the bottom of the stack. What follows has no number: IP is known by its version.
 */
static void read_mpls(struct walk *walk)
{
    enum {
        BOTTOM_OF_STACK = 1
    };
    bool bottom = false;
    while (!bottom) {
        if (!has(walk, MPLS_LABEL_OCTETS + 1))
            return;
        bottom = (walk->bytes[walk->at + 2] & BOTTOM_OF_STACK) != 0;
        walk->at += MPLS_LABEL_OCTETS;
    }
    uint8_t version = walk->bytes[walk->at] >> 4;
    if (version == 4 || version == 6)
        walk->layer = LAYER_IP;
    else
        stop(walk, IPTFS_SKIP_MPLS, 0);
}

/* LLC, with SNAP or with IP's own number in it (RFC 1042). */
static void read_llc(struct walk *walk)
{
    static const uint8_t snap[] = {0xaa, 0xaa, 0x03, 0, 0, 0}, ip[] = {0x06, 0x06, 0x03};
    if (!has(walk, LLC_OCTETS))
        return;
    const uint8_t *bytes = walk->bytes + walk->at;
    uint32_t left = walk->octets - walk->at;
    if (left >= SNAP_OCTETS && memcmp(bytes, snap, sizeof snap) == 0 &&
        iptfs_get16(bytes + sizeof snap) >= ETHERTYPE_MIN) {
        walk->number_at = walk->at + (uint32_t)sizeof snap;
        walk->at += SNAP_OCTETS;
        walk->layer = LAYER_ETHERTYPE;
    } else if (memcmp(bytes, ip, sizeof ip) == 0) {
        walk->at += LLC_OCTETS;
        walk->layer = LAYER_IP;
    } else {
        stop(walk, IPTFS_SKIP_LLC, 0);
    }
}

/* An attribute: a length and a type of 16 bits, in the byte order of the capturing host, which the
 * type shows as all are below 256. */
static void read_nflog(struct walk *walk)
{
    enum {
        HEAD_OCTETS = 4,
        PAYLOAD = 9
    };
    if (!has(walk, HEAD_OCTETS))
        return;
    const uint8_t *head = walk->bytes + walk->at;
    bool little = head[3] == 0;
    uint32_t octets = little ? head[0] | (uint32_t)head[1] << 8 : iptfs_get16(head);
    uint32_t padded = (octets + 3) & ~3u;
    if (octets < HEAD_OCTETS) {
        stop(walk, IPTFS_SKIP_NO_HEADER, 0);
    } else if ((little ? head[2] : head[3]) == PAYLOAD) {
        walk->at += HEAD_OCTETS;
        walk->layer = LAYER_IP;
    } else if (has(walk, padded)) {
        walk->at += padded;
    }
}

struct iptfs_link_found iptfs_link_type_find_ip(const struct iptfs_link_type *type,
                                                const uint8_t *bytes, uint32_t octets)
{
    static void (*const step[])(struct walk *) = {
        [LAYER_ETHERTYPE] = read_ethertype, [LAYER_FAMILY] = read_family, [LAYER_PPP] = read_ppp,
        [LAYER_PPPOE] = read_pppoe,         [LAYER_MPLS] = read_mpls,     [LAYER_LLC] = read_llc,
        [LAYER_NFLOG] = read_nflog,
    };
    struct walk walk = {.bytes = bytes, .octets = octets, .layer = type->layer};
    walk.skip = IPTFS_SKIP_NONE;
    walk.number_at = type->number_at;
    if (has(&walk, type->octets))
        walk.at = type->octets;
    while (walk.layer != LAYER_IP && walk.layer != LAYER_OTHER)
        step[walk.layer](&walk); /* each goes forward in the frame, or ends the walk */
    return (struct iptfs_link_found){walk.skip, walk.detail, walk.at};
}
