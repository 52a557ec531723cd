/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/units.h"
#include "scenario/scenario.h"
#include "support/check.h"
#include "traffic/traffic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__extension__ typedef unsigned __int128 uint128;

static struct iptfs_sizes fixed(uint32_t octets)
{
    return (struct iptfs_sizes){IPTFS_SIZES_FIXED, octets, octets};
}

static struct iptfs_sizes imix(void)
{
    return (struct iptfs_sizes){IPTFS_SIZES_IMIX, 40, 1500};
}

/* A section with nothing special about it. */
static struct iptfs_traffic_options section(enum iptfs_traffic_type type, struct iptfs_sizes size,
                                            uint64_t rate_bps)
{
    static char name[] = "test", no_path[] = "";
    return (struct iptfs_traffic_options){.name = name,
                                          .type = type,
                                          .size = size,
                                          .rate_bps = rate_bps,
                                          .stop_ps = IPTFS_TIME_MAX_PS,
                                          .ip_version = 4,
                                          .file_path = no_path};
}

static struct iptfs_source *make_flow(const struct iptfs_traffic_options *options, uint64_t seed,
                                      uint16_t flow, uint32_t window_octets)
{
    const struct iptfs_traffic_setup setup = {
        .options = options, .seed = seed, .run = 1, .window_octets = window_octets, .flow = flow};
    struct iptfs_source *source = NULL;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), 0);
    CHECK_STR(error.text, "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    return source;
}

static struct iptfs_source *make(const struct iptfs_traffic_options *options)
{
    return make_flow(options, 1, 0, 0);
}

static int64_t next_ps(const struct iptfs_source *source)
{
    return source->ops->next_ps(source);
}

/* Takes a packet that must be there. */
static struct iptfs_arrival take(struct iptfs_source *source)
{
    struct iptfs_arrival arrival = {.at_ps = -1};
    int64_t at_ps = next_ps(source);
    CHECK_TRUE(at_ps != IPTFS_NEVER);
    if (at_ps == IPTFS_NEVER)
        return arrival;
    source->ops->take(source, &arrival);
    if (arrival.at_ps != at_ps)
        CHECK_INT(arrival.at_ps, at_ps);
    return arrival;
}

/* --- cbr --- */

static void check_cbr_times(uint64_t rate_bps, uint32_t octets, unsigned packets)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, fixed(octets), rate_bps);
    options.start_ps = 12345;
    struct iptfs_source *source = make(&options);
    unsigned bad = 0;
    for (uint64_t n = 0; n < packets; n++) {
        struct iptfs_arrival arrival;
        uint128 due_ps = (uint128)n * octets * 8 * (uint128)IPTFS_PS_PER_S / rate_bps + 12345;
        source->ops->take(source, &arrival);
        bad += (uint128)arrival.at_ps != due_ps || arrival.octets != octets ||
               arrival.id != (uint32_t)(n + 1);
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_cbr_never_drifts(void)
{
    check_cbr_times(7000000, 1500, 1000000);
    check_cbr_times(1234567, 200, 1000000);
    check_cbr_times(UINT64_C(10000000000), 64, 10000);
    check_cbr_times(UINT64_C(999999999999999989), 40, 10000); /* many packets a picosecond */
    check_cbr_times(1, 65535, 6);
}

static void test_cbr_with_random_sizes_keeps_its_rate(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, imix(), 1234567);
    struct iptfs_source *source = make(&options);
    uint64_t octets = 0;
    unsigned bad = 0;
    for (int n = 0; n < 100000; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        /* All octets before this packet have had their time, to the picosecond. */
        bad += (uint128)arrival.at_ps != (uint128)octets * 8 * (uint128)IPTFS_PS_PER_S / 1234567;
        octets += arrival.octets;
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_stop_is_exclusive(void)
{
    /* 1250 octets at 10 Mb/s: one packet a millisecond. */
    struct iptfs_traffic_options options =
        section(IPTFS_TRAFFIC_CBR, fixed(1250), UINT64_C(10000000));
    options.start_ps = IPTFS_PS_PER_S;
    options.stop_ps = IPTFS_PS_PER_S + 3 * IPTFS_PS_PER_MS;
    struct iptfs_source *source = make(&options);
    for (int n = 0; n < 3; n++)
        CHECK_INT(take(source).at_ps, IPTFS_PS_PER_S + n * IPTFS_PS_PER_MS);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.stop_ps++;
    source = make(&options);
    for (int n = 0; n < 4; n++)
        take(source);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.stop_ps = options.start_ps;
    source = make(&options);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
}

static void test_count_ends_every_type(void)
{
    const enum iptfs_traffic_type types[] = {IPTFS_TRAFFIC_CBR, IPTFS_TRAFFIC_POISSON,
                                             IPTFS_TRAFFIC_SATURATE};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct iptfs_traffic_options options = section(types[i], fixed(100), 1000000);
        options.count = 3;
        struct iptfs_source *source = make_flow(&options, 1, 0, 100000);
        for (uint32_t n = 1; n <= 3; n++)
            CHECK_U64(take(source).id, n);
        CHECK_INT(next_ps(source), IPTFS_NEVER);
        iptfs_traffic_free(source);
    }
}

static void test_packets_are_as_the_section_says(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, fixed(100), 1000000);
    options.ip_version = 6;
    options.tos = 0xb8;
    options.local = true;
    struct iptfs_source *source = make_flow(&options, 1, 513, 0);
    struct iptfs_arrival arrival = take(source);
    CHECK_U64(arrival.octets, 100);
    CHECK_U64(arrival.flow, 513);
    CHECK_U64(arrival.ip_version, 6);
    CHECK_U64(arrival.tos, 0xb8);
    CHECK_TRUE(arrival.local);
    CHECK_TRUE(arrival.handle == NULL && arrival.bytes == NULL);
    iptfs_traffic_free(source);
}

