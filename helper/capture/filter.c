/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/filter.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What libpcap does with a name behind a keyword. */
enum meaning {
    LOOKED_UP, /* a host or a network: the default */
    LOCAL,     /* a port, a protocol, a type: from files or its own tables */
    ANY        /* the keyword changes nothing */
};

/* The words of pcap-filter(7) that are no names. Some are letters and digits for numbers, such as
 * tcp-syn. */
static const struct keywords {
    enum meaning meaning;
    const char *words; /* each between blanks */
} keywords[] = {
    {LOCAL,
     " port portrange proto protochain type subtype dir direction on ifname rset ruleset rnr "
     "rulenum srnr subrulenum reason action llc "},
    {ANY, " and or not len length less greater byte inbound outbound mask broadcast multicast "
          "ifindex icmptype icmpcode icmp6type icmp6code tcpflags tcp-fin tcp-syn tcp-rst tcp-push "
          "tcp-ack tcp-urg tcp-ece tcp-cwr icmp-echoreply icmp-unreach icmp-sourcequench "
          "icmp-redirect icmp-echo icmp-routeradvert icmp-routersolicit icmp-timxceed "
          "icmp-paramprob icmp-tstamp icmp-tstampreply icmp-ireq icmp-ireqreply icmp-maskreq "
          "icmp-maskreply icmp6-destinationunreach icmp6-packettoobig icmp6-timeexceeded "
          "icmp6-parameterproblem icmp6-echo icmp6-echoreply icmp6-multicastlistenerquery "
          "icmp6-multicastlistenerreportv1 icmp6-multicastlistenerdone icmp6-routersolicit "
          "icmp6-routeradvert icmp6-neighborsolicit icmp6-neighboradvert icmp6-redirect "
          "icmp6-routerrenum icmp6-nodeinformationquery icmp6-nodeinformationresponse "
          "icmp6-ineighbordiscoverysolicit icmp6-ineighbordiscoveryadvert "
          "icmp6-multicastlistenerreportv2 icmp6-homeagentdiscoveryrequest "
          "icmp6-homeagentdiscoveryreply icmp6-mobileprefixsolicit icmp6-mobileprefixadvert "
          "icmp6-certpathsolicit icmp6-certpathadvert icmp6-multicastrouteradvert "
          "icmp6-multicastroutersolicit icmp6-multicastrouterterm "},
    {LOOKED_UP,
     " host net gateway src dst link ether ppp slip fddi tr wlan arp rarp ip sctp tcp udp icmp "
     "igmp "
     "igrp pim vrrp carp radio ip6 icmp6 ah esp atalk aarp decnet lat sca moprc mopdl iso esis "
     "es-is isis is-is l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui address1 addr1 address2 "
     "addr2 address3 addr3 address4 addr4 ra ta vlan mpls pppoed pppoes geneve lane metac bcc "
     "oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect fisu lssu lsu msu hfisu "
     "hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls "},
};

/* Whether `word` is a keyword, and which. */
static const struct keywords *keyword_of(const char *word, size_t length)
{
    char between_blanks[64];
    if (length + 3 > sizeof between_blanks)
        return NULL;
    between_blanks[0] = ' ';
    memcpy(between_blanks + 1, word, length);
    memcpy(between_blanks + 1 + length, " ", 2);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (strstr(keywords[i].words, between_blanks) != NULL)
            return &keywords[i];
    return NULL;
}

static size_t count_of(const char *word, size_t length, const char *set)
{
    size_t count = 0;
    while (count < length && strchr(set, word[count]) != NULL)
        count++;
    return count;
}

/* Groups of hexadecimal digits with one separator: hardware addresses in all of libpcap's forms. */
static bool is_hardware_address(const char *word, size_t length)
{
    static const char hex[] = "0123456789abcdefABCDEF";
    size_t groups = 0, at = 0;
    if (length == 12 && count_of(word, length, hex) == length)
        return true;
    while (at < length) {
        size_t digits = count_of(word + at, length - at, hex);
        if (digits == 0 || digits > 4)
            return false;
        at += digits;
        groups++;
        if (at < length && (strchr(":-.", word[at]) == NULL || ++at == length))
            return false;
    }
    return groups == 6 || (groups == 3 && length == 14);
}

/* A number, or up to four with points between, as in net 192.168. */
static bool is_number(const char *word, size_t length)
{
    static const char digits[] = "0123456789", hex[] = "0123456789abcdefABCDEF";
    size_t numbers = 0, at = 0;
    while (at < length && numbers < 4) {
        bool is_hex = length - at > 2 && word[at] == '0' && (word[at + 1] | 0x20) == 'x';
        at += is_hex ? 2 : 0;
        size_t count = count_of(word + at, length - at, is_hex ? hex : digits);
        if (count == 0)
            return false;
        at += count;
        numbers++;
        if (at < length && (word[at] != '.' || ++at == length))
            return false;
    }
    return at == length;
}

static bool is_address(const char *word, size_t length)
{
    char text[64];
    struct in6_addr address;
    if (is_number(word, length) || is_hardware_address(word, length))
        return true;
    if (length >= sizeof text)
        return false;
    memcpy(text, word, length);
    text[length] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

/* The word at `text`, as libpcap's scanner takes it: letters, digits, "._-"; behind a backslash all
 * but a few; and colons, which are only in addresses when not within brackets. */
static size_t word_length(const char *text, bool in_brackets)
{
    size_t length = 0;
    if (*text == '\\')
        return strcspn(text, " !()\n\t");
    while (isalnum((unsigned char)text[length]) || (text[length] == ':' && !in_brackets) ||
           (length > 0 && text[length] != '\0' && strchr("_-.", text[length]) != NULL))
        length++;
    while (length > 0 && (text[length - 1] == '_' || text[length - 1] == '-'))
        length--;
    return length;
}

const char *iptfs_filter_find_name(const char *expression, size_t *length)
{
    enum meaning meaning = LOOKED_UP;
    bool in_brackets = false;
    const char *at = expression;
    for (; *at != '\0'; at += *length > 0 ? *length : 1) {
        *length = word_length(at, in_brackets);
        in_brackets = *at == '[' || (in_brackets && *at != ']');
        if (*length == 0 || is_address(at, *length))
            continue;
        const struct keywords *keyword = keyword_of(at, *length);
        if (keyword == NULL && meaning == LOOKED_UP)
            return at;
        if (keyword != NULL && keyword->meaning != ANY)
            meaning = keyword->meaning;
    }
    return NULL;
}

static int compile(struct bpf_program *program, pcap_t *handle, const char *expression,
                   const char *place, struct iptfs_error *error)
{
    size_t length;
    const char *name = iptfs_filter_find_name(expression, &length);
    if (name != NULL)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "%s: filter: found the name '%.*s', allowed: addresses (names of hosts "
                          "and networks are not looked up)",
                          place, length < 100 ? (int)length : 100, name);
    errno = 0;
    if (pcap_compile(handle, program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0)
        return IPTFS_OK;
    if (errno == ENOMEM)
        return iptfs_fail_no_memory(error);
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: filter: found '%.160s', allowed: an expression of libpcap (%.120s)",
                      place, expression, pcap_geterr(handle));
}

int iptfs_filter_compile(struct bpf_program *program, pcap_t *handle, const char *filter,
                         const char *place, struct iptfs_error *error)
{
    char *text = strdup(filter);
    if (text == NULL)
        return iptfs_fail_no_memory(error);
    size_t length = strlen(text);
    char *expression = text;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text[length - 1] = '\0';
        expression++;
    }
    int code = compile(program, handle, expression, place, error);
    free(text);
    return code;
}
