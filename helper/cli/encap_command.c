/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim encap` */
#include "cli/endpoint_options.h"
#include "endpoint/encap.h"

static const struct argp_option options[] = {
    IPTFS_ENDPOINT_OPTIONS,
    {"spi", IPTFS_KEY_SPI, "N", 0, "SPI of the SA (default 0x1000)", 0},
    {"src", IPTFS_KEY_SRC, "ADDRESS", 0,
     "Source address of outer packets (default 192.0.2.1 or 2001:db8:1::1)", 0},
    {"dst", IPTFS_KEY_DST, "ADDRESS", 0,
     "Destination address of outer packets (default 198.51.100.1 or 2001:db8:2::1)", 0},
    {"seq-from", IPTFS_KEY_SEQ_FROM, "N", 0,
     "First sequence number (default: the next one of the key, as recorded in KEYFILE.oseq; else "
     "1)",
     0},
    {"esp-sa", IPTFS_KEY_ESP_SA, "FILE", 0,
     "Write the SA and its key as a line of Wireshark's table esp_sa", 0},
    {0},
};

static const struct argp argp = {
    .options = options,
    .parser = iptfs_endpoint_parse,
    .args_doc = "IN.pcap OUT.pcap",
    .doc =
        "Sends the IP packets of a capture through the sender of a tunnel and writes the outer "
        "packets, with all octets as a peer or Wireshark expects them.\v"
        "The IV of AES-GCM is the sequence number, so no number may be used twice with a key and "
        "its salt, or what is encrypted can be read and forged. With --key-file FILE, "
        "FILE.oseq records the next number: each encap continues where the last one stopped, "
        "and a --seq-from below it is refused. With --key, or a key from a pipe, nothing is "
        "recorded.",
};

static const char *const examples[] = {
    "iptfs-sim encap inner.pcap outer.pcap --key-file sa.key --esp-sa esp_sa",
    "iptfs-sim encap inner.pcap null.pcap --set tunnel.cipher=null \\\n"
    "      --set tunnel.mode=fixed-rate --set tunnel.pps=500 \\\n"
    "      --set tunnel.pkt-size=1400",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_encap = {
    .name = "encap",
    .summary = "Send the packets of a capture through a tunnel",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    return iptfs_endpoint_main(&iptfs_command_encap, iptfs_encap, argc, argv);
}
