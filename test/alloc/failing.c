/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A library for LD_PRELOAD that makes allocations of a program fail, for failures.py. It counts the
 * allocations from main() on and does not start main() itself: it reads requests from one pipe, and
 * for each request runs main() in a child process in which one allocation fails, or all from one
 * on. So a request costs a fork, not the start of a program with its libraries.
 *
 *   IPTFS_ALLOC_FDS=READ,WRITE    the descriptors of both pipes; without it nothing changes
 *   request:  "FIRST LAST TRACE DIRECTORY\n"   main() runs in DIRECTORY with its output in the
 * files stdout and stderr there; allocations FIRST to LAST (from 1; 0: none) fail. TRACE 1: the
 * call stack of each allocation is written to the file "stacks", 2: that of the first failing one
 * to "why". answer:   "STATUS\n"          as of waitpid()
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

enum {
    STACK_MAX = 14,
    RUN_MAX_S = 60
};

static struct {
    bool counting;
    uint64_t count, first, last;
    int stacks;  /* descriptor of the file; -1: no stacks are written */
    int why;     /* likewise, for the stack of the first failure */
    bool inside; /* a stack is being taken: what that allocates does not count */
} state = {.stacks = -1, .why = -1};

/* Writes the call stack where it is asked for, or its hash. */
static void write_stack(void)
{
    void *at[STACK_MAX];
    int depth;
    state.inside = true;
    depth = backtrace(at, STACK_MAX);
    if (state.why >= 0 && state.count == state.first) {
        backtrace_symbols_fd(at, depth, state.why);
    } else if (state.stacks >= 0) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (int i = 0; i < depth; i++)
            hash = (hash ^ (uintptr_t)at[i]) * UINT64_C(0x100000001b3);
        if (write(state.stacks, &hash, sizeof hash) != sizeof hash)
            _exit(125);
    }
    state.inside = false;
}

static bool fails(void)
{
    if (!state.counting || state.inside)
        return false;
    state.count++;
    if (state.stacks >= 0 || (state.why >= 0 && state.count == state.first))
        write_stack();
    if (state.count < state.first || state.count > state.last)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return (memory == NULL || size > 0) && fails() ? NULL : __libc_realloc(memory, size);
}

void *reallocarray(void *memory, size_t count, size_t size)
{
    size_t octets;
    if (__builtin_mul_overflow(count, size, &octets)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(memory, octets);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    void *made = memalign(alignment, size);
    if (made == NULL)
        return ENOMEM;
    *memory = made;
    return 0;
}

/* ------------------------------------------------------------------------- runs of main() */

typedef int main_function(int argc, char **argv, char **environment);

static main_function *real_main;

static void send_output_to(const char *path, int descriptor)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || dup2(file, descriptor) < 0)
        _exit(125);
    close(file);
}

/* In the child: prepares the run that the request asks for. */
static void prepare(uint64_t first, uint64_t last, int trace, const char *directory)
{
    void *at[STACK_MAX];
    backtrace(at, STACK_MAX); /* its first call allocates */
    if (chdir(directory) != 0)
        _exit(125);
    send_output_to("stdout", STDOUT_FILENO);
    send_output_to("stderr", STDERR_FILENO);
    if (trace == 1)
        state.stacks = open("stacks", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (trace == 2)
        state.why = open("why", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    state.first = first;
    state.last = last;
    alarm(RUN_MAX_S);
    state.counting = true;
}

static int serve(int argc, char **argv, char **environment)
{
    int from, to;
    char line[4096], directory[4096];
    FILE *requests;
    if (sscanf(getenv("IPTFS_ALLOC_FDS"), "%d,%d", &from, &to) != 2 ||
        (requests = fdopen(from, "r")) == NULL)
        _exit(125);
    unsetenv("IPTFS_ALLOC_FDS"); /* neither main() nor what it starts is to be served */
    unsetenv("LD_PRELOAD");
    while (fgets(line, sizeof line, requests) != NULL) {
        uint64_t first, last;
        int trace, status = 0;
        if (sscanf(line, "%" SCNu64 " %" SCNu64 " %d %4095s", &first, &last, &trace, directory) !=
            4)
            _exit(125);
        pid_t child = fork();
        if (child == 0) {
            close(from);
            close(to);
            prepare(first, last, trace, directory);
            return real_main(argc, argv, environment);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0)
            _exit(125);
        dprintf(to, "%d\n", status);
    }
    _exit(0);
}

int __libc_start_main(main_function *program, int argc, char **argv, main_function *init,
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(main_function *program, int argc, char **argv, main_function *init,
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    int (*next)(main_function *, int, char **, main_function *, void (*)(void), void (*)(void),
                void *);
    *(void **)&next = dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = program;
    return next(getenv("IPTFS_ALLOC_FDS") != NULL ? serve : program, argc, argv, init, fini,
                rtld_fini, stack_end);
}
