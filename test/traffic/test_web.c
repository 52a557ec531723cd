/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Web pages against the figures of the HTTP Archive. */
#include "base/units.h"
#include "support/check.h"
#include "support/traffic_section.h"

#include <math.h>
#include <stdlib.h>

enum {
    PAGES = 4000,
    HEADERS = 52
};

static struct iptfs_traffic_options web(const char *page)
{
    struct iptfs_traffic_options options = test_section("web");
    options.rate_bps = 1000000000;
    test_set(&options, "page", page);
    test_set(&options, "reading", "400s"); /* far longer than a page takes */
    return options;
}

/* Octets of the page that comes next, without headers; 0 for `objects` counts none. */
static double read_page(struct iptfs_source *source, unsigned *objects)
{
    double octets = 0;
    *objects = 0;
    for (;;) {
        struct iptfs_arrival arrival = test_take(source);
        octets += arrival.octets - HEADERS;
        *objects += arrival.octets < 1500;
        if (test_next_ps(source) - arrival.at_ps > 2 * IPTFS_PS_PER_S)
            return octets;
    }
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* A count below the quantile of rank q is within 5 deviations of q. */
static void check_quantiles(const char *page, const double *kilobytes, double median_objects)
{
    static const double ranks[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    static double weights[PAGES], objects[PAGES];
    struct iptfs_traffic_options options = web(page);
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    for (unsigned i = 0; i < PAGES; i++) {
        unsigned count;
        weights[i] = read_page(source, &count) / 1024;
        objects[i] = count;
    }
    iptfs_traffic_free(source);
    for (unsigned q = 0; q < 5; q++) {
        unsigned below = 0;
        for (unsigned i = 0; i < PAGES; i++)
            below += weights[i] < kilobytes[q];
        /* Ranks are from 0.01 to 0.99. */
        double expected = (ranks[q] - 0.01) / 0.98;
        CHECK_NEAR((double)below / PAGES, expected, 5 * sqrt(0.25 / PAGES));
    }
    qsort(objects, PAGES, sizeof *objects, compare);
    CHECK_NEAR(objects[PAGES / 2], median_objects, 0.06 * median_objects);
}

static void test_sizes_of_pages(void)
{
    check_quantiles("home", (double[]){589, 1361, 2710, 5422, 11406}, 72);
    check_quantiles("inner", (double[]){534, 1041, 1866, 3267, 6109}, 65);
}

/* A page of given size has exactly that, and so many objects. */
static void test_a_given_page(void)
{
    struct iptfs_traffic_options options = web("home");
    test_set(&options, "weight", "500000B");
    test_set(&options, "objects", "30");
    test_set(&options, "reading", "10000s");
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    for (unsigned i = 0; i < 100; i++) {
        unsigned objects;
        CHECK_NEAR(read_page(source, &objects), 500000, 0);
        CHECK_TRUE(objects >= 28 && objects <= 30); /* some end with a full packet */
    }
    iptfs_traffic_free(source);
}

/* Of one object: 10 packets at once, 20 after 50 ms, 40 after 100 ms. */
static void test_slow_start(void)
{
    struct iptfs_traffic_options options = web("home");
    test_set(&options, "weight", "300kB");
    test_set(&options, "objects", "1");
    struct iptfs_source *source = test_source(&options, 1, 0, 0);
    int64_t start_ps = test_next_ps(source);
    unsigned rounds[4] = {0};
    for (unsigned i = 0; i < 150; i++) {
        int64_t round = (test_take(source).at_ps - start_ps) / (50 * IPTFS_PS_PER_MS);
        if (round < 4)
            rounds[round]++;
    }
    CHECK_U64(rounds[0], 10);
    CHECK_U64(rounds[1], 20);
    CHECK_U64(rounds[2], 40);
    CHECK_U64(rounds[3], 80);
    iptfs_traffic_free(source);
}

/* The reader of a page of 20 kB and 5 objects asks for its HTML, then for the four others together,
 * and acknowledges each second packet. Each request is one rtt before what it asks for. */
static void test_reader(void)
{
    struct iptfs_traffic_options options = web("home");
    test_set(&options, "weight", "20kB");
    test_set(&options, "objects", "5");
    test_set(&options, "pages", "3");
    struct iptfs_source *servers = test_source(&options, 1, 0, 0);
    test_set(&options, "sends", "reader");
    struct iptfs_source *reader = test_source(&options, 1, 7, 0); /* another section */
    for (unsigned page = 0; page < 20; page++) {
        int64_t first_ps = test_next_ps(servers);
        unsigned objects, packets = 0, acknowledgments = 0;
        CHECK_NEAR(read_page(servers, &objects), 20000, 0);
        struct iptfs_arrival request = test_take(reader);
        CHECK_U64(request.octets, 328 + HEADERS);
        CHECK_TRUE(request.at_ps == first_ps - 50 * IPTFS_PS_PER_MS);
        uint32_t asked = 0;
        while (test_next_ps(reader) < test_next_ps(servers) - 50 * IPTFS_PS_PER_MS) {
            struct iptfs_arrival packet = test_take(reader);
            asked += packet.octets - HEADERS;
            acknowledgments += packet.octets == HEADERS;
            packets++;
        }
        CHECK_U64(asked, 4 * 328);
        CHECK_U64(packets - acknowledgments, 1);
        CHECK_TRUE(acknowledgments >= 7 && acknowledgments <= 11);
    }
    iptfs_traffic_free(servers);
    iptfs_traffic_free(reader);
}

static void test_refused_values(void)
{
    struct iptfs_traffic_options options = web("home");
    test_set(&options, "weight", "20B");
    test_set(&options, "objects", "30");
    test_check_refused(&options, "weight", "30B, one for each object, or more");
}

const CU_TestInfo iptfs_tests_web[] = {
    {"sizes of pages", test_sizes_of_pages}, {"a given page", test_a_given_page},
    {"slow start", test_slow_start},         {"reader", test_reader},
    {"refused values", test_refused_values}, CU_TEST_INFO_NULL,
};
