/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An SA as a user gives it: a key on the command line or in a file, an SPI and addresses, each a
 * line. Refused in one line that does not show the key, or written for Wireshark with that key. */
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory_file.h"
#include "scenario/sa.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    KEY_DIGITS_MIN = 20 /* that count as a key in a message */
};

/* What the first octet chooses. */
enum {
    OUTER_6 = 1,
    NULL_CIPHER = 2,
    REVERSE = 4,
    ESN = 8,
    KEY = 16,
    KEY_FILE = 32,
    ADDRESSES = 64,
    SPI = 128
};

static char *next_line(char **text)
{
    char *line = strsep(text, "\n");
    return line != NULL ? line : "";
}

/* Whether the text shows the digits of the key. */
static bool shows(const char *text, const char *key)
{
    size_t digits = strspn(key, "0123456789abcdefABCDEF");
    return digits >= KEY_DIGITS_MIN && strncasecmp(text, key, digits) == 0;
}

/* Long texts of other options are shown, and may look like the key. */
static bool is_short(const char *text)
{
    return text == NULL || strlen(text) < KEY_DIGITS_MIN;
}

static void check_refusal(const struct iptfs_error *error, const struct iptfs_sa_options *options,
                          const char *key)
{
    bool secret =
        is_short(options->spi) && is_short(options->source) && is_short(options->destination);
    MUST(error->code == IPTFS_E_INVALID || error->code == IPTFS_E_IO);
    for (const char *c = error->text; *c != '\0'; c++) {
        MUST(!iscntrl((unsigned char)*c));
        MUST(!secret || !shows(c, key));
    }
}

static void check_accepted(const struct iptfs_outer_codec_config *config, const char *key)
{
    char *text = NULL;
    size_t size = 0, lines = 0;
    FILE *out = open_memstream(&text, &size);
    iptfs_sa_write_wireshark(config, 2, out);
    fclose(out);
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    MUST(lines == 2);
    MUST(config->key_octets == 0 || key == NULL || strcasestr(text, key) != NULL);
    free(text);
}

static void check_sa(uint8_t flags, struct iptfs_sa_options *options, const char *file)
{
    struct iptfs_outer_codec_config config;
    struct iptfs_error error = {0};
    struct iptfs_tunnel_options tunnel = {
        .cipher = (flags & NULL_CIPHER) != 0,
        .outer_version = (flags & OUTER_6) != 0 ? 6 : 4,
    };
    const char *key = options->key != NULL ? options->key : file;
    enum iptfs_direction direction = (flags & REVERSE) != 0 ? IPTFS_REVERSE : IPTFS_FORWARD;
    options->esn = (flags & ESN) != 0;
    if ((flags & KEY_FILE) != 0)
        options->key_file = fuzz_memory_file(file, strlen(file));
    if (iptfs_sa_config(&config, options, &tunnel, direction, &error) != IPTFS_OK) {
        check_refusal(&error, options, key);
        return;
    }
    MUST(config.spi >= 256);
    bool hex = strspn(key, "0123456789abcdefABCDEF") == strlen(key);
    check_accepted(&config, hex ? key : NULL);
}

void fuzz_security_association(const uint8_t *bytes, size_t octets)
{
    struct iptfs_sa_options options = {0};
    char *text = octets > 0 ? fuzz_text(bytes + 1, octets - 1) : NULL, *rest = text;
    if (text == NULL)
        return;
    if ((bytes[0] & KEY) != 0)
        options.key = next_line(&rest);
    if ((bytes[0] & SPI) != 0)
        options.spi = next_line(&rest);
    if ((bytes[0] & ADDRESSES) != 0) {
        options.source = next_line(&rest);
        options.destination = next_line(&rest);
    }
    check_sa(bytes[0], &options, rest != NULL ? rest : "");
    free(text);
}
