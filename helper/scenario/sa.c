/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/sa.h"

#include "base/erase.h"
#include "files/textfile.h"
#include "scenario/key_file.h"
#include "scenario/to_model.h"
#include "text/hex.h"
#include "text/quantity.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum {
    SPI_MIN = 256, /* those below are reserved (RFC 4303, 2.1) */
    KEY_DIGITS_MAX = 2 * (IPTFS_AEAD_KEY_MAX_OCTETS + IPTFS_AEAD_SALT_OCTETS)
};

/* "40, 56 or 72 (a key of 16, 24 or 32 octets, then a salt of 4)" */
struct allowed {
    char text[160];
};

static struct allowed allowed_keys(const struct iptfs_cipher *cipher)
{
    struct allowed allowed;
    char digits[40] = "", octets[40] = "";
    const uint8_t *keys = cipher->key_octets;
    for (size_t i = 0; i < IPTFS_CIPHER_KEYS && keys[i] > 0; i++) {
        bool last = i + 1 == IPTFS_CIPHER_KEYS || keys[i + 1] == 0;
        const char *comma = i == 0 ? "" : last ? " or " : ", ";
        unsigned all = keys[i] + 0u + cipher->authentication_octets + cipher->salt_octets;
        size_t at = strlen(digits), from = strlen(octets);
        snprintf(digits + at, sizeof digits - at, "%s%u", comma, 2 * all);
        snprintf(octets + from, sizeof octets - from, "%s%u", comma, keys[i] + 0u);
    }
    if (cipher->salt_octets > 0)
        snprintf(allowed.text, sizeof allowed.text, "%s (a key of %s octets, then a salt of %u)",
                 digits, octets, cipher->salt_octets + 0u);
    else
        snprintf(allowed.text, sizeof allowed.text,
                 "%s (a key of %s octets, then one of %u for the ICV)", digits, octets,
                 cipher->authentication_octets + 0u);
    return allowed;
}

/* Key and salt from hexadecimal digits, as `ip xfrm` takes them. Messages count digits and never
 * show them. */
static int parse_key(struct iptfs_outer_codec_config *config, const char *where, const char *text,
                     size_t length, struct iptfs_error *error)
{
    if (length >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        text += 2;
        length -= 2;
    }
    for (size_t i = 0; i < length; i++)
        if (iptfs_hex_digit(text[i]) < 0)
            return iptfs_fail(error, IPTFS_E_INVALID,
                              "%s: found something else than a digit in place %zu, allowed: "
                              "hexadecimal digits",
                              where, i + 1);
    const struct iptfs_cipher *cipher = config->esp.cipher;
    size_t salt = cipher->salt_octets, octets = length / 2;
    if (length % 2 != 0 || octets < salt || octets > IPTFS_AEAD_KEY_MAX_OCTETS + salt ||
        !iptfs_cipher_takes_key(cipher, (uint32_t)(octets - salt)))
        return iptfs_fail(error, IPTFS_E_INVALID, "%s: found %zu hexadecimal digits, allowed: %s",
                          where, length, allowed_keys(cipher).text);
    config->key_octets = (uint32_t)(octets - salt);
    iptfs_hex_octets(text, config->key_octets, config->key);
    iptfs_hex_octets(text + 2 * (size_t)config->key_octets, salt, config->salt);
    return IPTFS_OK;
}

static int read_key_file(struct iptfs_outer_codec_config *config, const char *path, FILE *notes,
                         struct iptfs_error *error)
{
    struct iptfs_key_text text;
    int code = iptfs_key_file_read(&text, path, notes, error);
    if (code == IPTFS_OK)
        code = parse_key(config, iptfs_quoted_path(path).text, text.begin, text.length, error);
    iptfs_key_text_erase(&text);
    return code;
}

static int set_salt(struct iptfs_outer_codec_config *config, const char *text,
                    struct iptfs_error *error)
{
    const size_t digits = 2 * IPTFS_AEAD_SALT_OCTETS;
    if (text == NULL)
        return IPTFS_OK;
    if (config->esp.cipher->salt_octets == 0)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "found --salt and tunnel.cipher=%s, allowed: one of them",
                          config->esp.cipher->name);
    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    if (strlen(text) == digits &&
        iptfs_hex_octets(text, IPTFS_AEAD_SALT_OCTETS, config->salt) == digits)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "--salt: found %zu characters, allowed: %zu hexadecimal digits", strlen(text),
                      digits);
}

static void set_open_key(struct iptfs_outer_codec_config *config)
{
    const struct iptfs_cipher *cipher = config->esp.cipher;
    config->key_octets = (uint32_t)cipher->key_octets[0] + cipher->authentication_octets;
    for (uint32_t i = 0; i < config->key_octets; i++)
        config->key[i] = (uint8_t)i;
    for (uint32_t i = 0; i < cipher->salt_octets && i < sizeof config->salt; i++)
        config->salt[i] = (uint8_t)(0xA0 + i);
}

static int set_key(struct iptfs_outer_codec_config *config, const struct iptfs_sa_options *options,
                   struct iptfs_error *error)
{
    bool given = options->key != NULL || options->key_file != NULL || options->salt != NULL;
    bool wanted = config->esp.cipher->icv_octets > 0;
    if (options->key != NULL && options->key_file != NULL)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "found --key and --key-file, allowed: one of them");
    if (given && !wanted)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "found a key and tunnel.cipher=null, allowed: one of them");
    if (!wanted)
        return IPTFS_OK;
    if (options->open_key) {
        set_open_key(config);
        return IPTFS_OK;
    }
    if (options->key == NULL && options->key_file == NULL)
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "found no key for tunnel.cipher=%s, allowed: --key-file FILE, --key HEX, "
                          "or --set tunnel.cipher=null",
                          config->esp.cipher->name);
    int code = options->key != NULL
                   ? parse_key(config, "--key", options->key, strlen(options->key), error)
                   : read_key_file(config, options->key_file, options->notes, error);
    return code == IPTFS_OK ? set_salt(config, options->salt, error) : code;
}

