/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/script.h"

#include "base/units.h"
#include "files/textfile.h"
#include "packet/packet.h"
#include "text/hex.h"
#include "text/quantity.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_WORDS = 8
};

/* The state of reading: the current line and its words. */
struct reader {
    struct iptfs_script *script;
    const char *path;
    unsigned line;
    char *words[MAX_WORDS];
    size_t count;
    bool ended;
    struct iptfs_error *error;
};

static int found(const struct reader *reader, const char *what, const char *word,
                 const char *allowed)
{
    return iptfs_fail(reader->error, IPTFS_E_INVALID, "%s:%u: %s: found '%s', allowed: %s",
                      iptfs_quoted_path(reader->path).text, reader->line, what,
                      iptfs_quoted(word).text, allowed);
}

static int zero_octet(const struct reader *reader)
{
    return iptfs_fail(reader->error, IPTFS_E_INVALID, "%s:%u: found a zero octet, allowed: text",
                      iptfs_quoted_path(reader->path).text, reader->line);
}

/* A whole decimal number from `low` to `high`. */
static int read_number(const struct reader *reader, const char *what, const char *word, int64_t low,
                       int64_t high, int64_t *number)
{
    char *end;
    errno = 0;
    long long value = strtoll(word, &end, 10);
    if (errno == 0 && end != word && *end == '\0' && value >= low && value <= high) {
        *number = value;
        return IPTFS_OK;
    }
    char allowed[80];
    snprintf(allowed, sizeof allowed, "a whole number from %" PRId64 " to %" PRId64, low, high);
    return found(reader, what, word, allowed);
}

static int read_time_ns(const struct reader *reader, const char *what, const char *word,
                        int64_t *time_ps)
{
    int64_t time_ns = 0;
    int code = read_number(reader, what, word, 0, IPTFS_TIME_MAX_PS / IPTFS_PS_PER_NS, &time_ns);
    *time_ps = time_ns * IPTFS_PS_PER_NS;
    return code;
}

/* Grows an array of `count` elements by one; its capacity doubles at powers of two. */
static void *grown(void *elements, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return elements;
    return realloc(elements, (count > 0 ? count * 2 : 1) * size);
}

static struct iptfs_script_event *new_event(struct reader *reader)
{
    struct iptfs_script *script = reader->script;
    struct iptfs_script_event *events = grown(script->events, script->event_count, sizeof *events);
    if (events == NULL)
        return NULL;
    script->events = events;
    events[script->event_count] = (struct iptfs_script_event){0};
    return &events[script->event_count++];
}

static int read_cipher(const struct reader *reader, const char *word, int64_t *cipher)
{
    static const char *const names[] = {"null", "gcm"}; /* in the order of iptfs_cipher_at */
    for (int64_t i = 0; i < 2; i++)
        if (strcmp(word, names[i]) == 0) {
            *cipher = i;
            return IPTFS_OK;
        }
    return found(reader, "cfg cipher", word, "null, gcm");
}

static int read_outer(const struct reader *reader, const char *word, int64_t *version)
{
    if (strcmp(word, "4") != 0 && strcmp(word, "6") != 0)
        return found(reader, "cfg outer", word, "4, 6");
    *version = word[0] - '0';
    return IPTFS_OK;
}

static int read_mode(const struct reader *reader, const char *word, bool *plain_esp)
{
    *plain_esp = strcmp(word, "tunnel") == 0;
    if (*plain_esp || strcmp(word, "iptfs") == 0)
        return IPTFS_OK;
    return found(reader, "cfg mode", word, "iptfs, tunnel (plain ESP)");
}

