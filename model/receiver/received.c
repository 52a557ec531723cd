/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receiver/received.h"

#include "base/asserts.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORD_BITS = 64
};

int iptfs_received_init(struct iptfs_received *received, uint32_t window)
{
    uint64_t words = 2;
    while ((words - 1) * WORD_BITS < (uint64_t)window + IPTFS_RECEIVED_NUMBERS)
        words *= 2;
    *received = (struct iptfs_received){.mask = words - 1};
    received->words = calloc(words, sizeof *received->words);
    return received->words != NULL ? IPTFS_OK : IPTFS_E_NO_MEMORY;
}

void iptfs_received_free(struct iptfs_received *received)
{
    free(received->words);
    received->words = NULL;
}

/* Empties the words that begin to be used. */
static void move_up(struct iptfs_received *received, uint64_t word)
{
    if (word - received->top > received->mask) {
        memset(received->words, 0, (received->mask + 1) * sizeof *received->words);
        received->top = word;
    }
    while (received->top < word)
        received->words[++received->top & received->mask] = 0;
}

bool iptfs_received_again(struct iptfs_received *received, uint64_t seq)
{
    uint64_t word = seq / WORD_BITS, bit = UINT64_C(1) << (seq % WORD_BITS);
    if (!received->started) {
        received->started = true;
        received->top = word;
    }
    if (word > received->top)
        move_up(received, word);
    if (received->top - word > received->mask)
        return false;
    uint64_t *bits = &received->words[word & received->mask];
    bool again = (*bits & bit) != 0;
    *bits |= bit;
    return again;
}