static int set_spi(struct iptfs_outer_codec_config *config, const char *text,
                   struct iptfs_error *error)
{
    uint64_t spi = IPTFS_SPI_USUAL;
    if (text != NULL &&
        (iptfs_parse_number(text, &spi, NULL) != 0 || spi < SPI_MIN || spi > UINT32_MAX))
        return iptfs_fail(error, IPTFS_E_INVALID,
                          "--spi: found '%s', allowed: 256 to 4294967295, or 0x100 to 0xffffffff",
                          iptfs_quoted(text).text);
    config->spi = (uint32_t)spi;
    return IPTFS_OK;
}

static int set_address(uint8_t *address, const char *option, const char *text, bool v6,
                       struct iptfs_error *error)
{
    if (inet_pton(v6 ? AF_INET6 : AF_INET, text, address) == 1)
        return IPTFS_OK;
    return iptfs_fail(error, IPTFS_E_INVALID,
                      "%s: found '%s', allowed: an IPv%d address (tunnel.outer=%d)", option,
                      iptfs_quoted(text).text, v6 ? 6 : 4, v6 ? 6 : 4);
}

/* By version and end: addresses for documentation (RFC 5737, RFC 3849). */
static const char *const default_addresses[2][2] = {
    {"192.0.2.1", "198.51.100.1"},
    {"2001:db8:1::1", "2001:db8:2::1"},
};

int iptfs_sa_config(struct iptfs_outer_codec_config *config, const struct iptfs_sa_options *options,
                    const struct iptfs_tunnel_options *tunnel, enum iptfs_direction direction,
                    struct iptfs_error *error)
{
    bool v6 = tunnel->outer_version == 6;
    const char *source = default_addresses[v6][direction == IPTFS_REVERSE];
    const char *destination = default_addresses[v6][direction != IPTFS_REVERSE];
    *config = (struct iptfs_outer_codec_config){.mode = iptfs_config_mode(tunnel),
                                                .esn = options->esn || tunnel->sender.sa_life.esn,
                                                .flow_label = tunnel->flow_label};
    config->esp = iptfs_config_esp(tunnel);
    int code = set_address(config->source, "--src",
                           options->source != NULL ? options->source : source, v6, error);
    if (code == IPTFS_OK)
        code = set_address(config->destination, "--dst",
                           options->destination != NULL ? options->destination : destination, v6,
                           error);
    if (code == IPTFS_OK)
        code = set_spi(config, options->spi, error);
    if (code == IPTFS_OK)
        code = set_key(config, options, error);
    if (code != IPTFS_OK)
        iptfs_sa_erase_key(config);
    return code;
}

void iptfs_sa_erase_key(struct iptfs_outer_codec_config *config)
{
    iptfs_erase(config->key, sizeof config->key);
    iptfs_erase(config->salt, sizeof config->salt);
}

/* "0x" and digits, in quotes; "" for no octets. */
static void write_octets(const uint8_t *octets, uint32_t count, FILE *out)
{
    static const char digits[] = "0123456789abcdef";
    char text[KEY_DIGITS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        text[2 * i] = digits[octets[i] >> 4];
        text[2 * i + 1] = digits[octets[i] & 0xF];
    }
    fputs(count > 0 ? "\"0x" : "\"", out);
    fwrite(text, 1, 2 * (size_t)count, out);
    fputc('"', out);
    iptfs_erase(text, sizeof text);
}

/* Encryption, its key with the salt, authentication and its key. */
static void write_keys(const struct iptfs_outer_codec_config *config, uint32_t sa, FILE *out)
{
    const struct iptfs_cipher *cipher = config->esp.cipher;
    uint32_t own =
        config->key_octets - (config->key_octets > 0 ? cipher->authentication_octets : 0);
    uint8_t key[IPTFS_AEAD_KEY_MAX_OCTETS + IPTFS_AEAD_SALT_OCTETS];
    memcpy(key, config->key, own);
    if (cipher->salt_octets > 0)
        iptfs_outer_codec_salt(config, sa, key + own);
    fprintf(out, "\"%s\",", cipher->wireshark[0]);
    write_octets(key, own + cipher->salt_octets, out);
    fprintf(out, ",\"%s\",", cipher->wireshark[1]);
    write_octets(config->key + own, config->key_octets - own, out);
    iptfs_erase(key, sizeof key);
}

/* The columns are protocol, source, destination, SPI, encryption, its key, authentication, its key;
 * for ESN, which older Wiresharks do not know, also the length of the number and its upper half. */
void iptfs_sa_write_wireshark(const struct iptfs_outer_codec_config *config, uint32_t count,
                              FILE *out)
{
    bool v6 = config->esp.ip_octets == IPTFS_IPV6_HEADER_OCTETS;
    char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
    inet_ntop(v6 ? AF_INET6 : AF_INET, config->source, source, sizeof source);
    inet_ntop(v6 ? AF_INET6 : AF_INET, config->destination, destination, sizeof destination);
    for (uint32_t sa = 0; sa < count; sa++) {
        fprintf(out, "\"IPv%d\",\"%s\",\"%s\",\"0x%08" PRIx32 "\",", v6 ? 6 : 4, source,
                destination, config->spi + sa);
        write_keys(config, sa, out);
        fprintf(out, "%s\n", config->esn ? ",\"64-bit\",\"0\"" : "");
    }
}