static int read_cfg(struct reader *reader)
{
    struct iptfs_script_config *config = &reader->script->config;
    const struct {
        const char *key;
        int64_t *value;
        int64_t low, high;
    } keys[] = {
        {"pkt_size", &config->pkt_size, 0, 65535},
        {"init_delay_us", &config->init_delay_us, 0, UINT32_MAX},
        {"max_queue_size", &config->max_queue_size, 0, UINT32_MAX},
        {"dont_frag", &config->dont_frag, 0, 1},
        {"reorder_window", &config->reorder_window, 0, UINT16_MAX},
        {"drop_time_us", &config->drop_time_us, 0, UINT32_MAX},
        {"mtu", &config->mtu, 68, 65535},
        {"tfcpad", &config->tfcpad, 0, 65535},
        {"link_delay_ns", &config->link_delay_ns, 0, INT64_C(1000000000000)},
    };
    if (reader->count != 3)
        return found(reader, "cfg", reader->count > 1 ? reader->words[1] : "", "cfg KEY VALUE");
    const char *key = reader->words[1], *value = reader->words[2];
    if (strcmp(key, "cipher") == 0)
        return read_cipher(reader, value, &config->cipher);
    if (strcmp(key, "outer") == 0)
        return read_outer(reader, value, &config->outer);
    if (strcmp(key, "mode") == 0)
        return read_mode(reader, value, &config->plain_esp);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i].key) == 0)
            return read_number(reader, key, value, keys[i].low, keys[i].high, keys[i].value);
    return found(reader, "cfg", key,
                 "pkt_size, init_delay_us, max_queue_size, dont_frag, reorder_window, "
                 "drop_time_us, mtu, cipher, outer, link_delay_ns, mode, tfcpad");
}

static int read_in_flag(struct reader *reader, const char *word, struct iptfs_script_event *event)
{
    int64_t tos = 0;
    if (strcmp(word, "v6") == 0) {
        event->v6 = true;
        return IPTFS_OK;
    }
    if (strncmp(word, "tos=", 4) != 0)
        return found(reader, "in", word, "v6, tos=N");
    int code = read_number(reader, "tos", word + 4, 0, 255, &tos);
    event->tos = (uint8_t)tos;
    return code;
}

static int read_in(struct reader *reader)
{
    if (reader->count < 4)
        return found(reader, "in", reader->words[reader->count - 1], "in T LEN ID [v6] [tos=N]");
    struct iptfs_script_event *event = new_event(reader);
    if (event == NULL)
        return iptfs_fail_no_memory(reader->error);
    int64_t octets = 0, id = 0;
    int code = read_time_ns(reader, "in T", reader->words[1], &event->at_ps);
    for (size_t i = 4; i < reader->count && code == IPTFS_OK; i++)
        code = read_in_flag(reader, reader->words[i], event);
    int64_t least = event->v6 ? IPTFS_IPV6_HEADER_OCTETS : IPTFS_IPV4_HEADER_OCTETS;
    if (code == IPTFS_OK)
        code = read_number(reader, "in LEN", reader->words[2], least, 65535, &octets);
    if (code == IPTFS_OK)
        code = read_number(reader, "in ID", reader->words[3], 0, UINT32_MAX, &id);
    event->octets = (uint32_t)octets;
    event->id = (uint32_t)id;
    return code;
}

static int read_chan(struct reader *reader)
{
    static const struct {
        const char *word;
        enum iptfs_impair_action action;
        size_t count; /* of words in the line */
    } actions[] = {
        {"drop", IPTFS_IMPAIR_DROP, 3},
        {"delay", IPTFS_IMPAIR_DELAY, 4},
        {"dup", IPTFS_IMPAIR_DUPLICATE, 4},
        {"ce", IPTFS_IMPAIR_CE, 3},
    };
    static const char allowed[] = "chan drop|ce SEQ, chan delay|dup SEQ NS";
    size_t i = 0;
    while (i < 4 && (reader->count < 2 || strcmp(reader->words[1], actions[i].word) != 0))
        i++;
    if (i == 4 || reader->count != actions[i].count)
        return found(reader, "chan", reader->words[reader->count - 1], allowed);
    struct iptfs_script *script = reader->script;
    struct iptfs_impair_item *items = grown(script->items, script->item_count, sizeof *items);
    if (items == NULL)
        return iptfs_fail_no_memory(reader->error);
    script->items = items;
    struct iptfs_impair_item *item = &items[script->item_count++];
    int64_t seq = 0;
    *item = (struct iptfs_impair_item){.action = actions[i].action};
    int code = read_number(reader, "chan SEQ", reader->words[2], 1, INT64_MAX, &seq);
    item->seq = (uint64_t)seq;
    if (code == IPTFS_OK && reader->count == 4)
        code = read_time_ns(reader, "chan NS", reader->words[3], &item->extra_ps);
    return code;
}

