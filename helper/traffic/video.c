/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Video over RTP, as in 3GPP TR 38.838 (Release 17), 5.1: frames at an even rate, whose sizes have
 * a truncated Gaussian distribution with a deviation of 10.5 % of the mean, within 50 % and 150 %
 * of it. With a GOP of K frames the first is an I frame, on average i-ratio times as large as the
 * K - 1 P frames (there: K = 8, 1.5). Encoding makes frames early or late by a truncated Gaussian
 * jitter of 2 ms, within 4 ms. A frame is sent in packets of about equal size, one after another at
 * `burst`. Sizes here count the IP packets, headers included, so that the mean rate is `rate`. */
#include "packet/packet.h"
#include "text/quantity.h"
#include "traffic/limits.h"
#include "traffic/users.h"

#include <math.h>

#define DEVIATION 0.105
#define LARGEST 1.5 /* of the mean; the smallest is 0.5 */
#define RTP_HEADER_OCTETS 12u
#define JITTER_MAX 2.0 /* deviations */

struct video_config {
    uint32_t fps;
    uint32_t gop;
    double i_ratio;
    int64_t jitter_ps;
    uint32_t packet_octets;
    uint64_t burst_bps;
};

#define FIELD(member) IPTFS_OPTION_FIELD(video_config, member)

static const struct iptfs_option rows[] = {
    {
        .key = "fps",
        .kind = &iptfs_kind_number,
        FIELD(fps),
        .minimum = 1,
        .maximum = 1000,
        .standard = "60",
        .meaning = "frames a second",
        .source = "3GPP TR 38.838, 5.1",
    },
    {
        .key = "gop",
        .kind = &iptfs_kind_number,
        FIELD(gop),
        .minimum = 1,
        .maximum = 100000,
        .standard = "8",
        .meaning = "frames in a group of pictures, the first of which is an I frame",
        .source = "3GPP TR 38.838, 5.1",
    },
    {
        .key = "i-ratio",
        .kind = &iptfs_kind_factor,
        FIELD(i_ratio),
        .maximum = 100,
        .standard = "1.5",
        .meaning = "mean size of an I frame in mean sizes of a P frame",
        .source = "3GPP TR 38.838, 5.1",
    },
    {
        .key = "frame-jitter",
        .kind = &iptfs_kind_time,
        FIELD(jitter_ps),
        .maximum = IPTFS_PS_PER_S,
        .standard = "2ms",
        .meaning = "deviation of the times of frames, Gaussian, cut at twice that",
        .source = "3GPP TR 38.838, 5.1",
    },
    {
        .key = "packet",
        .kind = &iptfs_kind_octets,
        FIELD(packet_octets),
        .minimum = 100,
        .maximum = IPTFS_PACKET_MAX_OCTETS,
        .standard = "1500B",
        .meaning = "longest IP packet of a frame, header included",
    },
    {
        .key = "burst",
        .kind = &iptfs_kind_rate,
        FIELD(burst_bps),
        .minimum = 1000,
        .maximum = IPTFS_OPTION_RATE_MAX_BPS,
        .standard = "100Mbps",
        .meaning = "rate at which the packets of a frame follow each other",
    },
};

const struct iptfs_traffic_keys iptfs_keys_video = {IPTFS_TRAFFIC_ROWS(rows),
                                                    .config_octets = sizeof(struct video_config)};

struct video {
    struct iptfs_traffic_flow flow;
    struct video_config config;
    struct iptfs_random *frame_sizes;
    struct iptfs_random *jitter;
    double mean_octets[2]; /* of a P frame, of an I frame */
    int64_t first_ps;      /* of the first frame, without jitter */
    uint64_t frame;        /* number of the next frame */
    uint64_t left_octets;  /* of the current frame */
    uint32_t left_pkts;
};

static double draw_truncated(struct iptfs_random *stream, double limit)
{
    double deviate;
    do
        deviate = iptfs_random_normal(stream);
    while (fabs(deviate) > limit);
    return deviate;
}

/* The next packet of the frame, of its part of the octets. */
static void cut_packet(struct video *video)
{
    struct iptfs_arrival *next = &video->flow.next;
    next->octets = (uint32_t)((video->left_octets + video->left_pkts - 1) / video->left_pkts);
    video->left_octets -= next->octets;
    video->left_pkts--;
}

