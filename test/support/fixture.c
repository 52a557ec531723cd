/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fixture.h"

#include <stdio.h>

#include "base/units.h"

uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
    return low + dice_next(dice) % (high - low + 1);
}

bool dice_percent(struct dice *dice, uint64_t percent)
{
    return dice_next(dice) % 100 < percent;
}

static int64_t feed_next_ps(const struct iptfs_source *source)
{
    const struct feed *feed = (const struct feed *)source;
    return feed->at < feed->count ? feed->arrivals[feed->at].at_ps : IPTFS_NEVER;
}

static void feed_take(struct iptfs_source *source, struct iptfs_arrival *arrival)
{
    struct feed *feed = (struct feed *)source;
    *arrival = feed->arrivals[feed->at++];
}

void feed_init(struct feed *feed, const struct iptfs_arrival *arrivals, size_t count)
{
    static const struct iptfs_source_ops ops = {feed_next_ps, feed_take, NULL};
    *feed = (struct feed){.source = {&ops}, .arrivals = arrivals, .count = count};
}

struct iptfs_arrival arrival_of(int64_t at_ps, uint32_t octets, uint32_t id)
{
    return (struct iptfs_arrival){
        .at_ps = at_ps,
        .octets = octets,
        .id = id,
        .ip_version = 4,
    };
}

struct iptfs_sender_config plain_sender(void)
{
    struct iptfs_sender_config config = {
        .mtu_octets = 1500,
        .max_queue_size_octets = 1048576,
    };
    iptfs_esp_init(&config.esp, iptfs_cipher_named("null"), 4);
    return config;
}

char *fixture_text(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    FILE *memory = open_memstream(&text, &size);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        fputc(c, memory);
    fclose(memory);
    fclose(file);
    return text;
}
