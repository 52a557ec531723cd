/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every recorded run of Linux's IP-TFS, replayed and compared line by line (golden/linux). */
#include "run/replay.h"
#include "support/check.h"
#include "support/fixture.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN "test/golden/linux/"

/* The recorder's clock moves when it is read. */
enum {
    TIME_TOLERANCE_NS = 100000
};

struct lines {
    char *text;
    char **line;
    size_t count;
};

/* Cuts `text`, which it takes over, into lines. */
static struct lines cut(char *text)
{
    struct lines lines = {.text = text};
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        lines.line = realloc(lines.line, (lines.count + 1) * sizeof *lines.line);
        lines.line[lines.count++] = line;
    }
    return lines;
}

static void free_lines(struct lines *lines)
{
    free(lines->line);
    free(lines->text);
}

static char *replay(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    struct iptfs_error error = {0};
    FILE *memory = open_memstream(&text, &size);
    int code = iptfs_replay_file(path, memory, &error);
    fclose(memory);
    if (code == 0)
        return text;
    CHECK_FAIL("%s: %s", path, error.text);
    free(text);
    return NULL;
}

static bool starts_with(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* Keeps the lines that begin so, or with `keep` false those that do not. */
static void keep_lines(struct lines *lines, const char *begin, bool keep)
{
    size_t count = 0;
    for (size_t i = 0; i < lines->count; i++)
        if (starts_with(lines->line[i], begin) == keep)
            lines->line[count++] = lines->line[i];
    lines->count = count;
}

static int64_t counter(const struct lines *lines, const char *name)
{
    char word[64];
    snprintf(word, sizeof word, " %s=", name);
    for (size_t i = 0; i < lines->count; i++) {
        const char *at = strstr(lines->line[i], word);
        if (at != NULL && starts_with(lines->line[i], "stat "))
            return strtoll(at + strlen(word), NULL, 10);
    }
    return 0;
}

/* What stands behind the time in a line, and the time itself. */
static const char *behind_time(const char *line, int64_t *time_ns)
{
    const char *time = strchr(line, ' ');
    char *end;
    *time_ns = time != NULL ? strtoll(time, &end, 10) : 0;
    return time != NULL ? end : line;
}

/* Octets of both lines that must be equal: for raw scripts, rx lines count without their tos. */
static size_t relevant(const char *text, bool raw_rx)
{
    const char *tos = strstr(text, " tos=");
    return raw_rx && tos != NULL ? (size_t)(tos - text) : strlen(text);
}

static bool same_line(const char *found, const char *expected, bool raw)
{
    int64_t found_ns, expected_ns;
    const char *a = behind_time(found, &found_ns), *b = behind_time(expected, &expected_ns);
    size_t verb = (size_t)(strchr(expected, ' ') - expected);
    if (strncmp(found, expected, verb + 1) != 0)
        return false;
    bool raw_rx = raw && starts_with(expected, "rx ");
    size_t length = relevant(b, raw_rx);
    if (relevant(a, raw_rx) != length || strncmp(a, b, length) != 0)
        return false;
    return llabs(found_ns - expected_ns) <= TIME_TOLERANCE_NS;
}

/* The first line in which they differ, counted from 0; -1 for none. */
static int64_t first_difference(const struct lines *found, const struct lines *expected, bool raw)
{
    size_t count = found->count < expected->count ? found->count : expected->count;
    for (size_t i = 0; i < count; i++)
        if (!same_line(found->line[i], expected->line[i], raw))
            return (int64_t)i;
    return found->count == expected->count ? -1 : (int64_t)count;
}

static const char *line_or_end(const struct lines *lines, int64_t index)
{
    return (size_t)index < lines->count ? lines->line[index] : "(no more lines)";
}

static void compare_counters(const char *name, const struct lines *found,
                             const struct lines *expected)
{
    static const struct {
        const char *counter;
        int64_t tolerance;
    } counters[] = {
        {"XfrmOutNoQueueSpace", 0},
        {"XfrmOutError", 0},
        {"XfrmInHdrError", 0},
        {"XfrmInIptfsError", 1},
    };
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        int64_t ours = counter(found, counters[i].counter);
        int64_t linux_s = counter(expected, counters[i].counter);
        if (llabs(ours - linux_s) > counters[i].tolerance)
            CHECK_FAIL("%s: %s: found %" PRId64 ", Linux %" PRId64, name, counters[i].counter, ours,
                       linux_s);
    }
}