/* Frames stay in order: one is not sent before the one before it ended. */
static void next_frame(struct video *video, int64_t not_before_ps)
{
    struct iptfs_traffic_flow *flow = &video->flow;
    const struct video_config *config = &video->config;
    const bool intra = video->frame % config->gop == 0;
    const double least = iptfs_users_udp_ip_octets(flow->next.ip_version) + RTP_HEADER_OCTETS + 1;
    double octets = video->mean_octets[intra] *
                    (1 + DEVIATION * draw_truncated(video->frame_sizes, (LARGEST - 1) / DEVIATION));
    video->left_octets = (uint64_t)fmax(least, round(octets));
    video->left_pkts =
        (uint32_t)((video->left_octets + config->packet_octets - 1) / config->packet_octets);
    double at_ps =
        (double)video->frame * 1e12 / config->fps +
        (double)config->jitter_ps * (JITTER_MAX + draw_truncated(video->jitter, JITTER_MAX));
    video->frame++;
    cut_packet(video);
    iptfs_flow_schedule(flow,
                        iptfs_later(video->first_ps + iptfs_flow_round_ps(at_ps), not_before_ps));
}

static void video_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct video *video = (struct video *)source;
    iptfs_flow_emit(&video->flow, arrival);
    int64_t end_ps = arrival->at_ps + iptfs_tx_time_ps(arrival->octets, video->config.burst_bps);
    if (video->left_pkts == 0) {
        next_frame(video, end_ps);
        return;
    }
    cut_packet(video);
    iptfs_flow_schedule(&video->flow, end_ps);
}

static void video_release(struct iptfs_traffic_flow *flow)
{
    iptfs_random_free(((struct video *)flow)->frame_sizes);
    iptfs_random_free(((struct video *)flow)->jitter);
}

/* The phase of the frames and the place in the GOP at the start are random. */
static int video_start(struct iptfs_traffic_flow *flow, const struct iptfs_traffic_setup *setup,
                       struct iptfs_error *error)
{
    struct video *video = (struct video *)flow;
    video->config =
        *(const struct video_config *)iptfs_traffic_config(setup->options, &iptfs_keys_video);
    const struct video_config *config = &video->config;
    video->frame_sizes = iptfs_flow_stream(setup, IPTFS_RANDOM_SIZE);
    video->jitter = iptfs_flow_stream(setup, IPTFS_RANDOM_ARRIVAL);
    struct iptfs_random *phase = iptfs_flow_stream(setup, IPTFS_RANDOM_PHASE);
    if (video->frame_sizes == NULL || video->jitter == NULL || phase == NULL) {
        iptfs_random_free(phase);
        return iptfs_fail_no_memory(error);
    }
    const double frame_octets = (double)flow->rate_bps / 8 / config->fps, gop = config->gop;
    video->mean_octets[0] = frame_octets * gop / (gop - 1 + config->i_ratio);
    video->mean_octets[1] = video->mean_octets[0] * config->i_ratio;
    video->frame = iptfs_random_between(phase, 0, config->gop - 1);
    double before_ps = ((double)video->frame - iptfs_random_uniform(phase)) * 1e12 / config->fps;
    video->first_ps = flow->start_ps - (int64_t)before_ps;
    iptfs_random_free(phase);
    next_frame(video, flow->start_ps);
    return IPTFS_OK;
}

static int video_check(const struct iptfs_traffic_options *options,
                       const struct iptfs_traffic_path *path, struct iptfs_error *error)
{
    (void)path;
    const struct video_config *config = iptfs_traffic_config(options, &iptfs_keys_video);
    if (config->i_ratio < 0.1)
        return iptfs_traffic_refuse(options, error, "i-ratio", "0.1 to 100");
    if (!iptfs_traffic_octets_fit(config->packet_octets, options->ip_version))
        return iptfs_traffic_refuse(options, error, "packet", "100B to %uB with ip %u",
                                    iptfs_traffic_max_octets(options->ip_version),
                                    options->ip_version);
    if (options->rate_bps > config->burst_bps)
        return iptfs_traffic_refuse(options, error, "rate", "up to %s, the key burst",
                                    iptfs_exact_rate(config->burst_bps).text);
    return IPTFS_OK;
}

const struct iptfs_traffic_type iptfs_traffic_video = {
    .name = "video",
    .meaning = "video over RTP: frames in groups of pictures",
    .source = "3GPP TR 38.838, 5.1",
    .keys = {&iptfs_keys_rate, &iptfs_keys_video, IPTFS_KEYS_SYNTHETIC},
    .ops = {iptfs_flow_next_ps, video_take, NULL},
    .state_octets = sizeof(struct video),
    .check = video_check,
    .start = video_start,
    .release = video_release,
};
