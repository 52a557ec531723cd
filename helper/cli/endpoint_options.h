/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `iptfs-sim encap` and `iptfs-sim decap` have in common: options, their parser, the run. */
#ifndef IPTFS_CLI_ENDPOINT_OPTIONS_H
#define IPTFS_CLI_ENDPOINT_OPTIONS_H

#include "cli/arguments.h"
#include "cli/command.h"
#include "endpoint/endpoint.h"

#include <argp.h>
#include <stdio.h>

enum {
    IPTFS_KEY_DST = 256,
    IPTFS_KEY_ESN,
    IPTFS_KEY_ESP_SA,
    IPTFS_KEY_JSON,
    IPTFS_KEY_KEY,
    IPTFS_KEY_KEY_FILE,
    IPTFS_KEY_MAX_OUTPUT,
    IPTFS_KEY_SALT,
    IPTFS_KEY_SCENARIO,
    IPTFS_KEY_SEQ_FROM,
    IPTFS_KEY_SET,
    IPTFS_KEY_SPI,
    IPTFS_KEY_SRC
};

/* The rows of struct argp_option that both commands have. */
/* clang-format off */
#define IPTFS_ENDPOINT_OPTIONS                                                                     \
    {"scenario", IPTFS_KEY_SCENARIO, "FILE.ini", 0,                                                \
     "Use [tunnel] and [link] of this scenario (default: the defaults of all keys, see "           \
     "'iptfs-sim list keys')", 0},                                                                 \
    {"set", IPTFS_KEY_SET, "SECTION.KEY=VALUE", 0,                                                 \
     "Replace a value, such as tunnel.pkt-size=1400; may be repeated", 0},                         \
    {"key-file", IPTFS_KEY_KEY_FILE, "FILE", 0,                                                    \
     "File with the key of 16, 24 or 32 octets followed by the salt of 4, in hexadecimal digits, " \
     "as 'ip xfrm' takes them for rfc4106(gcm(aes))", 0},                                          \
    {"key", IPTFS_KEY_KEY, "HEX", 0,                                                               \
     "Key and salt as in the file of --key-file; other users may see them in the list of "         \
     "processes, and shells keep them in their history", 0},                                       \
    {"salt", IPTFS_KEY_SALT, "HEX", 0,                                                             \
     "Salt of 8 hexadecimal digits in place of the one behind the key", 0},                        \
    {"esn", IPTFS_KEY_ESN, NULL, 0, "Use extended sequence numbers (64 bits)", 0},                 \
    {"json", IPTFS_KEY_JSON, NULL, 0, "Print the summary as JSON", 0},                             \
    {"max-output", IPTFS_KEY_MAX_OUTPUT, "SIZE", 0, IPTFS_MAX_OUTPUT_HELP, 0},                     \
    {"quiet", 'q', NULL, 0, "Print only errors and what was skipped", 0}
/* clang-format on */

/* Parser of both; state->input is private to iptfs_endpoint_main. */
error_t iptfs_endpoint_parse(int key, char *value, struct argp_state *state);

typedef int iptfs_endpoint_function(const struct iptfs_endpoint_request *request, FILE *out,
                                    FILE *notes, struct iptfs_error *error);

/* Parses the command line and runs the command; returns the exit status. */
int iptfs_endpoint_main(const struct iptfs_command *command, iptfs_endpoint_function *function,
                        int argc, char **argv);

#endif