static void compare(const char *name, struct lines *found, struct lines *expected)
{
    bool out_alone = strcmp(name, "a-pkt-size-9000") == 0;
    if (!out_alone)
        compare_counters(name, found, expected);
    keep_lines(found, out_alone ? "out " : "stat ", out_alone);
    keep_lines(expected, out_alone ? "out " : "stat ", out_alone);
    int64_t at = first_difference(found, expected, starts_with(name, "a-raw-"));
    if (at >= 0)
        CHECK_FAIL("%s: line %" PRId64 ": found \"%s\", Linux \"%s\"", name, at + 1,
                   line_or_end(found, at), line_or_end(expected, at));
    CHECK_TRUE(expected->count > 0);
}

static void run_trace(const char *name)
{
    char script[128], recorded[128];
    snprintf(script, sizeof script, GOLDEN "%s.scn", name);
    snprintf(recorded, sizeof recorded, GOLDEN "%s.out", name);
    char *ours = replay(script);
    char *linux_s = fixture_text(recorded);
    if (CHECK_TRUE(linux_s != NULL) && ours != NULL) {
        struct lines found = cut(ours), expected = cut(linux_s);
        compare(name, &found, &expected);
        free_lines(&found);
        free_lines(&expected);
    } else {
        free(ours);
        free(linux_s);
    }
}

#define TRACES(T)                                                                                  \
    T(agg_burst, "a-agg-burst")                                                                    \
    T(append_boundary, "a-append-boundary")                                                        \
    T(dont_frag, "a-dont-frag")                                                                    \
    T(dont_frag_v6, "a-dont-frag-v6")                                                              \
    T(dup, "a-dup")                                                                                \
    T(fit_boundary, "a-fit-boundary")                                                              \
    T(frag_large, "a-frag-large")                                                                  \
    T(frag_mix, "a-frag-mix")                                                                      \
    T(gcm, "a-gcm")                                                                                \
    T(gcm_auto, "a-gcm-auto")                                                                      \
    T(init_delay, "a-init-delay")                                                                  \
    T(loss_frag, "a-loss-frag")                                                                    \
    T(loss_frag_dt, "a-loss-frag-dt")                                                              \
    T(loss_plain, "a-loss-plain")                                                                  \
    T(pkt_size_1280, "a-pkt-size-1280")                                                            \
    T(pkt_size_256, "a-pkt-size-256")                                                              \
    T(pkt_size_3000, "a-pkt-size-3000")                                                            \
    T(pkt_size_560, "a-pkt-size-560")                                                              \
    T(pkt_size_9000, "a-pkt-size-9000")                                                            \
    T(pkt_size_auto, "a-pkt-size-auto")                                                            \
    T(queue_full, "a-queue-full")                                                                  \
    T(random_1, "a-random-1")                                                                      \
    T(random_2, "a-random-2")                                                                      \
    T(random_3, "a-random-3")                                                                      \
    T(random_4, "a-random-4")                                                                      \
    T(raw_allpad, "a-raw-allpad")                                                                  \
    T(raw_runt, "a-raw-runt")                                                                      \
    T(raw_subtype, "a-raw-subtype")                                                                \
    T(reorder_beyond, "a-reorder-beyond")                                                          \
    T(reorder_off, "a-reorder-off")                                                                \
    T(reorder_timer, "a-reorder-timer")                                                            \
    T(reorder_within, "a-reorder-within")                                                          \
    T(v6_inner, "a-v6-inner")                                                                      \
    T(v6_outer, "a-v6-outer")                                                                      \
    T(esp_ce, "esp-ce")                                                                            \
    T(esp_null, "esp-null")                                                                        \
    T(esp_gcm, "esp-gcm")                                                                          \
    T(esp_gcm_v6, "esp-gcm-v6")                                                                    \
    T(esp_gcm_tfcpad, "esp-gcm-tfcpad")

#define DEFINE_TEST(function, name)                                                                \
    static void trace_##function(void)                                                             \
    {                                                                                              \
        run_trace(name);                                                                           \
    }
TRACES(DEFINE_TEST)

#define LIST_NAME(function, name) name,
static const char *const trace_names[] = {TRACES(LIST_NAME)};
enum {
    TRACE_COUNT = sizeof trace_names / sizeof trace_names[0]
};