/* --- poisson and random sizes --- */

static void check_poisson(struct iptfs_sizes size, double mean_octets)
{
    enum {
        GAPS = 100000
    };
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_POISSON, size, 7000000);
    struct iptfs_source *source = make(&options);
    double mean_ps = mean_octets * 8 * 1e12 / 7e6;
    double squares = 0;
    int64_t before_ps = 0;
    for (int n = 0; n < GAPS; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        double off = (double)(arrival.at_ps - before_ps) - mean_ps;
        squares += off * off;
        before_ps = arrival.at_ps;
    }
    /* The mean of n exponential gaps has a deviation of mean / sqrt(n), their variance one of
     * mean^2 sqrt(8/n); 5 deviations are wide for a fixed seed. */
    CHECK_NEAR((double)before_ps / GAPS, mean_ps, 5 * mean_ps / sqrt(GAPS));
    CHECK_NEAR(squares / GAPS, mean_ps * mean_ps, 5 * mean_ps * mean_ps * sqrt(8.0 / GAPS));
    iptfs_traffic_free(source);
}

static void test_poisson_mean_and_variance(void)
{
    check_poisson(fixed(700), 700);
    check_poisson((struct iptfs_sizes){IPTFS_SIZES_UNIFORM, 64, 1500}, 782);
    check_poisson(imix(), 4084.0 / 12);
}

static void test_poisson_gap_may_be_longer_than_any_run(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_POISSON, fixed(65535), 1);
    unsigned bad = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct iptfs_source *source = make_flow(&options, seed, 0, 0);
        bad += next_ps(source) < 0;
        while (next_ps(source) != IPTFS_NEVER)
            take(source);
        iptfs_traffic_free(source);
    }
    CHECK_U64(bad, 0);
}

static void test_imix_proportions(void)
{
    enum {
        DRAWS = 120000
    };
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, imix(), 1000000000);
    struct iptfs_source *source = make(&options);
    const uint32_t sizes[] = {40, 576, 1500};
    const double parts[] = {7 / 12.0, 4 / 12.0, 1 / 12.0};
    unsigned seen[3] = {0};
    double octets = 0;
    for (int n = 0; n < DRAWS; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        octets += arrival.octets;
        for (int i = 0; i < 3; i++)
            seen[i] += arrival.octets == sizes[i];
    }
    CHECK_U64(seen[0] + seen[1] + seen[2], DRAWS);
    for (int i = 0; i < 3; i++)
        CHECK_NEAR(seen[i], DRAWS * parts[i], 5 * sqrt(DRAWS * parts[i] * (1 - parts[i])));
    /* Mean 340.33 octets; one draw has a deviation of 422.4. */
    CHECK_NEAR(octets / DRAWS, 340.333, 5 * 422.4 / sqrt(DRAWS));
    iptfs_traffic_free(source);
}