static int read_hex(struct reader *reader, const char *word, struct iptfs_script_event *event)
{
    size_t digits = strncmp(word, "hex=", 4) == 0 ? strlen(word + 4) : 1;
    if (digits % 2 != 0 || digits / 2 > IPTFS_PACKET_MAX_OCTETS)
        return found(reader, "raw", word, "hex= and pairs of hexadecimal digits");
    event->octets = (uint32_t)(digits / 2);
    event->payload = malloc(event->octets + 1);
    if (event->payload == NULL)
        return iptfs_fail_no_memory(reader->error);
    if (iptfs_hex_octets(word + 4, event->octets, event->payload) != digits)
        return found(reader, "raw", word, "hex= and pairs of hexadecimal digits");
    return IPTFS_OK;
}

static int read_raw(struct reader *reader)
{
    if (reader->count != 3 && reader->count != 4)
        return found(reader, "raw", reader->words[reader->count - 1], "raw T SEQ [hex=...]");
    struct iptfs_script_event *event = new_event(reader);
    if (event == NULL)
        return iptfs_fail_no_memory(reader->error);
    event->raw = true;
    int64_t seq = 0;
    int code = read_time_ns(reader, "raw T", reader->words[1], &event->at_ps);
    if (code == IPTFS_OK)
        code = read_number(reader, "raw SEQ", reader->words[2], 0, INT64_MAX, &seq);
    event->seq = (uint64_t)seq;
    return code == IPTFS_OK
               ? read_hex(reader, reader->count == 4 ? reader->words[3] : "hex=", event)
               : code;
}

static int read_end(struct reader *reader)
{
    if (reader->count != 2)
        return found(reader, "end", reader->words[reader->count - 1], "end T");
    reader->ended = true;
    return read_time_ns(reader, "end T", reader->words[1], &reader->script->end_ps);
}

static int read_words(struct reader *reader)
{
    static const struct {
        const char *word;
        int (*read)(struct reader *reader);
    } verbs[] = {
        {"cfg", read_cfg}, {"in", read_in},   {"chan", read_chan},
        {"raw", read_raw}, {"end", read_end},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(reader->words[0], verbs[i].word) == 0)
            return verbs[i].read(reader);
    return found(reader, "script", reader->words[0], "cfg, in, chan, raw, end, # remark");
}

static int read_line(struct reader *reader, char *text)
{
    char *rest = NULL;
    reader->count = 0;
    for (char *word = strtok_r(text, " \t\r\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r\n", &rest)) {
        if (reader->count == 0 && word[0] == '#')
            return IPTFS_OK;
        if (reader->count == MAX_WORDS)
            return found(reader, iptfs_quoted(reader->words[0]).text, word,
                         "nothing more in this line");
        reader->words[reader->count++] = word;
    }
    return reader->count > 0 ? read_words(reader) : IPTFS_OK;
}

static int read_lines(struct reader *reader, FILE *in)
{
    char *text = NULL;
    size_t size = 0;
    int code = IPTFS_OK;
    ssize_t length;
    while (code == IPTFS_OK && (length = getline(&text, &size, in)) >= 0) {
        reader->line++;
        code = strlen(text) == (size_t)length ? read_line(reader, text) : zero_octet(reader);
    }
    free(text);
    if (code == IPTFS_OK && !feof(in) && errno == ENOMEM)
        return iptfs_fail_no_memory(reader->error);
    if (code == IPTFS_OK && ferror(in))
        return iptfs_fail(reader->error, IPTFS_E_IO, "%s: cannot be read: %s",
                          iptfs_quoted_path(reader->path).text, strerror(errno));
    if (code == IPTFS_OK && !reader->ended)
        return iptfs_fail(reader->error, IPTFS_E_INVALID, "%s:%u: found no line 'end T'",
                          iptfs_quoted_path(reader->path).text, reader->line);
    return code;
}

int iptfs_script_read(struct iptfs_script *script, FILE *in, const char *path,
                      struct iptfs_error *error)
{
    *script = (struct iptfs_script){
        .config =
            {
                .max_queue_size = 1048576,
                .reorder_window = 3,
                .drop_time_us = 1000000,
                .mtu = 1500,
                .outer = 4,
            },
    };
    struct reader reader = {.script = script, .path = path, .error = error};
    int code = read_lines(&reader, in);
    if (code != IPTFS_OK)
        iptfs_script_free(script);
    return code;
}

void iptfs_script_free(struct iptfs_script *script)
{
    for (size_t i = 0; i < script->event_count; i++)
        free(script->events[i].payload);
    free(script->events);
    free(script->items);
    *script = (struct iptfs_script){0};
}
