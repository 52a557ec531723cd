/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are written whole or not at all, the lock of a folder, and other programs. */
#include "files/outfile.h"

#include "files/folder_lock.h"
#include "files/process.h"
#include "support/check.h"
#include "support/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check_text(const char *name, const char *expected)
{
    char *text = folder_read(name, NULL);
    CHECK_STR(text, expected);
    free(text);
}

static void files_appear_whole(void)
{
    struct iptfs_outfile file;
    struct iptfs_error error;
    folder_make();
    folder_write("a", "old\n");
    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", &error), 0);
    fputs("new\n", file.file);
    fflush(file.file);
    check_text("a", "old\n");
    CHECK_INT(iptfs_outfile_commit(&file, &error), 0);
    check_text("a", "new\n");
    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", &error), 0);
    fputs("never\n", file.file);
    iptfs_outfile_discard(&file);
    check_text("a", "new\n");
    CHECK_INT(folder_script("ls -A"), 0);
    check_text("stdout", "a\nstderr\nstdout\n"); /* no temporary file is left */
    folder_remove();
}

/* Where a user names the file; files of a folder of the program's own are replaced. */
static void links_are_followed(void)
{
    struct iptfs_outfile file;
    folder_make();
    folder_write("a", "old\n");
    CHECK_INT(folder_shell("ln -s a link"), 0);
    CHECK_INT(iptfs_outfile_open(&file, folder_file("link"), NULL), 0);
    fputs("new\n", file.file);
    CHECK_INT(iptfs_outfile_commit(&file, NULL), 0);
    check_text("a", "new\n");
    CHECK_INT(folder_shell("test -L link"), 0);
    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "link", NULL), 0);
    fputs("own\n", file.file);
    CHECK_INT(iptfs_outfile_commit(&file, NULL), 0);
    check_text("a", "new\n");
    check_text("link", "own\n");
    CHECK_INT(folder_shell("test ! -L link"), 0);
    CHECK_TRUE(iptfs_outfile_is_temporary(".iptfs-tmp"));
    CHECK_TRUE(iptfs_outfile_is_temporary(".12.iptfs-tmp"));
    CHECK_TRUE(iptfs_outfile_is_temporary(".12.tmp"));
    CHECK_TRUE(!iptfs_outfile_is_temporary(".tmp"));
    CHECK_TRUE(!iptfs_outfile_is_temporary(".bak"));
    folder_remove();
}

static void keys_are_private(void)
{
    struct iptfs_outfile file;
    folder_make();
    folder_write("key", "old\n");
    CHECK_INT(iptfs_outfile_open_private(&file, folder_file("key"), NULL), 0);
    fputs("secret\n", file.file);
    CHECK_INT(iptfs_outfile_commit(&file, NULL), 0);
    CHECK_INT(folder_script("stat -c %a key"), 0);
    check_text("stdout", "600\n");
    folder_remove();
}

static void files_are_synced(void)
{
    struct iptfs_outfile file;
    struct iptfs_error error;
    folder_make();
    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", &error), 0);
    fputs("synced\n", file.file);
    CHECK_INT(iptfs_outfile_commit_synced(&file, &error), 0);
    CHECK_INT(iptfs_folder_sync(folder_path(), &error), 0);
    check_text("a", "synced\n");
    CHECK_INT(iptfs_folder_sync(folder_file("none"), &error), IPTFS_E_IO);
    CHECK_TRUE(strstr(error.text, "No such file or directory") != NULL);
    CHECK_INT(iptfs_outfile_open(&file, "/dev/null", &error), 0);
    CHECK_INT(iptfs_outfile_commit_synced(&file, &error), 0);
    folder_remove();
}

/* A write that failed is reported at the end, though later ones succeed. */
static void the_first_failure_stays(void)
{
    struct iptfs_outfile file;
    struct iptfs_error error;
    struct iptfs_outfile_limit limit = {.left = 10};
    folder_make();
    folder_write("a", "old\n");
    CHECK_INT(iptfs_outfile_open(&file, "/dev/full", &error), 0);
    fputs("much", file.file);
    CHECK_TRUE(fflush(file.file) != 0);
    CHECK_INT(file.failure, ENOSPC);
    clearerr(file.file);
    errno = 0;
    CHECK_INT(iptfs_outfile_commit(&file, &error), IPTFS_E_IO);
    CHECK_TRUE(strstr(error.text, "/dev/full: cannot write the file: No space left") != NULL);

    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", &error), 0);
    file.limit = &limit;
    fputs("12345", file.file);
    fflush(file.file);
    CHECK_INT(limit.left, 5);
    CHECK_INT(file.octets, 5);
    fputs("123456", file.file);
    fflush(file.file);
    CHECK_TRUE(limit.reached);
    fputs("1", file.file);
    CHECK_INT(iptfs_outfile_commit(&file, &error), IPTFS_E_IO);
    check_text("a", "old\n");
    CHECK_INT(folder_script("ls -A"), 0);
    check_text("stdout", "a\nstderr\nstdout\n");
    folder_remove();
}

