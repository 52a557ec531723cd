/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `iptfs-sim decap` */
#include "cli/endpoint_options.h"
#include "endpoint/decap.h"

static const struct argp_option options[] = {
    IPTFS_ENDPOINT_OPTIONS,
    {"spi", IPTFS_KEY_SPI, "N", 0, "SPI of the SA (default: that of the first good packet)", 0},
    {"seq-from", IPTFS_KEY_SEQ_FROM, "N", 0,
     "Sequence number with which the SA begins (default 1); needed with --esn above 4294967295", 0},
    {0},
};

static const struct argp argp = {
    .options = options,
    .parser = iptfs_endpoint_parse,
    .args_doc = "IN.pcap OUT.pcap",
    .doc = "Receives the outer packets of a capture as the far end of a tunnel does, and writes "
           "the inner packets that come out.\v"
           "The sequence numbers of an SA begin with 1. If the first packet of the capture has a "
           "number above 1 within the reorder window, it waits at most drop-time for the packets "
           "before it; Linux starts at its number and drops them. A number beyond the window "
           "starts the SA without waiting. CE marks of outer packets are copied to ECN-capable "
           "inner packets (tunnel.ecn-decap=mark; see 'iptfs-sim list keys tunnel').",
};

static const char *const examples[] = {
    "iptfs-sim decap outer.pcap back.pcap --key-file sa.key",
    "iptfs-sim decap null.pcap back.pcap --set tunnel.cipher=null \\\n"
    "      --set tunnel.drop-time=50ms --json",
    NULL,
};

static int run(int argc, char **argv);

const struct iptfs_command iptfs_command_decap = {
    .name = "decap",
    .summary = "Receive the outer packets of a capture",
    .argp = &argp,
    .examples = examples,
    .main = run,
};

static int run(int argc, char **argv)
{
    return iptfs_endpoint_main(&iptfs_command_decap, iptfs_decap, argc, argv);
}