static void test_uniform_sizes_reach_both_ends(void)
{
    struct iptfs_traffic_options options =
        section(IPTFS_TRAFFIC_CBR, (struct iptfs_sizes){IPTFS_SIZES_UNIFORM, 60, 67}, 1000000);
    struct iptfs_source *source = make(&options);
    unsigned seen[8] = {0};
    for (int n = 0; n < 8000; n++) {
        uint32_t octets = take(source).octets;
        CU_ASSERT_FATAL(octets >= 60 && octets <= 67);
        seen[octets - 60]++;
    }
    for (int i = 0; i < 8; i++)
        CHECK_NEAR(seen[i], 1000, 5 * sqrt(1000 * 7 / 8.0));
    iptfs_traffic_free(source);
}

static int64_t sum_of_times(uint64_t seed, uint16_t flow, struct iptfs_sizes size, uint64_t rate)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_POISSON, size, rate);
    struct iptfs_source *source = make_flow(&options, seed, flow, 0);
    int64_t sum_ps = 0;
    for (int n = 0; n < 100; n++)
        sum_ps += take(source).at_ps;
    iptfs_traffic_free(source);
    return sum_ps;
}

static void test_seed_and_flow_choose_the_draws(void)
{
    struct iptfs_sizes same_mean = {IPTFS_SIZES_UNIFORM, 400, 600};
    int64_t sum_ps = sum_of_times(1, 0, fixed(500), 1000000);
    CHECK_INT(sum_of_times(1, 0, fixed(500), 1000000), sum_ps);
    CHECK_TRUE(sum_of_times(2, 0, fixed(500), 1000000) != sum_ps);
    CHECK_TRUE(sum_of_times(1, 1, fixed(500), 1000000) != sum_ps);
    /* Sizes come from another stream than gaps. */
    CHECK_INT(sum_of_times(1, 0, same_mean, 1000000), sum_ps);
}

/* Long packets must not come after long gaps: neither the gap before a packet nor the one behind it
 * says anything about its size. */
static void test_sizes_are_independent_of_gaps(void)
{
    enum {
        PACKETS = 20000
    };
    struct iptfs_traffic_options options = section(
        IPTFS_TRAFFIC_POISSON, (struct iptfs_sizes){IPTFS_SIZES_UNIFORM, 1000, 2000}, 12000000);
    struct iptfs_source *source = make(&options);
    double products[2] = {0, 0};
    double size = 0;
    int64_t before_ps = 0;
    for (int n = 0; n < PACKETS; n++) {
        struct iptfs_arrival arrival;
        source->ops->take(source, &arrival);
        double gap = (double)(arrival.at_ps - before_ps) / 1e9 - 1; /* deviation 1 */
        products[0] += gap * size;
        size = ((double)arrival.octets - 1500) / (1000 / sqrt(12)); /* deviation 1 */
        products[1] += gap * size;
        before_ps = arrival.at_ps;
    }
    CHECK_NEAR(products[0] / PACKETS, 0, 5 / sqrt(PACKETS));
    CHECK_NEAR(products[1] / PACKETS, 0, 5 / sqrt(PACKETS));
    iptfs_traffic_free(source);
}

/* --- saturate --- */

static void give_room(struct iptfs_source *source, int64_t now_ps, int64_t idle_ps, int64_t lead_ps,
                      uint32_t room_octets)
{
    const struct iptfs_free_space free_space = {idle_ps, lead_ps, room_octets};
    source->ops->free_space(source, now_ps, &free_space);
}

/* Takes the batch due at at_ps; returns how many packets it had. */
static unsigned take_batch(struct iptfs_source *source, int64_t at_ps)
{
    unsigned taken = 0;
    for (; next_ps(source) != IPTFS_NEVER; taken++)
        CHECK_INT(take(source).at_ps, at_ps);
    return taken;
}

