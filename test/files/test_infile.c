/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are read: what is refused, and pipes that shells open. Nothing here may wait: a test
 * that hangs has failed. */
#include "files/infile.h"

#include "support/check.h"
#include "support/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void check_refused(int (*open_file)(const char *, FILE **, struct iptfs_error *),
                          const char *path, const char *why)
{
    struct iptfs_error error = {0};
    FILE *file = NULL;
    CHECK_INT(open_file(path, &file, &error), IPTFS_E_IO);
    if (strstr(error.text, why) == NULL)
        CHECK_FAIL("%s: \"%s\" is not in \"%s\"", path, why, error.text);
}

static void check_opens(const char *path)
{
    struct iptfs_error error = {0};
    FILE *file = NULL;
    if (CHECK_INT(iptfs_infile_open(path, &file, &error), 0))
        fclose(file);
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", folder_file(name));
    CHECK_INT(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void what_has_no_end_is_refused(void)
{
    folder_make();
    folder_write("file", "text\n");
    CHECK_INT(folder_shell("mkfifo pipe && mkdir folder && ln -s file link && ln -s none dead"), 0);
    make_socket("socket");
    check_opens(folder_file("file"));
    check_opens(folder_file("link"));
    check_opens("/dev/null");
    check_refused(iptfs_infile_open, folder_file("pipe"), "pipe: found a named pipe, allowed: a ");
    check_refused(iptfs_infile_open, folder_file("folder"), "folder: cannot be read: Is a dir");
    check_refused(iptfs_infile_open, folder_file("socket"), "found a socket, allowed: a file");
    check_refused(iptfs_infile_open, folder_file("dead"), "No such file");
    check_refused(iptfs_infile_open, "/dev/zero", "/dev/zero: found a device, allowed: a file");
    check_refused(iptfs_infile_open_own, folder_file("link"), "found a symbolic link, allowed: a");
    check_refused(iptfs_infile_open_own, folder_file("dead"), "found a symbolic link");
    check_refused(iptfs_infile_open_own, folder_file("pipe"), "found a named pipe");
    check_refused(iptfs_infile_open_own, "/dev/null", "found a device");
    check_refused(iptfs_infile_open_own, folder_file("none"), "No such file");
    folder_remove();
}

static void open_pipes_are_files(void)
{
    int ends[2];
    char path[32], text[16] = "";
    struct iptfs_error error;
    FILE *file = NULL;
    CHECK_INT(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    CHECK_TRUE(iptfs_infile_is_descriptor(path));
    CHECK_TRUE(!iptfs_infile_is_descriptor("stdin"));
    CHECK_INT((int64_t)write(ends[1], "text\n", 5), 5);
    if (CHECK_INT(iptfs_infile_open(path, &file, &error), 0)) {
        CHECK_TRUE(fgets(text, sizeof text, file) != NULL);
        CHECK_STR(text, "text\n");
        fclose(file);
    }
    close(ends[0]);
    close(ends[1]);
    check_refused(iptfs_infile_open, "/dev/fd/1000000", "cannot be read");
}

#define BASE "[scenario]\nduration = 10ms\n"
#define LIST "[traffic.a]\ntype = list\nfile = "
#define CBR "[traffic.a]\ntype = cbr\nsize = 200B\nrate = 1Mbps\n"

/* Every file that a user names may come from a pipe that a shell opens; a pipe with a name, whose
 * other end may never be opened, is refused. */
static void files_of_users_may_be_pipes(void)
{
    folder_make();
    folder_write("s.ini", BASE CBR);
    folder_write("stdin.ini", BASE LIST "/dev/stdin\n");
    folder_write("three.ini", BASE LIST "/dev/fd/3\n");
    folder_write("named.ini", BASE LIST "pipe\n");
    folder_write("impair.ini", BASE "[link]\nimpair-list = /dev/stdin\n" CBR);
    folder_write("capture.ini", BASE "[traffic.a]\ntype = pcap\nfile = /dev/stdin\n");
    folder_write("list.csv", "time,size\n1ms,100\n2ms,200\n");
    folder_write("impair.csv", "drop,1\n");
    CHECK_INT(folder_shell("mkfifo pipe"), 0);
    CHECK_INT(folder_script("cat s.ini | sim run /dev/stdin --json"), 0);
    CHECK_HAS("stdout", "\"offered\"");
    CHECK_INT(folder_script("cat list.csv | sim run stdin.ini"), 0);
    CHECK_HAS("stdout", "offered                          2                 300");
    CHECK_INT(folder_script("sim run stdin.ini <list.csv"), 0);
    CHECK_INT(folder_script("cat list.csv | { sim run three.ini 3<&0 </dev/null; }"), 0);
    CHECK_INT(folder_script("cat impair.csv | sim run impair.ini"), 0);
    CHECK_INT(folder_script("sim run s.ini --pcap c --quiet && "
                            "cat c-inner-in.pcap | sim run capture.ini"),
              0);
    CHECK_INT(folder_script(
                  "cat c-inner-in.pcap | sim encap /dev/stdin out.pcap --set tunnel.cipher=null"),
              0);
    CHECK_INT(folder_script("cat c-inner-in.pcap | sim encap - out.pcap --set tunnel.cipher=null"),
              0);
    CHECK_INT(folder_script("cat out.pcap | sim decap - back.pcap --set tunnel.cipher=null"), 0);
    CHECK_INT(folder_script("sim run pipe"), 2);
    CHECK_HAS("stderr", "pipe: found a named pipe, allowed: a file, or a pipe as /dev/stdin");
    CHECK_INT(folder_script("sim run named.ini"), 2);
    CHECK_HAS("stderr", "pipe: found a named pipe, allowed: a file");
    CHECK_INT(folder_script("sim run s.ini --set link.impair-list=pipe"), 2);
    CHECK_HAS("stderr", "pipe: found a named pipe, allowed: a file");
    CHECK_INT(folder_script("sim replay pipe"), 2);
    CHECK_INT(folder_script("sim plot pipe"), 2);
    CHECK_INT(folder_script("sim run /dev/zero"), 2);
    folder_remove();
}

extern const CU_TestInfo iptfs_tests_infile[];
const CU_TestInfo iptfs_tests_infile[] = {
    {"what has no end is refused", what_has_no_end_is_refused},
    {"open pipes are files", open_pipes_are_files},
    {"files of users may be pipes", files_of_users_may_be_pipes},
    CU_TEST_INFO_NULL,
};
