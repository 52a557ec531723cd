/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An SA as a user gives it: key, SPI, addresses; and as Wireshark needs it. */
#ifndef IPTFS_SCENARIO_SA_H
#define IPTFS_SCENARIO_SA_H

#include "base/error.h"
#include "scenario/scenario.h"
#include "wire/outer_codec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Options as they were written; NULL: not given. */
struct iptfs_sa_options {
    const char *key;         /* hexadecimal: the keys of the cipher and its salt, in one */
    const char *key_file;    /* a text file that holds the same */
    const char *salt;        /* 8 hexadecimal digits, in place of the salt behind the key */
    const char *spi;         /* 256 to 4294967295 */
    const char *source;      /* of the outer packets */
    const char *destination; /* likewise */
    bool esn;
    bool open_key; /* a published key, for captures of simulated packets */
    FILE *notes;   /* warnings about the key file; NULL: none */
};

/* SPI of SAs for which none is given. */
#define IPTFS_SPI_USUAL 0x1000u

/* The SA of a tunnel: the mode, cipher and outer version are the tunnel's, which is of the forward
 * or the reverse direction; what is not given is IPTFS_SPI_USUAL, and addresses for documentation.
 * IPTFS_E_INVALID or IPTFS_E_IO with a line of text that never holds the key: then the config holds
 * none either. The caller erases it with iptfs_sa_erase_key. */
int iptfs_sa_config(struct iptfs_outer_codec_config *config, const struct iptfs_sa_options *options,
                    const struct iptfs_tunnel_options *tunnel, enum iptfs_direction direction,
                    struct iptfs_error *error);

/* Erases key and salt from memory. */
void iptfs_sa_erase_key(struct iptfs_outer_codec_config *config);

/* Writes lines of Wireshark's table `esp_sa`, with which it decrypts the SA and those that took
 * over from it, `count` in all. Where the key is a secret, `out` should have no buffer. */
void iptfs_sa_write_wireshark(const struct iptfs_outer_codec_config *config, uint32_t count,
                              FILE *out);

#endif
