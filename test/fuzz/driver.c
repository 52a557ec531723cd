/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer's side: iptfs-fuzz --target=NAME, then its own options, corpora or single files. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t octets);

static const struct fuzz_target *target;

bool fuzz_must(bool held, const char *expression, const char *file, int line)
{
    if (held)
        return true;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, expression);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char option[] = "--target=";
    for (int i = 1; i < *argc; i++)
        if (strncmp((*argv)[i], option, strlen(option)) == 0)
            target = fuzz_target_named((*argv)[i] + strlen(option));
    if (target != NULL)
        return 0;
    fprintf(stderr, "iptfs-fuzz: found no %sNAME, allowed:", option);
    for (const struct fuzz_target *known = fuzz_targets; known->name != NULL; known++)
        fprintf(stderr, " %s", known->name);
    fputc('\n', stderr);
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t octets)
{
    target->run(bytes, octets);
    return 0;
}
