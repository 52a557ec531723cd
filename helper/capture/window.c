/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/window.h"

#include "base/asserts.h"

#include <stdlib.h>
#include <string.h>

enum {
    MASK = IPTFS_CAPTURE_WINDOW_PKTS - 1,
    KEPT_OCTETS = 131072 /* larger buffers are freed, so that few large packets keep no memory */
};

bool iptfs_capture_window_full(const struct iptfs_capture_window *window)
{
    return window->count == IPTFS_CAPTURE_WINDOW_PKTS ||
           window->octets >= IPTFS_CAPTURE_WINDOW_OCTETS;
}

/* A spare packet at the end of the ring with space for `octets`; NULL when memory ran out. */
static struct iptfs_capture_waiting *reserve(struct iptfs_capture_window *window, uint32_t octets)
{
    enum {
        LEAST_OCTETS = 2048
    };
    struct iptfs_capture_waiting **place = &window->ring[(window->head + window->count) & MASK];
    if (*place == NULL)
        *place = calloc(1, sizeof **place);
    if (*place == NULL || (*place)->capacity >= octets)
        return *place;
    uint32_t capacity = octets > LEAST_OCTETS ? octets : LEAST_OCTETS;
    uint8_t *bytes = realloc((*place)->bytes, capacity);
    if (bytes == NULL)
        return NULL;
    (*place)->bytes = bytes;
    (*place)->capacity = capacity;
    return *place;
}

static bool is_earlier(const struct iptfs_capture_waiting *a, const struct iptfs_capture_waiting *b)
{
    return a->second != b->second ? a->second < b->second : a->ns < b->ns;
}

bool iptfs_capture_window_add(struct iptfs_capture_window *window,
                              const struct iptfs_capture_waiting *packet, const uint8_t *bytes)
{
    IPTFS_ASSERT(!iptfs_capture_window_full(window));
    struct iptfs_capture_waiting *added = reserve(window, packet->captured);
    if (added == NULL)
        return false;
    uint8_t *copy = added->bytes;
    uint32_t capacity = added->capacity;
    *added = *packet;
    added->bytes = copy;
    added->capacity = capacity;
    if (packet->captured > 0)
        memcpy(copy, bytes, packet->captured);
    size_t at = window->head + window->count++;
    for (; at > window->head && is_earlier(added, window->ring[(at - 1) & MASK]); at--)
        window->ring[at & MASK] = window->ring[(at - 1) & MASK];
    window->ring[at & MASK] = added;
    window->octets += packet->captured;
    return true;
}

const struct iptfs_capture_waiting *iptfs_capture_window_take(struct iptfs_capture_window *window)
{
    struct iptfs_capture_waiting *spare = window->current;
    if (window->count == 0)
        return NULL;
    if (spare != NULL && spare->capacity > KEPT_OCTETS) {
        free(spare->bytes);
        *spare = (struct iptfs_capture_waiting){.bytes = NULL};
    }
    window->current = window->ring[window->head];
    window->ring[window->head] = spare;
    window->head = (window->head + 1) & MASK;
    window->count--;
    window->octets -= window->current->captured;
    return window->current;
}

static void free_packet(struct iptfs_capture_waiting *packet)
{
    if (packet != NULL)
        free(packet->bytes);
    free(packet);
}

void iptfs_capture_window_free(struct iptfs_capture_window *window)
{
    for (size_t i = 0; i < IPTFS_CAPTURE_WINDOW_PKTS; i++)
        free_packet(window->ring[i]);
    free_packet(window->current);
    *window = (struct iptfs_capture_window){.count = 0};
}
