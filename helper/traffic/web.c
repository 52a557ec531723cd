/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What web servers send to one reader. Total size and number of objects of a page come from the
 * quantiles that the HTTP Archive measured: Web Almanac, chapter "Page Weight", 2025 (sizes in KB
 * of 1024 octets) and 2024 (requests). Between quantiles, logarithms are interpolated; beyond the
 * 10th and the 90th percentile they go on in the same way, to the 1st and the 99th. One random rank
 * gives both, so that heavy pages have many objects.
 *
 * A page is its HTML, an exponential time of parsing (mean 130 ms), and the other objects over one
 * connection, as with HTTP/2; their sizes divide the rest of the page at random. The connection has
 * a slow start: 10 packets (RFC 6928), twice as many each rtt, until it sends at `rate`. The times
 * of reading are exponential. The means of both times are those of the HTTP model of 3GPP2
 * C.R1002-0 and ns-3. Packets have headers of IP and TCP with timestamps; each object ends with a
 * packet of its own.
 *
 * The reader's side of the same pages sends a request for the HTML one rtt before its first packet,
 * those for all other objects together, likewise, and an acknowledgment for each second packet and
 * for the last one before a pause (RFC 5681, 4.2), without the delay of the path. */
#include "base/octets.h"
#include "traffic/flow.h"

#include <math.h>
#include <stdbool.h>

#define TCP_HEADER_OCTETS 32u
#define WINDOW_PKTS 10u
#define ACKNOWLEDGED_PKTS 2u
#define REQUEST_OCTETS 328u /* of HTTP, as in the model of ns-3 */
#define PARSING_PS (130.0 * (double)IPTFS_PS_PER_MS)
#define KB 1024.0

struct quantiles {
    double at[5]; /* 10, 25, 50, 75 and 90 % */
};

struct page_kind {
    struct quantiles kilobytes;
    struct quantiles objects;
    double html_kilobytes; /* median */
};

enum page {
    PAGE_HOME,
    PAGE_INNER
};

static const struct page_kind page_kinds[] = {
    [PAGE_HOME] = {{{589, 1361, 2710, 5422, 11406}}, {{22, 42, 72, 117, 180}}, 22},
    [PAGE_INNER] = {{{534, 1041, 1866, 3267, 6109}}, {{23, 39, 65, 107, 166}}, 20},
};

static const double quantile_ranks[] = {0.1, 0.25, 0.5, 0.75, 0.9};

static const struct iptfs_word page_words[] = {
    {"home", PAGE_HOME, "home pages: half of them above 2.7 MB", NULL},
    {"inner", PAGE_INNER, "other pages: half of them above 1.9 MB", NULL},
    {NULL, 0, NULL, NULL},
};

enum side {
    SIDE_SERVERS,
    SIDE_READER
};

static const struct iptfs_word side_words[] = {
    {"servers", SIDE_SERVERS, "the pages", NULL},
    {"reader", SIDE_READER, "requests and acknowledgments of the pages", NULL},
    {NULL, 0, NULL, NULL},
};

struct web_config {
    enum side side;
    uint32_t pages;
    enum page page;
    uint64_t weight_octets;
    uint32_t objects;
    int64_t reading_ps;
    int64_t rtt_ps;
    uint32_t packet_octets;
};

#define FIELD(member) IPTFS_OPTION_FIELD(web_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "sends",
        .kind = &iptfs_kind_word,
        FIELD(side),
        .words = side_words,
        .standard = "servers",
        .meaning = "which side this is; the reader's packets want the other direction",
    },
    {
        .key = "pages",
        .kind = &iptfs_kind_number,
        FIELD(pages),
        .maximum = UINT16_MAX,
        .standard = "0",
        .meaning = "sections with this number (and values) have the same pages; 0: its own",
    },
    {
        .key = "page",
        .kind = &iptfs_kind_word,
        FIELD(page),
        .words = page_words,
        .standard = "home",
        .meaning = "which pages are read",
        .source = "HTTP Archive 2025",
    },
    {
        .key = "weight",
        .kind = &iptfs_kind_octets,
        FIELD(weight_octets),
        .maximum = 1000000000,
        .standard = "0B",
        .meaning = "size of each page, as of one site; 0: random, as for page",
    },
    {
        .key = "objects",
        .kind = &iptfs_kind_number,
        FIELD(objects),
        .maximum = 10000,
        .standard = "0",
        .meaning = "objects of each page, its HTML included; 0: random, as for page",
    },
    {
        .key = "reading",
        .kind = &iptfs_kind_time,
        FIELD(reading_ps),
        .maximum = IPTFS_TIME_MAX_PS,
        .standard = "30s",
        .meaning = "mean of the exponential time from the end of a page to the next page",
        .source = "3GPP2 C.R1002-0, ns-3",
    },
    {
        .key = "web-rtt",
        .kind = &iptfs_kind_time,
        FIELD(rtt_ps),
        .maximum = IPTFS_PS_PER_S * 100,
        .standard = "50ms",
        .meaning = "round-trip time to the servers, for slow start and requests",
    },
    {
        .key = "web-packet",
        .kind = &iptfs_kind_octets,
        FIELD(packet_octets),
        .minimum = 100,
        .maximum = UINT16_MAX,
        .standard = "1500B",
        .meaning = "longest IP packet, header included",
    },
};

