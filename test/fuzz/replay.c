/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded scripts: refused in one line with nothing written, or replayed, twice the same. */
#include "run/replay.h"

#include "base/error.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static int replay(const char *text, char **text_out, size_t *size, struct iptfs_error *error)
{
    FILE *in = fmemopen((void *)text, strlen(text), "r");
    FILE *out = open_memstream(text_out, size);
    int code = iptfs_replay_stream(in, FUZZ_PATH, out, error);
    fclose(in);
    fclose(out);
    return code;
}

void fuzz_replay(const uint8_t *bytes, size_t octets)
{
    struct iptfs_error error = {0};
    char *text_out = NULL, *again = NULL;
    size_t size = 0, size_again = 0;
    char *text = fuzz_text(bytes, octets);
    if (text == NULL || octets == 0) {
        free(text);
        return;
    }
    int code = replay(text, &text_out, &size, &error);
    if (code != IPTFS_OK) {
        MUST(size == 0);
        fuzz_check_refusal(&error, FUZZ_PATH, text);
    } else {
        MUST(replay(text, &again, &size_again, &error) == IPTFS_OK);
        MUST(size_again == size && memcmp(text_out, again, size) == 0);
    }
    free(text_out);
    free(again);
    free(text);
}
