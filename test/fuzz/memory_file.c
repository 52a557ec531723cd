/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/memory_file.h"

#include "fuzz/fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_memory_file(const void *bytes, size_t octets)
{
    static int fd = -1;
    static char path[40];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    MUST(ftruncate(fd, 0) == 0);
    MUST(octets == 0 || pwrite(fd, bytes, octets, 0) == (ssize_t)octets);
    return path;
}