const struct iptfs_traffic_keys iptfs_keys_web = {IPTFS_TRAFFIC_ROWS(rows),
                                                  .config_octets = sizeof(struct web_config)};

struct web {
    struct iptfs_traffic_flow flow;
    struct web_config config;
    struct iptfs_random *pages;
    struct iptfs_random *objects;
    struct iptfs_random *times;
    uint32_t header_octets;
    int64_t round_end_ps; /* of the round of slow start */
    uint32_t window_pkts; /* UINT32_MAX: slow start is over */
    uint32_t window_left;
    double object_left;    /* octets */
    double page_left;      /* octets of the objects after this one */
    uint32_t objects_left; /* this one included */
    bool html;             /* the object is the HTML, others follow */
    int64_t at_ps;         /* of the servers' next packet */
    uint32_t packet_octets;
    uint32_t request_octets; /* of requests that the reader has not sent yet */
    int64_t request_at_ps;
    uint32_t unacknowledged; /* packets */
};

static double quantile(const struct quantiles *quantiles, double rank)
{
    size_t i = 0;
    while (i < 3 && rank > quantile_ranks[i + 1])
        i++;
    double low = log(quantiles->at[i]), high = log(quantiles->at[i + 1]);
    double part = (rank - quantile_ranks[i]) / (quantile_ranks[i + 1] - quantile_ranks[i]);
    return exp(low + part * (high - low));
}

static void start_connection(struct web *web, int64_t at_ps)
{
    web->window_pkts = WINDOW_PKTS;
    web->window_left = WINDOW_PKTS;
    web->round_end_ps = at_ps + web->config.rtt_ps;
}

/* The sizes of the objects are the spacings of uniform points: each is drawn given the rest. */
static void next_object(struct web *web)
{
    double part = 1;
    if (--web->objects_left > 1)
        part = 1 - pow(1 - iptfs_random_uniform(web->objects), 1.0 / (web->objects_left - 1));
    web->object_left = fmax(1, ceil(part * web->page_left));
    web->page_left = fmax(0, web->page_left - web->object_left);
}

static void next_page(struct web *web, int64_t at_ps)
{
    const struct web_config *config = &web->config;
    const struct page_kind *kind = &page_kinds[config->page];
    double rank = 0.01 + 0.98 * iptfs_random_uniform(web->pages);
    double weight = config->weight_octets != 0 ? (double)config->weight_octets
                                               : round(KB * quantile(&kind->kilobytes, rank));
    double objects = config->objects != 0 ? config->objects : quantile(&kind->objects, rank);
    web->objects_left = (uint32_t)fmax(1, round(objects));
    web->object_left =
        web->objects_left > 1 ? fmin(ceil(weight / 2), kind->html_kilobytes * KB) : weight;
    web->page_left = weight - web->object_left;
    web->html = web->page_left >= 1;
    start_connection(web, at_ps);
}

static uint32_t cut(const struct web *web, double octets)
{
    double most = web->config.packet_octets - web->header_octets;
    return (uint32_t)fmin(octets, most);
}

static void cut_packet(struct web *web)
{
    uint32_t payload = cut(web, web->object_left);
    web->object_left -= payload;
    web->packet_octets = payload + web->header_octets;
}

/* When the packet after one that ends at end_ps may be sent. */
static int64_t after_window_ps(struct web *web, int64_t end_ps)
{
    if (web->window_pkts == UINT32_MAX || --web->window_left > 0)
        return end_ps;
    if (end_ps >= web->round_end_ps) {
        web->window_pkts = UINT32_MAX;
        return end_ps;
    }
    int64_t at_ps = web->round_end_ps;
    web->window_pkts *= 2;
    web->window_left = web->window_pkts;
    web->round_end_ps += web->config.rtt_ps;
    return at_ps;
}

static int64_t draw_time_ps(struct web *web, double mean_ps)
{
    return iptfs_flow_round_ps(iptfs_random_exponential(web->times, mean_ps));
}

/* The HTML is there: it is parsed, and the other objects are requested. */
static int64_t after_html_ps(struct web *web, int64_t at_ps)
{
    web->html = false;
    at_ps += web->config.rtt_ps + draw_time_ps(web, PARSING_PS);
    start_connection(web, at_ps);
    return at_ps;
}

/* Objects whose first packet the servers send at at_ps. */
static void request(struct web *web, uint32_t objects, int64_t at_ps)
{
    web->request_octets = objects * REQUEST_OCTETS;
    web->request_at_ps = iptfs_later(at_ps - web->config.rtt_ps, web->flow.start_ps);
}