static bool listed(const char *file)
{
    for (size_t i = 0; i < TRACE_COUNT; i++) {
        size_t length = strlen(trace_names[i]);
        if (strncmp(file, trace_names[i], length) == 0 && strcmp(file + length, ".scn") == 0)
            return true;
    }
    return false;
}

static void every_script_is_a_test(void)
{
    size_t scripts = 0;
    DIR *golden = opendir(GOLDEN);
    if (!CHECK_TRUE(golden != NULL))
        return;
    for (struct dirent *entry = readdir(golden); entry != NULL; entry = readdir(golden)) {
        const char *end = strrchr(entry->d_name, '.');
        if (end == NULL || strcmp(end, ".scn") != 0)
            continue;
        scripts++;
        if (!listed(entry->d_name))
            CHECK_FAIL("%s is in " GOLDEN " and in no test", entry->d_name);
    }
    closedir(golden);
    CHECK_U64(scripts, TRACE_COUNT);
}

static int64_t difference_of(const char *found, const char *expected, bool raw)
{
    struct lines a = cut(strdup(found)), b = cut(strdup(expected));
    int64_t at = first_difference(&a, &b, raw);
    free_lines(&a);
    free_lines(&b);
    return at;
}

/* The comparison itself must be able to fail. */
static void comparison_notices_differences(void)
{
    static const char linux_s[] = "in 1000 id=1 len=40\nout 2000 seq=1 len=76\nrx 9000 id=1 len=40 "
                                  "tos=0\n";
    CHECK_INT(difference_of(linux_s, linux_s, false), -1);
    CHECK_INT(difference_of("in 1000 id=1 len=40\n", linux_s, false), 1);
    CHECK_INT(difference_of("in 1000 id=1 len=40\nout 2000 seq=1 len=77\n", linux_s, false), 1);
    CHECK_INT(difference_of("in 1000 id=1 len=40\nout 102000 seq=1 len=76\n", linux_s, false), 2);
    CHECK_INT(difference_of("in 1000 id=1 len=40\nout 102001 seq=1 len=76\n", linux_s, false), 1);
    CHECK_INT(difference_of("rx 1 id=1 len=40 tos=3\n", "rx 1 id=1 len=40 tos=0\n", false), 0);
    CHECK_INT(difference_of("rx 1 id=1 len=40 tos=3\n", "rx 1 id=1 len=40 tos=0\n", true), -1);
    CHECK_INT(difference_of("rx 1 id=1 len=400 tos=3\n", "rx 1 id=1 len=40 tos=0\n", true), 0);
}