static void test_saturate_fills_the_room_it_is_given(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_SATURATE, fixed(1000), 0);
    options.start_ps = 500;
    struct iptfs_source *source = make_flow(&options, 1, 0, 10999);
    give_room(source, 100, 100, 0, 50000); /* too early: changes nothing */
    CHECK_INT(next_ps(source), 500);
    CHECK_U64(take_batch(source, 500), 10);
    give_room(source, 600, 5000, 700, 3000);
    CHECK_INT(next_ps(source), 4300);
    CHECK_U64(take_batch(source, 4300), 3);
    give_room(source, 5000, 5100, 700, 2999); /* late: at once */
    CHECK_U64(take_batch(source, 5000), 2);
    give_room(source, 6000, 6500, 0, 10); /* one packet at least */
    CHECK_U64(take_batch(source, 6500), 1);
    give_room(source, 7000, 7000, 0, 0);
    CHECK_U64(take_batch(source, 7000), 1);
    iptfs_traffic_free(source);
}

static void test_later_room_replaces_what_was_not_begun(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_SATURATE, fixed(1000), 0);
    struct iptfs_source *source = make_flow(&options, 1, 0, 1000);
    CHECK_U64(take_batch(source, 0), 1);
    give_room(source, 100, 1000, 0, 5000);
    give_room(source, 200, 2000, 0, 2000);
    CHECK_U64(take_batch(source, 2000), 2);
    iptfs_traffic_free(source);
}

static void test_saturate_batches_of_random_sizes(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_SATURATE, imix(), 0);
    struct iptfs_source *source = make_flow(&options, 1, 0, 20000);
    unsigned bad = 0;
    for (int64_t at_ps = 0; at_ps < 1000; at_ps++) {
        uint32_t octets = 0;
        while (next_ps(source) != IPTFS_NEVER)
            octets += take(source).octets;
        bad += octets > 20000 || octets <= 20000 - 1500;
        give_room(source, at_ps, at_ps + 1, 0, 20000);
    }
    CHECK_U64(bad, 0);
    iptfs_traffic_free(source);
}

static void test_saturate_stops(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_SATURATE, fixed(1000), 0);
    options.stop_ps = 1000;
    struct iptfs_source *source = make_flow(&options, 1, 0, 1000);
    CHECK_U64(take_batch(source, 0), 1);
    give_room(source, 10, 999, 0, 1000);
    CHECK_U64(take_batch(source, 999), 1);
    give_room(source, 999, 1000, 0, 1000);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    give_room(source, 1000, 1000, 0, 1000);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);

    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.count = 5;
    source = make_flow(&options, 1, 0, 3000);
    CHECK_U64(take_batch(source, 0), 3);
    give_room(source, 10, 10, 0, 100000);
    CHECK_U64(take_batch(source, 10), 2);
    give_room(source, 20, 20, 0, 100000);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
}

/* --- lists --- */

/* Writes a file of its own; the caller unlinks it. */
static void write_file(char path[64], const char *text, size_t length)
{
    strcpy(path, "/tmp/iptfs-list-XXXXXX");
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_FATAL(write(fd, text, length) == (ssize_t)length);
    close(fd);
}

static int load_octets(struct iptfs_traffic_list *list, const char *text, size_t length,
                       struct iptfs_error *error)
{
    char path[64];
    write_file(path, text, length);
    int code = iptfs_traffic_list_load(list, path, error);
    unlink(path);
    /* The name is of no interest. */
    char *rest = strstr(error->text, path);
    if (rest == error->text)
        memmove(error->text, rest + strlen(path), strlen(rest + strlen(path)) + 1);
    return code;
}

static int load(struct iptfs_traffic_list *list, const char *text, struct iptfs_error *error)
{
    return load_octets(list, text, strlen(text), error);
}

static void check_row(const struct iptfs_traffic_row *row, int64_t time_ps, uint32_t octets,
                      int tos, int ip_version)
{
    CHECK_INT(row->time_ps, time_ps);
    CHECK_U64(row->octets, octets);
    CHECK_INT(row->tos, tos);
    CHECK_INT(row->ip_version, ip_version);
}

