/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/result_folder.h"

#include "base/error.h"
#include "fuzz/fuzz.h"
#include "sweep/engine.h"
#include "sweep/sweep_run.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char text[] =
    "[scenario]\nname = fuzz\nduration = 2ms\n[link]\nrate = 10Mbps\n[traffic.a]\ntype = cbr\n"
    "rate = 5Mbps\nsize = 100B\n[sweep]\ntunnel.pkt-size = 256, 576\nseed = 1 .. 2\n"
    "[plot.p]\nx = tunnel.pkt-size\ny = delay_s.p99\n";
static const char kept[] = "nothing may touch this\n";

static struct fuzz_result_folder folder;
static struct stat outside;

const char *fuzz_result_path(const char *name)
{
    static char path[sizeof folder.path + FUZZ_NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", folder.path, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t octets)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0)
        return; /* the input has put a file where a folder is needed */
    MUST(octets == 0 || write(fd, bytes, octets) == (ssize_t)octets);
    close(fd);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void remove_tree(const char *path)
{
    if (unlink(path) != 0)
        nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void fuzz_result_write(const char *name, const void *bytes, size_t octets)
{
    remove_tree(fuzz_result_path(name));
    write_file(fuzz_result_path(name), bytes, octets);
}

/* ------------------------------------------------------------------------------------- making */

/* Runs the points in children of this process. */
static int run_points(const struct iptfs_engine_work *work, struct iptfs_error *error)
{
    char *shard = NULL, line[256];
    size_t size = 0;
    FILE *list = open_memstream(&shard, &size);
    iptfs_engine_write_shard(work, 0, work->n_points, list);
    fclose(list);
    FILE *lines = fdopen(memfd_create("lines", MFD_CLOEXEC), "r+");
    int code = iptfs_point_command(&work->call, shard, lines, error);
    prctl(PR_SET_PDEATHSIG, 0);
    rewind(lines);
    while (fgets(line, sizeof line, lines) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        work->listener(work->ctx, line);
    }
    fclose(lines);
    free(shard);
    return code;
}

static void keep_file(const char *name)
{
    struct fuzz_file *file = &folder.file[folder.count];
    struct stat status;
    FILE *from = fopen(fuzz_result_path(name), "rb");
    if (!MUST(folder.count < FUZZ_FILES_MAX) || !MUST(from != NULL))
        return;
    fstat(fileno(from), &status);
    snprintf(file->name, sizeof file->name, "%s", name);
    file->octets = (size_t)status.st_size;
    file->bytes = malloc(file->octets + 1);
    MUST(fread(file->bytes, 1, file->octets, from) == file->octets);
    fclose(from);
    folder.count++;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void keep_points(void)
{
    struct dirent **entries;
    int count = scandir(fuzz_result_path("points"), &entries, is_visible, alphasort);
    char name[FUZZ_NAME_MAX];
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "points/%.50s", entries[i]->d_name);
        keep_file(name);
        free(entries[i]);
    }
    free(entries);
}

static void remove_all(void)
{
    char top[sizeof folder.path];
    snprintf(top, sizeof top, "%.*s", (int)(strrchr(folder.path, '/') - folder.path), folder.path);
    nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void run_sweep(void)
{
    static const struct iptfs_sweep_engine engine = {.name = "fuzz", .run = run_points};
    struct iptfs_error error = {0};
    const struct iptfs_sweep_request request = {
        .path = folder.sweep,
        .out_dir = folder.path,
        .engine = &engine,
        .command = "fuzz",
        .quiet = true,
    };
    if (iptfs_sweep_command(&request, stderr, &error) != IPTFS_OK)
        fprintf(stderr, "%s\n", error.text);
    MUST(error.text[0] == '\0');
}

const struct fuzz_result_folder *fuzz_result_folder(void)
{
    static const char *const names[] = {"manifest.json", "sweep.ini", "results.db", "results.csv"};
    char top[40];
    if (folder.count > 0)
        return &folder;
    snprintf(top, sizeof top, "%s/iptfs-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    MUST(mkdtemp(top) != NULL);
    snprintf(folder.path, sizeof folder.path, "%s/results", top);
    snprintf(folder.sweep, sizeof folder.sweep, "%s/sweep.ini", top);
    snprintf(folder.outside, sizeof folder.outside, "%s/outside.json", top);
    atexit(remove_all);
    write_file(folder.sweep, text, sizeof text - 1);
    write_file(folder.outside, kept, sizeof kept - 1);
    stat(folder.outside, &outside);
    run_sweep();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        keep_file(names[i]);
    keep_points();
    return &folder;
}

/* ----------------------------------------------------------------------------------- restoring */

static bool is_known(const char *name)
{
    for (size_t i = 0; i < folder.count; i++)
        if (strcmp(folder.file[i].name, name) == 0)
            return true;
    return false;
}

/* Names of files in the making; no input makes a name with this end. */
static bool is_temporary(const char *name)
{
    size_t length = strlen(name);
    return length >= 3 && strcmp(name + length - 3, "tmp") == 0;
}

/* Removes what is not part of the folder. */
static void remove_others(const char *where)
{
    char name[FUZZ_NAME_MAX];
    DIR *entries = opendir(*where == '\0' ? folder.path : fuzz_result_path(where));
    if (entries == NULL)
        return;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        MUST(!is_temporary(entry->d_name));
        snprintf(name, sizeof name, "%s%s%.40s", where, *where == '\0' ? "" : "/", entry->d_name);
        if (!is_known(name) && strcmp(name, "points") != 0 && strcmp(name, ".lock") != 0)
            remove_tree(fuzz_result_path(name));
    }
    closedir(entries);
}

/* Whether a file is still the one that was written last. */
static bool is_intact(const struct stat *now, const struct stat *written)
{
    return S_ISREG(now->st_mode) && now->st_ino == written->st_ino &&
           now->st_size == written->st_size && now->st_mtim.tv_sec == written->st_mtim.tv_sec &&
           now->st_mtim.tv_nsec == written->st_mtim.tv_nsec;
}

void fuzz_result_restore(void)
{
    static struct stat written[FUZZ_FILES_MAX];
    struct stat now;
    MUST(lstat(folder.outside, &now) == 0 && is_intact(&now, &outside) && now.st_nlink == 1);
    if (lstat(fuzz_result_path("points"), &now) != 0 || !S_ISDIR(now.st_mode)) {
        remove_tree(fuzz_result_path("points"));
        MUST(mkdir(fuzz_result_path("points"), 0755) == 0);
    }
    remove_others("");
    remove_others("points");
    for (size_t i = 0; i < folder.count; i++) {
        const struct fuzz_file *file = &folder.file[i];
        const char *path = fuzz_result_path(file->name);
        if (lstat(path, &now) == 0 && is_intact(&now, &written[i]))
            continue;
        fuzz_result_write(file->name, file->bytes, file->octets);
        MUST(lstat(path, &written[i]) == 0);
    }
}