/* Errors in scripts are reported with file, line, found and allowed. */
static void bad_scripts_are_refused(void)
{
    static const struct {
        const char *script;
        const char *text;
    } bad[] = {
        {"cfg pkt_siez 1500\nend 1\n", "x.scn:1: cfg: found 'pkt_siez', allowed: pkt_size, "},
        {"cfg mtu 12\nend 1\n", "x.scn:1: mtu: found '12', allowed: a whole number from 68 to "},
        {"# remark\nin 10 x 1\nend 1\n", "x.scn:2: in LEN: found 'x', allowed: a whole number "},
        {"in 10 19 1\nend 1\n", "x.scn:1: in LEN: found '19', allowed: a whole number from 20 "},
        {"in 10 39 1 v6\nend 1\n", "x.scn:1: in LEN: found '39', allowed: a whole number from 40 "},
        {"in 10\nend 1\n", "x.scn:1: in: found '10', allowed: in T LEN ID [v6] [tos=N]"},
        {"in 1 40 1 tos=256\nend 1\n", "x.scn:1: tos: found '256', allowed: "},
        {"chan lose 3\nend 1\n", "x.scn:1: chan: found '3', allowed: chan drop|ce SEQ, "},
        {"chan delay 3\nend 1\n", "x.scn:1: chan: found '3', allowed: chan drop|ce SEQ, "},
        {"raw 1 1 hex=0g\nend 1\n", "x.scn:1: raw: found 'hex=0g', allowed: hex= and pairs "},
        {"raw 1 1 hex=000\nend 1\n", "x.scn:1: raw: found 'hex=000', allowed: hex= and pairs "},
        {"in 1 40 1\n", "x.scn:1: found no line 'end T'"},
        {"go 1\n", "x.scn:1: script: found 'go', allowed: cfg, in, chan, raw, end, # remark"},
        {"cfg pkt_size 32\nend 1\n", "x.scn: cfg: found pkt_size 32 and mtu 1500, allowed: "},
        {"cfg outer 5\nend 1\n", "x.scn:1: cfg outer: found '5', allowed: 4, 6"},
        {"\033[31mgo 1\nend 1\n", "x.scn:1: script: found '?[31mgo', allowed: cfg, "},
        {"\033[31m 1 2 3 4 5 6 7 8\nend 1\n", "x.scn:1: ?[31m: found '8', allowed: nothing more "},
        {"cfg cipher des\nend 1\n", "x.scn:1: cfg cipher: found 'des', allowed: null, gcm"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char *text = NULL;
        size_t size = 0;
        struct iptfs_error error = {0};
        FILE *in = fmemopen((void *)bad[i].script, strlen(bad[i].script), "r");
        FILE *out = open_memstream(&text, &size);
        CHECK_INT(iptfs_replay_stream(in, "x.scn", out, &error), IPTFS_E_INVALID);
        fclose(in);
        fclose(out);
        if (!starts_with(error.text, bad[i].text))
            CHECK_FAIL("found \"%s\", expected it to begin \"%s\"", error.text, bad[i].text);
        CHECK_U64(size, 0);
        free(text);
    }
}

/* A packet that begins with real octets and continues with simulated ones leaves, and the other way
 * round; what contradicts its length is abandoned. */
static void mixtures_are_put_together(void)
{
    static const struct {
        const char *script;
        const char *printed; /* the last lines */
    } rows[] = {
        /* 27 octets begin nothing that 86 could end */
        {"raw 05000000 1 hex=01000000003a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b0000\n"
         "cfg mtu 0250\nin 50000000 300 5\nend 2500000000\n",
         "cont=86\nstat rx XfrmInIptfsError=1\n"},
        /* a packet of 24 + 86 octets, of which the simulated packet has the last 86 */
        {"raw 5000000 1 hex=000000004500006e00074000400100000a0000010a00000200010203\n"
         "cfg mtu 250\nin 50000000 300 5\nend 2500000000\n",
         "cont=86\nrx 50000000 id=7 len=110 tos=0\n"},
        /* the other way round: 214 simulated octets, then 86 real ones before the simulated */
        {"cfg mtu 250\nchan delay 2 9000000\nin 50000000 300 5\n"
         "raw 55000000 2 hex=00000056"
         "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
         "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n"
         "end 2500000000\n",
         "raw 55000000 seq=2 len=120\nrx 55000000 id=5 len=300 tos=0\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = NULL;
        size_t size = 0;
        struct iptfs_error error = {0};
        FILE *in = fmemopen((void *)rows[i].script, strlen(rows[i].script), "r");
        FILE *out = open_memstream(&text, &size);
        CHECK_INT(iptfs_replay_stream(in, "x.scn", out, &error), IPTFS_OK);
        fclose(in);
        fclose(out);
        size_t length = strlen(rows[i].printed);
        if (size < length || strcmp(text + size - length, rows[i].printed) != 0)
            CHECK_FAIL("row %zu: found \"%s\", expected it to end \"%s\"", i, text,
                       rows[i].printed);
        free(text);
    }
}

static void zero_octets_are_refused(void)
{
    static const char script[] = "in 10 40 1\nin 20\0 40 2\nend 100\n";
    struct iptfs_error error = {0};
    FILE *in = fmemopen((void *)script, sizeof script - 1, "r");
    CHECK_INT(iptfs_replay_stream(in, "x.scn", stdout, &error), IPTFS_E_INVALID);
    fclose(in);
    CHECK_STR(error.text, "x.scn:2: found a zero octet, allowed: text");
}

#define LIST_TEST(function, name) {name, trace_##function},
const CU_TestInfo iptfs_tests_replay[] = {
    TRACES(LIST_TEST){"every script is a test", every_script_is_a_test},
    {"the comparison notices differences", comparison_notices_differences},
    {"bad scripts are refused", bad_scripts_are_refused},
    {"mixtures of real and simulated octets are put together", mixtures_are_put_together},
    {"zero octets are refused", zero_octets_are_refused},
    CU_TEST_INFO_NULL,
};