static void test_list_without_header(void)
{
    struct iptfs_traffic_list list;
    struct iptfs_error error = {0};
    CHECK_INT(load(&list,
                   "# two flows\n\n0, 40\n 1.5us ,\t1500B,0xb8\n1.5us,576,,6\r\n"
                   "  # nothing\n2ms,20,1,4 # last",
                   &error),
              0);
    CHECK_STR(error.text, "");
    CHECK_U64(list.count, 4);
    if (list.count == 4) {
        check_row(&list.rows[0], 0, 40, -1, 0);
        check_row(&list.rows[1], 1500000, 1500, 0xb8, 0);
        check_row(&list.rows[2], 1500000, 576, -1, 6);
        check_row(&list.rows[3], 2 * IPTFS_PS_PER_MS, 20, 1, 4);
        CHECK_U64(list.rows[3].line, 7);
    }
    iptfs_traffic_list_free(&list);
    CHECK_U64(list.count, 0);
}

static void test_list_with_header(void)
{
    struct iptfs_traffic_list list;
    struct iptfs_error error = {0};
    CHECK_INT(load(&list, "#\nsize,ip,time_ns\n40,4,51.2\n48,,102.4\n", &error), 0);
    CHECK_STR(error.text, "");
    CHECK_U64(list.count, 2);
    if (list.count == 2) {
        check_row(&list.rows[0], 51200, 40, -1, 4);
        check_row(&list.rows[1], 102400, 48, -1, 0);
    }
    iptfs_traffic_list_free(&list);
    CHECK_INT(load(&list, "\xEF\xBB\xBFTime_S,Size\n0.25,40\n", &error), 0);
    CHECK_INT(list.count == 1 ? list.rows[0].time_ps : -1, IPTFS_PS_PER_S / 4);
    iptfs_traffic_list_free(&list);
    CHECK_INT(load(&list, "time,size,tos\n0.25s,40\n", &error), 0);
    CHECK_U64(list.count, 1);
    iptfs_traffic_list_free(&list);
}

/* What a bad file must say: the beginning and something further on. */
static const struct {
    const char *text;
    const char *begins;
    const char *contains;
} bad_lists[] = {
    {"", ":0: found no packet", "allowed:"},
    {"# nothing\n", ":1: found no packet", "allowed:"},
    {"time,size\n", ":1: found no packet", "allowed:"},
    {"1ms,40\n2,40\n", ":2: time: found '2'", "allowed:"},
    {"1ms,40\n,40\n", ":2: time: found ''", "allowed:"},
    {"-1ms,40\n", ":1: time: found '-1ms'", "allowed:"},
    {"1parsec,40\n", ":1: time: found '1parsec'", "allowed:"},
    {"1001h,40\n", ":1: time: found '1001h'", "allowed: at most 1000h"},
    {"1ms,40\n\n2ms,40\n1.999ms,40\n", ":4: time: found '1.999ms'",
     "at least 2ms, the time in line 3"},
    {"time_us,size\n5ms,40\n", ":2: time: found '5ms'", "allowed: a number of us"},
    {"time_us,size\n,40\n", ":2: time: found ''", "allowed: a number of us"},
    {"time_us,size\nx,40\n", ":2: time: found 'x'", "allowed: a number of us"},
    {"time_us,size\n0.0000001,40\n", ":2: time: found '0.0000001'", "allowed: a number of us"},
    {"1ms\n", ":1: size: found ''", "allowed:"},
    {"1ms,19\n", ":1: size: found '19'", "allowed: 20 to 65575 octets"},
    {"1ms,65576\n", ":1: size: found '65576'", "allowed: 20 to 65575 octets"},
    {"1ms,65536,,4\n", ":1: size: found '65536'", "allowed: 20 to 65535 octets"},
    {"1ms,39,0,6\n", ":1: size: found '39'", "allowed: 40 to 65575 octets"},
    {"1ms,-40\n", ":1: size: found '-40'", "allowed:"},
    {"1ms,40 50\n", ":1: size: found '40 50'", "allowed:"},
    {"1ms,40,256\n", ":1: tos: found '256'", "allowed: 0 to 255"},
    {"1ms,40,ef\n", ":1: tos: found 'ef'", "allowed: 0 to 255"},
    {"1ms,40,0,5\n", ":1: ip: found '5'", "allowed: 4, 6"},
    {"1ms,40,0,4,9\n", ":1: found 5 columns", "allowed: 4 at most"},
    {"time,size\n1ms,40,0\n", ":2: found 3 columns", "allowed: 2 at most"},
    {"time,length\n", ":1: header: found 'length'", "allowed: each once: time"},
    {"time,time_ns,size\n", ":1: header: found 'time_ns'", "allowed: each once: time"},
    {"time_min,size\n", ":1: header: found 'time_min'", "time_ms"},
    {"time,size,tos,ip,more\n", ":1: header: found 5 columns", "allowed: each once: time"},
    {"time,tos\n", ":1: header: found 'time'", "time and size"},
    {"1ms,40\ntime,size\n", ":2: time: found 'time'", "allowed:"},
    {"1ms,40\n\x1b[31m,40\n", ":2: found an octet of value 27", "allowed: text"},
};

