/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The targets of the fuzzers, once over each file of their corpora: what was found stays fixed,
 * with any compiler. */
#include "fuzz/fuzz.h"
#include "support/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CORPUS "test/fuzz/corpus"

static char present[512]; /* file under the target's eyes */

bool fuzz_must(bool held, const char *expression, const char *file, int line)
{
    if (!held)
        check_fail(file, line, "%s: does not hold: %s", present, expression);
    return held;
}

static uint8_t *read_octets(const char *path, size_t *octets)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    *octets = (size_t)ftell(file);
    rewind(file);
    /* Of exactly this size: a sanitizer reports reads beyond it. */
    uint8_t *bytes = malloc(*octets);
    if (bytes != NULL && fread(bytes, 1, *octets, file) != *octets)
        *octets = 0;
    fclose(file);
    return bytes;
}

static void run_corpus(const char *name)
{
    char folder[256];
    const struct fuzz_target *target = fuzz_target_named(name);
    unsigned files = 0;
    snprintf(folder, sizeof folder, CORPUS "/%s", name);
    DIR *corpus = opendir(folder);
    if (!CHECK_TRUE(target != NULL && corpus != NULL))
        return;
    for (struct dirent *entry = readdir(corpus); entry != NULL; entry = readdir(corpus)) {
        size_t octets = 0;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(present, sizeof present, "%s/%s", folder, entry->d_name);
        uint8_t *bytes = read_octets(present, &octets);
        if (CHECK_TRUE(bytes != NULL))
            target->run(bytes, octets);
        free(bytes);
        files++;
    }
    closedir(corpus);
    CHECK_TRUE(files > 0);
}

#define TARGETS(T)                                                                                 \
    T(receiver)                                                                                    \
    T(inbound)                                                                                     \
    T(mangle)                                                                                      \
    T(aggfrag)                                                                                     \
    T(tunnel)                                                                                      \
    T(scenario)                                                                                    \
    T(sweep)                                                                                       \
    T(pcap)                                                                                        \
    T(replay)                                                                                      \
    T(option_value)                                                                                \
    T(words)                                                                                       \
    T(override)                                                                                    \
    T(security_association)                                                                        \
    T(packet_list)                                                                                 \
    T(impair_list)                                                                                 \
    T(plot_sections)                                                                               \
    T(api)                                                                                         \
    T(frame)

#define DEFINE_TEST(name)                                                                          \
    static void test_##name(void)                                                                  \
    {                                                                                              \
        run_corpus(#name);                                                                         \
    }
TARGETS(DEFINE_TEST)

/* A target without a test here, or octets interpreted differently from fuzz.h. */
static void test_targets_and_choices(void)
{
#define COUNT_TEST(name) +1
    const int tests = TARGETS(COUNT_TEST);
    int targets = 0;
    while (fuzz_targets[targets].name != NULL)
        targets++;
    CHECK_INT(targets, tests);
    static const uint8_t bytes[] = {1, 2, 3, 255, 9};
    struct fuzz_input input = {bytes, sizeof bytes};
    CHECK_U64(fuzz_take(&input, 2), 0x102);
    CHECK_U64(fuzz_between(&input, 10, 11), 11);
    CHECK_U64(fuzz_between(&input, 0, UINT64_MAX), UINT64_C(0xff09000000000000));
    CHECK_U64(fuzz_between(&input, 7, 9), 7);
}

#define LIST_TEST(name) {"corpus of " #name, test_##name},
const CU_TestInfo iptfs_tests_fuzz[] = {
    TARGETS(LIST_TEST){"targets and choices", test_targets_and_choices},
    CU_TEST_INFO_NULL,
};