/* Goes on to the servers' next packet. */
static void advance(struct web *web)
{
    int64_t end_ps = web->at_ps + iptfs_tx_time_ps(web->packet_octets, web->flow.rate_bps);
    if (web->object_left >= 1) {
        web->at_ps = after_window_ps(web, end_ps);
    } else if (web->page_left >= 1) {
        bool html = web->html;
        web->at_ps = html ? after_html_ps(web, end_ps) : after_window_ps(web, end_ps);
        if (html)
            request(web, web->objects_left - 1, web->at_ps);
        next_object(web);
    } else {
        web->at_ps =
            end_ps + web->config.rtt_ps + draw_time_ps(web, (double)web->config.reading_ps);
        next_page(web, web->at_ps);
        request(web, 1, web->at_ps);
    }
    cut_packet(web);
}

/* The reader's next packet. Its times do not go back: a request follows the last packet before it
 * by the time of parsing or reading. */
static void schedule_reader(struct web *web)
{
    while (web->request_octets == 0) {
        int64_t at_ps = web->at_ps;
        web->unacknowledged++;
        advance(web);
        if (web->unacknowledged < ACKNOWLEDGED_PKTS && web->request_octets == 0)
            continue;
        web->unacknowledged = 0;
        web->flow.next.octets = web->header_octets;
        iptfs_flow_schedule(&web->flow, iptfs_earlier(at_ps, IPTFS_TIME_MAX_PS));
        return;
    }
    uint32_t payload = cut(web, web->request_octets);
    web->request_octets -= payload;
    web->flow.next.octets = payload + web->header_octets;
    iptfs_flow_schedule(&web->flow, iptfs_earlier(web->request_at_ps, IPTFS_TIME_MAX_PS));
}

static void schedule(struct web *web)
{
    if (web->config.side == SIDE_READER) {
        schedule_reader(web);
        return;
    }
    web->flow.next.octets = web->packet_octets;
    iptfs_flow_schedule(&web->flow, iptfs_earlier(web->at_ps, IPTFS_TIME_MAX_PS));
}

static void web_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct web *web = (struct web *)source;
    iptfs_flow_emit(&web->flow, arrival);
    if (web->config.side == SIDE_SERVERS)
        advance(web);
    schedule(web);
}

static void web_release(struct iptfs_traffic_flow *flow)
{
    struct web *web = (struct web *)flow;
    iptfs_random_free(web->pages);
    iptfs_random_free(web->objects);
    iptfs_random_free(web->times);
}

/* Sections of the same pages have the same streams, beyond those of any section of its own. */
static struct iptfs_random *new_stream(const struct web *web,
                                       const struct iptfs_traffic_setup *setup,
                                       enum iptfs_random_use use)
{
    if (web->config.pages == 0)
        return iptfs_flow_stream(setup, use);
    return iptfs_random_new(setup->seed, setup->run, use, ((uint64_t)1 << 32) + web->config.pages);
}

/* The first page comes at a uniform time within one mean time of reading, so that runs of that
 * length have a page. */
static int web_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                     struct iptfs_error *error)
{
    struct web *web = (struct web *)flow;
    web->config = *(const struct web_config *)iptfs_traffic_config(setup->options, &iptfs_keys_web);
    web->pages = new_stream(web, setup, IPTFS_RANDOM_ARRIVAL);
    web->objects = new_stream(web, setup, IPTFS_RANDOM_SIZE);
    web->times = new_stream(web, setup, IPTFS_RANDOM_OFF);
    struct iptfs_random *phase = new_stream(web, setup, IPTFS_RANDOM_PHASE);
    if (web->pages == NULL || web->objects == NULL || web->times == NULL || phase == NULL) {
        iptfs_random_free(phase);
        return iptfs_fail_no_memory(error);
    }
    double first_ps = iptfs_random_uniform(phase) * (double)web->config.reading_ps;
    iptfs_random_free(phase);
    web->header_octets = iptfs_ip_header_octets(flow->next.ip_version) + TCP_HEADER_OCTETS;
    web->at_ps = flow->start_ps + iptfs_flow_round_ps(first_ps);
    next_page(web, web->at_ps);
    request(web, 1, web->at_ps);
    cut_packet(web);
    schedule(web);
    return IPTFS_OK;
}

static int web_check(const struct iptfs_traffic_options *options,
                     const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    (void)path;
    const struct web_config *config = iptfs_traffic_config(options, &iptfs_keys_web);
    if (config->weight_octets != 0 && config->weight_octets < config->objects)
        return iptfs_traffic_refuse(options, error, "weight", "%uB, one for each object, or more",
                                    config->objects);
    return IPTFS_OK;
}

const struct iptfs_traffic_type iptfs_traffic_web = {
    .name = "web",
    .meaning = "web pages, as the servers send them to a reader",
    .source = "HTTP Archive 2025",
    .keys = {&iptfs_keys_rate, &iptfs_keys_web, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, web_take, NULL},
    .state_octets = sizeof(struct web),
    .check = web_check,
    .start = web_start,
    .release = web_release,
};