static void test_bad_lists_say_where_and_what(void)
{
    for (size_t i = 0; i < sizeof bad_lists / sizeof bad_lists[0]; i++) {
        struct iptfs_traffic_list list;
        struct iptfs_error error = {0};
        CHECK_INT(load(&list, bad_lists[i].text, &error), IPTFS_E_INVALID);
        CHECK_TRUE(list.rows == NULL && list.count == 0);
        size_t length = strlen(bad_lists[i].begins);
        bool good = strncmp(error.text, bad_lists[i].begins, length) == 0 &&
                    strstr(error.text, bad_lists[i].contains) != NULL;
        if (!good) /* shows both */
            CHECK_STR(error.text, bad_lists[i].begins);
        CHECK_TRUE(strchr(error.text, '\n') == NULL);
    }
}

static void test_unreadable_lists(void)
{
    struct iptfs_traffic_list list;
    struct iptfs_error error = {0};
    CHECK_INT(load_octets(&list, "1ms,40\n2ms\0,40\n", 15, &error), IPTFS_E_INVALID);
    CHECK_STR(error.text, ":2: found a zero octet, allowed: text");
    CHECK_INT(iptfs_traffic_list_load(&list, "/nonexistent/list.csv", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/nonexistent/list.csv: cannot be read: No such file or directory");
    CHECK_INT(iptfs_traffic_list_load(&list, "/", &error), IPTFS_E_IO);
    CHECK_STR(error.text, "/: cannot be read: Is a directory");
    CHECK_TRUE(list.rows == NULL && list.count == 0);
}

static void test_list_source_follows_its_file(void)
{
    char path[64];
    const char *text = "0,100\n1us,200,7\n1us,300,,6\n2us,400\n3us,500\n4us,600\n";
    write_file(path, text, strlen(text));
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_LIST, fixed(0), 0);
    options.file_path = path;
    options.tos = 3;
    options.start_ps = IPTFS_PS_PER_US;
    options.stop_ps = 5 * IPTFS_PS_PER_US;
    struct iptfs_source *source = make(&options);
    const int64_t times_us[] = {1, 2, 2, 3, 4};
    const int tos[] = {3, 7, 3, 3, 3};
    for (uint32_t i = 0; i < 5; i++) {
        struct iptfs_arrival arrival = take(source);
        CHECK_INT(arrival.at_ps, times_us[i] * IPTFS_PS_PER_US);
        CHECK_U64(arrival.octets, 100 * (i + 1));
        CHECK_U64(arrival.id, i + 1);
        CHECK_INT(arrival.tos, tos[i]);
        CHECK_INT(arrival.ip_version, i == 2 ? 6 : 4);
    }
    CHECK_INT(next_ps(source), IPTFS_NEVER); /* stop is exclusive */
    iptfs_traffic_free(source);

    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.count = 2;
    source = make(&options);
    take(source);
    take(source);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
    options.count = 0;
    source = make(&options);
    for (int i = 0; i < 6; i++)
        take(source);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    iptfs_traffic_free(source);
    unlink(path);
}

/* --- sections no run can use --- */

static void check_refused(const struct iptfs_traffic_options *options, const char *text)
{
    const struct iptfs_traffic_setup setup = {.options = options};
    struct iptfs_source *source = NULL;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_traffic_new(&source, &setup, &error), IPTFS_E_INVALID);
    CHECK_TRUE(source == NULL);
    CHECK_STR(error.text, text);
}

