/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer's side: iptfs-fuzz --target=NAME, then its own options, corpora or single files. */
#include "fuzz/fuzz.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t octets);

/* Asked by the address sanitizer: with less memory held back the machine's caches keep it. */
const char *__asan_default_options(void);

static const struct fuzz_target *target;

bool fuzz_must(bool held, const char *expression, const char *file, int line)
{
    if (held)
        return true;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, expression);
    abort();
}

/* libpcap looks up names of hosts and networks with these. No input may make it do so. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    (void)service;
    (void)hints;
    (void)found;
    struct in6_addr address;
    /* Without a node it is the name of a port, which is in a file of the machine. */
    MUST(node == NULL || inet_pton(AF_INET, node, &address) == 1 ||
         inet_pton(AF_INET6, node, &address) == 1);
    return EAI_NONAME;
}

int getnetbyname_r(const char *name, struct netent *net, char *buffer, size_t size,
                   struct netent **found, int *error)
{
    (void)name;
    (void)net;
    (void)buffer;
    (void)size;
    *found = NULL;
    *error = HOST_NOT_FOUND;
    const bool looked_up = true;
    MUST(!looked_up);
    return 0;
}

const char *__asan_default_options(void)
{
    return "quarantine_size_mb=8:malloc_context_size=6:max_malloc_fill_size=0";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char option[] = "--target=";
    /* Memory that an input frees is kept for the next one, not given back to the kernel. */
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    mallopt(M_TOP_PAD, 1 << 24);
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
