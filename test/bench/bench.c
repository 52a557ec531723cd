/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speed of the tunnel beside ns-3's own UDP. Each run is a separate process, this program with
 * `--one CASE SYSTEM PACKETS`, so that none has a warm heap; under callgrind two lengths are run,
 * and the difference excludes start-up. It prints figures and has no limits. */
#include "bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    TIMED_RUNS = 5,
    OUTPUT_MAX = 8192
};

enum {
    TUNNEL,
    UDP,
    TCP_TUNNEL,
    TCP_LINK,
    ALL_SYSTEMS,
    SYSTEMS = 2 /* of a case */
};

static const struct bench_case cases[] = {
    {"small", "40-octet inner packets saturate 10 Gb/s", "10Gbps", "40B", {{40, 12}}, TUNNEL},
    {"imix",
     "I-Mix (40, 576, 1500 octets as 7:4:1) saturates 1 Gb/s",
     "1Gbps",
     "imix",
     {{40, 7}, {576, 4}, {1500, 1}},
     TUNNEL},
    {"large", "1500-octet inner packets saturate 10 Gb/s", "10Gbps", "1500B", {{1500, 12}}, TUNNEL},
    {"tcp", "one TCP flow over 1 Gb/s, 1448 octets a segment", "1Gbps", NULL, {{0, 0}}, TCP_TUNNEL},
};

enum {
    CASES = sizeof cases / sizeof cases[0]
};

/* Instructions are counted from the difference of two lengths: under callgrind everything takes
 * fifty times as long, so the slower system gets fewer packets. */
static const struct {
    const char *name;
    const char *title;
    bench_system run;
    uint64_t timed_pkts;
    uint64_t short_pkts;
    uint64_t long_pkts;
} systems[] = {
    {"tunnel", "tunnel", bench_tunnel, 240000, 60000, 120000},
    {"udp", "ns-3 UDP", bench_udp, 240000, 6000, 12000},
    {"tcp-tunnel", "TCP, tunnel", bench_tcp_tunnel, 24000, 2400, 4800},
    {"tcp-link", "ns-3 TCP", bench_tcp_link, 24000, 2400, 4800},
};

static size_t system_of(size_t c, size_t s)
{
    return cases[c].first_system + s;
}

_Static_assert(sizeof systems / sizeof systems[0] == ALL_SYSTEMS, "one entry for each");

struct figures {
    struct bench_result counts;
    double cpu_ns;       /* median */
    double instructions; /* per inner packet; 0: not counted */
};

int64_t bench_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* --------------------------------------------------------------------------- the runs themselves
 */

static int run_one(const char *case_name, const char *system_name, const char *pkts)
{
    for (size_t c = 0; c < CASES; c++) {
        for (size_t i = 0; i < SYSTEMS; i++) {
            size_t s = system_of(c, i);
            if (strcmp(cases[c].name, case_name) != 0 || strcmp(systems[s].name, system_name) != 0)
                continue;
            struct bench_result result;
            if (!systems[s].run(&cases[c], strtoull(pkts, NULL, 10), &result))
                return 1;
            printf("result %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 "\n", result.inner_pkts,
                   result.outer_pkts, result.events, result.cpu_ns);
            return 0;
        }
    }
    fprintf(stderr, "iptfs-bench: there is no case '%s' of '%s'\n", case_name, system_name);
    return 1;
}