static void test_impossible_sections_are_refused(void)
{
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, fixed(100), 0);
    check_refused(&options, "[traffic.test] rate: found '0', allowed: 1bps to 1000000Tbps");
    options = section(IPTFS_TRAFFIC_POISSON, fixed(100), UINT64_MAX);
    check_refused(&options,
                  "[traffic.test] rate: found '18446744073709551615bps', allowed: 1bps to "
                  "1000000Tbps");
    options = section(IPTFS_TRAFFIC_SATURATE, fixed(39), 0);
    options.ip_version = 6;
    check_refused(&options,
                  "[traffic.test] size: found '39B', allowed: 40 to 65575 octets for IPv6");
    options.ip_version = 5;
    check_refused(&options, "[traffic.test] ip: found '5', allowed: 4, 6");
    options = section(IPTFS_TRAFFIC_CBR, fixed(100), 1);
    options.start_ps = -1;
    CHECK_INT(iptfs_traffic_new(&(struct iptfs_source *){NULL},
                                &(struct iptfs_traffic_setup){.options = &options}, NULL),
              IPTFS_E_INVALID);
}

static void test_list_sizes_must_suit_the_section(void)
{
    char path[64], expected[160];
    write_file(path, "1ms,40\n2ms,30\n", 14);
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_LIST, fixed(0), 0);
    options.file_path = path;
    options.ip_version = 6;
    snprintf(expected, sizeof expected,
             "%s:2: size: found '30', allowed: 40 to 65575 octets for IPv6", path);
    check_refused(&options, expected);
    unlink(path);
}

/* --- merging --- */

static struct iptfs_source *merge(struct iptfs_source **sources, size_t count)
{
    struct iptfs_source *merged = NULL;
    CHECK_INT(iptfs_traffic_merge(&merged, sources, count, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(merged);
    return merged;
}

static void test_merge_of_none_and_one(void)
{
    struct iptfs_source *source = merge(NULL, 0);
    CHECK_INT(next_ps(source), IPTFS_NEVER);
    CHECK_TRUE(source->ops->free_space == NULL);
    iptfs_traffic_free(source);
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, fixed(100), 1000);
    struct iptfs_source *one = make(&options);
    CHECK_TRUE(merge(&one, 1) == one);
    iptfs_traffic_free(one);
    iptfs_traffic_free(NULL);
}

/* Sections of the same rate but for a factor, so that many packets come at the same time. */
static void test_merge_keeps_order_and_ties(void)
{
    enum {
        FLOWS = 37,
        PACKETS = 20000
    };
    struct iptfs_source *sources[FLOWS];
    uint32_t ids[FLOWS] = {0};
    for (uint16_t i = 0; i < FLOWS; i++) {
        struct iptfs_traffic_options options =
            section(IPTFS_TRAFFIC_CBR, fixed(100), 8000 * (uint64_t)(1 + i % 5));
        sources[i] = make_flow(&options, 1, i, 0);
    }
    struct iptfs_source *merged = merge(sources, FLOWS);
    struct iptfs_arrival before = {.at_ps = -1};
    unsigned bad = 0, ties = 0;
    for (int n = 0; n < PACKETS; n++) {
        struct iptfs_arrival arrival = take(merged);
        bad += arrival.at_ps < before.at_ps;
        bad += arrival.at_ps == before.at_ps && arrival.flow <= before.flow;
        bad += arrival.id != ++ids[arrival.flow];
        ties += arrival.at_ps == before.at_ps;
        before = arrival;
    }
    CHECK_U64(bad, 0);
    CHECK_TRUE(ties > PACKETS / 2);
    /* Nobody was left out: a second of 100-octet packets at 8 kb/s is 10 packets. */
    for (unsigned i = 0; i < FLOWS; i++)
        CHECK_NEAR(ids[i], (double)before.at_ps / 1e12 * 10 * (1 + i % 5), 1.01);
    iptfs_traffic_free(merged);
}

static void test_merge_ends_with_its_last_source(void)
{
    struct iptfs_source *sources[3];
    for (uint16_t i = 0; i < 3; i++) {
        struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_CBR, fixed(100), 1000);
        options.count = 1u + i;
        sources[i] = make_flow(&options, 1, i, 0);
    }
    struct iptfs_source *merged = merge(sources, 3);
    const unsigned flows[] = {0, 1, 2, 1, 2, 2};
    for (int i = 0; i < 6; i++)
        CHECK_U64(take(merged).flow, flows[i]);
    CHECK_INT(next_ps(merged), IPTFS_NEVER);
    iptfs_traffic_free(merged);
}