/* A killed process may leave a temporary file; one of a process that lives is not touched. */
static void leftovers_are_removed(void)
{
    struct iptfs_outfile file, other;
    folder_make();
    folder_write("a", "old\n");
    folder_write("a.iptfs-tmp", "half");
    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", NULL), 0);
    fputs("new\n", file.file);
    CHECK_INT(iptfs_outfile_commit(&file, NULL), 0);
    check_text("a", "new\n");
    CHECK_INT(folder_script("ls -A"), 0);
    check_text("stdout", "a\nstderr\nstdout\n");

    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", NULL), 0);
    CHECK_INT(iptfs_outfile_open_in(&other, folder_path(), "a", NULL), 0);
    fputs("one\n", file.file);
    fputs("two\n", other.file);
    CHECK_INT(iptfs_outfile_commit(&file, NULL), 0);
    CHECK_INT(iptfs_outfile_commit(&other, NULL), 0);
    check_text("a", "two\n");

    folder_write("a.iptfs-tmp", "of a process that lives");
    CHECK_INT(folder_shell("exec 8>>a.iptfs-tmp; flock 8; (sleep 5 & echo $! >pid)"), 0);
    CHECK_INT(iptfs_outfile_open_in(&file, folder_path(), "a", NULL), 0);
    fputs("three\n", file.file);
    CHECK_INT(iptfs_outfile_commit(&file, NULL), 0);
    check_text("a", "three\n");
    check_text("a.iptfs-tmp", "of a process that lives");
    CHECK_INT(folder_shell("kill $(cat pid)"), 0);
    folder_remove();
}

static void folders_are_made_and_checked(void)
{
    struct iptfs_outfile file;
    struct iptfs_error error;
    folder_make();
    CHECK_INT(iptfs_make_directory(folder_file("x/y/z"), &error), 0);
    CHECK_INT(folder_shell("test -d x/y/z"), 0);
    CHECK_INT(iptfs_make_directory("", &error), IPTFS_E_IO);
    folder_write("taken", "");
    CHECK_INT(iptfs_make_directory(folder_file("taken"), &error), IPTFS_E_IO);
    CHECK_INT(iptfs_outfile_open(&file, folder_file("none/a"), &error), IPTFS_E_IO);
    CHECK_INT(iptfs_outfile_open(&file, folder_file("x"), &error), IPTFS_E_IO);
    folder_remove();
}

static void a_folder_is_locked_once(void)
{
    struct iptfs_folder_lock one, two;
    struct iptfs_error error;
    folder_make();
    CHECK_INT(iptfs_folder_lock_take(&one, folder_path(), &error), 0);
    CHECK_INT(iptfs_folder_lock_take(&two, folder_path(), &error), IPTFS_E_INVALID);
    CHECK_TRUE(strstr(error.text, "(process ") != NULL);
    CHECK_INT(two.fd, -1);
    iptfs_folder_lock_release(&one);
    CHECK_INT(iptfs_folder_lock_take(&two, folder_path(), &error), 0);
    iptfs_folder_lock_release(&two);
    folder_remove();
}

static void programs_answer(void)
{
    static struct iptfs_process_answer answer;
    static const char *const talk[] = {"sh", "-c", "echo a; echo b >&2; exit 3", NULL};
    static const char *const none[] = {"/nonexistent/program", NULL};
    iptfs_process_ask(talk, &answer);
    CHECK_INT(answer.status, 3);
    CHECK_STR(answer.text, "a\nb");
    iptfs_process_ask(none, &answer);
    CHECK_INT(answer.status, IPTFS_PROCESS_NOT_STARTED);
}

extern const CU_TestInfo iptfs_tests_outfile[];
const CU_TestInfo iptfs_tests_outfile[] = {
    {"files appear whole", files_appear_whole},
    {"links are followed", links_are_followed},
    {"keys are private", keys_are_private},
    {"files are synced", files_are_synced},
    {"the first failure stays", the_first_failure_stays},
    {"leftovers are removed", leftovers_are_removed},
    {"folders are made and checked", folders_are_made_and_checked},
    {"a folder is locked once", a_folder_is_locked_once},
    {"programs answer", programs_answer},
    CU_TEST_INFO_NULL,
};
