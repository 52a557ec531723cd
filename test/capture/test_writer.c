/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/writer.h"

#include "base/units.h"
#include "capture/reader.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const uint8_t ip4[24] = {0x45, 0, 0, 24, 1, 2};

static void make_folder(char folder[32], char path[64])
{
    strcpy(folder, "/tmp/iptfs-writer-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, 64, "%s/out.pcap", folder);
}

static void test_times_and_octets(void)
{
    char folder[32], path[64];
    struct iptfs_capture_writer writer;
    struct iptfs_capture_reader reader;
    struct iptfs_captured packet;
    struct iptfs_error error = {0};
    make_folder(folder, path);
    CHECK_INT(iptfs_capture_writer_open(&writer, path, &error), 0);
    writer.base_s = 1000;
    iptfs_capture_writer_add(&writer, 5 * IPTFS_PS_PER_S + 7 * IPTFS_PS_PER_NS + 999, ip4,
                             sizeof ip4);
    iptfs_capture_writer_add(&writer, 6 * IPTFS_PS_PER_S, ip4, sizeof ip4);
    CHECK_U64(writer.pkts, 2);
    CHECK_INT(iptfs_capture_writer_commit(&writer, &error), 0);
    iptfs_capture_writer_free(&writer);
    CHECK_STR(error.text, "");

    CHECK_INT(iptfs_capture_reader_open(&reader, path, NULL, &error), 0);
    CHECK_INT(iptfs_capture_reader_next(&reader, &packet, &error), 1);
    CHECK_INT(reader.base_s, 1005);
    CHECK_INT(packet.at_ps, 7 * IPTFS_PS_PER_NS); /* whole nanoseconds, rounded down */
    CHECK_U64(packet.captured, sizeof ip4);
    CHECK_U64(packet.wire_octets, sizeof ip4);
    CHECK_TRUE(memcmp(packet.ip, ip4, sizeof ip4) == 0);
    CHECK_INT(iptfs_capture_reader_next(&reader, &packet, &error), 1);
    CHECK_INT(packet.at_ps, IPTFS_PS_PER_S);
    CHECK_INT(iptfs_capture_reader_next(&reader, &packet, &error), 0);
    iptfs_capture_reader_close(&reader);
    unlink(path);
    CHECK_INT(rmdir(folder), 0);
}

static void test_without_commit_no_file(void)
{
    char folder[32], path[64];
    struct iptfs_capture_writer writer, none = {0};
    struct iptfs_error error = {0};
    make_folder(folder, path);
    CHECK_INT(iptfs_capture_writer_open(&writer, path, &error), 0);
    iptfs_capture_writer_add(&writer, 0, ip4, sizeof ip4);
    iptfs_capture_writer_free(&writer);
    iptfs_capture_writer_free(&none);
    CHECK_INT(rmdir(folder), 0); /* it is empty */
}

static void test_unwritable_path(void)
{
    struct iptfs_capture_writer writer;
    struct iptfs_error error = {0};
    CHECK_INT(iptfs_capture_writer_open(&writer, "/nonexistent/out.pcap", &error), IPTFS_E_IO);
    CHECK_TRUE(strstr(error.text, "/nonexistent/out.pcap") != NULL);
    iptfs_capture_writer_free(&writer);
}

const CU_TestInfo iptfs_tests_capture_writer[] = {
    {"times and octets", test_times_and_octets},
    {"without a commit there is no file", test_without_commit_no_file},
    {"unwritable path", test_unwritable_path},
    CU_TEST_INFO_NULL,
};