static void test_merge_shares_room_among_those_that_wait(void)
{
    struct iptfs_source *sources[4];
    struct iptfs_traffic_options options = section(IPTFS_TRAFFIC_SATURATE, fixed(100), 0);
    sources[0] = make_flow(&options, 1, 0, 100);
    options.stop_ps = 5000;
    sources[1] = make_flow(&options, 1, 1, 100);
    options.stop_ps = IPTFS_TIME_MAX_PS;
    options.start_ps = 7000;
    sources[2] = make_flow(&options, 1, 2, 100);
    options = section(IPTFS_TRAFFIC_CBR, fixed(100), 800000000000); /* one a nanosecond */
    options.count = 4;
    sources[3] = make_flow(&options, 1, 3, 0);
    struct iptfs_source *merged = merge(sources, 4);
    for (unsigned flow = 0; flow <= 3; flow++)
        if (flow != 2)
            CHECK_U64(take(merged).flow, flow);
    CHECK_INT(next_ps(merged), 1000);
    give_room(merged, 500, 900, 100, 400); /* both running ones: two packets each */
    const unsigned flows[] = {0, 0, 1, 1, 3, 3, 3};
    for (int i = 0; i < 7; i++) {
        CHECK_INT(next_ps(merged), i < 4 ? 800 : 1000 * (i - 3));
        CHECK_U64(take(merged).flow, flows[i]);
    }
    CHECK_INT(next_ps(merged), 7000);
    give_room(merged, 6000, 6000, 0, 400); /* the first alone: the second has stopped */
    for (int i = 0; i < 4; i++)
        CHECK_U64(take(merged).flow, 0);
    CHECK_U64(take(merged).flow, 2);
    CHECK_INT(next_ps(merged), IPTFS_NEVER);
    iptfs_traffic_free(merged);
}

const CU_TestInfo iptfs_tests_traffic[] = {
    {"cbr never drifts", test_cbr_never_drifts},
    {"cbr with random sizes keeps its rate", test_cbr_with_random_sizes_keeps_its_rate},
    {"stop is exclusive", test_stop_is_exclusive},
    {"count ends every type", test_count_ends_every_type},
    {"packets are as the section says", test_packets_are_as_the_section_says},
    {"Poisson mean and variance", test_poisson_mean_and_variance},
    {"Poisson gaps longer than any run", test_poisson_gap_may_be_longer_than_any_run},
    {"imix proportions", test_imix_proportions},
    {"uniform sizes reach both ends", test_uniform_sizes_reach_both_ends},
    {"seed and flow choose the draws", test_seed_and_flow_choose_the_draws},
    {"sizes are independent of gaps", test_sizes_are_independent_of_gaps},
    {"saturate fills the room it is given", test_saturate_fills_the_room_it_is_given},
    {"later room replaces earlier", test_later_room_replaces_what_was_not_begun},
    {"saturate batches of random sizes", test_saturate_batches_of_random_sizes},
    {"saturate stops", test_saturate_stops},
    {"list without header", test_list_without_header},
    {"list with header", test_list_with_header},
    {"bad lists say where and what", test_bad_lists_say_where_and_what},
    {"unreadable lists", test_unreadable_lists},
    {"list source follows its file", test_list_source_follows_its_file},
    {"impossible sections are refused", test_impossible_sections_are_refused},
    {"list sizes must suit the section", test_list_sizes_must_suit_the_section},
    {"merge of none and one", test_merge_of_none_and_one},
    {"merge keeps order and ties", test_merge_keeps_order_and_ties},
    {"merge ends with its last source", test_merge_ends_with_its_last_source},
    {"merge shares room", test_merge_shares_room_among_those_that_wait},
    CU_TEST_INFO_NULL,
};
