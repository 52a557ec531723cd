/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/filter.h"

#include "capture/link_type.h"
#include "support/check.h"

#include <string.h>

/* Expressions of pcap-filter(7) and of users: none has a name that would be looked up. */
static const char *const allowed[] = {
    "",
    "udp port 5004",
    "tcp port http or udp port domain or https",
    "portrange 5000-6000",
    "src portrange ftp-data-90",
    "host 10.0.0.1 and not (port 22 or 80)",
    "src or dst 192.168.1.7",
    "src host 2001:db8::1 && ip6",
    "net 192.168.0.0/16 or net 10 or net 172.16",
    "net 2001:db8::/32",
    "ip6 net ::/0 or host ::ffff:10.0.0.1",
    "net 10.0.0.0 mask 255.0.0.0",
    "ether host 02:00:00:00:00:01 or ether src 02-00-00-00-00-01 or ether dst 0200.0000.0001",
    "ether host 020000000001",
    "ip proto \\icmp or proto 47 or ip proto esp",
    "ether proto \\arp or ether proto 0x88cc",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and not src and dst net 10",
    "ip[6:2] & 0x1fff = 0 and udp[4:2]>100",
    "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply",
    "len - 4 > 10 and greater 100 and less 1500",
    "vlan 7 && ip || mpls 16 && pppoes",
    "ip broadcast or ether multicast",
    "llc u or llc rr",
    "wlan type mgt subtype probe-req",
    "inbound",
};

/* A name, and an expression with it. */
static const struct {
    const char *expression;
    const char *name;
} refused[] = {
    {"host example.com", "example.com"},
    {"example.com", "example.com"},
    {"src foo and port 80", "foo"},
    {"port 80 or host foo-bar.example", "foo-bar.example"},
    {"host 10.0.0.1 or gateway.example", "gateway.example"},
    {"host 10.0.0.1 or (port 80 and dst x)", "x"},
    {"port http and src www", "www"},
    {"net loopback", "loopback"},
    {"gateway gw", "gw"},
    {"ether host printer", "printer"},
    {"tcp and foo", "foo"},
    {"host \\tcp", "\\tcp"},
    {"host 1.2.3.4.5", "1.2.3.4.5"},
    {"host 7up.example", "7up.example"},
    {"host dead:beef", "dead:beef"},
    {"host tcp-syn.example", "tcp-syn.example"},
    {"host localhost", "localhost"},
    {"ip host and.example", "and.example"},
    {"len-4>10", "len-4"},
    {"host EXAMPLE", "EXAMPLE"},
    {"ether[a.example]=0", "a.example"},
};

static void test_names(void)
{
    size_t length;
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        const char *name = iptfs_filter_find_name(allowed[i], &length);
        if (name != NULL)
            CHECK_FAIL("'%s': the name '%.*s'", allowed[i], (int)length, name);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const char *name = iptfs_filter_find_name(refused[i].expression, &length);
        if (name == NULL || length != strlen(refused[i].name) ||
            strncmp(name, refused[i].name, length) != 0)
            CHECK_FAIL("'%s': found '%s'", refused[i].expression, name != NULL ? name : "none");
    }
}

static void check_filter(const char *filter, int code, const char *text)
{
    struct bpf_program program;
    struct iptfs_error error = {0};
    pcap_t *handle = iptfs_link_type_handle(1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(handle);
    if (CHECK_INT(iptfs_filter_compile(&program, handle, filter, "a.pcap", &error), code) &&
        code == IPTFS_OK)
        pcap_freecode(&program);
    if (strncmp(error.text, text, strlen(text)) != 0)
        CHECK_STR(error.text, text);
    pcap_close(handle);
}

static void test_compile(void)
{
    check_filter("udp port 5004", IPTFS_OK, "");
    check_filter("\"udp port 5004\"", IPTFS_OK, "");
    check_filter("tcp port http", IPTFS_OK, "");
    check_filter("udp prot 53", IPTFS_E_INVALID,
                 "a.pcap: filter: found the name 'prot', allowed: addresses (names of hosts and "
                 "networks are not looked up)");
    check_filter("udp port", IPTFS_E_INVALID,
                 "a.pcap: filter: found 'udp port', allowed: an expression of libpcap (");
    check_filter("host example.com", IPTFS_E_INVALID,
                 "a.pcap: filter: found the name 'example.com', allowed: addresses (");
}

const CU_TestInfo iptfs_tests_capture_filter[] = {
    {"names", test_names},
    {"compile", test_compile},
    CU_TEST_INFO_NULL,
};
