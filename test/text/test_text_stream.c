/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/check.h"
#include "text/text_stream.h"

#include <stdlib.h>
#include <string.h>

static void text_stream_nothing(void)
{
    struct iptfs_text_stream stream;
    CHECK_TRUE(iptfs_text_stream_open(&stream) != NULL);
    char *text = iptfs_text_stream_close(&stream);
    CHECK_STR(text != NULL ? text : "none", "");
    free(text);
}

static void text_stream_long(void)
{
    struct iptfs_text_stream stream;
    FILE *out = iptfs_text_stream_open(&stream);
    for (int i = 0; i < 100000; i++)
        fprintf(out, "%06d", i);
    char *text = iptfs_text_stream_close(&stream);
    if (CHECK_TRUE(text != NULL && strlen(text) == 600000)) {
        CHECK_TRUE(strncmp(text, "000000000001", 12) == 0);
        CHECK_STR(text + 599988, "099998099999");
    }
    free(text);
}

const CU_TestInfo iptfs_tests_text_stream[] = {
    {"nothing written", text_stream_nothing},
    {"a long text", text_stream_long},
    CU_TEST_INFO_NULL,
};