/* Runs a program; all that it prints goes into `output`. False when it fails. */
static bool capture(char *const argv[], char *output)
{
    int ends[2], status;
    fflush(stdout);
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got = 1;
    while (child > 0 && got > 0 && length < OUTPUT_MAX - 1) {
        got = read(ends[0], output + length, OUTPUT_MAX - 1 - length);
        length += got > 0 ? (size_t)got : 0;
    }
    output[length] = '\0';
    close(ends[0]);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* One child process with its output; under callgrind, `instructions` is not NULL. */
static bool run_child(const char *program, size_t c, size_t s, uint64_t pkts,
                      struct bench_result *result, uint64_t *instructions)
{
    char number[24], output[OUTPUT_MAX];
    snprintf(number, sizeof number, "%" PRIu64, pkts);
    const char *counted[] = {"valgrind",
                             "--tool=callgrind",
                             "--callgrind-out-file=/dev/null",
                             program,
                             "--one",
                             cases[c].name,
                             systems[s].name,
                             number,
                             NULL};
    const char **argv = instructions != NULL ? counted : counted + 3;
    bool good = capture((char *const *)argv, output);
    const char *line = strstr(output, "result ");
    const char *total = strstr(output, "Collected : ");
    good = good && line != NULL &&
           sscanf(line, "result %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64, &result->inner_pkts,
                  &result->outer_pkts, &result->events, &result->cpu_ns) == 4;
    if (instructions != NULL)
        good = good && total != NULL && sscanf(total, "Collected : %" SCNu64, instructions) == 1;
    if (!good)
        fprintf(stderr, "iptfs-bench: %s, %s failed:\n%s", cases[c].name, systems[s].name, output);
    return good;
}

static bool have_valgrind(void)
{
    char output[OUTPUT_MAX];
    char *const argv[] = {"valgrind", "--version", NULL};
    return capture(argv, output);
}

/* -------------------------------------------------------------------------------- measuring them
 */

/* A bar would move in jumps: this reports the current case, on a terminal only. */
static void show_progress(size_t c, size_t s, const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu/%d %s: %s %s ...          ",
                c * SYSTEMS + s - cases[c].first_system + 1, CASES * SYSTEMS, cases[c].name,
                systems[s].title, what);
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%70s\r", "");
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool measure_time(const char *program, size_t c, size_t s, struct figures *figures)
{
    int64_t cpu_ns[TIMED_RUNS];
    show_progress(c, s, "time");
    for (size_t i = 0; i < TIMED_RUNS; i++) {
        if (!run_child(program, c, s, systems[s].timed_pkts, &figures->counts, NULL))
            return false;
        cpu_ns[i] = figures->counts.cpu_ns;
    }
    qsort(cpu_ns, TIMED_RUNS, sizeof cpu_ns[0], by_size);
    figures->cpu_ns = (double)cpu_ns[TIMED_RUNS / 2];
    return true;
}

static bool measure_instructions(const char *program, size_t c, size_t s, struct figures *figures)
{
    struct bench_result shorter, longer;
    uint64_t fewer, more;
    show_progress(c, s, "instructions");
    if (!run_child(program, c, s, systems[s].short_pkts, &shorter, &fewer) ||
        !run_child(program, c, s, systems[s].long_pkts, &longer, &more))
        return false;
    figures->instructions =
        (double)(more - fewer) / (double)(longer.inner_pkts - shorter.inner_pkts);
    return true;
}

/* --------------------------------------------------------------------------------- telling of it
 */

static void print_head(bool counting)
{
    printf("Per packet, beside ns-3's UdpClient -> PacketSink with as many IP packets of the same "
           "sizes.\n"
           "Both: link with a delay of " BENCH_LINK_DELAY ", ns-3's PriorityQueueScheduler, "
           "picoseconds; the link is full.\n"
           "Tunnel: on demand, AES-GCM, outer packets of at most 1500 octets, Ethernet framing.\n"
           "ns-3: PointToPoint devices, IPv4 only, no queue disc; a packet on the link counts as "
           "outer.\n"
           "TCP: the same hosts and gateways for both, joined by the tunnel or by ns-3's "
           "PointToPoint;\n"
           "inner packets are segments with data, their acknowledgements go back the same way.\n"
           "CPU time: median of %d runs of %" PRIu64 " packets each (TCP %" PRIu64
           "), without set-up.\n",
           TIMED_RUNS, systems[TUNNEL].timed_pkts, systems[TCP_TUNNEL].timed_pkts);
    if (counting)
        printf("Instructions: callgrind's, from the difference of two run lengths.\n");
    else
        printf("Instructions: not counted, for there is no valgrind (./waf setup --optional).\n");
    printf("\n%-14s %11s %11s %11s %11s %12s %13s\n", "", "ns/inner", "ns/outer", "instr/inner",
           "instr/outer", "events/outer", "inner/outer");
}

static void print_count(int width, double value)
{
    if (value > 0)
        printf(" %*.0f", width, value);
    else
        printf(" %*s", width, "-");
}

static void print_system(size_t s, const struct figures *figures)
{
    double inner = (double)figures->counts.inner_pkts;
    double outer = (double)figures->counts.outer_pkts;
    printf("  %-12s", systems[s].title);
    printf(" %11.1f %11.1f", figures->cpu_ns / inner, figures->cpu_ns / outer);
    print_count(11, figures->instructions);
    print_count(11, figures->instructions * inner / outer);
    printf(" %12.2f %13.2f\n", (double)figures->counts.events / outer, inner / outer);
}

/* Of two figures, as far as they were measured. */
static void print_ratio(const char *title, const struct figures *one, const struct figures *other)
{
    printf("  %-56s %6.2f", title, one->cpu_ns / other->cpu_ns);
    if (one->instructions > 0)
        printf(" %13.2f\n", one->instructions / other->instructions);
    else
        printf(" %13s\n", "-");
}

static void print_ratios(const struct figures (*figures)[SYSTEMS])
{
    printf("\n%-58s %6s %13s\n", "ns-3 UDP / tunnel, per inner packet", "time", "instructions");
    for (size_t c = 0; c < CASES; c++)
        if (cases[c].first_system == TUNNEL)
            print_ratio(cases[c].title, &figures[c][1], &figures[c][0]);
    printf("\n%-58s %6s %13s\n", "TCP through the tunnel / ns-3 TCP, per segment", "time",
           "instructions");
    for (size_t c = 0; c < CASES; c++)
        if (cases[c].first_system == TCP_TUNNEL)
            print_ratio(cases[c].title, &figures[c][0], &figures[c][1]);
}

static int measure_all(const char *program)
{
    struct figures figures[CASES][SYSTEMS] = {0};
    bool counting = have_valgrind();
    print_head(counting);
    for (size_t c = 0; c < CASES; c++) {
        for (size_t s = 0; s < SYSTEMS; s++) {
            if (!measure_time(program, c, system_of(c, s), &figures[c][s]))
                return 1;
            if (counting && !measure_instructions(program, c, system_of(c, s), &figures[c][s]))
                return 1;
        }
        clear_progress();
        printf("%s\n", cases[c].title);
        for (size_t s = 0; s < SYSTEMS; s++)
            print_system(system_of(c, s), &figures[c][s]);
    }
    print_ratios(figures);
    return 0;
}

int main(int argc, char **argv)
{
    char program[4096];
    if (argc == 5 && strcmp(argv[1], "--one") == 0)
        return run_one(argv[2], argv[3], argv[4]);
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0 || argc != 1) {
        fprintf(stderr, "Usage: iptfs-bench\n");
        return 1;
    }
    program[length] = '\0';
    return measure_all(program);
}
